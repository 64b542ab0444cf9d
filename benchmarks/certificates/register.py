"""One register of a given size: append, prove, export, audit, and what a checker has to carry.

Runs in a process of its own on a database that it makes: `python -m benchmarks.certificates.register SIZE`.
Prints one JSON object; times in seconds or milliseconds as named, memory in megabytes.
"""

import gzip
import json
import os
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from ..exam.report import ROOT

#: What one transaction appends while the register is filled.
ROUND = 10_000
SINGLES = 20


def main() -> None:
    import django

    django.setup()
    from django.core.management import call_command

    call_command("migrate", verbosity=0)
    call_command("keys", "init", stdout=sys.stderr)
    json.dump(measure(int(sys.argv[1])), sys.stdout)


def measure(size: int) -> dict[str, Any]:
    from lms.certificates.keys import root_policy
    from lms.certificates.publish import publish_register
    from lms.certificates.roots import format_roots
    from lms.register.selectors import inclusion_of

    told: dict[str, Any] = {"entries": size}
    seconds = timed(lambda: fill(size))
    told["bulk_append_seconds"] = round(seconds, 2)
    told["bulk_appends_per_second"] = round(size / seconds)
    told["bulk_append_mb"] = peak_mb()
    told["single_append_p50_ms"] = median_ms(append_one)
    told["proof_p50_ms"] = median_ms(lambda: inclusion_of(size // 3))
    with TemporaryDirectory() as parent:
        folder, roots = Path(parent) / "register", Path(parent) / "roots"
        told["export_seconds"] = round(timed(lambda: publish_register(folder=folder)), 2)
        told["next_export_seconds"] = round(timed(lambda: publish_register(folder=folder)), 2)
        roots.write_text(format_roots(root_policy()))
        told |= audit(folder, roots) | pack_sizes(folder)
    return told


def fill(size: int) -> None:
    from lms.register.models import RegisterHead
    from lms.register.services import append_entries

    build = builder()
    while (done := RegisterHead.objects.get().size) < size:
        append_entries(builds=[build] * min(ROUND, size - done))


def append_one() -> None:
    from lms.register.services import append_entry

    append_entry(build=builder())


def builder() -> Callable[[int], Any]:
    """Issue records by the issuing key, about bytes that nobody has."""
    from lms.certificates.models import IssuingKey
    from lms.register.days import day_of
    from lms.register.records import Record, RecordType, sha256_of

    key = IssuingKey.objects.get()
    kid, day = bytes(key.kid), day_of(key.not_before)
    return lambda index: Record(
        type=RecordType.ISSUE, kid=kid, index=index, day=day, sha256=sha256_of(b"%d" % index), course="LTO"
    )


def audit(folder: Path, roots: Path) -> dict[str, Any]:
    """The auditor's program in a process of its own, as an auditor runs it, with its memory."""
    code = (
        "import sys; from lms.certificates.audit import main; code = main(sys.argv[1:]);"
        "from benchmarks.certificates.register import peak_mb; print(peak_mb(), file=sys.stderr); sys.exit(code)"
    )
    began = time.perf_counter()
    done = subprocess.run(
        [sys.executable, "-c", code, str(folder), "--roots", str(roots)],
        capture_output=True,
        text=True,
        check=False,
        cwd=ROOT,
        env={**os.environ, "DJANGO_SETTINGS_MODULE": ""},
    )
    assert done.returncode == 0, done.stdout
    return {"audit_seconds": round(time.perf_counter() - began, 2), "audit_mb": int(done.stderr)}


def pack_sizes(folder: Path) -> dict[str, Any]:
    """What a checker downloads: the level-0 tiles and the signed files, in kilobytes."""
    files = [folder / name for name in ("checkpoint", "keyset", "status", "trainers")]
    files += [file for file in (folder / "tile" / "0").rglob("*") if file.is_file()]
    data = [file.read_bytes() for file in files]
    return {
        "pack_kb": round(sum(map(len, data)) / 1000, 1),
        "pack_gzip_kb": round(sum(min(len(gzip.compress(item)), len(item)) for item in data) / 1000, 1),
        "export_mb": round(sum(file.stat().st_size for file in folder.rglob("*") if file.is_file()) / 1e6, 1),
    }


def timed(work: Callable[[], object]) -> float:
    began = time.perf_counter()
    work()
    return time.perf_counter() - began


def median_ms(work: Callable[[], object]) -> float:
    times = sorted(timed(work) for _ in range(SINGLES))
    return round(1000 * times[SINGLES // 2], 2)


def peak_mb() -> int:
    """The peak of this program; getrusage would tell a child the peak of the process that started it."""
    lines = Path("/proc/self/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("VmHWM")) // 1024


if __name__ == "__main__":
    main()
