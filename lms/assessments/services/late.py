"""Answers that came late and that no clock can vouch for: two different people decide whether they count."""

from datetime import datetime

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from lms.assessments.enums import AttemptState, EventKind
from lms.assessments.errors import InterventionRefusedError
from lms.assessments.machine import By
from lms.assessments.models import Attempt, LateVerdict
from lms.people.models import User

from .closing import hand_in
from .lifecycle import lock_attempt, record_event, require_reason


def decide_late_answers(
    *, attempt: Attempt, actor: User, accept: bool, reason: str, at: datetime | None = None
) -> Attempt:
    """One person's verdict on the late answers of an attempt under review. As soon as two different people
    say the same, the attempt is handed in with or without those answers; while they disagree, a third decides.

    Raises ReasonMissingError, and InterventionRefusedError for an attempt that is not under review, for its
    own candidate, and for somebody who has decided already.
    """
    at = at or timezone.now()
    require_reason(reason)
    with transaction.atomic():
        attempt = lock_attempt(pk=attempt.pk)
        said = list(attempt.late_verdicts.values_list("judge_id", "is_accepted"))
        _require_judge(attempt, actor, judges=[judge for judge, _accepted in said])
        LateVerdict.objects.create(
            attempt=attempt, judge=actor, is_accepted=accept, reason=reason.strip(), at=at
        )
        record_event(
            attempt=attempt,
            kind=EventKind.LATE_VERDICT,
            at=at,
            actor=actor,
            reason=reason,
            details={"accept": accept},
        )
        if any(accepted is accept for _judge, accepted in said):
            hand_in(attempt=attempt, at=at, by=By.EXAMINER, actor=actor, reason=reason, with_judged=accept)
    return attempt


def _require_judge(attempt: Attempt, actor: User, judges: list[int]) -> None:
    if attempt.state != AttemptState.LATE_REVIEW:
        raise InterventionRefusedError(_("There are no late answers to decide on."))
    if actor.pk == attempt.learner_id:
        raise InterventionRefusedError(_("Nobody decides on their own answers."))
    if actor.pk in judges:
        raise InterventionRefusedError(_("You have decided already. Somebody else must decide as well."))
