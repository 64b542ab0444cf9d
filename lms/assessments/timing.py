"""The exam clock, on the server's time only.

    deadline = started + base × multiplier + extra + pauses and breaks + credited outage

cut at the closing time only by `hard_close`,

and an answer that was on its way still counts for a grace period after it. What a phone could not send
is taken for a day longer, under the rules of `evidence`. All moments are aware datetimes, all durations
whole seconds; what travels to the phone is whole milliseconds since 1970.
"""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from fractions import Fraction
from math import ceil

#: For how long after the deadline operations that could not be sent are taken (evidence class B, or C).
SYNC_WINDOW_SECONDS = 24 * 3600

#: What a person's time may be multiplied by.
LEAST_MULTIPLIER, MOST_MULTIPLIER = Decimal("1.0"), Decimal("3.0")

#: A wall clock that moves this much against the monotonic one was set, or the phone slept.
JUMP_MS = 5_000

#: Without a word from the device that holds the lease for so long, another one may take it over.
SILENCE_SECONDS = 90


class NaiveDatetimeError(ValueError):
    """A moment without a time zone cannot be compared with a deadline."""


def multiplied_seconds(base_seconds: int, multiplier: Decimal) -> int:
    """The time of an exam for somebody whose time is multiplied, rounded up to a whole second.

    Raises ValueError for a multiplier below 1 or above 3.
    """
    if not LEAST_MULTIPLIER <= multiplier <= MOST_MULTIPLIER:
        raise ValueError("time is multiplied by 1 to 3")
    return ceil(base_seconds * Fraction(multiplier))


def deadline_for(
    *,
    started_at: datetime,
    base_seconds: int,
    multiplier: Decimal = LEAST_MULTIPLIER,
    extra_seconds: int = 0,
    pause_seconds: int = 0,
    credited_seconds: int = 0,
    closes_at: datetime,
    hard_close: bool,
) -> datetime:
    """When the time of an attempt that started at `started_at` is up. `pause_seconds`: of pauses and breaks.

    Raises ValueError for a negative duration, and for a multiplier below 1 or above 3. With `hard_close` the
    result is never later than `closes_at`, and never earlier than `started_at`.
    """
    _require_aware(started_at, closes_at)
    durations = (base_seconds, extra_seconds, pause_seconds, credited_seconds)
    if min(durations) < 0:
        raise ValueError("durations are never negative")
    durations = (multiplied_seconds(base_seconds, multiplier), *durations[1:])
    full = started_at + timedelta(seconds=sum(durations))
    return max(started_at, min(full, closes_at)) if hard_close else full


def allowed_seconds(
    *,
    now: datetime,
    base_seconds: int,
    multiplier: Decimal = LEAST_MULTIPLIER,
    extra_seconds: int = 0,
    closes_at: datetime,
    hard_close: bool,
) -> int:
    """The time an attempt would really have if it started now: what the start page must promise, no more."""
    deadline = deadline_for(
        started_at=now,
        base_seconds=base_seconds,
        multiplier=multiplier,
        extra_seconds=extra_seconds,
        closes_at=closes_at,
        hard_close=hard_close,
    )
    return int((deadline - now).total_seconds())


def remaining_seconds(deadline: datetime, now: datetime) -> int:
    """Seconds until the deadline, rounded up, never negative: zero means that the time is up."""
    _require_aware(deadline, now)
    return max(0, ceil((deadline - now).total_seconds()))


def last_moment(deadline: datetime, grace_seconds: int) -> datetime:
    """The latest moment at which an answer is still accepted."""
    _require_aware(deadline)
    if grace_seconds < 0:
        raise ValueError("a grace period is never negative")
    return deadline + timedelta(seconds=grace_seconds)


def is_accepting(deadline: datetime, grace_seconds: int, now: datetime) -> bool:
    """Whether an answer received now still counts; the last moment itself does."""
    _require_aware(now)
    return now <= last_moment(deadline, grace_seconds)


def sync_until(deadline: datetime) -> datetime:
    """Until when what the phone could not send is waited for."""
    _require_aware(deadline)
    return deadline + timedelta(seconds=SYNC_WINDOW_SECONDS)


def paused_seconds(paused_at: datetime, resumed_at: datetime) -> int:
    """What a pause gives back, rounded up; a clock that went backwards gives nothing."""
    return remaining_seconds(resumed_at, paused_at)


def next_attempt_at(last_ended_at: datetime, cool_off_hours: int) -> datetime:
    """From when on another attempt may start."""
    _require_aware(last_ended_at)
    return last_ended_at + timedelta(hours=cool_off_hours)


def wait_seconds(last_contact_at: datetime, now: datetime) -> int:
    """How long another device must still wait before it may take the lease over; zero: it may."""
    return remaining_seconds(last_contact_at + timedelta(seconds=SILENCE_SECONDS), now)


def to_ms(moment: datetime) -> int:
    """Milliseconds since 1970, rounded down."""
    _require_aware(moment)
    return (moment - datetime(1970, 1, 1, tzinfo=UTC)) // timedelta(milliseconds=1)


def has_jumped(mono_ms: int, wall_ms: int) -> bool:
    """Whether over the same stretch the wall clock moved otherwise than the monotonic one: more than 5 s."""
    return abs(wall_ms - mono_ms) > JUMP_MS


def _require_aware(*moments: datetime) -> None:
    if any(moment.utcoffset() is None for moment in moments):
        raise NaiveDatetimeError("exam times need a time zone")
