"""The exam page's requests from outside: statuses, limits, other people's attempts, and what a sitting costs."""

import json
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
import time_machine
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.http import HttpResponse
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from lms.assessments import views_sync
from lms.assessments.enums import AttemptState
from lms.assessments.models import Attempt, Exam, Operation
from lms.assessments.services.invigilation import give_extra_time, pause_attempt
from lms.assessments.services.preparing import prepare_attempts
from lms.assessments.services.receipts import read_receipt
from lms.assessments.timing import to_ms
from lms.people.models import User
from tests.factories.assessments import NOON, ExamFactory, answer, enrol, make_bank, on_record
from tests.factories.people import UserFactory
from tests.factories.phone import Phone

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("noon")]

MINUTE = timedelta(minutes=1)


@pytest.fixture
def phone(web: Client, exam: Exam) -> Phone:
    """A sitting that was started from the exam page by a script."""
    response = web.post(reverse("assessments:start", args=[exam.public_id]), {"client": "1"})
    attempt = Attempt.objects.get()
    assert response["Location"] == of(attempt, "paper")
    return Phone(attempt)


def of(attempt: Attempt, name: str) -> str:
    return reverse(f"assessments:{name}", args=[attempt.public_id])


def post(web: Client, attempt: Attempt, name: str, data: Any) -> HttpResponse:
    body = data if isinstance(data, str) else json.dumps(data)
    return web.post(of(attempt, name), body, content_type="application/json")


def told(response: HttpResponse) -> tuple[int, dict[str, Any]]:
    return response.status_code, json.loads(response.content)


# --- What is said


def test_a_batch_is_answered_with_the_time_the_lease_and_how_far_the_log_reaches(
    web: Client, phone: Phone
) -> None:
    phone.do("view")
    phone.choose(1, 2)
    status, reply = told(post(web, phone.attempt, "ops", phone.batch()))
    assert status == 200
    assert reply == {
        "state": "STARTED",
        "server_now": to_ms(NOON),
        "deadline": to_ms(NOON + 30 * MINUTE),
        "lease": 1,
        "ack_seq": 2,
        "chain_head": phone.head,
    }


def test_state_tells_how_things_stand_with_every_answer(web: Client, phone: Phone) -> None:
    phone.choose(1, 2)
    phone.do("flag", 2, True)
    post(web, phone.attempt, "ops", phone.batch())
    status, reply = told(web.get(of(phone.attempt, "state")))
    assert (status, reply["holder"], reply["ack_seq"], reply["chain_head"]) == (200, True, 2, phone.head)
    assert reply["answers"] == {"1": {"value": [2], "flag": False}, "2": {"value": None, "flag": True}}


def test_state_says_whether_this_browser_holds_the_lease(phone: Phone) -> None:
    other = Client()
    other.force_login(phone.learner)
    assert not told(other.get(of(phone.attempt, "state")))[1]["holder"]


def test_extra_time_arrives_with_the_next_reply(web: Client, phone: Phone) -> None:
    give_extra_time(attempt=phone.attempt, seconds=300, actor=UserFactory(), reason="x")
    phone.choose(1, 2)
    reply = told(post(web, phone.attempt, "ops", phone.batch()))[1]
    assert reply["deadline"] == to_ms(NOON + 35 * MINUTE)
    pause_attempt(attempt=phone.attempt, actor=UserFactory(), reason="x")
    assert told(web.get(of(phone.attempt, "state")))[1]["state"] == "PAUSED"


def test_during_a_pause_the_deadline_moves_on_with_the_clock(
    web: Client, phone: Phone, noon: time_machine.Traveller
) -> None:
    pause_attempt(attempt=phone.attempt, actor=UserFactory(), reason="x")
    noon.move_to(NOON + 5 * MINUTE)
    assert told(web.get(of(phone.attempt, "state")))[1]["deadline"] == to_ms(NOON + 35 * MINUTE)


def test_another_device_is_told_to_wait_and_then_takes_over(
    phone: Phone, noon: time_machine.Traveller
) -> None:
    other = Client()
    other.force_login(phone.learner)
    status, reply = told(post(other, phone.attempt, "lease", {"device": "d2"}))
    assert (status, reply["error"], reply["wait_seconds"]) == (409, "lease_held", 90)
    noon.move_to(NOON + 2 * MINUTE)
    status, reply = told(post(other, phone.attempt, "lease", {"device": "d2"}))
    assert (status, reply["lease"], reply["holder"], reply["ack_seq"]) == (200, 2, True, 0)


def test_the_device_that_lost_the_lease_is_told_and_what_it_had_is_kept(
    web: Client, phone: Phone, noon: time_machine.Traveller
) -> None:
    phone.choose(1, 2)
    noon.move_to(NOON + 2 * MINUTE)
    other = Client()
    other.force_login(phone.learner)
    post(other, phone.attempt, "lease", {"device": "d2"})
    status, reply = told(post(web, phone.attempt, "ops", phone.batch()))
    assert (status, reply["error"], reply["lease"], reply["ack_seq"]) == (409, "lease_lost", 2, 1)
    assert on_record(phone.attempt)[1].value == [2]


def test_handing_in_answers_with_the_receipt_and_where_the_result_is(web: Client, phone: Phone) -> None:
    phone.choose(1, 2)
    status, reply = told(post(web, phone.attempt, "submit", phone.claim()))
    assert (status, reply["error"], reply["need_from"], reply["need"]) == (409, "not_the_same", 1, [])
    post(web, phone.attempt, "ops", phone.batch())
    status, reply = told(post(web, phone.attempt, "submit", phone.claim()))
    assert (status, reply["state"]) == (200, "RELEASED")
    assert (read_receipt(reply["receipt"]) or {})["head"] == phone.head
    assert web.get(reply["result_url"]).status_code == 200
    assert told(post(web, phone.attempt, "submit", phone.claim())) == (status, reply)


def test_after_the_hand_in_everything_is_closed(web: Client, phone: Phone) -> None:
    post(web, phone.attempt, "submit", phone.claim())
    phone.choose(1, 2)
    for name, data in (("ops", phone.batch()), ("lease", {"device": "d"})):
        status, reply = told(post(web, phone.attempt, name, data))
        assert (status, reply["error"], reply["state"]) == (409, "closed", "RELEASED")


def test_after_the_deadline_the_page_is_told_that_the_server_waits_for_it(
    web: Client, phone: Phone, noon: time_machine.Traveller
) -> None:
    phone.choose(1, 2)
    noon.move_to(NOON + timedelta(hours=1))
    assert told(post(web, phone.attempt, "ops", phone.batch()))[1]["state"] == "SYNC_OWED"
    status, reply = told(post(web, phone.attempt, "submit", phone.claim()))
    assert (status, reply["state"]) == (200, "LATE_REVIEW")
    assert web.get(reply["result_url"]).status_code == 200


# --- What is refused


@pytest.mark.parametrize("name", ["ops", "state", "lease", "submit", "emergency"])
def test_another_person_s_attempt_does_not_exist(client: Client, attempt: Attempt, name: str) -> None:
    client.force_login(enrol(attempt.exam).learner)
    for public_id in (attempt.public_id, uuid4()):
        address = reverse(f"assessments:{name}", args=[public_id])
        if name == "state":
            response = client.get(address)
        elif name == "emergency":
            response = client.post(address, {"file": SimpleUploadedFile("x", b"{}")})
        else:
            response = client.post(address, json.dumps(Phone(attempt).claim()), "application/json")
        assert (response.status_code, told(response)[1]["error"]) == (404, "not_found")
    assert not Operation.objects.exists()


@pytest.mark.parametrize("name", ["ops", "state", "lease", "submit", "emergency"])
def test_whoever_is_signed_out_is_told_so_in_json(attempt: Attempt, name: str) -> None:
    client = Client()
    if name == "state":
        response = client.get(of(attempt, name))
    elif name == "emergency":
        response = client.post(of(attempt, name), {"file": SimpleUploadedFile("x", b"{}")})
    else:
        response = post(client, attempt, name, {})
    assert (response.status_code, told(response)[1]["error"]) == (401, "signed_out")


def test_a_session_from_before_a_new_password_writes_nothing(web: Client, phone: Phone) -> None:
    phone.learner.set_password("another password")
    phone.learner.save()
    phone.choose(1, 2)
    assert post(web, phone.attempt, "ops", phone.batch()).status_code == 401
    plain = reverse("assessments:question", args=[phone.attempt.public_id, 1])
    assert "login" in web.post(plain, {"sequence": 1, "kind": "single", "q1": 1})["Location"]
    assert not Operation.objects.exists()


def test_somebody_who_may_no_longer_sign_in_writes_nothing(web: Client, phone: Phone) -> None:
    User.objects.filter(pk=phone.learner.pk).update(is_active=False)
    phone.choose(1, 2)
    assert post(web, phone.attempt, "ops", phone.batch()).status_code == 401
    assert not Operation.objects.exists()


@pytest.mark.parametrize("name", ["ops", "lease", "submit", "emergency"])
def test_everything_needs_a_token(phone: Phone, name: str) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(phone.learner)
    if name == "emergency":
        response = client.post(of(phone.attempt, name), {"file": SimpleUploadedFile("x", b"{}")})
    else:
        response = post(client, phone.attempt, name, {})
    assert response.status_code == 403


@pytest.mark.parametrize(
    "body",
    [
        "{",
        "null",
        "[]",
        "5",
        '"x"',
        "{}",
        "[" * 100_000,
        '{"lease": 1, "from_seq": 1, "ops": NaN}',
        "9" * 5000,
    ],
)
def test_a_malformed_batch_is_refused_with_the_reason(web: Client, phone: Phone, body: str) -> None:
    for name in ("ops", "submit"):
        status, reply = told(post(web, phone.attempt, name, body))
        assert (status, reply["error"]) == (422, "malformed")
        assert reply["message"]


def test_a_wrong_hash_is_refused_with_its_number(web: Client, phone: Phone) -> None:
    phone.choose(1, 2)
    phone.choose(2, 2)
    batch = phone.batch()
    batch["ops"][1]["value"] = [3]
    status, reply = told(post(web, phone.attempt, "ops", batch))
    assert (status, reply["error"], reply["at"]) == (422, "hash_wrong", 2)


def test_ten_thousand_operations_at_once_are_too_many(web: Client, phone: Phone) -> None:
    for number in range(10_000):
        phone.choose(1 + number % 4, 1)
    status, reply = told(post(web, phone.attempt, "ops", phone.batch(1, 201)))
    assert (status, reply["error"]) == (413, "too_many")
    status, reply = told(post(web, phone.attempt, "ops", phone.batch()))
    assert (status, reply["error"]) == (413, "too_large")
    assert not Operation.objects.exists()


class Unreadable:
    """A body that must not be read."""

    def read(self, *_: Any) -> bytes:
        raise AssertionError("the body was read")

    readline = read


@pytest.mark.parametrize("name", ["ops", "submit", "emergency"])
def test_an_oversize_body_is_refused_before_it_is_read(web: Client, phone: Phone, name: str) -> None:
    response = web.generic(
        "POST",
        of(phone.attempt, name),
        b"",
        CONTENT_TYPE="multipart/form-data; boundary=x" if name == "emergency" else "application/json",
        CONTENT_LENGTH=str(views_sync.MOST_FILE_BYTES + 1),
        **{"wsgi.input": Unreadable()},
    )
    assert (response.status_code, told(response)[1]["error"]) == (413, "too_large")


def test_a_form_is_no_batch(web: Client, phone: Phone) -> None:
    assert told(web.post(of(phone.attempt, "ops"), {"lease": 1}))[0] == 422


def test_too_many_requests_are_slowed_and_nothing_is_lost(web: Client, phone: Phone) -> None:
    phone.choose(1, 2)
    statuses = {post(web, phone.attempt, "ops", phone.batch()).status_code for _ in range(121)}
    assert statuses == {200, 429}
    assert on_record(phone.attempt)[1].value == [2]


@pytest.mark.parametrize("device", [None, 5, ["x"], "x" * 5000])
def test_any_device_name_will_do(web: Client, phone: Phone, device: Any) -> None:
    assert post(web, phone.attempt, "lease", {"device": device}).status_code == 200


def test_replies_are_kept_by_nobody(web: Client, phone: Phone) -> None:
    response = web.get(of(phone.attempt, "state"))
    assert "no-store" in response["Cache-Control"]


def test_nothing_that_is_said_depends_on_the_answer_key(web: Client, phone: Phone) -> None:
    def everything() -> list[bytes]:
        return [
            web.get(of(phone.attempt, "state")).content,
            post(web, phone.attempt, "ops", phone.batch()).content,
        ]

    phone.choose(1, 2)
    everything()
    before = everything()
    with connection.cursor() as cursor:
        cursor.execute("UPDATE assessments_option SET is_correct = NOT is_correct")
    assert everything() == before
    slot = phone.attempt.slots.get(position=1)
    assert all(f'"{key}"'.encode() not in b"".join(before) for key in slot.option_order)


# --- What a sitting costs


@pytest.fixture
def hall() -> tuple[Exam, Client]:
    """An exam of twenty questions, its forms prepared, and somebody who is about to take it."""
    exam = ExamFactory(bank=make_bank(questions=20), question_count=20)
    client = Client()
    client.force_login(enrol(exam).learner)
    assert prepare_attempts(exam=exam).frozen == 1
    return exam, client


def test_a_start_with_a_prepared_form_costs_at_most_eight_statements(hall: tuple[Exam, Client]) -> None:
    exam, client = hall
    with CaptureQueriesContext(connection) as queries:
        client.post(reverse("assessments:start", args=[exam.public_id]), {"client": "1"})
    assert Attempt.objects.get().state == AttemptState.STARTED
    assert len(queries) <= 8


def test_a_sitting_of_twenty_questions_costs_at_most_120_statements(hall: tuple[Exam, Client]) -> None:
    """Open, start, the paper, twenty batches, hand in, receipt: with sessions, sign-in and savepoints."""
    exam, client = hall
    with CaptureQueriesContext(connection) as queries:
        client.get(reverse("assessments:exam", args=[exam.public_id]))
        client.post(reverse("assessments:start", args=[exam.public_id]), {"client": "1"})
    phone = Phone(Attempt.objects.get())
    with CaptureQueriesContext(connection) as more:
        client.get(of(phone.attempt, "paper"))
        for position in range(1, 21):
            phone.choose(position, 1)
            assert post(client, phone.attempt, "ops", phone.batch(position)).status_code == 200
        assert post(client, phone.attempt, "submit", phone.claim()).status_code == 200
        client.get(of(phone.attempt, "result"))
    assert Attempt.objects.get().state == AttemptState.RELEASED
    assert len(queries) + len(more) <= 120, (len(queries), len(more))


def test_a_sitting_with_plain_forms_costs_at_most_120_statements_too(hall: tuple[Exam, Client]) -> None:
    exam, client = hall
    with CaptureQueriesContext(connection) as queries:
        client.get(reverse("assessments:exam", args=[exam.public_id]))
        client.post(reverse("assessments:start", args=[exam.public_id]))
        attempt = Attempt.objects.get()
        for position in range(1, 21):
            address = reverse("assessments:question", args=[attempt.public_id, position])
            data = {"sequence": 1, "kind": "single", f"q{position}": 1}
            assert client.post(address, data).status_code == 302
        client.post(of(attempt, "submit"))
        client.get(of(attempt, "result"))
    assert Attempt.objects.get().state == AttemptState.RELEASED
    assert len(queries) <= 120, len(queries)


def test_state_costs_the_same_however_long_the_log(web: Client, phone: Phone) -> None:
    counts = set()
    for size in (1, 3, 30):
        for _ in range(size):
            phone.choose(1, 2)
        post(web, phone.attempt, "ops", phone.batch(phone.seq - size + 1))
        with CaptureQueriesContext(connection) as queries:
            web.get(of(phone.attempt, "state"))
        counts.add(len(queries))
    assert len(counts) == 1, counts


def test_an_attempt_that_was_started_without_a_script_can_be_continued_with_one(
    web: Client, exam: Exam, learner: User
) -> None:
    web.post(reverse("assessments:start", args=[exam.public_id]))
    attempt = Attempt.objects.get()
    answer(attempt, 1, 3)
    reply = told(web.get(of(attempt, "state")))[1]
    assert (reply["holder"], reply["ack_seq"], reply["answers"]["1"]["value"]) == (False, 0, [3])
    status, reply = told(post(web, attempt, "lease", {"device": "d"}))
    assert (status, reply["lease"], reply["holder"]) == (200, 2, True)
