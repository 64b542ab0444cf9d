"""What the whole suite shares."""

import fcntl
import os
import shutil
import time
from collections.abc import Callable, Generator, Iterator
from contextlib import ExitStack
from types import SimpleNamespace
from typing import TYPE_CHECKING, TypeVar

import pytest
from hypothesis import HealthCheck, settings
from pytest_django.plugin import DjangoDbBlocker, blocking_manager_key

if TYPE_CHECKING:
    from . import migrated, snapshot

# Machines are noisy: property tests are judged by what they find and never by the clock. EXAMPLES=1000 looks deeper.
settings.register_profile(
    "suite",
    deadline=None,
    max_examples=int(os.environ.get("EXAMPLES", "50")),
    suppress_health_check=[HealthCheck.too_slow],
    derandomize=bool(os.environ.get("CI")),
)
settings.load_profile("suite")

T = TypeVar("T")

DAY_SECONDS = 86_400
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
def kept_migrations(
    request: pytest.FixtureRequest, django_db_modify_db_settings: None
) -> "migrated.Migrated | None":
    """Where a migrated database waits for whoever comes next, unless a new one is asked for."""
    from . import migrated

    return None if request.config.getoption("create_db") else migrated.migrated()


@pytest.fixture(scope="session")
def migrating_turn(
    kept_migrations: "migrated.Migrated | None", django_db_blocker: DjangoDbBlocker
) -> Iterator[ExitStack]:
    """Held by the one process that migrates; the others wait for what it leaves behind."""
    from . import migrated

    with ExitStack() as turn, django_db_blocker.unblock():
        if kept_migrations and not kept_migrations.exists():
            migrated.CACHE.mkdir(parents=True, exist_ok=True)
            lock = turn.enter_context((migrated.CACHE / "migrating.lock").open("w"))
            fcntl.flock(lock, fcntl.LOCK_EX)
            if kept_migrations.exists():
                turn.close()
        with django_db_blocker.block():
            yield turn


@pytest.fixture(scope="session")
def django_db_keepdb(
    kept_migrations: "migrated.Migrated | None",
    migrating_turn: ExitStack,
    django_db_keepdb: bool,
    django_db_blocker: DjangoDbBlocker,
) -> bool:
    with django_db_blocker.unblock():
        if kept_migrations is None or not kept_migrations.exists():
            return django_db_keepdb
        kept_migrations.provide()
    return True


@pytest.fixture(scope="session")
def django_db_setup(
    request: pytest.FixtureRequest,
    django_db_setup: None,
    django_db_blocker: DjangoDbBlocker,
    django_db_keepdb: bool,
    migrating_turn: ExitStack,
    kept_migrations: "migrated.Migrated | None",
) -> Iterator[None]:
    """The migrated database, with a copy of it at hand."""
    from django.test import TransactionTestCase

    from . import snapshot

    with pytest.MonkeyPatch.context() as patch, django_db_blocker.unblock():
        if kept_migrations and not kept_migrations.exists():
            kept_migrations.keep()
        migrating_turn.close()
        # Emptying every table is what the copy makes needless.
        patch.setattr(TransactionTestCase, "_fixture_teardown", lambda self: None)
        with snapshot.kept() as copy:
            request.config.stash[SNAPSHOT] = copy
            with django_db_blocker.block():
                yield
            del request.config.stash[SNAPSHOT]
        if kept_migrations and django_db_keepdb:
            kept_migrations.discard()


@pytest.fixture(scope="module")
def build_once(
    django_db_setup: None, django_db_blocker: DjangoDbBlocker
) -> Iterator[Callable[[Callable[[], T]], T]]:
    """Runs a function whose rows all tests of the module find, each as they were: each test has a savepoint within
    the one transaction that is undone after the last. Not for modules with tests that commit."""
    from django.db import transaction

    def build(make: Callable[[], T]) -> T:
        with django_db_blocker.unblock():
            return make()

    with ExitStack() as outer:
        with django_db_blocker.unblock():
            outer.enter_context(transaction.atomic())
        yield build
        with django_db_blocker.unblock():
            transaction.set_rollback(True)
            outer.close()


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
