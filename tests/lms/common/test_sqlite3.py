"""Several processes that write one SQLite file: each gets its turn."""

import multiprocessing
import os
import sqlite3
import time
from collections import Counter
from multiprocessing.synchronize import Barrier
from pathlib import Path

import pytest
from django.db import connections
from django.db.utils import load_backend

from lms.settings.databases import sqlite

FORK = multiprocessing.get_context("fork")
PROCESSES, TURNS, SECONDS = 6, 12, 0.02


def write(path: Path, number: int, barrier: Barrier) -> None:
    """Hold the write lock for a moment, again and again, leaving next to no gap."""
    config = sqlite(path)
    config |= {"TIME_ZONE": None, "CONN_HEALTH_CHECKS": False, "AUTOCOMMIT": True, "ATOMIC_REQUESTS": False}
    connection = load_backend(config["ENGINE"]).DatabaseWrapper(config, "queue")
    connection.ensure_connection()
    barrier.wait(timeout=30)
    for _ in range(TURNS):
        connection.set_autocommit(False, force_begin_transaction_with_broken_autocommit=True)
        connection.cursor().execute("INSERT INTO turns (process) VALUES (%s)", [number])
        time.sleep(SECONDS)
        connection.commit()
        connection.set_autocommit(True)
    os._exit(0)


@pytest.mark.once
@pytest.mark.django_db(transaction=True)
def test_nobody_starves_behind_others_that_write_without_a_pause(tmp_path: Path) -> None:
    connections.close_all()
    path = tmp_path / "queue.sqlite3"
    with sqlite3.connect(path) as connection:
        connection.execute("PRAGMA journal_mode=WAL")
        connection.execute("CREATE TABLE turns (id INTEGER PRIMARY KEY, process INTEGER)")
    barrier = FORK.Barrier(PROCESSES)
    processes = [FORK.Process(target=write, args=(path, number, barrier)) for number in range(PROCESSES)]
    for process in processes:
        process.start()
    for process in processes:
        process.join(timeout=60)
    assert [process.exitcode for process in processes] == [0] * PROCESSES

    with sqlite3.connect(path) as connection:
        turns = [process for (process,) in connection.execute("SELECT process FROM turns ORDER BY id")]
    # When the first one is through, the others have had nearly as many turns; without a queue, some have had none.
    counts: Counter[int] = Counter()
    for process in turns:
        counts[process] += 1
        if counts[process] == TURNS:
            break
    assert min(counts[number] for number in range(PROCESSES)) >= TURNS / 2
