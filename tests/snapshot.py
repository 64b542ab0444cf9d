"""A copy of the freshly migrated test database, put back whole after each test that commits.

Django empties the tables instead, which loses what migrations wrote (languages, groups, the root page) and keeps
what real DDL did. A copy by the database's own means loses nothing: rows, sequences and tables are as they were.
"""

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager

from django.contrib.contenttypes.models import ContentType
from django.db import connection, connections


class SqliteSnapshot:
    def __init__(self) -> None:
        self.copy = sqlite3.connect(":memory:", check_same_thread=False)
        with closing(sqlite3.connect(self.path)) as database:
            database.backup(self.copy)

    @property
    def path(self) -> str:
        return str(connection.settings_dict["NAME"])

    def restore(self) -> None:
        with closing(sqlite3.connect(self.path, timeout=30)) as database:
            self.copy.backup(database)

    def drop(self) -> None:
        self.copy.close()


class PostgresqlSnapshot:
    def __init__(self) -> None:
        self.name = connection.settings_dict["NAME"]
        self.copy = f"{self.name}_snapshot"
        self.execute(
            f'DROP DATABASE IF EXISTS "{self.copy}" WITH (FORCE)',
            f'CREATE DATABASE "{self.copy}" TEMPLATE "{self.name}"',
        )

    def restore(self) -> None:
        self.execute(
            f'DROP DATABASE "{self.name}" WITH (FORCE)',
            f'CREATE DATABASE "{self.name}" TEMPLATE "{self.copy}"',
        )

    def drop(self) -> None:
        self.execute(f'DROP DATABASE IF EXISTS "{self.copy}" WITH (FORCE)')

    def execute(self, *statements: str) -> None:
        connections.close_all()
        with connection._nodb_cursor() as cursor:
            for statement in statements:
                cursor.execute(statement)


Snapshot = SqliteSnapshot | PostgresqlSnapshot


@contextmanager
def kept() -> Iterator[Snapshot]:
    """The snapshot of the database as it is now, for as long as the block lasts."""
    connections.close_all()
    snapshot: Snapshot = PostgresqlSnapshot() if connection.vendor == "postgresql" else SqliteSnapshot()
    try:
        yield snapshot
    finally:
        snapshot.drop()


def restore(snapshot: Snapshot) -> None:
    connections.close_all()
    snapshot.restore()
    # It keeps rows in the process, which may have been of the test.
    ContentType.objects.clear_cache()
