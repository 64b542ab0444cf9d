"""The commands that are run around an exam."""

import io

import pytest
import time_machine
from django.core.management import CommandError, call_command

from lms.assessments.enums import AttemptState
from lms.assessments.models import Attempt, AttemptSlot, Exam
from tests.factories.accommodations import grant
from tests.factories.assessments import NOON, ExamFactory, enrol, started_attempt

pytestmark = pytest.mark.django_db


def run(*args: str) -> str:
    out = io.StringIO()
    with time_machine.travel(NOON, tick=False):
        call_command(*args, stdout=out)
    return out.getvalue().strip()


@pytest.fixture(autouse=True)
def english(settings: object) -> None:
    settings.LANGUAGE_CODE = "en"  # type: ignore[attr-defined]


def test_prepare_exam_freezes_a_form_for_each_and_adds_only_who_is_new(exam: Exam) -> None:
    first = enrol(exam).learner
    grant(first, exam, multiplier="2")
    started_attempt(exam, enrol(exam).learner)
    before = AttemptSlot.objects.count()
    run("prepare_exam", exam.code)
    assert AttemptSlot.objects.count() == before + exam.question_count
    assert Attempt.objects.get(learner=first, state=AttemptState.READY).time_multiplier == 2
    enrol(exam)
    run("prepare_exam", exam.code)
    run("prepare_exam", exam.code)
    assert Attempt.objects.filter(state=AttemptState.READY).count() == 2


def test_prepare_exam_names_an_exam_that_is_not_there_and_a_bank_that_is_too_small(exam: Exam) -> None:
    with pytest.raises(CommandError, match="NOPE"):
        run("prepare_exam", "NOPE")
    small = ExamFactory(question_count=50)
    enrol(small)
    with pytest.raises(CommandError):
        run("prepare_exam", small.code)
    assert not Attempt.objects.filter(exam=small).exists()


def test_close_due_attempts_hands_in_and_says_how_many(exam: Exam) -> None:
    started_attempt(exam, enrol(exam).learner, NOON.replace(hour=8))
    assert "1" in run("close_due_attempts")
    assert Attempt.objects.get().submitted_at is not None
    assert "1" not in run("close_due_attempts")
