import hashlib
import os
import shutil
import socket
import subprocess
import sys
from argparse import ArgumentParser
from operator import itemgetter
from pathlib import Path
from typing import Any

from django.conf import settings
from django.contrib.staticfiles.finders import get_finders
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError
from django.db import connection
from django.db.migrations.executor import MigrationExecutor
from rich.console import Console

from lms.demo.builder import build_world, is_built
from lms.demo.console import ConsoleProgress, print_guide
from lms.demo.guide import guide
from lms.demo.world import PASSWORD
from lms.plugin_api.host import PluginError

HOST = "127.0.0.1"
#: What a reset may delete of the data folder: the demo's own things by name, nothing else.
OWN_FILES = ("sanad.sqlite3", "sanad.sqlite3-wal", "sanad.sqlite3-shm", "sanad.sqlite3-queue")
OWN_FOLDERS = ("keys", "register", "media", "cache", "mail", "static")
PORTS_TRIED = 20


class Command(BaseCommand):
    help = "Build the demo world where it is missing, and serve it."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--port", type=int, default=8000)
        parser.add_argument("--reset", action="store_true", help="start over")
        parser.add_argument("--no-serve", dest="serve", action="store_false", help="build and exit")

    def handle(self, *args: Any, **options: Any) -> None:
        if settings.SETTINGS_MODULE == "lms.settings.production":
            raise CommandError("The demo is for the embedded default, never for production.")
        self.console = Console()
        if options["reset"]:
            self.start_over()
        self.prepare()
        if is_built():
            self.console.print("The demo world is there already; RESET=1 starts over.")
        else:
            self.build()
        port = free_port(options["port"]) if options["serve"] else options["port"]
        if port != options["port"]:
            self.console.print(f"[yellow]Port {options['port']} is in use; this is port {port}.[/yellow]")
        address = f"http://{HOST}:{port}"
        print_guide(self.console, address, PASSWORD, guide(address))
        if options["serve"]:
            self.serve(port)

    def start_over(self) -> None:
        connection.close()
        data = Path(settings.DATA_DIR)
        for name in OWN_FILES:
            (data / name).unlink(missing_ok=True)
        for name in OWN_FOLDERS:
            shutil.rmtree(data / name, ignore_errors=True)

    def prepare(self) -> None:
        """Database and static files, side by side because neither needs the other; nothing where both are there."""
        progress = ConsoleProgress(self.console)
        # Compressed once: hashing two thousand files anew is most of what a second start would wait for.
        stamp_file, stamp = Path(settings.STATIC_ROOT) / ".collected", static_stamp()
        collecting = None
        if not stamp_file.exists() or stamp_file.read_text() != stamp:
            command = [sys.executable, "-m", "lms", "collectstatic", "--no-input", "--verbosity", "0"]
            collecting = subprocess.Popen(command)  # noqa: S603 - fixed words
        if has_unapplied_migrations():
            with progress.waiting("Database"):
                call_command("migrate", verbosity=0)
        if collecting is not None:
            with progress.waiting("Style sheets, scripts, fonts"):
                failed = collecting.wait()
            if failed:
                raise CommandError("The static files could not be collected; the lines above say why.")
            stamp_file.write_text(stamp)

    def build(self) -> None:
        self.console.print("Building the demo world: 18 trainers, 700 observers, 18 municipalities")
        progress = ConsoleProgress(self.console)
        try:
            build_world(progress=progress)
        except PluginError as error:
            raise CommandError(f"{error} Nothing was kept; the log above has the place.") from error
        self.console.print(f"Built in {progress.total:.1f} s")

    def serve(self, port: int) -> None:
        """Become the server: granian, two processes, one thread each, because SQLite has one writer."""
        self.console.print(f"Serving http://{HOST}:{port}  (Ctrl+C stops)")
        command = [
            *(sys.executable, "-m", "granian", "--interface", "wsgi", "lms.wsgi:application"),
            *("--host", HOST, "--port", str(port), "--workers", "2", "--blocking-threads", "1"),
            *("--log-level", "warning"),
        ]
        environment = os.environ | {
            "SANAD_BASE_URL": f"http://{HOST}:{port}",
            "DJANGO_SETTINGS_MODULE": settings.SETTINGS_MODULE,
        }
        connection.close()
        os.execve(command[0], command, environment)  # noqa: S606 - no shell, fixed words


def has_unapplied_migrations() -> bool:
    executor = MigrationExecutor(connection)
    return bool(executor.migration_plan(executor.loader.graph.leaf_nodes()))


def static_stamp() -> str:
    """Changes when a static file of the project or of a package does."""
    digest = hashlib.sha256()
    for finder in get_finders():
        for name, storage in sorted(finder.list([]), key=itemgetter(0)):
            digest.update(f"{name} {Path(storage.path(name)).stat().st_mtime_ns}\n".encode())
    return digest.hexdigest()


def free_port(wanted: int) -> int:
    """The port asked for, else the next that nobody listens on. Raises CommandError when all are taken."""
    for port in range(wanted, min(wanted + PORTS_TRIED, 65_536)):
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind((HOST, port))
            except OSError:
                continue
            return port
    raise CommandError(f"Ports {wanted} to {wanted + PORTS_TRIED - 1} are all in use.")
