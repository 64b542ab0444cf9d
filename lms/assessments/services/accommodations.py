"""Granting accommodations, and ending them. Both take effect at once in the attempts that are open.

Who may do it is for the views to say. What is written to the attempt's own log, which its board shows, is the
effect and never the reason.
"""

from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from wagtail.log_actions import log

from lms.assessments.enums import OPEN_STATES, AttemptState, EventKind
from lms.assessments.errors import AccommodationRefusedError
from lms.assessments.granted import Granted
from lms.assessments.models import Accommodation, Attempt, Exam
from lms.assessments.selectors.accommodations import granted_by_attempt, granted_to
from lms.assessments.selectors.clock import deadline_of
from lms.assessments.timing import LEAST_MULTIPLIER, MOST_MULTIPLIER, to_ms
from lms.people.models import User

from .closing import is_due
from .lifecycle import lock_attempt, record_event, require_reason


def grant_accommodation(
    *,
    learner: User,
    exam: Exam | None,
    granted: Granted,
    reason: str,
    actor: User,
    at: datetime | None = None,
) -> Accommodation:
    """Grant a person something for one exam, or for all. It replaces what was granted for the same before.

    A form that is still to be started gets exactly what holds now; a running exam gets more time and breaks, and
    loses nothing. Raises ReasonMissingError, and AccommodationRefusedError for a grant of nothing, a multiplier
    out of range, or to oneself.
    """
    at = at or timezone.now()
    require_reason(reason)
    if actor.pk == learner.pk:
        raise AccommodationRefusedError(_("Nobody grants an accommodation to himself."))
    if not granted.is_anything:
        raise AccommodationRefusedError(_("Grant at least one thing."))
    if not LEAST_MULTIPLIER <= granted.time_multiplier <= MOST_MULTIPLIER:
        raise AccommodationRefusedError(_("The time can be multiplied by 1 to 3."))
    with transaction.atomic():
        # Of two grants to one person at once, one waits for the other.
        User.objects.select_for_update().get(pk=learner.pk)
        before = Accommodation.objects.filter(learner=learner, exam=exam, ended_at=None).first()
        if before is not None:
            _end(before, actor, at)
        accommodation = Accommodation.objects.create(
            learner=learner,
            exam=exam,
            time_multiplier=granted.time_multiplier,
            break_minutes=granted.break_minutes,
            large_print=granted.large_print,
            read_aloud=granted.read_aloud,
            reason=reason.strip(),
            granted_by=actor,
            granted_at=at,
        )
        log(accommodation, "assessments.grant_accommodation", user=actor, data=_effects(granted))
        _apply_to_open(learner, exam, actor=actor, at=at)
    return accommodation


def end_accommodation(
    *, accommodation: Accommodation, actor: User, at: datetime | None = None
) -> Accommodation:
    """End a grant: forms that are still to be started lose it, a running exam keeps it. Ending it again changes
    nothing."""
    at = at or timezone.now()
    with transaction.atomic():
        User.objects.select_for_update().get(pk=accommodation.learner_id)
        found = Accommodation.objects.select_related("learner", "exam").get(pk=accommodation.pk)
        if found.ended_at is None:
            _end(found, actor, at)
            found.ended_at, found.ended_by = at, actor
            log(found, "assessments.end_accommodation", user=actor)
            _apply_to_open(found.learner, found.exam, actor=actor, at=at)
    return found


def _end(accommodation: Accommodation, actor: User, at: datetime) -> None:
    Accommodation.objects.filter(pk=accommodation.pk).update(ended_at=at, ended_by=actor)


def _apply_to_open(learner: User, exam: Exam | None, *, actor: User, at: datetime) -> None:
    attempts = Attempt.objects.filter(learner=learner, state__in=OPEN_STATES)
    if exam is not None:
        attempts = attempts.filter(exam=exam)
    for pk in list(attempts.order_by("pk").values_list("pk", flat=True)):
        apply_accommodation(attempt=lock_attempt(pk=pk), at=at, actor=actor)


def apply_accommodation(*, attempt: Attempt, at: datetime, actor: User | None = None) -> None:
    """Bring an open attempt to what its person has now. The caller holds the lock on the attempt."""
    if attempt.state not in OPEN_STATES or is_due(attempt, at):
        return
    has, wanted = granted_by_attempt(attempt), granted_to(attempt.learner, attempt.exam)
    if attempt.state != AttemptState.READY:
        wanted = wanted.at_least(has)
    if wanted == has:
        return
    changes: dict[str, Any] = wanted.fields()
    for name, value in changes.items():
        setattr(attempt, name, value)
    if attempt.started_at is not None:
        changes["deadline"] = deadline_of(attempt)
    record_event(
        attempt=attempt,
        kind=EventKind.ACCOMMODATED,
        at=at,
        actor=actor,
        details=_effects(wanted)
        | {"deadline": to_ms(changes["deadline"]) if attempt.started_at is not None else None},
        **changes,
    )


def _effects(granted: Granted) -> dict[str, Any]:
    return {
        "time_multiplier": f"{granted.time_multiplier:.2f}",
        "break_seconds": granted.break_seconds,
        "large_print": granted.large_print,
        "read_aloud": granted.read_aloud,
    }
