"""What invigilators do to a running exam, each with a reason that is kept.

Who may do it is for the views to say. All of them lock the attempt, refuse a blank reason
(ReasonMissingError) and whatever the state does not allow (InterventionRefusedError), and return the attempt
as it then is.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from lms.assessments.enums import AttemptState, EventKind
from lms.assessments.errors import InterventionRefusedError
from lms.assessments.machine import OWING, RUNNING, By
from lms.assessments.models import Attempt
from lms.assessments.selectors.clock import deadline_of
from lms.assessments.timing import to_ms
from lms.people.models import User

from .closing import end_break, end_pause, is_due
from .lifecycle import lock_attempt, move_attempt, record_event, require_reason

#: The most that can be given at once; a longer time is a slip of the finger.
MOST_SECONDS = 4 * 3600


def pause_attempt(*, attempt: Attempt, actor: User, reason: str, at: datetime | None = None) -> Attempt:
    """Stop the clock of a running attempt. What the candidate still sends is taken."""
    at = at or timezone.now()
    with _intervention(attempt, reason) as locked:
        if locked.state != AttemptState.STARTED or is_due(locked, at):
            raise InterventionRefusedError(_("Only a running exam can be paused."))
        move_attempt(
            attempt=locked,
            to=AttemptState.PAUSED,
            at=at,
            by=By.INVIGILATOR,
            actor=actor,
            reason=reason,
            paused_at=at,
        )
    return locked


def resume_attempt(*, attempt: Attempt, actor: User, reason: str, at: datetime | None = None) -> Attempt:
    """Let a paused attempt go on, with the time of the pause given back."""
    at = at or timezone.now()
    with _intervention(attempt, reason) as locked:
        if locked.state != AttemptState.PAUSED:
            raise InterventionRefusedError(_("This exam is not paused."))
        if locked.is_on_break:
            raise InterventionRefusedError(_("The candidate is on a break, and goes on at will."))
        end_pause(attempt=locked, at=at, by=By.INVIGILATOR, actor=actor, reason=reason)
    return locked


def give_extra_time(
    *, attempt: Attempt, seconds: int, actor: User, reason: str, at: datetime | None = None
) -> Attempt:
    """Give more time to an attempt that is running, or is still to be started. It appears on the phone with the
    next reply."""
    at = at or timezone.now()
    _require_seconds(seconds)
    with _intervention(attempt, reason) as locked:
        if locked.state not in (AttemptState.READY, AttemptState.ON_PAPER, *RUNNING) or is_due(locked, at):
            raise InterventionRefusedError(_("Extra time can only be given before the time is up."))
        locked.extra_seconds += seconds
        _give(locked, EventKind.TIME_GIVEN, seconds=seconds, actor=actor, reason=reason, at=at)
    return locked


def credit_outage(
    *, attempt: Attempt, seconds: int, actor: User, reason: str, at: datetime | None = None
) -> Attempt:
    """Give back what an outage of the server or the network took.

    An attempt whose time ran out during the outage and was not closed yet runs on. One that waits for unsent
    answers does not, but what comes late is judged by the new deadline.
    """
    at = at or timezone.now()
    _require_seconds(seconds)
    with _intervention(attempt, reason) as locked:
        if locked.state not in (*RUNNING, *OWING):
            raise InterventionRefusedError(_("An outage can only be credited before the exam is handed in."))
        locked.credited_seconds += seconds
        _give(locked, EventKind.OUTAGE_CREDITED, seconds=seconds, actor=actor, reason=reason, at=at)
    return locked


def allow_device_move(*, attempt: Attempt, actor: User, reason: str, at: datetime | None = None) -> Attempt:
    """Let the candidate go on at another device at once, once."""
    at = at or timezone.now()
    with _intervention(attempt, reason) as locked:
        if locked.state not in RUNNING:
            raise InterventionRefusedError(_("Only a running exam can move to another device."))
        record_event(
            attempt=locked,
            kind=EventKind.DEVICE_ALLOWED,
            at=at,
            actor=actor,
            reason=reason,
            details={"lease": locked.lease},
            is_move_allowed=True,
        )
    return locked


def void_attempt(*, attempt: Attempt, actor: User, reason: str, at: datetime | None = None) -> Attempt:
    """Decide that a running sitting does not count: it uses up no attempt, and its log is kept."""
    at = at or timezone.now()
    with _intervention(attempt, reason) as locked:
        if locked.is_on_break:
            seconds = locked.break_seconds
            end_break(attempt=locked, at=at, seconds=seconds, by=By.INVIGILATOR, actor=actor, reason=reason)
        if locked.state == AttemptState.PAUSED:
            end_pause(attempt=locked, at=at, by=By.INVIGILATOR, actor=actor, reason=reason)
        if locked.state != AttemptState.STARTED:
            raise InterventionRefusedError(_("Only a running exam can be declared void."))
        move_attempt(
            attempt=locked, to=AttemptState.VOIDED, at=at, by=By.INVIGILATOR, actor=actor, reason=reason
        )
    return locked


@contextmanager
def _intervention(attempt: Attempt, reason: str) -> Iterator[Attempt]:
    require_reason(reason)
    with transaction.atomic():
        yield lock_attempt(pk=attempt.pk)


def _require_seconds(seconds: int) -> None:
    if not 1 <= seconds <= MOST_SECONDS:
        raise InterventionRefusedError(_("Give at least one second and at most four hours."))


def _give(attempt: Attempt, kind: EventKind, *, seconds: int, actor: User, reason: str, at: datetime) -> None:
    deadline = deadline_of(attempt) if attempt.started_at else None
    record_event(
        attempt=attempt,
        kind=kind,
        at=at,
        actor=actor,
        reason=reason,
        details={"seconds": seconds, "deadline": to_ms(deadline) if deadline else None},
        extra_seconds=attempt.extra_seconds,
        credited_seconds=attempt.credited_seconds,
        deadline=deadline,
    )
