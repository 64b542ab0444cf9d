"""Questions in CSV, as this platform writes them and as people type them."""

import csv
import io
from dataclasses import replace
from decimal import Decimal

import pytest

from lms.assessments.content import Bilingual
from lms.assessments.interchange.files import read_questions, write_questions
from lms.assessments.interchange.model import InterchangeError, Item
from lms.assessments.interchange.table_columns import guard, read_heading, unguard
from lms.assessments.interchange.table_read import read_table
from tests.factories.interchange import content, every_kind, item


def table(*rows: list[str], delimiter: str = ",") -> str:
    buffer = io.StringIO()
    csv.writer(buffer, delimiter=delimiter).writerows(rows)
    return buffer.getvalue()


def one(*rows: list[str]) -> Item:
    [item] = read_table(table(*rows)).items
    return item


def right(item: Item) -> list[str]:
    return [option.key for option in item.content.options if option.is_correct]


@pytest.mark.parametrize(
    ("heading", "column"),
    [
        ("stem_ar", "stem_ar"),
        ("Question", "stem"),
        ("السؤال", "stem"),
        ("Correct answer", "correct"),
        ("option_a_en", ("option", "a", "en")),
        ("criterion_1_marks", ("criterion", "1", "marks")),
        ("Option B", ("option", "b", "")),
        ("Choice 3", ("option", "c", "")),
        ("الخيار ب", ("option", "b", "")),
        ("colour", None),
    ],
)
def test_headings_of_ours_and_of_others(heading: str, column: object) -> None:
    assert read_heading(heading) == column


@pytest.mark.parametrize("answer", ["B", "b", "2", "eight"])
def test_a_table_as_people_type_it(answer: str) -> None:
    found = one(
        ["Question", "Option A", "Option B", "Option C", "Answer"],
        ["When?", "seven", "eight", "nine", answer],
    )
    assert (found.content.kind, right(found), found.content.stem) == ("single", ["b"], Bilingual("", "When?"))


def test_an_arabic_table() -> None:
    found = one(
        ["السؤال", "الخيار أ", "الخيار ب", "الإجابة", "الصعوبة", "المحور"],
        ["متى؟", "السابعة", "الثامنة", "2", "hard", "يوم الاقتراع"],
    )
    assert (found.content.stem.ar, right(found), found.tags.difficulty) == ("متى؟", ["b"], "hard")
    assert found.tags.area.startswith("area-")
    assert found.tags.area_name == Bilingual("يوم الاقتراع", "يوم الاقتراع")


@pytest.mark.parametrize(
    ("cells", "kind"),
    [
        ({"option_a_en": "x", "option_b_en": "y", "correct": "a"}, "single"),
        ({"option_a_en": "x", "option_b_en": "y", "correct": "a b"}, "multiple"),
        ({"option_a_en": "x", "match_a_en": "y", "option_b_en": "z", "match_b_en": "w"}, "matching"),
        ({"value": "3"}, "numeric"),
        ({"accepted": "x | y"}, "short_text"),
        ({"correct": "true"}, "true_false"),
        ({"correct": "خطأ"}, "true_false"),
        ({}, "open_text"),
    ],
)
def test_the_kind_is_what_a_row_fills_in(cells: dict[str, str], kind: str) -> None:
    assert one(["stem_en", *cells], ["Asked", *cells.values()]).content.kind == kind


def test_numbers_accepted_texts_criteria_and_order() -> None:
    heading = [
        *("stem_en", "kind", "value", "tolerance", "accepted", "correct", "option_a_en", "option_b_en"),
        *("criterion_x_en", "criterion_x_marks"),
    ]
    rows = [
        ["N", "numeric", "٣٫٥", "0.5", "", "", "", "", "", ""],
        ["S", "short_text", "", "", "x|y\nz", "", "", "", "", ""],
        ["O", "ordering", "", "", "", "b a", "second", "first", "", ""],
        ["T", "open_text", "", "", "", "", "", "", "Says when", "2.5"],
    ]
    numeric, short, order, open_text = read_table(table(heading, *rows)).items
    assert numeric.content.numeric is not None
    assert (numeric.content.numeric.value, numeric.content.numeric.tolerance) == (
        Decimal("3.5"),
        Decimal("0.5"),
    )
    assert short.content.accepted == ("x", "y", "z")
    assert order.content.right_order == ("b", "a")
    assert [(one.key, one.marks) for one in open_text.content.rubric] == [("x", Decimal("2.50"))]


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_separators_and_encodings_of_spreadsheets(delimiter: str, encoding: str) -> None:
    text = table(["stem_ar", "correct"], ["صحيح؟", "true"], delimiter=delimiter)
    [found] = read_questions(text.encode(encoding)).items
    assert found.content.stem.ar == "صحيح؟"


def test_the_line_that_names_the_separator_is_no_heading() -> None:
    [found] = read_table("sep=;\nstem_en;correct\nTrue?;true\n").items
    assert found.content.kind == "true_false"


@pytest.mark.parametrize("text", ["=1+1", "+x", "-x", "@x", "'=1", "''=1", "'x", "x", "", "=", "'"])
def test_cells_that_spreadsheets_would_run_come_back_as_they_were(text: str) -> None:
    assert unguard(guard(text)) == text
    assert not guard(text).startswith(("=", "+", "-", "@"))


def test_no_cell_of_an_exported_bank_is_a_formula() -> None:
    asked = content("single", stem=Bilingual("=cmd|' /C calc'!A0", "@SUM(1)"))
    data = write_questions([item("-X", asked), *every_kind()], format_name="csv", bank="B").data
    cells = [cell for row in csv.reader(io.StringIO(data.decode("utf-8-sig"))) for cell in row]
    assert not [cell for cell in cells if cell.startswith(("=", "+", "-", "@", "\t", "\r"))]
    assert read_questions(data).items[0].content.stem.en == "@SUM(1)"


@pytest.mark.parametrize(
    ("rows", "code", "where"),
    [
        ([["colour", "size"], ["red", "L"]], "csv_no_stem", "row 1"),
        ([["stem_en", "stem_en"], ["a", "b"]], "csv_column_twice", "row 1"),
        ([["stem_en"], ["a", "b"]], "csv_surplus", "row 2"),
        ([["stem_en", "kind"], ["a", "riddle"]], "not_a_kind", "row 2"),
        ([["stem_en", "difficulty"], ["a", "brutal"]], "not_a_difficulty", "row 2"),
        ([["stem_en", "kind", "value"], ["a", "numeric", "many"]], "not_a_number", "row 2"),
        (
            [["stem_en", "option_a", "option_b", "correct"], ["a", "x", "y", "z"]],
            "csv_correct_unknown",
            "row 2",
        ),
        ([["stem_en", "kind", "correct"], ["a", "true_false", "maybe"]], "csv_not_true_or_false", "row 2"),
        (
            [["stem_en", "kind", "option_a", "option_b", "correct"], ["a", "ordering", "x", "y", "a"]],
            "csv_order",
            "row 2",
        ),
        ([["stem_en", "kind", "credit"], ["a", "single", "per_option"]], "not_a_credit", "row 2"),
        ([["stem_en"], ["x" * 40_001]], "csv_cell_too_long", "row 2"),
        ([["stem_en"], [""]], "nothing_found", ""),
    ],
)
def test_malformed_tables_are_refused_with_their_row(rows: list[list[str]], code: str, where: str) -> None:
    with pytest.raises(InterchangeError) as refusal:
        read_table(table(*rows))
    assert [(one.code, one.where) for one in refusal.value.problems] == [(code, where)]


def test_quotation_marks_that_do_not_match_are_refused() -> None:
    with pytest.raises(InterchangeError, match="csv_malformed"):
        read_table('stem_en,kind\n"never closed,single\n')


def test_regions_are_not_for_tables() -> None:
    [left] = read_table(table(["stem_en", "kind"], ["Where?", "hotspot"])).left
    assert left.loss.code == "hotspot_without_image"


def options(*texts: str) -> list[list[str]]:
    """The heading and the beginning of a row as Quizizz, Blooket and Kahoot have them."""
    return [["Question", *(f"Option {number}" for number in range(1, len(texts) + 1))], ["How many?", *texts]]


@pytest.mark.parametrize(
    ("texts", "answer"),
    [
        (("5", "6", "4", "1"), "1"),
        (("2", "4", "6", "8"), "4"),
        (("C", "A", "B"), "b"),
        (("2", "3", "4"), "1,3"),
    ],
)
def test_an_answer_that_means_two_options_is_refused(texts: tuple[str, ...], answer: str) -> None:
    heading, row = options(*texts)
    with pytest.raises(InterchangeError, match="csv_correct_ambiguous"):
        read_table(table([*heading, "Answer"], [*row, answer]))


@pytest.mark.parametrize(("texts", "answer"), [(("1", "2", "3"), "2"), (("x", "2", "y"), "2")])
def test_an_answer_that_means_the_same_option_twice_is_plain(texts: tuple[str, ...], answer: str) -> None:
    heading, row = options(*texts)
    assert right(one([*heading, "Answer"], [*row, answer])) == ["b"]


@pytest.mark.parametrize("answer", ["0012", "0100", "99", "0"])
def test_a_place_that_is_not_there_is_refused(answer: str) -> None:
    heading, row = options(*"abcdefghijkl")
    with pytest.raises(InterchangeError, match="csv_correct_unknown"):
        read_table(table([*heading, "Answer"], [*row, answer]))


@pytest.mark.parametrize("names", [("Option A", "Option B"), ("option_a_en", "option_b_en")])
def test_no_answer_names_no_option(names: tuple[str, str]) -> None:
    found = one(["stem_en", *names, "correct"], ["When?", "x", "y", ""])
    assert (found.content.kind, right(found)) == ("single", [])


@pytest.mark.parametrize("answer", ["ثمان", "eight"])
def test_an_option_by_its_words_in_either_language(answer: str) -> None:
    found = one(
        ["stem_en", "option_a_ar", "option_a_en", "option_b_ar", "option_b_en", "correct"],
        ["When?", "سبع", "seven", "ثمان", "eight", answer],
    )
    assert right(found) == ["b"]


def test_a_place_counts_columns_and_not_what_is_filled_in() -> None:
    heading, row = options("x", "", "y", "z")
    assert right(one([*heading, "Answer"], [*row, "3"])) == ["c"]


def test_the_key_in_our_own_column_is_never_the_words_of_another_option() -> None:
    """Which vitamin? The option a says “B”, the option b says “A”."""
    asked = content("single")
    letters = [Bilingual("", text) for text in "BAC"]
    asked = replace(
        asked,
        options=tuple(replace(one, text=text) for one, text in zip(asked.options, letters, strict=False)),
    )
    [found] = read_questions(write_questions([item("V", asked)], format_name="csv", bank="B").data).items
    assert right(found) == [option.key for option in asked.options if option.is_correct]


def test_headings_of_kahoot_and_of_a_letter_alone() -> None:
    kahoot = one(
        [
            *(
                "Question - max 120 characters",
                "Answer 1 - max 75 characters",
                "Answer 2 - max 75 characters",
            ),
            *("Time limit (sec)", "Correct answer(s)"),
        ],
        ["When?", "noon", "night", "20", "2"],
    )
    assert (right(kahoot), [(loss.code, loss.detail) for loss in kahoot.losses]) == (
        ["b"],
        [("columns", "Time limit (sec): 20")],
    )
    assert right(one(["Question", "A", "B", "C", "Answer"], ["When?", "x", "y", "z", "C"])) == ["c"]
    assert right(one(["السؤال", "أ", "ب", "الإجابة"], ["متى؟", "س", "ص", "ب"])) == ["b"]


@pytest.mark.parametrize(
    ("kind", "answer", "expected"),
    [
        ("Multiple Choice", "2", ("single", ["b"])),
        ("MCQ", "1,2", ("multiple", ["a", "b"])),
        ("Checkboxes", "2", ("multiple", ["b"])),
    ],
)
def test_kinds_by_their_usual_names(kind: str, answer: str, expected: tuple[str, list[str]]) -> None:
    heading, row = options("x", "y", "z")
    found = one([*heading, "Question Type", "Correct Answer"], [*row, kind, answer])
    assert (found.content.kind, right(found)) == expected


def test_true_or_false_by_the_place_of_the_word() -> None:
    heading, row = options("False", "True")
    found = one([*heading, "Type", "Answer"], [*row, "TRUE_FALSE", "1"])
    assert (found.content.kind, right(found)) == ("true_false", ["f"])


def test_an_answer_without_options_is_typed() -> None:
    found = one(["question", "answer"], ["Capital?", "Tripoli"])
    assert (found.content.kind, found.content.accepted) == ("short_text", ("Tripoli",))


def test_an_answer_whose_options_are_not_known_is_refused() -> None:
    """Gimkit: the wrong answers have headings of their own."""
    with pytest.raises(InterchangeError, match="csv_no_options Incorrect Answer 1: Sabha"):
        read_table(
            table(["Question", "Correct Answer", "Incorrect Answer 1"], ["Capital?", "Tripoli", "Sabha"])
        )


def test_columns_that_a_kind_does_not_have_are_named() -> None:
    found = one(["stem_en", "kind", "value", "option_a"], ["N", "numeric", "3", "x"])
    assert [(loss.code, loss.detail) for loss in found.losses] == [("columns", "x")]
    found = one(["Question", "Type", "Answer"], ["Why?", "Essay", "Because."])
    assert [(loss.code, loss.detail) for loss in found.losses] == [("columns", "Because.")]


def test_columns_that_are_the_same_are_named_as_they_stand() -> None:
    with pytest.raises(InterchangeError, match="csv_column_twice Question #, Question Text"):
        read_table(table(["Question #", "Question Text"], ["1", "When?"]))


@pytest.mark.parametrize(
    "text",
    [
        "NewQuestion,MC,,,\nTitle,Motto,,,\nOption,100,Truth,,\n",
        '"Timestamp","Score","What is the quorum?"\n"2024/05/01","2 / 2","Two, or three"\n',
    ],
    ids=["Brightspace", "Google Forms"],
)
def test_tables_of_another_layout_are_refused_as_tables(text: str) -> None:
    with pytest.raises(InterchangeError, match="csv_no_stem"):
        read_questions(text.encode())
