"""Which exams a person has, and whether an attempt may start now."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Q

from lms.assessments.enums import UNCOUNTED_STATES, AttemptState
from lms.assessments.granted import NOTHING, Granted
from lms.assessments.models import Attempt, Exam
from lms.assessments.policy import PastAttempt, Rules, Standing, Verdict, standing
from lms.assessments.timing import allowed_seconds, multiplied_seconds
from lms.cascade.enums import EnrolmentState
from lms.cascade.models import Enrolment
from lms.people.models import User

from .accommodations import granted_by_attempt, granted_to, granted_to_person

#: Who may sit an exam: people in training, and those who have finished it and still lack the exam.
SITTING_STATES = (EnrolmentState.ACTIVE, EnrolmentState.COMPLETED)


def attempts_of(*, learner: User, exam: Exam | None = None) -> list[Attempt]:
    """A person's attempts that count, oldest first, with their exams."""
    attempts = Attempt.objects.filter(learner=learner)
    if exam is not None:
        attempts = attempts.filter(exam=exam)
    return counted(attempts.select_related("exam").order_by("exam_id", "number"))


def counted(attempts: Iterable[Attempt]) -> list[Attempt]:
    """Those that use up one of the attempts allowed."""
    return [attempt for attempt in attempts if attempt.state not in UNCOUNTED_STATES]


def standing_in(exam: Exam, attempts: Sequence[Attempt], *, learner: User, at: datetime) -> Standing:
    """Where the learner stands in one exam, given all of the learner's attempts at it."""
    is_enrolled = Enrolment.objects.filter(
        learner=learner, tier__course=exam.course_id, state__in=SITTING_STATES
    ).exists()
    return standing_of(exam, attempts, is_enrolled=is_enrolled, at=at)


def standing_of(exam: Exam, attempts: Iterable[Attempt], *, is_enrolled: bool, at: datetime) -> Standing:
    """Where somebody stands, from what was read before; asks nothing."""
    rules = Rules(exam.max_attempts, exam.cool_off_hours, exam.opens_at, exam.closes_at)
    past = [
        PastAttempt(
            is_running=attempt.state in (AttemptState.STARTED, AttemptState.PAUSED),
            is_ready=attempt.state == AttemptState.READY,
            ended_at=attempt.submitted_at,
            is_passed=attempt.is_passed if attempt.is_released else None,
            is_on_paper=attempt.state == AttemptState.ON_PAPER,
        )
        for attempt in attempts
    ]
    return standing(rules, past, is_enrolled=is_enrolled, now=at)


@dataclass(frozen=True, slots=True)
class ExamEntry:
    """An exam as one learner sees it. `seconds` is the time that a start now would really give, `full_seconds` what
    it would be if the closing time cut nothing."""

    exam: Exam
    standing: Standing
    seconds: int
    full_seconds: int
    attempts: list[Attempt]
    granted: Granted

    @property
    def minutes(self) -> int:
        return self.seconds // 60

    @property
    def is_cut(self) -> bool:
        """Whether the closing time takes minutes away from whoever starts now."""
        return self.seconds < self.full_seconds

    @property
    def full_minutes(self) -> int:
        return self.full_seconds // 60

    @property
    def is_startable(self) -> bool:
        """Whether the clock can be started now, rather than running already."""
        return self.standing.verdict == Verdict.CAN_START

    @property
    def open_attempt(self) -> Attempt | None:
        return next((attempt for attempt in self.attempts if attempt.is_open), None)

    @property
    def past_attempts(self) -> list[Attempt]:
        """What was handed in, newest first."""
        return [attempt for attempt in reversed(self.attempts) if not attempt.is_open]


def exam_entries(*, learner: User, at: datetime) -> list[ExamEntry]:
    """Every exam of the courses that the learner is enrolled in, and every exam once sat."""
    attempts = attempts_of(learner=learner)
    states = dict(
        Enrolment.objects.filter(learner=learner)
        .exclude(state=EnrolmentState.WITHDRAWN)
        .order_by("changed_at")
        .values_list("tier__course_id", "state")
    )
    granted = granted_to_person(learner)
    sat = {attempt.exam_id for attempt in attempts}
    exams = Exam.objects.filter(Q(course__in=states) | Q(pk__in=sat)).select_related("course")
    return [
        _entry(
            exam,
            [attempt for attempt in attempts if attempt.exam_id == exam.pk],
            granted=granted.get(exam.pk) or granted.get(None) or NOTHING,
            is_enrolled=states.get(exam.course_id) in SITTING_STATES,
            at=at,
        )
        for exam in exams
    ]


def exam_entry(*, learner: User, exam: Exam, at: datetime) -> ExamEntry | None:
    """The exam as the learner sees it; None if it is none of the learner's business."""
    attempts = attempts_of(learner=learner, exam=exam)
    states = set(
        Enrolment.objects.filter(learner=learner, tier__course=exam.course_id)
        .exclude(state=EnrolmentState.WITHDRAWN)
        .values_list("state", flat=True)
    )
    if not states and not attempts:
        return None
    return _entry(
        exam,
        attempts,
        granted=granted_to(learner, exam),
        is_enrolled=bool(states.intersection(SITTING_STATES)),
        at=at,
    )


def _entry(
    exam: Exam, attempts: list[Attempt], *, granted: Granted, is_enrolled: bool, at: datetime
) -> ExamEntry:
    ready = next((attempt for attempt in attempts if attempt.state == AttemptState.READY), None)
    base_seconds = ready.base_seconds if ready else exam.duration_minutes * 60
    extra_seconds = ready.extra_seconds if ready else 0
    seconds = allowed_seconds(
        now=at,
        base_seconds=base_seconds,
        multiplier=granted.time_multiplier,
        extra_seconds=extra_seconds,
        closes_at=exam.closes_at,
        hard_close=exam.hard_close,
    )
    full = multiplied_seconds(base_seconds, granted.time_multiplier) + extra_seconds
    running = next((one for one in attempts if one.is_open and one.started_at), None)
    return ExamEntry(
        exam,
        standing_of(exam, attempts, is_enrolled=is_enrolled, at=at),
        seconds,
        full,
        attempts,
        granted_by_attempt(running) if running else granted,
    )
