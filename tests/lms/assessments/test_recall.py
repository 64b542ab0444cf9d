"""The second batch of a phone: written by what the process remembers of the attempt, if that is still so."""

import json
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
import time_machine
from django.db import connection
from django.http import HttpResponse
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from lms.assessments.models import Attempt, Exam, Operation
from lms.assessments.oplog import FIELDS, seal
from lms.assessments.selectors import recall as memory
from lms.assessments.services.invigilation import give_extra_time, pause_attempt, void_attempt
from lms.assessments.timing import to_ms
from lms.people.models import User
from tests.factories.accommodations import grant
from tests.factories.assessments import NOON
from tests.factories.people import UserFactory
from tests.factories.phone import Phone

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("noon")]


@pytest.fixture
def phone(web: Client, exam: Exam) -> Phone:
    """A phone of which this process has taken in a batch."""
    web.post(reverse("assessments:start", args=[exam.public_id]), {"client": "1"})
    phone = Phone(Attempt.objects.get())
    phone.do("view")
    assert send(web, phone, 1).status_code == 200
    assert memory.recall(phone.attempt.public_id, phone.learner.pk) is not None
    return phone


def send(web: Client, phone: Phone, start: int) -> HttpResponse:
    return post(web, phone, phone.batch(start))


def post(web: Client, phone: Phone, data: dict[str, Any]) -> HttpResponse:
    address = reverse("assessments:ops", args=[phone.attempt.public_id])
    return web.post(address, json.dumps(data), content_type="application/json")


def told(response: HttpResponse) -> dict[str, Any]:
    reply: dict[str, Any] = json.loads(response.content)
    return reply


def kept() -> int:
    return Operation.objects.count()


def test_it_costs_one_statement_however_many_operations_it_has(web: Client, phone: Phone) -> None:
    for count in (1, 3, 30):
        start = phone.seq + 1
        for _ in range(count):
            phone.choose(1, 2)
        with CaptureQueriesContext(connection) as queries:
            assert told(send(web, phone, start))["ack_seq"] == phone.seq
        assert len(queries) == 1, [query["sql"] for query in queries]
    assert kept() == phone.seq


def test_what_is_kept_is_what_was_sent(web: Client, phone: Phone) -> None:
    start = phone.seq + 1
    sent = [phone.choose(1, 2), phone.do("flag", 2, True), phone.do("clear", 1), phone.do("offline")]
    assert post(web, phone, phone.batch(start, unsent=7)).status_code == 200
    rows = list(Operation.objects.filter(seq__gte=start).order_by("seq"))
    assert [{name: getattr(row, name) for name in FIELDS} for row in rows] == [op.as_dict() for op in sent]
    assert {row.received_at for row in rows} == {NOON}
    assert [row.unsent for row in rows] == [None, None, None, 7]


def test_extra_time_and_what_is_granted_arrive_with_the_very_next_reply(web: Client, phone: Phone) -> None:
    before = told(send(web, phone, 1))["deadline"]
    give_extra_time(attempt=phone.attempt, seconds=300, actor=UserFactory(), reason="x")
    phone.choose(1, 2)
    assert told(send(web, phone, phone.seq))["deadline"] == before + 300_000
    grant(phone.learner, phone.attempt.exam, large_print=True)
    phone.choose(1, 1)
    assert told(send(web, phone, phone.seq))["aids"] == ["large_print"]


def change_password(phone: Phone) -> None:
    phone.learner.set_password("another password")
    phone.learner.save()


def deactivate(phone: Phone) -> None:
    User.objects.filter(pk=phone.learner.pk).update(is_active=False)


@pytest.mark.parametrize("happen", [change_password, deactivate])
def test_a_session_that_has_ended_writes_nothing(
    web: Client, phone: Phone, happen: Callable[[Phone], None]
) -> None:
    happen(phone)
    phone.choose(1, 2)
    assert send(web, phone, phone.seq).status_code == 401
    assert kept() == 1


def test_who_has_signed_in_again_after_a_new_password_goes_on(web: Client, phone: Phone) -> None:
    """The browser's lease belongs to its session, so it is taken over first, as the page does."""
    change_password(phone)
    web.force_login(phone.learner)
    phone.choose(1, 2)
    response = send(web, phone, phone.seq)
    assert (response.status_code, told(response)["error"]) == (409, "lease_lost")
    assert kept() == 1


def test_another_person_cannot_use_what_is_remembered(phone: Phone) -> None:
    stranger = Client()
    stranger.force_login(UserFactory())
    phone.choose(1, 2)
    assert send(stranger, phone, phone.seq).status_code == 404
    assert kept() == 1


def test_a_void_attempt_takes_nothing_more(web: Client, phone: Phone) -> None:
    void_attempt(attempt=phone.attempt, actor=UserFactory(), reason="x")
    phone.choose(1, 2)
    response = send(web, phone, phone.seq)
    assert (response.status_code, told(response)["error"]) == (409, "closed")
    assert kept() == 1


def test_a_pause_is_told_and_what_was_done_before_it_is_kept(web: Client, phone: Phone) -> None:
    pause_attempt(attempt=phone.attempt, actor=UserFactory(), reason="x")
    phone.choose(1, 2)
    assert told(send(web, phone, phone.seq))["state"] == "PAUSED"
    assert kept() == 2


def test_after_deadline_and_grace_the_attempt_is_closed_first(
    web: Client, phone: Phone, noon: time_machine.Traveller
) -> None:
    Attempt.objects.update(grace_seconds=60)
    late = to_ms(NOON) + 31 * 60_000 + 1
    noon.move_to(late / 1000)
    phone.choose(1, 2)
    assert told(send(web, phone, phone.seq))["state"] == "SYNC_OWED"


def test_what_another_process_has_taken_in_meanwhile_is_followed(web: Client, phone: Phone) -> None:
    holder = Attempt.objects.get().holder
    phone.choose(1, 2)
    phone.send(phone.batch(phone.seq), holder=holder)
    phone.choose(1, 3)
    assert told(send(web, phone, phone.seq))["ack_seq"] == 3
    assert kept() == 3


def test_a_gap_is_asked_for_and_a_repetition_changes_nothing(web: Client, phone: Phone) -> None:
    phone.choose(1, 2)
    phone.choose(1, 3)
    assert told(send(web, phone, 3))["need_from"] == 2
    assert told(send(web, phone, 2))["ack_seq"] == 3
    assert told(send(web, phone, 2))["ack_seq"] == 3
    assert kept() == 3


def test_a_number_that_skips_others_is_not_written_although_its_chain_fits(web: Client, phone: Phone) -> None:
    forged = seal(phone.name, replace(phone.choose(1, 2), seq=9))
    response = post(web, phone, {"lease": 1, "from_seq": 9, "ops": [forged.as_dict()]})
    assert told(response)["need_from"] == 2
    assert kept() == 1


def test_an_attempt_with_breaks_is_read_each_time(web: Client, phone: Phone) -> None:
    """Its reply tells of the exam's window, which may be moved at any time."""
    grant(phone.learner, phone.attempt.exam, break_minutes=5)
    for _ in range(2):
        phone.choose(1, 2)
        assert told(send(web, phone, phone.seq))["breaks"]["allowed"] == 300_000
        assert memory.recall(phone.attempt.public_id, phone.learner.pk) is None


def test_the_memory_has_an_end(phone: Phone, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(memory, "MOST", 2)
    known = memory.recall(phone.attempt.public_id, phone.learner.pk)
    assert known is not None
    for number in range(3):
        memory.remember(Attempt(pk=-number, learner_id=1, state="STARTED"))
    assert memory.recall(phone.attempt.public_id, phone.learner.pk) is None
    memory.remember(known)
    assert memory.recall(phone.attempt.public_id, phone.learner.pk) is known
