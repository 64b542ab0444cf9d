"""A person who has not marked an attempt looks at it and confirms, settles or changes its marks."""

from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from uuid import UUID

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from lms.assessments.enums import AttemptState, ChangeCause, EventKind, ModerationOutcome
from lms.assessments.errors import MarkingRefusedError
from lms.assessments.machine import By
from lms.assessments.models import Attempt, AttemptSlot, Marking, Moderation
from lms.assessments.selectors.markers import is_taught_by
from lms.people.models import User

from .lifecycle import lock_attempt, move_attempt, record_event, require_reason
from .markers import finish, is_mark
from .marking import may_release
from .remarking import replace_result


def why_not_decide(*, attempt: Attempt, person: User) -> str:
    """Why this person may not decide on the marks of this attempt, as a sentence; blank if they may."""
    if attempt.learner_id == person.pk:
        return _("This is your own exam.")
    if is_taught_by(person, attempt.learner_id):
        return _("You teach or have taught this candidate, so somebody else must decide.")
    if Marking.objects.filter(slot__attempt=attempt, marker=person, marked_at__isnull=False).exists():
        return _("You have marked answers of this exam, so somebody else must decide.")
    return ""


@transaction.atomic
def decide_case(
    *,
    case_id: UUID,
    moderator: User,
    marks: Mapping[int, Decimal],
    reason: str,
    at: datetime | None = None,
) -> Moderation:
    """Close a case with the marks (by position) that the moderator gives; those left out stay as they are.

    Answers on which two markers differ need marks. Raises Moderation.DoesNotExist, ReasonMissingError, and
    MarkingRefusedError with the sentence why.
    """
    at = at or timezone.now()
    case = Moderation.objects.get(public_id=case_id)
    attempt = lock_attempt(pk=case.attempt_id)
    case.refresh_from_db()
    if case.closed_at is not None:
        raise MarkingRefusedError(_("Somebody has decided this meanwhile. Nothing was changed."))
    if refusal := why_not_decide(attempt=attempt, person=moderator):
        raise MarkingRefusedError(refusal)
    require_reason(reason)
    settled, changed = split_marks(attempt, marks)
    outcome = ModerationOutcome.CONFIRMED
    if changed or settled:
        outcome = ModerationOutcome.ADJUSTED if changed else ModerationOutcome.SETTLED
    case.moderator, case.outcome, case.reason, case.closed_at = moderator, outcome, reason.strip(), at
    case.save(update_fields=["moderator", "outcome", "reason", "closed_at"])
    details = {"outcome": str(outcome), "cause": str(case.cause)}
    record_event(
        attempt=attempt, kind=EventKind.MODERATED, at=at, actor=moderator, reason=reason, details=details
    )
    if changed:
        replace_result(
            attempt=attempt,
            marks={slot.pk: (given, False) for slot, given in {**settled, **changed}.items()},
            cause=ChangeCause.MODERATION,
            reason=reason,
            actor=moderator,
            at=at,
            is_reviewed=True,
        )
    elif settled:
        given = {slot.pk: marks for slot, marks in settled.items()}
        finish(attempt=attempt, marks=given, actor=moderator, at=at, is_reviewed=True)
    else:
        _confirm(attempt, moderator, at)
    return case


def _confirm(attempt: Attempt, moderator: User, at: datetime) -> None:
    if attempt.released_at is not None or may_release(attempt.exam, at):
        move_attempt(
            attempt=attempt,
            to=AttemptState.RELEASED,
            at=at,
            by=By.EXAMINER,
            actor=moderator,
            released_at=at,
        )
    else:
        move_attempt(attempt=attempt, to=AttemptState.GRADED, at=at, by=By.EXAMINER, actor=moderator)


def split_marks(
    attempt: Attempt, marks: Mapping[int, Decimal]
) -> tuple[dict[AttemptSlot, Decimal], dict[AttemptSlot, Decimal]]:
    """Marks by position as marks for answers that have none yet, and as other marks for those that have.

    Raises MarkingRefusedError for a mark that cannot be given, and for an answer left without one.
    """
    slots = {slot.position: slot for slot in attempt.slots.filter(is_dropped=False)}
    settled: dict[AttemptSlot, Decimal] = {}
    changed: dict[AttemptSlot, Decimal] = {}
    for position, given in marks.items():
        slot = slots.get(position)
        if slot is None or not is_mark(given, slot.max_marks):
            raise MarkingRefusedError(
                _("Question %(number)s: marks lie between 0 and %(most)s, with at most two decimals.")
                % {"number": position, "most": slot.max_marks if slot else 0}
            )
        if slot.marks is None:
            settled[slot] = given
        elif slot.marks != given:
            changed[slot] = given
    missing = [slot.position for slot in slots.values() if slot.marks is None and slot not in settled]
    if missing:
        raise MarkingRefusedError(
            _("Question %(number)s: this answer has no marks yet. Give them.") % {"number": min(missing)}
        )
    return settled, changed
