"""What invigilators do to a running exam: it takes effect, is kept with its reason, and is refused out of place."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest

from lms.assessments.enums import AttemptState, EventKind
from lms.assessments.errors import InterventionRefusedError, LeaseHeldError, ReasonMissingError
from lms.assessments.models import Attempt, Exam, Operation
from lms.assessments.services import invigilation
from lms.assessments.services.answers import AnswerEntry, save_answers
from lms.assessments.services.sitting import create_attempt, start_attempt, submit_attempt, sweep_due_attempts
from lms.assessments.timing import to_ms
from lms.people.models import User
from tests.factories.assessments import NOON, ExamFactory, answer, on_record, started_attempt
from tests.factories.people import UserFactory
from tests.factories.phone import Phone, sitting_on_a_phone

pytestmark = pytest.mark.django_db

MINUTE = timedelta(minutes=1)
DEADLINE = NOON + 30 * MINUTE
Act = Callable[..., Attempt]


@pytest.fixture
def invigilator(db: None) -> User:
    return UserFactory()


@pytest.fixture
def act(invigilator: User) -> Act:
    """Do something to an attempt as the invigilator, at noon unless told otherwise."""

    def run(name: str, attempt: Attempt, *, at: datetime = NOON, **also: Any) -> Attempt:
        said = {"actor": invigilator, "reason": "The light went out", "at": at, **also}
        result: Attempt = getattr(invigilation, name)(attempt=attempt, **said)
        assert result.state == stored(attempt).state
        return result

    return run


def stored(attempt: Attempt) -> Attempt:
    return Attempt.objects.get(pk=attempt.pk)


EVERY = [
    ("pause_attempt", {}),
    ("resume_attempt", {}),
    ("give_extra_time", {"seconds": 60}),
    ("credit_outage", {"seconds": 60}),
    ("allow_device_move", {}),
    ("void_attempt", {}),
]


@pytest.mark.parametrize(("name", "also"), EVERY)
@pytest.mark.parametrize("reason", ["", " \n ", "x" * 301])
def test_everything_needs_a_reason_that_can_be_kept(
    act: Act, attempt: Attempt, name: str, also: dict[str, int], reason: str
) -> None:
    with pytest.raises(ReasonMissingError):
        act(name, attempt, reason=reason, **also)
    assert stored(attempt).event_count == 1


@pytest.mark.parametrize(("name", "also"), EVERY)
def test_nothing_is_possible_once_the_exam_is_handed_in(
    act: Act, attempt: Attempt, name: str, also: dict[str, int]
) -> None:
    submit_attempt(attempt=attempt, at=NOON)
    before = stored(attempt).event_count
    with pytest.raises(InterventionRefusedError):
        act(name, attempt, **also)
    assert (stored(attempt).state, stored(attempt).event_count) == (AttemptState.RELEASED, before)


@pytest.mark.parametrize(
    ("name", "also", "kind"),
    [
        ("give_extra_time", {"seconds": 60}, EventKind.TIME_GIVEN),
        ("credit_outage", {"seconds": 60}, EventKind.OUTAGE_CREDITED),
        ("allow_device_move", {}, EventKind.DEVICE_ALLOWED),
        ("pause_attempt", {}, EventKind.MOVE),
        ("void_attempt", {}, EventKind.MOVE),
    ],
)
def test_everything_is_kept_with_who_and_why(
    act: Act, attempt: Attempt, invigilator: User, name: str, also: dict[str, int], kind: str
) -> None:
    act(name, attempt, **also)
    event = attempt.events.order_by("number").last()
    assert event is not None
    assert (event.kind, event.actor, event.reason, event.at) == (
        kind,
        invigilator,
        "The light went out",
        NOON,
    )


# --- Time


def test_a_pause_gives_its_time_back(act: Act, attempt: Attempt) -> None:
    paused = act("pause_attempt", attempt, at=NOON + 10 * MINUTE)
    assert (paused.state, paused.paused_at) == (AttemptState.PAUSED, NOON + 10 * MINUTE)
    resumed = act("resume_attempt", attempt, at=NOON + 17 * MINUTE)
    assert (resumed.state, resumed.paused_at, resumed.pause_seconds) == (AttemptState.STARTED, None, 420)
    assert stored(attempt).deadline == DEADLINE + 7 * MINUTE


def test_two_pauses_add_up(act: Act, attempt: Attempt) -> None:
    for start in (5, 20):
        act("pause_attempt", attempt, at=NOON + start * MINUTE)
        act("resume_attempt", attempt, at=NOON + (start + 2) * MINUTE)
    assert stored(attempt).deadline == DEADLINE + 4 * MINUTE


def test_no_sweep_closes_a_paused_exam(act: Act, attempt: Attempt) -> None:
    act("pause_attempt", attempt, at=NOON + 29 * MINUTE)
    sweep_due_attempts(at=DEADLINE + 60 * MINUTE)
    act("resume_attempt", attempt, at=DEADLINE + 60 * MINUTE)
    assert stored(attempt).deadline == DEADLINE + 61 * MINUTE
    assert answer(attempt, 1, 1, at=DEADLINE + 61 * MINUTE).is_current


def test_a_pause_that_nobody_ends_is_ended_a_day_after_the_exam_closed(act: Act, attempt: Attempt) -> None:
    act("pause_attempt", attempt, at=NOON)
    end = attempt.exam.closes_at + timedelta(hours=24)
    assert sweep_due_attempts(at=end - MINUTE).resumed == 0
    assert sweep_due_attempts(at=end).resumed == 1
    assert sweep_due_attempts(at=end + 32 * MINUTE).handed_in == 1
    assert stored(attempt).state == AttemptState.RELEASED


def test_what_is_sent_during_a_pause_is_taken(act: Act) -> None:
    phone = sitting_on_a_phone()
    act("pause_attempt", phone.attempt, at=NOON + MINUTE)
    phone.choose(1, 2)
    assert phone.send(at=NOON + 5 * MINUTE).ack_seq == 1
    assert phone.submit(at=NOON + 5 * MINUTE).refusal == "paused"
    entry = AnswerEntry(2, 1, [1])
    save_answers(
        attempt_id=phone.attempt.public_id,
        learner=phone.learner,
        entries=[entry],
        holder="phone",
        at=NOON + 6 * MINUTE,
    )
    assert {slot: one.value for slot, one in on_record(phone.attempt).items()} == {1: [2], 2: [1]}


def test_a_pause_after_the_time_is_up_is_refused(act: Act, attempt: Attempt) -> None:
    with pytest.raises(InterventionRefusedError):
        act("pause_attempt", attempt, at=DEADLINE + 2 * MINUTE)
    with pytest.raises(InterventionRefusedError):
        act("resume_attempt", attempt)


def test_extra_time_and_credited_outages_move_the_deadline(act: Act, attempt: Attempt) -> None:
    act("give_extra_time", attempt, seconds=300)
    act("credit_outage", attempt, seconds=120)
    act("give_extra_time", attempt, seconds=60)
    found = stored(attempt)
    assert (found.extra_seconds, found.credited_seconds) == (360, 120)
    assert found.deadline == DEADLINE + 8 * MINUTE
    event = attempt.events.filter(kind=EventKind.TIME_GIVEN).last()
    assert event is not None
    assert event.details == {"seconds": 60, "deadline": to_ms(found.deadline)}


def test_extra_time_before_the_start_is_there_from_the_start(act: Act, exam: Exam, learner: User) -> None:
    attempt = create_attempt(exam=exam, learner=learner, at=NOON)
    act("give_extra_time", attempt, seconds=900)
    started = start_attempt(attempt=attempt, at=NOON)
    assert started.deadline == DEADLINE + 15 * MINUTE


def test_hard_close_cuts_the_time_that_was_given(act: Act) -> None:
    exam = ExamFactory(hard_close=True, closes_at=NOON + 20 * MINUTE)
    attempt = started_attempt(exam)
    act("give_extra_time", attempt, seconds=900)
    assert stored(attempt).deadline == exam.closes_at


@pytest.mark.parametrize("seconds", [0, -5, 4 * 3600 + 1])
def test_an_impossible_amount_of_time_is_refused(act: Act, attempt: Attempt, seconds: int) -> None:
    for name in ("give_extra_time", "credit_outage"):
        with pytest.raises(InterventionRefusedError):
            act(name, attempt, seconds=seconds)


def test_an_outage_at_the_end_is_credited_before_anything_has_closed(act: Act, attempt: Attempt) -> None:
    act("credit_outage", attempt, seconds=1800, at=DEADLINE + 20 * MINUTE)
    assert answer(attempt, 1, 1, at=DEADLINE + 25 * MINUTE).is_current


def test_an_outage_credited_later_makes_late_answers_answers_in_time(act: Act) -> None:
    phone = sitting_on_a_phone()
    phone.do("view")
    phone.send(at=NOON + MINUTE)
    phone.choose(1, 1, at=DEADLINE + 5 * MINUTE)
    phone.send(phone.batch(2), at=DEADLINE + 60 * MINUTE)
    assert stored(phone.attempt).state == AttemptState.SYNC_OWED
    act("credit_outage", phone.attempt, seconds=900, at=DEADLINE + 61 * MINUTE)
    phone.submit(at=DEADLINE + 62 * MINUTE)
    assert stored(phone.attempt).state == AttemptState.RELEASED
    assert stored(phone.attempt).slots.get(position=1).answer.evidence == "B"


# --- Devices, and the end


def test_a_move_that_was_allowed_is_possible_at_once_and_once(act: Act) -> None:
    phone = sitting_on_a_phone()
    act("allow_device_move", phone.attempt)
    other = Phone(phone.attempt, "other")
    assert other.acquire(at=NOON + timedelta(seconds=1)).lease == 2
    assert not stored(phone.attempt).is_move_allowed
    with pytest.raises(LeaseHeldError):
        phone.acquire(at=NOON + timedelta(seconds=2))


def test_void_ends_the_sitting_uses_up_no_attempt_and_keeps_the_log(
    act: Act, exam: Exam, learner: User, attempt: Attempt
) -> None:
    answer(attempt, 1, 1)
    voided = act("void_attempt", attempt)
    assert (voided.state, Operation.objects.count()) == (AttemptState.VOIDED, 1)
    assert sweep_due_attempts(at=DEADLINE + 60 * MINUTE).handed_in == 0
    assert create_attempt(exam=exam, learner=learner, at=NOON).number == 2


def test_a_paused_sitting_is_declared_void_by_way_of_the_table(act: Act, attempt: Attempt) -> None:
    act("pause_attempt", attempt)
    act("void_attempt", attempt, at=NOON + MINUTE)
    moves = attempt.events.filter(kind=EventKind.MOVE).order_by("number").values_list("to_state", flat=True)
    assert list(moves) == ["STARTED", "PAUSED", "STARTED", "VOIDED"]
