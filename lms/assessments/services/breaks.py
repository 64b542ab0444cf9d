"""Breaks of candidates who were granted some: the clock stops while one runs, and the operations log says for how
long.

A phone writes its breaks into its own log, with or without a signal; for plain forms the server writes them. Either
way the log alone counts (`breaks.count_breaks`), so that nothing is counted twice or forgotten, whenever it
arrives. While the server knows of a break, the attempt is PAUSED, by the candidate.
"""

from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from lms.assessments.breaks import BreakTime
from lms.assessments.enums import AttemptState, EventKind
from lms.assessments.errors import BreakRefusedError
from lms.assessments.machine import By
from lms.assessments.models import Attempt
from lms.assessments.selectors.clock import breaks_of, deadline_of
from lms.assessments.selectors.log import head_of
from lms.people.models import User

from .closing import close_if_due, end_break
from .leases import take_for_forms
from .lifecycle import lock_own_attempt, move_attempt, record_event
from .log import write, written_by_server


def settle_breaks(*, attempt: Attempt, at: datetime) -> None:
    """Bring the attempt to what its log says of breaks. The caller holds the lock and has written the ops."""
    if not attempt.break_seconds_allowed:
        return
    told = breaks_of(attempt)
    closed = -(-told.closed // 1000)
    running = (told.running or 0) // 1000
    is_used_up = told.is_open and closed + running >= attempt.break_seconds_allowed
    if told.is_open and not is_used_up:
        _go_on_break(attempt, told, seconds=closed, at=at)
        return
    seconds = min(attempt.break_seconds_allowed, closed + (running if is_used_up else 0))
    if attempt.is_on_break:
        end_break(attempt=attempt, at=at, seconds=seconds, by=By.CANDIDATE, actor=attempt.learner)
    else:
        _count(attempt, seconds, at)


def _go_on_break(attempt: Attempt, told: BreakTime, *, seconds: int, at: datetime) -> None:
    """A break that is running: known already, new, or running beside a pause or after the end of the sitting, where
    it changes no state."""
    if attempt.state != AttemptState.STARTED:
        if not attempt.is_on_break:
            _count(attempt, seconds, at)
        return
    if attempt.break_seconds >= attempt.break_seconds_allowed:
        # The clock ended it before the phone was heard; the phone ends it by itself.
        return
    since = at - timedelta(milliseconds=told.running or 0)
    attempt.break_seconds = seconds
    move_attempt(
        attempt=attempt,
        to=AttemptState.PAUSED,
        at=at,
        by=By.CANDIDATE,
        actor=attempt.learner,
        paused_at=max(since, attempt.started_at or since),
        is_on_break=True,
        break_seconds=seconds,
        deadline=deadline_of(attempt),
    )


def _count(attempt: Attempt, seconds: int, at: datetime) -> None:
    """Count breaks of which the server learns when they are over."""
    if seconds == attempt.break_seconds:
        return
    attempt.break_seconds = seconds
    record_event(
        attempt=attempt,
        kind=EventKind.BREAK_COUNTED,
        at=at,
        details={"seconds": seconds},
        break_seconds=seconds,
        deadline=deadline_of(attempt),
    )


def take_break(*, attempt_id: UUID, learner: User, holder: str, at: datetime | None = None) -> Attempt:
    """Begin a break from a plain form. Doing it again changes nothing.

    Raises Attempt.DoesNotExist for another person's attempt, LeaseHeldError while another device writes, and
    BreakRefusedError where the exam is not running or nothing is left of the allowance.
    """
    return _say(attempt_id, learner, holder=holder, kind="break", at=at or timezone.now())


def end_own_break(*, attempt_id: UUID, learner: User, holder: str, at: datetime | None = None) -> Attempt:
    """Go on after a break, from a plain form. Doing it again changes nothing. Raises as `take_break` does."""
    return _say(attempt_id, learner, holder=holder, kind="resume", at=at or timezone.now())


def _say(attempt_id: UUID, learner: User, *, holder: str, kind: str, at: datetime) -> Attempt:
    refusal = ""
    with transaction.atomic():
        attempt = lock_own_attempt(public_id=attempt_id, learner=learner)
        close_if_due(attempt=attempt, at=at)
        is_wanted = attempt.is_on_break if kind == "resume" else attempt.state == AttemptState.STARTED
        if is_wanted and kind == "break" and not attempt.break_seconds_left:
            refusal = _("Your breaks are used up.")
        elif is_wanted:
            take_for_forms(attempt=attempt, holder=holder, at=at)
            write(attempt, written_by_server(attempt, [(0, kind, None, None)], after=head_of(attempt), at=at))
            settle_breaks(attempt=attempt, at=at)
        elif kind == "break" and not attempt.is_on_break:
            refusal = _("A break can be taken only while the exam is running.")
    # Raised outside, so that a closing is kept.
    if refusal:
        raise BreakRefusedError(refusal)
    return attempt
