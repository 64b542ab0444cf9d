"""Marking an exam again when a question turned out to be faulty: all results in one transaction, the old ones kept."""

from datetime import datetime

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from lms.assessments.enums import AttemptState, ChangeCause
from lms.assessments.errors import RegradeRefusedError
from lms.assessments.models import Correction, Exam, Regrade
from lms.assessments.selectors.regrading import Treatments, plan_regrade, regraded_attempts
from lms.people.models import User

from .lifecycle import require_reason
from .markers import settle
from .marking import hold_rules
from .remarking import replace_result


@transaction.atomic
def regrade_exam(
    *,
    exam: Exam,
    treatments: Treatments,
    fingerprint: str,
    reason: str,
    actor: User,
    at: datetime | None = None,
) -> Regrade:
    """Do what the plan with this fingerprint showed (`selectors.regrading`), and mark by it from now on.

    Results that change go through REGRADED and are kept; those that learners knew stay known. Nothing is done to
    certificates. Raises RegradeRefusedError when anything has changed since the plan was shown, and
    ReasonMissingError.
    """
    at = at or timezone.now()
    require_reason(reason)
    hold_rules(exam.pk, to_change=True)
    locked = regraded_attempts(exam, treatments).select_related("exam", "learner")
    attempts = list(locked.select_for_update(of=("self",)))
    plan = plan_regrade(exam, treatments, attempts=attempts)
    if plan.fingerprint != fingerprint:
        raise RegradeRefusedError(
            _("Something has changed since this was computed. Look at the new comparison, then decide again.")
        )
    regrade = Regrade.objects.create(
        exam=exam, actor=actor, reason=reason.strip(), compared=len(plan.diffs), at=at
    )
    Correction.objects.bulk_create(
        Correction(
            regrade=regrade, version_id=pk, treatment=treated.treatment, by_version_id=treated.by_version
        )
        for pk, treated in sorted(plan.treatments.items())
    )
    for diff in plan.changed:
        attempt = diff.attempt
        replace_result(
            attempt=attempt,
            marks=diff.new,
            cause=ChangeCause.REGRADE,
            reason=reason,
            actor=actor,
            at=at,
            regrade=regrade,
        )
        if attempt.state == AttemptState.MODERATION:
            settle(attempt=attempt, actor=actor, at=at)
    return regrade
