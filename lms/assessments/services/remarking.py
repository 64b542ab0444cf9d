"""Replacing a result: the old one is kept, whoever does it says why, and no result changes in another way."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from decimal import Decimal

from lms.assessments.enums import AttemptState, ChangeCause
from lms.assessments.machine import By
from lms.assessments.models import Attempt, AttemptSlot, Regrade, ResultChange
from lms.assessments.selectors.marks import total_of
from lms.people.models import User

from .lifecycle import move_attempt
from .marking import release_attempt

#: The marks of a slot, and whether it does not count.
NewMarks = tuple[Decimal | None, bool]


def replace_result(
    *,
    attempt: Attempt,
    marks: Mapping[int, NewMarks],
    cause: ChangeCause,
    reason: str,
    actor: User,
    at: datetime,
    regrade: Regrade | None = None,
    is_reviewed: bool = False,
) -> ResultChange:
    """Give the slots (by primary key) other marks, keep the old result, and take the attempt on from REGRADED as
    far as it may go. The caller holds the lock on the attempt, which is marked.

    Raises ReasonMissingError, and ValueError when no question is left that counts.
    """
    slots = list(attempt.slots.order_by("position"))
    change = _kept(attempt, slots)
    change.cause, change.reason, change.at = cause, reason.strip(), at
    change.actor, change.regrade = actor, regrade
    changed = [slot for slot in slots if slot.pk in marks]
    for slot in changed:
        slot.marks, slot.is_dropped = marks[slot.pk]
    result = total_of(slots, attempt.pass_percent)
    change.new_marks, change.new_max_marks = result.marks, result.max_marks
    change.new_is_passed = result.is_passed
    move_attempt(
        attempt=attempt,
        to=AttemptState.REGRADED,
        at=at,
        by=By.EXAMINER,
        actor=actor,
        reason=reason,
        marks=result.marks,
        max_marks=result.max_marks,
        is_passed=result.is_passed,
    )
    change.save(force_insert=True)
    AttemptSlot.objects.bulk_update(changed, ["marks", "is_dropped"])
    release_attempt(attempt=attempt, at=at, is_reviewed=is_reviewed)
    return change


def _kept(attempt: Attempt, slots: Sequence[AttemptSlot]) -> ResultChange:
    """The result as it is, to be kept."""
    if attempt.marks is None or attempt.max_marks is None or attempt.is_passed is None:
        raise ValueError("an attempt without a result has none to replace")
    return ResultChange(
        attempt=attempt,
        number=attempt.result_changes.count() + 1,
        old_marks=attempt.marks,
        old_max_marks=attempt.max_marks,
        old_is_passed=attempt.is_passed,
        old_released_at=attempt.released_at,
        slots=[
            {"position": slot.position, "marks": _text(slot.marks), "is_dropped": slot.is_dropped}
            for slot in slots
        ],
    )


def _text(marks: Decimal | None) -> str | None:
    return None if marks is None else str(marks)
