"""What makes a question complete, and what its seal covers."""

from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from lms.assessments.content import (
    KINDS,
    Bilingual,
    Criterion,
    Kind,
    NumericKey,
    OptionContent,
    QuestionContent,
    Region,
    Stimulus,
    digest,
)
from lms.assessments.faults import FAULTS, Fault, faults, is_inside
from lms.assessments.messages import FAULT_SENTENCES, fault_sentence
from tests.factories.assessments import question_content
from tests.factories.questions import STORY, both, choices, content_of, picture

GOOD = question_content()


def option(key: str, *, correct: bool = False, ar: str = "", en: str = "") -> OptionContent:
    return OptionContent(key, correct, Bilingual(ar or f"نص {key}", en or f"text {key}"))


def test_a_complete_question_has_no_faults() -> None:
    assert faults(GOOD) == []
    assert faults(question_content(kind="multiple", correct="ab")) == []


@pytest.mark.parametrize(
    ("content", "fault"),
    [
        (replace(GOOD, kind="essay"), Fault("kind_unknown")),
        (replace(GOOD, stem=Bilingual(" ", "x")), Fault("stem_ar_blank")),
        (replace(GOOD, stem=Bilingual("س", "")), Fault("stem_en_blank")),
        (replace(GOOD, explanation=Bilingual("", "x")), Fault("explanation_ar_blank")),
        (replace(GOOD, explanation=Bilingual("س", "\n")), Fault("explanation_en_blank")),
        (replace(GOOD, options=(option("a", correct=True),)), Fault("options_too_few")),
        (
            replace(GOOD, options=tuple(option(key, correct=key == "a") for key in "abcdefghijk")),
            Fault("options_too_many"),
        ),
        (
            replace(GOOD, options=(option("a", correct=True), option("a", ar="غيره", en="other"))),
            Fault("option_key_repeated", "a"),
        ),
        (
            replace(GOOD, options=(option("a", correct=True), OptionContent("b", False, Bilingual("", "x")))),
            Fault("option_ar_blank", "b"),
        ),
        (
            replace(
                GOOD, options=(option("a", correct=True), OptionContent("b", False, Bilingual("س", " ")))
            ),
            Fault("option_en_blank", "b"),
        ),
        (
            replace(GOOD, options=(option("a", correct=True, en="Same"), option("b", en="same "))),
            Fault("option_text_repeated", "b"),
        ),
        (question_content(correct=""), Fault("correct_none")),
        (question_content(correct="ab"), Fault("correct_many_in_single")),
        (question_content(kind="multiple", correct="abcd"), Fault("correct_all_in_multiple")),
    ],
)
def test_each_fault_is_found_alone(content, fault: Fault) -> None:  # type: ignore[no-untyped-def]
    assert faults(content) == [fault]


def test_every_fault_has_a_sentence() -> None:
    assert set(FAULT_SENTENCES) == set(FAULTS)
    assert "c" in fault_sentence(Fault("option_ar_blank", "c"))


def test_the_seal_ignores_the_order_of_options_and_covers_everything_else() -> None:
    changed = [
        replace(GOOD, kind="multiple"),
        replace(GOOD, stem=replace(GOOD.stem, ar="غيره")),
        replace(GOOD, stem=replace(GOOD.stem, en="other")),
        replace(GOOD, explanation=replace(GOOD.explanation, en="other")),
        replace(GOOD, source="other"),
        question_content(correct="c"),
        replace(GOOD, options=GOOD.options[:3]),
        replace(GOOD, options=(replace(GOOD.options[0], key="z"), *GOOD.options[1:])),
    ]
    assert digest(replace(GOOD, options=GOOD.options[::-1])) == digest(GOOD)
    assert len({digest(GOOD), *map(digest, changed)}) == len(changed) + 1


# --- Every kind


def of(kind: Kind, **changes: Any) -> QuestionContent:
    return content_of(kind, **changes)


def with_option(kind: Kind, key: str, **changes: Any) -> QuestionContent:
    """A complete question of that kind, of which one option is changed."""
    content = content_of(kind)
    options = (replace(one, **changes) if one.key == key else one for one in content.options)
    return replace(content, options=tuple(options))


@pytest.mark.parametrize("kind", KINDS)
def test_a_complete_question_of_any_kind_has_no_faults(kind: Kind) -> None:
    assert faults(content_of(kind)) == []
    assert faults(content_of(kind, stimulus=STORY)) == []


EMPTY = Bilingual("", "")
HALF = Bilingual("نصف", " ")


@pytest.mark.parametrize(
    ("content", "fault"),
    [
        (of("single", image=replace(picture(), alt=HALF)), Fault("image_en_blank")),
        (of("single", stimulus=Stimulus(HALF)), Fault("stimulus_en_blank")),
        (of("single", stimulus=Stimulus(Bilingual("", "x"))), Fault("stimulus_ar_blank")),
        (of("single", credit="per_option"), Fault("credit_unknown")),
        (of("matching", credit="right_minus_wrong"), Fault("credit_unknown")),
        (of("true_false", options=choices("tf", "t")), Fault("true_false_options_other")),
        (with_option("true_false", "f", is_correct=False), Fault("correct_none")),
        (with_option("true_false", "t", is_correct=True), Fault("correct_many_in_single")),
        (of("numeric", numeric=None), Fault("numeric_value_missing")),
        (of("numeric", numeric=NumericKey(Decimal("nan"))), Fault("numeric_value_missing")),
        (of("numeric", numeric=NumericKey(Decimal(1), Decimal(-1))), Fault("numeric_tolerance_negative")),
        (of("numeric", numeric=NumericKey(Decimal(1), unit=HALF)), Fault("numeric_unit_one_language")),
        (of("numeric", options=choices()), Fault("options_unused")),
        (of("short_text", accepted=()), Fault("accepted_none")),
        (of("short_text", accepted=("a", " ؟ ")), Fault("accepted_blank", " ؟ ")),
        (of("short_text", accepted=("أحمد", "احمد")), Fault("accepted_repeated", "احمد")),
        (with_option("matching", "b", text=HALF), Fault("option_en_blank", "b")),
        (with_option("matching", "b", match=HALF), Fault("match_en_blank", "b")),
        (with_option("matching", "d", match=Bilingual("", "x")), Fault("match_ar_blank", "d")),
        (
            with_option("matching", "d", match=Bilingual("first ع", "third")),
            Fault("match_repeated_in_distractor", "d"),
        ),
        (of("ordering", options=choices(correct="")), Fault("ranks_not_in_order")),
        (with_option("ordering", "a", rank=3), Fault("ranks_not_in_order")),
        (of("hotspot", image=None), Fault("image_missing")),
        (with_option("hotspot", "c", region=None), Fault("region_missing", "c")),
        (with_option("hotspot", "b", is_correct=False), Fault("correct_none")),
        (of("open_text", rubric=()), Fault("rubric_none")),
        (
            of(
                "open_text",
                rubric=(Criterion("a", both("x"), Decimal(1)), Criterion("a", both("y"), Decimal(1))),
            ),
            Fault("criterion_key_repeated", "a"),
        ),
        (of("open_text", rubric=(Criterion("a", HALF, Decimal(1)),)), Fault("criterion_en_blank", "a")),
        (
            of("open_text", rubric=(Criterion("a", both("x"), Decimal(0)),)),
            Fault("criterion_marks_not_positive", "a"),
        ),
    ],
)
def test_each_fault_of_a_kind_is_found_alone(content: QuestionContent, fault: Fault) -> None:
    assert faults(content) == [fault]


def test_matching_needs_two_prompts_and_two_matches() -> None:
    same = tuple(replace(one, match=both("same")) for one in content_of("matching").options[:3])
    assert faults(of("matching", options=same)) == [Fault("matches_too_few")]
    one_prompt = tuple(replace(one, text=EMPTY if one.key != "a" else one.text) for one in same)
    assert Fault("options_too_few") in faults(of("matching", options=one_prompt))


@pytest.mark.parametrize(
    ("region", "inside"),
    [
        (Region("rect", (0, 0, 1000, 1000)), True),
        (Region("rect", (1, 0, 1000, 1000)), False),
        (Region("rect", (0, 0, 0, 5)), False),
        (Region("rect", (0, 0, 5)), False),
        (Region("circle", (1000, 0, 10)), True),
        (Region("circle", (1001, 0, 10)), False),
        (Region("circle", (5, 5, 0)), False),
        (Region("polygon", (0, 0, 5, 5, 0, 5)), True),
        (Region("polygon", (0, 0, 5, 5, 0, 0)), False),
        (Region("polygon", (0, 0, 5, 5, 0)), False),
        (Region("star", (0, 0, 5)), False),  # type: ignore[arg-type]
    ],
)
def test_a_region_lies_within_its_image_and_has_an_area(region: Region, *, inside: bool) -> None:
    assert is_inside(region) is inside
    assert (Fault("region_outside", "a") in faults(with_option("hotspot", "a", region=region))) is not inside


def test_the_seal_of_what_was_published_before_the_other_kinds_stays_as_it_was() -> None:
    assert digest(GOOD) == "4dcb642c172c87f462bb048f43401b0438b7ca2fd4db76c3f87724269e72dc3f"
    assert (
        digest(question_content(kind="multiple", correct="ac"))
        == "83a71e5e14cfc537042535473b9b5b988d4e4ebf57da83534946e7107ae0d422"
    )
    assert digest(question_content(kind="multiple", correct="ac")) == digest(
        replace(question_content(kind="multiple", correct="ac"), credit="right_minus_wrong")
    )


@pytest.mark.parametrize(
    ("content", "changes"),
    [
        (of("multiple"), {"credit": "per_option"}),
        (of("numeric"), {"numeric": NumericKey(Decimal("3.5"), Decimal("0.2"), Bilingual("ساعة", "hours"))}),
        (of("numeric"), {"numeric": NumericKey(Decimal("3.5"), Decimal("0.1"))}),
        (of("short_text"), {"accepted": ("المفوضية",)}),
        (of("matching"), {"options": with_option("matching", "d", match=both("fourth")).options}),
        (
            of("ordering"),
            {"options": tuple(replace(one, rank=4 - one.rank) for one in of("ordering").options)},
        ),
        (
            of("hotspot"),
            {"options": with_option("hotspot", "a", region=Region("rect", (0, 0, 9, 9))).options},
        ),
        (of("hotspot"), {"image": replace(picture(), sha256="0" * 64)}),
        (of("hotspot"), {"image": replace(picture(), alt=both("other"))}),
        (of("open_text"), {"rubric": of("open_text").rubric[:1]}),
        (of("single"), {"stimulus": STORY}),
        (of("single", stimulus=STORY), {"stimulus": replace(STORY, image=None)}),
    ],
)
def test_the_seal_covers_what_is_particular_to_a_kind(content: QuestionContent, changes: Any) -> None:
    assert digest(replace(content, **changes)) != digest(content)


def test_the_seal_knows_a_number_by_its_value_and_an_image_by_its_contents() -> None:
    longer = NumericKey(Decimal("3.50"), Decimal("0.100"), Bilingual("ساعة", "hours"))
    assert digest(of("numeric", numeric=longer)) == digest(of("numeric"))
    assert digest(of("hotspot", image=replace(picture(), name="other.png"))) == digest(of("hotspot"))
