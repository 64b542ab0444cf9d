"""SQLite for several processes: who wants to write waits in a queue.

SQLite has no queue of its own. A connection that finds the write lock taken sleeps, up to a tenth of a
second at a time, and tries again; processes that write one transaction after another leave a gap far
shorter than that, so that an unlucky one sleeps through every gap until its 20 seconds are over and it
fails with "database is locked". Measured with eight processes that append to the register: single waits
of nine of ten seconds, while others wrote two hundred times.

Here whoever begins a write transaction first takes a file lock beside the database, which the kernel
hands on in the order of asking, and gives it back as soon as SQLite's own lock is taken: only the first
in the queue ever polls, and it polls quickly because it has just begun to.
"""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from functools import lru_cache
from typing import Any

from django.db.backends.sqlite3 import base
from django.db.backends.utils import CursorWrapper


class DatabaseWrapper(base.DatabaseWrapper):
    """Django's own, with the queue before a transaction."""

    def _start_transaction_under_autocommit(self) -> None:
        with self.turn():
            super()._start_transaction_under_autocommit()  # type: ignore[misc]  # the stubs lack it

    @contextmanager
    def turn(self) -> Iterator[None]:
        """Wait for one's turn and keep it until the block ends: for a single statement that writes without a
        transaction. Within a transaction the turn has come already."""
        name: Any = self.settings_dict["NAME"]
        if self.is_in_memory_db() or self.in_atomic_block:
            yield
            return
        descriptor = os.open(f"{name}-queue", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX)
            yield
        finally:
            # Closing gives the lock back, as a process that is killed does.
            os.close(descriptor)

    @contextmanager
    def busy_cursor(self) -> Iterator[CursorWrapper]:
        """For a single statement that writes without a transaction and is run very often: in its turn."""
        with self.turn(), self.cursor() as cursor:
            yield cursor

    def create_cursor(self, name: str | None = None) -> base.SQLiteCursorWrapper:
        return self.connection.cursor(factory=Cursor)


class Cursor(base.SQLiteCursorWrapper):
    """Django's own, which looks for the places of a statement's values each time, also if it has just done so."""

    def convert_query(self, query: str, *, param_names: list[str] | None = None) -> str:
        return (
            _with_marks(query)
            if param_names is None
            else super().convert_query(query, param_names=param_names)
        )


@lru_cache(maxsize=1024)
def _with_marks(query: str) -> str:
    return base.FORMAT_QMARK_REGEX.sub("?", query).replace("%%", "%")
