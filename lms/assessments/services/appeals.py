"""Appeals: a learner says why a result is wrong, somebody who had no part in it answers, and both are kept."""

from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from uuid import UUID

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from lms.assessments.enums import AppealOutcome, AttemptState, ChangeCause, EventKind
from lms.assessments.errors import AppealRefusedError
from lms.assessments.models import Appeal, Attempt
from lms.assessments.selectors.appeals import appeal_standing
from lms.people.models import User

from .lifecycle import lock_attempt, lock_own_attempt, record_event
from .moderation import split_marks, why_not_decide
from .remarking import NewMarks, replace_result

#: The longest appeal and answer, in characters.
MOST_TEXT = 2000
#: What the history of an attempt and of its results keeps of an answer.
MOST_REASON = 300


@transaction.atomic
def file_appeal(*, attempt_id: UUID, learner: User, text: str, at: datetime | None = None) -> Appeal:
    """Appeal against the present result of one's own attempt. Sending it twice files it once.

    Raises Attempt.DoesNotExist for another person's attempt, and AppealRefusedError with the sentence why.
    """
    at = at or timezone.now()
    attempt = lock_own_attempt(public_id=attempt_id, learner=learner)
    text = text.strip()
    standing = appeal_standing(attempt, at=at)
    for filed in standing.appeals:
        if filed.released_at == attempt.released_at and filed.text == text:
            return filed
    if standing.until is None:
        raise AppealRefusedError(_("No appeal against this result is possible now."))
    if not text:
        raise AppealRefusedError(_("Write what you think is wrong, and why."))
    if len(text) > MOST_TEXT:
        raise AppealRefusedError(_("Write at most %(most)s characters.") % {"most": MOST_TEXT})
    appeal = Appeal.objects.create(attempt=attempt, released_at=_released_at(attempt), text=text, filed_at=at)
    record_event(attempt=attempt, kind=EventKind.APPEALED, at=at, actor=learner)
    return appeal


def _released_at(attempt: Attempt) -> datetime:
    if attempt.released_at is None:
        raise AppealRefusedError
    return attempt.released_at


@transaction.atomic
def decide_appeal(
    *,
    appeal_id: UUID,
    actor: User,
    outcome: AppealOutcome,
    answer: str,
    marks: Mapping[int, Decimal],
    at: datetime | None = None,
) -> Appeal:
    """Answer an appeal, with other marks (by position) where it is upheld; those left out stay as they are.

    Whoever taught the candidate or had a part in the marks does not decide. Raises Appeal.DoesNotExist, and
    AppealRefusedError or MarkingRefusedError with the sentence why.
    """
    at = at or timezone.now()
    attempt = lock_attempt(pk=Appeal.objects.get(public_id=appeal_id).attempt_id)
    appeal = Appeal.objects.get(public_id=appeal_id)
    if appeal.decided_at is not None:
        raise AppealRefusedError(_("Somebody has decided this appeal meanwhile. Nothing was changed."))
    if refusal := why_not_decide_appeal(attempt=attempt, person=actor):
        raise AppealRefusedError(refusal)
    answer = answer.strip()
    if not answer or len(answer) > MOST_TEXT:
        raise AppealRefusedError(_("Write an answer to the learner, of at most 2000 characters."))
    appeal.outcome, appeal.answer = outcome, answer
    appeal.decided_by, appeal.decided_at = actor, at
    appeal.save(update_fields=["outcome", "answer", "decided_by", "decided_at"])
    details = {"outcome": str(outcome)}
    record_event(
        attempt=attempt,
        kind=EventKind.APPEAL_DECIDED,
        at=at,
        actor=actor,
        reason=answer[:MOST_REASON],
        details=details,
    )
    changed = _changed(attempt, outcome, marks)
    if changed:
        replace_result(
            attempt=attempt,
            marks=changed,
            cause=ChangeCause.APPEAL,
            reason=answer[:MOST_REASON],
            actor=actor,
            at=at,
            is_reviewed=True,
        )
    return appeal


def why_not_decide_appeal(*, attempt: Attempt, person: User) -> str:
    """Why this person may not decide appeals against this attempt, as a sentence; blank if they may."""
    if attempt.moderations.filter(moderator=person).exists():
        return _("You have decided on the marks of this exam, so somebody else must answer.")
    return why_not_decide(attempt=attempt, person=person)


def _changed(attempt: Attempt, outcome: AppealOutcome, marks: Mapping[int, Decimal]) -> dict[int, NewMarks]:
    """What the slots (by primary key) get that get other marks."""
    if not marks:
        return {}
    if attempt.state != AttemptState.RELEASED:
        raise AppealRefusedError(_("This result is being marked again. Decide when that is finished."))
    _settled, changed = split_marks(attempt, marks)
    if changed and outcome != AppealOutcome.UPHELD:
        raise AppealRefusedError(_("An appeal that changes marks is upheld, not dismissed."))
    return {slot.pk: (given, False) for slot, given in changed.items()}
