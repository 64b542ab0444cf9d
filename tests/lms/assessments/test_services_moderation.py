"""Moderation: somebody without a part in the marks confirms, settles or changes them."""

from decimal import Decimal

import pytest

from lms.assessments.enums import AttemptState, EventKind, ReleaseRule
from lms.assessments.errors import MarkingRefusedError, ReasonMissingError
from lms.assessments.models import Attempt, Moderation, ResultChange
from lms.assessments.services.moderation import decide_case
from lms.people.models import User
from tests.factories.assessments import ExamFactory, enrol, make_bank, sit
from tests.factories.marking import mark_all, open_exam, sit_open
from tests.factories.people import UserFactory

pytestmark = pytest.mark.django_db


def near_case(**fields: object) -> Moderation:
    """Seven of ten right, which is the pass mark."""
    exam = ExamFactory(
        bank=make_bank(f"M{Moderation.objects.count()}", questions=10),
        question_count=10,
        moderates_near_cut=True,
        **fields,
    )
    return sit(exam, enrol(exam).learner, right=7).moderations.get()


def differing_case(marks: tuple[str, str] = ("2", "4"), **fields: object) -> Moderation:
    attempt = sit_open(open_exam(**fields), right=6)
    for turn, given in enumerate(marks, start=1):
        mark_all(attempt, given, turn=turn, marker=UserFactory())
    return attempt.moderations.get()


def decide(
    case: Moderation, moderator: User | None = None, *, reason: str = "Read again.", **marks: str
) -> Attempt:
    """`q3="1"` gives question 3 one mark."""
    given = {int(name[1:]): Decimal(value) for name, value in marks.items()}
    decide_case(case_id=case.public_id, moderator=moderator or UserFactory(), marks=given, reason=reason)
    return Attempt.objects.get(pk=case.attempt_id)


def open_positions(case: Moderation) -> list[str]:
    slots = case.attempt.slots.filter(version__kind="open_text").order_by("position")
    return [f"q{slot.position}" for slot in slots]


# --- Near the pass mark


def test_confirming_releases_the_result_as_it_is_and_names_who_did() -> None:
    case, moderator = near_case(), UserFactory()
    attempt = decide(case, moderator)
    assert (attempt.state, attempt.marks, attempt.is_passed) == (AttemptState.RELEASED, 7, True)
    case.refresh_from_db()
    assert (case.outcome, case.moderator, case.reason) == ("confirmed", moderator, "Read again.")
    event = attempt.events.get(kind=EventKind.MODERATED)
    assert (event.actor, event.reason, event.details["outcome"]) == (moderator, "Read again.", "confirmed")
    assert not ResultChange.objects.exists()


def test_a_confirmed_result_still_waits_for_its_release() -> None:
    assert decide(near_case(release=ReleaseRule.BY_HAND)).state == AttemptState.GRADED


def test_adjusting_keeps_the_old_result_and_goes_through_regraded() -> None:
    case, moderator = near_case(), UserFactory()
    wrong = case.attempt.slots.filter(marks=0).first()
    attempt = decide(case, moderator, reason="The spelling was right.", **{f"q{wrong.position}": "1"})
    assert (attempt.state, attempt.marks) == (AttemptState.RELEASED, 8)
    change = ResultChange.objects.get(attempt=attempt)
    assert (change.cause, change.old_marks, change.new_marks) == ("moderation", 7, 8)
    assert (change.actor, change.reason, change.old_released_at) == (
        moderator,
        "The spelling was right.",
        None,
    )
    assert {"position": wrong.position, "marks": "0.00", "is_dropped": False} in change.slots
    assert [event.to_state for event in attempt.events.order_by("number")][-2:] == ["REGRADED", "RELEASED"]


def test_an_adjusted_result_is_not_moderated_a_second_time() -> None:
    case = near_case()
    wrong = case.attempt.slots.filter(marks=0).first()
    decide(case, **{f"q{wrong.position}": "0.5"})
    assert Moderation.objects.filter(attempt=case.attempt).count() == 1


def test_marks_that_are_the_same_are_no_change() -> None:
    case = near_case()
    slot = case.attempt.slots.first()
    assert decide(case, **{f"q{slot.position}": str(slot.marks)}).state == AttemptState.RELEASED
    case.refresh_from_db()
    assert case.outcome == "confirmed"


# --- Two markers differ


def test_the_third_person_settles_what_two_markers_could_not() -> None:
    case = differing_case()
    one, other = open_positions(case)
    attempt = decide(case, **{one: "3.5", other: "4"})
    assert (attempt.state, attempt.marks) == (AttemptState.RELEASED, Decimal("13.5"))
    case.refresh_from_db()
    assert case.outcome == "settled"
    assert not ResultChange.objects.exists()


def test_every_differing_answer_needs_marks() -> None:
    case = differing_case()
    one, _other = open_positions(case)
    for marks in ({}, {one: "3"}):
        with pytest.raises(MarkingRefusedError):
            decide(case, **marks)
    assert Moderation.objects.get(pk=case.pk).closed_at is None
    assert Attempt.objects.get(pk=case.attempt_id).state == AttemptState.MODERATION


# --- Who may, and what is refused


def test_markers_trainers_and_candidates_do_not_decide() -> None:
    case = differing_case()
    marker = case.attempt.slots.filter(version__kind="open_text").first().markings.first().marker
    trainer = UserFactory()
    enrol(case.attempt.exam, case.attempt.learner, cohort__trainer=trainer)
    one, other = open_positions(case)
    for person in (marker, trainer, case.attempt.learner):
        with pytest.raises(MarkingRefusedError):
            decide(case, person, **{one: "3", other: "3"})
    assert Moderation.objects.get(pk=case.pk).closed_at is None


@pytest.mark.parametrize("reason", ["", "   ", "x" * 301])
def test_every_decision_needs_a_reason_that_can_be_kept(reason: str) -> None:
    case = near_case()
    with pytest.raises(ReasonMissingError):
        decide(case, reason=reason)
    assert Moderation.objects.get(pk=case.pk).closed_at is None


@pytest.mark.parametrize(
    "marks", [{"q1": "-1"}, {"q1": "1.01"}, {"q1": "0.123"}, {"q99": "1"}, {"q1": "NaN"}]
)
def test_marks_that_cannot_be_given_are_refused(marks: dict[str, str]) -> None:
    case = near_case()
    with pytest.raises(MarkingRefusedError):
        decide(case, **marks)
    assert Attempt.objects.get(pk=case.attempt_id).state == AttemptState.MODERATION


def test_a_case_is_decided_once() -> None:
    case = near_case()
    decide(case)
    with pytest.raises(MarkingRefusedError):
        decide(case)
