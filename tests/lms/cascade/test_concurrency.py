"""Two people at the same button at the same moment, with real connections."""

import threading

import pytest
from django.core.exceptions import ValidationError
from django.db import connection
from django.utils import translation

from lms.cascade import services
from lms.cascade.models import Attendance, Enrolment, Training
from tests.factories.cascade import CohortFactory, EnrolmentFactory, TrainingSessionFactory
from tests.factories.people import UserFactory

pytestmark = pytest.mark.django_db(transaction=True)


def at_once(*calls):
    """Run the calls in threads that start together; what each returned or raised."""
    barrier = threading.Barrier(len(calls))
    outcomes = [None] * len(calls)

    def run(number, call):
        try:
            with translation.override("en"):
                barrier.wait(timeout=10)
                outcomes[number] = call()
        except Exception as error:
            outcomes[number] = error
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=pair) for pair in enumerate(calls)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=30)
    return outcomes


def test_enrol_learner_in_one_tier_twice_at_once_lets_one_win():
    first = CohortFactory()
    second = CohortFactory(tier=first.tier)
    learner = UserFactory()
    outcomes = at_once(
        lambda: services.enrol_learner(cohort=first, learner=learner),
        lambda: services.enrol_learner(cohort=second, learner=learner),
    )
    won = [outcome for outcome in outcomes if isinstance(outcome, Enrolment)]
    lost = [outcome for outcome in outcomes if isinstance(outcome, ValidationError)]
    assert (len(won), len(lost)) == (1, 1), outcomes
    assert lost[0].messages[0] == f"{learner.name_en} is already enrolled in {won[0].cohort.name_en}."
    assert Enrolment.objects.count() == 1


def test_record_attendance_twice_at_once_writes_one_row_and_one_edge():
    session = TrainingSessionFactory()
    learner = EnrolmentFactory(cohort=session.cohort)
    day = session.days.get()
    outcomes = at_once(
        *[
            lambda: services.record_attendance(day=day, presence={learner.pk: True}, actor=session.trainer)
            for _ in range(2)
        ]
    )
    assert sorted(outcome.trained for outcome in outcomes) == [0, 1]
    assert Attendance.objects.count() == Training.objects.count() == 1
