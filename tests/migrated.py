"""The migrated database, kept for the next process and the next run: migrating from nothing takes most of a minute."""

import hashlib
import os
import shutil
import sqlite3
import sys
from contextlib import closing
from pathlib import Path

from django.db import connection, connections

ROOT = Path(__file__).resolve().parents[1]
CACHE = ROOT / ".pytest_cache/sanad"


def digest() -> str:
    """Changes when what migrating makes of an empty database may change."""
    found = hashlib.sha256(sys.version.encode())
    for file in (ROOT / "requirements/dev.lock", *sorted(ROOT.glob("*/*/migrations/*.py"))):
        found.update(file.read_bytes())
    return found.hexdigest()[:16]


def database_name() -> str:
    return str(connection.creation._get_test_db_name())  # type: ignore[attr-defined]


class MigratedFile:
    """For SQLite a file in the cache of pytest."""

    def __init__(self) -> None:
        self.file = CACHE / f"migrated-{digest()}.sqlite3"

    def exists(self) -> bool:
        return self.file.exists()

    def provide(self) -> None:
        """Make the test database a copy of it."""
        shutil.copyfile(self.file, database_name())

    def keep(self) -> None:
        """Keep what was just migrated; written beside and moved, so that nobody reads half of it."""
        part = self.file.with_suffix(f".{os.getpid()}")
        with (
            closing(sqlite3.connect(connection.settings_dict["NAME"])) as source,
            closing(sqlite3.connect(part)) as target,
        ):
            source.backup(target)
        part.replace(self.file)

    def discard(self) -> None:
        """The test database goes with its folder."""


class MigratedDatabase:
    """For PostgreSQL a database on the same server; one alone, those of earlier migrations are dropped."""

    PREFIX = "test_sanad_migrated_"

    def __init__(self) -> None:
        self.name = self.PREFIX + digest()

    def exists(self) -> bool:
        return self.name in self._kept()

    def provide(self) -> None:
        self._run(
            f'DROP DATABASE IF EXISTS "{database_name()}" WITH (FORCE)',
            f'CREATE DATABASE "{database_name()}" TEMPLATE "{self.name}"',
        )

    def keep(self) -> None:
        connections.close_all()
        part = f"{self.PREFIX}{os.getpid()}"
        source = connection.settings_dict["NAME"]
        self._run(
            *(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)' for name in self._kept()),
            f'CREATE DATABASE "{part}" TEMPLATE "{source}"',
            f'ALTER DATABASE "{part}" RENAME TO "{self.name}"',
        )

    def discard(self) -> None:
        """Drop the test database, which Django leaves when it did not make it."""
        connections.close_all()
        self._run(f'DROP DATABASE IF EXISTS "{connection.settings_dict["NAME"]}" WITH (FORCE)')

    def _kept(self) -> list[str]:
        with connection._nodb_cursor() as cursor:  # type: ignore[attr-defined]
            cursor.execute("SELECT datname FROM pg_database WHERE starts_with(datname, %s)", [self.PREFIX])
            return [name for (name,) in cursor.fetchall()]

    def _run(self, *statements: str) -> None:
        with connection._nodb_cursor() as cursor:  # type: ignore[attr-defined]
            for statement in statements:
                cursor.execute(statement)


Migrated = MigratedFile | MigratedDatabase


def migrated() -> Migrated:
    return MigratedDatabase() if connection.vendor == "postgresql" else MigratedFile()
