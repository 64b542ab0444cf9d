"""Writing the operations log.

`append` is the whole busy path of an exam: one statement that locks the attempt, checks that it is still as the
caller knows it, that the new operations follow the last one on record, and writes them. If any of that is not so it
writes nothing, and the caller looks closer.
"""

import json
from collections.abc import Iterable, Sequence
from datetime import datetime
from functools import cache, lru_cache
from typing import Any, NamedTuple

from django.contrib.sessions.models import Session
from django.db import IntegrityError, connection

from lms.assessments.enums import AttemptState
from lms.assessments.models import Attempt, Operation
from lms.assessments.oplog import Op, genesis, seal
from lms.assessments.selectors.log import Head
from lms.assessments.timing import is_accepting, to_ms
from lms.common.busy import busy_cursor
from lms.people.models import User

#: What a form says to a question: its position, the kind of operation, the value, the form's own number.
Say = tuple[int, str, Any, int | None]


class Row(NamedTuple):
    """An operation as it is to be written: a model for each would be half of a batch's time."""

    op: Op
    received_at: datetime
    sequence: int | None = None
    unsent: int | None = None


#: The columns of a row in their order, and what they are on PostgreSQL.
_COLUMNS = {
    **{"lease": "integer", "seq": "integer", "slot": "integer", "kind": "text", "value": "jsonb"},
    **{"t_mono": "bigint", "t_wall": "bigint", "prev_hash": "text", "hash": "text"},
    **{"received_at": "timestamptz", "sequence": "integer", "unsent": "integer"},
}

#: What must still be so of an attempt when its operations are written: that it takes them, and all that is answered
#: about it.
_STANDS = (
    *("id", "lease", "holder"),
    *("break_seconds", "break_seconds_allowed", "large_print", "read_aloud"),
)

_APPEND = """
    INSERT INTO {operations} (attempt_id, {columns}) WITH a AS MATERIALIZED (
        SELECT id FROM {attempts} WHERE {stands} AND state = %s AND deadline = %s
        AND EXISTS (SELECT 1 FROM {people} WHERE id = %s AND password = %s AND is_active)
        AND COALESCE(
            (SELECT CAST(seq AS text) || hash FROM {operations}
            WHERE attempt_id = %s AND lease = %s ORDER BY seq DESC LIMIT 1), %s
        ) = %s {session} {lock}
    ) {rows}
"""
#: Each row is an arm of a union: a table of values would be built first, which takes SQLite longer than all the rest.
_ARM = "SELECT a.id, {places} FROM a"
_FROM_JSON = "SELECT a.id, r.* FROM a, json_to_recordset(%s) AS r({typed})"
_SESSION = "AND EXISTS (SELECT 1 FROM {sessions} WHERE session_key = %s AND expire_date > %s)"


def append(*, attempt: Attempt, rows: Sequence[Row], at: datetime, session_key: str = "") -> bool:
    """Write operations of the present lease of a running attempt after the last one on record, or nothing; whether
    it wrote.

    `attempt` and its learner may be out of date: the statement writes only if the database says the same of them,
    and, if a session is named, that it has not ended. Two that write at once meet in the unique number of an
    operation, and the slower writes nothing.
    """
    if attempt.deadline is None or not is_accepting(attempt.deadline, attempt.grace_seconds, at):
        return False
    guard = _guard(attempt, attempt.deadline, rows[0].op)
    session = [session_key, _told(at)] if session_key else []
    is_json = connection.vendor == "postgresql"
    values = [*guard, *session, *(_as_json(rows) if is_json else _as_values(rows))]
    try:
        with busy_cursor() as cursor:
            cursor.execute(_statement(0 if is_json else len(rows), bool(session)), values)
            return bool(cursor.rowcount == len(rows))
    except IntegrityError:
        if connection.in_atomic_block:
            raise
        return False


def _guard(attempt: Attempt, deadline: datetime, first: Op) -> list[Any]:
    """The values of the condition: `first` is the op that is to follow the last one on record."""
    stands = [getattr(attempt, name) for name in _STANDS]
    learner, lease = attempt.learner, attempt.lease
    beginning, before = f"0{genesis(str(attempt.public_id), lease)}", f"{first.seq - 1}{first.prev_hash}"
    last = (attempt.pk, lease, beginning, before)
    return [*stands, AttemptState.STARTED.value, _told(deadline), learner.pk, learner.password, *last]


@lru_cache(maxsize=4096)
def _told(moment: datetime) -> Any:
    """A moment as the database driver takes it. A deadline is told with each batch of its attempt."""
    return connection.ops.adapt_datetimefield_value(moment)


def _as_json(rows: Sequence[Row]) -> list[Any]:
    """PostgreSQL takes the rows as one value, so that one statement, planned once, is for any number of them."""
    told = [(*row.op, row.received_at.isoformat(), row.sequence, row.unsent) for row in rows]
    return [json.dumps([dict(zip(_COLUMNS, one, strict=True)) for one in told])]


def _as_values(rows: Sequence[Row]) -> list[Any]:
    """SQLite takes them one by one: reading them from JSON it would take twice as long."""
    values: list[Any] = []
    for (lease, seq, slot, kind, value, *rest), at, sequence, unsent in rows:
        written = None if value is None else json.dumps(value)
        values += (lease, seq, slot, kind, written, *rest, _told(at), sequence, unsent)
    return values


@cache
def _statement(count: int, has_session: bool) -> str:
    """For `count` rows one by one, or for rows as JSON."""
    quote = connection.ops.quote_name
    tables = {"operations": Operation, "attempts": Attempt, "people": User, "sessions": Session}
    names = {name: quote(model._meta.db_table) for name, model in tables.items()}
    if count:
        rows = " UNION ALL ".join([_ARM.format(places=", ".join(["%s"] * len(_COLUMNS)))] * count)
    else:
        rows = _FROM_JSON.format(typed=", ".join(f"{name} {kind}" for name, kind in _COLUMNS.items()))
    return _APPEND.format(
        **names,
        columns=", ".join(_COLUMNS),
        stands=" AND ".join(f"{column} = %s" for column in _STANDS),
        session=_SESSION.format(**names) if has_session else "",
        lock="FOR NO KEY UPDATE" if connection.features.has_select_for_update else "",
        rows=rows,
    )


def write(attempt: Attempt, rows: Iterable[Row]) -> None:
    """Write operations under the lock of their attempt."""
    Operation.objects.bulk_create(
        Operation(
            attempt_id=attempt.pk,
            **row.op._asdict(),
            received_at=row.received_at,
            sequence=row.sequence,
            unsent=row.unsent,
        )
        for row in rows
    )


def rows_of(ops: Sequence[Op], *, at: datetime, unsent: int | None = None) -> list[Row]:
    """The rows of ops that were received at `at`; the last one says what the device still held."""
    rows = [Row(op, at) for op in ops]
    if rows and unsent:
        rows[-1] = rows[-1]._replace(unsent=unsent)
    return rows


def written_by_server(attempt: Attempt, says: Iterable[Say], *, after: Head, at: datetime) -> list[Row]:
    """Operations that the server writes for a plain form. Their monotonic time is counted from the start."""
    name, wall, head = str(attempt.public_id), to_ms(at), after.hash
    mono = max(0, wall - to_ms(attempt.started_at or at))
    rows: list[Row] = []
    for number, (slot, kind, value, sequence) in enumerate(says, start=after.seq + 1):
        op = seal(name, Op(attempt.lease, number, slot, kind, value, mono, wall, prev_hash=head))
        rows.append(Row(op, at, sequence))
        head = op.hash
    return rows
