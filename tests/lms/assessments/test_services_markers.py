"""Open answers: blind markers, a second one near the pass mark, a third person where they differ."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.db import IntegrityError, transaction

from lms.assessments.enums import AttemptState, EventKind, ReleaseRule
from lms.assessments.errors import MarkingRefusedError
from lms.assessments.models import Attempt, CriterionMark, Marking
from lms.assessments.selectors.markers import marking_queues, markings_for
from lms.assessments.services.markers import Given, mark_answer, reserve_next, why_not
from tests.factories.assessments import NOON, enrol
from tests.factories.cascade import TrainingSessionFactory
from tests.factories.marking import give, mark_all, open_exam, sit_open
from tests.factories.people import UserFactory

pytestmark = pytest.mark.django_db

# Fourteen marks, pass mark 9.8, binomial error 2.42: near from 7.38 to 12.22.


def fresh(attempt: Attempt) -> Attempt:
    return Attempt.objects.get(pk=attempt.pk)


def open_marks(attempt: Attempt) -> list[Decimal | None]:
    slots = attempt.slots.filter(version__kind="open_text").order_by("position")
    return list(slots.values_list("marks", flat=True))


# --- From the hand-in to the queue


def test_open_answers_wait_for_a_marker_and_the_result_with_them() -> None:
    attempt = sit_open(open_exam(), right=6)
    assert attempt.state == AttemptState.MODERATION
    assert attempt.released_at is None
    assert Marking.objects.filter(slot__attempt=attempt, turn=1, marker=None).count() == 2


def test_an_open_question_left_blank_earns_nothing_and_needs_nobody() -> None:
    attempt = sit_open(open_exam(), right=6, texts=["", ""])
    assert attempt.state == AttemptState.RELEASED
    assert open_marks(attempt) == [0, 0]
    assert not Marking.objects.exists()


def test_a_result_far_from_the_pass_mark_stands_with_one_marker() -> None:
    attempt = sit_open(open_exam(), right=6)
    marker = UserFactory()
    done = mark_all(attempt, "4", marker=marker)
    assert (done.state, done.marks, done.is_passed) == (AttemptState.RELEASED, 14, True)
    assert open_marks(attempt) == [4, 4]
    assert not Marking.objects.filter(turn=2).exists()
    graded = done.events.get(to_state=AttemptState.GRADED, from_state=AttemptState.MODERATION)
    assert graded.actor == marker


def test_nothing_is_decided_before_the_last_answer_is_marked() -> None:
    attempt = sit_open(open_exam(), right=6)
    give(Marking.objects.filter(slot__attempt=attempt).first())
    assert fresh(attempt).state == AttemptState.MODERATION
    assert open_marks(attempt) == [None, None]


def test_a_marked_result_still_waits_for_its_release() -> None:
    attempt = sit_open(open_exam(release=ReleaseRule.BY_HAND), right=6)
    assert mark_all(attempt, "4").state == AttemptState.GRADED


def test_what_was_given_is_kept_by_row_of_the_rubric_with_its_comment() -> None:
    attempt = sit_open(open_exam(opens=1), right=6)
    marking = give(Marking.objects.get(slot__attempt=attempt), marks="3")
    rows = CriterionMark.objects.filter(marking=marking).values_list("criterion__key", "marks", "comment")
    assert list(rows) == [("a", 2, "Good"), ("b", 1, "")]
    assert marking.marks == 3


# --- The second marker


def near_attempt(**fields: object) -> Attempt:
    """Six marks, and two open answers that two marks each bring to ten: on the edge."""
    return sit_open(open_exam(**fields), right=6)


def test_a_result_near_the_pass_mark_is_marked_again_by_somebody_else() -> None:
    attempt = near_attempt()
    first = UserFactory()
    assert mark_all(attempt, "2", marker=first).state == AttemptState.MODERATION
    assert open_marks(attempt) == [None, None]
    second = Marking.objects.filter(slot__attempt=attempt, turn=2)
    assert second.count() == 2
    assert not markings_for(first, at=NOON).exists()
    assert markings_for(UserFactory(), at=NOON).count() == 2
    event = fresh(attempt).events.get(kind=EventKind.SECOND_MARKER)
    assert event.details == {"error": "2.42", "source": "binomial"}


def test_two_markers_who_agree_well_enough_make_the_mean() -> None:
    attempt = near_attempt()
    mark_all(attempt, "2.00", marker=UserFactory())
    done = mark_all(attempt, "2.25", turn=2, marker=UserFactory())
    assert done.state == AttemptState.RELEASED
    assert open_marks(attempt) == [Decimal("2.13"), Decimal("2.13")]
    assert done.marks == Decimal("10.26")


def test_two_markers_who_differ_beyond_the_limit_need_a_third_person() -> None:
    attempt = near_attempt(marker_difference_percent=20)
    first, second = UserFactory(), UserFactory()
    mark_all(attempt, "2", marker=first)
    one, other = Marking.objects.filter(slot__attempt=attempt, turn=2).order_by("slot__position")
    give(one, second, "2.8")
    give(other, second, "2.9")
    done = fresh(attempt)
    assert done.state == AttemptState.MODERATION
    assert done.moderations.get().cause == "differing"
    # 0.8 is twenty per cent of four marks, 0.9 is more: the first is settled, the second is not.
    assert open_marks(attempt) == [Decimal("2.40"), None]


def test_markers_who_disagree_on_who_passes_need_a_third_person_however_close_they_are() -> None:
    attempt = near_attempt(marker_difference_percent=100)
    mark_all(attempt, "2", marker=UserFactory())
    mark_all(attempt, "1.75", turn=2, marker=UserFactory())
    assert fresh(attempt).moderations.get().cause == "differing"
    assert open_marks(attempt) == [None, None]


# --- Who may mark


def test_a_marker_never_marks_the_same_answer_twice() -> None:
    attempt = near_attempt()
    marker = UserFactory()
    mark_all(attempt, "2", marker=marker)
    again = Marking.objects.filter(slot__attempt=attempt, turn=2).first()
    with pytest.raises(MarkingRefusedError):
        give(again, marker)
    with pytest.raises(IntegrityError), transaction.atomic():
        Marking.objects.filter(pk=again.pk).update(marker=marker)


def test_nobody_marks_the_answers_of_the_own_trainees() -> None:
    exam = open_exam()
    trainer = UserFactory()
    own = sit_open(exam, enrol(exam, cohort__trainer=trainer).learner, right=6)
    marking = Marking.objects.filter(slot__attempt=own).first()
    assert not markings_for(trainer, at=NOON).exists()
    with pytest.raises(MarkingRefusedError, match=r"مدرب هذا الممتحَن|teach"):
        give(marking, trainer)
    assert markings_for(UserFactory(), at=NOON).count() == 2


def test_nobody_marks_the_own_answers() -> None:
    attempt = near_attempt()
    assert not markings_for(attempt.learner, at=NOON).exists()
    with pytest.raises(MarkingRefusedError):
        give(Marking.objects.first(), attempt.learner)


def test_marks_are_given_once_and_repeating_them_changes_nothing() -> None:
    attempt = near_attempt()
    marker = UserFactory()
    marking = give(Marking.objects.filter(slot__attempt=attempt).first(), marker, "2")
    again = give(marking, marker, "4")
    assert again.marks == 2
    assert CriterionMark.objects.filter(marking=marking).count() == 2
    with pytest.raises(MarkingRefusedError):
        give(marking, UserFactory(), "4")


@pytest.mark.parametrize(
    "given",
    [
        {},
        {"a": Given(Decimal(1))},
        {"a": Given(Decimal(1)), "b": Given(Decimal(1)), "c": Given(Decimal(0))},
        {"a": Given(Decimal("2.01")), "b": Given(Decimal(0))},
        {"a": Given(Decimal(-1)), "b": Given(Decimal(0))},
        {"a": Given(Decimal("0.001")), "b": Given(Decimal(0))},
        {"a": Given(Decimal("NaN")), "b": Given(Decimal(0))},
        {"a": Given(Decimal("Infinity")), "b": Given(Decimal(0))},
    ],
)
def test_marks_that_the_rubric_does_not_know_are_refused_and_nothing_is_written(given: dict) -> None:
    near_attempt()
    marking = Marking.objects.first()
    with pytest.raises(MarkingRefusedError):
        mark_answer(marking_id=marking.public_id, marker=UserFactory(), given=given)
    assert not CriterionMark.objects.exists()
    assert Marking.objects.get(pk=marking.pk).marked_at is None


# --- Taking answers from the queue


def test_two_markers_who_open_the_queue_at_once_get_different_answers() -> None:
    exam = open_exam(opens=1)
    for _ in range(2):
        sit_open(exam, right=6)
    one, other = UserFactory(), UserFactory()
    first, second = reserve_next(exam=exam, marker=one), reserve_next(exam=exam, marker=other)
    assert first and second and first != second
    assert reserve_next(exam=exam, marker=UserFactory()) is None
    assert reserve_next(exam=exam, marker=one) == first


def test_an_answer_left_open_goes_to_others_after_half_an_hour() -> None:
    exam = open_exam(opens=1)
    sit_open(exam, right=6)
    held = reserve_next(exam=exam, marker=UserFactory(), at=NOON)
    other = UserFactory()
    assert why_not(marking=held, marker=other, at=NOON + timedelta(minutes=30))
    assert reserve_next(exam=exam, marker=other, at=NOON + timedelta(minutes=30)) is None
    assert reserve_next(exam=exam, marker=other, at=NOON + timedelta(minutes=31)) == held


def test_an_answer_that_is_skipped_comes_again_after_the_others() -> None:
    exam = open_exam(opens=1)
    for _ in range(3):
        sit_open(exam, right=6)
    marker = UserFactory()
    seen = [reserve_next(exam=exam, marker=marker)]
    for _ in range(3):
        seen.append(reserve_next(exam=exam, marker=marker, after=seen[-1]))
    assert len({one.pk for one in seen[:3]}) == 3
    assert seen[3] == seen[0]
    assert Marking.objects.exclude(marker=None).count() == 1


def test_answers_to_one_question_follow_each_other() -> None:
    exam = open_exam(opens=2)
    for _ in range(3):
        sit_open(exam, right=0)
    marker = UserFactory()
    order = []
    while marking := reserve_next(exam=exam, marker=marker):
        order.append(marking.slot.version_id)
        give(marking, marker, "0")
    assert len(order) == 6
    assert order == sorted(order)


def test_the_queue_counts_what_waits_for_me_for_anybody_and_what_i_did(
    django_assert_num_queries: object,
) -> None:
    exam, trainer = open_exam(), UserFactory()
    sit_open(exam, enrol(exam, cohort__trainer=trainer).learner, right=6)
    sit_open(exam, right=6)
    give(reserve_next(exam=exam, marker=trainer), trainer, "0")
    with django_assert_num_queries(4):
        [queue] = marking_queues(trainer, at=NOON)
    assert (queue.mine, queue.waiting, queue.done) == (1, 3, 1)


def test_a_session_given_makes_a_trainee_too() -> None:
    from lms.cascade.models import Training

    exam, trainer = open_exam(), UserFactory()
    attempt = sit_open(exam, right=6)
    session = TrainingSessionFactory()
    Training.objects.create(
        session=session,
        trainer=trainer,
        learner=attempt.learner,
        date=NOON,
        place="Sabha",
        materials_version="1",
    )
    assert not markings_for(trainer, at=NOON).exists()
    with pytest.raises(MarkingRefusedError):
        give(Marking.objects.first(), trainer)
