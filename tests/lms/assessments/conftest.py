"""An open exam, and somebody in training who may sit it."""

from collections.abc import Iterator

import pytest
import time_machine
from django.core.cache import cache
from django.test import Client

from lms.assessments.models import Attempt, Exam
from lms.people.models import User
from tests.factories.assessments import NOON, ExamFactory, enrol, started_attempt


@pytest.fixture
def exam(db: None) -> Exam:
    return ExamFactory()


@pytest.fixture
def learner(exam: Exam) -> User:
    return enrol(exam).learner


@pytest.fixture
def attempt(exam: Exam, learner: User) -> Attempt:
    return started_attempt(exam, learner)


@pytest.fixture
def noon() -> Iterator[time_machine.Traveller]:
    """The clock stands still until a test moves it, and nothing is left of what was counted at that time before."""
    cache.clear()
    with time_machine.travel(NOON, tick=False) as traveller:
        yield traveller


@pytest.fixture
def web(client: Client, learner: User) -> Client:
    """The learner's browser, signed in."""
    client.force_login(learner)
    return client
