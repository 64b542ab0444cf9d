"""What the whole suite shares."""

import fcntl
import hashlib
import os
import shutil
import sys
import time
from collections.abc import Generator, Iterator
from contextlib import ExitStack
from pathlib import Path
from types import SimpleNamespace
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, settings
from pytest_django.plugin import DjangoDbBlocker, blocking_manager_key

if TYPE_CHECKING:
    from . import snapshot

# Machines are noisy: property tests are judged by what they find and never by the clock. EXAMPLES=1000 looks deeper.
settings.register_profile(
    "suite",
    deadline=None,
    max_examples=int(os.environ.get("EXAMPLES", "50")),
    suppress_health_check=[HealthCheck.too_slow],
    derandomize=bool(os.environ.get("CI")),
)
settings.load_profile("suite")

DAY_SECONDS = 86_400
ROOT = Path(__file__).resolve().parents[1]
COMMITTING_FIXTURES = {"transactional_db", "live_server"}
DATABASE_FIXTURES = {"db", "django_db_setup", *COMMITTING_FIXTURES}
SNAPSHOT: pytest.StashKey["snapshot.Snapshot"] = pytest.StashKey()


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark what touches the database, so that the run on PostgreSQL repeats only that."""
    for item in items:
        marked = item.get_closest_marker("django_db") or item.get_closest_marker("postgres")
        if marked or DATABASE_FIXTURES & set(getattr(item, "fixturenames", ())):
            item.add_marker("database")


def commits(item: pytest.Item) -> bool:
    mark = item.get_closest_marker("django_db")
    is_transactional = mark is not None and mark.kwargs.get("transaction", False)
    return is_transactional or bool(COMMITTING_FIXTURES & set(getattr(item, "fixturenames", ())))


@pytest.fixture(scope="session")
def migrated_file(request: pytest.FixtureRequest) -> Path | None:
    """Where a migrated SQLite database waits for the next run: migrating from nothing takes half a minute."""
    from django.db import connection

    if connection.vendor != "sqlite" or request.config.getoption("create_db"):
        return None
    digest = hashlib.sha256(sys.version.encode())
    for file in (ROOT / "requirements/dev.lock", *sorted(ROOT.glob("*/*/migrations/*.py"))):
        digest.update(file.read_bytes())
    return ROOT / f".pytest_cache/sanad/migrated-{digest.hexdigest()[:16]}.sqlite3"


@pytest.fixture(scope="session")
def migrating_turn(migrated_file: Path | None) -> Iterator[ExitStack]:
    """Held by the one process that migrates; the others wait for what it leaves behind."""
    with ExitStack() as turn:
        if migrated_file and not migrated_file.exists():
            migrated_file.parent.mkdir(parents=True, exist_ok=True)
            lock = turn.enter_context(migrated_file.with_suffix(".lock").open("w"))
            fcntl.flock(lock, fcntl.LOCK_EX)
            if migrated_file.exists():
                turn.close()
        yield turn


@pytest.fixture(scope="session")
def django_db_keepdb(
    django_db_modify_db_settings: None,
    migrating_turn: ExitStack,
    migrated_file: Path | None,
    django_db_keepdb: bool,
) -> bool:
    from django.db import connection

    if migrated_file is None or not migrated_file.exists():
        return django_db_keepdb
    shutil.copyfile(migrated_file, connection.settings_dict["TEST"]["NAME"])
    return True


@pytest.fixture(scope="session")
def django_db_setup(
    request: pytest.FixtureRequest,
    django_db_setup: None,
    django_db_blocker: DjangoDbBlocker,
    migrating_turn: ExitStack,
    migrated_file: Path | None,
) -> Iterator[None]:
    """The migrated database, with a copy of it at hand."""
    from django.test import TransactionTestCase

    from . import snapshot

    # Emptying every table is what the copy makes needless.
    with pytest.MonkeyPatch.context() as patch, django_db_blocker.unblock(), snapshot.kept() as copy:
        if isinstance(copy, snapshot.SqliteSnapshot) and migrated_file and not migrated_file.exists():
            copy.save(migrated_file)
        migrating_turn.close()
        patch.setattr(TransactionTestCase, "_fixture_teardown", lambda self: None)
        request.config.stash[SNAPSHOT] = copy
        with django_db_blocker.block():
            yield
    del request.config.stash[SNAPSHOT]


@pytest.hookimpl(wrapper=True)
def pytest_runtest_teardown(item: pytest.Item) -> Generator[None, object, object]:
    """Put the copy back after a test that commits, when all its fixtures have tidied up."""
    result = yield
    # After the last test the database itself has gone.
    if commits(item) and (copy := item.config.stash.get(SNAPSHOT, None)):
        from . import snapshot

        with item.config.stash[blocking_manager_key].unblock():
            snapshot.restore(copy)
    return result


def pytest_unconfigure() -> None:
    from django.conf import settings

    shutil.rmtree(settings.TEST_DIR, ignore_errors=True)


@pytest.fixture(autouse=True)
def empty_cache(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Rate limits and other counters of one test must not reach the next, and no window ends within a test."""
    from django.core.cache import caches

    began = time.time() % DAY_SECONDS
    monkeypatch.setattr("lms.common.ratelimit.time", SimpleNamespace(time=lambda: time.time() - began))
    for cache in caches.all(initialized_only=True):
        cache.clear()
    yield


@pytest.fixture(autouse=True)
def first_language() -> None:
    """A request leaves its language behind in the thread; the next test starts with the first one again."""
    from django.utils import translation

    translation.deactivate()
