"""How long an archive of many respondents takes and how much memory it needs.

python benchmarks/archive.py [RESPONDENTS]     (1,000,000 of 60 items unless told otherwise)
"""

import random
import resource
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from lms.common.archive import Column, Row, Table, is_intact, save_archive

ITEMS = 60
NAMES = [f"q{number:02d}" for number in range(ITEMS)]
OBS = [
    Column("day", "string"),
    Column("region", "categorical", ("east", "south", "west")),
    Column("seconds", "int32"),
]


def rows(count: int) -> Iterator[Row]:
    numbers = random.Random(1)
    for number in range(count):
        codes = [numbers.randrange(-1, 10) for _item in range(ITEMS)]
        yield Row(f"{number:016x}", codes, ["2026-03-01", "west", number])


def main() -> None:
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "archive.h5"
        started = time.perf_counter()
        save_archive(
            path,
            rows=rows(count),
            obs=OBS,
            var=Table(NAMES, {Column("kind", "string"): ["single"] * ITEMS}),
            uns={},
        )
        seconds = time.perf_counter() - started
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        size = path.stat().st_size / 1e6
        print(
            f"{count:,} respondents x {ITEMS} items: {seconds:.1f} s, peak {peak:.0f} MB, file {size:.0f} MB"
        )
        print("intact" if is_intact(path) else "DAMAGED")


if __name__ == "__main__":
    main()
