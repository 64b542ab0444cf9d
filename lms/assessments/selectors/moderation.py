"""What a moderator, or whoever answers an appeal, sees of an attempt: every answer beside the right one, and what
markers gave. The candidate is not named."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal

from lms.assessments.cut import to_cents
from lms.assessments.models import Attempt, AttemptSlot, CriterionMark, Marking, RubricRow

from .reviews import ReviewedQuestion, review_attempt


@dataclass(frozen=True, slots=True)
class GivenMarks:
    """What one marker gave for one answer: the whole, and for each row of the rubric (key) marks and comment."""

    turn: int
    marks: Decimal
    rows: dict[str, tuple[Decimal, str]]


@dataclass(frozen=True, slots=True)
class RubricLine:
    """One row of the rubric with what each marker gave for it, in their order."""

    text: str
    most: Decimal
    given: list[tuple[Decimal, str]]


@dataclass(frozen=True, slots=True)
class ModeratedQuestion:
    """A question of the attempt. `needs_marks` where two markers differ and none are recorded yet."""

    slot: AttemptSlot
    name: str
    review: ReviewedQuestion
    given: list[GivenMarks]
    lines: list[RubricLine]

    @property
    def needs_marks(self) -> bool:
        return self.slot.marks is None and not self.slot.is_dropped

    @property
    def is_whole(self) -> bool:
        return self.slot.marks == self.slot.max_marks

    @property
    def mean(self) -> Decimal | None:
        marks = [one.marks for one in self.given]
        return to_cents(sum(marks, Decimal(0)) / len(marks)) if marks else None


def moderated_questions(attempt: Attempt) -> list[ModeratedQuestion]:
    """Every question in order, in a fixed number of queries."""
    slots = list(attempt.slots.select_related("version__question").order_by("position"))
    given = _given(slots)
    texts = _criteria(slots)
    return [
        ModeratedQuestion(
            slot, str(slot.version), review, given[slot.pk], _lines(texts[slot.pk], given[slot.pk])
        )
        for slot, review in zip(slots, review_attempt(attempt), strict=True)
    ]


def _given(slots: Sequence[AttemptSlot]) -> dict[int, list[GivenMarks]]:
    rows: dict[int, dict[str, tuple[Decimal, str]]] = defaultdict(dict)
    marks = CriterionMark.objects.filter(marking__slot__in=slots)
    for marking, key, given, comment in marks.values_list("marking_id", "criterion__key", "marks", "comment"):
        rows[marking][key] = (given, comment)
    found: dict[int, list[GivenMarks]] = defaultdict(list)
    done = Marking.objects.filter(slot__in=slots, marked_at__isnull=False).order_by("turn")
    for pk, slot, turn, whole in done.values_list("pk", "slot_id", "turn", "marks"):
        found[slot].append(GivenMarks(turn, whole or Decimal(0), rows[pk]))
    return found


def _criteria(slots: Iterable[AttemptSlot]) -> dict[int, list[tuple[str, str, Decimal]]]:
    """The rubric of each slot as (key, text, most)."""
    by_version: dict[int, list[tuple[str, str, Decimal]]] = defaultdict(list)
    rows = RubricRow.objects.filter(version__in={slot.version_id for slot in slots})
    for row in rows.order_by("rank", "key"):
        by_version[row.version_id].append((row.key, row.text, row.marks))
    return {slot.pk: by_version[slot.version_id] for slot in slots}


def _lines(rubric: Sequence[tuple[str, str, Decimal]], given: Sequence[GivenMarks]) -> list[RubricLine]:
    if not given:
        return []
    nothing = (Decimal(0), "")
    return [
        RubricLine(text, most, [one.rows.get(key, nothing) for one in given]) for key, text, most in rubric
    ]
