"""Progress: one row a person and lesson, shared by the languages, counted over what is open."""

from datetime import timedelta
from uuid import uuid4

import pytest
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from lms.courses.enums import ModuleStatus
from lms.courses.models import LessonProgress, ModulePage
from lms.courses.selectors import (
    course_progress,
    lessons_completed,
    materials_version,
    outlines,
    readable_courses,
)
from lms.courses.services import complete_lessons, open_lesson
from tests.factories.cascade import EnrolmentFactory, ProgrammeFactory, TierFactory
from tests.factories.courses import CourseFactory, CoursePages, make_course_pages, text_block
from tests.factories.people import UserFactory

pytestmark = pytest.mark.django_db


def finish(made: CoursePages, user: object, *numbers: int) -> None:
    for number in numbers:
        key = made.lessons["ar"][number].translation_key
        complete_lessons(learner=user, course=made.course, lesson_keys=[key])


# --- Rows -----------------------------------------------------------------------------------


def test_opening_again_moves_the_date_and_makes_no_second_row() -> None:
    user, course, key = UserFactory(), CourseFactory(), uuid4()
    open_lesson(learner=user, course=course, lesson_key=key)
    first = LessonProgress.objects.get()
    open_lesson(learner=user, course=course, lesson_key=key)
    again = LessonProgress.objects.get()
    assert again.pk == first.pk
    assert again.opened_at > first.opened_at
    assert again.completed_at is None


def test_completing_again_keeps_the_first_date() -> None:
    user, course, key = UserFactory(), CourseFactory(), uuid4()
    complete_lessons(learner=user, course=course, lesson_keys=[key])
    done = LessonProgress.objects.get().completed_at
    complete_lessons(learner=user, course=course, lesson_keys=[key])
    open_lesson(learner=user, course=course, lesson_key=key)
    assert LessonProgress.objects.get().completed_at == done


def test_completing_several_lessons_bears_a_repeated_one() -> None:
    user, course, keys = UserFactory(), CourseFactory(), [uuid4(), uuid4()]
    complete_lessons(learner=user, course=course, lesson_keys=[*keys, keys[0]])
    assert LessonProgress.objects.filter(completed_at__isnull=False).count() == 2


def test_opening_is_one_statement(django_assert_num_queries: DjangoAssertNumQueries) -> None:
    user, course = UserFactory(), CourseFactory()
    with django_assert_num_queries(1):
        open_lesson(learner=user, course=course, lesson_key=uuid4())


# --- Counting -------------------------------------------------------------------------------


def test_lesson_completed_in_one_language_is_completed_in_the_other() -> None:
    made, user = make_course_pages(lessons=2), UserFactory()
    finish(made, user, 0)
    for language in ("ar", "en"):
        outline = course_progress(user, made.course, language)
        assert outline is not None
        assert [lesson.is_done for lesson in outline.lessons] == [True, False]
    assert lessons_completed(user, made.course) == (1, 2)


def test_coming_and_unpublished_lessons_do_not_count() -> None:
    made, user = make_course_pages(modules=1, lessons=2, coming=1), UserFactory()
    assert lessons_completed(user, made.course) == (0, 2)
    made.lessons["ar"][1].unpublish()
    assert lessons_completed(user, made.course) == (0, 2)
    made.lessons["en"][1].unpublish()
    assert lessons_completed(user, made.course) == (0, 1)


def test_progress_in_a_lesson_that_is_gone_does_not_count() -> None:
    made, user = make_course_pages(lessons=2), UserFactory()
    finish(made, user, 0, 1)
    for language in ("ar", "en"):
        made.lessons[language][0].delete()
    assert lessons_completed(user, made.course) == (1, 1)


def test_progress_of_others_and_of_other_courses_does_not_count() -> None:
    made, other, user = make_course_pages(lessons=1), make_course_pages(lessons=1), UserFactory()
    finish(made, UserFactory(), 0)
    finish(other, user, 0)
    assert lessons_completed(user, made.course) == (0, 1)


def test_course_without_pages_has_nothing_to_complete() -> None:
    assert lessons_completed(UserFactory(), CourseFactory()) == (0, 0)
    assert course_progress(UserFactory(), CourseFactory()) is None


def test_counting_takes_two_queries(django_assert_num_queries: DjangoAssertNumQueries) -> None:
    made, user = make_course_pages(modules=2, lessons=3), UserFactory()
    with django_assert_num_queries(2):
        assert lessons_completed(user, made.course) == (0, 6)


@pytest.mark.parametrize("lessons", [1, 3, 30])
def test_outline_takes_three_queries(lessons: int, django_assert_num_queries: DjangoAssertNumQueries) -> None:
    made, user = make_course_pages(lessons=lessons, languages=["ar"]), UserFactory()
    with django_assert_num_queries(3):
        (outline,) = outlines([made.pages["ar"]], user)
        assert len(outline.lessons) == lessons
        assert all(lesson.page.locale.language_code == "ar" for lesson in outline.lessons)


# --- Where to go on -------------------------------------------------------------------------


def test_next_is_the_first_lesson_then_the_one_opened_last_then_nothing() -> None:
    made, user = make_course_pages(modules=2, lessons=2), UserFactory()

    def next_lesson() -> str | None:
        outline = course_progress(user, made.course)
        assert outline is not None
        return outline.next_lesson.page.title if outline.next_lesson else None

    assert next_lesson() == "Lesson 1.1 ar"
    for number in (1, 2):
        open_lesson(learner=user, course=made.course, lesson_key=made.lessons["en"][number].translation_key)
    assert next_lesson() == "Lesson 2.1 ar"
    finish(made, user, 2)
    assert next_lesson() == "Lesson 1.2 ar"
    finish(made, user, 0, 1, 3)
    assert next_lesson() is None


def test_neighbours_cross_modules_and_stop_at_the_ends() -> None:
    made, user = make_course_pages(modules=2, lessons=1), UserFactory()
    outline = course_progress(user, made.course)
    assert outline is not None
    first, last = (lesson.key for lesson in outline.lessons)
    assert outline.before(first) is None
    assert outline.after(first).key == last
    assert outline.before(last).key == first
    assert outline.after(last) is None
    assert outline.after(uuid4()) is None


# --- Who reads what -------------------------------------------------------------------------


def test_enrolled_person_reads_the_courses_of_their_rung_and_below() -> None:
    programme = ProgrammeFactory()
    master = TierFactory(programme=programme, level=1)
    observer = TierFactory(programme=programme, level=2)
    TierFactory()
    trainer = EnrolmentFactory(cohort__tier=master).learner
    learner = EnrolmentFactory(cohort__tier=observer).learner
    assert set(readable_courses(trainer)) == {master.course, observer.course}
    assert set(readable_courses(learner)) == {observer.course}
    assert not readable_courses(UserFactory()).exists()


def test_withdrawn_person_reads_no_longer() -> None:
    enrolment = EnrolmentFactory(state="withdrawn")
    assert not readable_courses(enrolment.learner).exists()
    again = EnrolmentFactory(learner=enrolment.learner, cohort__tier=enrolment.tier)
    assert list(readable_courses(again.learner)) == [enrolment.tier.course]


# --- Versions -------------------------------------------------------------------------------


def test_materials_version_names_what_is_published() -> None:
    made = make_course_pages(lessons=2, coming=1)
    version = materials_version(made.course)
    assert version.startswith(f"{made.course.code}-")
    assert len(version) == len(made.course.code) + 13
    lesson = made.lesson
    lesson.body = [text_block("<p>مسودة</p>")]
    revision = lesson.save_revision()
    assert materials_version(made.course) == version
    revision.publish()
    changed = materials_version(made.course)
    assert changed != version
    ModulePage.objects.filter(number=2).update(status=ModuleStatus.OPEN)
    assert materials_version(made.course) != changed


def test_materials_version_ignores_what_readers_do_not_see() -> None:
    made = make_course_pages(lessons=1)
    version = materials_version(made.course)
    lesson = made.lesson
    lesson.body = [text_block('<p data-block-key="zzzzz">نص الدرس</p>')]
    lesson.save_revision().publish()
    assert materials_version(made.course) == version


def test_materials_versions_of_two_courses_differ() -> None:
    assert materials_version(CourseFactory()) != materials_version(CourseFactory())


def test_last_opened_lesson_is_known_to_the_course() -> None:
    made, user = make_course_pages(lessons=2), UserFactory()
    open_lesson(learner=user, course=made.course, lesson_key=made.lesson.translation_key)
    outline = course_progress(user, made.course)
    assert outline is not None
    assert outline.last_opened_at is not None
    assert timezone.now() - outline.last_opened_at < timedelta(minutes=1)
