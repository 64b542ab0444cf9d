"""Saving answers: nothing that a network does to requests may lose or revive an answer."""

from datetime import timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from lms.assessments.errors import AnswerRefusedError, AttemptClosedError, TimeUpError
from lms.assessments.models import Answer, Attempt, Exam, Operation
from lms.assessments.services.answers import MOST_SEQUENCE, AnswerEntry, save_answers
from lms.assessments.services.sitting import create_attempt, submit_attempt
from lms.people.models import User
from tests.factories.assessments import (
    NOON,
    ExamFactory,
    answer,
    enrol,
    make_bank,
    on_record,
    right_places,
    started_attempt,
)
from tests.factories.people import UserFactory
from tests.lms.assessments.test_services_sitting import together

pytestmark = pytest.mark.django_db

POSITIONS = (1, 2, 3)


def chosen_keys(attempt: Attempt, position: int) -> list[str]:
    return list(on_record(attempt)[position].stored)


def test_an_answer_is_kept_as_keys_of_the_bank_and_told_as_places(attempt: Attempt) -> None:
    saved = answer(attempt, 1, 3)
    order = attempt.slots.get(position=1).option_order
    assert chosen_keys(attempt, 1) == [order[2]]
    assert (saved.value, saved.sequence, saved.saved_at, saved.is_current) == ([3], 1, NOON, True)


def test_a_later_sequence_wins(attempt: Attempt) -> None:
    answer(attempt, 1, 1, sequence=1)
    assert answer(attempt, 1, 2, sequence=2).value == [2]


@pytest.mark.parametrize("sequence", [1, 4, 5])
def test_the_same_or_an_older_sequence_changes_nothing_and_says_what_is_kept(
    attempt: Attempt, sequence: int
) -> None:
    answer(attempt, 1, 2, sequence=5, is_flagged=True)
    saved = answer(attempt, 1, 3, sequence=sequence, at=NOON + timedelta(minutes=1))
    assert (saved.value, saved.sequence, saved.saved_at) == ([2], 5, NOON)
    assert (saved.is_flagged, saved.is_current) == (True, False)


def test_repeating_a_request_is_free(attempt: Attempt) -> None:
    answer(attempt, 1, 2, sequence=5)
    assert answer(attempt, 1, 2, sequence=5).is_current


def test_nothing_chosen_leaves_the_answer_and_only_clearing_takes_it_back(attempt: Attempt) -> None:
    answer(attempt, 1, 2, sequence=1)
    kept = answer(attempt, 1, sequence=2, keep=True, is_flagged=True)
    assert (kept.value, kept.is_flagged, kept.is_current) == ([2], True, True)
    assert answer(attempt, 1, sequence=3).value is None


def test_a_flag_without_an_answer_is_kept(attempt: Attempt) -> None:
    saved = answer(attempt, 1, keep=True, is_flagged=True)
    assert (saved.value, saved.is_flagged) == (None, True)


def test_a_batch_is_saved_whole_with_the_latest_change_of_each_question(attempt: Attempt) -> None:
    entries = [AnswerEntry(1, 1, [1]), AnswerEntry(2, 1, [4]), AnswerEntry(1, 2, [2])]
    saved = save_answers(attempt_id=attempt.public_id, learner=attempt.learner, entries=entries, at=NOON)
    assert [(one.position, one.value, one.is_current) for one in saved.answers] == [
        (1, [2], False),
        (2, [4], True),
        (1, [2], True),
    ]


@pytest.mark.parametrize(
    "entry",
    [
        AnswerEntry(1, 1, [0]),
        AnswerEntry(1, 1, [5]),
        AnswerEntry(1, 1, [-1]),
        AnswerEntry(1, 1, [1, 2]),
        AnswerEntry(1, 0, [1]),
        AnswerEntry(1, MOST_SEQUENCE + 1, [1]),
        AnswerEntry(9, 1, [1]),
    ],
)
def test_an_answer_that_the_question_does_not_offer_is_refused_with_the_whole_batch(
    attempt: Attempt, entry: AnswerEntry
) -> None:
    with pytest.raises(AnswerRefusedError):
        save_answers(
            attempt_id=attempt.public_id,
            learner=attempt.learner,
            entries=[AnswerEntry(2, 1, [1]), entry],
            at=NOON,
        )
    assert not on_record(attempt)


def test_an_option_cannot_be_chosen_twice() -> None:
    exam = ExamFactory(bank=make_bank(questions=4, multiple=4))
    with pytest.raises(AnswerRefusedError):
        answer(started_attempt(exam), 1, 2, 2)


def test_the_largest_sequence_fits_both_databases(attempt: Attempt) -> None:
    assert answer(attempt, 1, 1, sequence=MOST_SEQUENCE).sequence == MOST_SEQUENCE


def test_another_person_s_attempt_does_not_exist(attempt: Attempt) -> None:
    with pytest.raises(Attempt.DoesNotExist):
        save_answers(
            attempt_id=attempt.public_id, learner=UserFactory(), entries=[AnswerEntry(1, 1, [1])], at=NOON
        )


def test_answers_are_taken_until_the_grace_ends_and_never_after(attempt: Attempt) -> None:
    last = attempt.deadline + timedelta(seconds=60)
    assert answer(attempt, 1, 1, at=last).is_current
    with pytest.raises(TimeUpError):
        answer(attempt, 2, 1, at=last + timedelta(microseconds=1))
    stored = Attempt.objects.get(pk=attempt.pk)
    assert stored.submitted_at == last
    assert Answer.objects.count() == len(on_record(attempt)) == 1
    with pytest.raises(TimeUpError):
        answer(attempt, 1, 2, sequence=2, at=NOON)


def test_answers_after_the_hand_in_are_refused(attempt: Attempt) -> None:
    submit_attempt(attempt=attempt, at=NOON)
    with pytest.raises(AttemptClosedError) as refusal:
        answer(attempt, 1, 1)
    assert not isinstance(refusal.value, TimeUpError)
    assert not on_record(attempt)


def test_answers_before_the_start_are_refused(exam: Exam, learner: User) -> None:
    with pytest.raises(AttemptClosedError):
        answer(create_attempt(exam=exam, learner=learner, at=NOON), 1, 1)


@pytest.mark.parametrize("count", [1, 4])
def test_saving_costs_two_statements_whatever_the_number_of_answers(
    attempt: Attempt, count: int, django_assert_num_queries
) -> None:  # type: ignore[no-untyped-def]
    answer(attempt, 1, 2)
    entries = [AnswerEntry(position, 2, [1]) for position in range(1, count + 1)]
    with django_assert_num_queries(2):
        save_answers(attempt_id=attempt.public_id, learner=attempt.learner, entries=entries, at=NOON)


# --- Whatever the network does

entries_in_order = st.lists(
    st.tuples(st.sampled_from(POSITIONS), st.lists(st.integers(1, 4), unique=True), st.booleans()),
    min_size=1,
    max_size=12,
)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(changes=entries_in_order, data=st.data())
def test_any_repetition_reordering_and_batching_ends_in_the_same_answers(
    multiple_attempt: Attempt, changes: list[tuple[int, list[int], bool]], data: st.DataObject
) -> None:
    Operation.objects.all().delete()
    sent = [
        AnswerEntry(position, number, chosen or None, is_flagged, not chosen)
        for number, (position, chosen, is_flagged) in enumerate(changes, start=1)
    ]
    delivered = data.draw(st.permutations(sent + data.draw(st.lists(st.sampled_from(sent), max_size=6))))
    while delivered:
        size = data.draw(st.integers(1, len(delivered)))
        batch, delivered = delivered[:size], delivered[size:]
        save_answers(
            attempt_id=multiple_attempt.public_id, learner=multiple_attempt.learner, entries=batch, at=NOON
        )
    latest = {entry.position: entry for entry in sent}
    kept = on_record(multiple_attempt)
    assert set(kept) == set(latest)
    for position, entry in latest.items():
        assert kept[position].value == entry.value
        assert (kept[position].sequence, kept[position].is_flagged) == (entry.sequence, entry.is_flagged)


@pytest.fixture
def multiple_attempt(db: Any) -> Attempt:
    return started_attempt(ExamFactory(bank=make_bank(questions=4, multiple=4)))


@pytest.mark.django_db(transaction=True)
def test_saves_at_once_from_several_windows_end_in_the_latest(exam: Exam) -> None:
    attempt = started_attempt(exam, enrol(exam).learner)
    results = together(*[lambda n=n: answer(attempt, 1, 1 + n % 4, sequence=n) for n in (3, 1, 6, 2, 5, 4)])
    assert not [result for result in results if isinstance(result, Exception)], results
    assert on_record(attempt)[1].sequence == 6
    assert chosen_keys(attempt, 1) == [attempt.slots.get(position=1).option_order[2]]


@pytest.mark.django_db(transaction=True)
def test_a_flag_at_once_with_an_answer_never_wipes_the_answer_out(exam: Exam) -> None:
    attempt = started_attempt(exam, enrol(exam).learner)
    answer(attempt, 1, 1, sequence=1)
    together(
        lambda: answer(attempt, 1, 2, sequence=2),
        lambda: answer(attempt, 1, sequence=3, keep=True, is_flagged=True),
    )
    assert chosen_keys(attempt, 1) != []
    assert right_places(attempt, 1)
