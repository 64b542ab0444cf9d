"""What a questionnaire is. Pure: imports neither Django nor Wagtail.

The stored form of a published version spells everything out, so that it can be understood without this code:
`Questionnaire.content` makes it, `digest` seals it, `reading.read_questionnaire` reads it.
"""

from __future__ import annotations

import enum
import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any

MAX_CODE = 999
MAX_NUMBER = 32_767
"""The archive stores answers as int16."""


class Kind(enum.StrEnum):
    SINGLE = "single"
    MULTIPLE = "multiple"
    SCALE = "scale"
    NUMBER = "number"
    PLACE = "place"
    TEXT = "text"

    @property
    def has_options(self) -> bool:
        return self in {Kind.SINGLE, Kind.MULTIPLE, Kind.SCALE}


@dataclass(frozen=True, slots=True)
class Bilingual:
    """One text in both languages; the Arabic one is the source."""

    ar: str
    en: str

    def text(self, language: str) -> str:
        return self.en if language == "en" else self.ar


@dataclass(frozen=True, slots=True)
class Option:
    code: int
    label: Bilingual


@dataclass(frozen=True, slots=True)
class Condition:
    """Holds when one of the codes was given, or chosen among others, in an earlier question."""

    question: str
    codes: frozenset[int]


@dataclass(frozen=True, slots=True)
class Question:
    """`missing` are codes without an opinion ("don't know"); an `exclusive` one stands alone among several choices."""

    code: str
    kind: Kind
    label: Bilingual
    hint: Bilingual | None = None
    required: bool = False
    options: tuple[Option, ...] = ()
    exclusive: frozenset[int] = frozenset()
    missing: frozenset[int] = frozenset()
    show_if: Condition | None = None
    minimum: int = 0
    maximum: int = MAX_NUMBER

    def option(self, code: int) -> Option:
        return next(option for option in self.options if option.code == code)


@dataclass(frozen=True, slots=True)
class Section:
    code: str
    title: Bilingual
    questions: tuple[Question, ...]


@dataclass(frozen=True, slots=True)
class Profile:
    """The questions that say who answers; a name is empty where the questionnaire does not ask.

    `regions` maps answer codes to the codes of the platform's regions.
    """

    population: str = ""
    cso: frozenset[int] = frozenset()
    region: str = ""
    regions: Mapping[int, str] = field(default_factory=dict)
    municipality: str = ""


@dataclass(frozen=True)
class Questionnaire:
    code: str
    title: Bilingual
    intro: Bilingual
    consent: Bilingual
    sections: tuple[Section, ...]
    profile: Profile = field(default_factory=Profile)

    @cached_property
    def questions(self) -> dict[str, Question]:
        """Every question by its code, in the order in which they are asked."""
        return {question.code: question for section in self.sections for question in section.questions}

    def section(self, code: str) -> Section | None:
        return next((section for section in self.sections if section.code == code), None)

    def content(self) -> dict[str, Any]:
        """The form that is stored: nothing implied, nothing left to a convention."""
        return {
            "code": self.code,
            "title": _pair(self.title),
            "intro": _pair(self.intro),
            "consent_text": _pair(self.consent),
            "profile": _profile_content(self.profile),
            "sections": [
                {
                    "code": section.code,
                    "title": _pair(section.title),
                    "questions": [_question_content(question) for question in section.questions],
                }
                for section in self.sections
            ],
        }


def merge(questionnaires: Sequence[Questionnaire]) -> Questionnaire:
    """The newest questionnaire, which comes first, with what only the older ones asked at the end of its sections.

    Results and archives of a survey are made of all its versions; a question keeps its kind through them.
    """
    newest, *older = questionnaires
    sections = {section.code: section for section in newest.sections}
    questions = dict(newest.questions)
    for questionnaire in older:
        for section in questionnaire.sections:
            new = [question for question in section.questions if question.code not in questions]
            for question in section.questions:
                questions[question.code] = _with_options(questions.get(question.code, question), question)
            known = sections.get(section.code, replace(section, questions=()))
            sections[section.code] = replace(known, questions=(*known.questions, *new))
    return replace(
        newest,
        sections=tuple(
            replace(section, questions=tuple(questions[question.code] for question in section.questions))
            for section in sections.values()
            if section.questions
        ),
    )


def _with_options(question: Question, other: Question) -> Question:
    codes = {option.code for option in question.options}
    return replace(
        question,
        options=(*question.options, *(option for option in other.options if option.code not in codes)),
    )


def is_unstorable(text: str) -> bool:
    """Whether a text holds what no database and no UTF-8 file can: a NUL or half of a surrogate pair."""
    return any(character == "\x00" or "\ud800" <= character <= "\udfff" for character in text)


def digest(content: Mapping[str, Any]) -> str:
    """SHA-256 of stored content as UTF-8 JSON with sorted keys and no blanks."""
    text = json.dumps(content, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def _pair(text: Bilingual) -> dict[str, str]:
    return {"ar": text.ar, "en": text.en}


def _profile_content(profile: Profile) -> dict[str, Any]:
    content: dict[str, Any] = {}
    if profile.population:
        content["population"] = {"question": profile.population, "cso": sorted(profile.cso)}
    if profile.region:
        codes = {name: code for code, name in profile.regions.items()}
        content["region"] = {"question": profile.region, "codes": codes}
    if profile.municipality:
        content["municipality"] = profile.municipality
    return content


def _question_content(question: Question) -> dict[str, Any]:
    content: dict[str, Any] = {
        "code": question.code,
        "kind": str(question.kind),
        "required": question.required,
        "label": _pair(question.label),
    }
    if question.hint:
        content["hint"] = _pair(question.hint)
    if question.kind.has_options:
        content["options"] = [{"code": option.code, **_pair(option.label)} for option in question.options]
        content["missing"] = sorted(question.missing)
    if question.kind is Kind.MULTIPLE:
        content["exclusive"] = sorted(question.exclusive)
    if question.kind is Kind.NUMBER:
        content |= {"min": question.minimum, "max": question.maximum}
    if question.show_if:
        content["show_if"] = {"question": question.show_if.question, "equals": sorted(question.show_if.codes)}
    return content
