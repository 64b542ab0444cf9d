"""The desk from outside: who may open which page, what it tells, and what it refuses."""

import re
from decimal import Decimal

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from lms.assessments.content import plain_number
from lms.assessments.desk.forms import steps
from lms.assessments.enums import AttemptState
from lms.assessments.models import Appeal, Attempt, Exam, Marking, Moderation, Regrade
from lms.assessments.services.appeals import file_appeal
from lms.people.enums import Role
from lms.people.models import User
from lms.people.services import sync_roles
from tests.factories.assessments import ExamFactory, enrol, make_bank, sit
from tests.factories.marking import mark_all, open_exam, sit_open
from tests.factories.people import UserFactory

pytestmark = pytest.mark.django_db


def staff(role: Role) -> User:
    sync_roles()
    return UserFactory(role=role, is_staff=True)


def client_of(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


@pytest.fixture
def lead() -> Client:
    return client_of(staff(Role.PROGRAMME_LEAD))


@pytest.fixture
def trainer() -> User:
    return staff(Role.MASTER_TRAINER)


@pytest.fixture
def waiting() -> Attempt:
    return sit_open(open_exam(), right=6)


def near_case() -> Moderation:
    exam = ExamFactory(bank=make_bank("NEAR", questions=10), question_count=10, moderates_near_cut=True)
    return sit(exam, enrol(exam).learner, right=7).moderations.get()


def filed() -> Appeal:
    exam = ExamFactory()
    attempt = sit(exam, enrol(exam).learner, right=2)
    return file_appeal(
        attempt_id=attempt.public_id, learner=attempt.learner, text="Wrong key.", at=attempt.released_at
    )


def sheet_of(attempt: Attempt, turn: int = 1) -> str:
    marking = Marking.objects.filter(slot__attempt=attempt, turn=turn, marked_at=None).first()
    return reverse("assessments_marking_answer", args=[marking.public_id])


# --- Who may enter


def addresses() -> dict[str, str]:
    exam = ExamFactory()
    regrade = Regrade.objects.create(
        exam=exam, actor=UserFactory(), reason="x", compared=0, at="2026-03-01T10:00Z"
    )
    return {
        "marking": reverse("assessments_marking"),
        "answer": sheet_of(sit_open(open_exam(), right=6)),
        "moderations": reverse("moderations:index"),
        "case": reverse("assessments_case", args=[near_case().public_id]),
        "appeals": reverse("appeals:index"),
        "appeal": reverse("assessments_appeal", args=[filed().public_id]),
        "results": reverse("assessments_results", args=[exam.public_id]),
        "regrade": reverse("assessments_regrade", args=[exam.public_id]),
        "record": reverse("assessments_regrade_record", args=[regrade.public_id]),
    }


READERS: dict[Role, set[str]] = {
    Role.PROGRAMME_LEAD: {
        "marking",
        "answer",
        "moderations",
        "case",
        "appeals",
        "appeal",
        "results",
        "regrade",
        "record",
    },
    Role.MASTER_TRAINER: {"marking", "answer"},
    Role.AUDITOR: {"moderations", "appeals", "results", "record"},
    Role.REVIEWER: set(),
}


@pytest.mark.parametrize("role", list(READERS))
def test_each_role_opens_its_pages_and_no_other(role: Role) -> None:
    web = client_of(staff(role))
    opened = {name for name, address in addresses().items() if web.get(address).status_code == 200}
    assert opened == READERS[role]


def test_learners_and_strangers_open_nothing() -> None:
    learner = UserFactory()
    for address in addresses().values():
        assert Client().get(address).status_code in (302, 403)
        assert client_of(learner).get(address).status_code in (302, 403)


def test_what_does_not_exist_is_not_found(lead: Client) -> None:
    nobody = "01900000-0000-7000-8000-000000000000"
    names = ["marking_answer", "case", "appeal", "results", "regrade", "regrade_record"]
    for name in names:
        address = reverse(f"assessments_{name}", args=[nobody])
        assert lead.get(address, follow=True).status_code == 404
    for name in ("marking_take", "release"):
        assert lead.post(reverse(f"assessments_{name}", args=[nobody]), follow=True).status_code == 404


def test_an_auditor_releases_and_regrades_nothing() -> None:
    exam = ExamFactory(release="by_hand")
    attempt = sit(exam, enrol(exam).learner, right=4)
    web = client_of(staff(Role.AUDITOR))
    for name in ("release", "regrade"):
        assert web.post(reverse(f"assessments_{name}", args=[exam.public_id])).status_code in (302, 403)
    assert Attempt.objects.get(pk=attempt.pk).state == AttemptState.GRADED


# --- Marking


def test_the_page_of_an_answer_names_nobody_and_tells_nothing_of_the_first_marker(
    trainer: User, waiting: Attempt
) -> None:
    first = UserFactory(name_ar="المصحح الأول", name_en="First Marker")
    mark_all(waiting, "2", marker=first)
    page = client_of(trainer).get(sheet_of(waiting, turn=2)).content.decode()
    assert "The polling hall opens at eight." in page
    for secret in (waiting.learner.name_ar, first.name_ar, str(waiting.public_id), "Good", "checked"):
        assert secret not in page


def test_save_and_next_goes_through_the_queue_to_its_end(trainer: User, waiting: Attempt) -> None:
    web = client_of(trainer)
    response = web.post(reverse("assessments_marking_take", args=[waiting.exam.public_id]))
    for _ in range(2):
        address = response["Location"]
        assert "marking/answers" in address
        data = {"marks-a": "2", "marks-b": "2", "comment-a": "", "comment-b": "واضح"}
        response = web.post(address, {**data, "save": "1"})
    assert response["Location"] == reverse("assessments_marking")
    assert Attempt.objects.get(pk=waiting.pk).state == AttemptState.RELEASED


def test_missing_marks_are_asked_for_and_what_was_typed_stays(trainer: User, waiting: Attempt) -> None:
    response = client_of(trainer).post(sheet_of(waiting), {"marks-a": "1.5", "comment-a": "نصف صحيح"})
    page = response.content.decode()
    assert response.status_code == 422
    assert "نصف صحيح" in page
    assert re.search(r'value="1.5"[^>]*checked', page)
    assert not Marking.objects.exclude(marked_at=None).exists()


@pytest.mark.parametrize("marks", ["2.5", "-1", "0.3", "NaN", "٢٢"])
def test_marks_that_are_not_offered_are_refused(trainer: User, waiting: Attempt, marks: str) -> None:
    response = client_of(trainer).post(sheet_of(waiting), {"marks-a": marks, "marks-b": "0"})
    assert response.status_code == 422


def test_a_trainer_reads_why_an_own_trainee_s_answer_is_for_others_and_nothing_of_it(trainer: User) -> None:
    exam = open_exam()
    own = sit_open(exam, enrol(exam, cohort__trainer=trainer).learner, right=6)
    response = client_of(trainer).get(sheet_of(own))
    assert response.status_code == 409
    assert "The polling hall opens at eight." not in response.content.decode()


def test_a_double_click_marks_once_and_goes_on(trainer: User, waiting: Attempt) -> None:
    web, address = client_of(trainer), sheet_of(waiting)
    data = {"marks-a": "1", "marks-b": "1", "save": "1"}
    assert web.post(address, data).status_code == web.post(address, data).status_code == 302
    assert Marking.objects.exclude(marked_at=None).count() == 1


def test_an_answer_left_to_others_is_free_again(trainer: User, waiting: Attempt) -> None:
    web = client_of(trainer)
    first = web.post(reverse("assessments_marking_take", args=[waiting.exam.public_id]))["Location"]
    second = web.post(first, {"skip": "1"})["Location"]
    assert first != second
    assert Marking.objects.exclude(marker=None).count() == 1


@pytest.mark.parametrize(
    ("most", "offered"),
    [("1", "0 0.5 1"), ("1.25", "0 0.5 1 1.25"), ("4", "0 0.5 1 1.5 2 2.5 3 3.5 4"), ("5", "0 1 2 3 4 5")],
)
def test_the_marks_offered_reach_from_nothing_to_the_most(most: str, offered: str) -> None:
    assert " ".join(plain_number(one) for one in steps(Decimal(most))) == offered


# --- Moderation


def test_a_case_shows_every_answer_without_a_name_and_is_confirmed(lead: Client) -> None:
    case = near_case()
    address = reverse("assessments_case", args=[case.public_id])
    page = lead.get(address).content.decode()
    assert case.attempt.learner.name_ar not in page
    assert page.count('name="q') == 10
    assert lead.post(address, {"reason": "قرأتها كلها."}).status_code == 302
    assert Attempt.objects.get(pk=case.attempt_id).state == AttemptState.RELEASED
    assert "قرأتها كلها." in lead.get(address).content.decode()


def test_a_decision_takes_arabic_digits_and_refuses_what_is_no_mark(lead: Client) -> None:
    case = near_case()
    address = reverse("assessments_case", args=[case.public_id])
    wrong = case.attempt.slots.filter(marks=0).first()
    for data in (
        {f"q{wrong.position}": "two", "reason": "x"},
        {f"q{wrong.position}": "2", "reason": "x"},
        {},
    ):
        assert lead.post(address, data or {"q1": ""}).status_code == 422
    assert lead.post(address, {f"q{wrong.position}": "٠٫٥", "reason": "x"}).status_code == 302
    assert Attempt.objects.get(pk=case.attempt_id).marks == Decimal("7.5")


def test_the_list_of_cases_asks_as_much_for_one_as_for_many(lead: Client) -> None:
    exam = ExamFactory(bank=make_bank("LIST", questions=10), question_count=10, moderates_near_cut=True)
    counts = set()
    for people in (1, 2, 9):
        for _ in range(people):
            sit(exam, enrol(exam).learner, right=7)
        lead.get(reverse("moderations:index"))
        with CaptureQueriesContext(connection) as queries:
            assert lead.get(reverse("moderations:index")).status_code == 200
        counts.add(sum("assessments_" in query["sql"] for query in queries))
    assert len(counts) == 1, counts


# --- Release and regrades


def test_an_officer_releases_what_is_ready(lead: Client) -> None:
    exam = ExamFactory(release="by_hand")
    attempt = sit(exam, enrol(exam).learner, right=4)
    lead.post(reverse("assessments_release", args=[exam.public_id]))
    assert Attempt.objects.get(pk=attempt.pk).state == AttemptState.RELEASED
    assert lead.get(reverse("assessments_release", args=[exam.public_id])).status_code == 405


def chosen(exam: Exam, value: str, attempt: Attempt, position: int = 4) -> dict[str, str]:
    return {f"v{attempt.slots.get(position=position).version.public_id}": value}


def test_a_regrade_is_compared_first_and_applied_with_its_reason(lead: Client) -> None:
    exam = ExamFactory(bank=make_bank(questions=4), question_count=4)
    attempt = sit(exam, enrol(exam).learner, right=2)
    address = reverse("assessments_regrade", args=[exam.public_id])
    data = chosen(exam, "credited", attempt)
    page = lead.post(address, {**data, "compare": "1"}).content.decode()
    assert attempt.learner.name_ar in page
    assert "<svg" in page
    assert not Regrade.objects.exists()
    fingerprint = re.search(r'name="fingerprint" value="([0-9a-f]{64})"', page)[1]
    apply = {**data, "apply": "1", "fingerprint": fingerprint}
    assert lead.post(address, {**apply, "reason": ""}).status_code == 422
    assert lead.post(address, {**apply, "fingerprint": "0" * 64, "reason": "x"}).status_code == 409
    response = lead.post(address, {**apply, "reason": "السؤال معيب."})
    regrade = Regrade.objects.get()
    assert response["Location"] == reverse("assessments_regrade_record", args=[regrade.public_id])
    assert Attempt.objects.get(pk=attempt.pk).is_passed
    record = lead.get(response["Location"]).content.decode()
    assert "السؤال معيب." in record and attempt.learner.name_ar in record


def test_nothing_chosen_is_refused_with_a_sentence(lead: Client) -> None:
    exam = ExamFactory()
    sit(exam, enrol(exam).learner, right=2)
    response = lead.post(reverse("assessments_regrade", args=[exam.public_id]), {"compare": "1"})
    assert response.status_code == 422
    assert "help-critical" in response.content.decode()


# --- Appeals


def of(attempt: Attempt, name: str) -> str:
    return reverse(f"assessments:{name}", args=[attempt.public_id])


def test_a_learner_appeals_from_the_result_page_and_reads_the_answer_there(lead: Client) -> None:
    from django.utils import timezone

    exam = ExamFactory()
    attempt = sit(exam, enrol(exam).learner, right=2)
    Attempt.objects.filter(pk=attempt.pk).update(released_at=timezone.now())
    web = client_of(attempt.learner)
    assert of(attempt, "appeal") in web.get(of(attempt, "result")).content.decode()
    assert web.post(of(attempt, "appeal"), {"text": " "}).status_code == 422
    assert web.post(of(attempt, "appeal"), {"text": "مفتاح السؤال خطأ."})["Location"] == of(attempt, "result")
    assert of(attempt, "appeal") not in web.get(of(attempt, "result")).content.decode()
    appeal = Appeal.objects.get()
    answer = {"outcome": "upheld", "answer": "أنت على حق.", "q3": "1"}
    assert lead.post(reverse("assessments_appeal", args=[appeal.public_id]), answer).status_code == 302
    page = web.get(of(attempt, "result")).content.decode()
    assert "أنت على حق." in page
    assert Attempt.objects.get(pk=attempt.pk).marks == 3


def test_nobody_else_s_appeal_exists() -> None:
    exam = ExamFactory()
    attempt = sit(exam, enrol(exam).learner, right=2)
    web = client_of(UserFactory())
    assert web.get(of(attempt, "appeal")).status_code == 404
    assert web.post(of(attempt, "appeal"), {"text": "x"}).status_code == 404


def test_appeals_are_limited_in_number() -> None:
    attempt = filed().attempt
    web = client_of(attempt.learner)
    statuses = [web.post(of(attempt, "appeal"), {"text": ""}).status_code for _ in range(11)]
    assert statuses == [422] * 10 + [429]
