"""The invigilators' board: who sits an exam now, when they were last heard of, and what their phones still hold."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property
from typing import Any
from uuid import UUID

from django.db.models import Count, Exists, Max, OuterRef, Q, QuerySet, Subquery

from lms.assessments.enums import OPEN_STATES, AttemptState, OperationKind
from lms.assessments.machine import OWING, RUNNING
from lms.assessments.models import Attempt, Exam, Operation
from lms.assessments.timing import SILENCE_SECONDS, is_accepting, remaining_seconds
from lms.people.models import User

from .log import effective_deadline
from .results import visible_attempts

#: Attempts handed in before this many hours are history and no longer the board's.
HOURS_SHOWN = 24
WAITING = (*OWING, AttemptState.LATE_REVIEW)


@dataclass(frozen=True)
class Seat:
    """One candidate's row."""

    attempt: Attempt
    at: datetime

    @property
    def is_running(self) -> bool:
        return self.attempt.state in RUNNING and not self.is_over

    @property
    def is_over(self) -> bool:
        """Whether the time of a sitting that nobody has closed yet is up: it sits no longer, and is not silent."""
        attempt = self.attempt
        if attempt.state != AttemptState.STARTED or attempt.deadline is None:
            return False
        return not is_accepting(attempt.deadline, attempt.grace_seconds, self.at)

    @property
    def is_waiting(self) -> bool:
        return self.attempt.state in WAITING or self.is_over

    @property
    def deadline(self) -> datetime | None:
        return effective_deadline(self.attempt, self.at)

    @property
    def minutes_left(self) -> int | None:
        """Whole minutes, rounded up; None for an attempt without a running clock."""
        if self.deadline is None or not self.is_running:
            return None
        return -(-remaining_seconds(self.deadline, self.at) // 60)

    @cached_property
    def heard_at(self) -> datetime | None:
        """When the server last had anything from the candidate's device."""
        moments = (self.attempt.last_contact_at, getattr(self.attempt, "last_operation_at", None))
        return max((moment for moment in moments if moment), default=None)

    @property
    def minutes_silent(self) -> int | None:
        if self.heard_at is None:
            return None
        return max(0, int((self.at - self.heard_at).total_seconds()) // 60)

    @property
    def is_silent(self) -> bool:
        """Whether a running attempt has not been heard of for longer than a phone with a signal would stay still."""
        if self.attempt.state != AttemptState.STARTED or self.is_over or self.heard_at is None:
            return False
        return self.at - self.heard_at > timedelta(seconds=SILENCE_SECONDS)

    @property
    def answered(self) -> int:
        return int(getattr(self.attempt, "answered", None) or 0)

    @property
    def questions(self) -> int:
        return int(getattr(self.attempt, "questions", 0))


@dataclass(frozen=True)
class Board:
    """The seats of one exam, in the order in which they need a look: silent, waiting, running, to come, done."""

    exam: Exam
    at: datetime
    seats: tuple[Seat, ...]

    def _count(self, states: Iterable[str]) -> int:
        return sum(seat.attempt.state in states for seat in self.seats)

    @property
    def ready(self) -> int:
        return self._count([AttemptState.READY, AttemptState.ON_PAPER])

    @property
    def running(self) -> int:
        return sum(seat.is_running for seat in self.seats)

    @property
    def silent(self) -> int:
        return sum(seat.is_silent for seat in self.seats)

    @property
    def waiting(self) -> int:
        return sum(seat.is_waiting for seat in self.seats)

    @property
    def done(self) -> int:
        return len(self.seats) - self.ready - self.running - self.waiting


def invigilated(user: User) -> QuerySet[Attempt]:
    """The attempts that the user may invigilate: those the user may see, and never the user's own."""
    if not user.has_perm("assessments.invigilate_attempt"):
        return Attempt.objects.none()
    return visible_attempts(user).exclude(learner=user)


def exams_to_invigilate(user: User, *, at: datetime) -> QuerySet[Exam]:
    """The exams with attempts of the user's that are not history yet, with how many are running."""
    shown = invigilated(user).filter(_on_board(at), exam=OuterRef("pk"))
    running = (
        invigilated(user)
        .filter(exam=OuterRef("pk"), state__in=RUNNING)
        .order_by()
        .values("exam")
        .annotate(count=Count("pk"))
        .values("count")
    )
    return Exam.objects.filter(Exists(shown)).select_related("course").annotate(running=Subquery(running))


def board(user: User, exam: Exam, *, at: datetime) -> Board:
    """The board of an exam for a user. Four queries, whatever the number of candidates."""
    attempts = (
        invigilated(user)
        .filter(_on_board(at), exam=exam)
        .select_related("learner__municipality")
        .annotate(
            last_operation_at=Subquery(_operations().annotate(last=Max("received_at")).values("last")),
            answered=Subquery(
                _operations()
                .filter(kind=OperationKind.ANSWER)
                .annotate(count=Count("slot", distinct=True))
                .values("count")
            ),
            questions=Count("slots"),
        )
    )
    seats = (Seat(attempt, at) for attempt in attempts)
    return Board(exam, at, tuple(sorted(seats, key=_urgency)))


def seat_of(user: User, attempt_id: UUID, *, at: datetime) -> Seat | None:
    """One candidate's row; None for an attempt that the user may not invigilate."""
    attempt = invigilated(user).filter(public_id=attempt_id).select_related("exam__course").first()
    return None if attempt is None else Seat(attempt, at)


def _operations() -> QuerySet[Operation, Any]:
    return Operation.objects.filter(attempt=OuterRef("pk")).order_by().values("attempt")


def _on_board(at: datetime) -> Q:
    recent = at - timedelta(hours=HOURS_SHOWN)
    open_or_waiting = Q(state__in=[*OPEN_STATES, *WAITING, AttemptState.TIME_UP])
    return (
        open_or_waiting | Q(submitted_at__gte=recent) | Q(state=AttemptState.VOIDED, started_at__gte=recent)
    )


def _urgency(seat: Seat) -> tuple[int, str]:
    if seat.is_silent:
        rank = 0
    elif seat.is_waiting:
        rank = 1
    elif seat.is_running:
        rank = 2
    elif seat.attempt.state in (AttemptState.READY, AttemptState.ON_PAPER):
        rank = 3
    else:
        rank = 4
    return rank, seat.attempt.learner.name
