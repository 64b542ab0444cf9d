"""The demo's door: ports in use, starting over, and never in production."""

import socket
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from lms.demo.management.commands.demo import Command, free_port


def test_port_in_use_gives_the_next_one() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]

        assert port < free_port(port) < port + 20


def test_free_port_is_kept() -> None:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]

    assert free_port(port) == port


def test_starting_over_deletes_the_demos_own_things_and_nothing_else(tmp_path: Path, settings: Any) -> None:
    settings.DATA_DIR = tmp_path
    for name in ("sanad.sqlite3", "sanad.sqlite3-wal", "secret_key", "letter.txt"):
        (tmp_path / name).write_text("x")
    for name in ("keys", "register", "media", "photos"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "file").write_text("x")

    Command().start_over()

    assert sorted(path.name for path in tmp_path.iterdir()) == ["letter.txt", "photos", "secret_key"]


def test_demo_is_refused_in_production(settings: Any) -> None:
    settings.SETTINGS_MODULE = "lms.settings.production"

    with pytest.raises(CommandError, match="never for production"):
        call_command("demo", "--no-serve")
