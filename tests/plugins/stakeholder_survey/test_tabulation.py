"""Counts, and the promise that nothing is published of fewer than ten."""

from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from plugins.stakeholder_survey.tabulation import (
    BANDS,
    SMALLEST_GROUP,
    Tally,
    band_of,
    hide_small,
    hide_small_and_secondary,
    published_total,
    result,
    tally,
)
from tests.factories.stakeholder_survey import small_questionnaire

SMALL = small_questionnaire()


def test_answers_are_counted_by_option_place_and_band() -> None:
    tallies = tally(
        SMALL,
        [
            {"q_role": 1, "q_needs": [1, 7], "q_place": "misrata", "q_other": "x"},
            {"q_role": 2, "q_needs": [1], "q_people": 12},
            {"q_role": 2, "q_people": 0},
        ],
    )
    assert (tallies["q_role"].base, dict(tallies["q_role"].counts)) == (3, {1: 1, 2: 2})
    assert (tallies["q_needs"].base, dict(tallies["q_needs"].counts)) == (2, {1: 2, 7: 1})
    assert dict(tallies["q_people"].counts) == {0: 1, 10: 1}
    assert dict(tallies["q_place"].counts) == {"misrata": 1}
    assert (tallies["q_other"].base, dict(tallies["q_other"].counts)) == (1, {})


def test_a_question_answered_by_fewer_than_ten_shows_nothing() -> None:
    shown = result(SMALL.questions["q_role"], Tally(9, Counter({1: 9})))
    assert (shown.base, shown.counts) == (None, {})


def test_results_of_ten_are_shown() -> None:
    shown = result(SMALL.questions["q_role"], Tally(10, Counter({1: 10})))
    assert (shown.base, shown.counts) == (10, {1: 10, 2: 0, 9: 0})


@pytest.mark.parametrize(
    ("counts", "shown"),
    [
        ({1: 40, 2: 30, 9: 0}, {1: 40, 2: 30, 9: 0}),
        ({1: 40, 2: 30, 9: 3}, {1: 40, 2: None, 9: None}),
        ({1: 40, 2: 4, 9: 3}, {1: None, 2: None, 9: None}),
        ({1: 40, 2: 9, 9: 3, 3: 15}, {1: 40, 2: None, 9: None, 3: 15}),
        ({1: 5, 2: 7}, {1: None, 2: None}),
        ({1: 95, 2: 5}, {1: None, 2: None}),
    ],
    ids=[
        "nothing small",
        "one small",
        "two whose sum is small",
        "two are enough",
        "all small",
        "the rest is small",
    ],
)
def test_a_small_count_is_hidden_with_what_would_give_it_away(
    counts: dict[int, int], shown: dict[int, int | None]
) -> None:
    assert hide_small_and_secondary(counts) == shown


@pytest.mark.parametrize(
    ("count", "shown"), [(0, 0), (1, None), (9, None), (10, 10), (90, 90), (91, None), (99, None), (100, 100)]
)
def test_of_several_choices_few_takers_and_few_others_are_hidden(count: int, shown: int | None) -> None:
    assert hide_small({1: count}, base=100) == {1: shown}


@given(st.dictionaries(st.integers(1, 20), st.integers(0, 60), min_size=1))
def test_no_small_group_can_be_worked_out_from_what_adds_up(counts: dict[int, int]) -> None:
    shown = hide_small_and_secondary(counts)
    hidden = [counts[cell] for cell, count in shown.items() if count is None]
    assert all(count is None or count == 0 or count >= SMALLEST_GROUP for count in shown.values())
    assert all(count is None or count == counts[cell] for cell, count in shown.items())
    if hidden and sum(counts.values()) >= SMALLEST_GROUP:
        assert sum(hidden) >= SMALLEST_GROUP
        assert len(hidden) >= 2 or len([n for n in counts.values() if n]) == 1


@given(st.integers(0, 10_000), st.integers(0, 10_000))
def test_two_readings_differ_by_nobody_or_by_ten(first: int, second: int) -> None:
    gap = abs(published_total(first) - published_total(second))
    assert gap == 0 or gap >= SMALLEST_GROUP
    assert 0 <= first - published_total(first) < SMALLEST_GROUP


@given(st.integers(0, 32_767))
def test_every_number_has_one_band(number: int) -> None:
    assert [low for low, high in BANDS if low <= number <= high] == [band_of(number)]


def test_bands_stay_within_what_the_question_allows() -> None:
    shown = result(SMALL.questions["q_people"], Tally(20, Counter({10: 20})))
    assert list(shown.counts) == [0, 1, 10, 50, 200, 1000]
