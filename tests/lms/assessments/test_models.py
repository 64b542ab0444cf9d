"""What the database and the models refuse, whoever asks."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.db import IntegrityError, connection, transaction
from django.db.models import ProtectedError

from lms.assessments.enums import AttemptState
from lms.assessments.models import (
    Attempt,
    AttemptEvent,
    Exam,
    ImmutableVersionError,
    Option,
    QuestionVersion,
)
from lms.assessments.services.bank import open_draft
from lms.people.models import User
from tests.factories.assessments import NOON, ExamFactory, make_bank

pytestmark = pytest.mark.django_db


@pytest.fixture
def version() -> QuestionVersion:
    return QuestionVersion.objects.filter(question__bank=make_bank(questions=1)).get()


@pytest.mark.parametrize(
    "change",
    [
        lambda version: version.save(),
        lambda version: version.delete(),
        lambda version: QuestionVersion.objects.filter(pk=version.pk).update(stem_ar="غيره"),
        lambda version: QuestionVersion.objects.bulk_update([version], ["stem_ar"]),
        lambda version: QuestionVersion.objects.all().delete(),
        lambda version: version.options.first().save(),
        lambda version: version.options.first().delete(),
        lambda version: Option.objects.filter(version=version).update(is_correct=True),
        lambda version: Option.objects.filter(version=version).delete(),
        lambda version: Option.objects.bulk_update(list(version.options.all()), ["is_correct"]),
        lambda version: Option.objects.create(version=version, key="e", text_ar="س", text_en="x"),
        lambda version: Option.objects.bulk_create([Option(version=version, key="e")]),
    ],
)
def test_a_published_version_and_its_options_refuse_every_change(
    version: QuestionVersion, change: Callable[[QuestionVersion], object]
) -> None:
    before = version.content()
    with pytest.raises(ImmutableVersionError), transaction.atomic():
        change(version)
    fresh = QuestionVersion.objects.get(pk=version.pk)
    assert fresh.content() == before
    assert fresh.is_intact()


def test_an_old_object_in_memory_cannot_overwrite_a_version_published_meanwhile(
    version: QuestionVersion,
) -> None:
    version.published_at = None
    with pytest.raises(ImmutableVersionError):
        version.save()


def test_the_seal_shows_a_change_behind_the_back_of_the_application(version: QuestionVersion) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE assessments_option SET is_correct = %s WHERE version_id = %s", [True, version.pk]
        )
    assert not QuestionVersion.objects.get(pk=version.pk).is_intact()


def test_a_draft_may_be_changed_and_deleted(version: QuestionVersion) -> None:
    draft = open_draft(question=version.question)
    draft.stem_en = "Better?"
    draft.save()
    draft.options.first().delete()
    draft.delete()
    assert list(version.question.versions.all()) == [version]


def test_a_question_has_one_draft_at_a_time(version: QuestionVersion) -> None:
    draft = open_draft(question=version.question)
    with pytest.raises(IntegrityError), transaction.atomic():
        QuestionVersion.objects.create(question=draft.question, number=9, kind="single")


def test_the_database_refuses_a_published_version_without_texts_or_seal(version: QuestionVersion) -> None:
    draft = open_draft(question=version.question)
    with pytest.raises(IntegrityError), transaction.atomic():
        QuestionVersion.objects.filter(pk=draft.pk).update(published_at=NOON)
    with pytest.raises(IntegrityError), transaction.atomic():
        QuestionVersion.objects.filter(pk=draft.pk).update(published_at=NOON, digest="x" * 64, stem_ar="")


def test_a_version_on_a_form_cannot_be_deleted_even_with_raw_means(attempt: Attempt) -> None:
    version = attempt.slots.get(position=1).version
    with pytest.raises(ProtectedError):
        super(QuestionVersion, version).delete()


def test_the_newest_published_version_is_the_current_one(version: QuestionVersion) -> None:
    open_draft(question=version.question)
    assert list(QuestionVersion.objects.current()) == [version]


def test_an_exam_must_close_after_it_opens() -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        ExamFactory(opens_at=NOON, closes_at=NOON)


def test_an_attempt_cannot_be_saved_again(attempt: Attempt) -> None:
    attempt.state = AttemptState.RELEASED
    with pytest.raises(TypeError):
        attempt.save()


def test_the_database_allows_one_open_attempt_a_person_and_exam(
    attempt: Attempt, exam: Exam, learner: User
) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        Attempt.objects.create(
            exam=exam, learner=learner, number=2, base_seconds=60, grace_seconds=60, pass_percent=70
        )


@pytest.mark.parametrize(
    "fields",
    [
        {"state": AttemptState.STARTED, "started_at": None},
        {"state": AttemptState.SUBMITTED},
        {"state": AttemptState.RELEASED, "submitted_at": NOON},
        {"state": AttemptState.GRADED, "submitted_at": NOON, "marks": 1, "max_marks": 4},
    ],
)
def test_the_database_refuses_a_state_without_what_makes_it_true(
    attempt: Attempt, fields: dict[str, object]
) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        Attempt.objects.filter(pk=attempt.pk).update(**fields)


@pytest.mark.parametrize("state", [AttemptState.NOT_TAKEN, AttemptState.VOIDED])
def test_the_database_wants_a_reason_for_an_attempt_that_ends_unused(
    attempt: Attempt, state: AttemptState
) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        AttemptEvent.objects.create(attempt=attempt, from_state=attempt.state, to_state=state, at=NOON)


def test_the_window_includes_its_opening_and_excludes_its_closing(exam: Exam) -> None:
    assert exam.is_open_at(exam.opens_at)
    assert exam.is_open_at(exam.closes_at - timedelta(seconds=1))
    assert not exam.is_open_at(exam.closes_at)
