"""Reads a questionnaire strictly: every fault has a place, and nothing is guessed. Pure: imports no Django.

The same reader takes a YAML file written by people and the content that a published version stores.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

from .questionnaire import (
    MAX_CODE,
    MAX_NUMBER,
    Bilingual,
    Condition,
    Kind,
    Option,
    Profile,
    Question,
    Questionnaire,
    Section,
    is_unstorable,
)

ANY_CODE = range(MAX_CODE + 1)
_CODE = re.compile(r"[a-z][a-z0-9_]{0,39}")
_SURVEY_CODE = re.compile(r"[A-Za-z0-9][A-Za-z0-9-]{0,39}")


@dataclass(frozen=True, slots=True)
class Problem:
    """What is wrong in a file and where; `code` says which sentence explains it and `detail` fills it in."""

    where: str
    code: str
    detail: str = ""


class QuestionnaireError(ValueError):
    """A file is no questionnaire. `problems` holds every fault that was found."""

    def __init__(self, problems: list[Problem]) -> None:
        super().__init__("; ".join(f"{p.where}: {p.code} {p.detail}".rstrip() for p in problems))
        self.problems = problems


def read_questionnaire(data: object) -> Questionnaire:
    """The questionnaire in what a YAML or JSON reader returned. Raises QuestionnaireError with all faults."""
    reader = _Reader()
    found = reader.questionnaire(data)
    if reader.problems:
        raise QuestionnaireError(reader.problems)
    return found


class _Reader:
    """Takes a questionnaire out of untyped data. A fault is noted with its place and reading goes on, so that one
    attempt shows all faults."""

    def __init__(self) -> None:
        self.problems: list[Problem] = []
        self.conventions: Mapping[str, Any] = {}
        self.asked: dict[str, Question] = {}

    def note(self, where: str, code: str, detail: object = "") -> None:
        self.problems.append(Problem(where, code, str(detail)))

    def questionnaire(self, data: object) -> Questionnaire:
        known = {"code", "title", "intro", "consent_text", "conventions", "profile", "sections"}
        top = self.mapping(data, "file", known)
        self.conventions = self.mapping(top.get("conventions", {}), "conventions")
        sections = tuple(
            self.section(entry, f"sections[{position}]")
            for position, entry in enumerate(self.rows(top, "sections", "file"), start=1)
        )
        if len({section.code for section in sections}) < len(sections):
            self.note("sections", "repeated")
        return Questionnaire(
            code=self.code(top, "file", _SURVEY_CODE),
            title=self.pair(top.get("title"), "title"),
            intro=self.pair(top.get("intro"), "intro"),
            consent=self.pair(top.get("consent_text"), "consent_text"),
            sections=sections,
            profile=self.profile(top.get("profile", {})),
        )

    def section(self, data: object, where: str) -> Section:
        entry = self.mapping(data, where, {"code", "title", "questions"})
        code = self.code(entry, where)
        return Section(
            code,
            self.pair(entry.get("title"), f"{code or where}.title"),
            tuple(
                self.question(row, f"{code or where}[{position}]")
                for position, row in enumerate(self.rows(entry, "questions", code or where), start=1)
            ),
        )

    def question(self, data: object, where: str) -> Question:
        known = {
            "code",
            "kind",
            "required",
            "label",
            "hint",
            "options",
            "exclusive",
            "missing",
            "show_if",
            "min",
            "max",
        }
        entry = self.mapping(data, where, known)
        code = self.code(entry, where)
        where = code or where
        kind = self.kind(entry.get("kind"), where)
        options = self.options(entry, where) if kind.has_options else ()
        question = Question(
            code=code,
            kind=kind,
            label=self.pair(entry.get("label"), f"{where}.label"),
            hint=self.pair(entry["hint"], f"{where}.hint") if "hint" in entry else None,
            required=entry.get("required") is True,
            options=options,
            exclusive=self.marked(entry, "exclusive", options, where),
            missing=self.marked(entry, "missing", options, where),
            show_if=self.condition(entry["show_if"], where) if "show_if" in entry else None,
            minimum=self.whole(entry.get("min", 0), f"{where}.min", MAX_NUMBER),
            maximum=self.whole(entry.get("max", MAX_NUMBER), f"{where}.max", MAX_NUMBER),
        )
        if question.minimum > question.maximum:
            self.note(f"{where}.min", "out_of_range", question.minimum)
        if code in self.asked:
            self.note(where, "repeated", code)
        self.asked[code] = question
        return question

    def options(self, entry: Mapping[str, Any], where: str) -> tuple[Option, ...]:
        options = []
        for position, row in enumerate(self.rows(entry, "options", where), start=1):
            place = f"{where}.options[{position}]"
            option = self.mapping(row, place, {"code", "ar", "en"})
            label = {language: option.get(language) for language in ("ar", "en")}
            options.append(Option(self.whole(option.get("code"), place, MAX_CODE), self.pair(label, place)))
        if len({option.code for option in options}) < len(options):
            self.note(f"{where}.options", "repeated")
        return tuple(options)

    def marked(
        self, entry: Mapping[str, Any], key: str, options: Collection[Option], where: str
    ) -> frozenset[int]:
        """Codes that the question marks itself, all of which it must have, or those of the convention for its kind
        that it happens to have."""
        codes = {option.code for option in options}
        if key in entry:
            return self.codes(entry[key], codes, f"{where}.{key}")
        usual = self.mapping(
            self.conventions.get(str(entry.get("kind")), {}), "conventions", {"missing", "exclusive"}
        )
        return frozenset(
            code for code in self.codes(usual.get(key, []), ANY_CODE, "conventions") if code in codes
        )

    def condition(self, data: object, where: str) -> Condition:
        place = f"{where}.show_if"
        entry = self.mapping(data, place, {"question", "equals"})
        name = str(entry.get("question", ""))
        earlier = self.asked.get(name)
        if earlier is None or not earlier.kind.has_options:
            self.note(place, "no_earlier_question", name)
            return Condition(name, frozenset())
        return Condition(
            name, self.codes(entry.get("equals"), {option.code for option in earlier.options}, place)
        )

    def profile(self, data: object) -> Profile:
        entry = self.mapping(data, "profile", {"population", "region", "municipality"})
        population = self.mapping(entry.get("population", {}), "profile.population", {"question", "cso"})
        region = self.mapping(entry.get("region", {}), "profile.region", {"question", "codes"})
        names = self.mapping(region.get("codes", {}), "profile.region.codes")
        who, where = (self.profile_question(part, "question", True) for part in (population, region))
        return Profile(
            population=who,
            cso=self.codes(population.get("cso"), self.option_codes(who), "profile.population")
            if who
            else frozenset(),
            region=where,
            regions={
                self.whole(code, "profile.region.codes", MAX_CODE): str(name) for name, code in names.items()
            },
            municipality=self.profile_question(entry, "municipality", False),
        )

    def profile_question(self, entry: Mapping[str, Any], key: str, has_options: bool) -> str:
        name = str(entry.get(key, ""))
        if not name:
            return ""
        question = self.asked.get(name)
        fits = question and (
            question.kind in {Kind.SINGLE, Kind.SCALE} if has_options else question.kind is Kind.PLACE
        )
        if not fits:
            self.note("profile", "no_earlier_question", name)
            return ""
        return name

    def option_codes(self, name: str) -> set[int]:
        return {option.code for option in self.asked[name].options} if name else set()

    def codes(self, data: object, among: Collection[int], where: str) -> frozenset[int]:
        if not isinstance(data, list):
            self.note(where, "not_a_list")
            return frozenset()
        codes = {
            code for code in data if isinstance(code, int) and not isinstance(code, bool) and code in among
        }
        if len(codes) < len(data):
            self.note(where, "unknown_code", data)
        return frozenset(codes)

    def kind(self, value: object, where: str) -> Kind:
        try:
            return Kind(str(value))
        except ValueError:
            self.note(f"{where}.kind", "unknown_kind", value)
            return Kind.TEXT

    def pair(self, data: object, where: str) -> Bilingual:
        entry = self.mapping(data, where, {"ar", "en"})
        return Bilingual(self.text(entry.get("ar"), f"{where}.ar"), self.text(entry.get("en"), f"{where}.en"))

    def text(self, value: object, where: str) -> str:
        if not isinstance(value, str) or not value.strip():
            self.note(where, "missing_text")
            return ""
        if is_unstorable(value):
            self.note(where, "bad_character")
        return value.strip()

    def code(self, entry: Mapping[str, Any], where: str, pattern: re.Pattern[str] = _CODE) -> str:
        code = entry.get("code")
        if isinstance(code, str) and pattern.fullmatch(code):
            return code
        self.note(f"{where}.code", "bad_code", code)
        return ""

    def whole(self, value: object, where: str, most: int) -> int:
        if isinstance(value, int) and not isinstance(value, bool) and 0 <= value <= most:
            return value
        self.note(where, "out_of_range", value)
        return 0

    def rows(self, entry: Mapping[str, Any], key: str, where: str) -> list[Any]:
        value = entry.get(key)
        if isinstance(value, list) and value:
            return value
        self.note(f"{where}.{key}", "not_a_list")
        return []

    def mapping(self, data: object, where: str, known: Collection[str] = ()) -> Mapping[str, Any]:
        if not isinstance(data, Mapping):
            self.note(where, "not_a_mapping")
            return {}
        for key in data:
            if known and key not in known:
                self.note(where, "unknown_key", key)
        return data
