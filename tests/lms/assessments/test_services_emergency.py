"""The emergency file: taken in once, whoever brings it, and refused whole where it is not what it says."""

import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from lms.assessments.enums import AttemptState, EventKind
from lms.assessments.errors import AttemptClosedError, EmergencyFileError, OperationsRefusedError
from lms.assessments.models import Attempt, Operation
from lms.assessments.selectors.log import answers_on_record
from lms.assessments.services.emergency import import_emergency_file
from lms.assessments.services.sitting import submit_attempt, sweep_due_attempts
from tests.factories.assessments import NOON
from tests.factories.people import UserFactory
from tests.factories.phone import Phone, seal_file, sitting_on_a_phone

pytestmark = pytest.mark.django_db

MINUTE = timedelta(minutes=1)


@pytest.fixture
def phone() -> Phone:
    """It has answered two questions, of which the server has heard of the first."""
    phone = sitting_on_a_phone()
    phone.choose(1, 2)
    phone.send()
    phone.choose(2, 3, at=NOON + MINUTE)
    return phone


def bring(phone: Phone, file: Any = None, *, minutes: float = 2) -> Any:
    data = json.dumps(phone.file() if file is None else file).encode()
    return import_emergency_file(
        attempt=Attempt.objects.get(), data=data, actor=UserFactory(), at=NOON + minutes * MINUTE
    )


def test_a_file_brings_what_is_missing_and_again_nothing(phone: Phone) -> None:
    told = bring(phone)
    assert (told.fresh, told.known) == (1, 1)
    told = bring(phone)
    assert (told.fresh, told.known) == (0, 2)
    assert {slot: one.value for slot, one in answers_on_record(phone.attempt).items()} == {1: [2], 2: [3]}
    details = phone.attempt.events.filter(kind=EventKind.FILE_IMPORTED).values_list("details", flat=True)
    assert [one["fresh"] for one in details] == [1, 0]


def test_a_file_with_a_gap_is_taken_and_judged_by_people_once_it_is_late(phone: Phone) -> None:
    phone.choose(3, 1, at=NOON + 2 * MINUTE)
    sweep_due_attempts(at=NOON + 32 * MINUTE)
    gap = [op for op in phone.ops if op.slot != 2]
    assert bring(phone, phone.file(gap), minutes=33).fresh == 1
    sweep_due_attempts(at=NOON + timedelta(hours=25))
    assert Attempt.objects.get().state == AttemptState.LATE_REVIEW


def test_after_the_hand_in_nothing_is_taken_and_what_it_would_have_brought_is_kept(phone: Phone) -> None:
    submit_attempt(attempt=phone.attempt, at=NOON + MINUTE)
    with pytest.raises(AttemptClosedError):
        bring(phone)
    assert Operation.objects.count() == 1
    event = phone.attempt.events.get(kind=EventKind.FILE_IMPORTED)
    assert (event.details["fresh"], event.details["taken"]) == (1, False)


def of_another_attempt(phone: Phone) -> Any:
    return sitting_on_a_phone().file()


def with_other_ops(phone: Phone) -> Any:
    return seal_file(phone.name, {"attempt": phone.name, "ops": [{"seq": 1}]})


def without_ops(phone: Phone) -> Any:
    return seal_file(phone.name, {"attempt": phone.name})


def damaged(phone: Phone) -> Any:
    file = phone.file()
    return {**file, "ct": file["ct"][:-8] + "AAAAAAAA"}


def of_a_later_version(phone: Phone) -> Any:
    return {**phone.file(), "v": 2}


@pytest.mark.parametrize(
    "make", [of_another_attempt, without_ops, damaged, of_a_later_version, with_other_ops]
)
def test_a_file_that_is_not_what_it_says_is_refused_whole(phone: Phone, make: Callable[[Phone], Any]) -> None:
    file = make(phone)
    with pytest.raises((EmergencyFileError, OperationsRefusedError)):
        import_emergency_file(
            attempt=phone.attempt, data=json.dumps(file).encode(), actor=phone.learner, at=NOON + MINUTE
        )
    assert phone.attempt.operations.count() == 1


@pytest.mark.parametrize("data", [b"", b"{}", b"[1]", b"\xff\x00", b"[" * 5000, b'{"v":1,"attempt":3}'])
def test_bytes_that_are_no_file_are_refused(phone: Phone, data: bytes) -> None:
    with pytest.raises(EmergencyFileError):
        import_emergency_file(attempt=phone.attempt, data=data, actor=phone.learner)


def test_a_file_that_contradicts_the_server_is_refused_and_noted(phone: Phone) -> None:
    liar = Phone(phone.attempt)
    liar.choose(1, 4)
    with pytest.raises(OperationsRefusedError) as refused:
        bring(phone, liar.file())
    assert refused.value.code == "hash_conflict"
    assert phone.attempt.events.filter(kind=EventKind.LOG_CONFLICT).count() == 1
    assert Operation.objects.count() == 1
