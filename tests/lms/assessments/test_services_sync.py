"""What a phone sends is taken once, in order, from one device, and nothing that was done is ever lost."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from lms.assessments.enums import AttemptState, EventKind
from lms.assessments.errors import (
    AttemptClosedError,
    InterventionRefusedError,
    LeaseHeldError,
    OperationsRefusedError,
    ReasonMissingError,
)
from lms.assessments.models import Answer, Attempt, Exam, Operation
from lms.assessments.oplog import answers_digest
from lms.assessments.selectors.log import answers_on_record, evidenced
from lms.assessments.services.answers import AnswerEntry, save_answers
from lms.assessments.services.late import decide_late_answers
from lms.assessments.services.leases import take_lease
from lms.assessments.services.receipts import read_receipt
from lms.assessments.services.sitting import submit_attempt, sweep_due_attempts
from lms.people.models import User
from tests.factories.assessments import (
    NOON,
    ExamFactory,
    answer,
    make_bank,
    on_record,
    right_places,
)
from tests.factories.people import UserFactory
from tests.factories.phone import Phone, sitting_on_a_phone

pytestmark = pytest.mark.django_db

DEADLINE = NOON + timedelta(minutes=30)
LAST = DEADLINE + timedelta(seconds=60)
MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)


@pytest.fixture
def phone(exam: Exam, learner: User) -> Phone:
    return sitting_on_a_phone(exam, learner)


def stored(phone: Phone) -> Attempt:
    return Attempt.objects.get(pk=phone.attempt.pk)


def values(phone: Phone) -> dict[int, Any]:
    return {slot: one.value for slot, one in answers_on_record(stored(phone)).items()}


def states(phone: Phone) -> list[str]:
    moves = stored(phone).events.filter(kind=EventKind.MOVE).order_by("number")
    return list(moves.values_list("to_state", flat=True))


# --- Batches


def test_a_batch_is_kept_as_it_was_sent_and_acknowledged(phone: Phone) -> None:
    phone.do("view")
    phone.choose(1, 3)
    phone.do("flag", 2, True)
    reply = phone.send(phone.batch(unsent=4))
    assert (reply.ack_seq, reply.chain_head, reply.need_from, reply.refusal) == (3, phone.head, None, "")
    rows = Operation.objects.order_by("seq")
    assert [(row.seq, row.kind, row.hash) for row in rows] == [(op.seq, op.kind, op.hash) for op in phone.ops]
    assert [row.unsent for row in rows] == [None, None, 4]
    assert values(phone) == {1: [3], 2: None}
    assert on_record(stored(phone))[2].is_flagged


def test_a_batch_costs_at_most_three_statements_and_a_repeated_one_five(phone: Phone) -> None:
    phone.choose(1, 1)
    phone.send()
    phone.choose(2, 1)
    batch = phone.batch(2)
    counts = []
    for _ in range(2):
        with CaptureQueriesContext(connection) as queries:
            phone.send(batch)
        savepoints = sum("SAVEPOINT" in (query["sql"] or "") for query in queries)
        counts.append(len(queries) - savepoints)
    assert counts[0] == 2
    assert counts[1] <= 5


def test_a_batch_of_two_hundred_costs_no_more(phone: Phone) -> None:
    for number in range(200):
        phone.choose(1 + number % 4, 1 + number % 3)
    phone.send(phone.batch(1, 1))
    with CaptureQueriesContext(connection) as queries:
        assert phone.send(phone.batch(2, 200)).ack_seq == 200
    assert len(queries) == 2


def test_repeating_any_batch_is_free(phone: Phone) -> None:
    for place in (1, 2, 3):
        phone.choose(1, place)
        phone.send(phone.batch(place))
    for start in (1, 2, 3):
        reply = phone.send(phone.batch(start, start))
        assert (reply.ack_seq, reply.need_from) == (3, None)
    assert values(phone) == {1: [3]}
    assert Operation.objects.count() == 3


def test_a_batch_that_came_too_early_is_asked_for_again_and_leaves_no_gap(phone: Phone) -> None:
    for place in (1, 2, 3):
        phone.choose(1, place)
    reply = phone.send(phone.batch(3))
    assert (reply.ack_seq, reply.need_from) == (0, 1)
    assert not Operation.objects.exists()
    assert phone.send(phone.batch(1)).ack_seq == 3


def test_a_sign_of_life_is_contact_and_says_what_is_missing(phone: Phone) -> None:
    phone.choose(1, 1)
    later = NOON + 5 * MINUTE
    reply = phone.send(phone.batch(2, 1, unsent=0) | {"unsent": 1}, at=later)
    assert (reply.ack_seq, reply.need_from) == (0, 1)
    assert (stored(phone).last_contact_at, stored(phone).unsent) == (later, 1)


def test_a_log_of_ten_thousand_operations_is_taken_and_handed_in(phone: Phone) -> None:
    for number in range(10_000):
        phone.choose(1 + number % 4, 1 + number % 3)
    for start in range(1, 10_001, 200):
        reply = phone.send(phone.batch(start, start + 199))
    assert reply.ack_seq == 10_000
    assert phone.submit().attempt.receipt
    assert Operation.objects.count() == 10_000


@pytest.mark.parametrize(
    ("slot", "value", "code"),
    [
        (1, [9], "value_invalid"),
        (1, [1, 2], "value_invalid"),
        (1, "text", "value_invalid"),
        (9, [1], "unknown_question"),
    ],
)
def test_an_answer_that_the_form_does_not_offer_is_refused_with_its_number(
    phone: Phone, slot: int, value: Any, code: str
) -> None:
    phone.choose(2, 1)
    phone.do("answer", slot, value)
    with pytest.raises(OperationsRefusedError) as refusal:
        phone.send()
    assert (refusal.value.code, refusal.value.at) == (code, 2)
    assert not Operation.objects.exists()


def test_another_operation_under_a_known_number_is_refused_and_kept_as_an_event_once(phone: Phone) -> None:
    phone.choose(1, 1)
    phone.send()
    double = Phone(phone.attempt)
    double.choose(1, 4)
    for _ in range(3):
        with pytest.raises(OperationsRefusedError) as refusal:
            double.send()
    assert (refusal.value.code, refusal.value.at) == ("hash_conflict", 1)
    event = stored(phone).events.get(kind=EventKind.LOG_CONFLICT)
    assert event.details == {"lease": 1, "seq": 1, "what": "hash_conflict"}
    assert values(phone) == {1: [1]}


def test_an_operation_that_follows_another_past_is_refused_and_kept_as_an_event(phone: Phone) -> None:
    phone.choose(1, 1)
    phone.send()
    double = Phone(phone.attempt)
    double.choose(1, 4)
    double.choose(2, 4)
    with pytest.raises(OperationsRefusedError) as refusal:
        double.send(double.batch(2))
    assert (refusal.value.code, refusal.value.at) == ("chain_broken", 2)
    assert stored(phone).events.filter(kind=EventKind.LOG_CONFLICT).count() == 1


def test_the_phone_s_clock_never_matters(phone: Phone) -> None:
    for wall in (0, 2**53 - 1, 1_000):
        phone.do("answer", 1, [2], t_wall=wall)
    assert phone.send().ack_seq == 3
    assert phone.submit().attempt.state == AttemptState.RELEASED


# --- Leases


@pytest.mark.parametrize("lease", [2, 7, 2_147_483_647])
def test_a_lease_that_was_never_given_is_refused(phone: Phone, lease: int) -> None:
    phone.take(lease)
    phone.choose(1, 1)
    assert phone.send().refusal == "lease_unknown"
    assert not Operation.objects.exists()


def test_a_browser_that_does_not_hold_the_lease_writes_nothing_under_its_number(phone: Phone) -> None:
    phone.choose(1, 1)
    assert phone.send(holder="another browser").refusal == "lease_lost"
    assert not Operation.objects.exists()


def test_another_device_waits_for_ninety_seconds_of_silence(phone: Phone) -> None:
    phone.choose(1, 1, at=NOON + MINUTE)
    phone.send(at=NOON + MINUTE)
    other = Phone(phone.attempt, "other")
    with pytest.raises(LeaseHeldError) as held:
        other.acquire(at=NOON + MINUTE + timedelta(seconds=30))
    assert held.value.wait_seconds == 60
    assert other.acquire(at=NOON + MINUTE + timedelta(seconds=90)).lease == 2
    event = stored(phone).events.get(kind=EventKind.LEASE)
    assert event.details == {"from": 1, "to": 2, "reached": 1, "why": "silence"}


def test_the_same_device_goes_on_at_once_after_it_was_signed_out(phone: Phone) -> None:
    take_lease(
        attempt_id=phone.attempt.public_id, learner=phone.learner, holder="phone", device="d1", at=NOON
    )
    phone.holder = "new session"
    assert phone.acquire(at=NOON, device="d1").lease == 2
    assert phone.acquire(at=NOON, device="d1").lease == 2


def test_what_the_old_device_sends_late_counts_where_the_new_one_said_nothing_later(phone: Phone) -> None:
    phone.choose(1, 1)
    phone.choose(2, 2)
    new = Phone(phone.attempt, "new")
    new.acquire(at=NOON + 2 * MINUTE)
    new.choose(1, 4)
    assert new.send(at=NOON + 2 * MINUTE).ack_seq == 1
    late = phone.send(at=NOON + 3 * MINUTE)
    assert (late.refusal, late.ack_seq, late.attempt.lease) == ("lease_lost", 2, 2)
    assert values(phone) == {1: [4], 2: [2]}


def test_a_device_brings_the_rest_of_its_own_old_lease_without_being_stopped(phone: Phone) -> None:
    phone.choose(1, 1)
    phone.holder = "new session"
    phone.acquire(at=NOON + 2 * MINUTE)
    reply = phone.send(phone.batch(lease=1), at=NOON + 2 * MINUTE)
    assert (reply.refusal, reply.ack_seq, reply.attempt.lease) == ("", 1, 2)


def test_plain_forms_and_the_page_that_keeps_the_log_take_turns_in_one_browser(phone: Phone) -> None:
    phone.choose(1, 1)
    phone.send()
    saved = save_as(phone, 2, 3, holder="phone")
    assert saved.is_current
    assert (stored(phone).lease, stored(phone).keeps_log) == (2, False)
    assert phone.send().refusal == ""
    phone.take(2)
    phone.choose(3, 1)
    assert phone.send().refusal == "lease_unknown"
    phone.ops.pop()
    assert phone.acquire().lease == 3
    phone.choose(3, 1)
    assert phone.send().ack_seq == 1
    assert values(phone) == {1: [1], 2: [3], 3: [1]}


def test_a_plain_form_on_another_device_waits_as_well(phone: Phone) -> None:
    phone.choose(1, 1)
    phone.send()
    with pytest.raises(LeaseHeldError):
        save_as(phone, 2, 3, holder="other", at=NOON + MINUTE)
    assert save_as(phone, 2, 3, holder="other", at=NOON + 2 * MINUTE).is_current


def save_as(phone: Phone, position: int, place: int, *, holder: str, at: datetime = NOON) -> Any:
    entry = AnswerEntry(position, 1, [place])
    receipt = save_answers(
        attempt_id=phone.attempt.public_id, learner=phone.learner, entries=[entry], holder=holder, at=at
    )
    return receipt.answers[0]


def test_what_a_plain_form_says_is_in_the_log_and_chained(attempt: Attempt) -> None:
    answer(attempt, 1, 2, is_flagged=True)
    answer(attempt, 1, sequence=2)
    rows = list(Operation.objects.order_by("seq").values_list("lease", "seq", "kind", "value", "sequence"))
    assert rows == [
        (1, 1, "answer", [2], 1),
        (1, 2, "flag", True, 1),
        (1, 3, "clear", None, 2),
        (1, 4, "flag", False, 2),
    ]
    first, *others = Operation.objects.order_by("seq")
    assert [row.prev_hash for row in others] == [row.hash for row in (first, *others[:-1])]


# --- Handing in


def test_handing_in_compares_draws_the_answers_and_signs_a_receipt(phone: Phone) -> None:
    for position in (1, 2, 3):
        phone.choose(position, *right_places(phone.attempt, position))
    phone.do("flag", 4, True)
    phone.send()
    reply = phone.submit(at=NOON + 10 * MINUTE)
    attempt = reply.attempt
    assert (attempt.state, attempt.marks, attempt.is_passed) == (AttemptState.RELEASED, 3, True)
    told = read_receipt(attempt.receipt)
    assert told == {
        "attempt": phone.name,
        "log": "1.4",
        "head": phone.head,
        "answers": answers_digest(evidenced(attempt).counting(with_judged=True)),
        "answered": "3",
        "received": "2026-03-01T10:10:00Z",
    }
    rows = Answer.objects.order_by("slot__position").values_list("slot__position", "lease", "seq", "evidence")
    assert list(rows) == [(1, 1, 1, "A"), (2, 1, 2, "A"), (3, 1, 3, "A"), (4, 0, 0, "A")]


def test_a_receipt_that_was_changed_is_none(phone: Phone) -> None:
    phone.choose(1, 1)
    phone.send()
    receipt = phone.submit().attempt.receipt
    assert read_receipt(receipt.replace("answered 1", "answered 2")) is None


def test_handing_in_again_gives_the_same_receipt(phone: Phone) -> None:
    phone.choose(1, 1)
    phone.send()
    first = phone.submit(at=NOON + MINUTE).attempt
    second = phone.submit(at=NOON + 5 * MINUTE).attempt
    assert first.receipt == second.receipt != ""
    assert states(phone).count("SUBMITTED") == 1


def test_what_the_server_lacks_is_asked_for_before_anything_is_handed_in(phone: Phone) -> None:
    phone.choose(1, 1)
    phone.send()
    phone.choose(2, 2)
    assert phone.submit().need_from == 2
    phone.send(phone.batch(2))
    claim = phone.claim()
    wrong = claim | {"digests": {**claim["digests"], "1": "0" * 64, "3": "1" * 64}}
    assert phone.submit(wrong).need == [1, 3]
    assert phone.submit(claim | {"digests": {}}).need == [1, 2]
    assert stored(phone).state == AttemptState.STARTED
    assert phone.submit().attempt.state == AttemptState.RELEASED


def test_a_phone_that_lost_its_log_is_told_what_only_the_server_has(phone: Phone) -> None:
    phone.choose(1, 1)
    phone.send()
    phone.ops.clear()
    phone.take(1)
    assert phone.submit().need == [1]


def test_operations_after_the_hand_in_are_refused(phone: Phone) -> None:
    phone.submit()
    phone.choose(1, 1)
    assert phone.send().refusal == "closed"
    assert not Operation.objects.exists()
    with pytest.raises(AttemptClosedError):
        phone.acquire()


def test_only_whoever_holds_the_lease_hands_in(phone: Phone) -> None:
    other = Phone(phone.attempt, "other")
    assert other.submit().refusal == "lease_lost"
    assert stored(phone).state == AttemptState.STARTED


@pytest.mark.parametrize(
    "claim",
    [
        None,
        [],
        {"lease": 1},
        {"lease": 1, "ack_seq": 0, "chain_head": "x", "digests": {}},
        {"lease": 1, "ack_seq": 0, "chain_head": "0" * 64, "digests": {"0": "0" * 64}},
        {"lease": 1, "ack_seq": 0, "chain_head": "0" * 64, "digests": {"1": 5}},
    ],
)
def test_a_malformed_claim_is_refused(phone: Phone, claim: Any) -> None:
    with pytest.raises(OperationsRefusedError):
        phone.submit(claim if claim is not None else "nothing")  # type: ignore[arg-type]
    assert stored(phone).state == AttemptState.STARTED


def test_a_key_that_cannot_be_opened_stops_no_hand_in(phone: Phone, settings: Any, tmp_path: Any) -> None:
    settings.SANAD_KEYS_DIR, settings.SANAD_ALLOW_DEVELOPMENT_KEYS = tmp_path, False
    attempt = phone.submit().attempt
    assert (attempt.state, attempt.receipt) == (AttemptState.RELEASED, "")


# --- Without a signal at the end


def away(phone: Phone, *minutes: int) -> None:
    """In contact until minute 20; then an answer to one question after the other at these minutes."""
    phone.do("view")
    phone.choose(1, *right_places(phone.attempt, 1), at=NOON + 19 * MINUTE)
    phone.send(at=NOON + 20 * MINUTE)
    for slot, minute in enumerate(minutes, start=2):
        phone.choose(slot, *right_places(phone.attempt, slot), at=NOON + minute * MINUTE)


def test_a_phone_out_of_reach_at_the_end_is_waited_for_and_what_it_did_in_time_counts(phone: Phone) -> None:
    away(phone, 22, 28)
    assert sweep_due_attempts(at=LAST + MINUTE).handed_in == 1
    assert stored(phone).state == AttemptState.SYNC_OWED
    assert phone.send(phone.batch(3), at=DEADLINE + HOUR).ack_seq == 4
    attempt = phone.submit(at=DEADLINE + HOUR).attempt
    assert (attempt.state, attempt.marks, attempt.submitted_at) == (AttemptState.RELEASED, 3, LAST)
    assert states(phone) == ["STARTED", "TIME_UP", "SYNC_OWED", "SUBMITTED", "GRADED", "RELEASED"]
    classes = Answer.objects.order_by("slot__position").values_list("evidence", flat=True)
    assert "".join(classes) == "ABB"


def test_a_late_batch_is_taken_even_before_any_sweep_and_from_a_new_session(phone: Phone) -> None:
    away(phone, 25)
    assert phone.send(phone.batch(3), at=DEADLINE + HOUR, holder="signed in again").ack_seq == 3
    assert stored(phone).state == AttemptState.SYNC_OWED


def test_a_phone_that_had_sent_everything_at_the_end_is_not_waited_for(phone: Phone) -> None:
    away(phone)
    phone.send(phone.batch(3, 2), at=DEADLINE + timedelta(seconds=10))
    sweep_due_attempts(at=LAST + MINUTE)
    assert stored(phone).state == AttemptState.RELEASED


def test_a_phone_that_said_it_still_holds_answers_is_waited_for(phone: Phone) -> None:
    away(phone, 29)
    phone.send(phone.batch(4, 3, unsent=1) | {"unsent": 1}, at=DEADLINE + timedelta(seconds=10))
    sweep_due_attempts(at=LAST + MINUTE)
    assert stored(phone).state == AttemptState.SYNC_OWED


def test_the_wait_ends_with_the_window_and_what_there_is_is_handed_in(phone: Phone) -> None:
    away(phone, 22)
    sweep_due_attempts(at=LAST + MINUTE)
    assert sweep_due_attempts(at=DEADLINE + DAY).handed_in == 0
    assert sweep_due_attempts(at=DEADLINE + DAY + MINUTE).handed_in == 1
    assert (stored(phone).state, stored(phone).marks) == (AttemptState.RELEASED, 1)
    assert phone.send(phone.batch(3), at=DEADLINE + 2 * DAY).refusal == "closed"


@pytest.fixture
def reviewed(phone: Phone) -> Phone:
    """Question 2 was answered in time, question 3 after the end."""
    away(phone, 25, 33)
    phone.send(phone.batch(3), at=DEADLINE + HOUR)
    phone.submit(at=DEADLINE + HOUR)
    return phone


def test_answers_done_after_the_end_go_to_people_with_a_receipt_for_what_came(reviewed: Phone) -> None:
    attempt = stored(reviewed)
    assert (attempt.state, attempt.marks) == (AttemptState.LATE_REVIEW, None)
    assert (read_receipt(attempt.receipt) or {})["log"] == "1.4"
    assert sweep_due_attempts(at=DEADLINE + 9 * DAY).handed_in == 0


@pytest.mark.parametrize(("accept", "marks", "classes"), [(True, 3, "ABC"), (False, 2, "AB")])
def test_two_different_people_decide_together(
    reviewed: Phone, accept: bool, marks: int, classes: str
) -> None:
    first, second = UserFactory(), UserFactory()
    at = DEADLINE + 2 * DAY
    decide_late_answers(attempt=reviewed.attempt, actor=first, accept=accept, reason="Signal map", at=at)
    assert stored(reviewed).state == AttemptState.LATE_REVIEW
    decide_late_answers(attempt=reviewed.attempt, actor=second, accept=accept, reason="Agreed", at=at)
    attempt = stored(reviewed)
    assert (attempt.state, attempt.marks, attempt.submitted_at) == (AttemptState.RELEASED, marks, LAST)
    found = Answer.objects.order_by("slot__position").values_list("evidence", flat=True)
    assert "".join(found) == classes
    event = attempt.events.get(to_state="SUBMITTED")
    assert (event.actor, event.reason) == (second, "Agreed")


def test_while_two_disagree_a_third_decides(reviewed: Phone) -> None:
    for accept in (True, False):
        decide_late_answers(attempt=reviewed.attempt, actor=UserFactory(), accept=accept, reason="x")
    assert stored(reviewed).state == AttemptState.LATE_REVIEW
    decide_late_answers(attempt=reviewed.attempt, actor=UserFactory(), accept=False, reason="x")
    assert (stored(reviewed).state, stored(reviewed).marks) == (AttemptState.RELEASED, 2)


def test_nobody_decides_twice_alone_on_their_own_or_without_a_reason(reviewed: Phone) -> None:
    judge = UserFactory()
    decide_late_answers(attempt=reviewed.attempt, actor=judge, accept=True, reason="x")
    with pytest.raises(InterventionRefusedError):
        decide_late_answers(attempt=reviewed.attempt, actor=judge, accept=True, reason="x")
    with pytest.raises(InterventionRefusedError):
        decide_late_answers(attempt=reviewed.attempt, actor=reviewed.learner, accept=True, reason="x")
    with pytest.raises(ReasonMissingError):
        decide_late_answers(attempt=reviewed.attempt, actor=UserFactory(), accept=True, reason="  ")
    assert stored(reviewed).late_verdicts.count() == 1


def test_only_an_attempt_under_review_is_decided_on(phone: Phone) -> None:
    with pytest.raises(InterventionRefusedError):
        decide_late_answers(attempt=phone.attempt, actor=UserFactory(), accept=True, reason="x")


def test_a_late_answer_over_one_in_time_leaves_that_one_while_it_does_not_count(phone: Phone) -> None:
    away(phone)
    phone.choose(1, 4, at=DEADLINE + 5 * MINUTE)
    phone.send(phone.batch(3), at=DEADLINE + HOUR)
    phone.submit(at=DEADLINE + HOUR)
    for _ in range(2):
        decide_late_answers(attempt=phone.attempt, actor=UserFactory(), accept=False, reason="x")
    assert stored(phone).marks == 1


def test_plain_forms_have_nothing_to_wait_for(attempt: Attempt) -> None:
    answer(attempt, 1, 1)
    sweep_due_attempts(at=LAST + MINUTE)
    assert Attempt.objects.get(pk=attempt.pk).state == AttemptState.RELEASED


def test_handing_in_by_a_plain_form_after_the_end_keeps_waiting_for_the_phone(phone: Phone) -> None:
    away(phone, 25)
    assert submit_attempt(attempt=phone.attempt, at=LAST + MINUTE).state == AttemptState.SYNC_OWED


def test_places_may_be_sent_in_the_order_in_which_they_were_chosen() -> None:
    phone = sitting_on_a_phone(ExamFactory(bank=make_bank(questions=4, multiple=4)))
    phone.choose(1, 3, 1)
    phone.send()
    assert phone.submit().attempt.receipt
