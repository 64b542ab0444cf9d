"""Between the stream of a page and the blocks of a course folder.

A page's stream names files by row number, links to lessons by page number, and gives every block and list
item an id. A folder knows files and lessons by name and needs no ids. Two streams with the same blocks
tell a reader the same.
"""

import re
from collections.abc import Callable, Iterable, Sequence
from typing import Any
from uuid import uuid4

from wagtail.rich_text.rewriters import LinkRewriter

from .folder.lesson import FENCES, Block, Source, fence_name
from .folder.richtext import MarkdownLossError, normal_html

RawChild = dict[str, Any]
#: A file's name in the folder for its number, given the type of its block.
FileName = Callable[[str, int], Any]
#: A lesson's name in the folder for the number of its page, None where it has none.
LessonName = Callable[[int], str | None]

_EDITOR_KEY = re.compile(r' data-block-key="[^"]*"')
_LESSON_LINK = re.compile(r'<a href="lesson:([^"]*)">')


# --- From a page -----------------------------------------------------------------------------


def blocks_of(
    raw: Iterable[RawChild],
    *,
    file_name: FileName = lambda _type, number: number,
    lesson_name: LessonName = str,
) -> tuple[Block, ...]:
    """The blocks of a stream, empty texts left out. Raises MarkdownLossError for what no folder can say."""
    blocks = (Block(child["type"], _named(child, file_name, lesson_name)) for child in raw)
    return tuple(block for block in blocks if block.value)


def _named(child: RawChild, file_name: FileName, lesson_name: LessonName) -> Any:
    kind, value = child["type"], child["value"]
    if kind == "text":
        return _portable_html(value, lesson_name)
    named: dict[str, Any] = {}
    for field in FENCES[fence_name(kind)]:
        content: Any = value.get(field.name) or ""
        if content and field.suffixes:
            content = file_name(kind, content)
        elif field.is_markdown:
            content = _portable_html(content, lesson_name)
        named[field.name] = content
    if "options" in value:
        named["options"] = [
            {"text": option["text"], "correct": bool(option["correct"]), "feedback": option["feedback"]}
            for option in (item["value"] for item in value["options"])
        ]
    return named


def _portable_html(html: str, lesson_name: LessonName) -> str:
    def link(attributes: dict[str, str]) -> str:
        name = lesson_name(int(attributes["id"]))
        if name is None:
            raise MarkdownLossError("a link to a page that is no lesson of this course")
        return f'<a href="lesson:{name}">'

    return normal_html(LinkRewriter(rules={"page": link})(html))


def objectives_of(raw: Iterable[RawChild]) -> tuple[str, ...]:
    return tuple(child["value"] for child in raw)


def sources_of(raw: Iterable[RawChild]) -> tuple[Source, ...]:
    return tuple(Source(child["value"]["title"], child["value"].get("url") or "") for child in raw)


def content_of(value: Any) -> Any:
    """A stream, or a part of one, without the ids of its blocks and the keys of the editor."""
    if isinstance(value, dict):
        is_block = value.keys() >= {"type", "value"}
        return {key: content_of(part) for key, part in value.items() if not (is_block and key == "id")}
    if isinstance(value, str):
        return _EDITOR_KEY.sub("", value)
    if isinstance(value, Iterable):
        return [content_of(part) for part in value]
    return value


# --- To a page -------------------------------------------------------------------------------


def raw_of(
    blocks: Sequence[Block],
    *,
    existing: Sequence[RawChild],
    file_number: Callable[[str, str], int],
    lesson_number: Callable[[str], int],
) -> list[RawChild]:
    """The stream that says what the blocks say. Raises what the two callables raise."""
    children = [
        {"type": block.type, "value": _numbered(block, file_number, lesson_number)} for block in blocks
    ]
    return _with_ids(children, existing, _says_same)


def raw_objectives(objectives: Iterable[str], existing: Sequence[RawChild]) -> list[RawChild]:
    return _with_ids([{"type": "objective", "value": text} for text in objectives], existing, _is_same)


def raw_sources(sources: Iterable[Source], existing: Sequence[RawChild]) -> list[RawChild]:
    return _with_ids(
        [{"type": "source", "value": source._asdict()} for source in sources], existing, _is_same
    )


def _with_ids(
    children: list[RawChild], existing: Sequence[RawChild], is_same: Callable[[RawChild, RawChild], bool]
) -> list[RawChild]:
    """The children with ids: translations and comments hold on to these.

    A child that was there before is taken over as it was; a changed one keeps the id of the next child
    of its kind that is left.
    """
    left = list(existing)
    result = [_take(left, child, is_same) or child for child in children]
    for child in result:
        if "id" not in child:
            old = _take(left, child, _is_same_type)
            child["id"] = old["id"] if old else str(uuid4())
    return result


def _take(
    children: list[RawChild], wanted: RawChild, is_same: Callable[[RawChild, RawChild], bool]
) -> RawChild | None:
    found = next((child for child in children if is_same(child, wanted)), None)
    if found is not None:
        children.remove(found)
    return found


def _is_same_type(one: RawChild, other: RawChild) -> bool:
    return bool(one["type"] == other["type"])


def _is_same(one: RawChild, other: RawChild) -> bool:
    return _is_same_type(one, other) and bool(one["value"] == other["value"])


def is_same_stream(one: Sequence[RawChild], other: Sequence[RawChild]) -> bool:
    """Whether two streams tell a reader the same, whatever their ids. What no folder can say is never the same."""
    try:
        return blocks_of(one) == blocks_of(other)
    except (MarkdownLossError, KeyError):
        return False


def _says_same(one: RawChild, other: RawChild) -> bool:
    return _is_same_type(one, other) and is_same_stream([one], [other])


def _numbered(
    block: Block, file_number: Callable[[str, str], int], lesson_number: Callable[[str], int]
) -> Any:
    def html(text: str) -> str:
        return _LESSON_LINK.sub(lambda found: f'<a linktype="page" id="{lesson_number(found[1])}">', text)

    if block.type == "text":
        return html(block.value)
    value: dict[str, Any] = {}
    for field in FENCES[fence_name(block.type)]:
        content = block.value[field.name]
        if field.suffixes:
            content = file_number(block.type, content) if content else None
        elif field.is_markdown:
            content = html(content)
        value[field.name] = content
    if "options" in block.value:
        value["options"] = [
            {"type": "item", "value": option, "id": str(uuid4())} for option in block.value["options"]
        ]
    return value
