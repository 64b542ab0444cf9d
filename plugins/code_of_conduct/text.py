"""The canonical text of a code: the exact bytes that are hashed, published and read again.

Pure: imports neither Django nor Wagtail. The form is a small part of Markdown, so that a person can
read it and `sha256sum` can check it:

    # Title

    ## Preamble

    A paragraph.

    ## 1. Scope

    1. A clause.
    2. Another clause.

UTF-8, Unicode NFC, LF at the end of each line and of the file, no blank at the end of a line, one empty
line between paragraphs. Article 0 is the preamble and is not numbered.
"""

import hashlib
import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import groupby

_HEADING = re.compile(r"## (?:([1-9]\d*)\. )?(.+)")
_NUMBERED = re.compile(r"(\d+)\. (.+)")
_KEPT_FORMATS = "\u200c\u200d"
"""Zero-width joiners shape letters; other invisible characters make a text read otherwise than it is stored."""


@dataclass(frozen=True, slots=True)
class ArticleText:
    """One article in one language. `number` 0 is the preamble."""

    number: int
    heading: str
    body: str

    @property
    def groups(self) -> list[tuple[bool, list["Block"]]]:
        """The body as runs of numbered clauses (True) and of plain paragraphs (False)."""
        blocks = [_block(line) for line in self.body.split("\n") if line]
        return [(numbered, list(run)) for numbered, run in groupby(blocks, lambda block: bool(block.number))]


@dataclass(frozen=True, slots=True)
class Block:
    """A paragraph, or a clause with its number."""

    number: str
    text: str


def clean_text(text: str) -> str:
    """The text in its canonical form. Idempotent."""
    lines = unicodedata.normalize("NFC", text).replace("\r\n", "\n").replace("\r", "\n").split("\n")
    joined = "\n".join(line.replace("\u00a0", " ").replace("\t", " ").rstrip(" ") for line in lines)
    return re.sub(r"\n{3,}", "\n\n", joined).strip("\n ")


def clean_line(text: str) -> str:
    """A heading or a name in canonical form: one line with single blanks. Idempotent."""
    return " ".join(unicodedata.normalize("NFC", text).split())


def hidden_character(text: str) -> str | None:
    """The name of the first invisible character that may not stand in a text or a name, if there is one."""
    for character in text:
        is_hidden = unicodedata.category(character) in {"Cc", "Cf", "Cn", "Co", "Cs", "Zl", "Zp"}
        if is_hidden and character not in "\n" + _KEPT_FORMATS:
            return unicodedata.name(character, f"U+{ord(character):04X}")
    return None


def canonical_text(title: str, articles: Iterable[ArticleText]) -> str:
    """The whole text of a code in one language.

    Raises ValueError when what is given could not be read back: no article, numbers that do not rise, an
    empty part, a line that looks like a heading, an invisible character.
    """
    parts = [f"# {_line(title)}"]
    last = -1
    for article in articles:
        if article.number <= last:
            raise ValueError(f"article {article.number} does not follow article {last}")
        last = article.number
        parts += [_heading(article), _body(article)]
    if last < 0:
        raise ValueError("a code has at least one article")
    return "\n\n".join(parts) + "\n"


def read_canonical_text(text: str) -> tuple[str, list[ArticleText]]:
    """The title and the articles of a canonical text. Raises ValueError if it is not one."""
    title, *rest = re.split(r"\n\n(?=## )", text.removesuffix("\n"))
    articles = []
    for part in rest:
        first, _gap, body = part.partition("\n\n")
        found = _HEADING.fullmatch(first)
        if found is None:
            raise ValueError("an article has no heading")
        articles.append(ArticleText(int(found[1] or 0), found[2], body))
    if canonical_text(title.removeprefix("# "), articles) != text:
        raise ValueError("the text is not in its canonical form")
    return title.removeprefix("# "), articles


def sha256_hex(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8")).hexdigest()


def same_numbers(first: Sequence[ArticleText], second: Sequence[ArticleText]) -> bool:
    """Whether two language texts have the same articles."""
    return [article.number for article in first] == [article.number for article in second]


def _heading(article: ArticleText) -> str:
    heading = _line(article.heading)
    if _NUMBERED.match(heading):
        raise ValueError("a heading does not begin with a number: it is given one")
    return f"## {article.number}. {heading}" if article.number else f"## {heading}"


def _body(article: ArticleText) -> str:
    body = clean_text(article.body)
    _refuse_hidden(body)
    if not body or any(line.startswith("#") for line in body.split("\n")):
        raise ValueError(f"article {article.number} is empty or has a line that begins with #")
    return body


def _line(text: str) -> str:
    line = clean_line(text)
    _refuse_hidden(line)
    if not line:
        raise ValueError("a title or heading is empty")
    return line


def _refuse_hidden(text: str) -> None:
    hidden = hidden_character(text)
    if hidden:
        raise ValueError(f"the text holds the invisible character {hidden}")


def _block(line: str) -> Block:
    found = _NUMBERED.fullmatch(line.strip())
    return Block(found[1], found[2]) if found else Block("", line.strip())
