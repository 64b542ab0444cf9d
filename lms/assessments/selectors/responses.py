"""The answers to an exam as a table for item analysis and for the archive. Names of people are never read."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db.models import Max

from lms.assessments.content import CHOICE_KINDS
from lms.assessments.models import Attempt, AttemptEvent, AttemptSlot, Exam, QuestionVersion
from lms.assessments.models.attempts import GRADED_STATES
from lms.assessments.statistics import Choices, Responses

#: What groups are compared by: the variable, and where it stands.
GROUPS = {
    "region": "learner__municipality__region__code",
    "gender": "learner__sex",
    "language": "learner__language",
}


@dataclass(frozen=True, slots=True)
class ItemOption:
    key: str
    text_ar: str
    text_en: str
    is_correct: bool


@dataclass(frozen=True, slots=True)
class Item:
    """A question version as an item: what it is called and what it says."""

    name: str
    version_id: int
    public_id: UUID
    question_id: int
    kind: str
    area_ar: str
    area_en: str
    stem_ar: str
    stem_en: str
    options: tuple[ItemOption, ...]


@dataclass(frozen=True, slots=True)
class ExamTable:
    """The marked answers to an exam, and its items in the order of the columns."""

    items: list[Item]
    responses: Responses


@dataclass(frozen=True, slots=True)
class _Slot:
    """One question on one person's form, as it was marked. `answer` is None where nothing was answered."""

    row: int
    position: int
    version_id: int
    marks: float | None
    most: float
    answer: Any


def exam_responses(exam: Exam) -> Responses:
    return exam_table(exam).responses


def exam_table(exam: Exam) -> ExamTable:
    """The first marked attempt of each person, since a second one is not independent of the first; four queries.

    A question left blank with a later one answered counts as it was marked, as nothing; those after the last answer
    were not reached.
    """
    import numpy as np

    people = _first_attempts(exam)
    slots = _slots(exam, people)
    items = read_items({slot.version_id for slot in slots})
    columns = {item.version_id: column for column, item in enumerate(items)}
    marks = np.full((len(people), len(items)), np.nan)
    most = np.zeros(len(items))
    chosen: dict[int, list[tuple[int, Any]]] = defaultdict(list)
    for slot in slots:
        column = columns[slot.version_id]
        most[column] = max(slot.most, most[column])
        if slot.marks is not None:
            marks[slot.row, column] = slot.marks
            chosen[column].append((slot.row, slot.answer))
    choices = {
        item.name: _choices(item, chosen[column], len(people))
        for column, item in enumerate(items)
        if item.kind in CHOICE_KINDS
    }
    labels = {name: [person[place] or None for person in people.values()] for name, place in GROUPS.items()}
    return ExamTable(
        items,
        Responses(
            tuple(item.name for item in items),
            marks,
            most=most,
            groups=labels,
            choices=choices,
            form_length=_longest(slots),
        ),
    )


def answers_state(exam: Exam) -> int:
    """A number that changes with everything that happens to an attempt of the exam: marking, release, marking again."""
    latest: int | None = AttemptEvent.objects.filter(attempt__exam=exam).aggregate(latest=Max("pk"))["latest"]
    return latest or 0


def read_items(versions: Iterable[int]) -> list[Item]:
    """Question versions by code and number, with their options; two queries."""
    rows = (
        QuestionVersion.objects.filter(pk__in=set(versions))
        .select_related("question__area")
        .prefetch_related("options")
        .order_by("question__code", "number")
    )
    return [
        Item(
            name=item_name(version.question.code, version.number),
            version_id=version.pk,
            public_id=version.public_id,
            question_id=version.question_id,
            kind=version.kind,
            area_ar=version.question.area.name_ar,
            area_en=version.question.area.name_en,
            stem_ar=version.stem_ar,
            stem_en=version.stem_en,
            options=tuple(
                ItemOption(option.key, option.text_ar, option.text_en, option.is_correct)
                for option in sorted(version.options.all(), key=lambda option: option.key)
            ),
        )
        for version in rows
    ]


def item_name(code: str, number: int) -> str:
    """What an item is called in tables and files: versions of a question are different items."""
    return f"{code}.v{number}"


def _first_attempts(exam: Exam) -> dict[int, Mapping[str, Any]]:
    """By attempt, in the order of starting: one a person, with the labels of that person."""
    attempts = (
        Attempt.objects.filter(exam=exam, state__in=GRADED_STATES)
        .order_by("learner", "number")
        .values("pk", "learner", *GROUPS.values())
    )
    first: dict[int, Mapping[str, Any]] = {}
    for row in attempts:
        first.setdefault(row["learner"], row)
    return {row["pk"]: row for row in sorted(first.values(), key=lambda row: int(row["pk"]))}


def _slots(exam: Exam, people: Mapping[int, Any]) -> list[_Slot]:
    """Every question of these attempts that counts; those that were not reached have no marks."""
    rows = {attempt: row for row, attempt in enumerate(people)}
    slots = AttemptSlot.objects.filter(attempt__exam=exam, is_dropped=False).order_by("attempt", "-position")
    reached: set[int] = set()
    found = []
    for attempt, position, version, marks, most, answer in slots.values_list(
        "attempt_id", "position", "version_id", "marks", "max_marks", "answer__value"
    ):
        if attempt not in rows:
            continue
        # From the last place backwards: from the first answer met on, everything was reached.
        if answer:
            reached.add(attempt)
        counts = marks if attempt in reached else None
        found.append(
            _Slot(
                rows[attempt],
                position,
                version,
                None if counts is None else float(counts),
                float(most),
                answer or None,
            )
        )
    return found


def _choices(item: Item, chosen: Sequence[tuple[int, Any]], persons: int) -> Choices:
    import numpy as np

    flags: dict[str, Any] = {option.key: np.zeros(persons, dtype=bool) for option in item.options}
    for row, answer in chosen:
        for key in answer or ():
            if key in flags:
                flags[key][row] = True
    return Choices(frozenset(option.key for option in item.options if option.is_correct), flags)


def _longest(slots: Iterable[_Slot]) -> int | None:
    lengths: dict[int, int] = defaultdict(int)
    for slot in slots:
        lengths[slot.row] += 1
    return max(lengths.values(), default=None)
