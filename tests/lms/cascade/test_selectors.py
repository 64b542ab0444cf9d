"""What counts as having attended the training."""

from datetime import date, timedelta

import pytest
from django.utils import timezone

from lms.cascade.models import Attendance, Enrolment, TrainingSession
from lms.cascade.selectors import attendance_among
from tests.factories.cascade import EnrolmentFactory, TrainingSessionFactory
from tests.factories.people import UserFactory

pytestmark = pytest.mark.django_db


def day(offset: int) -> date:
    return timezone.localdate() + timedelta(days=offset)


def hold(enrolment: Enrolment, *offsets: int) -> TrainingSession:
    return TrainingSessionFactory(cohort=enrolment.cohort, days=[day(offset) for offset in offsets])


def attend(enrolment: Enrolment, session: TrainingSession) -> None:
    for session_day in session.days.filter(date__lte=timezone.localdate()):
        Attendance.objects.create(
            day=session_day, enrolment=enrolment, is_present=True, recorded_by=UserFactory()
        )


def test_everybody_present_on_every_day_is_complete() -> None:
    enrolment = EnrolmentFactory()
    attend(enrolment, hold(enrolment, -3, -2))

    assert attendance_among([enrolment.learner], enrolment.tier) == {enrolment.learner_id: (2, 2)}


def test_first_of_several_days_is_not_enough() -> None:
    enrolment = EnrolmentFactory()
    attend(enrolment, hold(enrolment, 0, 1, 2))

    assert attendance_among([enrolment.learner], enrolment.tier) == {enrolment.learner_id: (1, 3)}


def test_session_still_to_come_takes_nothing_away() -> None:
    enrolment = EnrolmentFactory()
    attend(enrolment, hold(enrolment, -3, -2))
    hold(enrolment, 10)

    assert attendance_among([enrolment.learner], enrolment.tier) == {enrolment.learner_id: (2, 2)}


def test_person_without_a_place_has_attended_nothing() -> None:
    enrolment = EnrolmentFactory()

    assert attendance_among([UserFactory()], enrolment.tier) == {}
