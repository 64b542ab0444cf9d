"""The file format of a question bank, read strictly: every fault has a place, and nothing is guessed.

code: LTO-CERT
title: {ar: ..., en: ...}
areas:                      # optional: names and order of the areas
  principles: {ar: ..., en: ...}
scenarios:                  # optional
  polling-day: {text: {ar: ..., en: ...}, image: ...}
questions:
  - code: LTO-001
    area: principles
    topic: impartiality
    objective: '1.1'        # optional
    difficulty: easy | medium | hard
    scenario: polling-day   # optional; its questions come in the order of the file
    kind: single
    stem: {ar: ..., en: ...}
    image: {file: images/ballot.png, alt: {ar: ..., en: ...}}      # optional; beside the file
    explanation: {ar: ..., en: ...}
    source: ...             # optional

and what the kind needs:

single, multiple  options: [{key: a, correct: false, text: {ar: ..., en: ...}}]
true_false        answer: true
numeric           answer: {value: '3.5', tolerance: '0.1', unit: {ar: ..., en: ...}}
short_text        accepted: [..., ...]
matching          pairs: [{key: a, prompt: {ar: ..., en: ...}, match: {ar: ..., en: ...}}]
ordering          steps: [{key: a, text: {ar: ..., en: ...}}]      # as they belong
hotspot           options: [{key: a, correct: true, text: {...}, region: 120 80 300 200}]
open_text         rubric: [{key: a, marks: '2', text: {ar: ..., en: ...}}]

multiple, hotspot, matching and ordering may say `credit` (content.CREDITS). `write_bank` is the inverse.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from .bankfile_content import ASKING, TELLING, read_content
from .content import KINDS, Bilingual, QuestionContent, Stimulus
from .faults import faults
from .filereader import SLUG, ImageReader, Problem, Reader, join

DIFFICULTIES = ("easy", "medium", "hard")


@dataclass(frozen=True, slots=True)
class QuestionEntry:
    code: str
    area: str
    topic: str
    objective: str
    difficulty: str
    content: QuestionContent
    scenario: str = ""
    scenario_order: int = 0


@dataclass(frozen=True, slots=True)
class ScenarioEntry:
    code: str
    stimulus: Stimulus


@dataclass(frozen=True, slots=True)
class BankFile:
    code: str
    title: Bilingual
    areas: Mapping[str, Bilingual]
    questions: tuple[QuestionEntry, ...]
    scenarios: tuple[ScenarioEntry, ...] = ()
    #: The image files of questions and scenarios, by the SHA-256 of their contents.
    images: Mapping[str, bytes] = field(default_factory=dict)

    def area_codes(self) -> list[str]:
        """Every area in order: those that the file names first, then the others as they appear."""
        return list(dict.fromkeys([*self.areas, *(entry.area for entry in self.questions)]))


def read_bank(
    data: object, read_image: ImageReader = lambda name: None
) -> tuple[BankFile | None, list[Problem]]:
    """The bank in `data` (what a YAML reader returned), or all the problems that keep it from being one."""
    reader = Reader(read_image)
    bank = _bank(reader, data)
    _find_repeated(reader, bank.questions)
    return (None if reader.problems else bank), reader.problems


def _bank(reader: Reader, data: object) -> BankFile:
    bank = reader.mapping(data, "", ("code", "title", "areas", "scenarios", "questions"))
    areas = reader.mapping(bank.get("areas") or {}, "areas")
    scenarios = reader.mapping(bank.get("scenarios") or {}, "scenarios")
    return BankFile(
        code=reader.text(bank, "code", "", most=40),
        title=reader.bilingual(bank.get("title"), "title", most=200),
        areas={
            str(code): reader.bilingual(title, f"areas.{code}", most=200) for code, title in areas.items()
        },
        scenarios=tuple(_scenario(reader, str(code), story) for code, story in scenarios.items()),
        questions=_in_scenarios(
            _question(reader, row, f"questions[{number}]", [str(code) for code in scenarios])
            for number, row in enumerate(reader.rows(bank, "questions", ""), start=1)
        ),
        images=reader.images,
    )


def _scenario(reader: Reader, code: str, data: object) -> ScenarioEntry:
    where = f"scenarios.{code}"
    story = reader.mapping(data, where, ("text", "image"))
    if not SLUG.fullmatch(code):
        reader.note(where, "not_a_slug", code)
    text = reader.bilingual(story.get("text"), join(where, "text"))
    return ScenarioEntry(code, Stimulus(text, reader.image(story.get("image"), join(where, "image"))))


_FILING = ("code", "area", "topic", "objective", "difficulty", "scenario")


def _in_scenarios(entries: Iterable[QuestionEntry]) -> tuple[QuestionEntry, ...]:
    """The questions of each scenario numbered as they come."""
    members: Counter[str] = Counter()
    placed = []
    for entry in entries:
        members[entry.scenario] += 1
        placed.append(replace(entry, scenario_order=members[entry.scenario] if entry.scenario else 0))
    return tuple(placed)


def _question(reader: Reader, data: object, where: str, scenarios: Sequence[str]) -> QuestionEntry:
    before = len(reader.problems)
    row = reader.mapping(data, where)
    code = reader.text(row, "code", where, most=40)
    where = f"{where} {code}".rstrip()
    kind = reader.choice(row, "kind", where, KINDS)
    reader.only(row, where, (*_FILING, *TELLING, *ASKING.get(kind, tuple(row))))
    entry = QuestionEntry(
        code=code,
        area=reader.slug(row, "area", where, most=40),
        topic=reader.slug(row, "topic", where, most=60),
        objective=reader.text(row, "objective", where, most=20, optional=True),
        difficulty=reader.choice(row, "difficulty", where, DIFFICULTIES),
        content=read_content(reader, row, kind, where),
        scenario=reader.choice(row, "scenario", where, scenarios) if "scenario" in row else "",
    )
    if len(reader.problems) == before:
        for fault in faults(entry.content):
            reader.note(where, fault.code, fault.at)
    return entry


def _find_repeated(reader: Reader, questions: Sequence[QuestionEntry]) -> None:
    seen: set[str] = set()
    for number, entry in enumerate(questions, start=1):
        if entry.code and entry.code in seen:
            reader.note(f"questions[{number}] {entry.code}", "repeated_code", entry.code)
        seen.add(entry.code)
