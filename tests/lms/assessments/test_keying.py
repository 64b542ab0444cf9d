"""Readings of a paper, apart from any database: what counts as the same, and what is open after which keyings."""

from collections.abc import Mapping

import pytest

from lms.assessments.keying import (
    ANSWER,
    BLANK,
    DECISION,
    FIRST,
    ILLEGIBLE,
    SECOND,
    Keyed,
    Reading,
    is_same,
    outcome,
    read_readings,
    tidy_text,
    write_readings,
)

pytestmark = pytest.mark.once
KINDS = {0: "times", 1: "single", 2: "numeric", 3: "matching"}


def said(value: object) -> Reading:
    return Reading(ANSWER, value)


def readings(**changes: Reading) -> Mapping[int, Reading]:
    whole = {0: said([1, 2]), 1: said([2]), 2: said("3.5"), 3: said([1, 0, -1])}
    return {**whole, **{int(name[1:]): one for name, one in changes.items()}}


@pytest.mark.parametrize(
    ("kind", "first", "second"),
    [
        ("numeric", "3.5", "٣٫٥"),
        ("numeric", "12,345", "12345.0"),
        ("short_text", "المفوضيّة", "المفوضية"),
        ("open_text", "The  hall\nwas full.", "the hall was full"),
        ("single", [2], [2]),
    ],
)
def test_the_same_reading_in_other_spelling_is_the_same(kind: str, first: object, second: object) -> None:
    assert is_same(kind, said(first), said(second))


@pytest.mark.parametrize(
    ("kind", "first", "second"),
    [
        ("numeric", said("3.5"), said("35")),
        ("short_text", said("نعم"), said("لا")),
        ("short_text", said("؟"), said("!")),
        ("single", said([2]), Reading(BLANK)),
        ("single", Reading(BLANK), Reading(ILLEGIBLE)),
        ("matching", said([1, 0]), said([1, -1])),
    ],
)
def test_another_reading_is_another(kind: str, first: Reading, second: Reading) -> None:
    assert not is_same(kind, first, second)


def test_a_number_is_kept_in_latin_digits_and_text_without_loose_spaces() -> None:
    assert tidy_text("numeric", " ٣٫٥ ") == "3.5"
    assert tidy_text("open_text", " a  b \n\n c ") == "a b\n\nc"


def test_an_illegible_line_counts_as_none() -> None:
    assert said([1, 0, -1]).wire == [1, 0, 0]
    assert Reading(ILLEGIBLE).wire is None


def test_readings_are_written_and_read_back() -> None:
    whole = readings(q1=Reading(ILLEGIBLE), q2=Reading(BLANK))
    assert read_readings(write_readings(whole)) == whole


def test_one_keying_settles_nothing() -> None:
    found = outcome(KINDS, [Keyed(1, FIRST, readings())])
    assert (found.settled, found.open, found.keyed, found.is_waiting) == ({}, (0, 1, 2, 3), 1, False)


def test_two_that_agree_settle_everything_in_the_words_of_the_first() -> None:
    found = outcome(KINDS, [Keyed(1, FIRST, readings()), Keyed(1, SECOND, readings(q2=said("3.50")))])
    assert found.is_complete
    assert found.settled[2].value == "3.5"


def test_where_two_differ_stays_open_and_a_decision_settles_it() -> None:
    two = [Keyed(1, FIRST, readings()), Keyed(1, SECOND, readings(q1=said([3])))]
    waiting = outcome(KINDS, two)
    assert (waiting.open, waiting.is_waiting) == ((1,), True)
    decided = outcome(KINDS, [*two, Keyed(1, DECISION, {1: said([4])})])
    assert decided.is_complete
    assert decided.settled[1].value == [4]


def test_keying_again_settles_only_what_was_open() -> None:
    first = [Keyed(1, FIRST, readings()), Keyed(1, SECOND, readings(q1=said([3]), q3=Reading(BLANK)))]
    again = [
        Keyed(2, FIRST, {1: said([3]), 3: said([1, 1, 1])}),
        Keyed(2, SECOND, {1: said([3]), 3: Reading(BLANK)}),
    ]
    found = outcome(KINDS, [*again, *first])
    assert found.settled[1].value == [3]
    assert (found.open, found.round, found.is_waiting) == ((3,), 2, True)
