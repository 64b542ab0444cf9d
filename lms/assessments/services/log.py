"""Writing the operations log.

`append` is the whole busy path of an exam: one statement that locks the attempt, checks that it is still as the
caller knows it, that the new operations follow the last one on record, and writes them. If any of that is not so it
writes nothing, and the caller looks closer.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime
from functools import cache
from typing import Any, NamedTuple

from django.db import IntegrityError, connection

from lms.assessments.enums import AttemptState
from lms.assessments.models import Attempt, Operation
from lms.assessments.oplog import Op, Value, genesis, seal
from lms.assessments.selectors.log import Head
from lms.assessments.timing import is_accepting, to_ms
from lms.common.queueing import turn
from lms.people.models import User

#: What a form says to a question: its position, the kind of operation, the value, the form's own number.
Say = tuple[int, str, Any, int | None]


class Row(NamedTuple):
    """An operation as it is to be written: a model for each would be half of a batch's time."""

    lease: int
    seq: int
    slot: int
    kind: str
    value: Value
    t_mono: int
    t_wall: int
    prev_hash: str
    hash: str
    received_at: datetime
    sequence: int | None = None
    unsent: int | None = None


_VALUE, _RECEIVED = Row._fields.index("value"), Row._fields.index("received_at")
#: What the columns are on PostgreSQL, in their order.
_TYPES = (
    *("integer", "integer", "integer", "text", "jsonb", "bigint", "bigint", "text", "text", "timestamptz"),
    *("integer", "integer"),
)

#: What must still be so of an attempt when its operations are written: that it takes them, and all that is answered
#: about it.
_STANDS = (
    *("id", "lease", "holder", "state", "deadline"),
    *("break_seconds", "break_seconds_allowed", "large_print", "read_aloud"),
)

#: Each row is an arm of a union: a table of values would be built first, which takes SQLite longer than all the rest.
_APPEND = """
    INSERT INTO {operations} (attempt_id, {columns}) WITH a AS MATERIALIZED (
        SELECT id FROM {attempts} WHERE {stands}
        AND EXISTS (SELECT 1 FROM {people} WHERE id = %s AND password = %s AND is_active)
        AND COALESCE(
            (SELECT CAST(seq AS text) || hash FROM {operations}
            WHERE attempt_id = %s AND lease = %s ORDER BY seq DESC LIMIT 1), %s
        ) = %s {lock}
    ) {arms}
"""
_ARM = "SELECT a.id, {row} FROM a"


def append(*, attempt: Attempt, rows: Sequence[Row], at: datetime) -> bool:
    """Write operations of the present lease of a running attempt after the last one on record, or nothing; whether
    it wrote.

    `attempt` and its learner may be out of date: the statement writes only if the database says the same of them.
    Two that write at once meet in the unique number of an operation, and the slower writes nothing.
    """
    if attempt.deadline is None or not is_accepting(attempt.deadline, attempt.grace_seconds, at):
        return False
    lease, learner, first = attempt.lease, attempt.learner, rows[0]
    told, as_json = connection.ops.adapt_datetimefield_value, connection.ops.adapt_json_value
    at_told = told(at)
    stands = [getattr(attempt, name) for name in _STANDS]
    stands[_STANDS.index("state")] = AttemptState.STARTED.value
    stands[_STANDS.index("deadline")] = told(attempt.deadline)
    beginning, before = f"0{genesis(str(attempt.public_id), lease)}", f"{first.seq - 1}{first.prev_hash}"
    guard = [*stands, learner.pk, learner.password, attempt.pk, lease, beginning, before]
    values: list[Any] = []
    for row in rows:
        values += row
        values[_VALUE - len(row)] = None if row.value is None else as_json(row.value, None)
        values[_RECEIVED - len(row)] = at_told
    with connection.cursor() as cursor:
        try:
            with turn():
                cursor.execute(_statement(len(rows)), guard + values)
        except IntegrityError:
            if connection.in_atomic_block:
                raise
            return False
        return bool(cursor.rowcount == len(rows))


@cache
def _statement(count: int) -> str:
    quote = connection.ops.quote_name
    # PostgreSQL wants to be told the types of the columns; SQLite has no types to tell.
    has_types = connection.vendor == "postgresql"
    row = ", ".join(f"%s::{kind}" if has_types else "%s" for kind in _TYPES)
    return _APPEND.format(
        operations=quote(Operation._meta.db_table),
        attempts=quote(Attempt._meta.db_table),
        people=quote(User._meta.db_table),
        columns=", ".join(Row._fields),
        stands=" AND ".join(f"{column} = %s" for column in _STANDS),
        lock="FOR NO KEY UPDATE" if connection.features.has_select_for_update else "",
        arms=" UNION ALL ".join([_ARM.format(row=row)] * count),
    )


def write(attempt: Attempt, rows: Iterable[Row]) -> None:
    """Write operations under the lock of their attempt."""
    Operation.objects.bulk_create(Operation(attempt_id=attempt.pk, **row._asdict()) for row in rows)


def rows_of(ops: Sequence[Op], *, at: datetime, unsent: int | None = None) -> list[Row]:
    """The rows of ops that were received at `at`; the last one says what the device still held."""
    rows = [_row(op, at) for op in ops]
    if rows and unsent:
        rows[-1] = rows[-1]._replace(unsent=unsent)
    return rows


def _row(op: Op, at: datetime, sequence: int | None = None) -> Row:
    return Row(
        *(op.lease, op.seq, op.slot, op.kind, op.value, op.t_mono, op.t_wall, op.prev_hash, op.hash),
        at,
        sequence,
    )


def written_by_server(attempt: Attempt, says: Iterable[Say], *, after: Head, at: datetime) -> list[Row]:
    """Operations that the server writes for a plain form. Their monotonic time is counted from the start."""
    name, wall, head = str(attempt.public_id), to_ms(at), after.hash
    mono = max(0, wall - to_ms(attempt.started_at or at))
    rows: list[Row] = []
    for number, (slot, kind, value, sequence) in enumerate(says, start=after.seq + 1):
        op = seal(name, Op(attempt.lease, number, slot, kind, value, mono, wall, prev_hash=head))
        rows.append(_row(op, at, sequence))
        head = op.hash
    return rows
