"""The server under test: started, watched through /proc, stopped."""

import os
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

HOST = "127.0.0.1"
TICKS = os.sysconf("SC_CLK_TCK")
ROOT = Path(__file__).resolve().parents[2]


@dataclass(frozen=True, slots=True)
class Size:
    """How many processes and threads answer. SQLite has one writer; PostgreSQL lets threads wait for it."""

    workers: int
    threads: int


@dataclass(slots=True)
class Server:
    """A running server. `cpu_seconds` and `peak_bytes` are of it and of all its workers together."""

    process: subprocess.Popen[bytes]
    port: int

    def family(self) -> list[int]:
        """The process and its descendants."""
        parents = {int(row.name): _parent(row) for row in Path("/proc").iterdir() if row.name.isdigit()}
        found, grew = {self.process.pid}, True
        while grew:
            more = {pid for pid, parent in parents.items() if parent in found} - found
            found |= more
            grew = bool(more)
        return sorted(found)

    def cpu_seconds(self) -> float:
        return sum(_cpu_ticks(pid) for pid in self.family()) / TICKS

    def peak_bytes(self) -> int:
        return sum(_peak(pid) for pid in self.family())


@contextmanager
def serving(application: str, size: Size, environment: dict[str, str], log: Path) -> Iterator[Server]:
    """Granian with an application on a free port of the loopback, until the block ends."""
    port = free_port()
    with log.open("ab") as output:
        process = subprocess.Popen(
            [
                *(sys.executable, "-m", "granian", "--interface", "wsgi", application),
                *("--host", HOST, "--port", str(port), "--log-level", "warning", "--backlog", "2048"),
                *("--workers", str(size.workers), "--blocking-threads", str(size.threads)),
            ],
            cwd=ROOT,
            env={**os.environ, **environment},
            stdout=output,
            stderr=output,
        )
        try:
            _wait_for(port, process)
            yield Server(process, port)
        finally:
            process.terminate()
            process.wait(timeout=30)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        port: int = probe.getsockname()[1]
        return port


def _wait_for(port: int, process: subprocess.Popen[bytes]) -> None:
    until = time.monotonic() + 60
    while True:
        try:
            urllib.request.urlopen(f"http://{HOST}:{port}/", timeout=5).close()
            return
        except urllib.error.HTTPError:
            return
        except (urllib.error.URLError, OSError):
            if time.monotonic() > until or process.poll() is not None:
                raise
            time.sleep(0.2)


def _stat(folder: Path) -> list[str]:
    """The fields of /proc/PID/stat after the name, which may hold blanks."""
    return (folder / "stat").read_text().rpartition(")")[2].split()


def _parent(folder: Path) -> int:
    try:
        return int(_stat(folder)[1])
    except (OSError, IndexError):
        return 0


def _cpu_ticks(pid: int) -> int:
    try:
        fields = _stat(Path(f"/proc/{pid}"))
    except OSError:
        return 0
    return int(fields[11]) + int(fields[12])


def _peak(pid: int) -> int:
    try:
        lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    except OSError:
        return 0
    kilobytes = next((line.split()[1] for line in lines if line.startswith("VmHWM:")), "0")
    return int(kilobytes) * 1024
