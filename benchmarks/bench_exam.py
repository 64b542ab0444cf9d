"""The certification exam under load, on SQLite and on PostgreSQL, beside a bare view in the same run.

    make bench-exam                                               the whole play, about fifteen minutes
    make bench-exam ARGS="--candidates 20 --ramp 3 --steady 10 --hand-in 2 --saturation 2"     a short one

Prints a table and writes everything as JSON into benchmarks/results. docs/performance.md explains the figures.
"""

import argparse
import asyncio
import json
import os
import subprocess
import sys
import tempfile
from collections import Counter
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from .exam import play, report
from .exam.candidate import Candidate
from .exam.line import Line
from .exam.serving import HOST, Server, Size, serving

APPLICATION, FLOOR = "lms.wsgi:application", "benchmarks.exam.floor:application"
POSTGRES = "postgres://postgres@127.0.0.1:5432/postgres"
BENCH_DATABASE = "sanad_bench"
SIZES = {"sqlite": Size(workers=2, threads=1), "postgresql": Size(workers=2, threads=4)}
#: People of the saturation run for each second of it, so that nobody is over the limit of batches a minute.
PEOPLE_A_SECOND = 35
#: Sittings at the same time before the measured ones: fewer may all meet the same process.
WARM_UP = 8


def main() -> None:
    options = arguments()
    told: dict[str, Any] = {
        "started": f"{datetime.now(UTC):%Y%m%d-%H%M%S}",
        "machine": report.machine(),
        "revision": report.revision(),
        "options": vars(options),
    }
    told["results"] = {}
    for database in options.databases:
        with tempfile.TemporaryDirectory(prefix="sanad-bench-") as folder:
            told["results"][database] = measure(database, Path(folder), options)
        # Kept after each database: a quarter of an hour is not lost because the last one could not be measured.
        saved = report.save(told)
    print(report.table(told["results"]))
    for database, result in told["results"].items():
        for what, times in result["failures"].items():
            print(f"{database}: {times} x {what}")
    print(f"\n{saved}")


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--candidates", type=int, default=700)
    parser.add_argument("--ramp", type=float, default=60, help="seconds within which everybody starts")
    parser.add_argument("--steady", type=float, default=120, help="seconds of work after that")
    parser.add_argument("--hand-in", type=float, default=30, help="seconds within which everybody hands in")
    parser.add_argument("--saturation", type=float, default=20, help="seconds of each saturation run")
    parser.add_argument("--sittings", type=int, default=20, help="single sittings, for their CPU time")
    parser.add_argument(
        "--databases", nargs="+", choices=list(SIZES), default=list(SIZES), help="which databases"
    )
    parser.add_argument("--postgres", default=os.environ.get("DATABASE_URL") or POSTGRES, metavar="URL")
    return parser.parse_args()


def measure(database: str, folder: Path, options: argparse.Namespace) -> dict[str, Any]:
    say(f"{database}: building the exam, its people and their forms")
    environment = {
        "SANAD_DATA": str(folder),
        "DJANGO_SETTINGS_MODULE": "lms.settings.dev",
        "DATABASE_URL": "",
    }
    if database == "postgresql":
        environment["DATABASE_URL"] = fresh_database(options.postgres)
    try:
        return play_all(database, folder, environment, options)
    finally:
        if database == "postgresql":
            drop_database(options.postgres)


def play_all(
    database: str, folder: Path, environment: dict[str, str], options: argparse.Namespace
) -> dict[str, Any]:
    crowd = max(play.LINES, int(options.saturation * PEOPLE_A_SECOND))
    people = options.candidates + crowd
    world = json.loads(
        child("benchmarks.exam.world", environment, str(people), str(options.sittings + 1 + WARM_UP))
    )
    statements = json.loads(child("benchmarks.exam.counting", environment, given=json.dumps(world)))
    log = folder / "server.log"
    try:
        return asyncio.run(Run(database, environment, log, world, options).play(statements))
    except Exception:
        print(log.read_text()[-3000:] if log.exists() else "", file=sys.stderr)
        raise


@dataclass(frozen=True, slots=True)
class Run:
    """Everything on one database, with one server for the exam and one for the floor."""

    database: str
    environment: dict[str, str]
    log: Path
    world: dict[str, Any]
    options: argparse.Namespace

    async def play(self, statements: dict[str, int]) -> dict[str, Any]:
        options = self.options
        with serving(APPLICATION, SIZES[self.database], self.environment, self.log) as server:
            sitting = await self.single_sittings(server)
            people = self.candidates(server, "hall")
            hall, crowd = people[: options.candidates], people[options.candidates :]
            say(f"{self.database}: {len(hall)} candidates sit the exam")
            scenario = play.Scenario(options.ramp, options.steady, options.hand_in)
            sample = await play.play_hall(hall, scenario)
            peak = server.peak_bytes()
            say(f"{self.database}: saturation, and the floor before and after it")
            starts, started_in = await play.start_everybody(crowd)
            bodies = [candidate.next_batch() for candidate in crowd]
            for candidate, body in zip(crowd, bodies, strict=True):
                await candidate.send(starts, body, kind="first")
            before = await self.floor(crowd, bodies)
            batches, taken = await play.saturate_batches(crowd, options.saturation)
        after = await self.floor(crowd, bodies)
        return summary(
            options,
            scenario=sample,
            starts=starts.figures("start", started_in),
            saturation=batches.figures("batch", taken),
            floor=both(before, after),
            statements=statements,
            sitting=sitting | {"statements": statements["sitting"]},
            bytes_a_sitting=[one.line.sent + one.line.received for one in hall],
            peak=peak,
            others=(starts, batches, before[0], after[0]),
        )

    async def single_sittings(self, server: Server) -> dict[str, Any]:
        """Sittings one after another, for the CPU time that one costs, after some at once that warm all up."""
        people = self.candidates(server, "desk")[1:]
        await asyncio.gather(*(play.sit(person, report.Sample()) for person in people[:WARM_UP]))
        others, loops = people[WARM_UP:], [report.loop_seconds()]
        before, sample = server.cpu_seconds(), report.Sample()
        for candidate in others:
            await play.sit(candidate, sample)
        spent = server.cpu_seconds() - before
        loops.append(report.loop_seconds())
        return {
            "cpu_seconds": round(spent / max(len(others), 1), 4),
            "loop_seconds": round(sum(loops) / len(loops), 2),
            "save": sample.figures("batch"),
        }

    async def floor(self, crowd: list[Candidate], bodies: list[bytes]) -> tuple[report.Sample, float]:
        child("benchmarks.exam.floor", self.environment)
        with serving(FLOOR, SIZES[self.database], self.environment, self.log) as server:
            return await play.saturate_floor(server.port, crowd, bodies, self.options.saturation / 2)

    def candidates(self, server: Server, room: str) -> list[Candidate]:
        of = self.world[room]
        return [
            Candidate(Line(HOST, server.port), session, self.world["csrf"], of["exam"], of["questions"])
            for session in of["sessions"]
        ]


def both(*runs: tuple[report.Sample, float]) -> dict[str, Any]:
    """The floor's runs as one."""
    together = report.Sample()
    for sample, _taken in runs:
        together.seconds["floor"] += sample.seconds["floor"]
    return together.figures("floor", sum(taken for _sample, taken in runs))


def summary(
    options: argparse.Namespace, *, scenario: report.Sample, bytes_a_sitting: list[int], peak: int,
    others: tuple[report.Sample, ...], **figures: Any,
) -> dict[str, Any]:  # fmt: skip
    failures: Counter[str] = sum((one.errors for one in others), scenario.errors.copy())
    floor, batches = figures["floor"]["per_second"], figures["saturation"]["per_second"]
    return {
        "candidates": options.candidates,
        "scenario": {name: scenario.figures(name) for name in ("start", "paper", "batch", "repeat", "state", "submit")},
        "errors": failures.total(),
        "failures": dict(failures),
        "ratio": round(batches / floor, 3) if floor else None,
        "sitting_kb": round(sum(bytes_a_sitting) / max(len(bytes_a_sitting), 1) / 1000, 1),
        "peak_mb": round(peak / 1e6),
        **figures,
    }  # fmt: skip


def child(module: str, environment: dict[str, str], *words: str, given: str = "") -> str:
    """What a module prints when it runs in a process with these settings."""
    done = subprocess.run(
        [sys.executable, "-m", module, *words],
        cwd=report.ROOT, env={**os.environ, **environment}, input=given, capture_output=True, text=True, check=False,
    )  # fmt: skip
    if done.returncode:
        raise SystemExit(f"{module} failed:\n{done.stderr[-3000:]}")
    return done.stdout.strip().splitlines()[-1]


def fresh_database(url: str) -> str:
    """A new database beside the one that `url` names; its own address."""
    drop_database(url)
    _administer(url, f"CREATE DATABASE {BENCH_DATABASE}")
    return urlsplit(url)._replace(path=f"/{BENCH_DATABASE}").geturl()


def drop_database(url: str) -> None:
    _administer(url, f"DROP DATABASE IF EXISTS {BENCH_DATABASE} WITH (FORCE)")


def _administer(url: str, statement: str) -> None:
    import psycopg

    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(statement)


def say(text: str) -> None:
    print(f"• {text}", flush=True)


if __name__ == "__main__":
    main()
