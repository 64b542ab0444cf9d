"""How a sitting ends: by hand, by the clock, or by what a phone sends when it has a signal again."""

import logging
from datetime import datetime, timedelta

from django.db import transaction

from lms.assessments.enums import AttemptState
from lms.assessments.machine import OWING, By
from lms.assessments.models import Answer, Attempt
from lms.assessments.selectors.clock import deadline_of
from lms.assessments.selectors.log import Evidenced, evidenced, form_of, head_of, last_contact
from lms.assessments.timing import is_accepting, last_moment, paused_seconds, sync_until
from lms.people.models import User
from lms.plugin_api.host import fire_attempt_submitted

from .lifecycle import move_attempt
from .marking import grade_attempt, release_attempt
from .receipts import sign_receipt

logger = logging.getLogger(__name__)

#: A pause that is still on so long after the exam closed for everyone is ended by the clock.
FORGOTTEN_PAUSE = timedelta(hours=24)


def close_if_due(*, attempt: Attempt, at: datetime, is_told: bool = False) -> bool:
    """Close the attempt as far as its time is up; whether it was. The caller holds the lock on the attempt.
    `is_told`: the phone has just said all that it did, so that no break is still to be heard of.

    After deadline and grace what was saved is handed in; if the phone declared, or may hold, answers that it
    could not send, they are waited for. When the window for them has passed the wait ends. The time of
    submission is the last moment that counted, however late the closing was noticed.
    """
    end_break_if_over(attempt=attempt, at=at)
    if attempt.deadline is None or attempt.state not in (AttemptState.STARTED, *OWING):
        return False
    if attempt.state == AttemptState.STARTED:
        if is_accepting(
            attempt.deadline, attempt.grace_seconds + (0 if is_told else unheard_seconds(attempt)), at
        ):
            return False
        _end_sitting(attempt, at)
    if attempt.state == AttemptState.SYNC_OWED and at > sync_until(attempt.deadline):
        end_waiting(attempt=attempt, at=at)
    return True


def _end_sitting(attempt: Attempt, at: datetime) -> None:
    move_attempt(attempt=attempt, to=AttemptState.TIME_UP, at=at)
    if _may_hold_answers(attempt):
        move_attempt(attempt=attempt, to=AttemptState.SYNC_OWED, at=at)
    elif unheard_seconds(attempt) and (log := evidenced(attempt)).judged():
        # The wait for a break let answers in that no break makes good.
        move_attempt(attempt=attempt, to=AttemptState.SYNC_OWED, at=at)
        end_waiting(attempt=attempt, at=at, log=log)
    else:
        hand_in(attempt=attempt, at=at)


def unheard_seconds(attempt: Attempt) -> int:
    """For how much longer a sitting may run than the server knows: a phone without a signal may be on a break.
    Where everybody's time ends with the exam, no break moves it any further."""
    left = attempt.break_seconds_left if attempt.keeps_log else 0
    if not left or attempt.deadline is None:
        return left
    furthest = deadline_of(attempt, break_seconds=attempt.break_seconds_allowed)
    return min(left, max(0, int((furthest - attempt.deadline).total_seconds())))


def is_due(attempt: Attempt, at: datetime) -> bool:
    """Whether `close_if_due` would close anything; asks nothing of the database."""
    if attempt.deadline is None:
        return False
    if attempt.state == AttemptState.STARTED:
        return not is_accepting(attempt.deadline, attempt.grace_seconds + unheard_seconds(attempt), at)
    if attempt.is_on_break:
        return at >= break_over_at(attempt)
    return attempt.state == AttemptState.SYNC_OWED and at > sync_until(attempt.deadline)


def _may_hold_answers(attempt: Attempt) -> bool:
    """Whether the device may have more than it sent: all that it did not declare to be nothing at the end."""
    if not attempt.keeps_log:
        return False
    head = head_of(attempt)
    contact = last_contact(attempt, head)
    unsent = head.unsent if head.at and head.at == contact else attempt.unsent
    return bool(unsent) or contact is None or attempt.deadline is None or contact < attempt.deadline


def end_waiting(
    *,
    attempt: Attempt,
    at: datetime,
    by: By = By.CLOCK,
    actor: User | None = None,
    log: Evidenced | None = None,
    submitted_at: datetime | None = None,
) -> None:
    """Everything was sent, or is not waited for any longer: hand in, unless people must look at what came."""
    log = log or evidenced(attempt)
    if log.judged():
        receipt = sign_receipt(attempt, log, at=at)
        move_attempt(attempt=attempt, to=AttemptState.LATE_REVIEW, at=at, by=by, actor=actor, receipt=receipt)
    else:
        hand_in(attempt=attempt, at=at, by=by, actor=actor, log=log, submitted_at=submitted_at)


def renew_receipt(*, attempt: Attempt, at: datetime) -> None:
    """Sign again for what has come since, while people look at it."""
    attempt.receipt = sign_receipt(attempt, evidenced(attempt), at=at)
    Attempt.objects.filter(pk=attempt.pk).update(receipt=attempt.receipt)


def hand_in(
    *,
    attempt: Attempt,
    at: datetime,
    by: By = By.CLOCK,
    actor: User | None = None,
    reason: str = "",
    log: Evidenced | None = None,
    with_judged: bool = False,
    submitted_at: datetime | None = None,
) -> None:
    """Draw the answers that count from the log, sign the receipt, and mark. The caller holds the lock.

    What came after the last moment counts as evidence allows; `with_judged` adds what two people accepted.
    `submitted_at` is when a paper was handed in; else it is now, or the last moment that counted.
    """
    is_late = attempt.state in OWING or attempt.state == AttemptState.TIME_UP
    submitted_at = submitted_at or at
    if is_late and attempt.deadline is not None:
        submitted_at = last_moment(attempt.deadline, attempt.grace_seconds)
    log = log or evidenced(attempt)
    _draw_answers(attempt, log, with_judged=with_judged)
    move_attempt(
        attempt=attempt,
        to=AttemptState.SUBMITTED,
        at=at,
        by=by,
        actor=actor,
        reason=reason,
        submitted_at=submitted_at,
        receipt=sign_receipt(attempt, log, at=at),
    )
    fire_attempt_submitted(attempt)
    mark_if_possible(attempt=attempt, at=at)


def _draw_answers(attempt: Attempt, log: Evidenced, *, with_judged: bool) -> None:
    form = form_of(attempt.public_id)
    Answer.objects.bulk_create(
        Answer(
            slot_id=form[position].pk,
            value=[] if state.value is None else form[position].stored(state.value),
            is_flagged=state.is_flagged,
            sequence=state.sequence,
            lease=state.lease,
            seq=state.seq,
            evidence=log.evidence_of(state),
            saved_at=log.received_of(state, attempt),
        )
        for position, state in sorted(log.counting(with_judged=with_judged).items())
        if position in form
    )


def mark_if_possible(*, attempt: Attempt, at: datetime) -> bool:
    """Mark and release what was handed in. A failure to mark never undoes the handing in: the attempt then
    waits as SUBMITTED, where staff see it and the next sweep tries again."""
    if attempt.state != AttemptState.SUBMITTED:
        return False
    try:
        with transaction.atomic():
            grade_attempt(attempt=attempt, at=at)
            release_attempt(attempt=attempt, at=at)
    except ValueError as error:
        attempt.refresh_from_db()
        logger.error("attempt %s was handed in but cannot be marked: %s", attempt.public_id, error)
        return False
    return True


def end_forgotten_pause(*, attempt: Attempt, at: datetime) -> bool:
    """End a pause that nobody ended; whether it did. The caller holds the lock on the attempt."""
    if attempt.is_on_break:
        return end_break_if_over(attempt=attempt, at=at)
    if attempt.state != AttemptState.PAUSED or at < attempt.exam.closes_at + FORGOTTEN_PAUSE:
        return False
    end_pause(attempt=attempt, at=at, reason="A pause that nobody ended.")
    return True


def break_over_at(attempt: Attempt) -> datetime:
    """When the allowance of an attempt on a break is used up. Raises ValueError for one that is on none."""
    if attempt.paused_at is None:
        raise ValueError("the attempt is not on a break")
    return attempt.paused_at + timedelta(seconds=attempt.break_seconds_left)


def end_break_if_over(*, attempt: Attempt, at: datetime) -> bool:
    """End a break whose allowance is used up; whether it was. The caller holds the lock on the attempt."""
    if not attempt.is_on_break or at < break_over_at(attempt):
        return False
    end_break(attempt=attempt, at=at, seconds=attempt.break_seconds_allowed, reason="The break is used up.")
    return True


def end_break(
    *,
    attempt: Attempt,
    at: datetime,
    seconds: int,
    by: By = By.CLOCK,
    actor: User | None = None,
    reason: str = "",
) -> None:
    """Let the sitting go on after a break; all its breaks have then taken so many seconds."""
    attempt.break_seconds = seconds
    move_attempt(
        attempt=attempt,
        to=AttemptState.STARTED,
        at=at,
        by=by,
        actor=actor,
        reason=reason,
        paused_at=None,
        is_on_break=False,
        break_seconds=seconds,
        deadline=deadline_of(attempt),
    )


def end_pause(
    *, attempt: Attempt, at: datetime, by: By = By.CLOCK, actor: User | None = None, reason: str
) -> None:
    """Let a paused attempt go on, with its time given back. The caller holds the lock on the attempt."""
    lost = paused_seconds(attempt.paused_at, at) if attempt.paused_at else 0
    attempt.pause_seconds += lost
    move_attempt(
        attempt=attempt,
        to=AttemptState.STARTED,
        at=at,
        by=by,
        actor=actor,
        reason=reason,
        paused_at=None,
        pause_seconds=attempt.pause_seconds,
        deadline=deadline_of(attempt),
    )
