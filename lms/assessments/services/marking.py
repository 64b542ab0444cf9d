"""From answers to a result, and from there to the learner."""

from collections.abc import Sequence
from datetime import datetime

from django.db import connection

from lms.assessments.cut import StandardError
from lms.assessments.enums import AttemptState, ModerationCause, ReleaseRule
from lms.assessments.models import Answer, Attempt, AttemptSlot, Exam, Marking, Moderation
from lms.assessments.models.marking import FIRST
from lms.assessments.selectors.cut import standard_error
from lms.assessments.selectors.marks import read_rules, total_of, treatments_in_force

from .lifecycle import move_attempt


def grade_attempt(*, attempt: Attempt, at: datetime) -> None:
    """Mark every slot that a rule can mark, and the whole. The caller holds the lock on the attempt, which
    is SUBMITTED.

    A slot that a person must mark keeps no marks, and the result counts it as nothing until it has them.

    Raises BrokenSealError when a question was changed behind the application's back, and ValueError
    when an answer cannot be scored; the attempt then stays as it was handed in.
    """
    hold_rules(attempt.exam_id)
    slots = list(attempt.slots.order_by("position"))
    _mark(slots, attempt.exam_id)
    result = total_of(slots, attempt.pass_percent)
    move_attempt(
        attempt=attempt,
        to=AttemptState.GRADED,
        at=at,
        marks=result.marks,
        max_marks=result.max_marks,
        is_passed=result.is_passed,
    )


def _mark(slots: Sequence[AttemptSlot], exam_id: int) -> None:
    treatments = treatments_in_force(exam_id)
    rules = read_rules((slot.version_id for slot in slots), treatments)
    answers = dict(Answer.objects.filter(slot__in=slots).values_list("slot_id", "value"))
    for slot in slots:
        rule = rules[slot.version_id]
        slot.marks = rule.marks(answers.get(slot.pk), slot.max_marks)
        slot.is_dropped = rule.is_dropped
    _write_marks(slots)


def _write_marks(slots: Sequence[AttemptSlot]) -> None:
    """By hand because each hand-in does it: `bulk_update` builds a case for each row, at many times the cost."""
    quote, fields = connection.ops.quote_name, AttemptSlot._meta
    marks, is_dropped = fields.get_field("marks"), fields.get_field("is_dropped")
    rows = [
        (
            marks.get_db_prep_save(slot.marks, connection),
            is_dropped.get_db_prep_save(slot.is_dropped, connection),
            slot.pk,
        )
        for slot in slots
    ]
    with connection.cursor() as cursor:
        cursor.executemany(
            f"UPDATE {quote(fields.db_table)} SET marks = %s, is_dropped = %s WHERE id = %s",  # noqa: S608 - our own words
            rows,
        )


def hold_rules(exam_id: int, *, to_change: bool = False) -> None:
    """Let nobody change how the exam is marked until the open transaction ends, or nobody else mark by it.

    Marking shares the hold; a regrade has it alone, so that no attempt slips in between marked by the old key.
    SQLite lets one transaction write at a time and needs neither.
    """
    if connection.vendor == "postgresql":
        table = connection.ops.quote_name(Exam._meta.db_table)
        strength = "NO KEY UPDATE" if to_change else "SHARE"
        with connection.cursor() as cursor:
            cursor.execute(f"SELECT 1 FROM {table} WHERE id = %s FOR {strength}", [exam_id])  # noqa: S608 - our own words


def release_attempt(*, attempt: Attempt, at: datetime, is_reviewed: bool = False) -> None:
    """Take a marked attempt as far as it may go: to whoever must still mark or look at it, to the learner, or
    nowhere while the exam's rule of release holds it back. The caller holds the lock; the attempt is GRADED or
    REGRADED.

    `is_reviewed` says that a person has just looked at a result near the pass mark. A result that was known
    before does not disappear again.
    """
    if _needs_people(attempt, at, is_reviewed=is_reviewed):
        move_attempt(attempt=attempt, to=AttemptState.MODERATION, at=at)
    elif attempt.released_at is not None or may_release(attempt.exam, at):
        move_attempt(attempt=attempt, to=AttemptState.RELEASED, at=at, released_at=at)


def may_release(exam: Exam, at: datetime) -> bool:
    """Whether the exam's rule lets results out by itself now."""
    if exam.release == ReleaseRule.AT_ONCE:
        return True
    if exam.release == ReleaseRule.BY_HAND or at <= exam.over_at:
        return False
    # Pauses and extra time may let somebody sit on when the others have finished.
    sitting = (AttemptState.STARTED, AttemptState.PAUSED)
    return not Attempt.objects.filter(exam=exam, state__in=sitting).exists()


def _needs_people(attempt: Attempt, at: datetime, *, is_reviewed: bool) -> bool:
    """Whether markers or a moderator come first; they are called."""
    if _waits_for_markers(attempt) or _has_open_case(attempt):
        return True
    return not is_reviewed and attempt.released_at is None and _open_case_if_near(attempt, at)


def unmarked_slots(attempt: Attempt) -> list[AttemptSlot]:
    """The open answers that count and have no marks yet, by position."""
    return list(attempt.slots.filter(marks__isnull=True, is_dropped=False).order_by("position"))


def _waits_for_markers(attempt: Attempt) -> bool:
    """Whether open answers have no marks yet; they are put in the markers' queue."""
    slots = unmarked_slots(attempt)
    call_markers(slots, turn=FIRST)
    return bool(slots)


def call_markers(slots: Sequence[AttemptSlot], *, turn: int) -> None:
    """Put answers in the markers' queue; those that are there stay as they are."""
    if slots:
        rows = [Marking(slot=slot, turn=turn) for slot in slots]
        Marking.objects.bulk_create(rows, ignore_conflicts=True)


def _has_open_case(attempt: Attempt) -> bool:
    return (
        attempt.state == AttemptState.REGRADED and attempt.moderations.filter(closed_at__isnull=True).exists()
    )


def _open_case_if_near(attempt: Attempt, at: datetime) -> bool:
    if not attempt.exam.moderates_near_cut:
        return False
    error = standard_error(attempt)
    is_near = is_near_cut(attempt, error)
    if is_near:
        open_case(attempt=attempt, cause=ModerationCause.NEAR_CUT, error=error, at=at)
    return is_near


def is_near_cut(attempt: Attempt, error: StandardError) -> bool:
    """Whether a marked attempt lies within one standard error of its pass mark."""
    if attempt.marks is None or attempt.max_marks is None:
        return False
    return error.is_near(attempt.marks, attempt.max_marks, attempt.pass_percent)


def open_case(*, attempt: Attempt, cause: ModerationCause, error: StandardError, at: datetime) -> Moderation:
    """Lay the result before a moderator."""
    return Moderation.objects.create(
        attempt=attempt, cause=cause, error_marks=error.marks, error_source=error.source, opened_at=at
    )
