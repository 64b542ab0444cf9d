"""The two databases Sanad runs on, tuned."""

from pathlib import Path
from typing import Any

from dj_database_url import parse


def sqlite(path: Path) -> dict[str, Any]:
    """The embedded default.

    Write-ahead log, immediate transactions, a long busy timeout and a queue before the write lock
    (`lms.common.sqlite3`) let several workers share one file. `synchronous=FULL` costs an fsync a
    commit and is what makes "saved on the server" true through a power cut; exams and certificates
    promise just that (docs/decisions/0002).
    """
    return {
        "ENGINE": "lms.common.sqlite3",
        "NAME": path,
        "CONN_MAX_AGE": None,
        "OPTIONS": {
            "timeout": 20,
            "transaction_mode": "IMMEDIATE",
            "init_command": (
                "PRAGMA journal_mode=WAL;"
                "PRAGMA synchronous=FULL;"
                "PRAGMA mmap_size=134217728;"
                "PRAGMA cache_size=-20000;"
            ),
        },
    }


def from_url(url: str) -> dict[str, Any]:
    """PostgreSQL (pooled) or SQLite from a DATABASE_URL."""
    config: dict[str, Any] = dict(parse(url))
    if config["ENGINE"].endswith("sqlite3"):
        return sqlite(Path(config["NAME"]))
    config |= {"ENGINE": "lms.common.postgresql", "CONN_MAX_AGE": 0}
    config.setdefault("OPTIONS", {})["pool"] = {"min_size": 1, "max_size": 8, "timeout": 10}
    # The few statements that bind their values on the server (`lms.common.postgresql`) are prepared soon.
    config["OPTIONS"]["prepare_threshold"] = 2
    return config
