"""Attempts that this process has read for a batch, so that the next batch need not read them again.

What is remembered may be out of date at any moment, and whoever uses it writes with a statement that asks the
database whether it is still so (`services.log.append`).
"""

from uuid import UUID

from lms.assessments.enums import AttemptState
from lms.assessments.models import Attempt

#: Several exam halls; with their learners about 4 kB each.
MOST = 4096

_attempts: dict[UUID, Attempt] = {}


def recall(attempt_id: UUID, learner_id: int) -> Attempt | None:
    """A person's attempt as it was not long ago, if it was read here."""
    attempt = _attempts.get(attempt_id)
    return attempt if attempt is not None and attempt.learner_id == learner_id else None


def remember(attempt: Attempt) -> None:
    """Keep an attempt for its next batches. One with breaks also answers about its exam, which nothing watches over."""
    if attempt.state != AttemptState.STARTED or attempt.break_seconds_allowed:
        _attempts.pop(attempt.public_id, None)
        return
    if len(_attempts) >= MOST:
        _attempts.clear()
    _attempts[attempt.public_id] = attempt
