"""What the demo world has none of: open answers that wait for markers, a case in moderation, an appeal, an exam that
was marked again, an exam running on phones, and an accommodation."""

from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal

from django.db import transaction
from django.utils import timezone

from lms.assessments.enums import AttemptState
from lms.assessments.granted import Granted
from lms.assessments.models import Accommodation, Appeal, Attempt, Exam, Marking, Moderation
from lms.assessments.selectors.standing import SITTING_STATES
from lms.assessments.services.accommodations import grant_accommodation
from lms.assessments.services.appeals import file_appeal
from lms.assessments.services.markers import reserve_next
from lms.assessments.services.sitting import create_attempt, start_attempt
from lms.people.models import User
from tests.factories.marking import give, open_exam, sit_open

COURSE_EXAM = "LTO-CERT-1"
EXAM = "LTO-OPEN-1"


@dataclass(frozen=True)
class Desk:
    """Something to see on each page of the desk."""

    exam: Exam
    marking: Marking
    case: Moderation
    appeal: Appeal
    running: Attempt
    accommodation: Accommodation


def make_desk(lead: User) -> Desk:
    """The desk's exam with its attempts: the one there is, else made now."""
    exam = Exam.objects.filter(code=EXAM).first() or _sat_exam(lead)
    marking = reserve_next(exam=exam, marker=lead)
    assert marking is not None
    return Desk(
        exam=exam,
        marking=marking,
        case=Moderation.objects.get(attempt__exam=exam, closed_at=None),
        appeal=Appeal.objects.get(attempt__exam=exam),
        running=Attempt.objects.filter(exam=exam, state=AttemptState.STARTED).latest("pk"),
        accommodation=Accommodation.objects.latest("pk"),
    )


@transaction.atomic
def _sat_exam(lead: User) -> Exam:
    now = timezone.now()
    course = Exam.objects.get(code=COURSE_EXAM).course
    exam = open_exam(
        code=EXAM,
        course=course,
        name_ar="امتحان المراقبين المفتوح",
        name_en="Observers' open exam",
        moderates_near_cut=True,
        opens_at=now - timedelta(days=3),
        closes_at=now + timedelta(days=3),
        duration_minutes=90,
    )
    trained = User.objects.filter(enrolments__tier__course=course, enrolments__state__in=SITTING_STATES)
    people = list(trained.order_by("pk")[:6])
    marker = User.objects.get(email="trainer1@demo.example")
    for learner, right, marks in ((people[0], 6, "4"), (people[1], 4, "3"), (people[2], 1, "1")):
        attempt = sit_open(exam, learner, right=right, at=now - timedelta(days=1))
        for marking in Marking.objects.filter(slot__attempt=attempt):
            give(marking, marker, marks, at=now)
    # The one near the pass mark is marked again by somebody who sees it otherwise: a case for a third.
    second = User.objects.get(email="reviewer@demo.example")
    for marking in Marking.objects.filter(slot__attempt__exam=exam, turn=2):
        give(marking, second, "1", at=now)
    released = Attempt.objects.filter(exam=exam, state=AttemptState.RELEASED).earliest("pk")
    text = "السؤال الثاني يقبل جوابين بحسب اللائحة 43 لسنة 2023، المادة 12."
    file_appeal(attempt_id=released.public_id, learner=released.learner, text=text)
    sit_open(exam, people[3], right=2, at=now - timedelta(hours=2))
    granted = Granted(Decimal("1.5"), 900, large_print=True, read_aloud=True)
    grant_accommodation(
        learner=people[4], exam=exam, granted=granted, reason="تقرير طبي، وافق عليه المكتب", actor=lead
    )
    for learner in people[4:]:
        attempt = create_attempt(exam=exam, learner=learner)
        start_attempt(attempt=attempt, at=now - timedelta(minutes=5))
    return exam
