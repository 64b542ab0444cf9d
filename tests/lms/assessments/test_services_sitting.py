"""A sitting: who may start, what is frozen, how it ends, and that it ends once."""

from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from io import StringIO
from threading import Barrier

import pytest
from django.core.management import call_command
from django.db import connection, connections
from django.test.utils import CaptureQueriesContext

from lms.assessments.enums import AttemptState
from lms.assessments.errors import AttemptRefusedError, ExamNotReadyError
from lms.assessments.models import Attempt, AttemptSlot, Exam, Question, QuestionVersion
from lms.assessments.services.bank import open_draft, publish_version
from lms.assessments.services.sitting import (
    create_attempt,
    refresh_attempt,
    start_attempt,
    submit_attempt,
    sweep_due_attempts,
)
from lms.cascade.enums import EnrolmentState
from lms.people.models import User
from lms.plugin_api import hookimpl
from lms.plugin_api.testing import plugin_registered
from tests.factories.assessments import (
    NOON,
    ExamFactory,
    answer,
    enrol,
    make_bank,
    right_places,
    sit,
    started_attempt,
    wrong_places,
)
from tests.factories.people import UserFactory

pytestmark = pytest.mark.django_db

AFTER_GRACE = NOON + timedelta(minutes=31, seconds=1)


def states(attempt: Attempt) -> list[str]:
    return [event.to_state for event in attempt.events.order_by("pk")]


# --- Creating


def test_create_freezes_a_form_of_different_questions_across_the_areas(exam: Exam, learner: User) -> None:
    attempt = create_attempt(exam=exam, learner=learner, at=NOON)
    slots = list(attempt.slots.select_related("area"))
    assert (attempt.state, attempt.number, attempt.base_seconds) == (AttemptState.READY, 1, 1800)
    assert [slot.position for slot in slots] == [1, 2, 3, 4]
    assert len({slot.version_id for slot in slots}) == 4
    assert {slot.area.code for slot in slots} == {"principles", "law", "election-day"}
    assert all(sorted(slot.option_order) == ["a", "b", "c", "d"] for slot in slots)


def test_create_costs_at_most_eight_statements_however_large_the_bank() -> None:
    for size in (4, 30):
        exam = ExamFactory(bank=make_bank(f"B{size}", questions=size))
        learner = enrol(exam).learner
        with CaptureQueriesContext(connection) as queries:
            create_attempt(exam=exam, learner=learner, at=NOON)
        assert len(queries) <= 8, [query["sql"][:90] for query in queries]


def test_forms_of_different_people_differ(exam: Exam) -> None:
    forms = set()
    for _ in range(6):
        attempt = create_attempt(exam=exam, learner=enrol(exam).learner, at=NOON)
        forms.add(tuple(attempt.slots.values_list("version_id", flat=True)))
    assert len(forms) > 1


def test_create_uses_current_versions_of_questions_that_are_not_retired() -> None:
    bank = make_bank(questions=6)
    retired, revised = bank.questions.all()[:2]
    Question.objects.filter(pk=retired.pk).update(is_retired=True)
    new = publish_version(version=open_draft(question=revised))
    open_draft(question=bank.questions.last())
    exam = ExamFactory(bank=bank, question_count=5)
    attempt = create_attempt(exam=exam, learner=enrol(exam).learner, at=NOON)
    versions = QuestionVersion.objects.filter(slots__attempt=attempt)
    assert retired not in {version.question for version in versions}
    assert new in versions
    assert all(version.is_published for version in versions)


def test_a_form_stays_as_it_was_when_the_question_gets_a_new_version(attempt: Attempt) -> None:
    slot = attempt.slots.get(position=1)
    publish_version(version=open_draft(question=slot.version.question))
    assert AttemptSlot.objects.get(pk=slot.pk).version == slot.version


def test_create_again_returns_the_open_attempt(exam: Exam, learner: User) -> None:
    first = create_attempt(exam=exam, learner=learner, at=NOON)
    assert create_attempt(exam=exam, learner=learner, at=NOON) == first
    start_attempt(attempt=first, at=NOON)
    assert create_attempt(exam=exam, learner=learner, at=NOON) == first


@pytest.mark.parametrize(
    ("state", "may"),
    [
        (EnrolmentState.INVITED, False),
        (EnrolmentState.ACTIVE, True),
        (EnrolmentState.COMPLETED, True),
        (EnrolmentState.WITHDRAWN, False),
    ],
)
def test_only_people_in_training_may_sit(exam: Exam, state: EnrolmentState, may: bool) -> None:
    learner = enrol(exam, state=state).learner
    if may:
        assert create_attempt(exam=exam, learner=learner, at=NOON)
        return
    with pytest.raises(AttemptRefusedError):
        create_attempt(exam=exam, learner=learner, at=NOON)
    assert not Attempt.objects.exists()


def test_somebody_enrolled_in_another_course_may_not_sit(exam: Exam) -> None:
    stranger = enrol(ExamFactory()).learner
    with pytest.raises(AttemptRefusedError):
        create_attempt(exam=exam, learner=stranger, at=NOON)


@pytest.mark.parametrize("moment", ["before", "after"])
def test_nobody_starts_outside_of_the_window(exam: Exam, learner: User, moment: str) -> None:
    at = exam.opens_at - timedelta(seconds=1) if moment == "before" else exam.closes_at
    with pytest.raises(AttemptRefusedError):
        create_attempt(exam=exam, learner=learner, at=at)


def test_a_bank_that_cannot_fill_the_form_is_said_plainly_and_leaves_nothing() -> None:
    exam = ExamFactory(bank=make_bank(questions=3))
    with pytest.raises(ExamNotReadyError):
        create_attempt(exam=exam, learner=enrol(exam).learner, at=NOON)
    assert not Attempt.objects.exists()


def test_a_second_attempt_waits_for_the_cool_off_and_a_third_never_comes(exam: Exam, learner: User) -> None:
    first = sit(exam, learner, right=0)
    with pytest.raises(AttemptRefusedError):
        create_attempt(exam=exam, learner=learner, at=NOON + timedelta(hours=24))
    day_after = first.submitted_at + timedelta(hours=24)
    second = sit(exam, learner, right=1, at=day_after)
    assert second.number == 2
    with pytest.raises(AttemptRefusedError):
        create_attempt(exam=exam, learner=learner, at=day_after + timedelta(days=5))


def test_whoever_has_passed_cannot_sit_again(exam: Exam, learner: User) -> None:
    assert sit(exam, learner, right=4).is_passed
    with pytest.raises(AttemptRefusedError):
        create_attempt(exam=exam, learner=learner, at=NOON + timedelta(days=5))


# --- Starting


def test_start_sets_the_deadline_once(exam: Exam, learner: User) -> None:
    attempt = start_attempt(attempt=create_attempt(exam=exam, learner=learner, at=NOON), at=NOON)
    assert (attempt.state, attempt.started_at) == (AttemptState.STARTED, NOON)
    assert attempt.deadline == NOON + timedelta(minutes=30)
    again = start_attempt(attempt=attempt, at=NOON + timedelta(minutes=5))
    assert again.deadline == attempt.deadline
    assert states(attempt) == ["STARTED"]


@pytest.mark.parametrize(("hard_close", "minutes"), [(True, 10), (False, 30)])
def test_the_window_cuts_the_time_only_with_hard_close(hard_close: bool, minutes: int) -> None:
    exam = ExamFactory(hard_close=hard_close)
    attempt = started_attempt(exam, at=exam.closes_at - timedelta(minutes=10))
    assert attempt.deadline == attempt.started_at + timedelta(minutes=minutes)


def test_a_ready_form_cannot_start_after_the_window(exam: Exam, learner: User) -> None:
    attempt = create_attempt(exam=exam, learner=learner, at=NOON)
    with pytest.raises(AttemptRefusedError):
        start_attempt(attempt=attempt, at=exam.closes_at)
    assert Attempt.objects.get(pk=attempt.pk).state == AttemptState.READY


def test_later_changes_of_the_exam_change_no_attempt(exam: Exam, learner: User) -> None:
    attempt = started_attempt(exam, learner)
    Exam.objects.filter(pk=exam.pk).update(duration_minutes=1, pass_percent=100, grace_seconds=0)
    for position in (1, 2, 3):
        answer(attempt, position, *right_places(attempt, position), at=NOON + timedelta(minutes=29))
    result = submit_attempt(attempt=attempt, at=NOON + timedelta(minutes=30, seconds=30))
    assert (result.is_passed, result.marks) == (True, 3)


# --- Handing in


def test_submit_marks_and_releases_at_once(exam: Exam, learner: User) -> None:
    attempt = sit(exam, learner, right=3)
    stored = Attempt.objects.get(pk=attempt.pk)
    assert stored.state == AttemptState.RELEASED
    assert (stored.marks, stored.max_marks, stored.is_passed) == (3, 4, True)
    assert stored.submitted_at == NOON + timedelta(minutes=10)
    assert states(attempt) == ["STARTED", "SUBMITTED", "GRADED", "RELEASED"]
    assert attempt.slots.filter(marks__isnull=True).count() == 0


def test_submit_again_changes_nothing(exam: Exam, learner: User) -> None:
    attempt = sit(exam, learner, right=1)
    again = submit_attempt(attempt=attempt, at=NOON + timedelta(minutes=20))
    assert (again.submitted_at, again.marks) == (attempt.submitted_at, attempt.marks)
    assert states(attempt).count("SUBMITTED") == 1


def test_unanswered_and_cleared_questions_earn_nothing(attempt: Attempt) -> None:
    answer(attempt, 1, *right_places(attempt, 1))
    answer(attempt, 2, *right_places(attempt, 2))
    answer(attempt, 2, sequence=2)
    result = submit_attempt(attempt=attempt, at=NOON)
    assert (result.marks, result.max_marks, result.is_passed) == (1, 4, False)


def test_multiple_choice_earns_partial_marks() -> None:
    exam = ExamFactory(bank=make_bank(questions=4, multiple=4))
    attempt = started_attempt(exam)
    right = right_places(attempt, 1)
    answer(attempt, 1, *right)
    answer(attempt, 2, right_places(attempt, 2)[0])
    answer(attempt, 3, *right_places(attempt, 3), *wrong_places(attempt, 3))
    answer(attempt, 4, 1, 2, 3, 4)
    submit_attempt(attempt=attempt, at=NOON)
    marks = list(attempt.slots.order_by("position").values_list("marks", flat=True))
    assert [float(mark) for mark in marks] == [1, 0.5, 0.5, 0]


def test_submit_of_a_form_that_was_never_started_is_refused(exam: Exam, learner: User) -> None:
    attempt = create_attempt(exam=exam, learner=learner, at=NOON)
    with pytest.raises(AttemptRefusedError):
        submit_attempt(attempt=attempt, at=NOON)


def test_submit_within_the_grace_is_an_ordinary_submit(attempt: Attempt) -> None:
    late = attempt.deadline + timedelta(seconds=60)
    assert submit_attempt(attempt=attempt, at=late).submitted_at == late
    assert "TIME_UP" not in states(attempt)


def test_submit_after_the_grace_hands_in_what_there_was_at_the_last_moment(attempt: Attempt) -> None:
    answer(attempt, 1, *right_places(attempt, 1))
    result = submit_attempt(attempt=attempt, at=AFTER_GRACE + timedelta(days=1))
    assert result.submitted_at == attempt.deadline + timedelta(seconds=60)
    assert result.marks == 1
    assert states(attempt) == ["STARTED", "TIME_UP", "SUBMITTED", "GRADED", "RELEASED"]


def test_plugins_hear_of_a_hand_in_once_and_after_commit(
    attempt: Attempt, django_capture_on_commit_callbacks
) -> None:  # type: ignore[no-untyped-def]
    heard: list[Attempt] = []

    class Listener:
        @hookimpl
        def attempt_submitted(self, attempt: Attempt) -> None:
            heard.append(attempt)

    with plugin_registered(Listener(), "listener"):
        with django_capture_on_commit_callbacks(execute=True):
            submit_attempt(attempt=attempt, at=NOON)
            assert heard == []
        with django_capture_on_commit_callbacks(execute=True):
            submit_attempt(attempt=attempt, at=NOON)
    assert heard == [attempt]


def test_a_plugin_that_raises_does_not_undo_the_hand_in(
    attempt: Attempt, django_capture_on_commit_callbacks
) -> None:  # type: ignore[no-untyped-def]
    class Broken:
        @hookimpl
        def attempt_submitted(self) -> None:
            raise RuntimeError

    with plugin_registered(Broken(), "broken"), django_capture_on_commit_callbacks(execute=True):
        submit_attempt(attempt=attempt, at=NOON)
    assert Attempt.objects.get(pk=attempt.pk).state == AttemptState.RELEASED


# --- A question changed behind the back of the application


def break_a_seal(attempt: Attempt, *, text: str) -> None:
    version = attempt.slots.get(position=1).version_id
    with connection.cursor() as cursor:
        cursor.execute("UPDATE assessments_questionversion SET stem_en = %s WHERE id = %s", [text, version])


def test_a_question_that_was_tampered_with_is_not_marked_but_the_paper_is_safe(attempt: Attempt) -> None:
    stem = attempt.slots.get(position=1).version.stem_en
    break_a_seal(attempt, text="Tampered?")
    answer(attempt, 1, *right_places(attempt, 1))
    handed_in = submit_attempt(attempt=attempt, at=NOON)
    assert (handed_in.state, handed_in.marks) == (AttemptState.SUBMITTED, None)
    assert sweep_due_attempts(at=NOON).marked == 0
    break_a_seal(attempt, text=stem)
    assert sweep_due_attempts(at=NOON).marked == 1
    assert Attempt.objects.get(pk=attempt.pk).state == AttemptState.RELEASED


# --- Time


def test_refresh_closes_an_attempt_only_after_its_grace(attempt: Attempt) -> None:
    assert refresh_attempt(attempt=attempt, at=attempt.deadline + timedelta(seconds=60)).is_open
    assert refresh_attempt(attempt=attempt, at=AFTER_GRACE).state == AttemptState.RELEASED


def test_refresh_of_a_running_attempt_asks_nothing(attempt: Attempt, django_assert_num_queries) -> None:  # type: ignore[no-untyped-def]
    with django_assert_num_queries(0):
        refresh_attempt(attempt=attempt, at=NOON)


def test_sweep_hands_in_what_is_due_and_leaves_the_rest(exam: Exam) -> None:
    due = started_attempt(exam)
    running = started_attempt(exam, at=NOON + timedelta(minutes=10))
    report = sweep_due_attempts(at=AFTER_GRACE)
    assert (report.handed_in, report.not_taken) == (1, 0)
    assert Attempt.objects.get(pk=due.pk).state == AttemptState.RELEASED
    assert Attempt.objects.get(pk=running.pk).state == AttemptState.STARTED
    assert sweep_due_attempts(at=AFTER_GRACE).handed_in == 0


def test_sweep_waits_for_the_grace_of_each_attempt(attempt: Attempt) -> None:
    assert sweep_due_attempts(at=attempt.deadline + timedelta(seconds=30)).handed_in == 0


def test_sweep_writes_off_forms_that_nobody_started_with_the_reason(exam: Exam, learner: User) -> None:
    attempt = create_attempt(exam=exam, learner=learner, at=NOON)
    assert sweep_due_attempts(at=exam.closes_at).not_taken == 1
    assert Attempt.objects.get(pk=attempt.pk).state == AttemptState.NOT_TAKEN
    assert attempt.events.get().reason


def test_the_command_sweeps(attempt: Attempt) -> None:
    Attempt.objects.filter(pk=attempt.pk).update(deadline=datetime(2020, 1, 1, tzinfo=NOON.tzinfo))
    out = StringIO()
    call_command("close_due_attempts", stdout=out)
    assert "1" in out.getvalue()
    assert Attempt.objects.get(pk=attempt.pk).state == AttemptState.RELEASED


# --- At the same time: real threads with real connections


def together(*calls):  # type: ignore[no-untyped-def]
    """Run the calls at the same moment in threads of their own; their results or exceptions in order."""
    barrier = Barrier(len(calls))

    def run(call):  # type: ignore[no-untyped-def]
        try:
            barrier.wait(timeout=10)
            return call()
        except Exception as error:
            return error
        finally:
            connections.close_all()

    with ThreadPoolExecutor(len(calls)) as pool:
        return [future.result(timeout=60) for future in [pool.submit(run, call) for call in calls]]


@pytest.mark.django_db(transaction=True)
def test_two_starts_at_once_give_one_attempt(exam: Exam) -> None:
    learner = enrol(exam).learner
    first, second = together(*[lambda: create_attempt(exam=exam, learner=learner, at=NOON)] * 2)
    assert first == second
    assert Attempt.objects.count() == 1
    assert AttemptSlot.objects.count() == 4


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("round_", range(3))
def test_two_submits_and_a_sweep_at_once_hand_in_once(exam: Exam, round_: int) -> None:
    attempt = started_attempt(exam, enrol(exam).learner)
    answer(attempt, 1, *right_places(attempt, 1))
    results = together(
        lambda: submit_attempt(attempt=attempt, at=AFTER_GRACE),
        lambda: submit_attempt(attempt=attempt, at=NOON),
        lambda: sweep_due_attempts(at=AFTER_GRACE),
        lambda: sweep_due_attempts(at=AFTER_GRACE),
    )
    assert not [result for result in results if isinstance(result, Exception)], results
    stored = Attempt.objects.get(pk=attempt.pk)
    assert (stored.state, stored.marks) == (AttemptState.RELEASED, 1)
    for state in ("SUBMITTED", "GRADED", "RELEASED"):
        assert states(attempt).count(state) == 1


@pytest.mark.django_db(transaction=True)
def test_an_answer_and_a_submit_at_once_never_leave_a_saved_answer_unmarked(exam: Exam) -> None:
    attempt = started_attempt(exam, enrol(exam).learner)
    right = right_places(attempt, 1)
    together(
        lambda: submit_attempt(attempt=attempt, at=NOON),
        lambda: answer(attempt, 1, *right, at=NOON),
    )
    stored = Attempt.objects.get(pk=attempt.pk)
    slot = attempt.slots.get(position=1)
    assert stored.marks == (1 if hasattr(slot, "answer") else 0)


def test_unused_user_factory_is_no_learner(exam: Exam) -> None:
    with pytest.raises(AttemptRefusedError):
        create_attempt(exam=exam, learner=UserFactory(), at=NOON)
