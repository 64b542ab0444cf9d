"""Saving what a plain form says, through the same operations log as everything else.

The server writes the operations itself, under a lease that it keeps for the browser: a form knows only the
number (`sequence`) of its own change, and for each question the highest number wins. So no repetition,
delay or reordering of requests can lose or revive an answer.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from lms.assessments.answers_format import Wire
from lms.assessments.enums import AttemptState
from lms.assessments.errors import AnswerRefusedError, AttemptClosedError, TimeUpError
from lms.assessments.machine import RUNNING
from lms.assessments.models import Attempt
from lms.assessments.selectors.log import OnRecord, Sitting, form_of, read_sitting
from lms.assessments.timing import is_accepting
from lms.people.models import User

from .closing import close_if_due
from .leases import take_for_forms
from .lifecycle import lock_attempt
from .log import Row, Say, append, write, written_by_server

#: The largest number that both databases keep in the sequence column.
MOST_SEQUENCE = 2_147_483_647


@dataclass(frozen=True, slots=True)
class AnswerEntry:
    """What a learner says to one question.

    `value` is the answer on the wire (`answers_format`); None leaves the answer as it is, because a form sent
    without a choice must never wipe one out: only `is_cleared` takes it back. `sequence` grows with each
    change.
    """

    position: int
    sequence: int
    value: Wire | None = None
    is_flagged: bool = False
    is_cleared: bool = False

    @property
    def is_kept(self) -> bool:
        return self.value is None and not self.is_cleared


@dataclass(frozen=True, slots=True)
class SavedAnswer:
    """The answer of record after a save, on the wire; None if there is none. `is_current` is false when
    something newer or other was kept."""

    position: int
    sequence: int
    value: Wire | None
    is_flagged: bool
    saved_at: datetime
    is_current: bool


@dataclass(frozen=True, slots=True)
class SaveReceipt:
    """The attempt as it was when its answers were saved, and what is on record for each."""

    attempt: Attempt
    answers: list[SavedAnswer]


def save_answers(
    *,
    attempt_id: UUID,
    learner: User,
    entries: Sequence[AnswerEntry],
    holder: str | None = None,
    at: datetime | None = None,
) -> SaveReceipt:
    """Save answers of an attempt, named by its public id, and say what is on record, in the order of `entries`.

    All entries are saved or none. `holder` names the browser, which takes the lease over where it may; without
    one, whoever holds the lease writes. Two statements, whatever the number of entries.

    Raises Attempt.DoesNotExist for another person's attempt, AnswerRefusedError for an answer that the
    form does not offer, LeaseHeldError while another device holds the lease, TimeUpError after deadline and
    grace (what was saved before is then handed in), and AttemptClosedError after the hand-in.
    """
    sitting = read_sitting(attempt_id, learner.pk, {entry.position for entry in entries})
    sitting.attempt.learner = learner
    return save_in(sitting=sitting, entries=entries, holder=holder, at=at)


def save_in(
    *,
    sitting: Sitting,
    entries: Sequence[AnswerEntry],
    holder: str | None = None,
    at: datetime | None = None,
) -> SaveReceipt:
    """The same for an attempt that was read, with what is on record for all the questions concerned."""
    at = at or timezone.now()
    attempt = sitting.attempt
    _check(attempt, entries)
    if _is_quick(attempt, holder, at):
        rows = written_by_server(attempt, _news(entries, sitting.known), after=sitting.head, at=at)
        if not rows or append(attempt=attempt, rows=rows, at=at):
            return _receipt(sitting, entries, rows)
    return _save_under_lock(attempt, entries, holder=holder, at=at)


def _is_quick(attempt: Attempt, holder: str | None, at: datetime) -> bool:
    """Whether nothing but writing seems to be needed; the statement that writes makes sure."""
    is_in_time = attempt.deadline is not None and is_accepting(attempt.deadline, attempt.grace_seconds, at)
    is_held = holder in (None, attempt.holder) and not attempt.keeps_log
    return is_held and attempt.state == AttemptState.STARTED and is_in_time


def _save_under_lock(
    attempt: Attempt, entries: Sequence[AnswerEntry], *, holder: str | None, at: datetime
) -> SaveReceipt:
    with transaction.atomic():
        attempt = lock_attempt(pk=attempt.pk)
        is_overdue = close_if_due(attempt=attempt, at=at)
        if not is_overdue and attempt.state in RUNNING:
            take_for_forms(attempt=attempt, holder=holder, at=at)
            positions = {entry.position for entry in entries}
            sitting = read_sitting(attempt.public_id, attempt.learner_id, positions)
            rows = written_by_server(attempt, _news(entries, sitting.known), after=sitting.head, at=at)
            write(attempt, rows)
            return _receipt(sitting, entries, rows)
    # Raised outside, so that the closing above is kept.
    raise TimeUpError if is_overdue or _ran_out(attempt) else AttemptClosedError


def _check(attempt: Attempt, entries: Sequence[AnswerEntry]) -> None:
    if not entries:
        raise AnswerRefusedError
    form = form_of(attempt.public_id)
    for entry in entries:
        if entry.position not in form or not 1 <= entry.sequence <= MOST_SEQUENCE:
            raise AnswerRefusedError
        try:
            _stored(attempt, entry)
        except ValueError:
            raise AnswerRefusedError from None


def _stored(attempt: Attempt, entry: AnswerEntry) -> Any:
    if entry.value is None or entry.is_cleared:
        return None
    return form_of(attempt.public_id)[entry.position].stored(entry.value)


def _news(entries: Sequence[AnswerEntry], known: Mapping[int, OnRecord]) -> list[Say]:
    """What is newer in the entries than on record."""
    says: list[Say] = []
    for position, entry in _latest(entries).items():
        before = known.get(position)
        if before is None or entry.sequence > before.sequence:
            says += _says(entry, was_flagged=before is not None and before.is_flagged)
    return says


def _says(entry: AnswerEntry, *, was_flagged: bool) -> list[Say]:
    says: list[Say] = []
    if entry.is_cleared:
        says.append((entry.position, "clear", None, entry.sequence))
    elif not entry.is_kept:
        says.append((entry.position, "answer", entry.value, entry.sequence))
    if entry.is_flagged != was_flagged or not says:
        says.append((entry.position, "flag", entry.is_flagged, entry.sequence))
    return says


def _latest(entries: Sequence[AnswerEntry]) -> dict[int, AnswerEntry]:
    latest: dict[int, AnswerEntry] = {}
    for entry in entries:
        if entry.position not in latest or entry.sequence > latest[entry.position].sequence:
            latest[entry.position] = entry
    return latest


def _receipt(sitting: Sitting, entries: Sequence[AnswerEntry], rows: Sequence[Row]) -> SaveReceipt:
    """What is on record after the rows were written; nothing has to be read again for it."""
    attempt, known = sitting.attempt, sitting.known
    latest = _latest(entries)
    written = {row.op.slot for row in rows}
    now = {slot: _after(attempt, latest[slot], known.get(slot), rows[0].received_at) for slot in written}
    after = {**known, **now}
    return SaveReceipt(attempt, [_saved(attempt, entry, after[entry.position]) for entry in entries])


def _after(attempt: Attempt, entry: AnswerEntry, before: OnRecord | None, at: datetime) -> OnRecord:
    if entry.is_kept:
        value, stored = (before.value, before.stored) if before else (None, None)
    else:
        value, stored = (None if entry.is_cleared else entry.value), _stored(attempt, entry)
    return OnRecord(value, stored, entry.is_flagged, entry.sequence, at)


def _saved(attempt: Attempt, entry: AnswerEntry, record: OnRecord) -> SavedAnswer:
    value = record.value if not isinstance(record.value, bool) else None
    return SavedAnswer(
        position=entry.position,
        sequence=record.sequence,
        value=value,
        is_flagged=record.is_flagged,
        saved_at=record.saved_at,
        is_current=entry.is_kept or _stored(attempt, entry) == record.stored,
    )


def _ran_out(attempt: Attempt) -> bool:
    return attempt.events.filter(to_state=AttemptState.TIME_UP).exists()
