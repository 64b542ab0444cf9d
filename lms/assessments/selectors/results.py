"""Results: what a learner may see of them, what a gate asks, what staff may read."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from django.db.models import Exists, OuterRef, QuerySet

from lms.assessments.enums import AttemptState, FeedbackPolicy
from lms.assessments.models import Attempt, Exam
from lms.assessments.policy import Standing, Verdict
from lms.assessments.scoring import percent
from lms.cascade.models import Enrolment
from lms.courses.models import Course
from lms.people.models import User

from .paper import read_paper
from .reviews import ReviewedQuestion, review_attempt
from .standing import attempts_of, standing_in


def passed_attempt(learner: User, course: Course) -> Attempt | None:
    """The best released attempt with which the learner passed an exam of the course, if there is one."""
    passed = Attempt.objects.filter(
        learner=learner, exam__course=course, state=AttemptState.RELEASED, is_passed=True
    )
    return max(passed, key=lambda attempt: (percent_of(attempt), -attempt.pk), default=None)


def passed_among(learners: Sequence[User], course: Course) -> set[int]:
    """Who of them has passed by a released result, as primary keys. One query."""
    passed = Attempt.objects.filter(
        learner__in=[learner.pk for learner in learners],
        exam__course=course,
        state=AttemptState.RELEASED,
        is_passed=True,
    )
    return set(passed.values_list("learner", flat=True))


def visible_attempts(user: User) -> QuerySet[Attempt]:
    """The attempts that a member of staff may read.

    All of them with the permission, else those of the people in the cohorts that the user teaches, in
    the exams of those cohorts' courses.
    """
    attempts = Attempt.objects.select_related("exam", "learner")
    if user.has_perm("assessments.view_every_attempt"):
        return attempts
    taught = Enrolment.objects.filter(
        cohort__trainer=user, learner=OuterRef("learner"), tier__course=OuterRef("exam__course")
    )
    return attempts.filter(Exists(taught))


def percent_of(attempt: Attempt) -> Decimal:
    """The share of marks earned, in per cent with one decimal, rounded down; zero before marking."""
    if attempt.marks is None or not attempt.max_marks:
        return Decimal(0)
    return percent(attempt.marks, attempt.max_marks)


@dataclass(frozen=True, slots=True)
class AreaScore:
    name: str
    marks: Decimal
    max_marks: Decimal


@dataclass(frozen=True, slots=True)
class ResultSheet:
    """What the learner may know of a handed-in attempt. Scores are empty until the result is released, and
    `questions` is empty unless the exam's feedback policy allows explanations now."""

    attempt: Attempt
    standing: Standing
    percent: Decimal
    count: int
    answered: int
    is_timed_out: bool
    areas: list[AreaScore]
    questions: list[ReviewedQuestion]


def result_sheet(attempt: Attempt, *, at: datetime) -> ResultSheet:
    """The result page of one attempt, in a fixed number of queries."""
    exam, learner = attempt.exam, attempt.learner
    standing = standing_in(exam, attempts_of(learner=learner, exam=exam), learner=learner, at=at)
    places = read_paper(attempt)
    is_shown = attempt.is_released
    return ResultSheet(
        attempt=attempt,
        standing=standing,
        percent=percent_of(attempt) if is_shown else Decimal(0),
        count=len(places),
        answered=sum(place.is_answered for place in places),
        is_timed_out=attempt.events.filter(to_state=AttemptState.TIME_UP).exists(),
        areas=_areas(attempt) if is_shown else [],
        questions=review_attempt(attempt) if may_see_explanations(attempt, exam, standing, at=at) else [],
    )


def may_see_explanations(attempt: Attempt, exam: Exam, standing: Standing, *, at: datetime) -> bool:
    """Whether right answers may be shown. Never before release, and never while the learner or, under
    AFTER_CLOSE, anyone else may still sit the exam."""
    if not attempt.is_released:
        return False
    if exam.feedback == FeedbackPolicy.WHEN_FINAL:
        return standing.verdict in (Verdict.PASSED, Verdict.NO_ATTEMPTS_LEFT)
    if exam.feedback == FeedbackPolicy.AFTER_CLOSE:
        return at > exam.over_at
    return False


def _areas(attempt: Attempt) -> list[AreaScore]:
    scores: dict[str, AreaScore] = {}
    slots = attempt.slots.filter(is_dropped=False).select_related("area")
    for slot in slots.order_by("area__order", "area__code"):
        name = slot.area.name
        sofar = scores.get(name, AreaScore(name, Decimal(0), Decimal(0)))
        scores[name] = AreaScore(
            name, sofar.marks + (slot.marks or Decimal(0)), sofar.max_marks + slot.max_marks
        )
    return list(scores.values())
