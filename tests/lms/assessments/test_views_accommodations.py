"""What the candidate, the office and the board see of accommodations, and what they do not."""

import re
from collections.abc import Iterator

import pytest
import time_machine
from django.contrib.auth.models import Permission
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import translation

from lms.assessments.models import Accommodation, Attempt, Exam
from lms.people.enums import Role
from lms.people.models import User
from tests.factories.accommodations import SECRET, grant
from tests.factories.assessments import enrol, started_attempt
from tests.factories.people import UserFactory

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def english(noon: time_machine.Traveller) -> Iterator[None]:
    with translation.override("en"):
        yield


@pytest.fixture
def lead(client: Client) -> Client:
    client.cookies["django_language"] = "en"
    client.force_login(UserFactory(role=Role.PROGRAMME_LEAD))
    return client


def url(name: str, *args: object) -> str:
    return re.sub(r"^/(ar|en)/", "/en/", reverse(f"assessments:{name}", args=args))


def test_the_start_page_says_what_was_granted_and_the_true_minutes(
    web: Client, exam: Exam, learner: User
) -> None:
    grant(learner, exam, multiplier="1.5", break_minutes=10, large_print=True)
    text = web.get(url("exam", exam.public_id)).content.decode()
    for words in (
        "time × 1.5",
        "10 minutes of breaks",
        "large print",
        "You have 45 minutes; the usual time is 30.",
    ):
        assert words in text
    assert "reading aloud" not in text and SECRET not in text


@pytest.mark.parametrize("name", ["paper", "question", "review", "break"])
def test_pages_of_the_exam_are_large_for_whom_it_was_granted(
    web: Client, exam: Exam, learner: User, name: str
) -> None:
    attempt = started_attempt(exam, learner)
    address = url(name, attempt.public_id, *([1] if name == "question" else []))
    if name != "break":
        assert b"large-print" not in web.get(address).content
    grant(learner, exam, large_print=True, break_minutes=1)
    page = web.get(address).content.decode()
    [classes] = re.findall(r'<body class="([^"]*)">', page)
    assert {"exam", "large-print"} <= set(classes.split())


def test_a_plain_question_carries_the_words_for_reading_aloud_only_if_granted(
    web: Client, exam: Exam, learner: User
) -> None:
    attempt = started_attempt(exam, learner)
    assert b"data-aloud" not in web.get(url("question", attempt.public_id, 1)).content
    grant(learner, exam, read_aloud=True)
    page = web.get(url("question", attempt.public_id, 1)).content.decode()
    assert "data-aloud" in page and "data-speaker" in page


def test_a_break_is_taken_and_ended_page_by_page(
    web: Client, exam: Exam, learner: User, noon: time_machine.Traveller
) -> None:
    grant(learner, exam, break_minutes=10)
    web.post(url("start", exam.public_id))
    attempt = Attempt.objects.get()
    told = {"sequence": 1, "kind": "single", "q1": 2, "go": "break"}
    where = web.post(url("question", attempt.public_id, 1), told).headers["Location"]
    assert where == url("break", attempt.public_id)
    assert "10 minutes of breaks left" in web.get(where).content.decode()
    assert web.post(where, {"act": "break"}).headers["Location"] == where
    for name in ("attempt", "review", "paper"):
        response = web.get(url(name, attempt.public_id))
        assert name == "paper" or response.headers["Location"] == where
    noon.shift(240)
    assert web.post(where, {"act": "resume"}).headers["Location"] == url("attempt", attempt.public_id)
    assert Attempt.objects.get().break_seconds == 240


def test_the_break_page_is_nobody_else_s_and_leads_away_without_a_grant(
    web: Client, exam: Exam, learner: User
) -> None:
    other = started_attempt(exam, enrol(exam).learner)
    assert web.get(url("break", other.public_id)).status_code == 404
    own = started_attempt(exam, learner)
    assert web.post(url("break", own.public_id), {"act": "break"}).status_code == 302
    assert not Attempt.objects.get(pk=own.pk).is_on_break


def test_the_state_tells_the_phone_what_was_granted(web: Client, exam: Exam, learner: User) -> None:
    attempt = started_attempt(exam, learner)
    assert not {"breaks", "aids"} & set(web.get(url("state", attempt.public_id)).json())
    grant(learner, exam, break_minutes=5, read_aloud=True)
    told = web.get(url("state", attempt.public_id)).json()
    assert told["breaks"] == {"allowed": 300_000, "taken": 0, "is_on": False}
    assert told["aids"] == ["read_aloud"]


def test_the_board_shows_the_effect_and_never_the_reason(lead: Client, exam: Exam, learner: User) -> None:
    attempt = started_attempt(exam, learner)
    grant(learner, exam, multiplier="1.5", break_minutes=5)
    for address in (url("board", exam.public_id), url("board_attempt", attempt.public_id)):
        text = lead.get(address).content.decode()
        assert "time × 1.5 · 5 minutes of breaks" in text
        assert SECRET not in text


# --- The office


def grant_by_form(client: Client, learner: User, **data: object) -> object:
    said = {
        "person": learner.email,
        "exam": "",
        "time_multiplier": "1.5",
        "break_minutes": "0",
        "reason": SECRET,
    }
    return client.post(reverse("accommodations:add"), {**said, **data})


def test_a_lead_grants_and_ends(lead: Client, exam: Exam, learner: User) -> None:
    assert grant_by_form(lead, learner, exam=exam.pk).status_code == 302
    row = Accommodation.objects.get()
    assert (row.learner, row.exam, row.reason) == (learner, exam, SECRET)
    text = lead.get(reverse("accommodations:index")).content.decode()
    assert "time × 1.5" in text and SECRET not in text
    assert SECRET in lead.get(reverse("accommodations:inspect", args=[row.pk])).content.decode()
    assert (
        "keeps what it was given"
        in lead.get(reverse("accommodations:delete", args=[row.pk])).content.decode()
    )
    assert lead.post(reverse("accommodations:delete", args=[row.pk])).status_code == 302
    assert Accommodation.objects.get().ended_at is not None


@pytest.mark.parametrize(
    "bad",
    [
        {"person": "nobody@example.org"},
        {"time_multiplier": "3.5"},
        {"time_multiplier": "1"},
        {"break_minutes": "900"},
        {"reason": ""},
    ],
)
def test_a_grant_that_cannot_be_is_refused_with_a_sentence(
    lead: Client, learner: User, bad: dict[str, str]
) -> None:
    response = grant_by_form(lead, learner, **bad)
    assert response.status_code == 200 and "error" in response.content.decode()
    assert not Accommodation.objects.exists()


@pytest.mark.parametrize("role", [Role.MASTER_TRAINER, Role.AUDITOR, Role.REVIEWER])
def test_nobody_else_sees_or_grants_anything(client: Client, learner: User, role: Role) -> None:
    row = grant(learner, large_print=True)
    user = UserFactory(role=role)
    user.user_permissions.add(Permission.objects.get(codename="access_admin"))
    client.force_login(user)
    for name, args in (("index", ()), ("add", ()), ("inspect", (row.pk,)), ("delete", (row.pk,))):
        response = client.get(reverse(f"accommodations:{name}", args=args))
        assert response.status_code in (302, 403, 404)
        assert SECRET not in response.content.decode()


def test_the_list_costs_the_same_however_long(lead: Client) -> None:
    counts = set()

    for size in (1, 2, 6):
        for _ in range(size):
            grant(UserFactory(), large_print=True)
        with CaptureQueriesContext(connection) as queries:
            lead.get(reverse("accommodations:index"))
        counts.add(len(queries))
    assert len(counts) == 1, counts
