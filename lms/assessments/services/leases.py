"""Who may write: one device at a time holds the lease of an attempt, and taking it over raises its number."""

from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.utils import timezone
from django.utils.crypto import salted_hmac

from lms.assessments.enums import EventKind
from lms.assessments.errors import AttemptClosedError, LeaseHeldError
from lms.assessments.machine import RUNNING
from lms.assessments.models import Attempt
from lms.assessments.selectors.log import head_of, last_contact
from lms.assessments.timing import wait_seconds
from lms.people.models import User

from .closing import close_if_due
from .lifecycle import lock_own_attempt, record_event


def name_of(secret: str, *, purpose: str) -> str:
    """What is kept of a session or device: a keyed hash, from which nobody can be signed in."""
    if not secret:
        return ""
    return salted_hmac(f"lms.assessments.{purpose}", secret, algorithm="sha256").hexdigest()


def take_lease(
    *, attempt_id: UUID, learner: User, holder: str, device: str = "", at: datetime | None = None
) -> Attempt:
    """Give the lease to a device that keeps the log itself: the one it holds, else a new one.

    The holder is a browser's session; `device` lets the same phone go on after it was signed out. Another
    device needs the invigilator's leave, or 90 seconds without a word from the one that holds the lease.

    Raises Attempt.DoesNotExist for another person's attempt, LeaseHeldError with the seconds to wait, and
    AttemptClosedError for an attempt that is not running.
    """
    at = at or timezone.now()
    with transaction.atomic():
        attempt = lock_own_attempt(public_id=attempt_id, learner=learner)
        close_if_due(attempt=attempt, at=at)
        is_running = attempt.state in RUNNING
        if is_running and (attempt.holder != holder or not attempt.keeps_log):
            _take(attempt, holder=holder, device=device, keeps_log=True, at=at)
        elif is_running and device and attempt.device != device:
            Attempt.objects.filter(pk=attempt.pk).update(device=device)
            attempt.device = device
    if not is_running:
        raise AttemptClosedError
    return attempt


def take_for_forms(*, attempt: Attempt, holder: str | None, at: datetime) -> None:
    """Give the lease to a browser that sends plain forms. The caller holds the lock on the attempt.

    Without a holder, whoever holds the lease keeps it. Raises LeaseHeldError.
    """
    holder = attempt.holder if holder is None else holder
    if attempt.holder != holder or attempt.keeps_log:
        _take(attempt, holder=holder, device="", keeps_log=False, at=at)


def _take(attempt: Attempt, *, holder: str, device: str, keeps_log: bool, at: datetime) -> None:
    head = head_of(attempt)
    contact = last_contact(attempt, head)
    is_same = attempt.holder in ("", holder) or (device != "" and attempt.device == device)
    wait = wait_seconds(contact, at) if contact else 0
    if wait and not (is_same or attempt.is_move_allowed):
        raise LeaseHeldError(wait)
    reason = "same_device" if is_same else "allowed" if attempt.is_move_allowed else "silence"
    record_event(
        attempt=attempt,
        kind=EventKind.LEASE,
        at=at,
        actor=attempt.learner,
        details={"from": attempt.lease, "to": attempt.lease + 1, "reached": head.seq, "why": reason},
        lease=attempt.lease + 1,
        holder=holder,
        device=device,
        keeps_log=keeps_log,
        is_move_allowed=attempt.is_move_allowed and reason != "allowed",
        last_contact_at=at,
        unsent=0,
    )
