"""The folder of published pages: what it cannot say it says so, and writes nothing."""

from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from wagtail.models import Page

from lms.courses.folder import FolderError, read_course
from lms.courses.models import Course, LessonPage, ModulePage
from lms.courses.services import export_course, import_course
from tests.factories.courses import (
    CourseFactory,
    course_folder,
    lesson_folder,
    make_course_pages,
    write_folder,
)

pytestmark = pytest.mark.django_db


def refuse(course: Course, path: Path) -> str:
    with pytest.raises(FolderError) as caught:
        export_course(course=course, path=path)
    assert not path.exists() or not any(path.iterdir())
    return str(caught.value)


def publish(page: Page, **values: object) -> None:
    for name, value in values.items():
        setattr(page, name, value)
    page.save_revision().publish()


def test_edited_pages_are_written_and_read_back(tmp_path: Path) -> None:
    """What the editor stores: keys of its own, an empty paragraph, bold with a space too many."""
    made = make_course_pages(CourseFactory(code="LTO", hours=3), lessons=1)
    html = '<h2 data-block-key="k1">عنوان</h2><p data-block-key="k2">نص <b>مهم </b>*</p><p data-block-key="k3"></p>'
    publish(made.lesson, body=[("text", html)])
    export_course(course=made.course, path=tmp_path / "out")
    text = (tmp_path / "out/01-module/01-lesson.ar.md").read_text(encoding="utf-8")
    assert text.endswith("---\n\n## عنوان\n\nنص **مهم** *\n")
    assert read_course(tmp_path / "out").code == "LTO"


@pytest.mark.parametrize(
    ("html", "reason"),
    [
        ("<p><i>مائل</i></p>", "<i> in a paragraph"),
        ('<p><a linktype="page" id="1">x</a></p>', "a link to a page that is no lesson of this course"),
        ("<blockquote>x</blockquote>", "<blockquote>"),
    ],
)
def test_rich_text_beyond_markdown_fails_with_the_file(tmp_path: Path, html: str, reason: str) -> None:
    made = make_course_pages(CourseFactory(hours=3), lessons=1)
    publish(made.lesson, body=[("text", html)])
    message = refuse(made.course, tmp_path / "out")
    assert f"01-module/01-lesson.ar.md:1: the text cannot be written in Markdown: {reason}" in message


def test_lesson_in_one_language_fails(tmp_path: Path) -> None:
    made = make_course_pages(CourseFactory(hours=3), lessons=1)
    made.lessons["en"][0].unpublish()
    assert "01-module/01-lesson.ar.md:1: there is no published page in English" in refuse(
        made.course, tmp_path / "out"
    )


def test_draft_is_not_exported(tmp_path: Path) -> None:
    made = make_course_pages(CourseFactory(code="LTO", hours=3), lessons=1)
    made.lesson.title = "مسودة"
    made.lesson.save_revision()
    export_course(course=made.course, path=tmp_path / "out")
    assert "مسودة" not in (tmp_path / "out/01-module/01-lesson.ar.md").read_text(encoding="utf-8")


def test_languages_that_disagree_fail(tmp_path: Path) -> None:
    made = make_course_pages(CourseFactory(hours=3), lessons=2)
    ModulePage.objects.filter(pk=made.modules["en"][0].pk).update(hours=9)
    LessonPage.objects.filter(pk=made.lessons["en"][0].pk).update(slug="another")
    first, second = made.lessons["en"]
    Page.objects.get(pk=first.pk).move(Page.objects.get(pk=second.pk), pos="right")
    message = refuse(made.course, tmp_path / "out")
    assert "01-module/module.yaml:1: the languages differ in hours" in message
    assert "the languages differ in slug" in message
    assert "the pages stand in another order in English" in message


def test_sum_of_hours_that_does_not_add_up_fails_before_writing(tmp_path: Path) -> None:
    made = make_course_pages(CourseFactory(hours=99), lessons=1)
    assert "the hours of the modules add up to 3, not 99" in refuse(made.course, tmp_path / "out")


def test_earlier_export_is_replaced_and_its_stale_lessons_go(tmp_path: Path) -> None:
    root = write_folder(tmp_path / "out", course_folder(lesson_folder("01-a"), lesson_folder("02-b")))
    import_course(path=root)
    (root / "notes.txt").write_text("kept")
    LessonPage.objects.filter(slug="02-b").delete()
    export_course(course=Course.objects.get(), path=root)
    assert not list((root / "01-open").glob("02-b.*"))
    assert (root / "notes.txt").exists()
    assert read_course(root).modules[0].lessons[0].slug == "01-a"


def test_folder_of_something_else_is_left_alone(tmp_path: Path) -> None:
    made = make_course_pages(CourseFactory(hours=3), lessons=1)
    (tmp_path / "important.txt").write_text("mine")
    with pytest.raises(FolderError, match="is not empty and is not the course"):
        export_course(course=made.course, path=tmp_path)
    write_folder(tmp_path / "other", course_folder(code="OTHER"))
    with pytest.raises(FolderError, match="is not the course"):
        export_course(course=made.course, path=tmp_path / "other")


def test_export_does_not_write_through_links(tmp_path: Path) -> None:
    root = write_folder(tmp_path / "out")
    import_course(path=root)
    victim = tmp_path / "victim"
    victim.write_text("safe")
    lesson = root / "01-open" / "01-lesson.ar.md"
    lesson.unlink()
    lesson.symlink_to(victim)
    with pytest.raises(FolderError, match="will not write through a link"):
        export_course(course=Course.objects.get(), path=root)
    assert victim.read_text() == "safe"


def test_export_command_names_the_courses_there_are(tmp_path: Path) -> None:
    CourseFactory(code="LTO")
    with pytest.raises(CommandError, match=r"no course 'XYZ'\. Courses: LTO\."):
        call_command("export_course", "XYZ", tmp_path / "out")


def test_export_command_lists_its_files(tmp_path: Path) -> None:
    import_course(path=write_folder(tmp_path / "in"))
    out = StringIO()
    call_command("export_course", "TEST", tmp_path / "out", stdout=out)
    assert "01-open/01-lesson.ar.md\n" in out.getvalue()
