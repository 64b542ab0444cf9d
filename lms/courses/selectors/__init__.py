"""What readers, gates and reports ask about courses.

A lesson counts when it is published in an open module of a published course page, in any language.
"""

from .catalogue import (
    course_page_of,
    course_pages,
    course_progress,
    materials_version,
    module_page_of,
    prefetch_renditions,
    readable_courses,
    search_courses,
)
from .progress import (
    LessonEntry,
    ModuleEntry,
    Outline,
    lessons_completed,
    lessons_completed_among,
    open_lessons,
    outlines,
)
from .translations import TranslationRow, lessons_once, translation_rows

__all__ = [
    "LessonEntry",
    "ModuleEntry",
    "Outline",
    "TranslationRow",
    "course_page_of",
    "course_pages",
    "course_progress",
    "lessons_completed",
    "lessons_completed_among",
    "lessons_once",
    "materials_version",
    "module_page_of",
    "open_lessons",
    "outlines",
    "prefetch_renditions",
    "readable_courses",
    "search_courses",
    "translation_rows",
]
