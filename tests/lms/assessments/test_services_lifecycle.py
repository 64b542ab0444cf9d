"""The one way to change the state of an attempt."""

from itertools import product

import pytest
from django.db import connection, transaction

from lms.assessments.enums import AttemptState, EventKind
from lms.assessments.errors import AttemptChangedError, IllegalMoveError, ReasonMissingError
from lms.assessments.journal import first_break
from lms.assessments.machine import MOVES, By, State, successors
from lms.assessments.models import Attempt, AttemptEvent
from lms.assessments.services.lifecycle import journal_entry, lock_attempt, move_attempt, record_event
from lms.people.models import User
from tests.factories.assessments import NOON

pytestmark = pytest.mark.django_db


def test_a_move_changes_the_row_the_object_and_writes_its_event(attempt: Attempt, learner: User) -> None:
    before = attempt.events.count()
    with transaction.atomic():
        move_attempt(
            attempt=attempt,
            to=AttemptState.VOIDED,
            at=NOON,
            by=By.INVIGILATOR,
            actor=learner,
            reason=" Fire alarm ",
            extra_seconds=5,
        )
    stored = Attempt.objects.get(pk=attempt.pk)
    assert (stored.state, attempt.state, stored.extra_seconds) == ("VOIDED", "VOIDED", 5)
    event = attempt.events.last()
    assert attempt.events.count() == before + 1
    assert (event.from_state, event.to_state, event.actor, event.reason) == (
        "STARTED",
        "VOIDED",
        learner,
        "Fire alarm",
    )


def test_a_move_that_is_not_in_the_table_is_refused(attempt: Attempt) -> None:
    for state, to in product(State, State):
        if to not in successors(state):
            attempt.state = state
            with pytest.raises(IllegalMoveError):
                move_attempt(attempt=attempt, to=AttemptState(to), at=NOON)
    assert Attempt.objects.get(pk=attempt.pk).state == AttemptState.STARTED


def test_a_move_is_made_by_those_whom_the_table_names_with_a_reason_where_it_wants_one(
    attempt: Attempt, learner: User
) -> None:
    for move in MOVES:
        attempt.state, to = move.source, AttemptState(move.to)
        for by in set(By) - move.by:
            with pytest.raises(IllegalMoveError):
                move_attempt(attempt=attempt, to=to, at=NOON, by=by, actor=learner, reason="x")
        by = min(move.by - {By.CANDIDATE}, default=By.CANDIDATE)
        if move.needs_reason:
            with pytest.raises(ReasonMissingError):
                move_attempt(attempt=attempt, to=to, at=NOON, by=by, actor=learner, reason=" ")
        if by is not By.CLOCK:
            with pytest.raises(IllegalMoveError):
                move_attempt(attempt=attempt, to=to, at=NOON, by=by, reason="x")


def test_the_states_of_the_table_are_those_of_the_database_and_all_can_be_reached() -> None:
    assert set(State) == set(AttemptState)
    assert {move.to for move in MOVES} | {State.READY} == set(State)
    assert len({(move.source, move.to) for move in MOVES}) == len(MOVES)


def test_only_two_states_are_the_end_besides_a_released_result() -> None:
    assert {state for state in State if not successors(state)} == {State.NOT_TAKEN, State.VOIDED}


@pytest.mark.parametrize("change", [{"state": AttemptState.TIME_UP}, {"lease": 7}, {"event_count": 9}])
def test_whoever_comes_second_is_told(attempt: Attempt, change: dict[str, object]) -> None:
    Attempt.objects.filter(pk=attempt.pk).update(**change)
    with pytest.raises(AttemptChangedError):
        move_attempt(attempt=attempt, to=AttemptState.TIME_UP, at=NOON)
    assert attempt.events.filter(to_state=AttemptState.TIME_UP).count() == 0


@pytest.mark.django_db(transaction=True)
def test_a_move_outside_of_a_transaction_is_refused(attempt: Attempt) -> None:
    assert not connection.in_atomic_block
    with pytest.raises(IllegalMoveError):
        move_attempt(attempt=attempt, to=AttemptState.TIME_UP, at=NOON)


def test_lock_attempt_reads_the_attempt_with_what_services_need(
    attempt: Attempt, django_assert_num_queries
) -> None:  # type: ignore[no-untyped-def]
    with transaction.atomic(), django_assert_num_queries(1):
        locked = lock_attempt(pk=attempt.pk)
        assert locked.exam.code
        assert locked.learner.name_ar


# --- The integrity log


def broken_at(attempt: Attempt) -> int | None:
    stored = Attempt.objects.get(pk=attempt.pk)
    events = [journal_entry(event) for event in stored.events.select_related("actor").order_by("number")]
    return first_break(str(stored.public_id), events, count=stored.event_count, head=stored.event_head)


def tell(attempt: Attempt, learner: User) -> None:
    for minutes in (5, 10):
        record_event(
            attempt=attempt,
            kind=EventKind.TIME_GIVEN,
            at=NOON,
            actor=learner,
            reason="الكهرباء انقطعت",
            details={"seconds": 60 * minutes, "ب": 1},
        )


def test_events_form_a_chain(attempt: Attempt, learner: User) -> None:
    tell(attempt, learner)
    assert [event.number for event in attempt.events.order_by("pk")] == [1, 2, 3]
    assert broken_at(attempt) is None


@pytest.mark.parametrize(
    ("change", "number"),
    [
        ({"reason": "x"}, 2),
        ({"actor": None}, 2),
        ({"details": {"seconds": 1}}, 2),
        ({"at": NOON.replace(hour=1)}, 2),
    ],
)
def test_a_changed_event_shows(
    attempt: Attempt, learner: User, change: dict[str, object], number: int
) -> None:
    tell(attempt, learner)
    AttemptEvent.objects.filter(attempt=attempt, number=number).update(**change)
    assert broken_at(attempt) == number


@pytest.mark.parametrize("number", [1, 2, 3])
def test_an_event_that_was_taken_out_shows(attempt: Attempt, learner: User, number: int) -> None:
    tell(attempt, learner)
    AttemptEvent.objects.filter(attempt=attempt, number=number).delete()
    assert broken_at(attempt) == number


def test_an_event_changes_no_state(attempt: Attempt) -> None:
    with pytest.raises(IllegalMoveError):
        record_event(attempt=attempt, kind=EventKind.LEASE, at=NOON, state=AttemptState.VOIDED)
