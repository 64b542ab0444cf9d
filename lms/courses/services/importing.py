"""A course folder becomes pages: all of it or nothing, and again without a trace if nothing changed."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from wagtail.models import Locale, Page

from lms.people.models import User

from ..folder import (
    LANGUAGES,
    CourseFolder,
    Fault,
    FolderError,
    LessonFolder,
    LessonText,
    ModuleFolder,
    read_course,
)
from ..models import Course, CoursePage, LessonPage, ModulePage
from ..streams import is_same_stream, objectives_of, raw_objectives, raw_of, raw_sources, sources_of
from .media import MediaStore, media_store
from .page_writer import PageWriter, Twins
from .tree import ensure_course_tree


class FileState(StrEnum):
    CREATED = "created"
    UPDATED = "updated"
    UNCHANGED = "unchanged"


@dataclass
class ImportReport:
    """What the import did, or would do, with every file of the folder."""

    course: str
    files: dict[str, FileState] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)

    def record(self, file: str, state: FileState) -> None:
        """A file that makes two pages is created or updated if either is."""
        order = list(FileState)
        self.files[file] = min(state, self.files.get(file, state), key=order.index)


def import_course(*, path: Path, user: User | None = None, dry_run: bool = False) -> ImportReport:
    """Bring the folder's course onto the site and publish it.

    Pages are found again by their place (course code, module and lesson slug) and get a new revision only
    where they differ. What the folder no longer has stays on the site and is named in the notes.
    A dry run does everything and takes it back. With a `user` their permissions on the pages count and are
    in the history. Raises FolderError, with nothing changed.
    """
    folder = read_course(path)
    with media_store(user, keep=not dry_run) as media, transaction.atomic():
        report = _Importer(path, folder, media, user).run()
        transaction.set_rollback(dry_run)
    return report


class _Importer:
    def __init__(self, root: Path, folder: CourseFolder, media: MediaStore, user: User | None) -> None:
        self.root = root
        self.folder = folder
        self.media = media
        self.writer = PageWriter(user)
        self.report = ImportReport(folder.code)
        self.lessons: dict[str, Twins] = {}

    def run(self) -> ImportReport:
        """All pages first, their texts second: a text may link to any lesson of the course."""
        course_pages = self._course_pages(self._course())
        modules = [(module, self._module_pages(course_pages, module)) for module in self.folder.modules]
        for module, pages in modules:
            for lesson in module.lessons:
                self.lessons[f"{module.slug}/{lesson.slug}"] = self._lesson_pages(pages, module, lesson)
        for module, pages in modules:
            for lesson in module.lessons:
                self._write_lesson(module, lesson)
            lessons = [self.lessons[f"{module.slug}/{lesson.slug}"] for lesson in module.lessons]
            self._arrange(pages, lessons, f"{module.slug}/module.yaml")
        self._arrange(course_pages, [pages for _module, pages in modules], "course.yaml")
        return self.report

    def _course(self) -> Course:
        course = Course.objects.select_for_update().filter(code=self.folder.code).first()
        state = FileState.UPDATED if course else FileState.CREATED
        course = course or Course(code=self.folder.code)
        facts = {"tier": self.folder.tier, "hours": self.folder.hours}
        facts |= {f"name_{code}": self.folder.title[code] for code in LANGUAGES}
        if all(getattr(course, name) == value for name, value in facts.items()):
            state = FileState.UNCHANGED
        else:
            for name, value in facts.items():
                setattr(course, name, value)
            with _faults_of("course.yaml"):
                course.full_clean()
            course.save()
        self.report.record("course.yaml", state)
        return course

    def _course_pages(self, course: Course) -> Twins:
        locales = {code: Locale.objects.get_or_create(language_code=code)[0] for code in LANGUAGES}
        parents = {code: ensure_course_tree(locale=locale) for code, locale in locales.items()}
        known = {page.locale_id: page for page in CoursePage.objects.filter(course=course)}
        values = {
            code: {"course": course, "title": self.folder.title[code], "summary": self.folder.summary[code]}
            for code in LANGUAGES
        }
        with _faults_of("course.yaml"):
            found = {code: known.get(locale.pk) for code, locale in locales.items()}
            new = {code: CoursePage(**values[code]) for code in LANGUAGES}
            pages = self.writer.ensure(parents, course.code.lower(), found, new)
            self._write(pages, values, dict.fromkeys(LANGUAGES, "course.yaml"))
        return pages

    def _module_pages(self, parents: Twins, module: ModuleFolder) -> Twins:
        facts = {"number": module.number, "hours": module.hours, "status": module.status}
        values: dict[str, dict[str, Any]] = {
            code: {"title": module.title[code], "summary": module.summary[code], **facts}
            for code in LANGUAGES
        }
        file = f"{module.slug}/module.yaml"
        with _faults_of(file):
            new = {code: ModulePage(**values[code]) for code in LANGUAGES}
            pages = self.writer.ensure(
                parents, module.slug, self.writer.find(ModulePage, parents, module.slug), new
            )
            for code, page in pages.items():
                objectives = tuple(objective[code] for objective in module.objectives)
                old = list(page.objectives.raw_data)
                if objectives_of(old) != objectives:
                    values[code]["objectives"] = raw_objectives(objectives, old)
            self._write(pages, values, dict.fromkeys(LANGUAGES, file))
        return pages

    def _lesson_pages(self, parents: Twins, module: ModuleFolder, lesson: LessonFolder) -> Twins:
        """The lesson's pages, the new ones still without a text."""
        with _faults_of(f"{module.slug}/module.yaml"):
            found = self.writer.find(LessonPage, parents, lesson.slug)
            new = {
                code: LessonPage(
                    title=text.title, summary=text.summary, kind=lesson.kind, minutes=lesson.minutes
                )
                for code, text in lesson.texts.items()
            }
            return self.writer.ensure(parents, lesson.slug, found, new)

    def _write_lesson(self, module: ModuleFolder, lesson: LessonFolder) -> None:
        name = f"{module.slug}/{lesson.slug}"
        pages = self.lessons[name]
        values = {}
        for code, text in lesson.texts.items():
            with _faults_of(f"{name}.{code}.md"):
                values[code] = {"kind": lesson.kind, "minutes": lesson.minutes} | self._text_values(
                    pages[code], text, self.root / module.slug, code
                )
        self._write(pages, values, {code: f"{name}.{code}.md" for code in LANGUAGES})
        if not lesson.has_one_shape:
            self.report.notes.append(f"{name}: the languages differ in their blocks")

    def _text_values(self, page: LessonPage, text: LessonText, folder: Path, code: str) -> dict[str, Any]:
        old_body, old_sources = list(page.body.raw_data), list(page.sources.raw_data)
        body = raw_of(
            text.blocks,
            existing=old_body,
            file_number=lambda kind, name: self.media.number_of(kind, folder / name),
            lesson_number=lambda name: self._lesson_number(name, code),
        )
        values: dict[str, Any] = {"title": text.title, "summary": text.summary}
        if not is_same_stream(old_body, body):
            values["body"] = body
        if sources_of(old_sources) != text.sources:
            values["sources"] = raw_sources(text.sources, old_sources)
        return values

    def _lesson_number(self, name: str, code: str) -> int:
        if name not in self.lessons:
            raise ValidationError(f"there is no lesson {name!r} to link to")
        return int(self.lessons[name][code].pk)

    # --- What all of them share ---

    def _write(self, pages: Twins, values: dict[str, dict[str, Any]], files: dict[str, str]) -> None:
        """Write the pages, Arabic first, so that no translation looks older than what it translates."""
        model = type(pages[LANGUAGES[0]])
        facts = {name: values[LANGUAGES[0]][name] for name in model.shared_facts}
        if facts:
            model.objects.filter(pk__in=[page.pk for page in pages.values()]).update(**facts)
        for code in LANGUAGES:
            page, file = pages[code], files[code]
            has_draft = page.has_unpublished_changes and not self.writer.is_new(page)
            with _faults_of(file):
                is_written = self.writer.write(page, values[code])
            if is_written and has_draft:
                self.report.notes.append(f"{file}: a draft of the page was passed over; it is in its history")
            state = FileState.CREATED if self.writer.is_new(page) else FileState.UPDATED
            self.report.record(file, state if is_written else FileState.UNCHANGED)

    def _arrange(self, parents: Twins, children: list[Twins], file: str) -> None:
        for code, parent in parents.items():
            if self.writer.arrange(parent, [pages[code] for pages in children]):
                self.report.record(file, FileState.UPDATED)
            kept = {pages[code].pk for pages in children}
            for page in Page.objects.child_of(parent).live().exclude(pk__in=kept):
                self.report.notes.append(
                    f"{file}: the page {page.slug!r} ({code}) is not in the folder; left as it is"
                )


@contextmanager
def _faults_of(file: str) -> Iterator[None]:
    try:
        yield
    except ValidationError as error:
        raise FolderError([Fault(file, 1, message) for message in error.messages]) from error
