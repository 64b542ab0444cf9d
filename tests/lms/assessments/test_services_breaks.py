"""Breaks: the clock stands still while one runs, with or without a signal, within what was granted and no longer."""

import json
from datetime import datetime, timedelta

import pytest

from lms.assessments.enums import AttemptState, EventKind
from lms.assessments.errors import BreakRefusedError, InterventionRefusedError
from lms.assessments.models import Attempt
from lms.assessments.selectors.log import effective_deadline
from lms.assessments.services import invigilation
from lms.assessments.services.breaks import end_own_break, take_break
from lms.assessments.services.emergency import import_emergency_file
from lms.assessments.services.sitting import refresh_attempt, sweep_due_attempts
from tests.factories.accommodations import grant
from tests.factories.assessments import NOON, ExamFactory, answer, enrol, started_attempt
from tests.factories.people import UserFactory
from tests.factories.phone import Phone, sitting_on_a_phone

pytestmark = pytest.mark.django_db

MINUTE = timedelta(minutes=1)
DEADLINE = NOON + 30 * MINUTE


def after(minutes: float) -> datetime:
    return NOON + minutes * MINUTE


def now(attempt: Attempt) -> Attempt:
    return Attempt.objects.select_related("exam", "learner").get(pk=attempt.pk)


@pytest.fixture
def phone() -> Phone:
    """A sitting of 30 minutes with 10 minutes of breaks."""
    exam = ExamFactory()
    learner = enrol(exam).learner
    grant(learner, exam, break_minutes=10)
    phone = sitting_on_a_phone(exam, learner)
    phone.reload(NOON)
    phone.send()
    return phone


def say(phone: Phone, kind: str, minute: float, *, heard: float | None = None) -> None:
    """Do something at a minute; `heard`: at which minute it reaches the server, if at all."""
    phone.do(kind, at=after(minute))
    if heard is not None:
        phone.send(at=after(heard))


def test_a_break_pauses_the_attempt_and_gives_its_time_back(phone: Phone) -> None:
    say(phone, "break", 5, heard=5)
    attempt = now(phone.attempt)
    assert (attempt.state, attempt.is_on_break) == (AttemptState.PAUSED, True)
    assert effective_deadline(attempt, after(8)) == DEADLINE + 3 * MINUTE
    say(phone, "resume", 9, heard=9)
    attempt = now(phone.attempt)
    assert (attempt.state, attempt.is_on_break, attempt.break_seconds) == (AttemptState.STARTED, False, 240)
    assert attempt.deadline == DEADLINE + 4 * MINUTE
    moves = attempt.events.order_by("pk").values_list("from_state", "to_state", "actor")
    assert list(moves)[-2:] == [
        ("STARTED", "PAUSED", attempt.learner_id),
        ("PAUSED", "STARTED", attempt.learner_id),
    ]


def test_a_break_of_which_the_server_hears_when_it_is_over_counts_the_same(phone: Phone) -> None:
    say(phone, "break", 5)
    say(phone, "resume", 9)
    say(phone, "view", 12, heard=12)
    attempt = now(phone.attempt)
    assert (attempt.state, attempt.break_seconds, attempt.deadline) == ("STARTED", 240, DEADLINE + 4 * MINUTE)
    assert attempt.events.filter(kind=EventKind.BREAK_COUNTED).count() == 1


def test_sending_a_break_twice_or_in_pieces_counts_it_once(phone: Phone) -> None:
    say(phone, "break", 5, heard=6)
    say(phone, "resume", 9, heard=9)
    phone.send(phone.batch(start=2, end=2), at=after(10))
    phone.send(at=after(11))
    assert now(phone.attempt).break_seconds == 240


def test_a_break_that_began_without_a_signal_runs_since_it_began(phone: Phone) -> None:
    say(phone, "break", 5)
    say(phone, "view", 9, heard=9)
    attempt = now(phone.attempt)
    assert (attempt.is_on_break, attempt.paused_at) == (True, after(5))


def test_all_breaks_together_are_never_longer_than_granted(phone: Phone) -> None:
    for minute in (2, 12):
        say(phone, "break", minute)
        say(phone, "resume", minute + 8, heard=minute + 8)
    attempt = now(phone.attempt)
    assert (attempt.break_seconds, attempt.deadline) == (600, DEADLINE + 10 * MINUTE)


def test_a_break_that_is_used_up_ends_by_itself(phone: Phone) -> None:
    say(phone, "break", 5, heard=5)
    assert refresh_attempt(attempt=now(phone.attempt), at=after(14)).is_on_break
    attempt = refresh_attempt(attempt=now(phone.attempt), at=after(15))
    assert (attempt.state, attempt.deadline) == (AttemptState.STARTED, DEADLINE + 10 * MINUTE)


def test_the_sweep_ends_a_used_up_break_and_then_the_sitting(phone: Phone) -> None:
    say(phone, "break", 25, heard=25)
    assert sweep_due_attempts(at=after(34)).resumed == 0
    assert sweep_due_attempts(at=after(36)).resumed == 1
    assert sweep_due_attempts(at=after(42)).handed_in == 1
    assert now(phone.attempt).state == AttemptState.SYNC_OWED


def test_what_the_phone_says_replaces_what_the_clock_assumed(phone: Phone) -> None:
    say(phone, "break", 5, heard=5)
    refresh_attempt(attempt=now(phone.attempt), at=after(15))
    phone.do("resume", at=after(8))
    phone.choose(1, 2, at=after(16))
    phone.send(at=after(16))
    assert now(phone.attempt).break_seconds == 180


def test_a_phone_without_a_signal_is_not_closed_while_it_may_be_on_a_break(phone: Phone) -> None:
    say(phone, "break", 20)
    say(phone, "resume", 29)
    assert sweep_due_attempts(at=after(33)).handed_in == 0
    phone.choose(1, 2, at=after(38))
    phone.send(at=after(38))
    attempt = now(phone.attempt)
    assert (attempt.state, attempt.deadline) == (AttemptState.STARTED, after(39))
    phone.submit(at=after(38.5))
    assert now(phone.attempt).slots.filter(answer__evidence="A").count() == 1


def test_late_answers_without_a_break_are_still_judged_by_people(phone: Phone) -> None:
    """The wait for a break gives nobody time to answer."""
    phone.choose(1, 2, at=after(35))
    phone.send(at=after(35))
    assert now(phone.attempt).state == AttemptState.STARTED
    phone.submit(at=after(35))
    assert now(phone.attempt).state == AttemptState.LATE_REVIEW


def test_a_break_that_begins_after_the_end_gives_nothing(phone: Phone) -> None:
    say(phone, "break", 32)
    say(phone, "resume", 40, heard=40)
    assert now(phone.attempt).break_seconds == 0


def test_answering_ends_a_break_whatever_the_page_says(phone: Phone) -> None:
    say(phone, "break", 5, heard=5)
    phone.choose(1, 2, at=after(6))
    phone.send(at=after(6))
    attempt = now(phone.attempt)
    assert (attempt.state, attempt.break_seconds) == (AttemptState.STARTED, 60)


def test_handing_in_during_a_break_ends_it(phone: Phone) -> None:
    say(phone, "break", 5, heard=5)
    say(phone, "submit", 7, heard=7)
    assert phone.submit(at=after(7)).attempt.submitted_at == after(7)


def test_nothing_is_counted_for_who_was_granted_no_breaks() -> None:
    phone = sitting_on_a_phone()
    say(phone, "break", 5)
    say(phone, "resume", 9, heard=9)
    attempt = now(phone.attempt)
    assert (attempt.state, attempt.deadline, attempt.break_seconds) == (AttemptState.STARTED, DEADLINE, 0)
    assert sweep_due_attempts(at=after(32)).handed_in == 1


def test_hard_close_waits_for_no_break() -> None:
    exam = ExamFactory(closes_at=after(35), hard_close=True)
    learner = enrol(exam).learner
    grant(learner, exam, break_minutes=10)
    phone = sitting_on_a_phone(exam, learner)
    say(phone, "break", 5, heard=5)
    assert effective_deadline(now(phone.attempt), after(12)) == after(35)
    say(phone, "resume", 13, heard=13)
    assert now(phone.attempt).deadline == after(35)


def test_nobody_is_waited_for_whose_break_could_not_move_the_end_any_further() -> None:
    exam = ExamFactory(closes_at=DEADLINE, hard_close=True)
    learner = enrol(exam).learner
    grant(learner, exam, break_minutes=10)
    phone = sitting_on_a_phone(exam, learner)
    sweep_due_attempts(at=after(33))
    assert now(phone.attempt).state == AttemptState.SYNC_OWED


def test_a_break_in_the_emergency_file_counts(phone: Phone) -> None:
    say(phone, "break", 5)
    say(phone, "resume", 9)
    data = json.dumps(phone.file()).encode()
    import_emergency_file(attempt=now(phone.attempt), data=data, actor=phone.learner, at=after(20))
    assert now(phone.attempt).break_seconds == 240


def test_another_device_takes_over_within_a_break_and_ends_it(phone: Phone) -> None:
    say(phone, "break", 5, heard=5)
    other = Phone(now(phone.attempt), holder="other", loaded_at=after(8))
    other.acquire(at=after(8))
    other.do("view", at=after(8))
    other.send(at=after(8))
    other.do("resume", at=after(9))
    other.send(at=after(9))
    assert now(phone.attempt).break_seconds == 240


def test_the_invigilator_neither_ends_a_break_nor_pauses_within_one_but_may_void(phone: Phone) -> None:
    say(phone, "break", 5, heard=5)
    who = {"actor": UserFactory(), "reason": "Noise", "at": after(6)}
    for act in (invigilation.resume_attempt, invigilation.pause_attempt):
        with pytest.raises(InterventionRefusedError):
            act(attempt=phone.attempt, **who)
    assert invigilation.void_attempt(attempt=phone.attempt, **who).state == AttemptState.VOIDED


# --- Plain forms


@pytest.fixture
def plain() -> Attempt:
    exam = ExamFactory()
    learner = enrol(exam).learner
    grant(learner, exam, break_minutes=10)
    return started_attempt(exam, learner)


def test_a_plain_form_takes_and_ends_a_break_through_the_same_log(plain: Attempt) -> None:
    who = {"attempt_id": plain.public_id, "learner": plain.learner, "holder": ""}
    assert take_break(**who, at=after(5)).is_on_break
    assert take_break(**who, at=after(6)).is_on_break
    attempt = end_own_break(**who, at=after(8))
    assert (attempt.state, attempt.break_seconds, attempt.deadline) == ("STARTED", 180, DEADLINE + 3 * MINUTE)
    assert list(plain.operations.values_list("kind", flat=True).order_by("seq")) == ["break", "resume"]
    answer(plain, 1, 2, at=after(9))
    assert end_own_break(**who, at=after(9)).break_seconds == 180


def test_a_plain_form_gets_no_break_that_was_not_granted_or_is_used_up(plain: Attempt) -> None:
    who = {"attempt_id": plain.public_id, "learner": plain.learner, "holder": ""}
    take_break(**who, at=after(2))
    assert end_own_break(**who, at=after(13)).break_seconds == 600
    with pytest.raises(BreakRefusedError):
        take_break(**who, at=after(14))
    with pytest.raises(Attempt.DoesNotExist):
        take_break(**{**who, "learner": UserFactory()}, at=after(14))
