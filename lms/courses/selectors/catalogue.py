"""Courses, the people who may read them, what is found in them and which version they are."""

import hashlib
import json

from django.db.models import Exists, OuterRef, QuerySet, prefetch_related_objects
from wagtail.models import Page

from lms.people.models import User

from ..models import Course, CourseIndexPage, CoursePage, LearnerPage, LessonPage, ModulePage
from ..streams import content_of
from ..words import search_words
from .progress import Outline, in_open_module, open_lessons, outlines

MAX_SEARCH_RESULTS = 30


def course_pages(language: str) -> QuerySet[CoursePage]:
    return (
        CoursePage.objects.live()
        .filter(locale__language_code=language)
        .select_related("course", "locale")
        .order_by("path")
    )


def course_progress(user: User, course: Course, language: str = "ar") -> Outline | None:
    """The course's outline in a language with the person's progress; None if it has no page there."""
    page = course_pages(language).filter(course=course).first()
    return outlines([page], user)[0] if page else None


def readable_courses(user: User) -> QuerySet[Course]:
    """The courses whose lessons a person may read by enrolment: those of their rung of the cascade and below.

    A future trainer reads what the observers will read. Enrolments are reached through the person and not
    imported, because the cascade stands above the courses.
    """
    places = user.enrolments.exclude(state="withdrawn").filter(
        tier__programme=OuterRef("tiers__programme"), tier__level__lte=OuterRef("tiers__level")
    )
    return Course.objects.filter(Exists(places)).distinct()


def course_page_of(page: LearnerPage) -> CoursePage:
    found: CoursePage = (
        CoursePage.objects.ancestor_of(page, inclusive=True).select_related("course", "locale").get()
    )
    return found


def module_page_of(page: LessonPage) -> ModulePage:
    found: ModulePage = ModulePage.objects.ancestor_of(page).get()
    return found


def prefetch_renditions(page: LessonPage) -> None:
    """Fetch the sizes of all pictures of a lesson at once."""
    images = [block.value["file"] for block in page.body if block.block_type == "image"]
    prefetch_related_objects([image for image in images if image], "renditions")


def search_courses(index: CourseIndexPage, query: str) -> list[LearnerPage]:
    """Published courses, modules and readable lessons of one language that hold every word of the query."""
    words = search_words(query)
    if not words:
        return []
    pages = Page.objects.live().descendant_of(index).search(words)[:MAX_SEARCH_RESULTS]
    found = Page.objects.filter(pk__in=[page.pk for page in pages])
    specific = {page.pk: page for page in found.specific()}
    hidden = set(
        LessonPage.objects.filter(pk__in=specific).exclude(in_open_module()).values_list("pk", flat=True)
    )
    return [specific[page.pk] for page in pages if page.pk not in hidden]


def materials_version(course: Course) -> str:
    """A short name for exactly the lessons that are published now, such as LTO-5f2c90a1b3d4.

    SHA-256, first 12 hexadecimal digits, over the texts of all open lessons in both languages: the same
    lessons have the same version, and any edit that is published makes another.
    """
    digest = hashlib.sha256()
    for lesson in open_lessons(course).select_related("locale").order_by("path"):
        content = [
            lesson.locale.language_code,
            lesson.slug,
            lesson.kind,
            lesson.minutes,
            lesson.title,
            lesson.summary,
            content_of(lesson.body.raw_data),
            content_of(lesson.sources.raw_data),
        ]
        digest.update(json.dumps(content, ensure_ascii=False, sort_keys=True).encode())
    return f"{course.code}-{digest.hexdigest()[:12]}"
