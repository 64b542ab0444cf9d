"""One lesson in one language as a Markdown file. Pure: imports no Django.

A block is what the page's stream holds, without ids: rich text in its normal form, files by their
name (`media/map.png`). `parse_lesson(write_lesson(text)) == text` for every text that can be written.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Any, NamedTuple

from markdown_it.token import Token

from .faults import Place
from .mapping import Mapping, Prose, read_mapping, write_mapping
from .markdown import RichTextError, html_from_markdown, html_from_tokens, markdown_from_html, tokens_of
from .media import (
    AUDIO_SUFFIXES,
    CAPTION_SUFFIXES,
    DOCUMENT_SUFFIXES,
    IMAGE_SUFFIXES,
    MEDIA_NAME,
    VIDEO_SUFFIXES,
)
from .richtext import MarkdownLossError

CALLOUT_KINDS = ("note", "warning", "rule", "example")
MIN_OPTIONS = 2
MAX_OPTIONS = 6
#: An empty fence of this name keeps two text blocks apart that stand one after the other.
SPLIT = "split"

_FRONT_MATTER = re.compile(r"\A---\n(.*?)^---\n(.*)\Z", re.DOTALL | re.MULTILINE)
_BACKTICKS = re.compile(r"`+")


class Source(NamedTuple):
    title: str
    url: str = ""


class Block(NamedTuple):
    type: str
    value: Any


@dataclass(frozen=True)
class LessonText:
    title: str
    summary: str
    sources: tuple[Source, ...]
    blocks: tuple[Block, ...]

    @property
    def files(self) -> set[str]:
        """The media the blocks name."""
        return {
            block.value[field.name]
            for block in self.blocks
            for field in FENCES.get(fence_name(block.type), ())
            if field.suffixes and block.value[field.name]
        }


class Field(NamedTuple):
    """One key of a fenced block: a text, Markdown, one of `choices`, or a file with one of `suffixes`."""

    name: str
    optional: bool = False
    is_markdown: bool = False
    choices: tuple[str, ...] = ()
    suffixes: tuple[str, ...] = ()


FENCES: dict[str, tuple[Field, ...]] = {
    "callout": (
        Field("kind", choices=CALLOUT_KINDS),
        Field("title", optional=True),
        Field("text", is_markdown=True),
    ),
    "quick-check": (Field("question"),),
    "image": (Field("file", suffixes=IMAGE_SUFFIXES), Field("alt"), Field("caption", optional=True)),
    "audio": (
        Field("file", suffixes=AUDIO_SUFFIXES),
        Field("title"),
        Field("transcript", is_markdown=True),
    ),
    "video": (
        Field("file", suffixes=VIDEO_SUFFIXES),
        Field("title"),
        Field("captions", suffixes=CAPTION_SUFFIXES),
        Field("audio", optional=True, suffixes=AUDIO_SUFFIXES),
        Field("transcript", is_markdown=True),
    ),
    "document": (Field("file", suffixes=DOCUMENT_SUFFIXES), Field("title")),
}


def fence_name(block_type: str) -> str:
    return block_type.replace("_", "-")


# --- Reading ---------------------------------------------------------------------------------


def parse_lesson(text: str, place: Place) -> LessonText:
    """What the file says; whatever is wrong goes to the place's faults."""
    found = _FRONT_MATTER.match(text)
    if not found:
        place.fault("the file must begin with front matter between two lines of ---")
        return LessonText("", "", (), ())
    head = read_mapping(found[1], place.at(2))
    body = place.at(1 + text[: found.start(2)].count("\n"))
    blocks = _parse_body(found[2], body)
    if head is None:
        return LessonText("", "", (), blocks)
    sources = []
    for source in head.mappings("sources", optional=True):
        sources.append(Source(source.text("title"), source.text("url", optional=True)))
        source.close()
    lesson = LessonText(head.text("title"), head.text("summary"), tuple(sources), blocks)
    head.close()
    return lesson


def _parse_body(markdown: str, place: Place) -> tuple[Block, ...]:
    blocks: list[Block] = []
    prose: list[Token] = []

    def end_prose() -> None:
        html = _prose_html(prose, place)
        if html:
            blocks.append(Block("text", html))
        prose.clear()

    for token in tokens_of(markdown):
        if token.type != "fence" or token.level:
            prose.append(token)
            continue
        end_prose()
        blocks += _parse_fence(token, place)
    end_prose()
    if not blocks:
        place.fault("the lesson has no text")
    return tuple(blocks)


def _prose_html(tokens: Sequence[Token], place: Place) -> str:
    try:
        return html_from_tokens(tokens)
    except RichTextError as error:
        place.below(error.line).fault(error.reason)
        return ""


def _parse_fence(token: Token, place: Place) -> list[Block]:
    here = place.below(token.map[0] if token.map else 0)
    name = token.info.strip()
    if name == SPLIT:
        if token.content.strip():
            here.fault(f"a {SPLIT!r} block is empty")
        return []
    if name not in FENCES:
        here.fault(f"there is no block {name!r}; there are {', '.join(FENCES)}")
        return []
    mapping = read_mapping(token.content, here.below(1))
    if mapping is None:
        return []
    value: dict[str, Any] = {field.name: _read_field(mapping, field) for field in FENCES[name]}
    if name == "quick-check":
        value["options"] = _read_options(mapping)
    mapping.close()
    return [Block(name.replace("-", "_"), value)]


def _read_field(mapping: Mapping, field: Field) -> str:
    if field.choices:
        return mapping.choice(field.name, field.choices)
    text = mapping.text(field.name, optional=field.optional)
    if text and field.is_markdown:
        return _short_html(text, mapping.place_of(field.name))
    if text and field.suffixes:
        _check_file_name(text, field.suffixes, mapping.place_of(field.name))
    return text


def _short_html(markdown: str, place: Place) -> str:
    try:
        html = html_from_markdown(markdown)
    except RichTextError as error:
        place.fault(error.reason)
        return ""
    if re.search(r"<h[23r]", html):
        place.fault("headings and rules do not belong in a block")
    return html


def _check_file_name(name: str, suffixes: tuple[str, ...], place: Place) -> None:
    if not MEDIA_NAME.fullmatch(name):
        place.fault(f"{name!r} is not the name of a file in the media folder beside the lesson")
    elif PurePosixPath(name.lower()).suffix not in suffixes:
        place.fault(f"{name!r} must be a file of one of these kinds: {', '.join(suffixes)}")


def _read_options(mapping: Mapping) -> list[dict[str, Any]]:
    options = []
    for option in mapping.mappings("options"):
        options.append(
            {
                "text": option.text("text"),
                "correct": option.flag("correct"),
                "feedback": option.text("feedback"),
            }
        )
        option.close()
    if not MIN_OPTIONS <= len(options) <= MAX_OPTIONS:
        mapping.place.fault(f"a quick check has {MIN_OPTIONS} to {MAX_OPTIONS} options")
    elif sum(bool(option["correct"]) for option in options) != 1:
        mapping.place.fault("exactly one option must be the correct one")
    return options


# --- Writing ---------------------------------------------------------------------------------


def write_lesson(lesson: LessonText, place: Place) -> str:
    """The canonical file. What Markdown cannot say becomes a fault, and then the result is not to be used."""
    head: dict[str, Any] = {"title": lesson.title, "summary": lesson.summary}
    if lesson.sources:
        head["sources"] = [
            {key: value for key, value in source._asdict().items() if value} for source in lesson.sources
        ]
    parts = []
    before = ""
    for number, block in enumerate(lesson.blocks, start=1):
        if block.type == before == "text":
            parts.append(f"```{SPLIT}\n```")
        parts.append(_write_block(block, number, place))
        before = block.type
    written = f"---\n{write_mapping(head)}---\n\n" + "\n\n".join(parts) + "\n"
    if not place.faults and parse_lesson(written, check := Place(place.file)) != lesson:
        reasons = "; ".join(fault.reason for fault in check.faults)
        place.fault(f"the lesson does not read back as it is written {reasons}".rstrip())
    return written


def _write_block(block: Block, number: int, place: Place) -> str:
    try:
        if block.type == "text":
            return markdown_from_html(block.value)
        return _write_fence(block)
    except MarkdownLossError as error:
        place.fault(f"block {number} ({block.type}) cannot be written in Markdown: {error}")
        return ""


def _write_fence(block: Block) -> str:
    name = fence_name(block.type)
    value: dict[str, Any] = {}
    for field in FENCES[name]:
        text = block.value[field.name]
        if text or not field.optional:
            value[field.name] = Prose(markdown_from_html(text)) if field.is_markdown else text
    if "options" in block.value:
        value["options"] = block.value["options"]
    content = write_mapping(value)
    fence = "`" * max(3, 1 + max((len(run) for run in _BACKTICKS.findall(content)), default=0))
    return f"{fence}{name}\n{content}{fence}"
