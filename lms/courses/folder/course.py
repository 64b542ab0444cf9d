"""A whole course as a folder. Reads the disk and imports no Django.

A folder may come from anywhere: names are slugs, so no path leaves the folder; links, large files and
bytes that are not UTF-8 are refused; and nothing is returned unless everything is right.
"""

import re
from collections.abc import Mapping as ReadOnlyDict
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from .faults import Fault, FolderError, Place
from .lesson import LessonText, parse_lesson, write_lesson
from .mapping import LANGUAGE_NAMES, Mapping, read_mapping, write_mapping
from .media import (
    CAPTION_SUFFIXES,
    IMAGE_SUFFIXES,
    MAX_CODE,
    MAX_FILE_BYTES,
    MAX_IMAGE_BYTES,
    MAX_SLUG,
    MAX_TEXT_BYTES,
    SLUG,
)

LANGUAGES = tuple(LANGUAGE_NAMES)
TIERS = ("observer", "trainer")
STATUSES = ("open", "coming")
KINDS = ("lesson", "scenario")
LESSON_FILE = re.compile(rf"({SLUG.pattern})\.({'|'.join(LANGUAGES)})\.md")

Bilingual = dict[str, str]


@dataclass(frozen=True)
class LessonFolder:
    slug: str
    kind: str
    minutes: int
    texts: ReadOnlyDict[str, LessonText]

    @property
    def has_one_shape(self) -> bool:
        """Whether the languages have the same kinds of block in the same order."""
        shapes = {tuple(block.type for block in text.blocks) for text in self.texts.values()}
        return len(shapes) == 1


@dataclass(frozen=True)
class ModuleFolder:
    slug: str
    number: int
    hours: int
    status: str
    title: Bilingual
    summary: Bilingual
    objectives: tuple[Bilingual, ...]
    lessons: tuple[LessonFolder, ...]


@dataclass(frozen=True)
class CourseFolder:
    code: str
    tier: str
    hours: int
    title: Bilingual
    summary: Bilingual
    modules: tuple[ModuleFolder, ...]


# --- Reading ---------------------------------------------------------------------------------


def read_course(root: Path) -> CourseFolder:
    """The course in the folder. Raises FolderError with every fault of every file."""
    faults: list[Fault] = []
    course = _read_course_file(root, faults)
    if faults or course is None:
        raise FolderError(sorted(set(faults)))
    return course


def _read_course_file(root: Path, faults: list[Fault]) -> CourseFolder | None:
    head = _read_yaml(root, "course.yaml", faults)
    if head is None:
        return None
    course = CourseFolder(
        code=_code(head),
        tier=head.choice("tier", TIERS),
        hours=head.integer("hours"),
        title=head.bilingual("title"),
        summary=head.bilingual("summary"),
        modules=tuple(_read_modules(root, head, faults)),
    )
    head.close()
    hours = sum(module.hours for module in course.modules)
    if not faults and hours != course.hours:
        head.place_of("hours").fault(f"the hours of the modules add up to {hours}, not {course.hours}")
    return course


def _code(head: Mapping) -> str:
    code = head.text("code")
    if code and not (len(code) <= MAX_CODE and SLUG.fullmatch(code.lower()) and code == code.upper()):
        head.place_of("code").fault(f"a code is {MAX_CODE} capital letters, digits and hyphens at most")
    return code


def _read_modules(root: Path, head: Mapping, faults: list[Fault]) -> list[ModuleFolder]:
    modules = []
    slugs = _slugs(head.texts("modules"), head.place_of("modules"))
    for number, slug in enumerate(slugs, start=1):
        module = _read_module(root, slug, faults)
        if module is None:
            continue
        if module.number != number:
            Place(f"{slug}/module.yaml", faults).fault(f"module {slug!r} must have the number {number}")
        modules.append(module)
    return modules


def _slugs(names: list[str], place: Place) -> list[str]:
    """The names that may be folder or file names; the others, and repeated ones, are faults."""
    slugs: list[str] = []
    for name in names:
        if name and (not SLUG.fullmatch(name) or len(name) > MAX_SLUG):
            place.fault(f"{name!r} must be small Latin letters, digits and hyphens")
        elif name in slugs:
            place.fault(f"{name!r} stands twice")
        elif name:
            slugs.append(name)
    return slugs


def _read_module(root: Path, slug: str, faults: list[Fault]) -> ModuleFolder | None:
    head = _read_yaml(root, f"{slug}/module.yaml", faults)
    if head is None:
        return None
    module = ModuleFolder(
        slug=slug,
        number=head.integer("number"),
        hours=head.integer("hours"),
        status=head.choice("status", STATUSES),
        title=head.bilingual("title"),
        summary=head.bilingual("summary"),
        objectives=tuple(head.bilinguals("objectives")),
        lessons=tuple(_read_lessons(root, slug, head, faults)),
    )
    head.close()
    _find_strays(root, module, faults)
    return module


def _read_lessons(root: Path, module: str, head: Mapping, faults: list[Fault]) -> list[LessonFolder]:
    lessons = []
    entries = head.mappings("lessons", optional=True)
    slugs = _slugs([entry.text("slug") for entry in entries], head.place_of("lessons"))
    for entry, slug in zip(entries, slugs, strict=False):
        texts = {
            language: _read_lesson(root, f"{module}/{slug}.{language}.md", faults) for language in LANGUAGES
        }
        kind, minutes = entry.choice("kind", KINDS), entry.integer("minutes", most=600)
        entry.close()
        lessons.append(LessonFolder(slug, kind, minutes, {k: v for k, v in texts.items() if v}))
    return lessons


def _read_lesson(root: Path, name: str, faults: list[Fault]) -> LessonText | None:
    place = Place(name, faults)
    text = _read_text(root, name, place)
    if text is None:
        return None
    lesson = parse_lesson(text, place)
    for media in sorted(lesson.files):
        _check_media(root, str(Path(name).parent / media), place)
    return lesson


def _find_strays(root: Path, module: ModuleFolder, faults: list[Fault]) -> None:
    """A lesson file that module.yaml does not list would be lost without a word."""
    listed = {f"{lesson.slug}.{language}.md" for lesson in module.lessons for language in LANGUAGES}
    for path in sorted((root / module.slug).glob("*.md")):
        if path.name not in listed:
            Place(f"{module.slug}/{path.name}", faults).fault("the lesson is not listed in module.yaml")


def _read_yaml(root: Path, name: str, faults: list[Fault]) -> Mapping | None:
    place = Place(name, faults)
    text = _read_text(root, name, place)
    return None if text is None else read_mapping(text, place)


def _read_text(root: Path, name: str, place: Place) -> str | None:
    if not _is_plain_file(root, name, MAX_TEXT_BYTES, place):
        return None
    try:
        text = (root / name).read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as error:
        place.fault(f"the file is not UTF-8 (byte {error.start})")
        return None
    if "\x00" in text:
        place.fault("the file is not a text")
        return None
    return text


def _check_media(root: Path, name: str, place: Place) -> None:
    suffix = Path(name).suffix.lower()
    limit = MAX_IMAGE_BYTES if suffix in IMAGE_SUFFIXES else MAX_FILE_BYTES
    if not _is_plain_file(root, name, limit, place):
        return
    if suffix in CAPTION_SUFFIXES:
        with (root / name).open("rb") as stream:
            if not stream.read(16).removeprefix(b"\xef\xbb\xbf").startswith(b"WEBVTT"):
                place.fault(f"{name!r} is not a WebVTT file")


def _is_plain_file(root: Path, name: str, limit: int, place: Place) -> bool:
    path = root / name
    steps = [root / part for part in (Path(name), *Path(name).parents) if part != Path()]
    if any(step.is_symlink() for step in steps):
        place.fault(f"{name!r} is a link, or behind one")
    elif not path.is_file():
        place.fault(f"the file {name!r} is missing" if place.file != name else "the file is missing")
    elif path.stat().st_size > limit:
        place.fault(f"{name!r} is larger than {limit // 1024} KiB")
    else:
        return True
    return False


# --- Writing ---------------------------------------------------------------------------------


def write_course(course: CourseFolder) -> dict[str, str]:
    """Every text file of the folder by its name. Raises FolderError where something cannot be written."""
    faults: list[Fault] = []
    files = {"course.yaml": write_mapping(_course_mapping(course))}
    for module in course.modules:
        files[f"{module.slug}/module.yaml"] = write_mapping(_module_mapping(module))
        for lesson in module.lessons:
            for language in LANGUAGES:
                name = f"{module.slug}/{lesson.slug}.{language}.md"
                files[name] = write_lesson(lesson.texts[language], Place(name, faults))
    if faults:
        raise FolderError(faults)
    return files


def _course_mapping(course: CourseFolder) -> dict[str, Any]:
    return {
        "code": course.code,
        "tier": course.tier,
        "hours": course.hours,
        "title": course.title,
        "summary": course.summary,
        "modules": [module.slug for module in course.modules],
    }


def _module_mapping(module: ModuleFolder) -> dict[str, Any]:
    mapping: dict[str, Any] = {
        "number": module.number,
        "hours": module.hours,
        "status": module.status,
        "title": module.title,
        "summary": module.summary,
        "objectives": list(module.objectives),
    }
    if module.lessons:
        mapping["lessons"] = [
            {"slug": lesson.slug, "kind": lesson.kind, "minutes": lesson.minutes} for lesson in module.lessons
        ]
    return mapping
