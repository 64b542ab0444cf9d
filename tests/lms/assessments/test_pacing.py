"""Seconds on each question from the log of what was looked at."""

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from lms.assessments.pacing import Step, seconds_on_questions


def log(*steps: tuple[int, str, int]) -> list[Step]:
    return [Step(slot, kind, seconds * 1000) for slot, kind, seconds in steps]


def test_a_question_is_looked_at_until_another_one() -> None:
    looked = [(0, "view", 0), (1, "view", 2), (1, "answer", 30), (2, "view", 40), (2, "answer", 50)]
    steps = log(*looked, (1, "view", 55), (0, "submit", 60))
    assert seconds_on_questions(steps) == {1: 38 + 5, 2: 15}


def test_time_away_from_the_page_does_not_count() -> None:
    steps = log((1, "view", 0), (0, "focus_lost", 10), (0, "focus_back", 70), (0, "submit", 75))
    assert seconds_on_questions(steps) == {1: 15}


def test_time_between_two_loads_is_not_known() -> None:
    """The device's clock starts again with each load: its numbers must not be subtracted across one."""
    steps = log(
        (0, "view", 0), (3, "view", 5), (3, "answer", 25), (0, "view", 0), (3, "view", 1), (3, "answer", 11)
    )
    assert seconds_on_questions(steps) == {3: 30}


def test_a_clock_that_goes_back_takes_nothing_away() -> None:
    assert seconds_on_questions(log((1, "view", 100), (1, "answer", 40), (0, "submit", 50))) == {1: 10}


def test_a_log_without_views_says_nothing() -> None:
    assert seconds_on_questions(log((1, "answer", 5), (2, "answer", 9))) == {}


KINDS = st.sampled_from(
    ["view", "answer", "flag", "clear", "focus_lost", "focus_back", "offline", "online", "submit"]
)


@given(st.lists(st.builds(Step, st.integers(0, 4), KINDS, st.integers(0, 10**7)), max_size=40))
def test_no_log_gives_more_time_than_it_spans_or_less_than_none(steps: list[Step]) -> None:
    spent = seconds_on_questions(steps)
    assert all(seconds >= 0 and slot > 0 for slot, seconds in spent.items())
    gains = sum(max(0, b.t_mono - a.t_mono) for a, b in pairwise(steps))
    assert sum(spent.values()) <= gains / 1000 + len(spent)
