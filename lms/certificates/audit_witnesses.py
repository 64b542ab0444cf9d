"""What an audit learns from outside witnesses: when they had seen how much of the register.

A head that enough witnesses cosigned at time T says that at T nothing after its last entry was known
outside. An entry beyond it was added later, so that an issue beyond it dated more than a day before T
is back-dated, whatever the server's clock said.
"""

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate
from pathlib import Path

from lms.certificates.keyset import Keyset
from lms.register.audit import AuditReport
from lms.register.checkpoint import Checkpoint, open_checkpoint
from lms.register.cosignature import cosigners, quorum_time
from lms.register.days import DAY_SECONDS, day_at
from lms.register.errors import CodedError
from lms.register.export import CHECKPOINT, COSIGNED, HEADS

STALE_AFTER_SECONDS = 14 * DAY_SECONDS


@dataclass(frozen=True, slots=True)
class SeenHead:
    """A head and the Unix time by which enough witnesses had signed it; None while too few have."""

    place: str
    checkpoint: Checkpoint
    time: int | None


class Timeline:
    """Between which moments an entry was added, by what witnesses saw."""

    def __init__(self, heads: Sequence[SeenHead]) -> None:
        seen = sorted((head.checkpoint.size, head.time) for head in heads if head.time)
        self._sizes = [size for size, _time in seen]
        times = [time for _size, time in seen]
        self._times = list(accumulate(times, max))
        self._first_seen = list(accumulate(reversed(times), min))[::-1]

    def earliest_day(self, index: int) -> int:
        """The first day that entry `index` may bear, a day's grace included; 0 where nobody saw anything."""
        known = bisect_right(self._sizes, index)
        return day_at(self._times[known - 1] - DAY_SECONDS) if known else 0

    def latest_day(self, index: int) -> int | None:
        """The last day on which entry `index` can have been added, a day's grace included; None where nobody saw it."""
        known = bisect_right(self._sizes, index)
        return day_at(self._first_seen[known] + DAY_SECONDS) if known < len(self._sizes) else None


def read_heads(folder: Path, keyset: Keyset, report: AuditReport) -> list[SeenHead]:
    """The cosigned heads of an export. What is wrong with them is reported, and they are left out."""
    places = [f"{HEADS}/{path.name}" for path in sorted((folder / HEADS).glob("*"))]
    if (folder / COSIGNED).exists():
        places.append(COSIGNED)
    heads = [head for place in places if (head := _read_head(folder, place, keyset, report)) is not None]
    _audit_lines(folder, keyset, report)
    return heads


def audit_quorum(heads: Sequence[SeenHead], keyset: Keyset, now: int | None, report: AuditReport) -> None:
    """Whether the keyset's policy is kept: enough witnesses, on a head that is not old at `now`."""
    need = keyset.witnesses.need
    if need == 0:
        return
    times = [head.time for head in heads if head.time is not None and head.place == COSIGNED]
    if not times:
        report.add("not_cosigned", COSIGNED, f"no head bears the cosignatures of {need} witnesses")
    elif now is not None and now - max(times) > STALE_AFTER_SECONDS:
        report.add("cosigned_long_ago", COSIGNED, "the witnesses have seen nothing for a fortnight")


def _read_head(folder: Path, place: str, keyset: Keyset, report: AuditReport) -> SeenHead | None:
    try:
        note = (folder / place).read_bytes()
        checkpoint = open_checkpoint(note, [keyset.log])
        policy = keyset.witnesses
        time = quorum_time(note, policy.keys, policy.need) if policy.need else None
    except OSError:
        report.add("missing", place, "the file is missing or cannot be read")
        return None
    except CodedError as error:
        report.add(error.code, place, str(error))
        return None
    if place not in {COSIGNED, f"{HEADS}/{checkpoint.size}"}:
        report.add("wrong_head", place, f"it is the head at {checkpoint.size}")
    return SeenHead(place, checkpoint, time)


def _audit_lines(folder: Path, keyset: Keyset, report: AuditReport) -> None:
    """A wrong line of a known witness below the newest head is a lie even where no policy asks for it."""
    try:
        cosigners((folder / CHECKPOINT).read_bytes(), keyset.witnesses.keys)
    except OSError:
        return
    except CodedError as error:
        report.add(error.code, CHECKPOINT, str(error))
