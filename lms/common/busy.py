"""For the few statements that are run far more often than all others."""

from contextlib import AbstractContextManager
from typing import Any

from django.db import DEFAULT_DB_ALIAS, connections
from django.db.backends.utils import CursorWrapper


def busy_cursor() -> AbstractContextManager[CursorWrapper]:
    """A cursor for a single statement that writes without a transaction: on SQLite in its turn (`sqlite3`), on
    PostgreSQL prepared (`postgresql`)."""
    database: Any = connections[DEFAULT_DB_ALIAS]
    cursor: AbstractContextManager[CursorWrapper] = database.busy_cursor()
    return cursor
