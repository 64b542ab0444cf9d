"""What people were granted. Reasons are read by nobody here but the list of those who grant."""

from collections.abc import Iterable

from django.db.models import F, Q, QuerySet

from lms.assessments.granted import NOTHING, Granted
from lms.assessments.models import Accommodation, Attempt, Exam
from lms.people.models import User


def granted_by_attempt(attempt: Attempt) -> Granted:
    """What an attempt carries."""
    return Granted(
        attempt.time_multiplier, attempt.break_seconds_allowed, attempt.large_print, attempt.read_aloud
    )


def granted_to(learner: User, exam: Exam) -> Granted:
    """What a person has in an exam: what was granted for it, else what was granted for all. One query."""
    return granted_in(exam, [learner.pk]).get(learner.pk, NOTHING)


def granted_in(exam: Exam, learners: Iterable[int] | None = None) -> dict[int, Granted]:
    """The same for many people, or for everybody, by the person's row number. One query."""
    rows = Accommodation.objects.filter(Q(exam=exam) | Q(exam=None), ended_at=None)
    if learners is not None:
        rows = rows.filter(learner__in=learners)
    # The grant for all exams first, so that the exam's own comes after it and replaces it.
    return {row.learner_id: effects_of(row) for row in rows.order_by(F("exam").asc(nulls_first=True))}


def granted_to_person(learner: User) -> dict[int | None, Granted]:
    """All that a person has, by the exam's row number; None for all exams. One query."""
    rows = Accommodation.objects.filter(learner=learner, ended_at=None)
    return {row.exam_id: effects_of(row) for row in rows}


def effects_of(row: Accommodation) -> Granted:
    return Granted(row.time_multiplier, row.break_minutes * 60, row.large_print, row.read_aloud)


def people_in_training() -> QuerySet[User]:
    """To whom something can be granted."""
    people: QuerySet[User] = User.objects.filter(is_active=True, enrolments__isnull=False)
    return people.distinct()
