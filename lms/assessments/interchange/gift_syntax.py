"""The signs of GIFT: escapes, comments, and where one question ends and the next begins.

Written after Moodle's own reader, `question/format/gift/format.php`, and the page "GIFT format" of its
documentation.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from fractions import Fraction

from .model import InterchangeError

#: An escaped sign is hidden behind a noncharacter of Unicode, which no text contains, until its part is read.
_SIGNS = ":#={}~\\"
_HIDDEN = {sign: chr(0xFDD0 + number) for number, sign in enumerate(_SIGNS)}
_ESCAPE = re.compile(r"\\([:#={}~\\n])")
_SHOWN = {ord(hidden): sign for sign, hidden in _HIDDEN.items()}
_NONCHARACTERS = re.compile("[\ufdd0-\ufdef]")

_WEIGHT = re.compile(r"%(-*)([0-9]{1,3}(?:\.[0-9]*)?)%")
_ID = re.compile(r"\[id:((?:\\\]|[^\]\x00-\x1f])+)\]")
_TAG = re.compile(r"\[tag:((?:\\\]|[^\]<>`\x00-\x1f])+)\]")
#: A question with a name that begins where another one has just ended.
_NEXT_NAME = re.compile(r"^::.*", re.MULTILINE)
EXTRAS = "sanad:"


def escape(text: str) -> str:
    r"""Text in which no sign means anything: `\` before each of `\ # = ~ { } :`, and `\n` for a line break."""
    return re.sub(r"[\\#=~{}:]", lambda sign: f"\\{sign[0]}", text.replace("\r", "")).replace("\n", "\\n")


def hide(text: str) -> str:
    """The text with its escapes hidden, so that the signs left are the ones that mean something."""
    return _ESCAPE.sub(lambda match: "\n" if match[1] == "n" else _HIDDEN[match[1]], text)


def show(text: str) -> str:
    """The text with its hidden signs as they are meant."""
    return text.translate(_SHOWN)


def unescape(text: str) -> str:
    return show(hide(text))


@dataclass(slots=True)
class Paragraph:
    """Lines between empty lines. `line` is where the text begins; comments stand apart."""

    line: int
    text: str = ""
    comments: list[str] = field(default_factory=list)


def paragraphs(text: str) -> Iterator[Paragraph]:
    """The questions and categories of a file, each with the comments in it or right above it."""
    lines: list[str] = []
    comments: list[str] = []
    start = 0
    clean = _NONCHARACTERS.sub("", text.replace("\r\n", "\n").replace("\r", "\n"))
    for number, line in enumerate([*clean.split("\n"), ""], start=1):
        stripped = line.strip()
        if stripped.startswith("//"):
            comments.append(stripped[2:].strip())
        elif stripped:
            start = start or number
            lines.append(stripped)
        else:
            if lines:
                yield Paragraph(start, "\n".join(lines), comments)
            lines, comments, start = [], [], 0


def identity(comments: list[str]) -> tuple[str, list[str], str]:
    """What Moodle keeps in comments, the first `[id:…]` and each `[tag:…]`, and our own line of extras."""
    extras = next((line[len(EXTRAS) :].strip() for line in comments if line.startswith(EXTRAS)), "")
    text = "\n".join(line for line in comments if not line.startswith(EXTRAS))
    found = _ID.search(text)
    tags = [tag.replace("\\]", "]").strip() for tag in _TAG.findall(text)]
    return (found[1].replace("\\]", "]").strip() if found else ""), tags, extras


@dataclass(frozen=True, slots=True)
class Parts:
    """A question taken apart, its escapes still hidden. `answer` is None for a description."""

    name: str
    text: str
    answer: str | None
    feedback: str
    rest: str = ""


def take_apart(text: str) -> Parts:
    """Raises InterchangeError where a brace has no partner, and where the next question follows at once."""
    text = hide(text).strip()
    name = ""
    if text.startswith("::") and (end := text.find("::", 2)) >= 0:
        name, text = text[2:end].strip(), text[end + 2 :].strip()
    start, end = text.find("{"), text.find("}")
    if start < 0 and end < 0:
        return Parts(show(name), text, None, "")
    if start < 0 or end < start:
        raise InterchangeError("gift_brace")
    after = text[end + 1 :]
    if begun := _NEXT_NAME.search(after):
        raise InterchangeError("gift_run_together", detail=show(begun[0])[:80])
    blank = "_____" if after.strip() else ""
    answer, separator, feedback = text[start + 1 : end].strip().rpartition("####")
    if not separator:
        answer, feedback = feedback, ""
    stem = text[:start] + blank + after
    return Parts(show(name), stem.strip(), answer.strip(), feedback.strip(), after)


def weight(text: str) -> tuple[Fraction | None, str]:
    """`%50%text` as a half and the text; None where there is no weight."""
    match = _WEIGHT.match(text)
    if match is None:
        return None, text
    value = Fraction(match[2].rstrip(".")) / 100
    return (-value if match[1] else value), text[match.end() :]
