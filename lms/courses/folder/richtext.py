"""The normal form of a page's rich text. Pure: imports no Django.

Rich text is the small HTML that the editor stores: p h2 h3 ul ol li hr, and in them b, a, br. Its normal
form is what a reader sees of it: editor keys, empty paragraphs and doubled spaces are gone, and spaces at
the edge of bold or of a link stand outside. Two texts are the same if their normal forms are.
"""

import html as html_module
import re
from collections.abc import Callable, Iterable, Iterator
from itertools import groupby
from typing import Any, NamedTuple

from bs4 import BeautifulSoup, Tag
from bs4.element import PageElement, PreformattedString

LEAVES = ("p", "h2", "h3")
LINK_SCHEMES = ("https://", "http://", "mailto:", "tel:", "lesson:", "#")

_LISTS = ("ul", "ol")
_CONTROLS = re.compile(r"[\x00-\x08\x0b\x0e-\x1f\x7f-\x9f]")
_SPACES = re.compile(r"[ \t\n\r\f]+")


class MarkdownLossError(Exception):
    """A rich text that Markdown cannot say; the message tells which part."""


class _Letter(NamedTuple):
    """One character of a paragraph and how it is dressed. A line break is the character \\n."""

    char: str
    bold: bool
    href: str


def normal_html(html: str) -> str:
    """The rich text as a reader sees it. Raises MarkdownLossError for any element beyond the set."""
    if _CONTROLS.search(html):
        raise MarkdownLossError("a control character")
    soup = BeautifulSoup(html, "html.parser")
    return "".join(_block(node) for node in _without_blanks(soup.contents))


def _without_blanks(nodes: Iterable[PageElement]) -> list[PageElement]:
    return [node for node in nodes if isinstance(node, Tag) or _SPACES.sub("", str(node))]


def _block(node: PageElement) -> str:
    if not isinstance(node, Tag):
        raise MarkdownLossError("text outside a paragraph")
    if node.name == "hr":
        return "<hr/>"
    if node.name in LEAVES:
        return _wrap(node.name, _leaf(node.contents))
    if node.name in _LISTS:
        return _wrap(node.name, "".join(_item(child) for child in _without_blanks(node.contents)))
    raise MarkdownLossError(f"<{node.name}>")


def _item(node: PageElement) -> str:
    """A list item: its own line, then the lists below it."""
    if not isinstance(node, Tag) or node.name != "li":
        raise MarkdownLossError("a list with something between its items")
    is_list = [isinstance(child, Tag) and child.name in _LISTS for child in node.contents]
    first_list = is_list.index(True) if True in is_list else len(is_list)
    line = _leaf(node.contents[:first_list])
    lists = "".join(_block(child) for child in _without_blanks(node.contents[first_list:]))
    if lists and not line:
        raise MarkdownLossError("a list item that is only another list")
    return _wrap("li", line + lists)


def _wrap(name: str, inner: str) -> str:
    return f"<{name}>{inner}</{name}>" if inner else ""


def _leaf(nodes: Iterable[PageElement]) -> str:
    letters = _collapsed(letter for node in nodes for letter in _letters(node, False, ""))
    letters = _undress_edges(letters, lambda letter: letter.href, bold=False, href="")
    letters = _undress_edges(letters, lambda letter: letter.bold and f"b{letter.href}", bold=False)
    return "".join(_dressed(href, group) for href, group in groupby(letters, lambda letter: letter.href))


def _letters(node: PageElement, bold: bool, href: str) -> Iterator[_Letter]:
    if isinstance(node, Tag):
        if node.name == "br":
            yield _Letter("\n", bold, href)
            return
        if node.name == "a":
            href = _href(node)
        elif node.name not in ("b", "strong"):
            raise MarkdownLossError(f"<{node.name}> in a paragraph")
        for child in node.contents:
            yield from _letters(child, bold or node.name != "a", href)
    elif isinstance(node, PreformattedString):
        raise MarkdownLossError("an HTML comment or declaration")
    else:
        for char in str(node):
            yield _Letter(" " if _SPACES.match(char) else char, bold, href)


def _href(link: Tag) -> str:
    href = link.get("href")
    if not isinstance(href, str) or set(link.attrs) - {"href"}:
        raise MarkdownLossError("a link to something else than an address")
    if not is_safe_link(href):
        raise MarkdownLossError(f"a link to {href!r}")
    return href


def is_safe_link(href: str) -> bool:
    return href.startswith(LINK_SCHEMES) and not re.search(r"[\s<>\x00-\x1f]", href)


def _collapsed(letters: Iterable[_Letter]) -> list[_Letter]:
    """Spaces as a browser shows them: one where there were several, none at the ends of a line."""
    kept: list[_Letter] = []
    for letter in letters:
        before = kept[-1].char if kept else "\n"
        if letter.char == " " and before in " \n":
            continue
        if letter.char == "\n" and before == " ":
            kept.pop()
        if letter.char != "\n" or kept:
            kept.append(letter)
    while kept and kept[-1].char in " \n":
        kept.pop()
    return kept


def _undress_edges(
    letters: list[_Letter], key: Callable[[_Letter], str | bool], **plain: Any
) -> list[_Letter]:
    """Spaces at both ends of every run that `key` dresses stand outside of it."""
    result: list[_Letter] = []
    for dress, group in groupby(letters, key):
        run = list(group)
        inside = (
            [i for i, letter in enumerate(run) if letter.char not in " \n"] if dress else [0, len(run) - 1]
        )
        first, last = (inside[0], inside[-1]) if inside else (len(run), -1)
        result += [x if first <= i <= last else x._replace(**plain) for i, x in enumerate(run)]
    return result


def _dressed(href: str, letters: Iterable[_Letter]) -> str:
    html = ""
    for bold, group in groupby(letters, lambda letter: letter.bold):
        text = html_module.escape("".join(letter.char for letter in group), quote=False)
        text = text.replace("\n", "<br/>")
        html += f"<b>{text}</b>" if bold else text
    return f'<a href="{html_module.escape(href)}">{html}</a>' if href else html
