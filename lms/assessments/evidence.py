"""How sure the server can be that an operation was done in time.

* **A**: received by the deadline and its grace.
* **B**: received within the sync window (24 h after the deadline), in a chain unbroken since the last contact,
  and done in time by the phone's monotonic clock counted from that contact.
* **P**: keyed from paper by two people, and handed in by the deadline and its grace as the paper says.
* **C**: anything else. Two different people decide whether such answers count.

An op was done before it was received; so the last contact, at the server's time, bounds it from above, and
every later op of the same page load adds the monotonic time that passed between. The monotonic clock starts
again when the page is loaded (an op `view` with slot 0); over such a gap only the wall clock saw the time,
so the difference of wall times is added, and a wall clock that went backwards there ends class B, as does a
claim of more time than the server has seen pass. Otherwise the wall clock does not matter.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum

from .oplog import ON_QUESTION, PAPER
from .timing import JUMP_MS, SYNC_WINDOW_SECONDS

SYNC_WINDOW_MS = SYNC_WINDOW_SECONDS * 1000


class Evidence(StrEnum):
    A = "A"
    B = "B"
    C = "C"
    P = "P"


@dataclass(frozen=True, slots=True)
class Received:
    """An op of a lease with the moment it reached the server; times in milliseconds."""

    seq: int
    slot: int
    kind: str
    t_mono: int
    t_wall: int
    prev_hash: str
    hash: str
    received: int

    @property
    def is_page_load(self) -> bool:
        return self.kind == "view" and self.slot == 0


@dataclass(frozen=True, slots=True)
class Limits:
    """Until when answers count, in milliseconds: the deadline as it is now, with all time given, and the grace."""

    deadline: int
    grace: int

    @property
    def last(self) -> int:
        return self.deadline + self.grace

    @property
    def sync_until(self) -> int:
        return self.deadline + SYNC_WINDOW_MS


def classify(log: Iterable[Received], limits: Limits) -> dict[int, Evidence]:
    """The class of every op of one lease, by seq."""
    ops = sorted(log, key=lambda op: op.seq)
    if ops and ops[0].kind == PAPER:
        found = Evidence.P if ops[0].t_wall <= limits.last else Evidence.C
        return {op.seq: found for op in ops}
    classes: dict[int, Evidence] = {}
    done_by: int | None = None
    before: Received | None = None
    for op in ops:
        if op.received <= limits.last:
            classes[op.seq] = Evidence.A
            done_by = op.received
        else:
            done_by = latest_moment(before, op, done_by)
            is_shown = done_by is not None and done_by <= limits.last and op.received <= limits.sync_until
            classes[op.seq] = Evidence.B if is_shown else Evidence.C
        before = op
    return classes


def needs_people(log: Sequence[Received], classes: dict[int, Evidence]) -> bool:
    """Whether an answer is among the ops that only people can judge."""
    return any(op.kind in ON_QUESTION and classes[op.seq] is Evidence.C for op in log)


def latest_moment(before: Received | None, op: Received, done_by: int | None) -> int | None:
    """The latest moment at which a late op can have been done, if the one before it was done by `done_by`; None
    if nothing shows it."""
    if before is None or done_by is None:
        return None
    if op.seq != before.seq + 1 or op.prev_hash != before.hash:
        return None
    passed = op.t_wall - before.t_wall if op.is_page_load else op.t_mono - before.t_mono
    if passed < (-JUMP_MS if op.is_page_load else 0):
        return None
    moment = done_by + max(0, passed)
    return moment if moment <= op.received + JUMP_MS else None
