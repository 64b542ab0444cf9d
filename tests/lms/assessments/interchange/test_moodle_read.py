"""Moodle XML, type by type."""

from decimal import Decimal
from pathlib import Path

import pytest

from lms.assessments.content import Bilingual
from lms.assessments.interchange.model import InterchangeError, Item
from lms.assessments.interchange.moodle_read import read_moodle

FILE = Path(__file__).resolve().parents[3] / "fixtures/questions/moodle-kinds.xml"


@pytest.fixture(scope="module")
def items() -> dict[str, Item]:
    return {one.name: one for one in read_moodle(FILE.read_bytes()).items}


def question(kind: str, inner: str) -> Item:
    [item] = read_moodle(_quiz(kind, inner)).items
    return item


def _quiz(kind: str, inner: str) -> bytes:
    asked = '<questiontext format="html"><text>What?</text></questiontext>'
    return (
        f'<quiz><question type="{kind}"><name><text>N</text></name>{asked}{inner}</question></quiz>'.encode()
    )


def lost(item: Item) -> dict[str, str]:
    return {loss.code: loss.detail for loss in item.losses}


def test_every_type_is_read_or_left_out_with_its_reason() -> None:
    reading = read_moodle(FILE.read_bytes())
    assert reading.counts == dict.fromkeys(
        ("matching", "multiple", "numeric", "open_text", "ordering", "short_text", "single", "true_false"), 1
    )
    assert [(left.kind, left.loss.code, left.name) for left in reading.left] == [
        ("cloze", "cloze", "Gaps"),
        ("ddwtos", "gaps", "Drag words"),
        ("calculated", "calculated", "Calculated"),
        ("description", "description", "Read this"),
    ]


def test_what_our_questions_cannot_say_is_named(items: dict[str, Item]) -> None:
    item = items["Silence day"]
    assert lost(item) == {
        "tags": "campaign",
        "penalty": "0.3333333",
        "marks": "2.0000000",
        "fixed_order": "",
        "hints": "Look at the calendar.",
        "overall_feedback": "Your answer is correct. / Your answer is partially correct. / Your answer is incorrect.",
        "option_feedback": "Yes.",
        "weights": "100 %, 50 %, 0 %",
        "formatting": "",
    }


def test_identity_area_topic_and_image(items: dict[str, Item]) -> None:
    item = items["Silence day"]
    assert (item.code, item.tags.area, item.tags.topic) == ("SD-1", "legal-framework", "silence-day")
    assert item.content.image is not None
    assert item.content.image.alt == Bilingual("", "A calendar")
    assert item.images[item.content.image.sha256].startswith(b"\x89PNG")
    assert item.content.explanation.en == "It begins twenty-four hours before polling."


def test_thirds_are_thirds_however_they_are_rounded(items: dict[str, Item]) -> None:
    item = items["Two right"]
    assert (item.content.kind, item.losses) == ("multiple", ())
    assert [option.is_correct for option in item.content.options] == [True, True, False, False, False]


def test_both_ways_of_marking_languages(items: dict[str, Item]) -> None:
    item = items["Neutral"]
    assert item.content.stem == Bilingual("المراقب محايد.", "An observer is neutral.")
    assert item.content.explanation == Bilingual("الحياد واجب.", "Neutrality is a duty.")


def test_accepted_texts_numbers_and_units(items: dict[str, Item]) -> None:
    assert items["Short"].content.accepted == ("HNEC",)
    assert lost(items["Short"]) == {
        "letter_case": "",
        "wildcard": "The *Commission",
        "weights": "The ministry: 25 %",
    }
    numeric = items["Number"].content.numeric
    assert numeric is not None
    assert (numeric.value, numeric.tolerance, numeric.unit.en) == (Decimal(11), Decimal("0.5"), "hours")
    assert lost(items["Number"])["units"] == "minutes"


def test_what_the_marker_is_told_becomes_the_criterion(items: dict[str, Item]) -> None:
    [criterion] = items["Essay"].content.rubric
    assert (criterion.text.en, criterion.marks) == ("Seals, empty box, time.", Decimal("5.00"))
    assert set(lost(items["Essay"])) == {"response_template", "attachments", "word_limit"}


def test_steps_come_in_the_order_of_the_file(items: dict[str, Item]) -> None:
    assert [one.text.en for one in items["Ordering"].content.options] == ["Open the station", "Vote", "Count"]
    assert set(lost(items["Ordering"])) == {"ordering_subset", "weights"}


def test_true_and_false_of_old_exports_come_in_that_order() -> None:
    answers = (
        '<answer fraction="0"><text>Vrai</text></answer><answer fraction="100"><text>Faux</text></answer>'
    )
    item = question("truefalse", answers)
    assert [(one.key, one.is_correct) for one in item.content.options] == [("t", False), ("f", True)]


def test_all_or_nothing_of_the_plugin_is_our_rule_of_that_name() -> None:
    answers = "".join(f'<answer fraction="{n}"><text>{n}</text></answer>' for n in ("100", "100.0", "0"))
    item = question("multichoiceset", answers)
    assert (item.content.kind, item.content.credit, item.losses) == ("multiple", "all_or_nothing", ())


@pytest.mark.parametrize(
    ("single", "kind"), [("true", "single"), ("1", "single"), ("false", "multiple"), ("0", "multiple")]
)
def test_single_in_all_spellings(single: str, kind: str) -> None:
    answers = '<answer fraction="100"><text>a</text></answer><answer fraction="-100"><text>b</text></answer>'
    assert question("multichoice", f"<single>{single}</single>{answers}").content.kind == kind


def test_markup_that_nobody_escaped_is_markup_all_the_same() -> None:
    text = "<questiontext><text><p>One</p><p>Two</p></text></questiontext>"
    answers = "".join(f'<answer fraction="{n}"><text>{n}</text></answer>' for n in (100, 0))
    [item] = read_moodle(f'<quiz><question type="truefalse">{text}{answers}</question></quiz>'.encode()).items
    assert item.content.stem.en == "One\nTwo"


@pytest.mark.parametrize(
    ("image", "code"),
    [
        ('<img src="https://example.org/x.png" alt="x">', "image_elsewhere"),
        ('<img src="//example.org/x.png">', "image_elsewhere"),
        ('<img src="@@PLUGINFILE@@/none.png">', "image_missing"),
        ('<img src="data:image/png;base64,AAAA">', "image_unreadable"),
        ('<img src="data:image/png;base64,!!!!">', "image_missing"),
        ('<img src="data:image/svg+xml;base64,PHN2Zy8+">', "image_unreadable"),
    ],
)
def test_images_that_are_lost_are_named(image: str, code: str) -> None:
    text = f'<questiontext format="html"><text><![CDATA[{image}]]></text></questiontext>'
    answers = (
        '<answer fraction="100"><text>true</text></answer><answer fraction="0"><text>false</text></answer>'
    )
    [item] = read_moodle(f'<quiz><question type="truefalse">{text}{answers}</question></quiz>'.encode()).items
    assert [loss.code for loss in item.losses] == [code]
    assert item.content.image is None


@pytest.mark.parametrize(
    ("kind", "inner", "code"),
    [
        ("multichoice", "", "too_few_answers"),
        ("multichoice", '<answer fraction="half"><text>a</text></answer>', "not_a_number"),
        ("truefalse", '<answer fraction="100"><text>true</text></answer>', "too_few_answers"),
        ("numerical", '<answer fraction="100"><text>many</text></answer>', "not_a_number"),
        (
            "numerical",
            '<answer fraction="100"><text>1</text><tolerance>x</tolerance></answer>',
            "not_a_number",
        ),
        ("matching", "<subquestion><text>a</text></subquestion>", "too_few_answers"),
    ],
)
def test_malformed_questions_refuse_the_file_with_their_line(kind: str, inner: str, code: str) -> None:
    with pytest.raises(InterchangeError) as refusal:
        read_moodle(_quiz(kind, inner))
    assert [(one.code, one.where) for one in refusal.value.problems] == [(code, "line 1")]


@pytest.mark.parametrize(
    ("kind", "inner", "code"),
    [
        ("numerical", '<answer fraction="100"><text>*</text></answer>', "any_number"),
        ("numerical", '<answer fraction="0"><text>1</text></answer>', "no_full_answer"),
        ("shortanswer", '<answer fraction="100"><text>*</text></answer>', "only_wildcards"),
        ("shortanswer", '<answer fraction="0"><text>HNEC</text></answer>', "no_full_answer"),
        ("stack", "", "type_unknown"),
        ("", "", "type_unknown"),
        ("description", f"<generalfeedback><text>{'x' * 10_001}</text></generalfeedback>", "description"),
    ],
)
def test_questions_that_cannot_be_ours_are_left_out(kind: str, inner: str, code: str) -> None:
    [left] = read_moodle(_quiz(kind, inner)).left
    assert left.loss.code == code


def test_another_root_is_no_moodle_xml() -> None:
    with pytest.raises(InterchangeError, match="not_moodle"):
        read_moodle(b"<html><body/></html>")


def test_a_question_without_a_name_is_called_by_its_words() -> None:
    asked = '<question type="essay"><questiontext><text>Describe\nthe &lt;b&gt;count&lt;/b&gt;.</text></questiontext>'
    [item] = read_moodle(f"<quiz>{asked}</question></quiz>".encode()).items
    assert item.name == "Describe the count."
