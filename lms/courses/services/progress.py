"""Where a reader stands. One row a person and lesson, whichever language it is read in."""

from collections.abc import Collection, Iterable
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from lms.people.models import User

from ..models import Course, LessonProgress


def open_lesson(*, learner: User, course: Course, lesson_key: UUID) -> None:
    """Remember that the learner read here last. One statement, safe when two phones open at once."""
    _touch(learner, course, [lesson_key])


@transaction.atomic
def complete_lessons(*, learner: User, course: Course, lesson_keys: Collection[UUID]) -> None:
    """Mark lessons as done, as many as a phone reports at once. Doing it again keeps the first date."""
    _touch(learner, course, lesson_keys)
    LessonProgress.objects.filter(
        learner=learner, lesson_key__in=lesson_keys, completed_at__isnull=True
    ).update(completed_at=timezone.now())


def _touch(learner: User, course: Course, lesson_keys: Iterable[UUID]) -> None:
    now = timezone.now()
    LessonProgress.objects.bulk_create(
        [
            LessonProgress(learner=learner, course=course, lesson_key=key, opened_at=now)
            # One statement may not touch a row twice (PostgreSQL, INSERT ... ON CONFLICT).
            for key in dict.fromkeys(lesson_keys)
        ],
        update_conflicts=True,
        unique_fields=["learner", "lesson_key"],
        update_fields=["opened_at"],
    )
