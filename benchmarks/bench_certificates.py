"""Certificates and their register: signing, paper, verdicts, and a register of up to a million entries.

    make bench-certificates                                           everything, about a quarter of an hour
    make bench-certificates ARGS="--sizes 1000 10000 --people 20"     a short one

Prints three tables and writes everything as JSON into benchmarks/results. docs/performance.md explains the
figures. Each part runs in a process and on a database of its own, so that its memory is its own.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from .exam.report import ROOT, machine, revision

SIZES = (1_000, 10_000, 100_000, 1_000_000)
REGISTER_ROWS = {
    "bulk_appends_per_second": "appended a second, in bulk",
    "bulk_append_mb": "memory while appending, MB",
    "single_append_p50_ms": "one append, ms",
    "proof_p50_ms": "one proof, ms",
    "export_seconds": "first export, s",
    "next_export_seconds": "export again, s",
    "export_mb": "size of the export, MB",
    "audit_seconds": "whole audit, s",
    "audit_mb": "memory of the audit, MB",
    "pack_kb": "checker's pack, kB",
    "pack_gzip_kb": "checker's pack, compressed, kB",
}


def main() -> None:
    options = arguments()
    told: dict[str, Any] = {
        "started": f"{datetime.now(UTC):%Y%m%d-%H%M%S}",
        "machine": machine(),
        "revision": revision(),
        "options": vars(options),
        "making": part("making", options.people),
        "register": [],
    }
    print(making_table(told["making"]))
    # Kept after each part: what was measured is not lost because the next could not be.
    saved = save(told)
    told["checker"] = part("checker", options.throttle)
    if told["checker"]:
        print(f"\n{checker_table(told['checker'])}")
    for size in options.sizes:
        told["register"].append(part("register", size))
        saved = save(told)
    print(f"\n{register_table(told['register'])}\n\n{saved}")


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--sizes", type=int, nargs="+", default=list(SIZES), help="entries of the registers")
    parser.add_argument("--people", type=int, default=100, help="to whom certificates are issued")
    parser.add_argument(
        "--throttle", type=int, default=6, help="how much slower than this machine the checker's phone is"
    )
    return parser.parse_args()


def part(name: str, size: int) -> dict[str, Any]:
    """What one part measured, in a process of its own with an empty database."""
    print(f"… {name}, {size}", file=sys.stderr, flush=True)
    with tempfile.TemporaryDirectory(prefix="sanad-bench-") as folder:
        environment = {
            **os.environ,
            "SANAD_DATA": folder,
            "DJANGO_SETTINGS_MODULE": "lms.settings.dev",
            "DATABASE_URL": "",
        }
        done = subprocess.run(
            [sys.executable, "-m", f"benchmarks.certificates.{name}", str(size)],
            cwd=ROOT,
            env=environment,
            stdout=subprocess.PIPE,
            check=True,
        )
    told: dict[str, Any] = json.loads(done.stdout)
    return told


def save(told: Mapping[str, Any]) -> str:
    folder = ROOT / "benchmarks/results"
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"certificates-{told['started']}.json"
    path.write_text(json.dumps(told, indent=1))
    return str(path.relative_to(ROOT))


def making_table(rows: Mapping[str, Mapping[str, float]]) -> str:
    lines = [f"{'':36}{'a second':>12}{'median, ms':>12}"]
    for name, figures in rows.items():
        median = figures.get("p50_ms")
        lines.append(
            f"{name:36}{figures['per_second']:>12,.1f}{'' if median is None else format(median, ',.3f'):>12}"
        )
    return "\n".join(lines)


def checker_table(told: Mapping[str, Any]) -> str:
    """A line a register and implementation, then the page."""
    title = f"in Chromium, {told['throttle']:g} times slower, ms"
    lines = [f"{title:36}{'taken up':>12}{'first code':>12}{'next codes':>12}"]
    for row in told["modules"]:
        name = f"{row['entries']:,} entries, Ed25519 {row['ed25519']}"
        lines.append(
            f"{name:36}{row['taken_up_ms']:>12,}{row['first_code_ms']:>12}{row['next_code_p50_ms']:>12}"
        )
    page = told["page"]
    return "\n".join(
        [
            *lines,
            f"code to verdict on the screen: median {page['p50_ms']} ms, 19 of 20 within {page['p95_ms']} ms, "
            f"slowest of {page['codes']} {page['slowest_ms']} ms",
        ]
    )


def register_table(columns: Sequence[Mapping[str, Any]]) -> str:
    """One column a size."""
    lines = [f"{'entries':36}" + "".join(f"{column['entries']:>12,}" for column in columns)]
    lines += [
        f"{label:36}" + "".join(f"{column[key]:>12,}" for column in columns)
        for key, label in REGISTER_ROWS.items()
    ]
    return "\n".join(lines)


if __name__ == "__main__":
    main()
