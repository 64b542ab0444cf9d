"""Rich text as Markdown and back, without loss. Pure: imports no Django.

Markdown is read by markdown-it and written by markdownify. Neither promises the other's inverse, so
writing reads back what it wrote:

    html_from_markdown(markdown_from_html(html)) == normal_html(html), or MarkdownLossError is raised.

A text is written as a person would type it. Only where that would be read as something else is
every special character of that paragraph escaped.
"""

import html as html_module
import re
from collections.abc import Sequence

from bs4 import BeautifulSoup, Tag
from bs4.element import NavigableString
from markdown_it import MarkdownIt
from markdown_it.common.utils import isPunctChar, isWhiteSpace
from markdown_it.token import Token
from markdownify import ATX, BACKSLASH, MarkdownConverter

from .richtext import LEAVES, MarkdownLossError, is_safe_link, normal_html


class RichTextError(Exception):
    """A Markdown text that a page does not hold; `line` counts from 0 within the text."""

    def __init__(self, line: int, reason: str) -> None:
        self.line = line
        self.reason = reason
        super().__init__(reason)


# --- Markdown to HTML ------------------------------------------------------------------------

_READER = MarkdownIt("commonmark").disable("reference")
_READER.normalizeLink = lambda url: url  # type: ignore[method-assign]
_READER.validateLink = lambda url: True  # type: ignore[method-assign]

_HTML = {
    "paragraph_open": "<p>",
    "paragraph_close": "</p>",
    "bullet_list_open": "<ul>",
    "bullet_list_close": "</ul>",
    "ordered_list_open": "<ol>",
    "ordered_list_close": "</ol>",
    "list_item_open": "<li>",
    "list_item_close": "</li>",
    "hr": "<hr/>",
    "strong_open": "<b>",
    "strong_close": "</b>",
    "link_close": "</a>",
    "softbreak": " ",
    "hardbreak": "<br/>",
}
_UNSAYABLE = {
    "em_open": "italics are not used: Arabic type has none",
    "code_inline": "code is not allowed in a lesson",
    "code_block": "code is not allowed in a lesson (a line begins with four spaces)",
    "fence": "a fenced block is not allowed here",
    "image": "write an image as an image block, with its description",
    "html_inline": "HTML is not allowed",
    "html_block": "HTML is not allowed",
    "blockquote_open": "a quotation is not allowed; use a callout block",
}


def tokens_of(markdown: str) -> list[Token]:
    return _READER.parse(markdown)


def html_from_markdown(markdown: str) -> str:
    """The normal form of what the Markdown says. Raises RichTextError with the line that cannot be kept."""
    return html_from_tokens(tokens_of(markdown))


def html_from_tokens(tokens: Sequence[Token]) -> str:
    html: list[str] = []
    line = 0
    in_items = 0
    for token in tokens:
        line = token.map[0] if token.map else line
        in_items += {"list_item_open": 1, "list_item_close": -1}.get(token.type, 0)
        if token.type == "inline":
            html += [_inline_html(child, line) for child in token.children or ()]
        elif token.type == "paragraph_open" and in_items:
            if html[-1] != "<li>":
                raise RichTextError(line, "a list item is one paragraph")
        elif token.type != "paragraph_close" or not in_items:
            html.append(_block_html(token, line))
    try:
        return normal_html("".join(html))
    except MarkdownLossError as error:
        raise RichTextError(line, f"{error} is not allowed") from None


def _block_html(token: Token, line: int) -> str:
    if token.type in ("heading_open", "heading_close"):
        if token.tag not in LEAVES:
            raise RichTextError(line, "headings are ## and ###")
        return f"<{token.tag}>" if token.nesting == 1 else f"</{token.tag}>"
    if token.type == "ordered_list_open" and token.attrGet("start") is not None:
        raise RichTextError(line, "a numbered list begins with 1")
    return _known_html(token, line)


def _inline_html(token: Token, line: int) -> str:
    if token.type == "text":
        return html_module.escape(token.content, quote=False)
    if token.type == "link_open":
        href = str(token.attrGet("href"))
        if token.attrGet("title") or not is_safe_link(href):
            raise RichTextError(line, f"a link to {href!r} is not allowed, nor a title on a link")
        return f'<a href="{html_module.escape(href)}">'
    return _known_html(token, line)


def _known_html(token: Token, line: int) -> str:
    if token.type not in _HTML:
        raise RichTextError(line, _UNSAYABLE.get(token.type, f"{token.type} is not allowed"))
    return _HTML[token.type]


# --- HTML to Markdown ------------------------------------------------------------------------

_OPEN, _CLOSE = "\x01", "\x02"  # where bold begins and ends; normal text has no control characters
_PUNCTUATION = re.compile(r"([!-/:-@\[-`{-~])")


def markdown_from_html(html: str) -> str:
    """The rich text in Markdown, without a line end. Raises MarkdownLossError rather than lose anything."""
    normal = normal_html(html)
    markdown = _Writer().convert_soup(BeautifulSoup(_paragraphs_in_items(normal), "html.parser")).strip("\n")
    if not _says(markdown, normal):
        raise MarkdownLossError("a text that Markdown does not keep")
    return markdown


def _says(markdown: str, normal: str) -> bool:
    try:
        return html_from_markdown(markdown) == normal
    except RichTextError:
        return False


def _paragraphs_in_items(normal: str) -> str:
    """With the line of each item as a paragraph of its own, so that every line is converted alike."""
    return re.sub(r"<li>(.*?)(?=</li>|<[uo]l>)", r"<li><p>\1</p>", normal)


class _Writer(MarkdownConverter):
    """markdownify, made to keep every character."""

    def __init__(self) -> None:
        super().__init__(heading_style=ATX, bullets="-", newline_style=BACKSLASH, autolinks=False)
        self.escaping = False

    def process_text(self, el: NavigableString, parent_tags: set[str] | None = None) -> str:
        return _escaped(str(el)) if self.escaping else str(el)

    def convert_b(self, el: Tag, text: str, parent_tags: set[str]) -> str:
        return f"{_OPEN}{text}{_CLOSE}"

    def convert_a(self, el: Tag, text: str, parent_tags: set[str]) -> str:
        href = str(el["href"])
        return f"[{text}](<{_escaped(href)}>)" if self.escaping else f"[{text}]({href})"

    def convert_p(self, el: Tag, text: str, parent_tags: set[str]) -> str:
        if "li" in parent_tags:
            return self._line(el, text, "- ", "<ul><li>{}</li></ul>")
        return f"\n\n{self._line(el, text, '', '<p>{}</p>')}\n\n"

    def convert_hN(self, n: int, el: Tag, text: str, parent_tags: set[str]) -> str:  # noqa: N802
        hashes = "#" * n + " "
        return f"\n\n{hashes}{self._line(el, text, hashes, f'<h{n}>{{}}</h{n}>')}\n\n"

    def convert_li(self, el: Tag, text: str, parent_tags: set[str]) -> str:
        item: str = super().convert_li(el, text, parent_tags)  # type: ignore[misc]
        if _follows_its_like(el.parent):
            return re.sub(r"^(?:-|(\d+)\.)", lambda found: f"{found[1]})" if found[1] else "*", item)
        return item

    def _line(self, el: Tag, text: str, prefix: str, frame: str) -> str:
        plain = text.replace(_OPEN, "**").replace(_CLOSE, "**")
        if _says(prefix + plain, normal_html(frame.format(el.decode_contents()))):
            return plain
        self.escaping = True
        escaped = "".join(
            self.process_element(child, parent_tags=set())  # type: ignore[attr-defined]
            for child in el.contents
        )
        self.escaping = False
        return _settled(escaped)


def _follows_its_like(node: Tag | None) -> bool:
    """Whether a list needs the other marker, or it would be read as one with the list before it."""
    before = node.previous_sibling if node else None
    return (
        isinstance(before, Tag)
        and node is not None
        and before.name == node.name
        and not _follows_its_like(before)
    )


def _escaped(text: str) -> str:
    return _PUNCTUATION.sub(r"\\\1", text)


def _settled(text: str) -> str:
    """Escaped text with its bold marked so that CommonMark sees it.

    Two asterisks open or close bold only beside certain characters (CommonMark 0.31, delimiter runs):
    not beside a space within, and beside punctuation within only if there is no letter without. A
    character that is in the way is written as its number, which the rule takes for punctuation.
    """
    text = re.sub(rf"^\s|\s$|(?<={_OPEN})\s|\s(?={_CLOSE})", _numbered, text)
    text = re.sub(rf"(.)(?={_OPEN}(.))", lambda found: _unlettered(found[1], found[2]), text)
    text = re.sub(rf"(?<=(.){_CLOSE})(.)", lambda found: _unlettered(found[2], found[1]), text)
    return text.replace(_OPEN, "**").replace(_CLOSE, "**")


def _numbered(found: re.Match[str]) -> str:
    return f"&#{ord(found[0])};"


def _unlettered(outside: str, inside: str) -> str:
    is_clear = isPunctChar(outside) or isWhiteSpace(ord(outside)) or outside in (_OPEN, _CLOSE)
    return outside if is_clear or not isPunctChar(inside) else f"&#{ord(outside)};"
