"""Granting accommodations in tests, through the service as everywhere else."""

from datetime import datetime
from decimal import Decimal
from typing import Any

from lms.assessments.granted import Granted
from lms.assessments.models import Accommodation, Exam
from lms.assessments.services.accommodations import grant_accommodation
from lms.people.models import User

from .assessments import NOON
from .people import UserFactory

SECRET = "Certificate of Dr Salma about an eye disease"


def grant(
    learner: User,
    exam: Exam | None = None,
    *,
    multiplier: str = "1",
    break_minutes: int = 0,
    at: datetime = NOON,
    actor: User | None = None,
    reason: str = SECRET,
    **aids: Any,
) -> Accommodation:
    granted = Granted(Decimal(multiplier), break_minutes * 60, **aids)
    return grant_accommodation(
        learner=learner, exam=exam, granted=granted, reason=reason, actor=actor or UserFactory(), at=at
    )
