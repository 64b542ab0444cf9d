"""What the public pages show, put into the reader's language."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.forms import BoundField
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from . import selectors
from .answers import Answer, asked_questions, asked_sections
from .forms import SectionForm
from .questionnaire import Kind, Question, Questionnaire, Section
from .selectors import PublicResults
from .tabulation import Result
from .wording import band_label

MOST_PLACES = 8
SMALL_BASE = 30
"""Below this many answers a share says little."""


@dataclass(frozen=True, slots=True)
class PageQuestion:
    """A question on a page. With a condition that another question of this page decides, `shown_by` names that
    question and `shown_for` its codes; `condition` says so in words to those without JavaScript."""

    field: BoundField
    kind: str
    shown_by: str = ""
    shown_for: str = ""
    condition: str = ""
    exclusive: str = ""


@dataclass(frozen=True, slots=True)
class Step:
    """Where a page stands among those still to come, sending included."""

    position: int
    total: int


@dataclass(frozen=True, slots=True)
class GivenAnswers:
    code: str
    title: str
    rows: list[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class Bar:
    """One line of a result; a hidden one has no count."""

    label: str
    count: int | None


@dataclass(frozen=True, slots=True)
class ShownResult:
    code: str
    kind: str
    label: str
    note: str
    base: int | None
    bars: list[Bar]

    @property
    def is_small(self) -> bool:
        return self.base is not None and self.base < SMALL_BASE

    @property
    def charted(self) -> list[Bar]:
        """The bars of the chart; a long list of places is drawn by its longest, and the table has them all."""
        return self.bars if self.kind != Kind.PLACE else self.bars[:MOST_PLACES]


@dataclass(frozen=True, slots=True)
class ShownSection:
    code: str
    title: str
    results: list[ShownResult]


def page_questions(form: SectionForm, language: str) -> list[PageQuestion]:
    """The questions of a section's page, with what the page needs to show and hide them by itself."""
    here = {question.code: question for question in form.questions}
    return [_page_question(form[code], question, here, language) for code, question in here.items()]


def _page_question(
    field: BoundField, question: Question, here: Mapping[str, Question], language: str
) -> PageQuestion:
    condition = question.show_if
    exclusive = " ".join(map(str, sorted(question.exclusive)))
    if condition is None or condition.question not in here:
        return PageQuestion(field, question.kind, exclusive=exclusive)
    codes = sorted(condition.codes)
    options = " / ".join(here[condition.question].option(code).label.text(language) for code in codes)
    return PageQuestion(
        field,
        question.kind,
        shown_by=condition.question,
        shown_for=" ".join(map(str, codes)),
        condition=_("Only if you chose above: %(options)s") % {"options": options},
        exclusive=exclusive,
    )


def step(questionnaire: Questionnaire, answers: Mapping[str, Answer], here: Section | None) -> Step:
    """The step of a section, or of the review when there is none."""
    codes = [section.code for section in asked_sections(questionnaire, answers)]
    return Step(codes.index(here.code) + 1 if here else len(codes) + 1, len(codes) + 1)


def given_answers(
    questionnaire: Questionnaire, answers: Mapping[str, Answer], language: str
) -> list[GivenAnswers]:
    """Every question that was asked with its answer in words, an empty text where there is none."""
    places = selectors.place_names()
    sections: dict[str, GivenAnswers] = {}
    for section, question in asked_questions(questionnaire, answers):
        part = sections.setdefault(section.code, GivenAnswers(section.code, section.title.text(language), []))
        given = answers.get(question.code)
        part.rows.append((question.label.text(language), _in_words(question, given, places, language)))
    return list(sections.values())


def labelled(questions: Iterable[tuple[Section, Question]], language: str) -> list[tuple[str, str, str]]:
    """Section, question and label of each, for links that lead there."""
    return [(section.code, question.code, question.label.text(language)) for section, question in questions]


def _in_words(question: Question, answer: Answer | None, places: Mapping[str, str], language: str) -> str:
    if answer is None:
        return ""
    if question.kind is Kind.PLACE:
        return places.get(str(answer), str(answer))
    if question.kind.has_options:
        codes = answer if isinstance(answer, list) else [int(answer)]
        between = "؛ " if language == "ar" else "; "
        return between.join(question.option(code).label.text(language) for code in codes)
    return str(answer)


def shown_results(published: PublicResults, language: str) -> dict[str, Any]:
    """The context of the results page."""
    places = selectors.place_names()
    sections = [
        ShownSection(
            part.section.code,
            part.section.title.text(language),
            [_shown_result(found, places, language) for found in part.results],
        )
        for part in published.sections
    ]
    return {"total": published.total, "sections": sections}


def _shown_result(found: Result, places: Mapping[str, str], language: str) -> ShownResult:
    question = found.question
    shown = [Bar(_cell_label(question, cell, places, language), n) for cell, n in found.counts.items()]
    if question.kind is Kind.PLACE:
        shown = [bar for bar in shown if bar.count is not None]
    return ShownResult(
        question.code,
        question.kind,
        question.label.text(language),
        _note(found, len(shown)),
        found.base,
        shown,
    )


def _note(found: Result, shown: int) -> str:
    """What a reader must know of one result."""
    kind = found.question.kind
    if kind is Kind.MULTIPLE:
        return _("Several answers could be chosen, so the shares add up to more than 100%.")
    if kind is Kind.TEXT:
        return _("Answers in people's own words are not published.")
    if kind is Kind.PLACE and shown < len(found.counts):
        hidden = len(found.counts) - shown
        return ngettext(
            "%(number)d further municipality has too few answers to be shown.",
            "%(number)d further municipalities have too few answers to be shown.",
            hidden,
        ) % {"number": hidden}
    return ""


def _cell_label(question: Question, cell: int | str, places: Mapping[str, str], language: str) -> str:
    match question.kind:
        case Kind.NUMBER:
            return band_label(int(cell))
        case Kind.PLACE:
            return places.get(str(cell), str(cell))
        case _:
            return question.option(int(cell)).label.text(language)
