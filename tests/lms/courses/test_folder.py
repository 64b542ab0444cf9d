"""A course folder read and written: canonical bytes, and every fault with file, line and reason."""

from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from lms.courses import enums
from lms.courses.folder import FolderError, course, lesson, read_course, write_course
from lms.courses.folder.faults import Place
from lms.courses.folder.lesson import FENCES, Block, LessonText, Source, parse_lesson, write_lesson
from lms.courses.folder.richtext import normal_html
from tests.factories.courses import course_folder, lesson_folder, lesson_text, write_folder
from tests.lms.courses.test_markdown import RICH_TEXT, TEXT

CONTENT = Path(__file__).parents[3] / "content" / "courses"

# --- What is written reads back -------------------------------------------------------------

WORDS = TEXT.map(lambda text: f"س{text}ص".replace("\x00", ""))
OPTIONAL = st.one_of(st.just(""), WORDS)
FILE = st.sampled_from(["media/map.png", "media/خريطة.png", "media/a-b_c.2.png"])
PROSE = RICH_TEXT.map(normal_html).filter(lambda html: html and "<h" not in html)


def _fenced(kind: str) -> st.SearchStrategy[Block]:
    fields = {}
    for field in FENCES[kind]:
        if field.choices:
            fields[field.name] = st.sampled_from(field.choices)
        elif field.suffixes:
            name = st.sampled_from(["media/a", "media/خريطة-1"]).map(
                lambda stem, s=field.suffixes[0]: stem + s
            )
            fields[field.name] = st.one_of(st.just(""), name) if field.optional else name
        elif field.is_markdown:
            fields[field.name] = PROSE
        else:
            fields[field.name] = OPTIONAL if field.optional else WORDS
    return st.fixed_dictionaries(fields).map(lambda value: Block(kind, value))


def _options(texts: list[tuple[str, str]], correct: int) -> list[dict[str, object]]:
    return [
        {"text": text, "correct": n == correct % len(texts), "feedback": feedback}
        for n, (text, feedback) in enumerate(texts)
    ]


OPTIONS = st.builds(_options, st.lists(st.tuples(WORDS, WORDS), min_size=2, max_size=6), st.integers(0, 5))
QUICK_CHECK = st.builds(
    lambda question, options: Block("quick_check", {"question": question, "options": options}), WORDS, OPTIONS
)
BLOCKS = st.one_of(
    RICH_TEXT.map(normal_html).filter(bool).map(lambda html: Block("text", html)),
    QUICK_CHECK,
    *(_fenced(kind) for kind in FENCES if kind != "quick-check"),
)
LESSONS = st.builds(
    LessonText,
    title=WORDS,
    summary=WORDS,
    sources=st.lists(st.builds(Source, WORDS, OPTIONAL), max_size=2).map(tuple),
    blocks=st.lists(BLOCKS, min_size=1, max_size=4).map(tuple),
)


@settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck))
@given(LESSONS)
def test_lesson_file_reads_back_as_the_lesson_it_was_written_from(text: LessonText) -> None:
    place = Place("a.ar.md")
    written = write_lesson(text, place)
    assert parse_lesson(written, place) == text
    assert write_lesson(parse_lesson(written, place), place) == written
    assert place.faults == []


@pytest.mark.parametrize("name", ["lto", "master"])
def test_content_of_the_project_is_canonical(name: str) -> None:
    root = CONTENT / name
    for file, text in write_course(read_course(root)).items():
        assert (root / file).read_bytes() == text.encode(), file


def test_course_reads_back_as_written(tmp_path: Path) -> None:
    assert read_course(write_folder(tmp_path)) == course_folder()


def test_words_of_the_folder_are_those_of_the_pages() -> None:
    assert list(course.TIERS) == enums.CourseTier.values
    assert list(course.STATUSES) == enums.ModuleStatus.values
    assert list(course.KINDS) == enums.LessonKind.values
    assert list(lesson.CALLOUT_KINDS) == enums.CalloutKind.values


def test_two_texts_in_a_row_stay_two() -> None:
    two = lesson_text("درس", Block("text", "<p>أ</p>"), Block("text", "<p>ب</p>"))
    written = write_lesson(two, Place("a.ar.md"))
    assert "```split\n```" in written
    assert parse_lesson(written, Place("a.ar.md")) == two


def test_block_with_backticks_is_fenced_with_more_of_them() -> None:
    block = Block("callout", {"kind": "note", "title": "```", "text": "<p>أ</p>"})
    written = write_lesson(lesson_text("درس", block), Place("a.ar.md"))
    assert "````callout" in written
    assert parse_lesson(written, Place("a.ar.md")).blocks == (block,)


def test_windows_line_ends_and_byte_order_mark_are_read(tmp_path: Path) -> None:
    root = write_folder(tmp_path)
    file = root / "01-open" / "01-lesson.ar.md"
    file.write_bytes(b"\xef\xbb\xbf" + file.read_bytes().replace(b"\n", b"\r\n"))
    assert read_course(root) == course_folder()


# --- Faults ---------------------------------------------------------------------------------


@pytest.fixture
def faults_of(tmp_path: Path) -> Callable[..., list[str]]:
    """The faults after a text in a file was replaced, or the file rewritten."""

    def find(file: str, old: str, new: str) -> list[str]:
        path = write_folder(tmp_path) / file
        text = path.read_text(encoding="utf-8")
        assert old in text
        path.write_text(text.replace(old, new), encoding="utf-8")
        with pytest.raises(FolderError) as caught:
            read_course(tmp_path)
        return [str(fault) for fault in caught.value.faults]

    return find


@pytest.mark.parametrize(
    ("file", "old", "new", "fault"),
    [
        ("course.yaml", "code: TEST", "code: [", "course.yaml:3: not YAML: expected"),
        ("course.yaml", "code: TEST\n", "", "course.yaml:1: the key 'code' is missing"),
        ("course.yaml", "code: TEST", "code: ../x", "course.yaml:1: a code is"),
        ("course.yaml", "code: TEST", "code: TEST\ncode: TEST", "course.yaml:2: the key 'code' stands twice"),
        (
            "course.yaml",
            "code: TEST",
            "code: TEST\ncolour: red",
            "course.yaml:2: the key 'colour' is not known here",
        ),
        (
            "course.yaml",
            "tier: observer",
            "tier: king",
            "course.yaml:2: 'tier' must be one of observer, trainer",
        ),
        ("course.yaml", "hours: 5", "hours: five", "course.yaml:3: 'hours' must be a whole number"),
        ("course.yaml", "hours: 5", "hours: 6", "course.yaml:3: the hours of the modules add up to 5, not 6"),
        ("course.yaml", "  en: Title\n", "", "course.yaml:5: 'title' has no English (en)"),
        ("course.yaml", "  en: Title\n", "  en: ''\n", "course.yaml:6: 'en' is empty"),
        ("course.yaml", "- 02-coming", "- ../../etc", "'../../etc' must be small Latin letters"),
        ("course.yaml", "- 02-coming", "- 01-open", "'01-open' stands twice"),
        ("course.yaml", "- 02-coming", "- 03-gone", "03-gone/module.yaml:1: the file is missing"),
        ("course.yaml", "code: TEST", "code: &a TEST\nalias: *a", "aliases are not allowed"),
        ("course.yaml", "code: TEST", "code: !!python/object/apply:os.system [id]", "'code' must be a text"),
        ("01-open/module.yaml", "number: 1", "number: 2", "module '01-open' must have the number 1"),
        (
            "01-open/module.yaml",
            "slug: 01-lesson",
            "slug: ../01-lesson",
            "'../01-lesson' must be small Latin",
        ),
        ("01-open/module.yaml", "slug: 01-lesson", "slug: 09-x", "01-open/09-x.ar.md:1: the file is missing"),
        (
            "01-open/module.yaml",
            "slug: 01-lesson",
            "slug: 09-x",
            "01-open/01-lesson.ar.md:1: the lesson is not listed",
        ),
        (
            "01-open/module.yaml",
            "minutes: 20",
            "minutes: 0",
            "'minutes' must be a whole number from 1 to 600",
        ),
        (
            "01-open/module.yaml",
            "- ar: هدف\n    en: Objective",
            "- هدف",
            "must be given in Arabic (ar) and English",
        ),
        (
            "01-open/01-lesson.ar.md",
            "---\n",
            "",
            "01-open/01-lesson.ar.md:1: the file must begin with front matter",
        ),
        ("01-open/01-lesson.ar.md", "نص", "*نص*", "01-open/01-lesson.ar.md:12: italics"),
        (
            "01-open/01-lesson.ar.md",
            "نص",
            "<img src=x onerror=alert(1)>",
            "01-lesson.ar.md:12: HTML is not allowed",
        ),
        ("01-open/01-lesson.ar.md", "نص", "\n```poll\n```\n", "01-lesson.ar.md:13: there is no block 'poll'"),
        (
            "01-open/01-lesson.ar.md",
            "نص",
            "\n```callout\nkind: loud\ntext: أ\n```\n",
            ":14: 'kind' must be one of",
        ),
        (
            "01-open/01-lesson.ar.md",
            "نص",
            "\n```callout\nkind: note\ntext: '# أ'\n```\n",
            ":15: headings are",
        ),
        (
            "01-open/01-lesson.ar.md",
            "نص",
            "\n```image\nfile: /etc/passwd\nalt: أ\n```\n",
            "not the name of a file",
        ),
        (
            "01-open/01-lesson.ar.md",
            "نص",
            "\n```image\nfile: media/../x.png\nalt: أ\n```\n",
            "not the name of a file",
        ),
        (
            "01-open/01-lesson.ar.md",
            "نص",
            "\n```image\nfile: media/x.svg\nalt: أ\n```\n",
            "must be a file of one of",
        ),
        ("01-open/01-lesson.ar.md", "نص", "\n```image\nfile: media/x.png\n```\n", "the key 'alt' is missing"),
        (
            "01-open/01-lesson.ar.md",
            "نص",
            "\n```image\nfile: media/x.png\nalt: أ\n```\n",
            "media/x.png' is missing",
        ),
    ],
)
def test_fault_is_told_with_file_line_and_reason(
    faults_of: Callable[..., list[str]], file: str, old: str, new: str, fault: str
) -> None:
    faults = faults_of(file, old, new)
    assert any(fault in found for found in faults), faults


def test_quick_check_needs_one_correct_option(faults_of: Callable[..., list[str]]) -> None:
    options = "".join(f"\n  - text: {n}\n    correct: true\n    feedback: أ" for n in (1, 2))
    block = f"\n```quick-check\nquestion: س\noptions:{options}\n```\n"
    (fault,) = faults_of("01-open/01-lesson.en.md", "نص", block)
    assert "exactly one option must be the correct one" in fault


def test_every_fault_of_every_file_is_told_at_once(tmp_path: Path) -> None:
    root = write_folder(tmp_path)
    (root / "02-coming" / "module.yaml").write_text("number: x\n", encoding="utf-8")
    (root / "01-open" / "01-lesson.en.md").write_bytes("---\nعنوان".encode("cp1256"))
    with pytest.raises(FolderError) as caught:
        read_course(root)
    assert {fault.file for fault in caught.value.faults} == {
        "02-coming/module.yaml",
        "01-open/01-lesson.en.md",
    }
    assert "not UTF-8" in str(caught.value)


def test_missing_language_is_a_fault(tmp_path: Path) -> None:
    (write_folder(tmp_path) / "01-open" / "01-lesson.en.md").unlink()
    with pytest.raises(FolderError, match=r"01-open/01-lesson\.en\.md:1: the file is missing"):
        read_course(tmp_path)


def test_folder_that_is_no_course_is_a_fault(tmp_path: Path) -> None:
    with pytest.raises(FolderError, match=r"course\.yaml:1: the file is missing"):
        read_course(tmp_path)
    with pytest.raises(FolderError):
        read_course(tmp_path / "nowhere")


@pytest.mark.parametrize("target", ["01-open/01-lesson.ar.md", "01-open"])
def test_links_are_not_followed(tmp_path: Path, target: str) -> None:
    root = write_folder(tmp_path / "course")
    elsewhere = tmp_path / "elsewhere"
    (root / target).rename(elsewhere)
    (root / target).symlink_to(elsewhere)
    with pytest.raises(FolderError, match="is a link, or behind one"):
        read_course(root)


def test_huge_file_is_refused_unread(tmp_path: Path) -> None:
    root = write_folder(tmp_path)
    with (root / "course.yaml").open("wb") as stream:
        stream.truncate(3 * 1024 * 1024 * 1024)
    with pytest.raises(FolderError, match="larger than"):
        read_course(root)


def test_deep_nesting_is_refused(tmp_path: Path) -> None:
    root = write_folder(tmp_path)
    (root / "course.yaml").write_text("a: " + "[" * 100_000, encoding="utf-8")
    with pytest.raises(FolderError, match="not YAML"):
        read_course(root)


def test_captions_must_be_webvtt(tmp_path: Path) -> None:
    video = Block(
        "video",
        {
            "file": "media/v.mp4",
            "title": "ف",
            "captions": "media/v.vtt",
            "audio": "",
            "transcript": "<p>نص</p>",
        },
    )
    text = lesson_text("درس", video)
    root = write_folder(tmp_path, course_folder(lesson_folder(ar=text, en=text)))
    (root / "01-open" / "media").mkdir()
    (root / "01-open" / "media" / "v.mp4").write_bytes(b"video")
    (root / "01-open" / "media" / "v.vtt").write_bytes(b"1\n00:01 --> 00:02\nhi")
    with pytest.raises(FolderError, match="not a WebVTT file"):
        read_course(root)
