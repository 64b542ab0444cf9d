"""The platform starts with no plugin, with each alone and with all, and never with an unknown one."""

import os
import shutil
import subprocess
import sys
from importlib.metadata import entry_points
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PLUGINS = sorted(
    entry_point.name
    for entry_point in entry_points(group="lms.plugins")
    if entry_point.value.startswith("plugins.")
)
CHECK = """
import django
django.setup()
from django.core.management import call_command
call_command("check", fail_level="WARNING")
"""

# What an operator does on a new machine, in one process because each start takes seconds.
BOOT = """
import sys
import django
django.setup()
from django.core.management import call_command
from django.db import connection
call_command("check", fail_level="WARNING")
call_command("migrate", verbosity=0, interactive=False)
call_command("makemigrations", check=True, dry_run=True)
packages = {".".join(name.split(".")[:2]) for name in sys.modules if name.startswith("plugins.")}
print("packages:", *sorted(packages))
print("tables:", *connection.introspection.table_names())
"""


def boot(
    data: Path, plugins: list[str], *, paused: str = "", code: str = BOOT
) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        [sys.executable, "-W", "ignore", "-c", code],
        cwd=ROOT,
        env={
            **os.environ,
            "DATABASE_URL": "",
            "DJANGO_SETTINGS_MODULE": "lms.settings.dev",
            "LMS_PLUGINS": ",".join(plugins),
            "LMS_PLUGINS_PAUSED": paused,
            "SANAD_DATA": str(data),
        },
        capture_output=True,
        text=True,
        check=False,
    )


def printed(result: "subprocess.CompletedProcess[str]", label: str) -> list[str]:
    [line] = [line for line in result.stdout.splitlines() if line.startswith(f"{label}:")]
    return line.removeprefix(f"{label}:").split()


def assert_boots(data: Path, selection: list[str]) -> None:
    """Checks pass, migrations are complete and run, only what is listed is imported, only it has tables."""
    result = boot(data, selection)
    assert result.returncode == 0, result.stdout + result.stderr
    assert printed(result, "packages") == [f"plugins.{name}" for name in selection]
    tables = printed(result, "tables")
    with_tables = [name for name in PLUGINS if any(table.startswith(f"{name}_") for table in tables)]
    assert with_tables == selection


@pytest.fixture(scope="module")
def bare_platform(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The data of a platform that was set up from nothing without any plugin."""
    data = tmp_path_factory.mktemp("bare")
    assert_boots(data, [])
    return data


def test_platform_boots_from_nothing_without_plugins(bare_platform: Path) -> None:
    assert (bare_platform / "sanad.sqlite3").exists()


@pytest.mark.parametrize("name", PLUGINS)
def test_platform_boots_with_one_plugin_enabled_later(name: str, bare_platform: Path, tmp_path: Path) -> None:
    shutil.copytree(bare_platform, tmp_path / "data")
    assert_boots(tmp_path / "data", [name])


def test_platform_boots_with_all_plugins_enabled_later(bare_platform: Path, tmp_path: Path) -> None:
    """From nothing with all of them is how the database of this very suite is made."""
    shutil.copytree(bare_platform, tmp_path / "data")
    assert_boots(tmp_path / "data", PLUGINS)


def test_platform_boots_with_every_plugin_paused(tmp_path: Path) -> None:
    result = boot(tmp_path, PLUGINS, paused=",".join(PLUGINS), code=CHECK)
    assert result.returncode == 0, result.stderr


def test_unknown_plugin_stops_the_start_with_the_installed_list(tmp_path: Path) -> None:
    result = boot(tmp_path, ["code_of_conduct", "code_of_honour"])
    assert result.returncode != 0
    sentence = result.stderr.splitlines()[-1]
    assert "'code_of_honour', which is not installed" in sentence
    assert sentence.endswith(f"Installed plugins: {', '.join(PLUGINS)}.")
