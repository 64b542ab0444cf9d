"""Whatever the network, the phones and the clock do, in whatever order: the same answers at the end."""

from collections.abc import Callable
from contextlib import suppress
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    precondition,
    rule,
    run_state_machine_as_test,
)

from lms.assessments.enums import AttemptState
from lms.assessments.errors import LeaseHeldError
from lms.assessments.journal import first_break
from lms.assessments.models import Answer, Attempt, Exam
from lms.assessments.oplog import Entry, Known, Op, OpsError, SlotState, fold, genesis, receive, seal
from lms.assessments.selectors.log import answers_on_record, evidenced, form_of
from lms.assessments.services.invigilation import give_extra_time, pause_attempt, resume_attempt
from lms.assessments.services.late import decide_late_answers
from lms.assessments.services.lifecycle import journal_entry
from lms.assessments.services.receipts import read_receipt
from lms.assessments.services.sitting import sweep_due_attempts
from lms.people.models import User
from tests.factories.assessments import NOON, ExamFactory, make_bank
from tests.factories.people import UserFactory
from tests.factories.phone import Phone, sitting_on_a_phone

SECOND, MINUTE = timedelta(seconds=1), timedelta(minutes=1)
DEADLINE = NOON + 30 * MINUTE

slots = st.integers(1, 4)
places = st.lists(st.integers(1, 4), min_size=1, max_size=4, unique=True)
whose = st.integers(0, 1)


class CrashError(Exception):
    """The server dies before it commits."""


def entries(ops: list[Op]) -> list[Entry]:
    return [Entry(op.lease, op.seq, op.slot, op.kind, op.value) for op in ops]


def said(ops: list[Op]) -> dict[int, tuple[Any, bool]]:
    """What must be on record when every op has arrived: for each question the last word of the last lease."""
    found: dict[int, tuple[Any, bool]] = {}
    for op in sorted(ops, key=lambda op: (op.lease, op.seq)):
        value, flag = found.get(op.slot, (None, False))
        if op.kind == "flag":
            found[op.slot] = (value, op.value is True)
        elif op.kind in ("answer", "clear"):
            found[op.slot] = (op.value, flag)
    return found


# --- The pure log


@settings(max_examples=150, deadline=None)
@given(
    said_by_phone=st.lists(st.tuples(slots, st.one_of(st.none(), places)), min_size=1, max_size=15),
    data=st.data(),
)
def test_any_loss_repetition_and_reordering_of_runs_ends_in_the_whole_log(
    said_by_phone: list[tuple[int, list[int] | None]], data: st.DataObject
) -> None:
    ops: list[Op] = []
    head = genesis("a", 1)
    for number, (slot, value) in enumerate(said_by_phone, start=1):
        kind = "clear" if value is None else "answer"
        ops.append(seal("a", Op(1, number, slot, kind, value, number, number, head)))
        head = ops[-1].hash
    kept: list[Op] = []
    for _ in range(data.draw(st.integers(0, 12))):
        start = data.draw(st.integers(0, len(ops) - 1))
        kept += deliver(kept, ops[start : data.draw(st.integers(start, len(ops)))])
    assert kept == ops[: len(kept)]
    kept += deliver(kept, ops)
    assert kept == ops
    shuffled = data.draw(st.permutations(kept))
    assert fold(entries(list(shuffled))) == fold(entries(ops))


def deliver(kept: list[Op], run: list[Op]) -> list[Op]:
    known = {op.seq: Known(op.prev_hash, op.hash) for op in kept}
    reception = receive("a", 1, known, run)
    assert reception.ack_seq == len(kept) + len(reception.fresh)
    assert (reception.need_from is not None) == bool(run and run[0].seq > len(kept) + 1)
    return list(reception.fresh)


@settings(max_examples=60, deadline=None)
@given(forked_at=st.integers(1, 8), data=st.data())
def test_two_writers_under_one_lease_never_mix(forked_at: int, data: st.DataObject) -> None:
    def chain(values: list[int], start: list[Op]) -> list[Op]:
        ops = list(start)
        for value in values:
            head = ops[-1].hash if ops else genesis("a", 1)
            ops.append(seal("a", Op(1, len(ops) + 1, 1, "answer", [value], 0, 0, head)))
        return ops

    shared = chain([1] * (forked_at - 1), [])
    one, two = chain([2, 2, 2], shared), chain([3, 3, 3], shared)
    kept = one[: data.draw(st.integers(forked_at, len(one)))]
    known = {op.seq: Known(op.prev_hash, op.hash) for op in kept}
    start = data.draw(st.integers(0, len(two) - 1))
    run = two[start:]
    try:
        reception = receive("a", 1, known, run)
    except OpsError as error:
        assert error.code in ("hash_conflict", "chain_broken")
    else:
        assert not reception.fresh or reception.need_from


# --- The services, with two phones that take the lease from each other


class TwoPhones(RuleBasedStateMachine):
    """Two devices of one candidate, within the time of the exam."""

    exam: Exam
    judge: User

    @initialize()
    def start(self) -> None:
        first = sitting_on_a_phone(self.exam, holder="0")
        self.attempt = first.attempt
        self.phones = [first, Phone(self.attempt, "1")]
        self.phones[1].take(0)
        self.now = NOON
        self.made: list[Op] = []

    def tick(self, passed: timedelta = SECOND) -> datetime:
        self.now = min(self.now + passed, DEADLINE - MINUTE)
        return self.now

    def holds(self, number: int) -> bool:
        """Whether this phone believes that it may write; it may be wrong."""
        return self.phones[number].lease > 0

    @precondition(lambda self: self.holds(0) or self.holds(1))
    @rule(number=whose, slot=slots, value=st.one_of(st.none(), st.booleans(), places))
    def do(self, number: int, slot: int, value: Any) -> None:
        if self.holds(number):
            kind = "clear" if value is None else "flag" if isinstance(value, bool) else "answer"
            self.made.append(self.phones[number].do(kind, slot, value, at=self.tick()))

    @rule(number=whose, data=st.data(), fate=st.sampled_from(["arrives", "is lost", "crashes"]))
    def send(self, number: int, data: st.DataObject, fate: str) -> None:
        """Any run of the phone's own ops. Whether a reply comes back makes no difference here: none is read."""
        phone = self.phones[number]
        leases = sorted({op.lease for op in phone.ops})
        if not leases or fate == "is lost":
            return
        lease = data.draw(st.sampled_from(leases))
        last = max(op.seq for op in phone.ops if op.lease == lease)
        start = data.draw(st.integers(1, last))
        batch = phone.batch(start, data.draw(st.integers(start, last)), lease)
        with suppress(CrashError), transaction.atomic():
            phone.send(batch, at=self.tick())
            if fate == "crashes":
                raise CrashError

    @rule(number=whose, wait=st.sampled_from([SECOND, 2 * MINUTE]))
    def take_over(self, number: int, wait: timedelta) -> None:
        with suppress(LeaseHeldError):
            self.phones[number].acquire(at=self.tick(wait))

    @rule()
    def sweep(self) -> None:
        sweep_due_attempts(at=self.tick())

    @rule()
    def pause_and_go_on(self) -> None:
        pause_attempt(attempt=self.attempt, actor=self.judge, reason="x", at=self.tick())
        resume_attempt(attempt=self.attempt, actor=self.judge, reason="x", at=self.tick(5 * SECOND))

    def teardown(self) -> None:
        """At last there is a signal: what is on record is what was done, and so is what is handed in."""
        if not hasattr(self, "phones"):
            return
        for phone in self.phones:
            for lease in sorted({op.lease for op in phone.ops}):
                phone.send(phone.batch(lease=lease), at=self.tick())
        attempt = Attempt.objects.get(pk=self.attempt.pk)
        record = answers_on_record(attempt)
        assert {slot: (one.value, one.is_flagged) for slot, one in record.items()} == said(self.made)
        writer = next((phone for phone in self.phones if phone.lease == attempt.lease), None)
        assert writer is not None
        assert writer.submit(writer.claim(self.made), at=self.tick()).attempt.state == AttemptState.RELEASED
        check_handed_in(self.attempt, fold(entries(self.made)))


def check_handed_in(attempt: Attempt, states: dict[int, SlotState]) -> None:
    """The rows that are marked are the answers, the receipt is for them, and the integrity log is whole."""
    attempt = Attempt.objects.get(pk=attempt.pk)
    form = form_of(attempt.public_id)
    rows = {
        row.slot.position: row for row in Answer.objects.filter(slot__attempt=attempt).select_related("slot")
    }
    assert set(rows) == set(states)
    for slot, state in states.items():
        value = [] if state.value is None else form[slot].stored(state.value)
        assert (rows[slot].value, rows[slot].is_flagged) == (value, state.is_flagged)
    answered = sum(state.value is not None for state in states.values())
    assert (read_receipt(attempt.receipt) or {})["answered"] >= str(answered)
    events = [journal_entry(event) for event in attempt.events.select_related("actor").order_by("number")]
    assert (
        first_break(str(attempt.public_id), events, count=attempt.event_count, head=attempt.event_head)
        is None
    )


# --- The services, with one phone without a signal at the end


class OutOfReach(RuleBasedStateMachine):
    """One device, on both sides of the deadline; sweeps come whenever they come, also two at a time."""

    exam: Exam
    judge: User

    @initialize()
    def start(self) -> None:
        self.phone = sitting_on_a_phone(self.exam, holder="0")
        self.attempt = self.phone.attempt
        self.now = NOON
        self.acked = 0
        self.is_over = False

    def tick(self, passed: timedelta = SECOND) -> datetime:
        self.now += passed
        return self.now

    # When its clock has run out and everything was sent, the phone takes no more answers.
    @precondition(lambda self: not self.is_over)
    @rule(slot=slots, value=st.one_of(st.none(), places))
    def do(self, slot: int, value: list[int] | None) -> None:
        self.phone.do("clear" if value is None else "answer", slot, value, at=self.tick())

    @precondition(lambda self: not self.is_over)
    @rule()
    def load_the_page_again(self) -> None:
        self.phone.reload(self.tick(3 * SECOND))

    @rule(data=st.data(), is_answered=st.booleans())
    def send(self, data: st.DataObject, is_answered: bool) -> None:
        if not self.phone.seq:
            return
        start = data.draw(st.integers(1, self.phone.seq))
        end = data.draw(st.integers(start, self.phone.seq))
        unsent = len([op for op in self.phone.ops if op.seq > max(self.acked, end)])
        reply = self.phone.send(self.phone.batch(start, end, unsent=unsent), at=self.tick())
        assert not reply.refusal or self.is_over
        deadline = Attempt.objects.get(pk=self.attempt.pk).deadline
        self.is_over |= self.now >= deadline and reply.ack_seq == self.phone.seq
        if is_answered:
            self.acked = max(self.acked, reply.ack_seq)

    @rule(minutes=st.sampled_from([1, 5, 12, 20]))
    def time_passes(self, minutes: int) -> None:
        self.tick(minutes * MINUTE)

    @rule()
    def sweep(self) -> None:
        sweep_due_attempts(at=self.tick())
        sweep_due_attempts(at=self.now)

    @precondition(lambda self: self.now < DEADLINE)
    @rule()
    def extra_time(self) -> None:
        give_extra_time(attempt=self.attempt, seconds=120, actor=self.judge, reason="x", at=self.tick())

    def teardown(self) -> None:
        """With a signal again: what was done in time counts, and what was not only if two people say so."""
        if not hasattr(self, "phone"):
            return
        at = self.tick()
        self.phone.send(at=at)
        log = evidenced(Attempt.objects.get(pk=self.attempt.pk))
        states = log.counting(with_judged=True)
        assert {slot: one.value for slot, one in states.items()} == {
            slot: value for slot, (value, _flag) in said(self.phone.ops).items()
        }
        last = Attempt.objects.get(pk=self.attempt.pk).deadline + MINUTE
        judged = {entry.seq for entry in log.judged()}
        late = {op.seq for op in self.phone.ops if self.made_at(op) > last and op.kind in ("answer", "clear")}
        assert late <= judged
        attempt = self.phone.submit(at=at).attempt
        if attempt.state == AttemptState.LATE_REVIEW:
            assert judged
            for _ in range(2):
                decide_late_answers(
                    attempt=attempt, actor=UserFactory(), accept=False, reason="x", at=self.tick()
                )
            states = fold(entries([op for op in self.phone.ops if op.seq not in judged]))
        check_handed_in(self.attempt, states)

    def made_at(self, op: Op) -> datetime:
        return datetime.fromtimestamp(op.t_wall / 1000, NOON.tzinfo)


STEPS = settings(
    max_examples=25, stateful_step_count=20, deadline=None, suppress_health_check=list(HealthCheck)
)


@pytest.mark.django_db
@pytest.mark.parametrize("machine", [TwoPhones, OutOfReach])
def test_whatever_happens_in_whatever_order(machine: type[TwoPhones | OutOfReach]) -> None:
    world: dict[str, Any] = {
        "exam": ExamFactory(bank=make_bank(questions=4, multiple=4)),
        "judge": UserFactory(),
    }
    named: Callable[[], Any] = type(machine.__name__, (machine,), world)
    run_state_machine_as_test(named, settings=STEPS)
