"""Batches in front of Django: written if all is as it was, and handed over whole if anything differs."""

import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.conf import LazySettings
from django.contrib.sessions.backends.cached_db import SessionStore
from django.contrib.sessions.models import Session
from django.core.cache import cache
from django.db import OperationalError, connection
from django.http import HttpResponse
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from lms.assessments import lane, views_sync
from lms.assessments.models import Attempt, Exam, Operation
from lms.assessments.oplog import MOST_BYTES, Op, seal
from lms.assessments.services.invigilation import give_extra_time, pause_attempt, void_attempt
from lms.assessments.timing import to_ms
from lms.people.models import User
from tests.factories.accommodations import grant
from tests.factories.assessments import NOON
from tests.factories.people import UserFactory
from tests.factories.phone import Phone
from tests.server import ServerClient

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("noon")]

TOKEN = "a" * 32


@pytest.fixture
def web(learner: User) -> ServerClient:
    """The learner's browser before the whole server, which asks for the form's token."""
    return browser_of(learner)


def browser_of(person: User) -> ServerClient:
    web = ServerClient(enforce_csrf_checks=True, headers={"x-csrftoken": TOKEN})
    web.force_login(person)
    web.cookies["csrftoken"] = TOKEN
    return web


@pytest.fixture
def phone(web: ServerClient, exam: Exam) -> Phone:
    """A phone of which the server has taken in a batch, so that the next one may take the lane."""
    web.post(reverse("assessments:start", args=[exam.public_id]), {"client": "1"})
    phone = Phone(Attempt.objects.get())
    phone.do("view")
    assert send(web, phone, 1).status_code == 200
    assert web.is_by_django
    assert phone.name in web.lane.known
    return phone


def send(web: ServerClient, phone: Phone, start: int, **more: Any) -> HttpResponse:
    return post(web, phone, phone.batch(start), **more)


def post(web: ServerClient, phone: Phone, data: dict[str, Any], **more: Any) -> HttpResponse:
    address = reverse("assessments:ops", args=[phone.attempt.public_id])
    return web.post(address, json.dumps(data), content_type="application/json", **more)


def told(response: HttpResponse) -> dict[str, Any]:
    reply: dict[str, Any] = json.loads(response.content)
    return reply


def kept() -> int:
    return Operation.objects.count()


def test_what_simply_follows_is_answered_without_django_as_django_answers(
    web: ServerClient, phone: Phone
) -> None:
    first = send(web, phone, 1)
    assert web.is_by_django
    phone.choose(1, 2)
    second = send(web, phone, 2)
    assert not web.is_by_django
    assert told(second) == told(first) | {"ack_seq": 2, "chain_head": phone.head}
    assert {name: value for name, value in second.items() if name != "Content-Length"} == dict(first.items())
    assert second["Content-Length"] == str(len(second.content))


def test_it_costs_one_statement_however_many_operations_it_has(web: ServerClient, phone: Phone) -> None:
    for count in (1, 3, 30):
        start = phone.seq + 1
        for _ in range(count):
            phone.choose(1, 2)
        with CaptureQueriesContext(connection) as queries:
            assert told(send(web, phone, start))["ack_seq"] == phone.seq
        assert len(queries) == 1, [query["sql"] for query in queries]
    assert kept() == phone.seq


def test_what_is_kept_is_what_was_sent(web: ServerClient, phone: Phone) -> None:
    start = phone.seq + 1
    sent = [phone.choose(1, 2), phone.do("flag", 2, True), phone.do("clear", 1), phone.do("offline")]
    assert post(web, phone, phone.batch(start, unsent=7)).status_code == 200
    rows = list(Operation.objects.filter(seq__gte=start).order_by("seq"))
    assert [{name: getattr(row, name) for name in Op._fields} for row in rows] == [
        op._asdict() for op in sent
    ]
    assert {row.received_at for row in rows} == {NOON}
    assert [row.unsent for row in rows] == [None, None, None, 7]


def test_extra_time_and_what_is_granted_arrive_with_the_very_next_reply(
    web: ServerClient, phone: Phone
) -> None:
    before = told(send(web, phone, 1))["deadline"]
    give_extra_time(attempt=phone.attempt, seconds=300, actor=UserFactory(), reason="x")
    phone.choose(1, 2)
    assert told(send(web, phone, phone.seq))["deadline"] == before + 300_000
    grant(phone.learner, phone.attempt.exam, large_print=True)
    phone.choose(1, 1)
    assert told(send(web, phone, phone.seq))["aids"] == ["large_print"]


# --- What is remembered is no longer so


def change_password(phone: Phone) -> None:
    phone.learner.set_password("another password")
    phone.learner.save()


def deactivate(phone: Phone) -> None:
    User.objects.filter(pk=phone.learner.pk).update(is_active=False)


def sign_out_everywhere(_phone: Phone) -> None:
    for session in Session.objects.all():
        SessionStore(session.session_key).flush()


def let_the_session_run_out(_phone: Phone) -> None:
    cache.clear()
    Session.objects.update(expire_date=NOON - timedelta(seconds=1))


@pytest.mark.parametrize(
    "happen", [change_password, deactivate, sign_out_everywhere, let_the_session_run_out]
)
def test_a_session_that_has_ended_writes_nothing(
    web: ServerClient, phone: Phone, happen: Callable[[Phone], None]
) -> None:
    happen(phone)
    phone.choose(1, 2)
    assert send(web, phone, phone.seq).status_code == 401
    assert kept() == 1


def test_who_signed_out_on_this_phone_writes_nothing_with_the_old_cookie(
    web: ServerClient, phone: Phone
) -> None:
    cookie = web.cookies["sessionid"].value
    web.post(reverse("account_logout"))
    web.cookies["sessionid"], web.cookies["csrftoken"] = cookie, TOKEN
    phone.choose(1, 2)
    assert send(web, phone, phone.seq).status_code == 401
    assert kept() == 1


def test_who_has_signed_in_again_after_a_new_password_goes_on(web: ServerClient, phone: Phone) -> None:
    """The browser's lease belongs to its session, so it is taken over first, as the page does."""
    change_password(phone)
    web.force_login(phone.learner)
    phone.choose(1, 2)
    response = send(web, phone, phone.seq)
    assert (response.status_code, told(response)["error"]) == (409, "lease_lost")
    assert kept() == 1


def test_a_void_attempt_takes_nothing_more(web: ServerClient, phone: Phone) -> None:
    void_attempt(attempt=phone.attempt, actor=UserFactory(), reason="x")
    phone.choose(1, 2)
    response = send(web, phone, phone.seq)
    assert (response.status_code, told(response)["error"]) == (409, "closed")
    assert kept() == 1


def test_a_pause_is_told_and_what_was_done_before_it_is_kept(web: ServerClient, phone: Phone) -> None:
    pause_attempt(attempt=phone.attempt, actor=UserFactory(), reason="x")
    phone.choose(1, 2)
    assert told(send(web, phone, phone.seq))["state"] == "PAUSED"
    assert kept() == 2


def test_after_deadline_and_grace_the_attempt_is_closed_first(
    web: ServerClient, phone: Phone, noon: time_machine.Traveller
) -> None:
    Attempt.objects.update(grace_seconds=60)
    late = to_ms(NOON) + 31 * 60_000 + 1
    noon.move_to(late / 1000)
    phone.choose(1, 2)
    assert told(send(web, phone, phone.seq))["state"] == "SYNC_OWED"


def test_what_another_process_has_taken_in_meanwhile_is_followed(web: ServerClient, phone: Phone) -> None:
    holder = Attempt.objects.get().holder
    phone.choose(1, 2)
    phone.send(phone.batch(phone.seq), holder=holder)
    phone.choose(1, 3)
    assert told(send(web, phone, phone.seq))["ack_seq"] == 3
    assert kept() == 3


def test_a_gap_is_asked_for_and_a_repetition_changes_nothing(web: ServerClient, phone: Phone) -> None:
    phone.choose(1, 2)
    phone.choose(1, 3)
    assert told(send(web, phone, 3))["need_from"] == 2
    assert told(send(web, phone, 2))["ack_seq"] == 3
    assert told(send(web, phone, 2))["ack_seq"] == 3
    assert kept() == 3


def test_a_number_that_skips_others_is_not_written_although_its_chain_fits(
    web: ServerClient, phone: Phone
) -> None:
    forged = seal(phone.name, phone.choose(1, 2)._replace(seq=9))
    response = post(web, phone, {"lease": 1, "from_seq": 9, "ops": [forged._asdict()]})
    assert told(response)["need_from"] == 2
    assert kept() == 1


# --- A request that differs in anything


def test_another_person_finds_no_such_exam(web: ServerClient, phone: Phone) -> None:
    phone.choose(1, 2)
    web.cookies["sessionid"] = browser_of(UserFactory()).cookies["sessionid"].value
    assert send(web, phone, phone.seq).status_code == 404
    assert kept() == 1


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"HTTP_X_CSRFTOKEN": "b" * 32}, 403),
        ({"HTTP_X_CSRFTOKEN": ""}, 403),
        ({"HTTP_ORIGIN": "https://evil.example"}, 403),
        ({"HTTP_HOST": "evil.example"}, 400),
        ({"CONTENT_TYPE": "text/plain"}, 422),
        ({"CONTENT_TYPE": "application/x-www-form-urlencoded"}, 422),
    ],
)
def test_what_django_would_refuse_it_refuses(
    web: ServerClient, phone: Phone, settings: LazySettings, headers: dict[str, str], status: int
) -> None:
    settings.ALLOWED_HOSTS = ["testserver"]
    phone.choose(1, 2)
    assert send(web, phone, phone.seq, **headers).status_code == status
    assert web.is_by_django
    assert kept() == 1


def test_another_method_does_not_take_it(web: ServerClient, phone: Phone) -> None:
    address = reverse("assessments:ops", args=[phone.attempt.public_id])
    phone.choose(1, 2)
    for method in ("get", "put", "head", "delete", "patch", "options"):
        body = {} if method in ("get", "head") else {"data": json.dumps(phone.batch(2))}
        kind = {} if method in ("get", "head") else {"content_type": "application/json"}
        assert getattr(web, method)(address, **body, **kind).status_code == 405
    assert kept() == 1


def test_without_encryption_it_is_not_open_to_who_came_encrypted(
    web: ServerClient, phone: Phone, settings: LazySettings
) -> None:
    settings.SECURE_SSL_REDIRECT = True
    web.handler.load_middleware()
    assert send(web, phone, 1, secure=True, HTTP_REFERER="https://testserver/").status_code == 200
    phone.choose(1, 2)
    assert send(web, phone, 2).status_code == 301
    assert kept() == 1


def test_every_header_by_which_django_decides_is_compared(web: ServerClient, phone: Phone) -> None:
    for name in ("HTTP_ORIGIN", "HTTP_REFERER", "HTTP_X_FORWARDED_PROTO", "QUERY_STRING", "SERVER_PORT"):
        value = {"HTTP_ORIGIN": "http://testserver", "SERVER_PORT": "80"}.get(name, "x=1")
        phone.choose(1, 2)
        other = {name: f"{value}1" if name == "SERVER_PORT" else value}
        send(web, phone, phone.seq, **other)
        assert web.is_by_django, name


def test_a_reply_that_sets_a_cookie_is_not_remembered(web: ServerClient, phone: Phone) -> None:
    """The browser would send it with the next request."""
    known = web.lane.known.pop(phone.name)
    web.lane._remember(phone.name, known._replace(headers=[("Set-Cookie", "x=1"), *known.headers]))
    assert not web.lane.known


# --- What needs Django's word


@pytest.fixture
def counted(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Each batch that was counted; three are allowed."""
    counted: list[str] = []

    def is_over(*, key: str, **_given: Any) -> bool:
        counted.append(key)
        return len(counted) > 3

    monkeypatch.setattr(views_sync, "is_over_process_limit", is_over)
    return counted


def test_who_sends_too_often_is_told_by_django(web: ServerClient, phone: Phone, counted: list[str]) -> None:
    answers = []
    for _ in range(4):
        phone.choose(1, 2)
        answers.append((send(web, phone, phone.seq).status_code, web.is_by_django))
    assert answers == [(200, False)] * 3 + [(429, True)]
    assert set(counted) == {f"{phone.learner.pk}:ops"}


def test_a_batch_that_is_handed_over_is_counted_once(
    web: ServerClient, phone: Phone, counted: list[str]
) -> None:
    for times in (1, 2, 3):
        assert send(web, phone, 1).status_code == 200
        assert (web.is_by_django, len(counted)) == (True, times)


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ("", 422),
        ("{", 422),
        ("[" * 100_000, 422),
        ("null", 422),
        ("{}", 422),
        ('{"lease": 1, "from_seq": 2, "ops": [{}]}', 422),
        ("\ud800", 422),
        (" " * (MOST_BYTES + 1), 413),
    ],
)
def test_what_is_no_batch_is_refused_by_django(
    web: ServerClient, phone: Phone, body: str, status: int
) -> None:
    address = reverse("assessments:ops", args=[phone.attempt.public_id])
    data = body.encode("utf-8", "surrogatepass")
    assert web.post(address, data, content_type="application/json").status_code == status
    assert web.is_by_django
    assert kept() == 1


@pytest.mark.parametrize("length", [None, "", "x", "-1", "²", str(MOST_BYTES + 1)])
def test_a_body_of_unknown_or_odd_length_is_left_for_django(phone: Phone, length: str | None) -> None:
    assert lane._body({"CONTENT_LENGTH": length, "wsgi.input": None}) is None


def test_a_wrong_answer_in_a_batch_leaves_all_of_it_out(web: ServerClient, phone: Phone) -> None:
    phone.choose(1, 2)
    phone.choose(1, 99)
    assert send(web, phone, 2).status_code == 422
    assert kept() == 1


def test_if_the_database_fails_django_tries_again(
    web: ServerClient, phone: Phone, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(**_given: Any) -> None:
        raise OperationalError

    monkeypatch.setattr(lane, "append_batch", fail)
    phone.choose(1, 2)
    assert told(send(web, phone, 2))["ack_seq"] == 2
    assert web.is_by_django
    assert kept() == 2


def test_an_attempt_with_breaks_is_read_each_time(web: ServerClient, phone: Phone) -> None:
    """Its reply tells of the exam's window, which may be moved at any time."""
    grant(phone.learner, phone.attempt.exam, break_minutes=5)
    for _ in range(2):
        phone.choose(1, 2)
        assert told(send(web, phone, phone.seq))["breaks"]["allowed"] == 300_000
        assert web.is_by_django


def test_the_memory_has_an_end(web: ServerClient, phone: Phone, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lane, "MOST", 2)
    known = web.lane.known[phone.name]
    for number in range(3):
        web.lane._remember(str(number), known)
        assert len(web.lane.known) <= 2
    assert phone.name not in web.lane.known
    phone.choose(1, 2)
    assert send(web, phone, 2).status_code == 200
    assert phone.name in web.lane.known
