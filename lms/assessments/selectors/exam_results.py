"""Where the results of an exam stand, in numbers."""

from dataclasses import dataclass

from django.db.models import Count, Q

from lms.assessments.enums import AttemptState
from lms.assessments.models import Attempt, Exam, Moderation

from .markers import waiting_markings

_S = AttemptState


@dataclass(frozen=True, slots=True)
class ExamResults:
    """How many attempts sit, wait for their hand-in to be finished, are marked by people, are ready to be released,
    and are released; and of these how many passed."""

    sitting: int
    closing: int
    with_people: int
    ready: int
    released: int
    passed: int
    #: Open answers in the markers' queue, and cases before a moderator.
    answers_waiting: int
    cases_open: int

    @property
    def failed(self) -> int:
        return self.released - self.passed


def exam_results(exam: Exam) -> ExamResults:
    """Three queries."""

    def among(*states: AttemptState) -> Count:
        return Count("pk", filter=Q(state__in=states))

    counts = Attempt.objects.filter(exam=exam).aggregate(
        sitting=among(_S.STARTED, _S.PAUSED),
        closing=among(_S.TIME_UP, _S.SYNC_OWED, _S.LATE_REVIEW, _S.SUBMITTED),
        with_people=among(_S.MODERATION),
        ready=among(_S.GRADED, _S.REGRADED),
        released=among(_S.RELEASED),
        passed=Count("pk", filter=Q(state=_S.RELEASED, is_passed=True)),
    )
    return ExamResults(
        **counts,
        answers_waiting=waiting_markings().filter(slot__attempt__exam=exam).count(),
        cases_open=Moderation.objects.filter(attempt__exam=exam, closed_at__isnull=True).count(),
    )
