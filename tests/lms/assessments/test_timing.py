"""The exam clock: deadlines are decided once, on the server's time, and never promise more than there is."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lms.assessments.timing import (
    NaiveDatetimeError,
    allowed_seconds,
    deadline_for,
    is_accepting,
    last_moment,
    next_attempt_at,
    remaining_seconds,
)

START = datetime(2026, 3, 1, 10, 0, tzinfo=UTC)
moments = st.datetimes(
    min_value=datetime(2025, 1, 1), max_value=datetime(2030, 1, 1), timezones=st.timezones()
)
seconds = st.integers(0, 100_000)


def test_deadline_is_start_plus_base_plus_extra() -> None:
    deadline = deadline_for(
        started_at=START, base_seconds=1800, extra_seconds=600, closes_at=START, hard_close=False
    )
    assert deadline == START + timedelta(minutes=40)


def test_deadline_is_cut_by_the_window_only_with_hard_close() -> None:
    closes_at = START + timedelta(minutes=12)
    cut = deadline_for(started_at=START, base_seconds=1800, closes_at=closes_at, hard_close=True)
    whole = deadline_for(started_at=START, base_seconds=1800, closes_at=closes_at, hard_close=False)
    assert cut == closes_at
    assert whole == START + timedelta(minutes=30)


@given(started_at=moments, base=seconds, extra=seconds, closes_at=moments, hard=st.booleans())
def test_deadline_lies_between_the_start_and_the_full_time(
    *, started_at: datetime, base: int, extra: int, closes_at: datetime, hard: bool
) -> None:
    deadline = deadline_for(
        started_at=started_at, base_seconds=base, extra_seconds=extra, closes_at=closes_at, hard_close=hard
    )
    assert started_at <= deadline <= started_at + timedelta(seconds=base + extra)
    if hard and closes_at > started_at:
        assert deadline <= closes_at


@given(now=moments, base=seconds, closes_at=moments, hard=st.booleans())
def test_allowed_seconds_is_what_a_start_now_really_gives(
    now: datetime, base: int, closes_at: datetime, hard: bool
) -> None:
    promised = allowed_seconds(now=now, base_seconds=base, closes_at=closes_at, hard_close=hard)
    deadline = deadline_for(started_at=now, base_seconds=base, closes_at=closes_at, hard_close=hard)
    assert timedelta(0) <= deadline - now - timedelta(seconds=promised) < timedelta(seconds=1)


def test_remaining_seconds_is_rounded_up_and_never_negative() -> None:
    assert remaining_seconds(START, START - timedelta(seconds=1, milliseconds=1)) == 2
    assert remaining_seconds(START, START) == 0
    assert remaining_seconds(START, START + timedelta(hours=1)) == 0


@given(deadline=moments, grace=st.integers(0, 600), late=st.timedeltas(timedelta(days=-2), timedelta(days=2)))
def test_an_answer_is_accepted_exactly_until_the_grace_ends(
    deadline: datetime, grace: int, late: timedelta
) -> None:
    assert is_accepting(deadline, grace, deadline + late) == (late <= timedelta(seconds=grace))
    assert is_accepting(deadline, grace, last_moment(deadline, grace))


def test_the_zone_of_a_moment_makes_no_difference() -> None:
    tripoli = START.astimezone(tz=datetime.now().astimezone().tzinfo)
    assert remaining_seconds(tripoli, START - timedelta(minutes=1)) == 60


def test_a_moment_without_zone_is_refused() -> None:
    naive = START.replace(tzinfo=None)
    with pytest.raises(NaiveDatetimeError):
        remaining_seconds(START, naive)
    with pytest.raises(NaiveDatetimeError):
        deadline_for(started_at=naive, base_seconds=1, closes_at=START, hard_close=False)
    with pytest.raises(NaiveDatetimeError):
        next_attempt_at(naive, 1)


def test_negative_durations_are_refused() -> None:
    with pytest.raises(ValueError, match="negative"):
        deadline_for(started_at=START, base_seconds=-1, closes_at=START, hard_close=False)
    with pytest.raises(ValueError, match="negative"):
        last_moment(START, -1)
