"""Taking in what a device did, and comparing at the end what it has with what the server has."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from lms.assessments.enums import AttemptState, EventKind
from lms.assessments.errors import OperationsRefusedError
from lms.assessments.machine import OWING, RUNNING, By
from lms.assessments.messages import ops_sentence
from lms.assessments.models import Attempt
from lms.assessments.oplog import (
    ON_CLOCK,
    Batch,
    Op,
    OpsError,
    Reception,
    differing,
    genesis,
    parse_batch,
    parse_claim,
    reach,
    receive,
)
from lms.assessments.selectors.log import Evidenced, evidenced, form_of, known_of
from lms.people.models import User

from .breaks import settle_breaks
from .closing import close_if_due, end_waiting, hand_in, renew_receipt
from .lifecycle import lock_attempt, lock_own_attempt, record_event
from .log import append, rows_of, write

#: Why a device is told to stop: another one writes, the number of the lease was never given, or it is all over.
LEASE_LOST, LEASE_UNKNOWN, CLOSED, IS_PAUSED = "lease_lost", "lease_unknown", "closed", "paused"


@dataclass(frozen=True, slots=True)
class SyncReply:
    """How things stand after a request. `lease`, `ack_seq` and `chain_head` are of the lease that was sent;
    `refusal` says why the device must stop writing, even if what it sent was kept."""

    attempt: Attempt
    lease: int
    ack_seq: int = 0
    chain_head: str = ""
    need_from: int | None = None
    need: Sequence[int] = ()
    refusal: str = ""


def append_batch(
    *, attempt: Attempt, holder: str, data: object, at: datetime, session_key: str = ""
) -> SyncReply | None:
    """Take in a batch that simply follows, in one statement; None if there is more to it, and nothing was written.

    `attempt` may be out of date, and the session, if one is named, may have ended: then nothing is written either.
    Raises OperationsRefusedError for what is not taken.
    """
    batch = _parsed(attempt, data)
    if not _may_follow(attempt, batch, holder):
        return None
    rows = rows_of(batch.ops, at=at, unsent=batch.unsent)
    if not append(attempt=attempt, rows=rows, at=at, session_key=session_key):
        return None
    return SyncReply(attempt, batch.lease, rows[-1].op.seq, rows[-1].op.hash)


def receive_batch(*, attempt: Attempt, holder: str, data: object, at: datetime) -> SyncReply:
    """Take in any batch of operations, under a lock; repeating it, or sending it late or out of order, changes nothing.

    `holder` names the browser. Raises OperationsRefusedError for what is not taken.
    """
    return _receive_under_lock(attempt, _parsed(attempt, data), holder=holder, at=at)


def _parsed(attempt: Attempt, data: object) -> Batch:
    try:
        batch = parse_batch(data, str(attempt.public_id))
        check_values(attempt, batch.ops)
    except OpsError as error:
        raise _refused(error) from None
    return batch


def check_values(attempt: Attempt, ops: Sequence[Op]) -> None:
    """Raise OpsError for an op that the form of the attempt cannot have."""
    form = form_of(attempt.public_id)
    for op in ops:
        if op.slot and op.slot not in form:
            raise OpsError("unknown_question", op.seq)
        if op.kind == "answer":
            try:
                form[op.slot].stored(op.value)
            except ValueError:
                raise OpsError("value_invalid", op.seq) from None


def concerns_breaks(ops: Sequence[Op]) -> bool:
    return any(op.kind in ON_CLOCK for op in ops)


def _may_follow(attempt: Attempt, batch: Batch, holder: str) -> bool:
    """Whether nothing but writing seems to be needed; the statement that writes makes sure."""
    is_writer = attempt.keeps_log and (attempt.holder, attempt.lease) == (holder, batch.lease)
    return bool(batch.ops) and is_writer and not concerns_breaks(batch.ops)


def _receive_under_lock(attempt: Attempt, batch: Batch, *, holder: str, at: datetime) -> SyncReply:
    refused: OpsError | None = None
    with transaction.atomic():
        attempt = lock_attempt(pk=attempt.pk)
        close_if_due(attempt=attempt, at=at)
        refusal = _refusal(attempt, batch.lease, holder)
        if refusal in (CLOSED, LEASE_UNKNOWN) or (refusal and batch.lease == attempt.lease):
            return SyncReply(attempt, batch.lease, refusal=refusal)
        try:
            reception = _receive(attempt, batch)
        except OpsError as error:
            refused = error
            _note_conflict(attempt, batch.lease, error, at)
        else:
            write(attempt, rows_of(reception.fresh, at=at, unsent=batch.unsent))
            if attempt.is_on_break or concerns_breaks(reception.fresh):
                settle_breaks(attempt=attempt, at=at)
            if not refusal and not reception.fresh:
                _note_contact(attempt, batch, at)
    if refused is not None:
        # Raised outside, so that the event is kept.
        raise _refused(refused)
    return SyncReply(
        attempt, batch.lease, reception.ack_seq, reception.chain_head, reception.need_from, refusal=refusal
    )


def _receive(attempt: Attempt, batch: Batch) -> Reception:
    known = known_of(attempt, batch.lease)
    reception = receive(str(attempt.public_id), batch.lease, known, batch.ops)
    if not batch.ops and batch.from_seq > reception.ack_seq + 1:
        return Reception((), reception.ack_seq, reception.chain_head, need_from=reception.ack_seq + 1)
    return reception


def _refusal(attempt: Attempt, lease: int, holder: str) -> str:
    if attempt.state not in RUNNING and attempt.state not in OWING:
        return CLOSED
    if lease > attempt.lease or (lease == attempt.lease and not attempt.keeps_log):
        return LEASE_UNKNOWN
    # Once the time is up nobody writes any more, and it no longer matters who brings what was written.
    return LEASE_LOST if attempt.state in RUNNING and attempt.holder != holder else ""


def _note_contact(attempt: Attempt, batch: Batch, at: datetime) -> None:
    if batch.lease == attempt.lease:
        Attempt.objects.filter(pk=attempt.pk).update(last_contact_at=at, unsent=batch.unsent)


def _note_conflict(attempt: Attempt, lease: int, error: OpsError, at: datetime) -> None:
    """An event for the first of the same conflicts in a row: a phone that does not give up fills no log."""
    details = {"lease": lease, "seq": error.at, "what": error.code}
    last = attempt.events.order_by("-number").first()
    if last is None or (last.kind, last.details) != (EventKind.LOG_CONFLICT, details):
        record_event(attempt=attempt, kind=EventKind.LOG_CONFLICT, at=at, details=details)


def _refused(error: OpsError) -> OperationsRefusedError:
    return OperationsRefusedError(error.code, ops_sentence(error.code), error.at)


def submit_claim(
    *, attempt_id: UUID, learner: User, holder: str, data: object, at: datetime | None = None
) -> SyncReply:
    """Hand in, if the device and the server have the same: else `need_from` or `need` say what to send first.

    After the time is up it means that everything was sent, and ends the wait for it. Doing it again returns
    the attempt with its receipt. Raises Attempt.DoesNotExist and OperationsRefusedError.
    """
    at = at or timezone.now()
    try:
        claim = parse_claim(data)
    except OpsError as error:
        raise _refused(error) from None
    with transaction.atomic():
        attempt = lock_own_attempt(public_id=attempt_id, learner=learner)
        close_if_due(attempt=attempt, at=at)
        if attempt.submitted_at is not None:
            return SyncReply(attempt, claim.lease)
        refusal = (
            IS_PAUSED if attempt.state == AttemptState.PAUSED else _refusal(attempt, claim.lease, holder)
        )
        if refusal:
            return SyncReply(attempt, claim.lease, refusal=refusal)
        log = evidenced(attempt)
        known = log.known(claim.lease)
        ack, head = reach(str(attempt.public_id), claim.lease, known)
        heads = {genesis(str(attempt.public_id), claim.lease), *(one.hash for one in known.values())}
        if claim.ack_seq > ack or claim.chain_head not in heads:
            return SyncReply(attempt, claim.lease, ack, head, need_from=ack + 1)
        need = differing(log.counting(with_judged=True), claim.digests)
        if need:
            return SyncReply(attempt, claim.lease, ack, head, need=need)
        _finish(attempt, log, at)
    return SyncReply(attempt, claim.lease, ack, head)


def _finish(attempt: Attempt, log: Evidenced, at: datetime) -> None:
    close_if_due(attempt=attempt, at=at, is_told=True)
    if attempt.submitted_at is not None:
        return
    if attempt.state == AttemptState.STARTED:
        hand_in(attempt=attempt, at=at, by=By.CANDIDATE, actor=attempt.learner, log=log)
    elif attempt.state == AttemptState.SYNC_OWED:
        end_waiting(attempt=attempt, at=at, by=By.CANDIDATE, actor=attempt.learner, log=log)
    else:
        renew_receipt(attempt=attempt, at=at)
