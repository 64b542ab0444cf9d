"""What a lesson may hold, checked as the editor checks it, and how it reaches the reader."""

import json
from typing import Any

import pytest
from bs4 import BeautifulSoup
from django.core.exceptions import ValidationError
from django.core.files.base import ContentFile
from django.utils import translation
from wagtail.documents.models import Document
from wagtail.rich_text import RichText
from wagtail_factories import ImageFactory

from lms.courses.blocks import AudioBlock, CalloutBlock, LessonBody, QuickCheckBlock, VideoBlock
from lms.courses.models import LessonPage

pytestmark = pytest.mark.django_db

OPTIONS = [
    {"text": "نعم", "correct": True, "feedback": "أحسنت"},
    {"text": "لا", "correct": False, "feedback": "راجع الفقرة الأولى"},
]


def document(name: str, content: bytes = b"x" * 3_000_000) -> Document:
    added: Document = Document.objects.create(
        title=name, file=ContentFile(content, name), file_size=len(content)
    )
    return added


def render(block: Any, value: dict[str, Any], **context: Any) -> BeautifulSoup:
    return BeautifulSoup(
        block.render(block.to_python(value), context={"number": 1, **context}), "html.parser"
    )


# --- The editor's text ----------------------------------------------------------------------


def editor_html(**contentstate: Any) -> str:
    """What the database gets when the editor's form sends this content."""
    block = LessonBody().child_blocks["text"]
    empty: dict[str, Any] = {"entityMap": {}, "blocks": []}
    sent = json.dumps(empty | contentstate)
    value: RichText = block.value_from_datadict({"text": sent}, {}, "text")
    return str(value.source)


def editor_block(text: str, **fields: Any) -> dict[str, Any]:
    base = {"key": "a1b2c", "text": text, "type": "unstyled", "depth": 0}
    return base | {"inlineStyleRanges": [], "entityRanges": []} | fields


def test_markup_typed_into_the_editor_stays_text() -> None:
    html = editor_html(blocks=[editor_block("<script>alert(1)</script><img src=x onerror=alert(1)>")])
    assert BeautifulSoup(html, "html.parser").find(["script", "img"]) is None
    assert "&lt;script&gt;" in html


@pytest.mark.parametrize(
    "url", ["javascript:alert(1)", " JaVaScRiPt:alert(1)", "data:text/html,x", "vbscript:x"]
)
def test_link_that_would_run_loses_its_address(url: str) -> None:
    html = editor_html(
        blocks=[editor_block("اضغط", entityRanges=[{"offset": 0, "length": 4, "key": 0}])],
        entityMap={"0": {"type": "LINK", "mutability": "MUTABLE", "data": {"url": url}}},
    )
    assert "alert" not in html
    assert "script:" not in html.lower()


def test_styles_and_blocks_beyond_the_list_are_dropped() -> None:
    ranges = [{"offset": 0, "length": 3, "style": style} for style in ("ITALIC", "BOLD")]
    html = editor_html(
        blocks=[
            editor_block("نصص", inlineStyleRanges=ranges),
            editor_block("كبير", type="header-one"),
            editor_block("رمز", type="code-block"),
        ]
    )
    found = {tag.name for tag in BeautifulSoup(html, "html.parser").find_all()}
    assert found <= {"p", "b"}


def test_page_escapes_whatever_a_plain_field_holds() -> None:
    evil = '"><script>alert(1)</script>'
    options = [{**option, "text": evil, "feedback": evil} for option in OPTIONS]
    with translation.override("en"):
        for soup in (
            render(QuickCheckBlock(), {"question": evil, "options": options}),
            render(CalloutBlock(), {"kind": "note", "title": evil, "text": "<p>x</p>"}),
        ):
            assert soup.find("script") is None
            assert evil in soup.get_text()


# --- Quick check ----------------------------------------------------------------------------


def clean_check(options: list[dict[str, Any]]) -> Any:
    block = QuickCheckBlock()
    return block.clean(block.to_python({"question": "س", "options": options}))


def test_quick_check_with_one_correct_option_is_accepted() -> None:
    assert len(clean_check(OPTIONS)["options"]) == 2


@pytest.mark.parametrize(
    "options",
    [
        OPTIONS[:1],
        [{**option, "correct": True} for option in OPTIONS],
        [{**option, "correct": False} for option in OPTIONS],
        [{**option, "feedback": ""} for option in OPTIONS],
        OPTIONS[:1] + OPTIONS[1:] * 6,
    ],
)
def test_quick_check_without_exactly_one_answer_is_refused(options: list[dict[str, Any]]) -> None:
    with pytest.raises(ValidationError):
        clean_check(options)


def test_quick_check_works_without_javascript_and_records_nothing() -> None:
    with translation.override("en"):
        soup = render(QuickCheckBlock(), {"question": "س", "options": OPTIONS})
    details = soup.find_all("details")
    assert [d.summary.get_text() for d in details] == ["نعم", "لا"]
    assert {d["name"] for d in details} == {"quick-check-1"}
    assert "Correct" in details[0].get_text()
    assert "راجع" in details[1].get_text()
    assert soup.find(["form", "input", "button"]) is None


# --- Media ----------------------------------------------------------------------------------


def test_video_states_its_size_waits_and_has_captions_and_a_transcript() -> None:
    value = {
        "file": document("v.mp4").pk,
        "title": "زيارة",
        "captions": document("v.vtt", b"WEBVTT").pk,
        "audio": document("v.mp3", b"y" * 200_000).pk,
        "transcript": "<p>نص الفيديو</p>",
    }
    with translation.override("en"):
        soup = render(VideoBlock(), value)
    video = soup.find("video")
    assert video["preload"] == "none"
    assert "autoplay" not in video.attrs
    assert video.track["kind"] == "captions"
    assert video.track["srclang"] == "en"
    text = soup.get_text().replace("\xa0", " ")
    assert "2.9 MB" in text
    assert "195.3 KB" in text
    assert "نص الفيديو" in text


def test_audio_states_its_size_and_waits() -> None:
    value = {"file": document("a.mp3").pk, "title": "مقابلة", "transcript": "<p>نص</p>"}
    soup = render(AudioBlock(), value)
    assert soup.find("audio")["preload"] == "none"
    assert soup.find("details").get_text()


@pytest.mark.parametrize(("kind", "name"), [("audio", "a.exe"), ("video", "v.mp3"), ("document", "d.html")])
def test_file_of_another_kind_is_refused(kind: str, name: str) -> None:
    block = LessonBody().child_blocks[kind].child_blocks["file"]
    with pytest.raises(ValidationError):
        block.clean(document(name, b"x"))


def test_picture_needs_its_description() -> None:
    block = LessonBody().child_blocks["image"]
    with pytest.raises(ValidationError):
        block.clean(block.to_python({"file": ImageFactory().pk, "alt": "", "caption": ""}))


def test_picture_is_lazy_responsive_and_described() -> None:
    block = LessonBody().child_blocks["image"]
    soup = render(block, {"file": ImageFactory().pk, "alt": "خريطة البلديات", "caption": ""})
    assert soup.img["alt"] == "خريطة البلديات"
    assert soup.img["loading"] == "lazy"
    assert "srcset" in soup.img.attrs


# --- The stream in migrations ---------------------------------------------------------------


def test_blocks_stay_out_of_migrations() -> None:
    _name, path, args, kwargs = LessonPage._meta.get_field("body").deconstruct()
    assert path == "lms.common.streamfield.LightStreamField"
    assert args == []
    assert "block_lookup" not in kwargs
