"""GIFT as Moodle documents it, construct by construct."""

from decimal import Decimal
from pathlib import Path

import pytest

from lms.assessments.content import Bilingual
from lms.assessments.interchange.files import read_questions
from lms.assessments.interchange.gift_read import read_gift
from lms.assessments.interchange.model import InterchangeError, Item, Loss

FILE = Path(__file__).resolve().parents[3] / "fixtures/questions/documented.gift"


@pytest.fixture(scope="module")
def items() -> dict[str, Item]:
    return {one.name: one for one in read_gift(FILE.read_text(encoding="utf-8")).items}


def one(text: str) -> Item:
    [item] = read_gift(text).items
    return item


def english(item: Item) -> list[tuple[str, bool]]:
    return [(option.text.en, option.is_correct) for option in item.content.options]


def codes(item: Item) -> set[str]:
    return {loss.code for loss in item.losses}


def test_every_documented_construct_is_read() -> None:
    reading = read_gift(FILE.read_text(encoding="utf-8"))
    assert reading.counts == {
        "matching": 1,
        "multiple": 1,
        "numeric": 4,
        "open_text": 1,
        "ordering": 1,
        "short_text": 4,
        "single": 7,
        "true_false": 3,
    }
    assert [(left.kind, left.loss.code) for left in reading.left] == [
        ("description", "description"),
        ("cloze", "cloze"),
        ("cloze", "several_braces"),
    ]


def test_a_choice_has_its_right_answer(items: dict[str, Item]) -> None:
    assert english(items["Who counts"]) == [
        ("Observers", False),
        ("Candidates", False),
        ("Polling staff", True),
    ]
    assert items["Who counts"].content.stem == Bilingual("", "Who counts the ballots?")


def test_an_answer_inside_a_sentence_leaves_a_blank(items: dict[str, Item]) -> None:
    assert items["Ballots are counted by _____ at the station."].content.kind == "single"
    assert items["A station opens at _____ in the morning."].content.kind == "single"


@pytest.mark.parametrize("word", ["T", "TRUE", "F", "FALSE", "true", "False"])
def test_true_and_false_in_all_spellings(word: str) -> None:
    item = one(f"An observer watches.{{{word}}}")
    right = {option.key for option in item.content.options if option.is_correct}
    assert (item.content.kind, right) == ("true_false", {word[0].lower()})


def test_feedback_on_answers_is_lost_and_general_feedback_explains(items: dict[str, Item]) -> None:
    item = items["With feedback"]
    assert item.content.explanation.en == "Each seal is numbered so that a change shows."
    assert [loss.detail for loss in item.losses if loss.code == "option_feedback"] == [
        "No, look at one.",
        "Right.",
    ]


def test_pairs_and_distractors_of_matching(items: dict[str, Item]) -> None:
    pairs = [(one.text.en, one.match.en) for one in items["Who does what?"].content.options]
    assert pairs == [
        ("counts", "polling staff"),
        ("watches", "observer"),
        ("votes", "voter"),
        ("", "candidate"),
    ]


@pytest.mark.parametrize(
    ("answer", "value", "tolerance"),
    [
        ("#4", "4", "0"),
        ("#=4", "4", "0"),
        ("#11:0.5", "11", "0.5"),
        ("#0.45..0.55", "0.5", "0.05"),
        ("#-2..2", "0", "2"),
        ("#٣٫٥:٠٫١", "3.5", "0.1"),
        ("#1e2", "100", "0"),
        ("# =%100%4:1 ", "4", "1"),
    ],
)
def test_numbers_with_tolerance_and_ranges(answer: str, value: str, tolerance: str) -> None:
    numeric = one(f"How many?{{{answer}}}").content.numeric
    assert numeric is not None
    assert (numeric.value, numeric.tolerance) == (Decimal(value), Decimal(tolerance))


def test_numbers_that_count_half_are_lost() -> None:
    item = one("When?{#=2012:0 =%50%2012:2 ~#Look it up.}")
    assert Loss("weights", "2012:2: 50 %") in item.losses
    assert Loss("option_feedback", "Look it up.") in item.losses


def test_several_right_numbers_are_no_question_of_ours() -> None:
    [left] = read_gift("Which?{#=1:0 =2:0}").left
    assert left.loss.code == "several_numbers"


def test_texts_in_html_markdown_and_plain(items: dict[str, Item]) -> None:
    assert items["Is the box empty?"].losses == (Loss("formatting"),)
    assert english(items["Is the box sealed?"]) == [("yes <always>", True), ("no", False)]


def test_weights_that_our_rule_says_are_no_loss(items: dict[str, Item]) -> None:
    item = items["Which two are allowed?"]
    assert [right for _, right in english(item)] == [False, True, True, False]
    assert (item.content.kind, item.losses) == ("multiple", ())


def test_other_weights_are_lost(items: dict[str, Item]) -> None:
    assert items["Half right"].losses == (Loss("weights", "0 %, 50 %, 100 %"),)
    assert codes(one("Two?{~%50%a ~%50%b ~c}")) == {"weights"}


def test_escapes_are_the_signs_themselves(items: dict[str, Item]) -> None:
    assert [text for text, _ in english(items["Which is a sum of five?"])] == [
        "= 2 + 2",
        "= 2 + 3",
        "a{b} : ~ # \\ c\nd",
    ]


def test_category_identity_and_tags(items: dict[str, Item]) -> None:
    item = items["Tagged"]
    assert item.code == "CNT-7"
    assert (item.tags.area, item.tags.area_name.en) == ("counting-and-closing", "Counting and closing")
    assert (item.tags.topic, item.tags.difficulty) == ("counting", "hard")
    assert {loss.code: loss.detail for loss in item.losses} == {
        "tags": "mine",
        "option_feedback": "Yes",
        "weights": "seals: 25 %",
        "wildcard": "paper*",
    }


@pytest.mark.parametrize(
    ("path", "area", "name"),
    [
        ("$course$/top", "", ""),
        ("$course$/top/Default for Test", "", ""),
        ("$module$/top/A/B//C", "b-c", "B/C"),
        ("law", "law", ""),
        ("$course$/top/القانون", "area-01e88ca5", "القانون"),
    ],
)
def test_the_last_part_of_a_category_is_the_area(path: str, area: str, name: str) -> None:
    tags = one(f"$CATEGORY: {path}\n\nTrue?{{T}}").tags
    assert (tags.area, tags.area_name.ar) == (area, name)


def test_a_category_right_above_a_question_is_one_all_the_same() -> None:
    item = one("$CATEGORY: law\nTrue?{T}")
    assert (item.tags.area, item.content.stem.en, item.where) == ("law", "True?", "line 2")


def test_steps_to_put_in_order(items: dict[str, Item]) -> None:
    steps = [(option.rank, option.text.en) for option in items["Steps"].content.options]
    assert steps == [(1, "Open"), (2, "Vote"), (3, "Count")]


@pytest.mark.parametrize(
    ("head", "credit", "losses"),
    [
        # Moodle fills in what the head leaves out.
        (">", None, {"weights"}),
        (">2", None, {"ordering_subset", "weights"}),
        (">2     none", None, {"ordering_subset", "weights"}),
        (">3 EXACT H ABS", None, set()),
        (">3 ALL_OR_NOTHING", "all_or_nothing", set()),
        (">2 RANDOM VERTICAL ABSOLUTE SHOW none", None, {"ordering_subset"}),
        (">3 ALL HORIZONTAL RELATIVE_ALL_PREVIOUS_AND_NEXT HIDE", None, {"weights"}),
    ],
)
def test_settings_of_ordering(head: str, credit: str | None, losses: set[str]) -> None:
    item = one(f"Order.{{{head}\na\nb\nc\n}}")
    assert (item.content.credit, codes(item), len(item.content.options)) == (credit, losses, 3)


def test_two_languages_become_one_question(items: dict[str, Item]) -> None:
    item = items["Both"]
    assert item.content.stem == Bilingual("هل المراقب محايد؟", "Is an observer neutral?")
    assert [option.text for option in item.content.options] == [
        Bilingual("نعم", "Yes"),
        Bilingual("لا", "No"),
        Bilingual("100 %", "100 %"),
    ]
    assert item.languages == ("ar", "en")


@pytest.mark.parametrize(
    ("text", "asked_for", "found"),
    [
        ("هل هذا صحيح؟{T}", None, "ar"),
        ("Is it true?{T}", None, "en"),
        ("Is it true?{T}", "ar", "ar"),
        ("1 + 1 \\= 2{T}", None, "en"),
        ("ما معنى HNEC؟{=المفوضية}", None, "ar"),
    ],
)
def test_a_text_without_marks_is_in_the_language_of_its_letters_or_as_told(
    text: str, asked_for: str, found: str
) -> None:
    [item] = read_gift(text, asked_for).items  # type: ignore[arg-type]
    assert item.languages == (found,)


@pytest.mark.parametrize("mark", ["\ufeff", ""])
@pytest.mark.parametrize("line_end", ["\n", "\r\n", "\r"])
def test_marks_and_line_ends_of_all_systems(mark: str, line_end: str) -> None:
    text = mark + line_end.join(["// a comment", "::A::True?{T}", "", "", "::B::False?{F}"])
    reading = read_gift(text)
    assert [(item.name, item.where) for item in reading.items] == [("A", "line 2"), ("B", "line 5")]


@pytest.mark.parametrize(
    ("text", "code", "where"),
    [
        ("One?{=a ~b}\n\nA brace { alone", "gift_brace", "line 3"),
        ("A brace } alone", "gift_brace", "line 1"),
        ("} before {", "gift_brace", "line 1"),
        ("Choice?{~only one}", "too_few_answers", "line 1"),
        ("Match?{=a -> b =c}", "gift_no_arrow", "line 1"),
        ("Match?{=a -> b}", "too_few_answers", "line 1"),
        ("Order?{>1 ALL\na\n}", "too_few_answers", "line 1"),
        ("How many?{#}", "gift_no_number", "line 1"),
        ("How many?{#many}", "not_a_number", "line 1"),
        ("How many?{#1,5}", "not_a_number", "line 1"),
        ("How many?{#1e99}", "not_a_number", "line 1"),
        ("// nothing but a comment", "nothing_found", ""),
    ],
)
def test_malformed_files_are_refused_with_their_line(text: str, code: str, where: str) -> None:
    with pytest.raises(InterchangeError) as refusal:
        read_gift(text)
    assert [(one.code, one.where) for one in refusal.value.problems] == [(code, where)]


def test_one_run_names_every_fault() -> None:
    with pytest.raises(InterchangeError) as refusal:
        read_gift("a{\n\nb{T}\n\nc{#x}\n\nd}")
    assert [(one.code, one.where) for one in refusal.value.problems] == [
        ("gift_brace", "line 1"),
        ("not_a_number", "line 5"),
        ("gift_brace", "line 7"),
    ]


def test_a_second_question_with_the_same_identity_gets_another() -> None:
    first, second = read_gift("// [id:X]\na?{T}\n\n// [id:X]\nb?{T}").items
    assert (first.code, second.code) == ("X", "")
    assert second.losses == (Loss("code_changed", "X"),)


def test_a_damaged_line_of_ours_is_passed_over() -> None:
    item = one('// sanad: {"keys": 5, "source": "Law"}\na?{=x ~y}')
    assert codes(item) == {"extras"}


def test_scripts_never_survive() -> None:
    item = one('[html]Hello<script>alert(1)</script> <a href="javascript:x" onclick="y">there</a>{T}')
    assert item.content.stem.en == "Hello there"
    assert codes(item) == {"script", "link"}


def test_a_question_right_below_another_is_refused_by_its_name() -> None:
    """Moodle would take it for the end of the first one; some generators leave the empty line out."""
    with pytest.raises(InterchangeError, match="line 1 gift_run_together ::Two::And five"):
        read_gift("::One::Is four even? {T}\n::Two::And five? {F}\n")
    [left] = read_gift("Four? {=4 ~5}\nSix? {=6 ~7}\n").left
    assert left.loss.code == "several_braces"


def test_aiken_is_no_gift() -> None:
    with pytest.raises(InterchangeError, match="aiken"):
        read_gift("Who counts?\nA. Observers\nB) Staff\nANSWER: B\n")


@pytest.mark.parametrize(
    "text", ["Каков кворум? {=Две трети ~Половина}", "מהו הקוורום? {T}", "定足数は? {F}"]
)
def test_a_question_in_other_letters_is_named(text: str) -> None:
    assert codes(one(text)) == {"other_language"}


def test_greek_letters_in_a_formula_are_no_other_language() -> None:
    assert codes(one("αβγδε = π? {T}")) == set()


def test_a_question_with_the_words_of_a_heading_is_no_table() -> None:
    [found] = read_questions(b"Question (for two marks), answer - in short {=a ~b}\n").items
    assert found.content.kind == "single"


def test_letters_of_other_languages_in_arabic_script_are_arabic() -> None:
    assert codes(one("\u0750\u0751\u08a0 \u0633\u0624\u0627\u0644\u061f {T}")) == set()
