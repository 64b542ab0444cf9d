"""When a learner gets to know a result: at once, after the exam has closed, or when the office says so."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import IntegrityError, transaction

from lms.assessments.enums import AttemptState, ReleaseRule
from lms.assessments.errors import IllegalMoveError
from lms.assessments.models import Attempt, AttemptSlot, Exam, Moderation
from lms.assessments.selectors import passed_among
from lms.assessments.selectors.cut import standard_error
from lms.assessments.services.lifecycle import lock_attempt, move_attempt, record_event
from lms.assessments.services.release import release_due_results, release_results
from lms.assessments.services.sitting import sweep_due_attempts
from tests.factories.assessments import NOON, ExamFactory, enrol, make_bank, sit, started_attempt
from tests.factories.item_analysis import sat_exam
from tests.factories.people import UserFactory

pytestmark = pytest.mark.django_db


def sat(right: int = 4, **fields: Any) -> Attempt:
    exam = ExamFactory(**fields)
    return sit(exam, enrol(exam).learner, right=right)


def state_of(attempt: Attempt) -> str:
    return Attempt.objects.get(pk=attempt.pk).state


# --- The three rules


def test_a_result_is_released_at_once_unless_the_exam_says_otherwise() -> None:
    attempt = sat()
    assert (attempt.state, attempt.is_passed) == (AttemptState.RELEASED, True)
    assert attempt.released_at is not None


def test_a_result_held_until_the_exam_closes_is_released_by_the_sweep() -> None:
    attempt = sat(release=ReleaseRule.AFTER_CLOSE)
    exam = attempt.exam
    assert attempt.state == AttemptState.GRADED
    assert not passed_among([attempt.learner], exam.course)
    last = exam.closes_at + timedelta(minutes=exam.duration_minutes, seconds=exam.grace_seconds)
    assert sweep_due_attempts(at=last).released == 0
    assert sweep_due_attempts(at=last + timedelta(seconds=1)).released == 1
    assert state_of(attempt) == AttemptState.RELEASED
    assert passed_among([attempt.learner], exam.course)
    assert sweep_due_attempts(at=last + timedelta(seconds=2)).released == 0


def test_nothing_is_released_after_the_close_while_somebody_with_extra_time_still_sits() -> None:
    attempt = sat(release=ReleaseRule.AFTER_CLOSE)
    exam = attempt.exam
    late = started_attempt(exam, at=exam.closes_at - timedelta(minutes=1))
    Attempt.objects.filter(pk=late.pk).update(deadline=exam.over_at + timedelta(hours=2))
    assert release_due_results(at=exam.over_at + timedelta(hours=1)) == 0
    sweep_due_attempts(at=exam.over_at + timedelta(hours=3))
    assert state_of(attempt) == AttemptState.RELEASED


def test_a_result_released_by_hand_waits_for_the_officer_and_names_them() -> None:
    officer = UserFactory()
    attempt = sat(release=ReleaseRule.BY_HAND)
    sweep_due_attempts(at=attempt.exam.over_at + timedelta(days=400))
    assert state_of(attempt) == AttemptState.GRADED
    assert release_results(exam=attempt.exam, actor=officer) == 1
    fresh = Attempt.objects.get(pk=attempt.pk)
    assert fresh.state == AttemptState.RELEASED
    assert fresh.events.get(to_state=AttemptState.RELEASED).actor == officer
    assert release_results(exam=attempt.exam, actor=officer) == 0


def test_releasing_one_exam_leaves_the_others_alone() -> None:
    here, elsewhere = sat(release=ReleaseRule.BY_HAND), sat(release=ReleaseRule.BY_HAND)
    release_results(exam=here.exam, actor=UserFactory())
    assert state_of(elsewhere) == AttemptState.GRADED


def test_all_results_of_a_release_become_known_at_the_same_moment() -> None:
    exam = ExamFactory(release=ReleaseRule.BY_HAND)
    for right in (0, 4, 2):
        sit(exam, enrol(exam).learner, right=right)
    assert release_results(exam=exam, actor=UserFactory()) == 3
    assert Attempt.objects.filter(exam=exam).values("released_at").distinct().count() == 1


# --- Near the pass mark


def near(right: int, **fields: Any) -> Attempt:
    """Ten questions, pass mark 70 %: the binomial error is 1.53 marks."""
    bank = make_bank(f"NEAR-{Exam.objects.count()}", questions=10)
    return sat(right, bank=bank, question_count=10, moderates_near_cut=True, **fields)


@pytest.mark.parametrize(("right", "is_near"), [(5, False), (6, True), (7, True), (8, True), (9, False)])
def test_results_near_the_pass_mark_go_to_moderation(right: int, is_near: bool) -> None:
    attempt = near(right)
    assert (attempt.state == AttemptState.MODERATION) is is_near
    assert Moderation.objects.filter(attempt=attempt).exists() is is_near
    if is_near:
        case = attempt.moderations.get()
        assert (str(case.error_marks), case.error_source, case.cause) == ("1.53", "binomial", "near_cut")


def test_a_result_on_the_pass_mark_is_released_where_nobody_moderates() -> None:
    bank = make_bank("PLAIN", questions=10)
    assert sat(7, bank=bank, question_count=10).state == AttemptState.RELEASED


def test_the_error_is_the_exam_s_own_once_thirty_people_have_sat_it() -> None:
    exam = sat_exam(persons=120, questions=12)
    attempt = Attempt.objects.filter(exam=exam).first()
    error = standard_error(attempt)
    assert error.source == "alpha"
    from lms.assessments.selectors.responses import exam_responses
    from lms.assessments.statistics import analyse

    assert float(error.marks) == pytest.approx(analyse(exam_responses(exam)).reliability.sem, abs=0.005)


def test_with_few_people_or_answers_that_all_agree_the_error_is_the_binomial_one() -> None:
    exam = sat_exam(persons=29, questions=12)
    assert standard_error(Attempt.objects.filter(exam=exam).first()).source == "binomial"
    same = sat_exam(persons=40, questions=6, seed=2)
    AttemptSlot.objects.filter(attempt__exam=same).update(marks=1)
    Attempt.objects.filter(exam=same).update(marks=6)
    assert standard_error(Attempt.objects.filter(exam=same).first()).source == "binomial"


# --- What was released stays


def test_a_released_result_changes_by_no_event_and_by_no_move_but_a_regrade() -> None:
    attempt = sat()
    officer = UserFactory()
    with transaction.atomic():
        fresh = lock_attempt(pk=attempt.pk)
        with pytest.raises(IllegalMoveError):
            record_event(attempt=fresh, kind="marked", at=NOON, actor=officer, marks=0)
        for state in AttemptState:
            if state != AttemptState.REGRADED:
                with pytest.raises(IllegalMoveError):
                    move_attempt(
                        attempt=fresh, to=state, at=NOON, by="examiner", actor=officer, reason="x", marks=0
                    )
    assert Attempt.objects.get(pk=attempt.pk).marks == attempt.marks


def test_the_database_keeps_marks_between_nothing_and_the_most() -> None:
    slot = sat().slots.first()
    for marks in ("-0.01", "1.01"):
        with pytest.raises(IntegrityError), transaction.atomic():
            AttemptSlot.objects.filter(pk=slot.pk).update(marks=marks)
