"""PostgreSQL with prepared statements where they pay.

Django writes the values into each statement, and the server reads and plans it anew. For a page that is nothing;
for the statement that writes what every phone in an exam hall sends every few seconds, planning is half of its time.
"""

from collections.abc import Iterator
from contextlib import contextmanager

from django.db.backends.postgresql import base
from django.db.backends.utils import CursorWrapper


class DatabaseWrapper(base.DatabaseWrapper):
    """Django's own, with a cursor whose statements are prepared."""

    @contextmanager
    def busy_cursor(self) -> Iterator[CursorWrapper]:
        """For a statement that is run very often: the server plans it once for each connection."""
        self.ensure_connection()
        with self.wrap_database_errors:
            cursor = base.ServerBindingCursor(self.connection)  # type: ignore[call-arg]  # the stubs lack it
        with self._prepare_cursor(cursor) as wrapped:  # type: ignore[attr-defined]  # the stubs lack it
            yield wrapped
