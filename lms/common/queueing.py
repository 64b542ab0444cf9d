"""The queue of those who write, where the database has none."""

from contextlib import AbstractContextManager, nullcontext
from typing import Any

from django.db import connection


def turn() -> AbstractContextManager[None]:
    """For a single statement that writes without a transaction: on SQLite processes take turns (`sqlite3`) and do not
    sleep for each other; PostgreSQL has queues of its own."""
    database: Any = connection
    queue: AbstractContextManager[None] = database.turn() if database.vendor == "sqlite" else nullcontext()
    return queue
