"""Marks of every kind: between nothing and all, for what is right, and never for guessing."""

from dataclasses import replace
from decimal import Decimal
from itertools import combinations
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lms.assessments.content import CREDITS, KINDS, Credit, Kind, NumericKey
from lms.assessments.scoring import percent, score, total
from tests.factories.questions import RIGHT, WRONG, choices, content_of

OPTIONS = ("a", "b", "c", "d")
subsets = st.sets(st.sampled_from(OPTIONS), min_size=1)
rules = st.sampled_from(CREDITS["multiple"])
MARKED_BY_RULE = [kind for kind in KINDS if kind != "open_text"]


def multiple(
    correct: Any, chosen: Any, max_marks: str = "1", credit: Credit = "right_minus_wrong"
) -> Decimal:
    content = content_of("multiple", options=choices(correct="".join(correct)), credit=credit)
    marks = score(content=content, answer=sorted(set(chosen)), max_marks=Decimal(max_marks))
    assert marks is not None
    return marks


@pytest.mark.parametrize("kind", MARKED_BY_RULE)
def test_the_right_answer_earns_all_and_a_wrong_one_or_none_nothing(kind: Kind) -> None:
    content = content_of(kind)
    assert score(content=content, answer=RIGHT[kind], max_marks=Decimal(2)) == 2
    assert score(content=content, answer=WRONG[kind]) == 0
    for nothing in (None, [], {}, ""):
        assert score(content=content, answer=nothing) == 0


def test_open_text_waits_for_a_person_unless_nothing_was_written() -> None:
    content = content_of("open_text")
    assert content.max_marks == Decimal("2.5")
    assert score(content=content, answer="Because the law says so.", max_marks=content.max_marks) is None
    assert score(content=content, answer=None, max_marks=content.max_marks) == 0


@pytest.mark.parametrize(("chosen", "marks"), [("b", 1), ("a", 0), ("", 0), ("ab", 0)])
def test_single_choice_is_all_or_nothing(chosen: str, marks: int) -> None:
    assert score(content=content_of("single"), answer=list(chosen)) == marks


@pytest.mark.parametrize(
    ("correct", "chosen", "marks"),
    [
        ("ab", "ab", "1"),
        ("ab", "a", "0.5"),
        ("ab", "ac", "0"),
        ("ab", "abc", "0.5"),
        ("ab", "abcd", "0"),
        ("ab", "", "0"),
        ("ab", "cd", "0"),
        ("abc", "ab", "0.67"),
        ("abc", "a", "0.33"),
        ("abc", "abcd", "0"),
        ("abcd", "abc", "0.75"),
    ],
)
def test_multiple_choice_takes_the_share_of_wrong_from_the_share_of_right(
    correct: str, chosen: str, marks: str
) -> None:
    assert multiple(correct, chosen) == Decimal(marks)


@pytest.mark.parametrize(
    ("credit", "chosen", "marks"),
    [
        ("per_option", "ab", "1"),
        ("per_option", "a", "0.75"),
        ("per_option", "ac", "0.5"),
        ("per_option", "cd", "0"),
        ("per_option", "", "0"),
        ("all_or_nothing", "ab", "1"),
        ("all_or_nothing", "a", "0"),
        ("all_or_nothing", "abc", "0"),
    ],
)
def test_multiple_choice_by_the_other_rules(credit: Credit, chosen: str, marks: str) -> None:
    assert multiple("ab", chosen, credit=credit) == Decimal(marks)


def test_marks_are_rounded_half_up_to_cents() -> None:
    assert multiple("ab", "a", "0.25") == Decimal("0.13")
    assert multiple("abc", "ab", "5") == Decimal("3.33")


@given(credit=rules, correct=subsets, chosen=subsets)
def test_marks_lie_between_nothing_and_all(credit: Credit, correct: set[str], chosen: set[str]) -> None:
    assert 0 <= multiple(correct, chosen, "3", credit) <= 3


@given(credit=rules, correct=subsets)
def test_exactly_the_right_options_earn_everything(credit: Credit, correct: set[str]) -> None:
    assert multiple(correct, correct, credit=credit) == 1


@given(
    credit=st.sampled_from(["right_minus_wrong", "per_option"]),
    correct=subsets,
    chosen=subsets,
    extra=st.sampled_from(OPTIONS),
)
def test_a_wrong_option_more_never_helps_and_a_right_one_never_harms(
    credit: Credit, correct: set[str], chosen: set[str], extra: str
) -> None:
    without, with_it = (
        multiple(correct, chosen, "1", credit),
        multiple(correct, chosen | {extra}, "1", credit),
    )
    assert with_it >= without if extra in correct else with_it <= without


@pytest.mark.parametrize("size", [2, 3, 4])
def test_guessing_a_number_of_options_earns_less_on_average_than_knowing_one(size: int) -> None:
    guesses = [multiple("ab", "".join(guess)) for guess in combinations(OPTIONS, size)]
    assert sum(guesses) / len(guesses) < multiple("ab", "a")


@pytest.mark.parametrize(
    ("answer", "marks"),
    [({"a": "a"}, "0.33"), ({"a": "a", "b": "d", "c": "a"}, "0.67"), ({"a": "b", "b": "a", "c": "d"}, "0")],
)
def test_each_match_earns_its_share(answer: dict[str, str], marks: str) -> None:
    assert score(content=content_of("matching"), answer=answer) == Decimal(marks)
    strict = content_of("matching", credit="all_or_nothing")
    assert score(content=strict, answer=answer) == 0
    assert score(content=strict, answer=RIGHT["matching"]) == 1


def test_prompts_with_the_same_match_share_its_key() -> None:
    assert content_of("matching").match_keys == {"a": "a", "b": "b", "c": "a", "d": "d"}


@pytest.mark.parametrize(("answer", "marks"), [("cab", "1"), ("cba", "0.33"), ("abc", "0")])
def test_each_item_in_its_own_place_earns_its_share(answer: str, marks: str) -> None:
    assert score(content=content_of("ordering"), answer=list(answer)) == Decimal(marks)
    strict = content_of("ordering", credit="all_or_nothing")
    assert score(content=strict, answer=list(answer)) == int(answer == "cab")


@given(st.permutations("cab"))
def test_an_order_earns_all_only_if_it_is_the_right_one(answer: list[str]) -> None:
    assert (score(content=content_of("ordering"), answer=answer) == 1) == (answer == ["c", "a", "b"])


@pytest.mark.parametrize(
    ("answer", "marks"),
    [("3.4", 1), ("٣٫٦", 1), ("3.6000", 1), ("3.61", 0), ("3,39", 0), ("three", 0), ("3.5 hours", 0)],
)
def test_a_number_is_right_within_its_tolerance_and_at_its_ends(answer: str, marks: int) -> None:
    assert score(content=content_of("numeric"), answer=answer) == marks


@given(st.decimals(-1000, 1000, places=3), st.decimals(0, 10, places=3), st.decimals(-1000, 1000, places=3))
def test_a_number_counts_exactly_without_rounding(
    value: Decimal, tolerance: Decimal, given_number: Decimal
) -> None:
    content = content_of("numeric", numeric=NumericKey(value, tolerance))
    is_right = value - tolerance <= given_number <= value + tolerance
    assert score(content=content, answer=f"{given_number:f}") == int(is_right)


@pytest.mark.parametrize(
    ("answer", "marks"),
    [("المفوضية", 1), (" المفوّضيه ", 1), ("hnec", 1), ("H.N.E.C", 0), ("المفوضية الوطنية", 0), ("؟", 0)],
)
def test_a_short_text_is_compared_as_arabic_is_written(answer: str, marks: int) -> None:
    assert score(content=content_of("short_text"), answer=answer) == marks


def test_a_place_on_an_image_is_usually_all_or_nothing() -> None:
    content = content_of("hotspot")
    assert score(content=content, answer=["a", "b"]) == 0
    half = replace(content, credit="right_minus_wrong")
    assert score(content=half, answer=["a", "b"]) == Decimal("0.5")


@pytest.mark.parametrize(
    ("kind", "answer"),
    [
        ("single", ["x"]),
        ("matching", {"x": "a"}),
        ("matching", {"a": "x"}),
        ("ordering", ["a", "b"]),
        ("ordering", ["a", "b", "b"]),
    ],
)
def test_answers_that_the_question_does_not_offer_are_refused(kind: Kind, answer: Any) -> None:
    with pytest.raises(ValueError, match=r"question|order"):
        score(content=content_of(kind), answer=answer)


@pytest.mark.parametrize(
    ("kind", "parts"),
    [
        ("single", {"options": choices(correct="")}),
        ("multiple", {"options": ()}),
        ("matching", {"options": ()}),
        ("ordering", {"options": ()}),
        ("numeric", {"numeric": None}),
        ("short_text", {"accepted": ()}),
    ],
)
def test_a_question_without_a_right_answer_marks_nobody(kind: Kind, parts: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match="a question needs"):
        score(content=content_of(kind, **parts), answer=RIGHT[kind] if parts.get("options") != () else None)


def test_an_unknown_kind_marks_nobody() -> None:
    with pytest.raises(ValueError, match="unknown kind"):
        score(content=replace(content_of("single"), kind="essay"), answer=["a"])  # type: ignore[arg-type]


def marks_of(earned: str, possible: str) -> list[tuple[Decimal, Decimal]]:
    return [(Decimal(earned), Decimal(possible))]


@pytest.mark.parametrize(
    ("earned", "is_passed", "shown"),
    [
        ("14", True, "70"),
        ("13.99", False, "69.9"),
        ("14.01", True, "70"),
        ("0", False, "0"),
        ("20", True, "100"),
    ],
)
def test_passing_is_decided_on_exact_marks(earned: str, is_passed: bool, shown: str) -> None:
    result = total(marks_of(earned, "20"), pass_percent=70)
    assert result.is_passed is is_passed
    assert result.percent == Decimal(shown)


@given(
    marks=st.lists(st.decimals(0, 1, places=2), min_size=1, max_size=40),
    pass_percent=st.integers(1, 100),
)
def test_the_percentage_shown_never_contradicts_the_result(marks: list[Decimal], pass_percent: int) -> None:
    result = total([(mark, Decimal(1)) for mark in marks], pass_percent)
    assert result.is_passed == (result.percent >= pass_percent)
    assert result.marks == sum(marks)


def test_an_empty_form_has_no_result() -> None:
    with pytest.raises(ValueError, match="without marks"):
        total([], 70)


def test_percent_rounds_down_to_a_tenth() -> None:
    assert percent(Decimal(2), Decimal(3)) == Decimal("66.6")
