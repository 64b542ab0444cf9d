"""The attempts policy: how often, how soon, and in which window."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lms.assessments.policy import PastAttempt, Rules, Standing, Verdict, standing

OPENS = datetime(2026, 3, 1, 8, 0, tzinfo=UTC)
CLOSES = OPENS + timedelta(days=10)
NOW = OPENS + timedelta(days=2)
RULES = Rules(max_attempts=2, cool_off_hours=24, opens_at=OPENS, closes_at=CLOSES)


def failed(hours_ago: float, *, is_passed: bool | None = False) -> PastAttempt:
    return PastAttempt(
        is_running=False, is_ready=False, ended_at=NOW - timedelta(hours=hours_ago), is_passed=is_passed
    )


RUNNING = PastAttempt(is_running=True, is_ready=False, ended_at=None, is_passed=None)
READY = PastAttempt(is_running=False, is_ready=True, ended_at=None, is_passed=None)


def stand(
    *past: PastAttempt, now: datetime = NOW, is_enrolled: bool = True, rules: Rules = RULES
) -> Standing:
    return standing(rules, past, is_enrolled=is_enrolled, now=now)


def test_somebody_enrolled_may_start_inside_the_window() -> None:
    assert stand() == Standing(Verdict.CAN_START, attempts_used=0, attempts_left=2)


def test_a_frozen_form_uses_up_no_attempt_before_it_starts() -> None:
    assert stand(READY) == Standing(Verdict.CAN_START, attempts_used=0, attempts_left=2)


def test_a_running_attempt_can_be_resumed_whatever_else_is_true() -> None:
    assert stand(RUNNING, now=CLOSES + timedelta(days=1), is_enrolled=False).verdict is Verdict.CAN_RESUME


@pytest.mark.parametrize(
    ("past", "enrolled", "now", "verdict"),
    [
        ([], False, NOW, Verdict.NOT_ENROLLED),
        ([failed(30, is_passed=True)], True, NOW, Verdict.PASSED),
        ([failed(30, is_passed=True)], False, NOW, Verdict.PASSED),
        ([failed(30, is_passed=None)], True, NOW, Verdict.AWAITING_RESULT),
        ([failed(60), failed(30)], True, NOW, Verdict.NO_ATTEMPTS_LEFT),
        ([], True, OPENS - timedelta(seconds=1), Verdict.NOT_OPEN_YET),
        ([], True, OPENS, Verdict.CAN_START),
        ([], True, CLOSES, Verdict.CLOSED),
        ([failed(23)], True, NOW, Verdict.COOLING_OFF),
        ([failed(24)], True, NOW, Verdict.CAN_START),
        ([failed(-180)], True, NOW, Verdict.CLOSES_TOO_SOON),
    ],
)
def test_the_first_rule_that_decides_is_told(
    past: list[PastAttempt], enrolled: bool, now: datetime, verdict: Verdict
) -> None:
    assert stand(*past, now=now, is_enrolled=enrolled).verdict is verdict


def test_cooling_off_says_from_when_another_attempt_is_possible() -> None:
    assert stand(failed(1)).next_at == NOW + timedelta(hours=23)


def test_not_open_yet_says_when_it_opens() -> None:
    assert stand(now=OPENS - timedelta(days=1)).next_at == OPENS


@given(
    used=st.integers(0, 5),
    hours=st.floats(0, 400),
    cool_off=st.integers(0, 400),
    enrolled=st.booleans(),
    day=st.integers(-5, 15),
)
def test_a_start_is_never_allowed_against_any_rule(
    *, used: int, hours: float, cool_off: int, enrolled: bool, day: int
) -> None:
    now = OPENS + timedelta(days=day)
    rules = Rules(max_attempts=3, cool_off_hours=cool_off, opens_at=OPENS, closes_at=CLOSES)
    ended_at = now - timedelta(hours=hours)
    past = [PastAttempt(is_running=False, is_ready=False, ended_at=ended_at, is_passed=False)] * used
    result = stand(*past, now=now, is_enrolled=enrolled, rules=rules)
    if result.verdict is Verdict.CAN_START:
        assert enrolled
        assert used < 3
        assert OPENS <= now < CLOSES
        assert not used or ended_at + timedelta(hours=cool_off) <= now
    if result.next_at is not None:
        later = standing(rules, past, is_enrolled=enrolled, now=result.next_at)
        assert later.verdict is Verdict.CAN_START
