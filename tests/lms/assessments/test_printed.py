"""Printed forms: the order of the screen, every kind of question, a code on each page, and never a key."""

import re
from io import StringIO
from pathlib import Path
from typing import Any

import pypdfium2
import pypdfium2.raw as pdfium_c
import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone, translation

from lms.assessments import booklet
from lms.assessments.models import Exam, Paper, Printing
from lms.assessments.printed import booklet_of, letter_of, page_address, printing_pdf
from lms.assessments.selectors import paper_questions
from lms.assessments.selectors.keying import papers_of
from lms.common.typesetting import Document, TypesettingError
from tests.codes import read_codes
from tests.factories.accommodations import grant
from tests.factories.assessments import enrol
from tests.factories.papers import officer, paper_exam, printed

pytestmark = [pytest.mark.django_db, pytest.mark.once]


@pytest.fixture
def exam() -> Exam:
    return paper_exam()


@pytest.fixture
def printing(exam: Exam) -> Printing:
    printed(exam, enrol(exam, learner__name_ar="خديجة #1 الترهوني").learner, enrol(exam).learner)
    return Printing.objects.get()


def papers(printing: Printing) -> list[Paper]:
    return list(papers_of(printing))


def text_of(pdf: bytes) -> list[str]:
    """The text of each page, without blanks, which PDF readers place as they like."""
    return [re.sub(r"\s+", "", page.get_textpage().get_text_bounded()) for page in pypdfium2.PdfDocument(pdf)]


def codes_of(pdf: bytes, page: int) -> list[str]:
    """What a scanner reads on a page printed at 110 dots an inch, a poor copy."""
    image = pypdfium2.PdfDocument(pdf)[page].render(scale=110 / 72, grayscale=True).to_pil()
    return [found.text for found in read_codes(image)]


@pytest.mark.parametrize("language", ["ar", "en"])
def test_the_paper_asks_the_same_in_the_same_order_as_the_screen(printing: Printing, language: str) -> None:
    printing.language = language
    for form, paper in zip(booklet_of(printing, papers(printing)).forms, papers(printing), strict=True):
        with translation.override(language):
            bodies = paper_questions(paper.attempt)
            assert [question.position for question in form.questions] == [body.position for body in bodies]
            assert [question.stem for question in form.questions] == [body.stem for body in bodies]
            for question, body in zip(form.questions, bodies, strict=True):
                assert [(one.letter, one.text) for one in question.choices] == [
                    (choice.letter, choice.text) for choice in body.choices
                ]
                assert [one.text for one in question.lines] == [line.text for line in body.lines]
                assert question.unit == body.unit


def test_each_kind_has_its_place_on_the_answer_sheet(printing: Printing) -> None:
    by_kind: dict[str, booklet.Question] = {}
    [first, _second] = papers(printing)
    kinds = dict(first.attempt.slots.values_list("position", "version__kind"))
    for question in booklet_of(printing, [first]).forms[0].questions:
        by_kind[kinds[question.position]] = question
    assert {kind: one.sheet for kind, one in by_kind.items()} == {
        "single": "bubbles",
        "multiple": "bubbles",
        "true_false": "bubbles",
        "hotspot": "bubbles",
        "matching": "boxes",
        "ordering": "boxes",
        "numeric": "line",
        "short_text": "line",
        "open_text": "lines",
    }
    assert by_kind["numeric"].unit == "ساعة"
    assert [one.letter for one in by_kind["matching"].lines] == ["1", "2", "3"]
    assert [one.letter for one in by_kind["ordering"].lines] == ["أ", "ب", "ج"]
    spots = by_kind["hotspot"].spots
    assert sorted(spot.letter for spot in spots) == ["أ", "ب", "ج"]
    assert {spot.at for spot in spots} >= {(0.1, 0.1), (0.5, 0.5)}
    assert all(one.hint for one in by_kind.values())


def test_a_story_is_told_once(printing: Printing) -> None:
    for form in booklet_of(printing, papers(printing)).forms:
        assert sum(question.story is not None for question in form.questions) == 1


def test_no_key_enters_the_document(printing: Printing) -> None:
    data = str(booklet._data(booklet_of(printing, papers(printing)), [[], []]))
    for secret in ("Secret explanation", "المفوضية", "HNEC", "is_correct", "Names the rule", "'3.5'"):
        assert secret not in data


@pytest.fixture
def pdf(printing: Printing) -> bytes:
    return printing_pdf(printing, papers(printing))


def test_every_page_bears_its_paper_and_its_number_as_text_and_as_a_code(printing: Printing) -> None:
    # In English, because PDF readers hand numbers out of Arabic lines backwards.
    printing.language = "en"
    first, second = papers(printing)
    pdf = printing_pdf(printing, [first, second])
    pages = text_of(pdf)
    half = len(pages) // 2
    assert len(pages) % 4 == 0
    for paper, start in ((first, 0), (second, half)):
        assert codes_of(pdf, start) == [page_address(paper, 1, "en")]
        assert codes_of(pdf, start + half - 1) == [page_address(paper, half, "en")]
        assert all(paper.number in page for page in pages[start : start + half])
    assert page_address(first, 1, "ar").endswith(f"/exams/papers/{first.number}/1/")
    assert str(first.attempt.public_id) not in page_address(first, 1, "ar")


def test_a_name_is_printed_as_it_is_written(pdf: bytes) -> None:
    assert "#" in text_of(pdf)[0]


def test_the_same_printing_gives_the_same_bytes(printing: Printing, pdf: bytes) -> None:
    assert printing_pdf(printing, papers(printing)) == pdf


def smallest_print(pdf: bytes) -> float:
    """The size in points of the smallest letters behind the cover, whose foot is for the staff."""
    sizes = set()
    for page in list(pypdfium2.PdfDocument(pdf))[1:]:
        text = page.get_textpage()
        sizes |= {round(pdfium_c.FPDFText_GetFontSize(text, n), 1) for n in range(text.count_chars())}
    # Blanks that the reader makes up have the size 1.
    return min(size for size in sizes if size > 1)


def test_in_large_print_nothing_is_small(printing: Printing) -> None:
    [paper, _other] = papers(printing)
    printing.language = "en"
    assert 10 < smallest_print(printing_pdf(printing, [paper])) < 12
    printing.is_large = True
    assert smallest_print(printing_pdf(printing, [paper])) == 18


def test_whoever_was_granted_large_print_gets_it_beside_the_ordinary_print_of_the_others(
    exam: Exam, printing: Printing
) -> None:
    granted, other = papers(printing)
    grant(granted.attempt.learner, exam, large_print=True)
    printing.language = "en"
    granted, other = papers(printing)
    assert [form.is_large for form in booklet_of(printing, [granted, other]).forms] == [True, False]
    assert smallest_print(printing_pdf(printing, [granted])) == 18
    assert 10 < smallest_print(printing_pdf(printing, [granted, other])) < 12


def test_the_cover_promises_the_time_and_the_breaks_that_were_granted(exam: Exam, printing: Printing) -> None:
    paper, other = papers(printing)
    grant(paper.attempt.learner, exam, multiplier="1.5", break_minutes=15)
    printing.language = "en"
    paper, other = papers(printing)
    with_more, ordinary = (form.instructions[1] for form in booklet_of(printing, [paper, other]).forms)
    minutes = exam.duration_minutes
    assert with_more.endswith(
        f"You have {minutes * 3 // 2} minutes. You may also take breaks of 15 minutes in all."
    )
    assert ordinary.endswith(f"You have {minutes} minutes.")


def test_reading_the_forms_costs_the_same_for_one_paper_and_for_five(exam: Exam) -> None:
    costs = []
    for count in (1, 4):
        printed(exam, *(enrol(exam).learner for _ in range(count)))
    printing = Printing.objects.order_by("pk").first()
    everything = list(Paper.objects.select_related("attempt__learner__municipality").all())
    for chosen in (everything[:1], everything):
        booklet_of(printing, chosen)
        with CaptureQueriesContext(connection) as queries:
            booklet_of(printing, chosen)
        costs.append(len(queries))
    assert costs[0] == costs[1]


def test_letters_follow_the_language() -> None:
    with translation.override("en"):
        assert letter_of(3) == "C"
    with translation.override("ar"):
        assert letter_of(3) == "ج"


def test_a_broken_template_is_an_error_of_ours(tmp_path: Path) -> None:
    template = tmp_path / "x.typ"
    template.write_text("#broken")
    with pytest.raises(TypesettingError):
        Document(template, {}).pdf(timezone.now())
    with pytest.raises(TypesettingError):
        Document(template, {}).query("pages")


class TestCommand:
    def run(self, *args: str) -> str:
        told = StringIO()
        call_command("print_exam_papers", *args, stdout=told, stderr=told)
        return told.getvalue()

    def test_it_writes_the_papers_of_a_cohort(self, exam: Exam, tmp_path: Path) -> None:
        enrolment = enrol(exam)
        enrol(exam)
        file = tmp_path / "papers.pdf"
        with translation.override("en"):
            told = self.run(exam.code, "--cohort", enrolment.cohort.name_en, "--output", str(file))
        assert told.startswith("1 paper in ")
        assert codes_of(file.read_bytes(), 0) == [page_address(Paper.objects.get(), 1, "ar")]
        assert Printing.objects.get().printed_by is None

    def test_it_prints_for_chosen_people_in_the_name_of_somebody(self, exam: Exam, tmp_path: Path) -> None:
        learner, lead = enrol(exam).learner, officer()
        self.run(
            exam.code,
            "--person",
            learner.email,
            "--by",
            str(lead.public_id),
            "--large",
            "--language",
            "en",
            "--output",
            str(tmp_path / "x.pdf"),
        )
        printing = Printing.objects.get()
        assert (printing.printed_by, printing.is_large, printing.language) == (lead, True, "en")

    @pytest.mark.parametrize(
        "args",
        [
            ["NONE", "--cohort", "x"],
            ["{exam}"],
            ["{exam}", "--cohort", "x"],
            ["{exam}", "--person", "nobody@example.org"],
            ["{exam}", "--person", "{stranger}"],
        ],
    )
    def test_what_it_cannot_do_it_says(self, exam: Exam, tmp_path: Path, args: list[str]) -> None:
        named: dict[str, Any] = {"exam": exam.code, "stranger": officer().email}
        file = tmp_path / "x.pdf"
        with pytest.raises(CommandError):
            self.run(*(one.format(**named) for one in args), "--output", str(file))
        assert not file.exists()
        assert not Paper.objects.exists()
