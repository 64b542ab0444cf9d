"""Things at once with real threads, and a real server that is killed between commit and reply."""

import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from datetime import timedelta
from http.client import HTTPConnection, RemoteDisconnected
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.db import connection
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from lms.assessments.enums import AttemptState, EventKind
from lms.assessments.errors import InterventionRefusedError
from lms.assessments.models import Answer, Attempt, Exam, LateVerdict, Operation
from lms.assessments.services.invigilation import void_attempt
from lms.assessments.services.late import decide_late_answers
from lms.assessments.services.leases import name_of
from lms.assessments.services.receipts import read_receipt
from lms.assessments.services.sitting import submit_attempt, sweep_due_attempts
from tests.factories.assessments import NOON, ExamFactory, enrol, on_record, right_places
from tests.factories.people import UserFactory
from tests.factories.phone import Phone, sitting_on_a_phone
from tests.lms.assessments.test_services_sitting import together

pytestmark = pytest.mark.django_db(transaction=True)

MINUTE = timedelta(minutes=1)
AFTER_GRACE = NOON + timedelta(minutes=31, seconds=1)
ROOT = Path(__file__).resolve().parents[3]


def stored(attempt: Attempt) -> Attempt:
    return Attempt.objects.get(pk=attempt.pk)


def moves(attempt: Attempt) -> list[str]:
    events = attempt.events.filter(kind=EventKind.MOVE).order_by("number")
    return list(events.values_list("to_state", flat=True))


def expect(results: list[Any], *allowed: type[Exception]) -> None:
    odd = [one for one in results if isinstance(one, Exception) and not isinstance(one, allowed)]
    assert not odd, odd


@pytest.fixture
def phone() -> Phone:
    phone = sitting_on_a_phone()
    for position in (1, 2, 3):
        phone.choose(position, *right_places(phone.attempt, position))
    return phone


# --- At once


def test_the_same_batch_many_times_at_once_is_kept_once(phone: Phone) -> None:
    results = together(*[phone.send] * 4, *[lambda: phone.send(phone.batch(2))] * 2)
    expect(results)
    assert max(reply.ack_seq for reply in results) == 3
    assert list(Operation.objects.order_by("seq").values_list("seq", flat=True)) == [1, 2, 3]


def test_two_writers_under_one_lease_at_once_never_mix(phone: Phone) -> None:
    double = Phone(phone.attempt)
    for _ in range(3):
        double.choose(4, 1)
    results = together(phone.send, double.send)
    refused = [one for one in results if isinstance(one, Exception)]
    assert [getattr(one, "code", one) for one in refused] == ["hash_conflict"]
    kept = set(Operation.objects.values_list("slot", flat=True))
    assert kept in ({1, 2, 3}, {4})


def test_two_devices_that_take_over_at_once_get_different_leases(phone: Phone) -> None:
    others = [Phone(phone.attempt, name) for name in ("b", "c")]
    later = NOON + 2 * MINUTE
    results = together(*[lambda other=other: other.acquire(at=later) for other in others])
    won = [one for one in results if isinstance(one, Attempt)]
    assert (len(won), stored(phone.attempt).lease) == (1, 2)


@pytest.mark.parametrize("round_", range(2))
def test_handing_in_against_a_sweep_against_void_ends_once_and_legally(phone: Phone, round_: int) -> None:
    phone.send()
    results = together(
        lambda: phone.submit(at=NOON + 5 * MINUTE),
        lambda: submit_attempt(attempt=phone.attempt, at=NOON + 5 * MINUTE),
        lambda: sweep_due_attempts(at=AFTER_GRACE),
        lambda: void_attempt(attempt=phone.attempt, actor=UserFactory(), reason="x", at=NOON + 5 * MINUTE),
    )
    expect(results, InterventionRefusedError)
    found = stored(phone.attempt)
    assert (found.state == AttemptState.VOIDED) != (
        "SUBMITTED" in moves(found) or "SYNC_OWED" in moves(found)
    )
    assert all(moves(found).count(state) <= 1 for state in AttemptState)
    if found.state == AttemptState.RELEASED:
        assert found.marks == 3
    numbers = list(found.events.order_by("number").values_list("number", flat=True))
    assert numbers == list(range(1, found.event_count + 1))


def test_a_late_batch_and_two_sweeps_at_once_lose_nothing(phone: Phone) -> None:
    phone.send(phone.batch(1, 1), at=NOON + MINUTE)
    results = together(
        lambda: phone.send(phone.batch(2), at=AFTER_GRACE),
        lambda: sweep_due_attempts(at=AFTER_GRACE),
        lambda: sweep_due_attempts(at=AFTER_GRACE),
    )
    expect(results)
    assert moves(phone.attempt) == ["STARTED", "TIME_UP", "SYNC_OWED"]
    assert len(on_record(phone.attempt)) == 3
    assert phone.submit(at=AFTER_GRACE + MINUTE).attempt.marks == 3


def test_two_sweeps_at_once_end_a_wait_once(phone: Phone) -> None:
    phone.send(at=NOON + MINUTE)
    sweep_due_attempts(at=AFTER_GRACE)
    later = AFTER_GRACE + timedelta(days=2)
    expect(together(lambda: sweep_due_attempts(at=later), lambda: sweep_due_attempts(at=later)))
    assert moves(phone.attempt).count("SUBMITTED") == 1
    assert Answer.objects.count() == 3


def test_two_verdicts_at_once_are_two_verdicts(phone: Phone) -> None:
    phone.choose(4, 1, at=AFTER_GRACE + MINUTE)
    phone.send(at=AFTER_GRACE + 2 * MINUTE)
    phone.submit(at=AFTER_GRACE + 3 * MINUTE)
    assert stored(phone.attempt).state == AttemptState.LATE_REVIEW

    def decide() -> Attempt:
        return decide_late_answers(attempt=phone.attempt, actor=UserFactory(), accept=True, reason="x")

    expect(together(decide, decide))
    assert LateVerdict.objects.count() == 2
    assert stored(phone.attempt).state == AttemptState.RELEASED


# --- A server that is killed


@pytest.fixture
def server(tmp_path: Path) -> Iterator[int]:
    """The port of a real server on the test's own database, in a process of its own."""
    found = connection.settings_dict
    if connection.vendor == "sqlite":
        url = f"sqlite:///{found['NAME']}"
    else:
        url = (
            f"postgres://{found['USER']}:{found['PASSWORD']}@{found['HOST']}:{found['PORT']}/{found['NAME']}"
        )
    connection.close()
    env = {**os.environ, "DATABASE_URL": url, "TMPDIR": str(tmp_path), "PYTHONPATH": str(ROOT)}
    script = Path(__file__).with_name("dying_server.py")
    with subprocess.Popen(
        [sys.executable, "-P", str(script)],
        env={**env, "DJANGO_SETTINGS_MODULE": "lms.settings.test"},
        stdout=subprocess.PIPE,
        text=True,
        start_new_session=True,
    ) as process:
        assert process.stdout is not None
        yield int(process.stdout.readline())
        os.killpg(process.pid, 9)


class WebPhone(Phone):
    """A phone that speaks HTTP to a server that may die."""

    def __init__(self, exam: Exam, port: int) -> None:
        self.port, learner = port, enrol(exam).learner
        client = Client()
        client.force_login(learner)
        self.session = client.cookies[settings.SESSION_COOKIE_NAME].value
        sitting = sitting_on_a_phone(
            exam, learner, at=timezone.now(), holder=name_of(self.session, purpose="holder")
        )
        super().__init__(sitting.attempt, sitting.holder, sitting.loaded_at)

    def post(self, name: str, data: Any, die: str = "") -> tuple[int, dict[str, Any]] | None:
        """The reply; None if the server died over it."""
        token = "x" * 32
        cookies = f"{settings.SESSION_COOKIE_NAME}={self.session}; csrftoken={token}"
        headers = {"Content-Type": "application/json", "Cookie": cookies, "X-CSRFToken": token, "X-Die": die}
        address = reverse(f"assessments:{name}", args=[self.attempt.public_id])
        http = HTTPConnection("127.0.0.1", self.port, timeout=60)
        try:
            http.request("POST", address, json.dumps(data), headers)
            response = http.getresponse()
            return response.status, json.loads(response.read())
        except (RemoteDisconnected, ConnectionResetError):
            return None
        finally:
            http.close()


def test_a_server_killed_before_or_after_the_commit_loses_nothing_and_does_nothing_twice(server: int) -> None:
    now = timezone.now()
    exam = ExamFactory(opens_at=now - timedelta(days=1), closes_at=now + timedelta(days=1))
    phone = WebPhone(exam, server)
    for position in (1, 2, 3):
        phone.choose(position, *right_places(phone.attempt, position))

    kept: Callable[[], int] = Operation.objects.count
    assert phone.post("ops", phone.batch(1, 2), die="after-commit") is None
    assert kept() == 2
    # The page knows nothing of it and sends everything again.
    reply = phone.post("ops", phone.batch())
    assert reply is not None
    assert (reply[0], reply[1]["ack_seq"], kept()) == (200, 3, 3)

    assert phone.post("submit", phone.claim(), die="before-commit") is None
    assert (stored(phone.attempt).state, Answer.objects.count()) == (AttemptState.STARTED, 0)

    assert phone.post("submit", phone.claim(), die="after-commit") is None
    handed_in = stored(phone.attempt)
    assert (handed_in.state, handed_in.marks) == (AttemptState.RELEASED, 3)
    reply = phone.post("submit", phone.claim())
    assert reply is not None
    assert (reply[0], reply[1]["receipt"]) == (200, handed_in.receipt)
    assert "head " + phone.head in handed_in.receipt
    assert moves(phone.attempt).count("SUBMITTED") == 1
    assert read_receipt(handed_in.receipt) is None, "another process has another development key"
