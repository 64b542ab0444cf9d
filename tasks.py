"""What the Makefile calls: set up the environment, run the demo, run the tests.

Only the standard library, because this runs before anything is installed.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import shutil
import socket
import subprocess
import sys
import tarfile
import tempfile
import time
import venv
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

ROOT = Path(__file__).resolve().parent
VENV = ROOT / ".venv"
BIN = VENV / ("Scripts" if os.name == "nt" else "bin")
PYTHON = BIN / "python"
LOCKS = {"base": ROOT / "requirements/base.lock", "dev": ROOT / "requirements/dev.lock"}
EXTRAS = {
    "base": [],
    "production": ["--extra", "production"],
    "dev": ["--all-extras", "--group", "dev"],
}
CHROMIUM_NAMES = (
    "chromium-headless-shell",
    "chromium",
    "chromium-browser",
    "google-chrome",
    "google-chrome-stable",
)


def say(text: str) -> None:
    print(f"• {text}", flush=True)


def stop(text: str) -> None:
    raise SystemExit(f"✗ {text}")


def run(*command: object, env: dict[str, str] | None = None, check: bool = True) -> int:
    code = subprocess.call([str(part) for part in command], cwd=ROOT, env={**os.environ, **(env or {})})
    if check and code:
        raise SystemExit(code)
    return code


# --- The environment -------------------------------------------------------------------------


def environment_stamp(kind: str) -> str:
    """Changes when the lock, the project's metadata or Python changes: then the environment is renewed."""
    digest = hashlib.sha256(sys.version.encode())
    for path in (LOCKS[kind], ROOT / "pyproject.toml"):
        digest.update(path.read_bytes())
    return f"{kind} {digest.hexdigest()}"


def ensure_environment(kind: str) -> None:
    """Make `.venv` hold exactly what the lock says; a second call does nothing.

    A development environment also satisfies the demo, so it is never narrowed.
    """
    if sys.version_info < (3, 11):  # noqa: UP036 - this file runs before anything has checked
        stop(f"Sanad needs Python 3.11 or newer; this is {sys.version.split()[0]}.")
    stamp_file = VENV / "sanad-environment"
    stamp = stamp_file.read_text() if stamp_file.exists() else ""
    if stamp in {environment_stamp(kind), environment_stamp("dev")}:
        return
    started = time.monotonic()
    if not PYTHON.exists():
        say("Creating the environment in .venv")
        try:
            venv.create(VENV, with_pip=True)
        except subprocess.CalledProcessError:
            shutil.rmtree(VENV, ignore_errors=True)
            stop("Python cannot create environments here. On Debian or Ubuntu: apt install python3-venv")
    install(LOCKS[kind])
    stamp_file.write_text(environment_stamp(kind))
    say(f"Environment ready ({time.monotonic() - started:.0f} s)")


def install(lock: Path) -> None:
    """Install the locked packages, with uv because it is fast, else with pip."""
    say(f"Installing the packages of {lock.relative_to(ROOT)}")
    pip = [PYTHON, "-m", "pip", "--disable-pip-version-check", "-q"]
    uv = BIN / "uv"
    if not uv.exists():
        run(*pip, "install", "uv", check=False)
    if uv.exists():
        into = {"VIRTUAL_ENV": str(VENV)}
        if run(uv, "pip", "install", "--require-hashes", "-r", lock, env=into, check=False) == 0:
            run(uv, "pip", "install", "-q", "--no-deps", "--no-build-isolation", "-e", ROOT, env=into)
            return
        say("uv could not install the packages; trying pip")
    run(*pip, "install", "--require-hashes", "-r", lock)
    run(*pip, "install", "--no-deps", "--no-build-isolation", "-e", ROOT)


def lock(_: argparse.Namespace) -> None:
    """Resolve pyproject.toml into requirements/*.lock, hashed, without naming any package host."""
    ensure_environment("dev")
    for kind, extra in reversed(EXTRAS.items()):
        target = ROOT / f"requirements/{kind}.lock"
        same = [] if kind == "dev" else ["-c", LOCKS["dev"]]
        run(
            BIN / "uv", "pip", "compile", "-q", "pyproject.toml", *extra, *same,
            "--universal", "--generate-hashes", "--no-annotate", "--no-header", "-o", target,
        )  # fmt: skip


# --- The demo --------------------------------------------------------------------------------


def demo(options: argparse.Namespace) -> None:
    ensure_environment("base")
    arguments = ["--port", options.port]
    if options.reset:
        arguments.append("--reset")
    if not options.serve:
        arguments.append("--no-serve")
    command = [str(BIN / "sanad"), "demo", *map(str, arguments)]
    os.execv(command[0], command)


# --- The tests -------------------------------------------------------------------------------


def find_postgresql() -> str | None:
    """The URL of a PostgreSQL server that answers: DATABASE_URL, else the one on this machine."""
    url = os.environ.get("DATABASE_URL", "")
    if url and not url.startswith("postgres"):
        return None
    url = url or "postgres://postgres@127.0.0.1:5432/postgres"
    parts = urlsplit(url)
    try:
        socket.create_connection((parts.hostname or "127.0.0.1", parts.port or 5432), timeout=2).close()
    except OSError:
        return None
    probe = f"import psycopg; psycopg.connect({url!r}, connect_timeout=3).close()"
    answered = subprocess.run([str(PYTHON), "-c", probe], capture_output=True, check=False).returncode == 0
    return url if answered else None


def test(options: argparse.Namespace) -> None:
    ensure_environment("dev")
    required = os.environ.get("SANAD_REQUIRE", "").split(",")
    url = find_postgresql()
    browser = next((path for name in CHROMIUM_NAMES if (path := shutil.which(name))), None)
    if "postgresql" in required and not url:
        stop("PostgreSQL is required for this run and does not answer.")
    if "browser" in required and not browser:
        stop("Chromium is required for this run and was not found.")

    # One more than there are cores: a third of the time, tests wait for browsers and servers.
    workers = str(1 + (os.cpu_count() or 1))
    rest = options.rest or ["-n", workers, "--dist", "loadfile"]
    clean = {"DATABASE_URL": "", "SANAD_REQUIRE_BROWSER": "1" if "browser" in required else ""}
    say("The suite on SQLite" + ("" if browser else ", WITHOUT the browser tests"))
    code = run(PYTHON, "-m", "pytest", *rest, env=clean, check=False)
    if url:
        say("On PostgreSQL, everything that touches the database (the browser tests ran above)")
        code |= run(
            PYTHON, "-m", "pytest", *rest, "-m", "database and not e2e and not once",
            env={**clean, "DATABASE_URL": url}, check=False,
        )  # fmt: skip
    say(f"Ran on SQLite{' and PostgreSQL' if url else ''}.")
    if not url:
        say("SKIPPED: PostgreSQL. No server answered at DATABASE_URL or localhost:5432.")
    if not browser:
        say(
            "SKIPPED: the browser tests. Chromium was not found; on Debian: apt install chromium-headless-shell"
        )
    raise SystemExit(code)


def lint(_: argparse.Namespace) -> None:
    ensure_environment("dev")
    run(PYTHON, "-m", "ruff", "check", ".")
    run(PYTHON, "-m", "ruff", "format", "--check", ".")
    run(PYTHON, "-m", "mypy", "lms", "plugins")
    run(BIN / "lint-imports", "--no-cache")


# --- JavaScript of others --------------------------------------------------------------------


def vendor_check(_: argparse.Namespace) -> None:
    """Compare the vendored JavaScript with requirements/javascript.json, and with the npm registry if it answers."""
    packages = json.loads((ROOT / "requirements/javascript.json").read_text(encoding="utf-8"))
    problems = vendor_problems(packages)
    for package in packages if shutil.which("npm") else ():
        name = f"{package['package']}@{package['version']}"
        found = registry_problems(package)
        say(f"{name}: {'the registry does not answer' if found is None else 'compared with the registry'}")
        problems += found or []
    if not shutil.which("npm"):
        say("SKIPPED: the registry. npm is not installed.")
    if problems:
        stop("\n✗ ".join(problems))
    say(f"{sum(len(package['files']) for package in packages)} vendored files are as they were published")


def vendor_problems(packages: list[dict[str, Any]]) -> list[str]:
    """Files that are not what the list says, and files beside them that it does not know."""
    listed = {entry["file"]: entry["sha256"] for package in packages for entry in package["files"]}
    folders = {ROOT / file for file in listed}
    beside = {path for folder in {path.parent for path in folders} for path in folder.iterdir()}
    unknown = {str(path.relative_to(ROOT)) for path in beside if path.name != "README.md"} - set(listed)
    changed = [file for file, digest in listed.items() if sha256_of_file(ROOT / file) != digest]
    return [f"{file} is not as it was published" for file in changed] + [
        f"{file} is not in requirements/javascript.json" for file in sorted(unknown)
    ]


def registry_problems(package: dict[str, Any]) -> list[str] | None:
    """What the registry's archive says otherwise; None when it cannot be fetched."""
    name = f"{package['package']}@{package['version']}"
    with tempfile.TemporaryDirectory() as folder:
        command = ["npm", "pack", name, "--silent", "--pack-destination", folder]
        try:
            done = subprocess.run(command, cwd=folder, capture_output=True, check=False, timeout=120)
        except subprocess.TimeoutExpired:
            return None
        archives = list(Path(folder).glob("*.tgz"))
        if done.returncode or not archives:
            return None
        if sha256_of_file(archives[0]) != package["archive_sha256"]:
            return [f"{name}: the registry's archive is another one"]
        with tarfile.open(archives[0]) as archive:
            members = {member.name: archive.extractfile(member) for member in archive if member.isfile()}
            return [
                f"{entry['file']} is not {entry['from']} of {name}"
                for entry in package["files"]
                if (file := members.get(f"package/{entry['from']}")) is None
                or hashlib.sha256(file.read()).hexdigest() != entry["sha256"]
            ]


def sha256_of_file(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest() if path.is_file() else ""


def screens(options: argparse.Namespace) -> None:
    ensure_environment("dev")
    run(PYTHON, "-m", "tests.e2e.screens", *options.rest)


def bench_exam(options: argparse.Namespace) -> None:
    """Measure the certification exam; without a PostgreSQL server on SQLite alone, and says so."""
    ensure_environment("dev")
    rest = options.rest
    if not find_postgresql() and not {"--databases", "--help", "-h"} & set(rest):
        say("SKIPPED: PostgreSQL. No server answered at DATABASE_URL or localhost:5432.")
        rest = [*rest, "--databases", "sqlite"]
    run(PYTHON, "-m", "benchmarks.bench_exam", *rest)


def bench_certificates(options: argparse.Namespace) -> None:
    """Measure certificates and their register."""
    ensure_environment("dev")
    run(PYTHON, "-m", "benchmarks.bench_certificates", *options.rest)


def messages(_: argparse.Namespace) -> None:
    """Collect the texts of every app into its Arabic catalogue and compile it."""
    ensure_environment("dev")
    for folder in sorted(ROOT.glob("*/*/locale")):
        here = folder.parent
        settings = {"DJANGO_SETTINGS_MODULE": "", "PYTHONPATH": str(ROOT)}
        for command in (
            ["makemessages", "-l", "ar", "--no-location", "--no-wrap", "--no-obsolete"],
            ["compilemessages", "-l", "ar", "-v", "0"],
        ):
            subprocess.run(
                [str(BIN / "django-admin"), *command], cwd=here, env={**os.environ, **settings}, check=True
            )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    for function in (demo, test, lint, lock, screens, bench_exam, bench_certificates, messages, vendor_check):
        command = commands.add_parser(function.__name__, help=function.__doc__)
        command.set_defaults(function=function, rest=[])
        if function is demo:
            command.add_argument("--port", type=int, default=8000)
            command.add_argument("--reset", action="store_true")
            command.add_argument("--no-serve", dest="serve", action="store_false")
    options, rest = parser.parse_known_args()
    options.rest = rest
    options.function(options)


if __name__ == "__main__":
    main()
