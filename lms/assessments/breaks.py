"""Breaks that a candidate takes: what the operations log says of them.

A break runs from an op `break` to the next op `resume`, or to the next one on a question or to hand in: whoever
answers is not on a break. It is measured by what the phone's page counted, which no signal is needed for, so
a break may be taken and ended without one. What a phone claims is bounded three times: all breaks together by the
allowance, a single one by the time since the sitting began, and a break counts only if it is shown (`evidence`)
to have begun before the time was up. lms/assessments/static/assessments/js/breaks.js is the same for the phone.
All times are whole milliseconds.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import groupby

from .evidence import Limits, Received, latest_moment
from .oplog import ON_QUESTION

ENDING = ON_QUESTION | {"resume", "submit"}


@dataclass(frozen=True, slots=True)
class Rules:
    """`limits` without any break; `allowed`: of all breaks together; `started`: when the sitting began."""

    limits: Limits
    allowed: int
    started: int


@dataclass(frozen=True, slots=True)
class BreakTime:
    """`closed`: what the ended breaks took, of what is allowed. `running`: for how long one that was not ended
    had been running at its last op; None if none is."""

    closed: int = 0
    running: int | None = None

    @property
    def is_open(self) -> bool:
        return self.running is not None


class _Count:
    """The walk through one attempt's log, op by op."""

    def __init__(self, rules: Rules) -> None:
        self.rules = rules
        self.closed = 0
        self.running: int | None = None
        self.before: Received | None = None
        self.done_by: int | None = None

    @property
    def last(self) -> int:
        return self.rules.limits.last + self.closed

    def new_lease(self) -> None:
        """No phone's clock runs on into the next lease."""
        self.before = self.done_by = None

    def step(self, op: Received, across: Received | None) -> None:
        """`across`: the last op of the lease before, where `op` is the first of its own."""
        late = op.received > self.last
        self.done_by = latest_moment(self.before, op, self.done_by) if late else op.received
        if self.running is not None:
            self.running += max(0, _passed(self.before or across, op, is_same=self.before is not None))
            if op.kind in ENDING:
                self._end(op)
        elif op.kind == "break" and self.done_by is not None and self.done_by <= self.last:
            self.running = 0
        self.before = op

    def _end(self, op: Received) -> None:
        most = max(0, op.received - self.rules.started)
        rest = self.rules.allowed - self.closed
        self.closed += min(self.running or 0, most, rest)
        self.running = None


def count_breaks(logs: Iterable[tuple[int, Received]], rules: Rules) -> BreakTime:
    """What the breaks of an attempt took, from its ops as (lease, op), in whatever order they are given."""
    count, across = _Count(rules), None
    rows = sorted(logs, key=lambda row: (row[0], row[1].seq))
    for _lease, group in groupby(rows, key=lambda row: row[0]):
        count.new_lease()
        for _of, op in group:
            count.step(op, across)
            across = op
    return BreakTime(count.closed, count.running)


def _passed(before: Received | None, op: Received, *, is_same: bool) -> int:
    """The time between two ops: by the page's own clock, after a reload by the phone's, between two devices by the
    server's."""
    if before is None:
        return 0
    if not is_same:
        return op.received - before.received
    return op.t_wall - before.t_wall if op.is_page_load else op.t_mono - before.t_mono
