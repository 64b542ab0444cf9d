"""An open exam, and somebody in training who may sit it."""

import pytest

from lms.assessments.models import Attempt, Exam
from lms.people.models import User
from tests.factories.assessments import ExamFactory, enrol, started_attempt


@pytest.fixture
def exam(db: None) -> Exam:
    return ExamFactory()


@pytest.fixture
def learner(exam: Exam) -> User:
    return enrol(exam).learner


@pytest.fixture
def attempt(exam: Exam, learner: User) -> Attempt:
    return started_attempt(exam, learner)
