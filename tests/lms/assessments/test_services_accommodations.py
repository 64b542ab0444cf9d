"""Accommodations: granted with a reason, applied at once, never taken from a running exam, and told to few."""

import io
import json
import zipfile
from datetime import timedelta
from decimal import Decimal

import pytest
from django.db import IntegrityError, transaction
from wagtail.models import ModelLogEntry

from lms.assessments.enums import AttemptState, EventKind
from lms.assessments.errors import AccommodationRefusedError, ReasonMissingError
from lms.assessments.models import Accommodation, Attempt, Exam
from lms.assessments.selectors import exam_entry
from lms.assessments.selectors.accommodations import granted_to
from lms.assessments.services.accommodations import end_accommodation
from lms.assessments.services.preparing import prepare_attempts
from lms.assessments.services.sitting import create_attempt, start_attempt, submit_attempt
from lms.people import privacy
from lms.people.models import User
from tests.factories.accommodations import SECRET, grant
from tests.factories.assessments import NOON, ExamFactory, enrol, started_attempt
from tests.factories.people import UserFactory

pytestmark = pytest.mark.django_db

MINUTE = timedelta(minutes=1)


def now(attempt: Attempt) -> Attempt:
    return Attempt.objects.select_related("exam", "learner").get(pk=attempt.pk)


def test_a_start_gives_the_multiplied_time_and_carries_all_that_was_granted(
    exam: Exam, learner: User
) -> None:
    grant(learner, exam, multiplier="1.5", break_minutes=10, large_print=True, read_aloud=True)
    attempt = started_attempt(exam, learner)
    assert attempt.deadline == NOON + 45 * MINUTE
    carried = (
        attempt.time_multiplier,
        attempt.break_seconds_allowed,
        attempt.large_print,
        attempt.read_aloud,
    )
    assert carried == (Decimal("1.5"), 600, True, True)


def test_a_prepared_form_has_it_and_gets_what_is_granted_later(exam: Exam, learner: User) -> None:
    grant(learner, multiplier="2")
    prepare_attempts(exam=exam, at=NOON)
    attempt = Attempt.objects.get()
    assert attempt.time_multiplier == 2
    grant(learner, exam, multiplier="1.25")
    assert now(attempt).time_multiplier == Decimal("1.25")
    assert start_attempt(attempt=now(attempt), at=NOON).deadline == NOON + timedelta(minutes=37, seconds=30)


def test_what_is_granted_for_one_exam_replaces_what_is_granted_for_all(exam: Exam, learner: User) -> None:
    grant(learner, multiplier="2", large_print=True)
    grant(learner, exam, multiplier="1.5")
    assert granted_to(learner, exam).time_multiplier == Decimal("1.5")
    assert not granted_to(learner, exam).large_print
    assert granted_to(learner, ExamFactory()).time_multiplier == 2
    assert not granted_to(UserFactory(), exam).is_anything


def test_a_grant_reaches_a_running_exam_at_once_and_its_log(exam: Exam, learner: User) -> None:
    attempt, actor = started_attempt(exam, learner), UserFactory()
    grant(learner, exam, multiplier="2", break_minutes=5, at=NOON + MINUTE, actor=actor)
    event = attempt.events.get(kind=EventKind.ACCOMMODATED)
    assert now(attempt).deadline == NOON + 60 * MINUTE
    assert (event.actor, event.reason, event.details["time_multiplier"]) == (actor, "", "2.00")


def test_a_running_exam_loses_nothing(exam: Exam, learner: User) -> None:
    first = grant(learner, exam, multiplier="2", break_minutes=5, large_print=True)
    attempt = started_attempt(exam, learner)
    grant(learner, exam, multiplier="1.5", break_minutes=20, at=NOON + MINUTE)
    kept = now(attempt)
    assert (kept.time_multiplier, kept.break_seconds_allowed, kept.large_print) == (2, 1200, True)
    end_accommodation(accommodation=Accommodation.objects.get(ended_at=None), actor=UserFactory())
    assert now(attempt).time_multiplier == 2
    assert Accommodation.objects.get(pk=first.pk).ended_at == NOON + MINUTE


def test_ending_takes_it_from_a_form_that_was_not_started(exam: Exam, learner: User) -> None:
    accommodation = grant(learner, multiplier="2")
    attempt = create_attempt(exam=exam, learner=learner, at=NOON)
    for _ in range(2):
        end_accommodation(accommodation=accommodation, actor=UserFactory(), at=NOON + MINUTE)
    assert start_attempt(attempt=now(attempt), at=NOON + MINUTE).deadline == NOON + 31 * MINUTE
    assert ModelLogEntry.objects.filter(action="assessments.end_accommodation").count() == 1


def test_an_exam_that_is_handed_in_or_over_stays_as_it_was(exam: Exam, learner: User) -> None:
    attempt = submit_attempt(attempt=started_attempt(exam, learner), at=NOON)
    later = ExamFactory()
    other = started_attempt(later, enrol(later, learner).learner)
    grant(learner, multiplier="2", at=NOON + timedelta(hours=1))
    assert (now(attempt).time_multiplier, now(other).time_multiplier) == (1, 1)
    assert now(other).state == AttemptState.STARTED


def test_a_grant_replaces_the_one_before_and_keeps_it(exam: Exam, learner: User) -> None:
    grant(learner, exam, multiplier="2")
    grant(learner, exam, large_print=True, at=NOON + MINUTE)
    grant(learner, read_aloud=True)
    assert Accommodation.objects.filter(learner=learner).count() == 3
    assert Accommodation.objects.filter(learner=learner, ended_at=None).count() == 2


@pytest.mark.parametrize(
    "bad", [{}, {"multiplier": "0.9", "large_print": True}, {"multiplier": "3.01"}, {"multiplier": "-2"}]
)
def test_a_grant_of_nothing_or_out_of_range_is_refused(learner: User, bad: dict[str, object]) -> None:
    with pytest.raises(AccommodationRefusedError):
        grant(learner, **bad)
    assert not Accommodation.objects.exists()


def test_nobody_grants_to_himself_and_nothing_without_a_reason(learner: User) -> None:
    with pytest.raises(AccommodationRefusedError):
        grant(learner, large_print=True, actor=learner)
    with pytest.raises(ReasonMissingError):
        grant(learner, large_print=True, reason=" ")


def test_the_database_keeps_one_grant_an_exam_and_one_for_all(exam: Exam, learner: User) -> None:
    for where in (exam, None):
        row = grant(learner, where, large_print=True)
        row.pk, row.public_id = None, UserFactory().public_id
        row._state.adding = True
        with pytest.raises(IntegrityError), transaction.atomic():
            row.save()


def test_the_audit_names_who_and_what_but_never_why(exam: Exam, learner: User) -> None:
    actor = UserFactory()
    started_attempt(exam, learner)
    accommodation = grant(learner, exam, multiplier="1.5", actor=actor)
    entry = ModelLogEntry.objects.get(action="assessments.grant_accommodation")
    assert (entry.user, entry.label) == (actor, str(accommodation.public_id))
    assert entry.data["time_multiplier"] == "1.50"
    assert SECRET not in json.dumps(entry.data) + str(list(Attempt.objects.get().events.values()))


def test_the_entry_tells_the_true_minutes_and_what_was_granted(exam: Exam, learner: User) -> None:
    grant(learner, exam, multiplier="1.5", break_minutes=10)
    entry = exam_entry(learner=learner, exam=exam, at=NOON)
    assert entry is not None
    assert (entry.minutes, entry.is_cut, entry.granted.break_minutes) == (45, False, 10)
    Exam.objects.update(hard_close=True, closes_at=NOON + 40 * MINUTE)
    entry = exam_entry(learner=learner, exam=Exam.objects.get(), at=NOON)
    assert entry is not None
    assert (entry.minutes, entry.full_minutes, entry.is_cut) == (40, 45, True)


# --- Whose data it is


def test_the_person_gets_the_reason_in_the_copy_and_nobody_else_does(exam: Exam, learner: User) -> None:
    actor = UserFactory()
    grant(learner, exam, multiplier="1.5", actor=actor)

    def copy(person: User) -> dict[str, str]:
        with zipfile.ZipFile(io.BytesIO(privacy.export_person(person).content)) as bundle:
            return {name: bundle.read(name).decode() for name in bundle.namelist()}

    own = json.loads(copy(learner)["assessments/accommodation.json"])
    assert (own[0]["reason"], own[0]["time_multiplier"]) == (SECRET, "1.50")
    assert SECRET not in "".join(copy(actor).values())


def test_erasure_takes_the_grant_and_its_reason_and_leaves_the_effect(exam: Exam, learner: User) -> None:
    grant(learner, exam, multiplier="1.5")
    attempt = started_attempt(exam, learner)
    privacy.erase_person(person=learner, actor=UserFactory(), dry_run=False)
    assert not Accommodation.objects.exists()
    assert now(attempt).time_multiplier == Decimal("1.5")
