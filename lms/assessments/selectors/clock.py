"""What an attempt's row and log say of its time."""

from datetime import datetime

from lms.assessments.breaks import BreakTime, Rules, count_breaks
from lms.assessments.evidence import Limits, Received
from lms.assessments.models import Attempt, Operation
from lms.assessments.timing import deadline_for, to_ms

RECEIVED = ("seq", "slot", "kind", "t_mono", "t_wall", "prev_hash", "hash")


def deadline_of(
    attempt: Attempt, *, started_at: datetime | None = None, break_seconds: int | None = None
) -> datetime:
    """The deadline from all the time that the attempt was given, with the breaks that were taken, or others; of an
    attempt that starts now, from `started_at`.

    Raises ValueError for an attempt that was never started.
    """
    started_at = started_at or attempt.started_at
    breaks = attempt.break_seconds if break_seconds is None else break_seconds
    if started_at is None:
        raise ValueError("an attempt that was never started has no deadline")
    return deadline_for(
        started_at=started_at,
        base_seconds=attempt.base_seconds,
        multiplier=attempt.time_multiplier,
        extra_seconds=attempt.extra_seconds,
        pause_seconds=attempt.pause_seconds + breaks,
        credited_seconds=attempt.credited_seconds,
        closes_at=attempt.exam.closes_at,
        hard_close=attempt.exam.hard_close,
    )


def breaks_of(attempt: Attempt) -> BreakTime:
    """What the log says of the attempt's breaks. One query. Raises ValueError before the start."""
    rows = Operation.objects.filter(attempt=attempt).values("lease", "received_at", *RECEIVED)
    limits = Limits(to_ms(deadline_of(attempt, break_seconds=0)), attempt.grace_seconds * 1000)
    started = to_ms(attempt.started_at) if attempt.started_at else 0
    return count_breaks(
        (
            (
                row["lease"],
                Received(**{name: row[name] for name in RECEIVED}, received=to_ms(row["received_at"])),
            )
            for row in rows
        ),
        Rules(limits, attempt.break_seconds_allowed * 1000, started),
    )
