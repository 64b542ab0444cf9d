"""One way in and one way out for every format."""

import re
from collections.abc import Callable, Iterable, Mapping
from typing import get_args

from .gift_read import read_gift
from .gift_write import write_gift
from .model import MOST_BYTES, Format, InterchangeError, Item, Language, Reading, Writing
from .moodle_read import read_moodle
from .moodle_write import write_moodle
from .qti_names import QTI_3, QTI_22
from .qti_package import read_qti_package
from .qti_read import read_qti_file
from .qti_write import write_qti_file, write_qti_package
from .table_read import has_known_headings, looks_like_a_table, read_table
from .table_write import write_table

FORMATS: tuple[Format, ...] = get_args(Format)
EXTENSIONS: Mapping[str, Format] = {
    ".gift": "gift",
    ".txt": "gift",
    ".xml": "moodle",
    ".zip": "qti",
    ".csv": "csv",
    ".tsv": "csv",
}
#: What is no file of questions, by its first bytes.
_OTHERS = {
    b"\xd0\xcf\x11\xe0": "office",
    b"%PDF": "pdf",
    b"\x1f\x8b": "packed",
    b"Rar!": "packed",
    b"7z\xbc\xaf": "packed",
    b"\x89PNG": "binary",
    b"\xff\xd8\xff": "binary",
}
_ZIP = b"PK\x03\x04"
_EMPTY_ZIP = b"PK\x05\x06"
_MARKS = ((b"\xef\xbb\xbf", "utf-8-sig"), (b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16"))
_QUIZ = re.compile(r"<quiz[\s>/]|<!DOCTYPE\s+quiz\b")
_ROOT = re.compile(r"(?:<!--.*?-->|\s)*<(?:[\w.-]+:)?([A-Za-z][\w.-]*)", re.DOTALL)


def read_questions(data: bytes, *, format_name: str = "auto", language: Language | None = None) -> Reading:
    """The questions of a file in any of the formats.

    `language` is that of texts that do not mark theirs. Raises InterchangeError for a file that is refused,
    with every reason and its place; there is no other exception whatever the bytes are.
    """
    if not data.strip():
        raise InterchangeError("empty")
    if len(data) > MOST_BYTES:
        raise InterchangeError("too_large", detail=MOST_BYTES // 1024**2)
    for start, code in _OTHERS.items():
        if data.startswith(start):
            raise InterchangeError(code)
    found = sniff(data) if format_name == "auto" else format_name
    if found in ("qti", "qti22"):
        return (read_qti_package if data.startswith((_ZIP, _EMPTY_ZIP)) else read_qti_file)(data, language)
    if data.startswith(_ZIP):
        raise InterchangeError("packed")
    if found == "moodle":
        return read_moodle(data, language)
    return (read_table if found == "csv" else read_gift)(decode(data), language)


def sniff(data: bytes) -> Format:
    """The format of a file by what is in it, whatever its name. Markup that is no format of ours is given to a
    reader of XML, which refuses it."""
    if data.startswith((_ZIP, _EMPTY_ZIP)):
        return "qti"
    head = _head(data)
    if head[:9].lower().startswith(("<?xml", "<!doctype")) or (head.startswith("<") and b"{" not in data):
        return "moodle" if _QUIZ.search(head) else "qti"
    root = _ROOT.match(head)
    name = root[1].removeprefix("qti-").lower() if root else ""
    if name in ("quiz", "assessment-item", "assessmentitem", "questestinterop"):
        return "moodle" if name == "quiz" else "qti"
    return "csv" if has_known_headings(head) or looks_like_a_table(head) else "gift"


def decode(data: bytes) -> str:
    """The text of a file in UTF-8, or in UTF-16 where it says so. Raises InterchangeError for anything else."""
    encoding = next((name for mark, name in _MARKS if data.startswith(mark)), "utf-8")
    try:
        text = data.decode(encoding)
    except UnicodeDecodeError as error:
        raise InterchangeError("encoding", f"byte {error.start + 1}") from error
    if "\x00" in text:
        raise InterchangeError("binary")
    return text


def _head(data: bytes) -> str:
    encoding = next((name for mark, name in _MARKS if data.startswith(mark)), "utf-8")
    return data[:100_000].decode(encoding, errors="replace").lstrip("\ufeff").lstrip()


def write_questions(
    items: Iterable[Item], *, format_name: Format, bank: str, as_package: bool = True
) -> Writing:
    """A file of the questions. `as_package` is whether QTI comes as a zip package; else a single question is
    written as XML. Raises InterchangeError where a format cannot hold what is asked."""
    rows = list(items)
    if not rows:
        raise InterchangeError("nothing_to_write")
    if format_name in ("qti", "qti22"):
        version = QTI_3 if format_name == "qti" else QTI_22
        return (write_qti_package if as_package else write_qti_file)(rows, version)
    return _WRITERS[format_name](rows, bank)


_WRITERS: Mapping[str, Callable[[Iterable[Item], str], Writing]] = {
    "gift": write_gift,
    "moodle": write_moodle,
    "csv": write_table,
}
