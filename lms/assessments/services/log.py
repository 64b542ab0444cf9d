"""Writing the operations log.

`append` is the whole busy path of an exam: one statement that locks the attempt, checks that it still takes
operations from this holder of this lease, that the new ones follow the last one on record, and writes them.
If any of that is not so it writes nothing, and the caller looks closer under a lock.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Any

from django.db import IntegrityError, connection

from lms.assessments.enums import AttemptState
from lms.assessments.models import Attempt, Operation
from lms.assessments.oplog import Op, genesis, seal
from lms.assessments.selectors.log import Head
from lms.assessments.timing import to_ms

#: What a form says to a question: its position, the kind of operation, the value, the form's own number.
Say = tuple[int, str, Any, int | None]

_COLUMNS = {
    "lease": "integer",
    "seq": "integer",
    "slot": "integer",
    "kind": "text",
    "value": "jsonb",
    "t_mono": "bigint",
    "t_wall": "bigint",
    "prev_hash": "text",
    "hash": "text",
    "received_at": "timestamptz",
    "sequence": "integer",
    "unsent": "integer",
}

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


def append(*, attempt: Attempt, operations: Sequence[Operation], at: datetime) -> bool:
    """Write operations of the present lease after the last one on record, or nothing; whether it wrote.

    `attempt` may be out of date: the statement asks the database. Two that write at once meet in the unique
    number of an operation, and the slower writes nothing.
    """
    lease, since = attempt.lease, at - timedelta(seconds=attempt.grace_seconds)
    since_told = Operation._meta.get_field("received_at").get_db_prep_save(since, connection)
    beginning = genesis(str(attempt.public_id), lease)
    guard = [
        attempt.pk,
        lease,
        attempt.holder,
        since_told,
        attempt.pk,
        lease,
        beginning,
        operations[0].prev_hash,
    ]
    values = [value for operation in operations for value in _row(operation)]
    with connection.cursor() as cursor:
        try:
            cursor.execute(_statement(len(operations)), guard + values)
        except IntegrityError:
            if connection.in_atomic_block:
                raise
            return False
        return bool(cursor.rowcount == len(operations))


def _row(operation: Operation) -> list[Any]:
    """The values as the database takes them; numbers and texts go as they are."""
    row = {column: getattr(operation, column) for column in _COLUMNS}
    for column in ("value", "received_at"):
        field: Any = Operation._meta.get_field(column)
        row[column] = field.get_db_prep_save(row[column], connection)
    return list(row.values())


def _statement(count: int) -> str:
    quote = connection.ops.quote_name
    has_types = connection.vendor == "postgresql"
    # PostgreSQL takes the types of the columns from the first row; SQLite has no types to tell.
    first = ", ".join(f"%s::{kind}" if has_types else "%s" for kind in _COLUMNS.values())
    others = ", ".join(["%s"] * len(_COLUMNS))
    return _APPEND.format(
        operations=quote(Operation._meta.db_table),
        attempts=quote(Attempt._meta.db_table),
        columns=", ".join(_COLUMNS),
        paused=AttemptState.PAUSED.value,
        started=AttemptState.STARTED.value,
        lock="FOR NO KEY UPDATE" if connection.features.has_select_for_update else "",
        rows=", ".join([f"({first})"] + [f"({others})"] * (count - 1)),
    )


def write(operations: Sequence[Operation]) -> None:
    """Write operations under the lock of their attempt."""
    Operation.objects.bulk_create(operations)


def rows_of(
    attempt: Attempt, ops: Sequence[Op], *, at: datetime, unsent: int | None = None
) -> list[Operation]:
    """The rows of ops that were received at `at`; the last one says what the device still held."""
    rows = [Operation(attempt_id=attempt.pk, received_at=at, **op.as_dict()) for op in ops]
    if rows and unsent:
        rows[-1].unsent = unsent
    return rows


def written_by_server(attempt: Attempt, says: Iterable[Say], *, after: Head, at: datetime) -> list[Operation]:
    """Operations that the server writes for a plain form. Their monotonic time is counted from the start."""
    name, wall, head = str(attempt.public_id), to_ms(at), after.hash
    mono = max(0, wall - to_ms(attempt.started_at or at))
    rows: list[Operation] = []
    for number, (slot, kind, value, sequence) in enumerate(says, start=after.seq + 1):
        op = seal(name, Op(attempt.lease, number, slot, kind, value, mono, wall, prev_hash=head))
        rows.append(Operation(attempt_id=attempt.pk, received_at=at, sequence=sequence, **op.as_dict()))
        head = op.hash
    return rows
