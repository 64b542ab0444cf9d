"""May this person start this exam now? Decided in one place, on plain data."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from .timing import next_attempt_at


class Verdict(StrEnum):
    CAN_START = "can_start"
    CAN_RESUME = "can_resume"
    ON_PAPER = "on_paper"
    PASSED = "passed"
    NOT_ENROLLED = "not_enrolled"
    AWAITING_RESULT = "awaiting_result"
    NO_ATTEMPTS_LEFT = "no_attempts_left"
    NOT_OPEN_YET = "not_open_yet"
    CLOSED = "closed"
    COOLING_OFF = "cooling_off"
    CLOSES_TOO_SOON = "closes_too_soon"


@dataclass(frozen=True, slots=True)
class Rules:
    """The attempts policy and the window of an exam."""

    max_attempts: int
    cool_off_hours: int
    opens_at: datetime
    closes_at: datetime


@dataclass(frozen=True, slots=True)
class PastAttempt:
    """What the policy needs to know of an attempt that counts. `is_passed` is None until released."""

    is_running: bool
    is_ready: bool
    ended_at: datetime | None
    is_passed: bool | None
    is_on_paper: bool = False


@dataclass(frozen=True, slots=True)
class Standing:
    """Where a person stands. `next_at` is from when a start becomes possible, where waiting helps."""

    verdict: Verdict
    attempts_used: int
    attempts_left: int
    next_at: datetime | None = None

    @property
    def is_welcome(self) -> bool:
        return self.verdict in (Verdict.CAN_START, Verdict.CAN_RESUME)


def standing(rules: Rules, past: Sequence[PastAttempt], *, is_enrolled: bool, now: datetime) -> Standing:
    """The first rule that decides, in the order in which a person would want to hear it.

    A running attempt can be resumed whatever else is true: its time is already counted. A frozen
    form that has not been started uses up an attempt only once it starts.
    """
    begun = [attempt for attempt in past if not attempt.is_ready]
    used = len(begun)
    left = max(0, rules.max_attempts - used)
    if any(attempt.is_on_paper for attempt in begun):
        return Standing(Verdict.ON_PAPER, used, left)
    verdict, next_at = _from_attempts(begun, left, is_enrolled=is_enrolled)
    if verdict is Verdict.CAN_START:
        verdict, next_at = _from_clock(rules, begun, now)
    return Standing(verdict, used, left, next_at)


def _from_attempts(
    begun: Sequence[PastAttempt], left: int, *, is_enrolled: bool
) -> tuple[Verdict, datetime | None]:
    if any(attempt.is_running for attempt in begun):
        return Verdict.CAN_RESUME, None
    if any(attempt.is_passed for attempt in begun):
        return Verdict.PASSED, None
    if not is_enrolled:
        return Verdict.NOT_ENROLLED, None
    if any(attempt.is_passed is None for attempt in begun):
        return Verdict.AWAITING_RESULT, None
    if not left:
        return Verdict.NO_ATTEMPTS_LEFT, None
    return Verdict.CAN_START, None


def _from_clock(rules: Rules, begun: Sequence[PastAttempt], now: datetime) -> tuple[Verdict, datetime | None]:
    if now >= rules.closes_at:
        return Verdict.CLOSED, None
    ends = [attempt.ended_at for attempt in begun if attempt.ended_at is not None]
    rested_at = next_attempt_at(max(ends), rules.cool_off_hours) if ends else rules.opens_at
    start_at = max(rested_at, rules.opens_at)
    if start_at >= rules.closes_at:
        return Verdict.CLOSES_TOO_SOON, None
    if now < rules.opens_at:
        return Verdict.NOT_OPEN_YET, start_at
    if now < start_at:
        return Verdict.COOLING_OFF, start_at
    return Verdict.CAN_START, None
