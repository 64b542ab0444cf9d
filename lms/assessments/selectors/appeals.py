"""Where a learner stands with an appeal against a result."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from lms.assessments.enums import AttemptState
from lms.assessments.models import Appeal, Attempt


@dataclass(frozen=True, slots=True)
class AppealStanding:
    """`until` is the last moment for an appeal against the present result, None where none is possible; `appeals`
    are those filed so far, newest first."""

    until: datetime | None
    appeals: list[Appeal]


def appeal_standing(attempt: Attempt, *, at: datetime) -> AppealStanding:
    """One query for a result that was released, none for others."""
    if attempt.released_at is None:
        return AppealStanding(None, [])
    appeals = list(attempt.appeals.order_by("-filed_at", "-pk"))
    days, until = attempt.exam.appeal_days, None
    last = attempt.released_at + timedelta(days=days)
    is_open = any(appeal.decided_at is None for appeal in appeals)
    was_filed = any(appeal.released_at == attempt.released_at for appeal in appeals)
    if attempt.state == AttemptState.RELEASED and days and at <= last and not (is_open or was_filed):
        until = last
    return AppealStanding(until, appeals)
