"""Letting learners see results that wait for nothing but their release."""

from datetime import datetime

from django.db import transaction
from django.utils import timezone

from lms.assessments.enums import AttemptState
from lms.assessments.machine import By
from lms.assessments.models import Attempt, Exam
from lms.people.models import User

from .lifecycle import lock_attempt, move_attempt
from .marking import may_release

#: A marked attempt that rests in one of these waits for its release alone.
READY_STATES = (AttemptState.GRADED, AttemptState.REGRADED)


@transaction.atomic
def release_results(*, exam: Exam, actor: User, at: datetime | None = None) -> int:
    """Release every final result of the exam at the same moment; how many. Those that are still being marked or
    moderated follow with the next release."""
    at = at or timezone.now()
    ready = Attempt.objects.filter(exam=exam, state__in=READY_STATES).order_by("pk")
    released = 0
    for attempt in ready.select_related("exam", "learner").select_for_update(of=("self",)):
        move_attempt(
            attempt=attempt, to=AttemptState.RELEASED, at=at, by=By.EXAMINER, actor=actor, released_at=at
        )
        released += 1
    return released


def release_due_results(*, at: datetime | None = None) -> int:
    """Release what the rules of the exams let out by now; how many. Two at once release everything once."""
    at = at or timezone.now()
    waiting = Attempt.objects.filter(state__in=READY_STATES)
    exams = Exam.objects.filter(pk__in=waiting.values("exam"))
    due = [exam.pk for exam in exams if may_release(exam, at)]
    released = 0
    for pk in list(waiting.filter(exam__in=due).order_by("pk").values_list("pk", flat=True)):
        with transaction.atomic():
            attempt = lock_attempt(pk=pk)
            if attempt.state in READY_STATES:
                move_attempt(attempt=attempt, to=AttemptState.RELEASED, at=at, released_at=at)
                released += 1
    return released
