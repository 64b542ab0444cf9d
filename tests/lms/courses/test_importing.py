"""A folder becomes pages: all or nothing, in place, and again without a trace."""

import json
import struct
import zlib
from dataclasses import replace
from io import StringIO
from pathlib import Path

import pytest
from django.core.files.storage import default_storage
from django.core.management import CommandError, call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext
from wagtail.documents.models import Document
from wagtail.images.models import Image
from wagtail.models import Locale, Page, Revision

from lms.courses.folder import CourseFolder, FolderError, LessonFolder, read_course, write_course
from lms.courses.folder.lesson import Block
from lms.courses.models import Course, CoursePage, LessonPage, ModulePage
from lms.courses.services import FileState, export_course, import_course
from lms.courses.streams import content_of
from lms.people.enums import Role
from tests.factories.courses import course_folder, lesson_folder, lesson_text, write_folder
from tests.factories.people import UserFactory

pytestmark = pytest.mark.django_db

CONTENT = Path(__file__).parents[3] / "content" / "courses"


def tiny_png(shade: int = 0) -> bytes:
    """A picture of one grey pixel (PNG specification, ISO/IEC 15948)."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        body = kind + data
        return struct.pack(">I", len(data)) + body + struct.pack(">I", zlib.crc32(body))

    header = struct.pack(">IIBBBBB", 1, 1, 8, 0, 0, 0, 0)
    pixel = zlib.compress(bytes([0, shade]))
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", pixel) + chunk(b"IEND", b"")


def media_course(root: Path) -> Path:
    """A course with every kind of file."""
    video = {"file": "media/v.mp4", "title": "ف", "captions": "media/v.vtt", "audio": "media/v.mp3"}
    blocks = (
        Block("image", {"file": "media/map.png", "alt": "خريطة", "caption": ""}),
        Block("video", video | {"transcript": "<p>نص</p>"}),
        Block("audio", {"file": "media/v.mp3", "title": "ص", "transcript": "<p>نص</p>"}),
        Block("document", {"file": "media/form.pdf", "title": "استمارة"}),
    )
    text = lesson_text("درس", *blocks)
    write_folder(root, course_folder(lesson_folder(ar=text, en=text)))
    media = root / "01-open" / "media"
    media.mkdir()
    (media / "map.png").write_bytes(tiny_png())
    (media / "v.vtt").write_text("WEBVTT\n\n00:00.000 --> 00:01.000\nأهلًا\n", encoding="utf-8")
    for name in ("v.mp4", "v.mp3", "form.pdf"):
        (media / name).write_bytes(name.encode())
    return root


def rewrite(root: Path, course: CourseFolder) -> None:
    for name, text in write_course(course).items():
        (root / name).write_text(text, encoding="utf-8", newline="\n")


def same_bytes(one: Path, other: Path) -> bool:
    def files(root: Path) -> dict[str, bytes]:
        return {str(path.relative_to(root)): path.read_bytes() for path in root.rglob("*") if path.is_file()}

    return files(one) == files(other)


# --- What it makes --------------------------------------------------------------------------


def test_import_makes_published_pages_in_both_languages(tmp_path: Path) -> None:
    report = import_course(path=write_folder(tmp_path))
    assert set(report.files.values()) == {FileState.CREATED}
    course = Course.objects.get(code="TEST")
    assert (course.name_ar, course.name_en, course.tier, course.hours) == ("عنوان", "Title", "observer", 5)
    for model, number in ((CoursePage, 2), (ModulePage, 4), (LessonPage, 2)):
        assert model.objects.live().count() == number
    arabic, english = LessonPage.objects.order_by("locale__language_code")
    assert arabic.translation_key == english.translation_key
    assert (arabic.locale.language_code, arabic.title) == ("ar", "درس")
    assert arabic.url == "/ar/courses/test/01-open/01-lesson/"
    assert arabic.sources[0].value["url"] == "https://hnec.ly"
    assert arabic.live_revision is not None


def test_import_again_changes_nothing(tmp_path: Path) -> None:
    root = media_course(tmp_path)
    import_course(path=root)
    revisions, images, documents = (model.objects.count() for model in (Revision, Image, Document))
    report = import_course(path=root)
    assert set(report.files.values()) == {FileState.UNCHANGED}
    assert (revisions, images, documents) == tuple(
        model.objects.count() for model in (Revision, Image, Document)
    )


def test_changed_lesson_is_updated_in_place(tmp_path: Path) -> None:
    before, after = Block("text", "<p>أ</p>"), Block("text", "<p>جديد</p>")
    kept = Block("callout", {"kind": "note", "title": "", "text": "<p>ب</p>"})
    root = write_folder(
        tmp_path, course_folder(lesson_folder(ar=lesson_text("د", before, kept), en=lesson_text()))
    )
    import_course(path=root)
    page = LessonPage.objects.get(locale__language_code="ar")
    ids = [block.id for block in page.body]
    rewrite(root, course_folder(lesson_folder(ar=lesson_text("د", after, kept), en=lesson_text())))
    report = import_course(path=root, user=UserFactory(role=Role.MASTER_TRAINER))
    assert report.files["01-open/01-lesson.ar.md"] is FileState.UPDATED
    assert report.files["01-open/01-lesson.en.md"] is FileState.UNCHANGED
    again = LessonPage.objects.get(pk=page.pk)
    assert str(again.body[0].value) == "<p>جديد</p>"
    assert [block.id for block in again.body] == ids
    assert again.revisions.count() == 2
    assert again.live_revision.user is not None


def test_fact_of_the_module_reaches_both_languages_with_one_revision_each(tmp_path: Path) -> None:
    root = write_folder(tmp_path)
    import_course(path=root)
    course = course_folder()
    opened = replace(course.modules[1], status="open")
    rewrite(root, replace(course, modules=(course.modules[0], opened)))
    report = import_course(path=root)
    assert report.files["02-coming/module.yaml"] is FileState.UPDATED
    pages = ModulePage.objects.filter(slug="02-coming")
    assert [page.status for page in pages] == ["open", "open"]
    assert [page.revisions.count() for page in pages] == [2, 2]


def test_lessons_stand_in_the_order_of_the_folder(tmp_path: Path) -> None:
    lessons = [lesson_folder(f"0{n}-lesson") for n in (1, 2, 3)]
    root = write_folder(tmp_path, course_folder(*lessons))
    import_course(path=root)
    rewrite(root, course_folder(lessons[2], lessons[0], lessons[1]))
    report = import_course(path=root)
    assert report.files["01-open/module.yaml"] is FileState.UPDATED
    for language in ("ar", "en"):
        pages = LessonPage.objects.filter(locale__language_code=language).order_by("path")
        assert [page.slug for page in pages] == ["03-lesson", "01-lesson", "02-lesson"]
    assert Page.find_problems() == ([], [], [], [], [])


def test_lesson_that_left_the_folder_stays_and_is_named(tmp_path: Path) -> None:
    root = write_folder(tmp_path, course_folder(lesson_folder("01-a"), lesson_folder("02-b")))
    import_course(path=root)
    rewrite(root, course_folder(lesson_folder("01-a")))
    for file in (root / "01-open").glob("02-b.*"):
        file.unlink()
    report = import_course(path=root)
    assert LessonPage.objects.live().filter(slug="02-b").count() == 2
    assert any("'02-b' (ar) is not in the folder" in note for note in report.notes)


def test_draft_that_is_passed_over_is_named_and_kept(tmp_path: Path) -> None:
    root = write_folder(tmp_path)
    import_course(path=root)
    page = LessonPage.objects.get(locale__language_code="ar")
    page.title = "مسودة"
    page.save_revision()
    assert import_course(path=root).notes == []
    changed = lesson_text("درس", Block("text", "<p>جديد</p>"))
    rewrite(root, course_folder(lesson_folder(ar=changed, en=lesson_text("Lesson"))))
    report = import_course(path=root)
    assert any("a draft of the page was passed over" in note for note in report.notes)
    assert any(revision.as_object().title == "مسودة" for revision in page.revisions.all())


def test_languages_that_differ_in_their_blocks_are_named(tmp_path: Path) -> None:
    two = lesson_text("درس", Block("text", "<p>أ</p>"), Block("text", "<p>ب</p>"))
    report = import_course(
        path=write_folder(tmp_path, course_folder(lesson_folder(ar=two, en=lesson_text())))
    )
    assert report.notes == ["01-open/01-lesson: the languages differ in their blocks"]


def test_lesson_links_to_a_lesson_further_on_in_its_own_language(tmp_path: Path) -> None:
    linked = lesson_text("درس", Block("text", '<p><a href="lesson:01-open/02-b">التالي</a></p>'))
    course = course_folder(lesson_folder("01-a", ar=linked, en=linked), lesson_folder("02-b"))
    root = write_folder(tmp_path / "in", course)
    import_course(path=root)
    for language in ("ar", "en"):
        lessons = LessonPage.objects.filter(locale__language_code=language).order_by("path")
        assert f'linktype="page" id="{lessons[1].pk}"' in str(lessons[0].body[0].value.source)
    assert set(import_course(path=root).files.values()) == {FileState.UNCHANGED}
    export_course(course=Course.objects.get(), path=tmp_path / "out")
    assert same_bytes(root, tmp_path / "out")


# --- What it refuses ------------------------------------------------------------------------


def test_broken_folder_imports_nothing(tmp_path: Path) -> None:
    root = write_folder(tmp_path)
    (root / "02-coming" / "module.yaml").write_text("number: [", encoding="utf-8")
    with pytest.raises(FolderError):
        import_course(path=root)
    assert not Course.objects.exists()
    assert not LessonPage.objects.exists()


def test_fault_found_while_writing_takes_everything_back(tmp_path: Path) -> None:
    text = lesson_text("ط" * 300)
    root = write_folder(
        tmp_path, course_folder(lesson_folder("01-a"), lesson_folder("02-b", ar=text, en=text))
    )
    with pytest.raises(FolderError, match=r"01-open"):
        import_course(path=root)
    assert not Course.objects.exists()
    assert not CoursePage.objects.exists()


def test_link_to_no_lesson_is_a_fault(tmp_path: Path) -> None:
    linked = lesson_text("درس", Block("text", '<p><a href="lesson:01-open/09-x">x</a></p>'))
    root = write_folder(tmp_path, course_folder(lesson_folder(ar=linked, en=linked)))
    with pytest.raises(FolderError, match=r"01-lesson\.ar\.md:1: there is no lesson '01-open/09-x'"):
        import_course(path=root)


def test_picture_that_is_none_is_refused_and_no_file_stays(tmp_path: Path) -> None:
    root = media_course(tmp_path)
    image = Block("image", {"file": "media/fake.png", "alt": "أ", "caption": ""})
    course = read_course(root)
    lesson = course.modules[0].lessons[0]
    texts = {code: replace(text, blocks=(*text.blocks, image)) for code, text in lesson.texts.items()}
    rewrite(root, course_folder(LessonFolder(lesson.slug, lesson.kind, lesson.minutes, texts)))
    (root / "01-open" / "media" / "fake.png").write_text("<script>alert(1)</script>")
    before = stored_files()
    with pytest.raises(FolderError, match=r"01-lesson\.ar\.md"):
        import_course(path=root)
    assert not Image.objects.exists()
    assert stored_files() == before


def stored_files() -> list[str]:
    found = []
    for folder in ("original_images", "documents"):
        if default_storage.exists(folder):
            found += default_storage.listdir(folder)[1]
    return found


# --- Dry run and commands -------------------------------------------------------------------


def test_dry_run_reports_and_leaves_nothing(tmp_path: Path) -> None:
    before = stored_files()
    report = import_course(path=media_course(tmp_path), dry_run=True)
    assert set(report.files.values()) == {FileState.CREATED}
    assert not Course.objects.exists()
    assert not LessonPage.objects.exists()
    assert not Image.objects.exists()
    assert stored_files() == before


def test_import_command_reports_as_json(tmp_path: Path) -> None:
    out = StringIO()
    call_command("import_course", write_folder(tmp_path), "--dry-run", "--json", stdout=out)
    report = json.loads(out.getvalue())
    assert report["course"] == "TEST"
    assert report["dry_run"] is True
    assert report["files"]["course.yaml"] == "created"


def test_import_command_lists_every_fault_and_fails(tmp_path: Path) -> None:
    root = write_folder(tmp_path)
    (root / "01-open" / "01-lesson.en.md").unlink()
    out = StringIO()
    with pytest.raises(
        CommandError, match=r"Nothing was imported(.|\n)*01-lesson\.en\.md:1: the file is missing"
    ):
        call_command("import_course", root, "--json", stdout=out)
    assert json.loads(out.getvalue())["faults"][0]["line"] == 1


# --- The way back ---------------------------------------------------------------------------


@pytest.mark.once
@pytest.mark.parametrize("name", ["lto", "master"])
def test_content_of_the_project_comes_back_byte_for_byte(tmp_path: Path, name: str) -> None:
    report = import_course(path=CONTENT / name)
    assert report.notes == []
    export_course(course=Course.objects.get(), path=tmp_path / "out")
    assert same_bytes(CONTENT / name, tmp_path / "out")


@pytest.mark.once
def test_course_with_files_comes_back_byte_for_byte(tmp_path: Path) -> None:
    root = media_course(tmp_path / "in")
    import_course(path=root)
    export_course(course=Course.objects.get(), path=tmp_path / "out")
    assert same_bytes(root, tmp_path / "out")


@pytest.mark.once
def test_exported_pages_come_back_with_the_same_streams(tmp_path: Path) -> None:
    import_course(path=media_course(tmp_path / "in"))
    before = [(page.url_path, content_of(page.body.raw_data)) for page in LessonPage.objects.order_by("path")]
    export_course(course=Course.objects.get(), path=tmp_path / "out")
    LessonPage.objects.all().delete()
    import_course(path=tmp_path / "out")
    after = [(page.url_path, content_of(page.body.raw_data)) for page in LessonPage.objects.order_by("path")]
    assert after == before


@pytest.mark.once
def test_import_costs_the_same_queries_for_each_lesson(tmp_path: Path) -> None:
    counts = []
    for number in (1, 2, 3):
        lessons = [lesson_folder(f"{n:02}-lesson") for n in range(number)]
        root = write_folder(tmp_path / str(number), course_folder(*lessons, code=f"C{number}"))
        import_course(path=root)
        with CaptureQueriesContext(connection) as captured:
            import_course(path=root)
        counts.append(len(captured))
    assert counts[2] - counts[1] == counts[1] - counts[0]


def test_locale_is_made_when_missing(tmp_path: Path) -> None:
    Locale.objects.filter(language_code="en").delete()
    import_course(path=write_folder(tmp_path))
    assert LessonPage.objects.get(locale__language_code="en").url.startswith("/en/")
