"""What the operations log of an attempt says: the answers on record, and how far the log reaches.

While an attempt is running the log is the only truth about its answers; `Answer` rows are drawn from it
when the attempt is handed in.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache, lru_cache
from typing import Any
from uuid import UUID

from django.db import connection
from django.utils.timezone import is_aware, make_aware

from lms.assessments.answers_format import to_stored
from lms.assessments.evidence import Evidence, Limits, Received, classify
from lms.assessments.models import Attempt, AttemptSlot, Operation
from lms.assessments.oplog import ON_QUESTION, Entry, Known, SlotState, Value, fold, genesis
from lms.assessments.timing import to_ms
from lms.people.models import User

from .clock import RECEIVED

ENTRY_FIELDS = Entry._fields
_HEAD = ("seq", "hash", "received_at", "unsent")


@dataclass(frozen=True, slots=True)
class FormSlot:
    """A place on a frozen form: all that is needed to show its question and to read an answer to it."""

    pk: int
    version_id: int
    kind: str
    order: Any

    def stored(self, value: Value) -> Any:
        """The answer as it is kept. Raises ValueError for one that the form does not offer."""
        return to_stored(self.kind, value, self.order)


@lru_cache(maxsize=1024)
def form_of(attempt_id: UUID) -> Mapping[int, FormSlot]:
    """The frozen form by position. It never changes, so each process reads it once."""
    slots = AttemptSlot.objects.filter(attempt__public_id=attempt_id)
    rows = slots.order_by("position").values_list(
        "position", "pk", "version_id", "version__kind", "option_order"
    )
    return {position: FormSlot(*row) for position, *row in rows}


@dataclass(frozen=True, slots=True)
class Head:
    """How far the log of a lease reaches. `at`: when its last operation was received."""

    seq: int
    hash: str
    at: datetime | None = None
    unsent: int = 0


@dataclass(frozen=True, slots=True)
class OnRecord:
    """What is on record for a question. `value` as on the wire, `stored` as the bank keeps it; None: no answer."""

    value: Value
    stored: Any
    is_flagged: bool
    sequence: int
    saved_at: datetime


#: What a save has to know of an attempt; anything else is fetched if somebody asks for it.
_NEEDED = frozenset(
    {
        *("id", "public_id", "learner_id", "exam_id", "state", "lease", "holder", "keeps_log"),
        *("grace_seconds", "started_at", "deadline", "paused_at", "is_on_break"),
        *("break_seconds", "break_seconds_allowed", "large_print", "read_aloud"),
    }
)
#: In the order of the model, in which it takes them.
_OF_ATTEMPT = [field.attname for field in Attempt._meta.concrete_fields if field.attname in _NEEDED]
_OF_LEARNER = ("password", "is_active")
_COLUMNS = [*(f"a.{name}" for name in _OF_ATTEMPT), *(f"u.{name}" for name in _OF_LEARNER)]

#: By hand because each save reads it: composing the same from querysets takes twenty times as long.
_READ = """
    SELECT {columns} FROM {attempts} a JOIN {people} u ON u.id = a.learner_id {joins}
    WHERE a.public_id = %s AND a.learner_id = %s
"""
_WITH_HEAD = """
    LEFT JOIN {operations} o ON o.attempt_id = a.id AND o.lease = a.lease AND o.seq = (
        SELECT MAX(seq) FROM {operations} WHERE attempt_id = a.id AND lease = a.lease
    )
    LEFT JOIN {operations} s ON s.attempt_id = a.id AND s.slot IN ({slots}) AND s.kind IN ({kinds})
"""
_KINDS = sorted(ON_QUESTION)
_SAID = (*ENTRY_FIELDS, "received_at")


def _tables() -> dict[str, str]:
    models = {"attempts": Attempt, "operations": Operation, "people": User}
    return {name: connection.ops.quote_name(model._meta.db_table) for name, model in models.items()}


@cache
def _attempt_statement() -> str:
    return _READ.format(**_tables(), columns=", ".join(_COLUMNS), joins="")


@cache
def _sitting_statement(positions: int) -> str:
    slots, kinds = (", ".join(["%s"] * count) for count in (positions, len(_KINDS)))
    columns = [*_COLUMNS, *(f"o.{name}" for name in _HEAD), *(f"s.{name}" for name in _SAID)]
    joins = _WITH_HEAD.format(**_tables(), slots=slots, kinds=kinds)
    return _READ.format(**_tables(), columns=", ".join(columns), joins=joins)


def read_attempt(attempt_id: UUID, learner_id: int) -> Attempt:
    """A person's attempt with what a save needs, in one query; of the learner it knows what a session is judged by.
    Raises Attempt.DoesNotExist."""
    [row] = _rows(_attempt_statement(), [], attempt_id, learner_id)
    return _attempt_of(row, attempt_id)


def _rows(statement: str, given: list[Any], attempt_id: UUID, learner_id: int) -> list[tuple[Any, ...]]:
    name = Attempt._meta.get_field("public_id").get_db_prep_value(attempt_id, connection)
    with connection.cursor() as cursor:
        cursor.execute(statement, [*given, name, learner_id])
        rows: list[tuple[Any, ...]] = cursor.fetchall()
    if not rows:
        raise Attempt.DoesNotExist
    return rows


def _attempt_of(row: Sequence[Any], attempt_id: UUID) -> Attempt:
    """The model from columns as the driver gives them: SQLite has no identifiers, flags and zones."""
    values = dict(zip(_OF_ATTEMPT, row, strict=False))
    values["public_id"] = attempt_id
    for name in ("started_at", "deadline", "paused_at"):
        values[name] = _aware(values[name])
    for name in ("keeps_log", "is_on_break", "large_print", "read_aloud"):
        values[name] = bool(values[name])
    attempt = Attempt.from_db(connection.alias, _NEEDED, list(values.values()))
    password, is_active = row[len(_OF_ATTEMPT) : len(_COLUMNS)]
    known = (attempt.learner_id, password, bool(is_active))
    attempt.learner = User.from_db(connection.alias, ("id", *_OF_LEARNER), known)
    return attempt


def _aware(moment: datetime | None) -> datetime | None:
    if moment is None or is_aware(moment):
        return moment
    return make_aware(moment, connection.timezone)


@dataclass(frozen=True, slots=True)
class Sitting:
    """An attempt as a plain form finds it: the head of its log, and what is on record for some questions."""

    attempt: Attempt
    head: Head
    known: Mapping[int, OnRecord]


def read_sitting(attempt_id: UUID, learner_id: int, positions: Iterable[int]) -> Sitting:
    """A person's attempt with what is on record for the questions at some positions, in one query. Raises
    Attempt.DoesNotExist."""
    places = sorted(set(positions))
    rows = _rows(_sitting_statement(len(places)), [*places, *_KINDS], attempt_id, learner_id)
    attempt = _attempt_of(rows[0], attempt_id)
    of_head, of_said = len(_COLUMNS), len(_COLUMNS) + len(_HEAD)
    seq, digest, at, unsent = rows[0][of_head:of_said]
    head = _head(attempt, attempt.lease, (seq, digest, _aware(at), unsent))
    column: Any = Operation._meta.get_field("value")
    entries: list[tuple[Any, ...]] = []
    for row in rows:
        told = dict(zip(_SAID, row[of_said:], strict=True))
        if told["seq"] is not None:
            told["value"] = column.from_db_value(told["value"], None, connection)
            told["received_at"] = _aware(told["received_at"])
            entries.append(tuple(told.values()))
    return Sitting(attempt, head, on_record(attempt, entries))


def head_of(attempt: Attempt, lease: int | None = None) -> Head:
    """The last operation of a lease, of the present one if none is named."""
    lease = attempt.lease if lease is None else lease
    rows = Operation.objects.filter(attempt=attempt, lease=lease).order_by("-seq")
    return _head(attempt, lease, rows.values_list(*_HEAD).first() or (None,) * len(_HEAD))


def _head(attempt: Attempt, lease: int, row: Sequence[Any]) -> Head:
    seq, digest, at, unsent = row
    if seq is None:
        return Head(0, genesis(str(attempt.public_id), lease))
    return Head(seq, digest, at, unsent or 0)


def known_of(attempt: Attempt, lease: int) -> dict[int, Known]:
    """What the server holds of a lease, by seq."""
    rows = Operation.objects.filter(attempt=attempt, lease=lease).order_by("seq")
    fields = rows.values_list("seq", "prev_hash", "hash")
    return {seq: Known(prev_hash, digest) for seq, prev_hash, digest in fields}


def last_contact(attempt: Attempt, head: Head) -> datetime | None:
    """When the device that holds the lease was last heard of."""
    return max((moment for moment in (attempt.last_contact_at, head.at) if moment), default=None)


def answers_on_record(attempt: Attempt) -> dict[int, OnRecord]:
    """The answers by position, as the log has them. One query, and one more the first time for a form."""
    rows = Operation.objects.filter(attempt=attempt, kind__in=ON_QUESTION).order_by()
    return on_record(attempt, rows.values_list(*ENTRY_FIELDS, "received_at"))


def on_record(attempt: Attempt, rows: Iterable[tuple[Any, ...]]) -> dict[int, OnRecord]:
    """The answers by position from rows of the fields of an entry and the moment of receipt."""
    form, saved = form_of(attempt.public_id), {}
    entries = [(Entry(*row[:-1]), row[-1]) for row in rows]
    for entry, at in sorted(entries, key=lambda one: (one[0].lease, one[0].seq)):
        saved[entry.slot] = at
    states = fold(entry for entry, _ in entries)
    return {
        slot: _on_record(form[slot], state, saved[slot]) for slot, state in states.items() if slot in form
    }


def _on_record(slot: FormSlot, state: SlotState, saved_at: datetime) -> OnRecord:
    stored = None if state.value is None else slot.stored(state.value)
    return OnRecord(state.value, stored, state.is_flagged, state.sequence, saved_at)


# --- Evidence


@dataclass(frozen=True, slots=True)
class Evidenced:
    """The whole log: the operations on questions, and of every one, by (lease, seq), its hashes, when it was
    received and its class."""

    entries: list[Entry]
    hashes: dict[tuple[int, int], Known]
    received_at: dict[tuple[int, int], datetime]
    classes: dict[tuple[int, int], Evidence]

    def known(self, lease: int) -> dict[int, Known]:
        """What the server holds of a lease, by seq."""
        return {seq: one for (of, seq), one in self.hashes.items() if of == lease}

    def last(self) -> dict[int, int]:
        """The last operation of each lease."""
        return dict(sorted(self.hashes))

    def evidence_of(self, state: SlotState) -> Evidence:
        """The class of the operation that answered; A where nothing was answered."""
        return self.classes.get((state.lease, state.seq), Evidence.A)

    def received_of(self, state: SlotState, attempt: Attempt) -> datetime:
        """When the answer was received; for a question that was only flagged, when the attempt began."""
        return self.received_at.get((state.lease, state.seq)) or attempt.started_at or attempt.created_at

    def judged(self) -> list[Entry]:
        """What only people can decide about."""
        return [entry for entry in self.entries if self.classes[entry.lease, entry.seq] is Evidence.C]

    def counting(self, *, with_judged: bool) -> dict[int, SlotState]:
        """The answers by position that count."""
        return fold(
            entry
            for entry in self.entries
            if with_judged or self.classes[entry.lease, entry.seq] is not Evidence.C
        )


def limits_of(attempt: Attempt) -> Limits:
    """Until when answers count, with all the time that was given; before the start, not at all."""
    deadline = to_ms(attempt.deadline) if attempt.deadline else 0
    return Limits(deadline, attempt.grace_seconds * 1000)


def evidenced(attempt: Attempt) -> Evidenced:
    """The whole log, classified, in one query."""
    fields = ("lease", "value", "sequence", "received_at", *RECEIVED)
    rows = list(Operation.objects.filter(attempt=attempt).order_by("lease", "seq").values(*fields))
    at = {(row["lease"], row["seq"]): row["received_at"] for row in rows}
    entries = [Entry(*(row[name] for name in ENTRY_FIELDS)) for row in rows if row["kind"] in ON_QUESTION]
    hashes = {(row["lease"], row["seq"]): Known(row["prev_hash"], row["hash"]) for row in rows}
    return Evidenced(entries, hashes, at, _classes(rows, limits_of(attempt)))


def _classes(rows: Iterable[dict[str, Any]], limits: Limits) -> dict[tuple[int, int], Evidence]:
    leases: dict[int, list[Received]] = defaultdict(list)
    for row in rows:
        fields = {name: row[name] for name in RECEIVED}
        leases[row["lease"]].append(Received(**fields, received=to_ms(row["received_at"])))
    return {
        (lease, seq): found for lease, log in leases.items() for seq, found in classify(log, limits).items()
    }


def effective_deadline(attempt: Attempt, at: datetime) -> datetime | None:
    """The deadline as the candidate should see it: during a pause it moves on with the clock."""
    if attempt.deadline is None or attempt.paused_at is None:
        return attempt.deadline
    moved = attempt.deadline + max(timedelta(0), at - attempt.paused_at)
    return min(moved, attempt.exam.closes_at) if attempt.exam.hard_close else moved
