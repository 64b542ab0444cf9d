"""Courses, their pages in both languages and their folders for tests."""

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import uuid4

import factory
from django.utils import timezone
from factory.django import DjangoModelFactory
from wagtail.models import Locale

from lms.courses.enums import LessonKind, ModuleStatus
from lms.courses.folder import CourseFolder, LessonFolder, LessonText, ModuleFolder, Source, write_course
from lms.courses.folder.lesson import Block
from lms.courses.models import Course, CoursePage, LessonPage, ModulePage
from lms.courses.services import ensure_course_tree

LANGUAGES = ("ar", "en")


class CourseFactory(DjangoModelFactory[Course]):
    class Meta:
        model = Course

    code = factory.Sequence(lambda n: f"COURSE-{n}")
    name_ar = "دورة المراقب طويل الأمد"
    name_en = "Long-term observer course"
    hours = 32


@dataclass(frozen=True)
class CoursePages:
    """A course's pages by language; modules and lessons in reading order."""

    course: Course
    pages: dict[str, CoursePage]
    modules: dict[str, list[ModulePage]]
    lessons: dict[str, list[LessonPage]]

    @property
    def lesson(self) -> LessonPage:
        """The first lesson in Arabic."""
        return self.lessons["ar"][0]


def text_block(html: str = "<p>نص الدرس</p>") -> tuple[str, Any]:
    return ("text", html)


def make_course_pages(
    course: Course | None = None,
    *,
    modules: int = 1,
    lessons: int = 2,
    coming: int = 0,
    languages: Iterable[str] = LANGUAGES,
    body: Iterable[tuple[str, Any]] | None = None,
) -> CoursePages:
    """A published course: so many open modules of so many lessons each, then so many coming modules."""
    course = course or CourseFactory()
    keys: dict[str, Any] = {}
    result = CoursePages(course, {}, {}, {})
    for code in languages:
        locale, _created = Locale.objects.get_or_create(language_code=code)
        index = ensure_course_tree(locale=locale)
        page = _add(index, CoursePage(course=course, summary="ملخص الدورة"), course.code.lower(), keys)
        result.pages[code] = page
        result.modules[code], result.lessons[code] = [], []
        for number in range(1, modules + coming + 1):
            status = ModuleStatus.OPEN if number <= modules else ModuleStatus.COMING
            module = ModulePage(
                title=f"Module {number} {code}",
                number=number,
                hours=3,
                status=status,
                summary=f"Summary {number}",
                objectives=[("objective", f"Objective {number}")],
            )
            result.modules[code].append(_add(page, module, f"{number:02}-module", keys))
            for lesson_number in range(1, lessons + 1):
                lesson = LessonPage(
                    title=f"Lesson {number}.{lesson_number} {code}",
                    kind=LessonKind.LESSON,
                    minutes=20,
                    summary="What it is about",
                    body=list(body or [text_block()]),
                )
                slug = f"{lesson_number:02}-lesson"
                result.lessons[code].append(_add(module, lesson, slug, keys))
    return result


def _add(parent: Any, page: Any, slug: str, keys: dict[str, Any]) -> Any:
    place = (type(page), parent.url_path.split("/", 3)[3], slug)
    page.slug, page.locale, page.live = slug, parent.locale, True
    page.translation_key = keys.setdefault(place, uuid4())
    # Published as it is saved: a revision first would cost three times as much, a dozen times a test.
    page.first_published_at = page.last_published_at = timezone.now()
    parent.add_child(instance=page)
    page.refresh_from_db()
    return page


def enrol_in(course: Course, **fields: Any) -> Any:
    """A learner with a place in the course."""
    from tests.factories.cascade import EnrolmentFactory

    return EnrolmentFactory(cohort__tier__course=course, **fields).learner


# --- Folders ---------------------------------------------------------------------------------


def lesson_text(title: str = "درس", *blocks: Block) -> LessonText:
    return LessonText(
        title=title,
        summary="ملخص",
        sources=(Source("المفوضية", "https://hnec.ly"), Source("كتاب")),
        blocks=blocks or (Block("text", "<h2>عنوان</h2><p>نص <b>مهم</b>.</p>"),),
    )


def lesson_folder(slug: str = "01-lesson", **texts: LessonText) -> LessonFolder:
    return LessonFolder(slug, "lesson", 20, texts or {"ar": lesson_text(), "en": lesson_text("Lesson")})


def course_folder(*lessons: LessonFolder, code: str = "TEST") -> CourseFolder:
    """A course of one open module with these lessons and one that is coming."""
    both = {"ar": "عنوان", "en": "Title"}
    return CourseFolder(
        code=code,
        tier="observer",
        hours=5,
        title=both,
        summary={"ar": "ملخص", "en": "Summary"},
        modules=(
            ModuleFolder(
                "01-open",
                1,
                3,
                "open",
                both,
                both,
                ({"ar": "هدف", "en": "Objective"},),
                lessons or (lesson_folder(),),
            ),
            ModuleFolder("02-coming", 2, 2, "coming", both, both, ({"ar": "هدف", "en": "Objective"},), ()),
        ),
    )


def write_folder(root: Path, course: CourseFolder | None = None) -> Path:
    for name, text in write_course(course or course_folder()).items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(text, encoding="utf-8", newline="\n")
    return root
