"""Writing the operations log.

`append` is the whole busy path of an exam: one statement that locks the attempt, checks that it still takes
operations from this holder of this lease, that the new ones follow the last one on record, and writes them.
If any of that is not so it writes nothing, and the caller looks closer under a lock.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from functools import cache
from typing import Any, NamedTuple

from django.db import IntegrityError, connection

from lms.assessments.enums import AttemptState
from lms.assessments.models import Attempt, Operation
from lms.assessments.oplog import Op, Value, genesis, seal
from lms.assessments.selectors.log import Head
from lms.assessments.timing import to_ms

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


#: What the columns are on PostgreSQL, in their order.
_TYPES = (
    *("integer", "integer", "integer", "text", "jsonb", "bigint", "bigint", "text", "text", "timestamptz"),
    *("integer", "integer"),
)

_APPEND = """
    INSERT INTO {operations} (attempt_id, {columns})
    SELECT a.id, r.* FROM (
        SELECT id FROM {attempts} WHERE id = %s AND lease = %s AND holder = %s
        AND ((state = '{paused}' AND NOT is_on_break) OR (state = '{started}' AND deadline >= %s))
        AND COALESCE(
            (SELECT hash FROM {operations} WHERE attempt_id = %s AND lease = %s ORDER BY seq DESC LIMIT 1), %s
        ) = %s {lock}
    ) AS a CROSS JOIN (VALUES {rows}) AS r
"""


def append(*, attempt: Attempt, rows: Sequence[Row], at: datetime) -> bool:
    """Write operations of the present lease after the last one on record, or nothing; whether it wrote.

    `attempt` may be out of date: the statement asks the database. Two that write at once meet in the unique
    number of an operation, and the slower writes nothing.
    """
    lease, since = attempt.lease, at - timedelta(seconds=attempt.grace_seconds)
    moment, column = (Operation._meta.get_field(name) for name in ("received_at", "value"))
    since_told, at_told = (moment.get_db_prep_save(one, connection) for one in (since, at))
    beginning = genesis(str(attempt.public_id), lease)
    guard = [
        attempt.pk,
        lease,
        attempt.holder,
        since_told,
        attempt.pk,
        lease,
        beginning,
        rows[0].prev_hash,
    ]
    values: list[Any] = []
    for row in rows:
        value = column.get_db_prep_save(row.value, connection)
        values += row._replace(value=value, received_at=at_told)
    with connection.cursor() as cursor:
        try:
            cursor.execute(_statement(len(rows)), guard + values)
        except IntegrityError:
            if connection.in_atomic_block:
                raise
            return False
        return bool(cursor.rowcount == len(rows))


@cache
def _statement(count: int) -> str:
    quote = connection.ops.quote_name
    has_types = connection.vendor == "postgresql"
    # PostgreSQL takes the types of the columns from the first row; SQLite has no types to tell.
    first = ", ".join(f"%s::{kind}" if has_types else "%s" for kind in _TYPES)
    others = ", ".join(["%s"] * len(_TYPES))
    return _APPEND.format(
        operations=quote(Operation._meta.db_table),
        attempts=quote(Attempt._meta.db_table),
        columns=", ".join(Row._fields),
        paused=AttemptState.PAUSED.value,
        started=AttemptState.STARTED.value,
        lock="FOR NO KEY UPDATE" if connection.features.has_select_for_update else "",
        rows=", ".join([f"({first})"] + [f"({others})"] * (count - 1)),
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
