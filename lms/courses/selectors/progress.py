"""Lessons, and where a person stands in them."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Any
from uuid import UUID

from django.db.models import Count, Exists, OuterRef, Q, QuerySet
from django.db.models.functions import Greatest, Length, Substr
from wagtail.models import Page

from lms.people.models import User

from ..enums import ModuleStatus
from ..models import Course, CoursePage, LessonPage, LessonProgress, ModulePage


def open_lessons(course: Course) -> QuerySet[LessonPage]:
    """The published lessons in open modules of the course, in every language."""
    course_page = CoursePage.objects.live().filter(course=course, path=_ancestor_path(2))
    return LessonPage.objects.live().filter(in_open_module(), Exists(course_page))


def in_open_module() -> Exists:
    """Whether the module above a lesson is published and open."""
    return Exists(ModulePage.objects.live().filter(status=ModuleStatus.OPEN, path=_ancestor_path(1)))


def _ancestor_path(steps: int) -> Substr:
    """The tree path of the ancestor so many steps above the outer page.

    PostgreSQL may work this out for pages too high in the tree before it drops them, so the length is
    kept from being negative, which it would refuse.
    """
    return Substr(OuterRef("path"), 1, Greatest(Length(OuterRef("path")) - steps * Page.steplen, 0))


def lessons_completed(user: User, course: Course) -> tuple[int, int]:
    """How many of the course's lessons the person has completed, and how many there are. Two queries."""
    completed, total = lessons_completed_among([user], course)
    return completed.get(user.pk, 0), total


def lessons_completed_among(users: Sequence[User], course: Course) -> tuple[dict[int, int], int]:
    """The same for many people: how many by primary key, without those who have completed none. Two queries."""
    keys = set(open_lessons(course).order_by().values_list("translation_key", flat=True))
    completed = LessonProgress.objects.filter(
        learner__in=[user.pk for user in users], completed_at__isnull=False, lesson_key__in=keys
    )
    return dict(completed.order_by().values_list("learner").annotate(count=Count("pk"))), len(keys)


@dataclass(frozen=True, slots=True)
class LessonEntry:
    key: UUID
    page: LessonPage
    opened_at: datetime | None
    completed_at: datetime | None

    @property
    def is_done(self) -> bool:
        return self.completed_at is not None


@dataclass(frozen=True)
class ModuleEntry:
    page: ModulePage
    lessons: tuple[LessonEntry, ...]

    @property
    def done(self) -> int:
        return sum(lesson.is_done for lesson in self.lessons)


@dataclass(frozen=True)
class Outline:
    """A course in one language with the reader's progress, in reading order."""

    page: CoursePage
    modules: tuple[ModuleEntry, ...]

    @cached_property
    def lessons(self) -> tuple[LessonEntry, ...]:
        return tuple(lesson for module in self.modules for lesson in module.lessons)

    @property
    def done(self) -> int:
        return sum(lesson.is_done for lesson in self.lessons)

    @property
    def total(self) -> int:
        return len(self.lessons)

    @property
    def is_complete(self) -> bool:
        return bool(self.lessons) and self.done == self.total

    @property
    def has_begun(self) -> bool:
        return any(lesson.opened_at for lesson in self.lessons)

    @cached_property
    def next_lesson(self) -> LessonEntry | None:
        """Where to go on: the lesson opened last and not completed, else the first one not completed."""
        waiting = [lesson for lesson in self.lessons if not lesson.is_done]
        begun = [lesson for lesson in waiting if lesson.opened_at]
        if begun:
            return max(begun, key=lambda lesson: lesson.opened_at or datetime.min)
        return waiting[0] if waiting else None

    @cached_property
    def last_opened_at(self) -> datetime | None:
        return max((lesson.opened_at for lesson in self.lessons if lesson.opened_at), default=None)

    def module_of(self, page: Page) -> ModuleEntry:
        """The entry of this module's page; one that is not published yet has no lessons to show."""
        found = (module for module in self.modules if module.page.pk == page.pk)
        return next(found, ModuleEntry(page, ()))

    def entry(self, key: UUID) -> LessonEntry | None:
        return next((lesson for lesson in self.lessons if lesson.key == key), None)

    def before(self, key: UUID) -> LessonEntry | None:
        """The lesson before this one, across modules."""
        return self._beside(key, -1)

    def after(self, key: UUID) -> LessonEntry | None:
        return self._beside(key, +1)

    def _beside(self, key: UUID, step: int) -> LessonEntry | None:
        keys = [lesson.key for lesson in self.lessons]
        at = keys.index(key) + step if key in keys else -1
        return self.lessons[at] if 0 <= at < len(keys) else None


def outlines(pages: Sequence[CoursePage], user: Any) -> list[Outline]:
    """The outline of each course page. Three queries (two for a visitor), however many courses and lessons."""
    below = Q(pk__in=())
    for page in pages:
        below |= Q(path__startswith=page.path, depth__gt=page.depth)
    modules = list(ModulePage.objects.live().filter(below).order_by("path").defer("objectives"))
    lessons = list(LessonPage.objects.live().filter(below).order_by("path").defer("body", "sources"))
    progress = _progress(user, [lesson.translation_key for lesson in lessons])
    locales = {page.locale_id: page.locale for page in pages}
    for page in (*modules, *lessons):
        # The address of a page asks for its language; it is its course's.
        page.locale = locales[page.locale_id]
    return [_outline(page, modules, lessons, progress) for page in pages]


def _progress(user: Any, keys: list[UUID]) -> dict[UUID, LessonProgress]:
    if not user.is_authenticated:
        return {}
    return {row.lesson_key: row for row in LessonProgress.objects.filter(learner=user, lesson_key__in=keys)}


def _outline(
    page: CoursePage,
    modules: Iterable[ModulePage],
    lessons: Iterable[LessonPage],
    progress: dict[UUID, LessonProgress],
) -> Outline:
    own = [lesson for lesson in lessons if lesson.path.startswith(page.path)]
    return Outline(
        page,
        tuple(
            ModuleEntry(
                module,
                tuple(
                    _lesson_entry(lesson, progress.get(lesson.translation_key))
                    for lesson in own
                    if module.is_open and lesson.path.startswith(module.path)
                ),
            )
            for module in modules
            if module.path.startswith(page.path)
        ),
    )


def _lesson_entry(page: LessonPage, progress: LessonProgress | None) -> LessonEntry:
    return LessonEntry(
        page.translation_key,
        page,
        progress.opened_at if progress else None,
        progress.completed_at if progress else None,
    )
