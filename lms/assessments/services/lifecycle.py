"""The one way to change the state of an attempt, and to write what happened to it."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import connection
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from lms.assessments.enums import AttemptState, EventKind
from lms.assessments.errors import AttemptChangedError, IllegalMoveError, ReasonMissingError
from lms.assessments.journal import Event, event_genesis, event_hash
from lms.assessments.machine import By, find_move
from lms.assessments.models import Attempt, AttemptEvent
from lms.assessments.timing import to_ms
from lms.people.models import User

#: The longest reason that is kept, in characters.
MOST_REASON = 300

#: What a learner relies on once it is released.
RESULT_FIELDS = frozenset({"marks", "max_marks", "is_passed"})


def require_reason(reason: str) -> None:
    """Refuse a reason that is blank, or longer than can be kept. Raises ReasonMissingError."""
    if not reason.strip():
        raise ReasonMissingError
    if len(reason.strip()) > MOST_REASON:
        raise ReasonMissingError(_("Write the reason in at most 300 characters."))


def lock_attempt(*, pk: int) -> Attempt:
    """The attempt as it is now with its exam and learner, locked until the open transaction ends."""
    return _locked().select_related("learner").get(pk=pk)


def lock_own_attempt(*, public_id: UUID, learner: User) -> Attempt:
    """The same for a person's own attempt. Raises Attempt.DoesNotExist for any other."""
    attempt = _locked().get(public_id=public_id, learner=learner)
    attempt.learner = learner
    return attempt


def _locked() -> QuerySet[Attempt]:
    return Attempt.objects.select_related("exam").select_for_update(of=("self",))


def move_attempt(
    *,
    attempt: Attempt,
    to: AttemptState,
    at: datetime,
    by: By = By.CLOCK,
    actor: User | None = None,
    reason: str = "",
    **changes: Any,
) -> None:
    """Move the attempt to another state, with its event, and bring the object in memory up to date.

    Compare-and-set on (state, lease, number of events): of two requests that read the same state, one moves
    and the other gets AttemptChangedError. `changes` are fields that become true with the new state.

    Raises IllegalMoveError for a move that is not in the table, that is not for `by` to make, whose actor
    is missing, or outside of a transaction, where the state could change without its event; and
    ReasonMissingError where the table wants a reason.
    """
    move = find_move(attempt.state, to)
    if by not in move.by:
        raise IllegalMoveError(f"{by} may not move {attempt.state} to {to}")
    if by is not By.CLOCK and actor is None:
        raise IllegalMoveError(f"somebody moves {attempt.state} to {to}, and must be named")
    if move.needs_reason and by is not By.CANDIDATE:
        require_reason(reason)
    _write(
        attempt,
        EventKind.MOVE,
        at=at,
        actor=actor,
        reason=reason,
        details={},
        changes={"state": to, **changes},
    )


def record_event(
    *,
    attempt: Attempt,
    kind: EventKind,
    at: datetime,
    actor: User | None = None,
    reason: str = "",
    details: Mapping[str, Any] | None = None,
    **changes: Any,
) -> None:
    """Write what happened without a change of state, with the fields that it changes.

    Raises AttemptChangedError when another request was faster, and IllegalMoveError outside of a transaction.
    """
    if "state" in changes:
        raise IllegalMoveError("a state changes by a move")
    _write(attempt, kind, at=at, actor=actor, reason=reason, details=details or {}, changes=changes)


def _write(
    attempt: Attempt,
    kind: EventKind,
    *,
    at: datetime,
    actor: User | None,
    reason: str,
    details: Mapping[str, Any],
    changes: dict[str, Any],
) -> None:
    if not connection.in_atomic_block:
        raise IllegalMoveError("an attempt changes in a transaction")
    event = AttemptEvent(
        attempt=attempt,
        number=attempt.event_count + 1,
        kind=kind,
        from_state=attempt.state,
        to_state=changes.get("state", attempt.state),
        actor=actor,
        reason=reason.strip(),
        details=dict(details),
        at=at,
        prev_hash=attempt.event_head or event_genesis(str(attempt.public_id)),
    )
    event.hash = event_hash(str(attempt.public_id), journal_entry(event))
    is_regraded = changes.get("state") == AttemptState.REGRADED
    if attempt.state == AttemptState.RELEASED and not is_regraded and RESULT_FIELDS & set(changes):
        raise IllegalMoveError("a released result changes by a regrade alone")
    changes = {**changes, "event_count": event.number, "event_head": event.hash}
    seen = Attempt.objects.filter(
        pk=attempt.pk, state=attempt.state, lease=attempt.lease, event_count=attempt.event_count
    )
    if not seen.update(**changes):
        raise AttemptChangedError(f"{attempt.public_id} is no longer {attempt.state}")
    event.save(force_insert=True)
    for name, value in changes.items():
        setattr(attempt, name, value)


def journal_entry(event: AttemptEvent) -> Event:
    """The event as `journal` hashes it."""
    return Event(
        number=event.number,
        kind=str(event.kind),
        from_state=str(event.from_state),
        to_state=str(event.to_state),
        actor=str(event.actor.public_id) if event.actor else None,
        reason=event.reason,
        details=event.details,
        at=to_ms(event.at),
        prev_hash=event.prev_hash,
        hash=event.hash,
    )
