"""What was measured, as numbers, as a table and as JSON."""

import json
import platform
import subprocess
import time
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]


@dataclass(slots=True)
class Sample:
    """Durations by kind of request, and what went wrong."""

    seconds: dict[str, list[float]] = field(default_factory=lambda: defaultdict(list))
    errors: Counter[str] = field(default_factory=Counter)

    def add(self, name: str, seconds: float) -> None:
        self.seconds[name].append(seconds)

    def fail(self, name: str, what: str) -> None:
        self.errors[f"{name}: {what}"] += 1

    def figures(self, name: str, over: float | None = None) -> dict[str, Any]:
        """Number, percentiles in milliseconds and, over so many seconds, the rate."""
        values = self.seconds.get(name, [])
        told: dict[str, Any] = {"count": len(values)}
        told |= {f"p{p}_ms": percentile(values, p) for p in (50, 95, 99)}
        if over:
            told["per_second"] = round(len(values) / over, 1)
        return told


def percentile(values: Sequence[float], p: int) -> float | None:
    """In milliseconds, by the nearest rank; None of nothing."""
    if not values:
        return None
    ordered = sorted(values)
    rank = max(1, -(-len(ordered) * p // 100))
    return round(1000 * ordered[rank - 1], 1)


def machine() -> dict[str, Any]:
    models = [
        line.split(":", 1)[1].strip() for line in _lines("/proc/cpuinfo") if line.startswith("model name")
    ]
    memory = next((line.split()[1] for line in _lines("/proc/meminfo") if line.startswith("MemTotal")), "0")
    return {
        "processor": models[0] if models else platform.processor(),
        "cores": len(models),
        "memory_gb": round(int(memory) / 1e6),
        "system": platform.platform(),
        "python": platform.python_version(),
        "load_before": Path("/proc/loadavg").read_text().split()[0],
    }


def loop_seconds() -> float:
    """How long this machine takes for twenty million additions in Python, now: a virtual machine is faster at one
    time than at another, and seconds of processor time say little without it."""
    begun, total = time.perf_counter(), 0
    for number in range(20_000_000):
        total += number
    return time.perf_counter() - begun


def revision() -> str:
    done = subprocess.run(
        ["git", "rev-parse", "--short", "HEAD"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    return done.stdout.strip()


def save(result: Mapping[str, Any]) -> Path:
    folder = ROOT / "benchmarks/results"
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"exam-{result['started']}.json"
    path.write_text(json.dumps(result, indent=1))
    return path


def table(results: Mapping[str, Mapping[str, Any]]) -> str:
    """One column a database."""
    names = list(results)
    rows = [
        ("", *names),
        *((label, *(_cell(results[name], *keys) for name in names)) for label, *keys in ROWS),
    ]
    widths = [max(len(row[column]) for row in rows) for column in range(len(names) + 1)]
    lines = [
        "  ".join(
            [
                row[0].ljust(widths[0]),
                *(cell.rjust(width) for cell, width in zip(row[1:], widths[1:], strict=True)),
            ]
        )
        for row in rows
    ]
    return "\n".join(lines)


LATENCY = ("p50_ms", "p95_ms", "p99_ms")
ROWS: tuple[tuple[Any, ...], ...] = (
    ("candidates", "candidates"),
    ("starts a second, at full load", "starts", "per_second"),
    ("start p50 / p95 / p99, ms", "scenario", "start", LATENCY),
    ("exam page p50 / p95 / p99, ms", "scenario", "paper", LATENCY),
    ("batch p50 / p95 / p99, ms", "scenario", "batch", LATENCY),
    ("repeated batch p50 / p95 / p99, ms", "scenario", "repeat", LATENCY),
    ("hand-in p50 / p95 / p99, ms", "scenario", "submit", LATENCY),
    ("errors", "errors"),
    ("batches a second, saturated", "saturation", "per_second"),
    ("  p50 / p95 / p99, ms", "saturation", LATENCY),
    ("bare view a second (the floor)", "floor", "per_second"),
    ("  p50 / p95 / p99, ms", "floor", LATENCY),
    ("ratio to the floor", "ratio"),
    ("statements: start", "statements", "start"),
    ("statements: exam page", "statements", "paper"),
    ("statements: batch", "statements", "batch"),
    ("statements: repeated batch", "statements", "repeat"),
    ("statements: hand-in", "statements", "submit"),
    ("sitting of 20 questions: statements", "sitting", "statements"),
    ("sitting of 20 questions: server CPU, s", "sitting", "cpu_seconds"),
    ("  beside it: a loop of 20 million additions, s", "sitting", "loop_seconds"),
    ("bytes a sitting, both ways, kB", "sitting_kb"),
    ("peak memory of the server, MB", "peak_mb"),
)


def _cell(result: Mapping[str, Any], *keys: Any) -> str:
    value: Any = result
    for key in keys:
        if isinstance(key, tuple):
            value = value or {}
            return " / ".join("–" if value.get(one) is None else f"{value[one]:g}" for one in key)
        value = value.get(key) if isinstance(value, Mapping) else None
    return "–" if value is None else f"{value:g}" if isinstance(value, int | float) else str(value)


def _lines(path: str) -> list[str]:
    try:
        return Path(path).read_text().splitlines()
    except OSError:
        return []
