"""The published pages of a course as its folder, the inverse of the import."""

import shutil
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

from django.db.models.fields.files import FieldFile
from wagtail.documents import get_document_model
from wagtail.images import get_image_model

from ..folder import (
    LANGUAGES,
    CourseFolder,
    Fault,
    FolderError,
    LessonFolder,
    LessonText,
    ModuleFolder,
    read_course,
    write_course,
)
from ..folder.course import LESSON_FILE
from ..folder.mapping import LANGUAGE_NAMES
from ..folder.media import MEDIA_NAME
from ..folder.richtext import MarkdownLossError
from ..models import Course, CoursePage, LearnerPage, LessonPage, ModulePage
from ..streams import blocks_of, objectives_of, sources_of

#: The pages of one thing by language code.
Twins = dict[str, Any]


def export_course(*, course: Course, path: Path) -> list[str]:
    """Write the course's folder and return the names of its files.

    What is written is read back and compared before anything in `path` changes. Raises FolderError for
    what the folder cannot say (a lesson in one language only, a text beyond Markdown) and for a `path`
    that holds something else than this course.
    """
    folder, media = _Exporter(course).run()
    files = write_course(folder)
    _check_target(path, course.code, [*files, *media])
    with tempfile.TemporaryDirectory() as scratch:
        _write(Path(scratch), files, media)
        if read_course(Path(scratch)) != folder:
            raise FolderError([Fault("course.yaml", 1, "the folder does not read back as it was written")])
        _remove_stale(path, set(files))
        shutil.copytree(scratch, path, dirs_exist_ok=True)
    return sorted([*files, *media])


def _check_target(path: Path, code: str, names: list[str]) -> None:
    if path.is_dir() and any(path.iterdir()):
        head = path / "course.yaml"
        if not head.is_file() or f"code: {code}\n" not in head.read_text(encoding="utf-8"):
            raise FolderError([Fault(str(path), 1, f"the folder is not empty and is not the course {code}")])
        for name in names:
            if any(
                part.is_symlink() for part in (path / name, *(path / name).parents) if path in part.parents
            ):
                raise FolderError([Fault(name, 1, "will not write through a link")])
    elif path.exists() and not path.is_dir():
        raise FolderError([Fault(str(path), 1, "is not a folder")])


def _write(root: Path, files: dict[str, str], media: dict[str, FieldFile]) -> None:
    for name, text in files.items():
        (root / name).parent.mkdir(exist_ok=True)
        (root / name).write_text(text, encoding="utf-8", newline="\n")
    for name, file in media.items():
        (root / name).parent.mkdir(exist_ok=True)
        with file.open("rb") as source, (root / name).open("wb") as target:
            shutil.copyfileobj(source, target)


def _remove_stale(path: Path, names: set[str]) -> None:
    """Lesson and module files of an earlier export that the course no longer has."""
    for module in path.glob("*/module.yaml"):
        for file in (*module.parent.glob("*.md"), module):
            is_ours = file == module or LESSON_FILE.fullmatch(file.name)
            if is_ours and f"{module.parent.name}/{file.name}" not in names:
                file.unlink()


class _Exporter:
    def __init__(self, course: Course) -> None:
        self.course = course
        self.faults: list[Fault] = []
        self.media: dict[str, FieldFile] = {}
        self.lesson_names: dict[int, str] = {}

    def run(self) -> tuple[CourseFolder, dict[str, FieldFile]]:
        found = CoursePage.objects.filter(course=self.course).live().select_related("locale")
        pages = {page.locale.language_code: page for page in found}
        self._stop_without(pages, "course.yaml")
        modules = self._children(ModulePage, pages, lambda slug: f"{slug}/module.yaml")
        lessons = [self._children(LessonPage, twins, _file_of(twins["ar"].slug)) for twins in modules]
        for twins, below in zip(modules, lessons, strict=True):
            for lesson in below:
                name = f"{twins['ar'].slug}/{lesson['ar'].slug}"
                self.lesson_names |= {page.pk: name for page in lesson.values()}
        folder = CourseFolder(
            code=self.course.code,
            tier=str(self.course.tier),
            hours=self.course.hours,
            title={code: self.course.name_in(code) for code in LANGUAGES},
            summary={code: pages[code].summary for code in LANGUAGES},
            modules=tuple(self._module(*both) for both in zip(modules, lessons, strict=True)),
        )
        if self.faults:
            raise FolderError(self.faults)
        return folder, self.media

    def _stop_without(self, pages: Twins, file: str) -> None:
        missing = [name for code, name in LANGUAGE_NAMES.items() if code not in pages]
        if missing:
            raise FolderError([Fault(file, 1, f"there is no published page in {name}") for name in missing])

    def _children(
        self, model: type[LearnerPage], parents: Twins, file_of: Callable[[str], str]
    ) -> list[Twins]:
        """The published pages below the parents, paired by what they translate, in the Arabic order."""
        found = {code: list(model.objects.child_of(parents[code]).live()) for code in LANGUAGES}
        by_key = {code: {page.translation_key: page for page in pages} for code, pages in found.items()}
        keys = list(dict.fromkeys(page.translation_key for pages in found.values() for page in pages))
        twins = []
        for key in keys:
            pair = {code: by_key[code][key] for code in LANGUAGES if key in by_key[code]}
            file = file_of(next(iter(pair.values())).slug)
            if self._is_one_thing(pair, file):
                twins.append(pair)
        if [page.translation_key for page in found["en"] if page.translation_key in by_key["ar"]] != [
            page.translation_key for page in found["ar"] if page.translation_key in by_key["en"]
        ]:
            self._fault(file_of("*"), "the pages stand in another order in English")
        return twins

    def _is_one_thing(self, pair: Twins, file: str) -> bool:
        for code, name in LANGUAGE_NAMES.items():
            if code not in pair:
                self._fault(file, f"there is no published page in {name}")
                return False
        for fact in ("slug", *pair["ar"].shared_facts):
            if getattr(pair["ar"], fact) != getattr(pair["en"], fact):
                self._fault(file, f"the languages differ in {fact}")
        return True

    def _module(self, pages: Twins, lessons: list[Twins]) -> ModuleFolder:
        page = pages["ar"]
        file = f"{page.slug}/module.yaml"
        objectives = {code: objectives_of(pages[code].objectives.raw_data) for code in LANGUAGES}
        if len(objectives["ar"]) != len(objectives["en"]):
            self._fault(file, "the languages differ in the number of objectives")
        return ModuleFolder(
            slug=page.slug,
            number=page.number,
            hours=page.hours,
            status=page.status,
            title={code: pages[code].title for code in LANGUAGES},
            summary={code: pages[code].summary for code in LANGUAGES},
            objectives=tuple(
                dict(zip(LANGUAGES, both, strict=True)) for both in zip(*objectives.values(), strict=False)
            ),
            lessons=tuple(self._lesson(page.slug, lesson) for lesson in lessons),
        )

    def _lesson(self, module: str, pages: Twins) -> LessonFolder:
        page = pages["ar"]
        texts = {
            code: self._text(pages[code], module, f"{module}/{page.slug}.{code}.md") for code in LANGUAGES
        }
        return LessonFolder(slug=page.slug, kind=page.kind, minutes=page.minutes, texts=texts)

    def _text(self, page: LessonPage, module: str, file: str) -> LessonText:
        try:
            blocks = blocks_of(
                page.body.raw_data,
                file_name=lambda kind, number: self._media_name(module, kind, number, file),
                lesson_name=self.lesson_names.get,
            )
        except MarkdownLossError as error:
            self._fault(file, f"the text cannot be written in Markdown: {error}")
            blocks = ()
        return LessonText(page.title, page.summary, sources_of(page.sources.raw_data), blocks)

    def _media_name(self, module: str, kind: str, number: int, file: str) -> str:
        """`media/map.png`: the title where it is a file name, as after an import, else the stored name."""
        model = get_image_model() if kind == "image" else get_document_model()
        stored = model.objects.filter(pk=number).first()
        if stored is None:
            self._fault(file, f"a file of a block of kind {kind!r} is no longer there")
            return ""
        own = Path(stored.file.name)
        title = Path(stored.title)
        base = (
            title if title.suffix == own.suffix and MEDIA_NAME.fullmatch(f"media/{title}") else Path(own.name)
        )
        for attempt in range(1, len(self.media) + 2):
            name = f"media/{base}" if attempt == 1 else f"media/{base.stem}-{attempt}{base.suffix}"
            taken = self.media.setdefault(f"{module}/{name}", stored.file)
            if taken.name == stored.file.name and type(taken.instance) is type(stored):
                return name
        return ""

    def _fault(self, file: str, reason: str) -> None:
        self.faults.append(Fault(file, 1, reason))


def _file_of(module: str) -> Callable[[str], str]:
    return lambda slug: f"{module}/{slug}.ar.md"
