"""A sitting from the frozen form to the handed-in paper."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import IntegrityError, transaction
from django.db.models import Q, QuerySet
from django.utils import timezone

from lms.assessments import selectors
from lms.assessments.enums import OPEN_STATES, AttemptState
from lms.assessments.errors import AttemptChangedError, AttemptRefusedError
from lms.assessments.machine import By
from lms.assessments.messages import verdict_sentence
from lms.assessments.models import Attempt, Exam
from lms.assessments.policy import Verdict
from lms.assessments.selectors.clock import deadline_of
from lms.assessments.selectors.standing import counted
from lms.people.models import User

from .accommodations import apply_accommodation
from .closing import close_if_due, end_forgotten_pause, hand_in, is_due, mark_if_possible
from .lifecycle import lock_attempt, lock_own_attempt, move_attempt
from .preparing import freeze_form
from .release import release_due_results


def begin_attempt(
    *, exam_id: UUID, learner: User, holder: str, keeps_log: bool, at: datetime | None = None
) -> Attempt:
    """Start the exam with that public id, or go on with the attempt that is running. Five statements when the
    form was frozen before.

    Raises Exam.DoesNotExist for an exam that is none of the learner's business, AttemptRefusedError with the
    reason when the attempts policy says no, and ExamNotReadyError when the bank cannot fill the form.
    """
    at = at or timezone.now()
    attempts = list(_attempts(learner).filter(exam__public_id=exam_id))
    exam = attempts[0].exam if attempts else Exam.objects.get(public_id=exam_id)
    attempt = _open_attempt(exam, learner, attempts, at)
    # Read with the attempts; spares the statement that would fetch them.
    attempt.exam, attempt.learner = exam, learner
    return start_attempt(attempt=attempt, holder=holder, keeps_log=keeps_log, at=at)


def create_attempt(*, exam: Exam, learner: User, at: datetime | None = None) -> Attempt:
    """The learner's open attempt: the one there is, else a new one with its form frozen.

    Two requests at once get the same attempt. Raises AttemptRefusedError with the reason when the
    attempts policy says no, and ExamNotReadyError when the bank cannot fill the form.
    """
    attempts = list(_attempts(learner).filter(exam=exam))
    return _open_attempt(exam, learner, attempts, at or timezone.now())


def _attempts(learner: User) -> QuerySet[Attempt]:
    return Attempt.objects.filter(learner=learner).select_related("exam").order_by("number")


def _open_attempt(exam: Exam, learner: User, attempts: Sequence[Attempt], at: datetime) -> Attempt:
    past = counted(attempts)
    standing = selectors.standing_in(exam, past, learner=learner, at=at)
    if not standing.is_welcome:
        raise AttemptRefusedError(verdict_sentence(standing.verdict, standing.next_at))
    ready = next((attempt for attempt in past if attempt.is_open), None)
    if ready is not None:
        return ready
    number = 1 + max((attempt.number for attempt in attempts), default=0)
    try:
        with transaction.atomic():
            return freeze_form(exam=exam, learner=learner, number=number, at=at)
    except IntegrityError:
        won = Attempt.objects.filter(exam=exam, learner=learner, state__in=OPEN_STATES).first()
        if won is None:
            raise
        return won


def start_attempt(
    *, attempt: Attempt, holder: str = "", keeps_log: bool = False, at: datetime | None = None
) -> Attempt:
    """Start the clock, once, and give the first lease; starting again returns the attempt as it is.

    `holder` names the browser, which `keeps_log` itself or sends plain forms. Raises AttemptRefusedError
    outside of the exam's window.
    """
    at = at or timezone.now()
    try:
        with transaction.atomic():
            return _start(attempt, holder=holder, keeps_log=keeps_log, at=at)
    except AttemptChangedError:
        with transaction.atomic():
            return _start(lock_attempt(pk=attempt.pk), holder=holder, keeps_log=keeps_log, at=at)


def _start(attempt: Attempt, *, holder: str, keeps_log: bool, at: datetime) -> Attempt:
    if attempt.state == AttemptState.ON_PAPER:
        raise AttemptRefusedError(verdict_sentence(Verdict.ON_PAPER))
    if attempt.state != AttemptState.READY:
        return lock_attempt(pk=attempt.pk)
    exam = attempt.exam
    if not exam.is_open_at(at):
        verdict = Verdict.CLOSED if at >= exam.closes_at else Verdict.NOT_OPEN_YET
        raise AttemptRefusedError(verdict_sentence(verdict, exam.opens_at))
    # Of a grant and the freezing of the form at once, neither may have seen the other.
    apply_accommodation(attempt=attempt, at=at)
    deadline = deadline_of(attempt, started_at=at)
    move_attempt(
        attempt=attempt,
        to=AttemptState.STARTED,
        at=at,
        by=By.CANDIDATE,
        actor=attempt.learner,
        started_at=at,
        deadline=deadline,
        lease=attempt.lease + 1,
        holder=holder,
        keeps_log=keeps_log,
        last_contact_at=at,
    )
    return attempt


def submit_attempt(*, attempt: Attempt, at: datetime | None = None) -> Attempt:
    """Hand in what the server has. Doing it again, or after the time is up, changes nothing and returns what
    was handed in.

    Raises AttemptRefusedError for an attempt that was never started, is paused, or is sat on paper.
    """
    with transaction.atomic():
        attempt = _submit(lock_attempt(pk=attempt.pk), at or timezone.now())
    return _handed_in(attempt)


def submit_own_attempt(*, attempt_id: UUID, learner: User, at: datetime | None = None) -> Attempt:
    """The same for a person's own attempt by its public id. Raises Attempt.DoesNotExist for any other."""
    with transaction.atomic():
        attempt = _submit(lock_own_attempt(public_id=attempt_id, learner=learner), at or timezone.now())
    return _handed_in(attempt)


def _submit(attempt: Attempt, at: datetime) -> Attempt:
    if not close_if_due(attempt=attempt, at=at) and attempt.state == AttemptState.STARTED:
        hand_in(attempt=attempt, at=at, by=By.CANDIDATE, actor=attempt.learner)
    return attempt


def _handed_in(attempt: Attempt) -> Attempt:
    if attempt.is_open or attempt.state == AttemptState.NOT_TAKEN:
        raise AttemptRefusedError
    return attempt


def refresh_attempt(*, attempt: Attempt, at: datetime | None = None) -> Attempt:
    """The attempt, closed first if its time is up: what every page does before it shows anything."""
    at = at or timezone.now()
    if not is_due(attempt, at):
        return attempt
    with transaction.atomic():
        attempt = lock_attempt(pk=attempt.pk)
        close_if_due(attempt=attempt, at=at)
    return attempt


@dataclass(slots=True)
class SweepReport:
    """How many attempts a sweep closed, marked at last, and wrote off as not taken; how many forgotten pauses
    it ended; and how many results it released."""

    handed_in: int = 0
    marked: int = 0
    not_taken: int = 0
    resumed: int = 0
    released: int = 0


def sweep_due_attempts(*, at: datetime | None = None) -> SweepReport:
    """Close what is due: attempts after their deadline and grace, waits for unsent answers whose window has
    passed, forms that nobody started before the exam closed, pauses that nobody ended, and handed-in attempts
    whose marking failed before. Release the results that were held until now. Two sweeps at once do everything
    once."""
    at = at or timezone.now()
    report = SweepReport()
    attempts = Attempt.objects.order_by("pk")
    forgotten = Q(exam__closes_at__lt=at) | Q(is_on_break=True)
    for pk in _keys(attempts.filter(forgotten, state=AttemptState.PAUSED)):
        with transaction.atomic():
            report.resumed += end_forgotten_pause(attempt=lock_attempt(pk=pk), at=at)
    due = attempts.filter(state__in=[AttemptState.STARTED, AttemptState.SYNC_OWED], deadline__lt=at)
    for pk in _keys(due):
        with transaction.atomic():
            report.handed_in += _close(lock_attempt(pk=pk), at)
    for pk in _keys(attempts.filter(state=AttemptState.READY, exam__closes_at__lte=at)):
        with transaction.atomic():
            report.not_taken += _write_off(lock_attempt(pk=pk), at)
    for pk in _keys(attempts.filter(state=AttemptState.SUBMITTED)):
        with transaction.atomic():
            report.marked += mark_if_possible(attempt=lock_attempt(pk=pk), at=at)
    report.released = release_due_results(at=at)
    return report


def _keys(attempts: QuerySet[Attempt]) -> list[int]:
    return list(attempts.values_list("pk", flat=True))


def _close(attempt: Attempt, at: datetime) -> bool:
    return is_due(attempt, at) and close_if_due(attempt=attempt, at=at)


def _write_off(attempt: Attempt, at: datetime) -> bool:
    if attempt.state != AttemptState.READY:
        return False
    move_attempt(
        attempt=attempt, to=AttemptState.NOT_TAKEN, at=at, reason="The exam closed before it was started."
    )
    return True
