"""Appeals: within their days, once for each released result, answered by somebody without a part in the marks."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.db import IntegrityError, transaction

from lms.assessments.enums import AppealOutcome, AttemptState, EventKind
from lms.assessments.errors import AppealRefusedError, MarkingRefusedError
from lms.assessments.models import Appeal, Attempt, ResultChange
from lms.assessments.selectors.appeals import appeal_standing
from lms.assessments.services.appeals import decide_appeal, file_appeal
from lms.people.models import User
from tests.factories.assessments import NOON, ExamFactory, enrol, sit
from tests.factories.marking import mark_all, open_exam, sit_open
from tests.factories.people import UserFactory

pytestmark = pytest.mark.django_db

LATER = NOON + timedelta(days=2)


@pytest.fixture
def attempt() -> Attempt:
    exam = ExamFactory(appeal_days=7)
    return sit(exam, enrol(exam).learner, right=2)


def appeal(attempt: Attempt, text: str = "Question 3 has two right answers.", **fields: object) -> Appeal:
    fields = {"learner": attempt.learner, "at": LATER, **fields}
    return file_appeal(attempt_id=attempt.public_id, text=text, **fields)


def decide(
    one: Appeal,
    outcome: AppealOutcome = AppealOutcome.DISMISSED,
    actor: User | None = None,
    answer: str = "The law names only one.",
    marks: dict[int, Decimal] | None = None,
) -> Appeal:
    return decide_appeal(
        appeal_id=one.public_id,
        actor=actor or UserFactory(),
        outcome=outcome,
        answer=answer,
        marks=marks or {},
        at=LATER,
    )


# --- Filing


def test_an_appeal_is_kept_with_its_time_and_an_event(attempt: Attempt) -> None:
    filed = appeal(attempt)
    assert (filed.released_at, filed.filed_at, filed.outcome) == (attempt.released_at, LATER, "")
    assert attempt.events.get(kind=EventKind.APPEALED).actor == attempt.learner
    standing = appeal_standing(Attempt.objects.get(pk=attempt.pk), at=LATER)
    assert (standing.until, standing.appeals) == (None, [filed])


def test_an_appeal_is_possible_for_the_days_that_the_exam_gives(attempt: Attempt) -> None:
    last = attempt.released_at + timedelta(days=7)
    assert appeal_standing(attempt, at=last).until == last
    with pytest.raises(AppealRefusedError):
        appeal(attempt, at=last + timedelta(seconds=1))
    assert appeal(attempt, at=last)


def test_an_exam_may_give_no_appeal() -> None:
    exam = ExamFactory(appeal_days=0)
    with pytest.raises(AppealRefusedError):
        appeal(sit(exam, enrol(exam).learner, right=2), at=NOON)


def test_there_is_no_appeal_before_the_release() -> None:
    exam = ExamFactory(release="by_hand")
    with pytest.raises(AppealRefusedError):
        appeal(sit(exam, enrol(exam).learner, right=2))


def test_sending_it_twice_files_it_once_and_a_second_one_is_refused(attempt: Attempt) -> None:
    assert appeal(attempt) == appeal(attempt)
    with pytest.raises(AppealRefusedError):
        appeal(attempt, "Something else.")
    assert Appeal.objects.count() == 1
    with pytest.raises(IntegrityError), transaction.atomic():
        Appeal.objects.create(attempt=attempt, released_at=attempt.released_at, text="Again")


@pytest.mark.parametrize("text", ["", "   \n", "x" * 2001])
def test_an_appeal_says_something_that_can_be_kept(attempt: Attempt, text: str) -> None:
    with pytest.raises(AppealRefusedError):
        appeal(attempt, text)


def test_nobody_appeals_for_somebody_else(attempt: Attempt) -> None:
    with pytest.raises(Attempt.DoesNotExist):
        appeal(attempt, learner=UserFactory())


# --- Deciding


def test_a_dismissed_appeal_changes_nothing_but_is_answered(attempt: Attempt) -> None:
    actor = UserFactory()
    done = decide(appeal(attempt), actor=actor)
    assert (done.outcome, done.decided_by, done.answer) == ("dismissed", actor, "The law names only one.")
    assert Attempt.objects.get(pk=attempt.pk).marks == 2
    assert attempt.events.get(kind=EventKind.APPEAL_DECIDED).actor == actor


def test_an_upheld_appeal_changes_the_marks_through_regraded_and_opens_a_new_time_for_appeals(
    attempt: Attempt,
) -> None:
    decide(appeal(attempt), AppealOutcome.UPHELD, answer="Both are right.", marks={3: Decimal(1)})
    done = Attempt.objects.get(pk=attempt.pk)
    assert (done.state, done.marks, done.is_passed) == (AttemptState.RELEASED, 3, True)
    change = ResultChange.objects.get(attempt=attempt)
    assert (change.cause, change.old_marks, change.reason) == ("appeal", 2, "Both are right.")
    assert done.released_at == LATER
    assert appeal_standing(done, at=LATER).until == LATER + timedelta(days=7)


def test_an_appeal_may_be_upheld_without_other_marks(attempt: Attempt) -> None:
    decide(appeal(attempt), AppealOutcome.UPHELD, answer="The exam will be marked again for everybody.")
    assert Attempt.objects.get(pk=attempt.pk).marks == 2
    assert not ResultChange.objects.exists()


def test_other_marks_go_with_an_upheld_appeal_only(attempt: Attempt) -> None:
    filed = appeal(attempt)
    with pytest.raises(AppealRefusedError):
        decide(filed, AppealOutcome.DISMISSED, marks={3: Decimal(1)})
    with pytest.raises(MarkingRefusedError):
        decide(filed, AppealOutcome.UPHELD, marks={3: Decimal(2)})
    assert Appeal.objects.get().decided_at is None


@pytest.mark.parametrize("answer", ["", "  ", "x" * 2001])
def test_an_answer_is_needed(attempt: Attempt, answer: str) -> None:
    filed = appeal(attempt)
    with pytest.raises(AppealRefusedError):
        decide(filed, answer=answer)


def test_an_appeal_is_decided_once(attempt: Attempt) -> None:
    filed = appeal(attempt)
    decide(filed)
    with pytest.raises(AppealRefusedError):
        decide(filed, AppealOutcome.UPHELD)


def test_trainers_markers_and_candidates_do_not_decide() -> None:
    exam, marker, trainer = open_exam(opens=1), UserFactory(), UserFactory()
    attempt = sit_open(exam, enrol(exam, cohort__trainer=trainer).learner, right=0)
    mark_all(attempt, "0", marker=marker)
    attempt = Attempt.objects.get(pk=attempt.pk)
    filed = appeal(attempt, at=attempt.released_at)
    for person in (marker, trainer, attempt.learner):
        with pytest.raises(AppealRefusedError):
            decide(filed, actor=person)
    assert decide(filed).outcome == "dismissed"
