"""The invigilators' board: seen by whom it concerns, the same cost for any number of candidates, every
intervention with its reason, late answers decided by two."""

from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import Permission
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone, translation

from lms.assessments.enums import AttemptState, EventKind
from lms.assessments.models import Attempt, Exam
from lms.assessments.selectors.board import board
from lms.people.models import User
from tests.factories.assessments import ExamFactory, enrol, started_attempt
from tests.factories.cascade import CohortFactory
from tests.factories.people import UserFactory

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def english() -> Any:
    with translation.override("en"):
        yield


@pytest.fixture
def exam() -> Exam:
    now = timezone.now()
    return ExamFactory(opens_at=now - timedelta(days=1), closes_at=now + timedelta(days=1))


def permit(user: User, *names: str) -> User:
    user.user_permissions.add(*Permission.objects.filter(codename__in=names))
    return User.objects.get(pk=user.pk)


@pytest.fixture
def invigilator() -> User:
    return permit(UserFactory(), "invigilate_attempt", "view_every_attempt")


@pytest.fixture
def desk(invigilator: User) -> Client:
    return signed_in(invigilator)


def signed_in(user: User) -> Client:
    client = Client()
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    return client


def sitting(exam: Exam, learner: User | None = None, *, ago: timedelta = timedelta(0)) -> Attempt:
    return started_attempt(exam, learner, timezone.now() - ago)


def intervene(client: Client, attempt: Attempt, key: str, **data: Any) -> Any:
    return client.post(reverse("assessments:intervene", args=[attempt.public_id, key]), data)


def again(attempt: Attempt) -> Attempt:
    return Attempt.objects.get(pk=attempt.pk)


class TestWhoMaySee:
    def test_nobody_without_the_permission_finds_a_board(self, exam: Exam) -> None:
        attempt = sitting(exam)
        stranger = signed_in(permit(UserFactory(), "view_every_attempt"))
        for url in (
            reverse("assessments:boards"),
            reverse("assessments:board", args=[exam.public_id]),
            reverse("assessments:board_rows", args=[exam.public_id]),
            reverse("assessments:board_attempt", args=[attempt.public_id]),
        ):
            assert stranger.get(url).status_code == 404
        assert intervene(stranger, attempt, "void", reason="no").status_code == 404
        assert again(attempt).state == AttemptState.STARTED

    def test_visitor_is_asked_to_sign_in(self, exam: Exam) -> None:
        assert Client().get(reverse("assessments:board", args=[exam.public_id])).status_code == 302

    def test_trainer_sees_the_own_cohort_and_no_other(self, exam: Exam) -> None:
        trainer = permit(UserFactory(), "invigilate_attempt")
        own = sitting(exam, enrol(exam, cohort__trainer=trainer).learner)
        foreign = sitting(exam)
        client = signed_in(trainer)
        page = client.get(reverse("assessments:board", args=[exam.public_id])).content.decode()
        assert str(own.public_id) in page
        assert str(foreign.public_id) not in page
        assert client.get(reverse("assessments:board_attempt", args=[foreign.public_id])).status_code == 404
        assert intervene(client, foreign, "pause", reason="x").status_code == 404

    def test_nobody_invigilates_the_own_exam(self, exam: Exam, invigilator: User) -> None:
        CohortFactory(tier__course=exam.course)
        own = sitting(exam, enrol(exam, invigilator).learner)
        client = signed_in(invigilator)
        assert client.get(reverse("assessments:board_attempt", args=[own.public_id])).status_code == 404
        assert intervene(client, own, "extra-time", minutes="10", reason="x").status_code == 404

    def test_exam_without_candidates_has_no_board(self, desk: Client, exam: Exam) -> None:
        assert desk.get(reverse("assessments:board", args=[exam.public_id])).status_code == 404
        assert "No exam is being sat" in desk.get(reverse("assessments:boards")).content.decode()


class TestBoard:
    def test_whoever_is_silent_comes_first(self, exam: Exam, invigilator: User) -> None:
        fresh = sitting(exam)
        silent = sitting(exam, ago=timedelta(minutes=10))
        seats = board(invigilator, exam, at=timezone.now()).seats
        assert [seat.attempt.pk for seat in seats] == [silent.pk, fresh.pk]
        assert [seat.is_silent for seat in seats] == [True, False]
        assert seats[0].minutes_left == 20

    def test_page_shows_state_time_and_contact(self, desk: Client, exam: Exam) -> None:
        sitting(exam, ago=timedelta(minutes=10))
        page = desk.get(reverse("assessments:board", args=[exam.public_id])).content.decode()
        assert "In progress" in page
        assert "20 minutes" in page
        assert "10 minutes ago" in page

    def test_rows_alone_are_what_the_script_fetches(self, desk: Client, exam: Exam) -> None:
        attempt = sitting(exam)
        part = desk.get(reverse("assessments:board_rows", args=[exam.public_id])).content.decode()
        assert "<html" not in part
        assert str(attempt.public_id) in part

    def test_number_of_queries_is_the_same_for_any_number_of_candidates(
        self, desk: Client, exam: Exam
    ) -> None:

        counts = []
        for candidates in (1, 2, 27):
            for _ in range(candidates):
                sitting(exam)
            with CaptureQueriesContext(
                connection,
            ) as queries:
                desk.get(reverse("assessments:board_rows", args=[exam.public_id]))
            counts.append(len(queries))
        assert len(set(counts)) == 1


class TestInterventions:
    def test_reason_is_demanded(self, desk: Client, exam: Exam) -> None:
        attempt = sitting(exam)
        answer = intervene(desk, attempt, "pause", reason="  ")
        assert answer.status_code == 422
        assert again(attempt).state == AttemptState.STARTED

    def test_pause_and_resume_give_the_time_back(self, desk: Client, exam: Exam, invigilator: User) -> None:
        attempt = sitting(exam)
        assert intervene(desk, attempt, "pause", reason="Fire alarm").status_code == 302
        assert again(attempt).state == AttemptState.PAUSED
        assert intervene(desk, attempt, "resume", reason="All back").status_code == 302
        after = again(attempt)
        assert after.state == AttemptState.STARTED
        assert after.deadline is not None and attempt.deadline is not None
        assert after.deadline >= attempt.deadline
        assert list(after.events.filter(actor=invigilator).values_list("reason", flat=True)) == [
            "Fire alarm",
            "All back",
        ]

    @pytest.mark.parametrize("minutes", ["15", "١٥"])
    def test_extra_time_moves_the_end(self, desk: Client, exam: Exam, minutes: str) -> None:
        attempt = sitting(exam)
        assert (
            intervene(desk, attempt, "extra-time", minutes=minutes, reason="Large print").status_code == 302
        )
        after = again(attempt)
        assert after.deadline == (attempt.deadline or timezone.now()) + timedelta(minutes=15)
        assert after.events.filter(kind=EventKind.TIME_GIVEN).count() == 1

    @pytest.mark.parametrize("minutes", ["0", "-5", "241", "many", ""])
    def test_impossible_minutes_are_refused(self, desk: Client, exam: Exam, minutes: str) -> None:
        attempt = sitting(exam)
        assert intervene(desk, attempt, "extra-time", minutes=minutes, reason="x").status_code == 422
        assert again(attempt).extra_seconds == 0

    def test_device_move_is_allowed_once(self, desk: Client, exam: Exam) -> None:
        attempt = sitting(exam)
        assert intervene(desk, attempt, "device", reason="Battery empty").status_code == 302
        assert again(attempt).is_move_allowed

    def test_void_attempt_cannot_go_on(self, desk: Client, exam: Exam) -> None:
        attempt = sitting(exam)
        assert intervene(desk, attempt, "void", reason="Sat by somebody else").status_code == 302
        assert again(attempt).state == AttemptState.VOIDED
        refused = intervene(desk, attempt, "extra-time", minutes="5", reason="x")
        assert refused.status_code == 409
        assert again(attempt).extra_seconds == 0

    def test_unknown_intervention_does_not_exist(self, desk: Client, exam: Exam) -> None:
        assert intervene(desk, sitting(exam), "promote", reason="x").status_code == 404

    def test_outage_is_credited_to_everybody_whose_clock_runs(self, desk: Client, exam: Exam) -> None:
        running, void = sitting(exam), sitting(exam)
        intervene(desk, void, "void", reason="x")
        url = reverse("assessments:board", args=[exam.public_id])
        answer = desk.post(url, {"minutes": "7", "reason": "Power cut"}, follow=True)
        assert "credited to 1 candidate" in answer.content.decode()
        assert (again(running).credited_seconds, again(void).credited_seconds) == (420, 0)

    def test_html_in_a_reason_is_shown_as_text(self, desk: Client, exam: Exam) -> None:
        attempt = sitting(exam)
        intervene(desk, attempt, "pause", reason="<script>alert(1)</script>")
        page = desk.get(reverse("assessments:board_attempt", args=[attempt.public_id])).content.decode()
        assert "<script>alert" not in page
        assert "&lt;script&gt;alert" in page


class TestLateAnswers:
    @pytest.fixture
    def owing(self, exam: Exam) -> Attempt:
        """An attempt under review; how it comes to be is the business of the services' own tests."""
        attempt = sitting(exam, ago=timedelta(minutes=40))
        Attempt.objects.filter(pk=attempt.pk).update(state=AttemptState.LATE_REVIEW)
        return again(attempt)

    def verdict(self, user: User, attempt: Attempt, accept: str = "yes") -> Any:
        url = reverse("assessments:board_verdict", args=[attempt.public_id])
        return signed_in(user).post(url, {"accept": accept, "reason": "Seen in the room"})

    def judge(self) -> User:
        return permit(UserFactory(), "invigilate_attempt", "view_every_attempt", "judge_late_answers")

    def test_two_different_people_decide(self, owing: Attempt) -> None:
        first, second = self.judge(), self.judge()
        assert self.verdict(first, owing).status_code == 302
        assert again(owing).state == AttemptState.LATE_REVIEW
        assert self.verdict(first, owing).status_code == 409
        assert self.verdict(second, owing).status_code == 302
        assert again(owing).state not in (AttemptState.LATE_REVIEW, AttemptState.STARTED)

    def test_invigilator_alone_may_not_judge(self, owing: Attempt, invigilator: User) -> None:
        assert self.verdict(invigilator, owing).status_code == 404

    def test_verdict_is_a_choice(self, owing: Attempt) -> None:
        assert self.verdict(self.judge(), owing, accept="perhaps").status_code == 422
