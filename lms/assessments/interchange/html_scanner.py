"""Tokens of HTML, however broken, in linear time.

The parser in Python's library takes quadratic time on text such as a long row of `<a `, and this is text by
strangers.
"""

import html
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Literal


def word_set(words: str) -> frozenset[str]:
    return frozenset(words.split())


#: Every element of HTML, and those of MathML that editors leave in a text; another word after a `<` is a word.
NAMES = word_set(
    """
    a abbr acronym address annotation applet area article aside audio b base bdi bdo big blockquote body br button
    canvas caption center cite code col colgroup data dd del details dfn div dl dt em embed fieldset figcaption figure
    font footer form h1 h2 h3 h4 h5 h6 head header hr html i iframe img input ins kbd label lang legend li link main
    map mark math meta mfenced mfrac mi mn mo mover mroot mrow msqrt mstyle msub msubsup msup mtext munder nav nobr
    noscript object ol optgroup option p param picture pre q rp rt ruby s samp script section select semantics small
    source span strike strong style sub summary sup svg table tbody td template textarea tfoot th thead time title
    tr track tt u ul var video wbr
    """
)

_BEGINNING = re.compile(r"<(?:[!?]|/?[a-zA-Z])")
_NAME = re.compile(r"[a-zA-Z][a-zA-Z0-9:-]*(?=[\s/>])")
_ATTRIBUTE = re.compile(r"""[\s/]*([^\s/>=][^\s/>=]*)(?:\s*=\s*("[^"]*"|'[^']*'|[^\s"'>][^\s>]*))?""")
_STRAY = re.compile(r"[\s/=]+")
_REFERENCE = re.compile(r"&(?:#[0-9]{1,7};?|#[xX][0-9a-fA-F]{1,6};?|[A-Za-z][A-Za-z0-9]{1,31};)")


@dataclass(frozen=True, slots=True)
class Token:
    """`value` is the words, the reference such as `&amp;`, or the name of the tag in lower case."""

    kind: Literal["words", "reference", "start", "end"]
    value: str
    attributes: dict[str, str] = field(default_factory=dict)


def scan(markup: str) -> Iterator[Token]:
    position = search_from = 0
    while found := _BEGINNING.search(markup, search_from):
        start = found.start()
        token, after = _tag(markup, start)
        if after < 0:  # never closed, and so neither is any later one
            break
        search_from = after
        if after > start + 1:
            yield from _words(markup[position:start])
            if token is not None:
                yield token
            position = after
    yield from _words(markup[position:])


def _tag(markup: str, start: int) -> tuple[Token | None, int]:
    """The tag that begins at `start`, None for a comment or a mere sign, and the place after it; -1 for one
    that is not closed."""
    following = markup[start + 1 : start + 2]
    if following in ("!", "?"):
        return None, _after_declaration(markup, start)
    is_end = following == "/"
    name = _NAME.match(markup, start + 1 + is_end)
    if name is None or not _is_markup(name[0].lower()):
        return None, start + 1
    end = _closing(markup, name.end())
    if end < 0:
        return None, -1
    if is_end:
        return Token("end", name[0].lower()), end + 1
    return Token("start", name[0].lower(), dict(_attributes(markup[name.end() : end]))), end + 1


def _after_declaration(markup: str, start: int) -> int:
    closing = ">"
    if markup.startswith("<!--", start):
        closing = "-->"
    elif markup.startswith("<![CDATA[", start):
        closing = "]]>"
    end = markup.find(closing, start)
    return end + len(closing) if end >= 0 else -1


def _is_markup(name: str) -> bool:
    return name in NAMES or ":" in name or "-" in name


def _closing(markup: str, position: int) -> int:
    """Where the `>` of a tag stands, outside of quoted values; -1 if nowhere."""
    while position < len(markup):
        if markup[position] == ">":
            return position
        part = _ATTRIBUTE.match(markup, position) or _STRAY.match(markup, position)
        if part is None:
            return -1
        position = part.end()
    return -1


def _attributes(source: str) -> Iterator[tuple[str, str]]:
    for match in _ATTRIBUTE.finditer(source):
        value = match[2] or ""
        if value[:1] in ("'", '"'):
            value = value[1:-1]
        yield match[1].lower(), html.unescape(value)


def _words(text: str) -> Iterator[Token]:
    position = 0
    for match in _REFERENCE.finditer(text):
        if match.start() > position:
            yield Token("words", text[position : match.start()])
        yield Token("reference", match[0])
        position = match.end()
    if position < len(text):
        yield Token("words", text[position:])
