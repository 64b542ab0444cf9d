"""The days of the heads: on which day each entry of the register was first under a signed head.

A certificate says itself when it was issued. The register's signed heads say when it was there: the
first head that covers an entry was signed moments after the entry was written. A certificate dated
earlier than that head less 24 hours was back-dated, whoever signed it.

The table has a row for each day on which heads were signed: `[size, day]`, the largest size of that
day. Sizes and days both rise, so that the first row whose size exceeds an index is the one that
counts, and ten thousand certificates of a season make a hundred rows. It is signed by the log's
key; an auditor compares it with the records and the cosignatures of the witnesses (`audit_days.py`).
"""

from bisect import bisect_right
from collections.abc import Iterable
from dataclasses import dataclass
from operator import itemgetter
from typing import Any

from lms.certificates.signed_document import (
    require_int,
    require_keys,
    require_list,
    seal,
    unseal,
)
from lms.register.days import MAX_DAY
from lms.register.errors import CodedError
from lms.register.note import NoteSigner, VerifierKey

KIND = "days"
GRACE_DAYS = 1
"""A day is the finest that a certificate says, so that 24 hours are one day."""


class HeadDaysError(CodedError):
    """A heads table that is malformed or not signed by the log's key."""


@dataclass(frozen=True, slots=True)
class HeadDays:
    """Rows of (size, day) for the first `size` entries of the register, as of `time` (Unix seconds)."""

    serial: int
    time: int
    size: int
    rows: tuple[tuple[int, int], ...] = ()

    def __post_init__(self) -> None:
        sizes, days = [row[0] for row in self.rows], [row[1] for row in self.rows]
        if sizes != sorted(set(sizes)) or days != sorted(set(days)) or any(day > MAX_DAY for day in days):
            raise HeadDaysError("bad_row", "the heads do not follow each other")
        if sizes and not (sizes[0] > 0 and sizes[-1] <= self.size):
            raise HeadDaysError("bad_row", "a head is empty or beyond the register")

    def covered_on(self, index: int) -> int | None:
        """The day of the first head that covers entry `index`; None where the table does not say."""
        place = bisect_right(self.rows, index, key=itemgetter(0))
        return self.rows[place][1] if place < len(self.rows) else None


def make_head_days(*, serial: int, time: int, size: int, heads: Iterable[tuple[int, int]]) -> HeadDays:
    """A table from the (size, day) of any heads, in the order of their sizes.

    A clock that was once ahead must not make an honest certificate look back-dated: an entry's day
    is the earliest of the heads that cover it.
    """
    rows: list[tuple[int, int]] = []
    earliest = MAX_DAY
    for head_size, day in sorted(heads, reverse=True):
        earliest = min(earliest, day)
        if not rows or rows[-1][1] != earliest:
            rows.append((head_size, earliest))
    return HeadDays(serial, time, size, tuple(reversed(rows)))


def is_backdated(*, issued: int, covered_on: int | None) -> bool:
    """Tell whether a certificate says that it was issued more than a day before it was logged."""
    return covered_on is not None and issued < covered_on - GRACE_DAYS


def sign_head_days(table: HeadDays, log: NoteSigner) -> bytes:
    """The table as a note signed by the log's key."""
    body: dict[str, Any] = {
        "days": [list(row) for row in table.rows],
        "serial": table.serial,
        "size": table.size,
        "time": table.time,
    }
    return seal(KIND, body, [log])


def open_head_days(data: bytes, log_keys: Iterable[VerifierKey]) -> HeadDays:
    """Verify and read a table; raises `HeadDaysError`."""
    try:
        days, serial, size, time = require_keys(
            unseal(KIND, data, log_keys), "days", "serial", "size", "time"
        )
        return HeadDays(
            serial=require_int(serial, least=1),
            time=require_int(time),
            size=require_int(size),
            rows=tuple(_read_row(row) for row in require_list(days)),
        )
    except HeadDaysError:
        raise
    except CodedError as error:
        raise HeadDaysError(error.code, str(error)) from error


def _read_row(row: object) -> tuple[int, int]:
    match row:
        case [size, day]:
            return require_int(size), require_int(day)
    raise HeadDaysError("bad_row", "a head is a size and a day")
