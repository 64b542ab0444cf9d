"""An answer given to one version is marked by the key of another only where that means the same."""

from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from lms.assessments.content import KINDS, Bilingual, NumericKey, OptionContent, QuestionContent
from lms.assessments.correction import CannotCarryError, carry_over, is_reworded, obstacle
from lms.assessments.scoring import score
from tests.factories.questions import RIGHT, WRONG, both, choices, content_of

#: For each kind another key for the same question, and an answer that is right by it.
CORRECTED: dict[str, tuple[dict[str, Any], Any]] = {
    "single": ({"options": choices(correct="a")}, ["a"]),
    "multiple": ({"options": choices(correct="bd")}, ["b", "d"]),
    "numeric": ({"numeric": NumericKey(Decimal(4), Decimal(0), Bilingual("ساعة", "hours"))}, "4"),
    "short_text": ({"accepted": ("البلدية",)}, "البلدية"),
    "ordering": (
        {
            "options": tuple(
                OptionContent(key, False, both(f"Step {key}"), rank=rank)
                for rank, key in enumerate("abc", start=1)
            )
        },
        ["a", "b", "c"],
    ),
}


def corrected(kind: Any) -> QuestionContent:
    return content_of(kind, **CORRECTED[kind][0])


@pytest.mark.parametrize("kind", list(CORRECTED))
def test_the_corrected_key_marks_what_was_answered_before(kind: Any) -> None:
    asked, marked_by = content_of(kind), corrected(kind)
    assert obstacle(asked, marked_by) is None
    assert not is_reworded(asked, marked_by)
    right = carry_over(CORRECTED[kind][1], asked, marked_by)
    assert score(content=marked_by, answer=right) == 1
    assert score(content=marked_by, answer=carry_over(RIGHT[kind], asked, marked_by)) < 1


@pytest.mark.parametrize("kind", [kind for kind in KINDS if kind != "open_text"])
def test_the_same_key_changes_nothing_and_is_refused(kind: Any) -> None:
    asked = content_of(kind)
    assert obstacle(asked, content_of(kind, explanation=both("Other"))) == "same_key"
    assert carry_over(WRONG[kind], asked, asked) == WRONG[kind]


def test_options_are_recognised_by_what_they_say_wherever_they_stand() -> None:
    asked = content_of("single")
    moved = content_of(
        "single",
        options=tuple(
            OptionContent(key, key == "d", both(f"Option {text}"))
            for key, text in zip("abcd", "dcba", strict=True)
        ),
    )
    # "Option a" is right now, and stands under the key d.
    assert obstacle(asked, moved) is None
    assert carry_over(["a"], asked, moved) == ["d"]
    assert score(content=moved, answer=carry_over(["a"], asked, moved)) == 1


def test_a_reworded_option_is_taken_for_the_one_under_its_key_and_reported() -> None:
    asked = content_of("single")
    options = (*choices(correct="a")[:3], OptionContent("d", False, both("Said better")))
    reworded = content_of("single", options=options)
    assert obstacle(asked, reworded) is None
    assert is_reworded(asked, reworded)
    assert carry_over(["d"], asked, reworded) == ["d"]


def test_matches_are_carried_over_by_what_they_say() -> None:
    asked = content_of("matching")
    # The key had the first two the wrong way round.
    swapped = {"a": "second", "b": "first", "c": "first"}
    options = tuple(
        replace(option, match=both(swapped[option.key])) if option.key in swapped else option
        for option in asked.options
    )
    marked_by = content_of("matching", options=options)
    assert obstacle(asked, marked_by) is None
    said_swapped = {"a": "b", "b": "a", "c": "a"}
    assert score(content=asked, answer=said_swapped) == Decimal("0.33")
    assert score(content=marked_by, answer=carry_over(said_swapped, asked, marked_by)) == 1


@pytest.mark.parametrize(
    ("kind", "other", "expected"),
    [
        ("single", content_of("multiple"), "kind_differs"),
        ("single", content_of("single", options=choices("abcde", "a")), "options_differ"),
        ("single", content_of("single", options=choices("abc", "a")), "options_differ"),
        ("open_text", content_of("open_text"), "marked_by_people"),
    ],
)
def test_what_was_not_asked_cannot_be_marked_by(kind: Any, other: QuestionContent, expected: str) -> None:
    assert obstacle(content_of(kind), other) == expected
    if expected != "marked_by_people":
        with pytest.raises(CannotCarryError):
            carry_over(["a"], content_of(kind), other)


def test_an_answer_that_was_never_offered_is_refused() -> None:
    with pytest.raises(CannotCarryError):
        carry_over(["z"], content_of("single"), corrected("single"))


def test_another_stem_is_reported_and_another_explanation_is_not() -> None:
    asked = content_of("single")
    assert is_reworded(asked, replace(corrected("single"), stem=both("Something else")))
    assert not is_reworded(asked, replace(corrected("single"), explanation=both("Something else")))


def test_no_answer_stays_no_answer() -> None:
    for kind in CORRECTED:
        asked, marked_by = content_of(kind), corrected(kind)  # type: ignore[arg-type]
        assert score(content=marked_by, answer=carry_over(None, asked, marked_by)) == 0
