"""Reading a list of people from a CSV file as offices really send them. Pure: imports no Django.

Files come from Excel in Arabic Windows, from phones and from registry offices: UTF-8 with or without mark,
UTF-16, Windows-1256; separated by comma, semicolon or tab; with headings in Arabic or English.
"""

import csv
import io
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from lms.common.arabic import search_key

MAX_BYTES = 1024 * 1024
MAX_ROWS = 1_000
MAX_COLUMNS = 40
MAX_CELL = 500
DELIMITERS = ",;\t"

#: Each column with the headings under which it is known, besides its own name.
COLUMNS: Mapping[str, tuple[str, ...]] = {
    "name_ar": (
        "الاسم",
        "الاسم الكامل",
        "الاسم الرباعي",
        "الاسم بالعربية",
        "الاسم العربي",
        "arabic name",
        "name",
    ),
    "name_en": (
        "الاسم بالإنجليزية",
        "الاسم اللاتيني",
        "الاسم بالحروف اللاتينية",
        "english name",
        "latin name",
    ),
    "phone": ("الهاتف", "رقم الهاتف", "الجوال", "رقم الجوال", "المحمول", "phone number", "mobile"),
    "email": ("البريد", "البريد الإلكتروني", "الإيميل", "e-mail", "email address"),
    "sex": ("الجنس", "النوع", "gender"),
    "municipality": ("البلدية", "municipality name"),
    "birth_year": ("سنة الميلاد", "عام الميلاد", "year of birth", "birth year"),
    "disability": ("الإعاقة", "إعاقة", "ذو إعاقة", "has_disability"),
    "cohort": ("الدفعة", "المجموعة", "group"),
}
_KNOWN = {search_key(heading): name for name, others in COLUMNS.items() for heading in (name, *others)}


class RosterFileError(Exception):
    """The file as a whole cannot be read: `code` says why, `facts` go into the sentence about it."""

    def __init__(self, code: str, **facts: object) -> None:
        super().__init__(code)
        self.code = code
        self.facts = facts


@dataclass(frozen=True, slots=True)
class RosterRow:
    """A row by the number that the spreadsheet shows for it, with the text of each known column."""

    number: int
    cells: dict[str, str]
    surplus: int = 0


@dataclass(frozen=True, slots=True)
class RosterFile:
    """A list of people: the encoding and separator that were found, headings that mean nothing to us, rows."""

    encoding: str
    delimiter: str
    columns: tuple[str, ...]
    ignored: tuple[str, ...]
    rows: tuple[RosterRow, ...]


def read_roster(content: bytes) -> RosterFile:
    """Read the file, or raise RosterFileError: empty, too_large, excel, binary, no_headings, no_name, twice,
    too_many_rows, too_many_columns, no_rows, cell_too_long or malformed."""
    if not content.strip():
        raise RosterFileError("empty")
    if len(content) > MAX_BYTES:
        raise RosterFileError("too_large", kilobytes=MAX_BYTES // 1024)
    text, encoding = decode(content)
    if not text.strip():
        raise RosterFileError("empty")
    first_line, text = _without_separator_line(text)
    delimiter = first_line or _best_delimiter(text)
    records = _records(text, delimiter)
    _number, headings = next(records, (0, []))
    columns, ignored = _columns(headings)
    rows = tuple(_rows(records, columns, len(headings)))
    if not rows:
        raise RosterFileError("no_rows")
    return RosterFile(encoding, delimiter, tuple(columns.values()), ignored, rows)


def decode(content: bytes) -> tuple[str, str]:
    """The text of a file and the name of its encoding. Raises RosterFileError for what is no text."""
    if content.startswith(b"PK\x03\x04") or content.startswith(b"\xd0\xcf\x11\xe0"):
        raise RosterFileError("excel")
    text, encoding = _decode(content)
    if any(unicodedata.category(c) == "Cc" and c not in "\t\r\n" for c in text):
        raise RosterFileError("binary")
    return unicodedata.normalize("NFC", text), encoding


def _decode(content: bytes) -> tuple[str, str]:
    for mark, encoding in ((b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16"), (b"\xef\xbb\xbf", "utf-8-sig")):
        if content.startswith(mark):
            return _strictly(content, encoding)
    if b"\x00" in content[:200]:
        # Latin letters, digits and separators in UTF-16 have a zero byte: after them if little-endian.
        even = content[:200:2].count(0)
        odd = content[1:200:2].count(0)
        return _strictly(content, "utf-16-le" if odd >= even else "utf-16-be")
    try:
        return content.decode("utf-8"), "utf-8"
    except UnicodeDecodeError:
        return _strictly(content, "cp1256")


def _strictly(content: bytes, encoding: str) -> tuple[str, str]:
    try:
        return content.decode(encoding), encoding
    except UnicodeDecodeError as error:
        raise RosterFileError("binary") from error


def _without_separator_line(text: str) -> tuple[str, str]:
    """Excel may write "sep=;" first: the separator, and the text after that line with its row kept empty."""
    first, newline, rest = text.partition("\n")
    name, equals, separator = first.strip().strip('"').partition("=")
    if name.lower() == "sep" and equals and separator in set(DELIMITERS):
        return separator, newline + rest
    return "", text


def _best_delimiter(text: str) -> str:
    """The separator under which most headings are known; a file of a single column reads with any."""
    line = next((line for line in text.splitlines() if line.strip()), "")

    def known(delimiter: str) -> int:
        return sum(search_key(heading) in _KNOWN for heading in next(csv.reader([line], delimiter=delimiter)))

    return max(DELIMITERS, key=known)


def _records(text: str, delimiter: str) -> Iterator[tuple[int, list[str]]]:
    """The records that are not blank, numbered as a spreadsheet numbers its rows."""
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    try:
        for number, record in enumerate(reader, start=1):
            if any(cell.strip() for cell in record):
                yield number, [_tidy(cell) for cell in record]
    except csv.Error as error:
        raise RosterFileError("malformed", line=reader.line_num) from error


def _tidy(cell: str) -> str:
    cell = " ".join(cell.split())
    if len(cell) > MAX_CELL:
        raise RosterFileError("cell_too_long", letters=MAX_CELL)
    return cell


def _columns(headings: list[str]) -> tuple[dict[int, str], tuple[str, ...]]:
    if len(headings) > MAX_COLUMNS:
        raise RosterFileError("too_many_columns", columns=MAX_COLUMNS)
    columns: dict[int, str] = {}
    ignored = []
    for position, heading in enumerate(headings):
        name = _KNOWN.get(search_key(heading))
        if name is None:
            ignored.append(heading)
        elif name in columns.values():
            raise RosterFileError("twice", heading=heading)
        else:
            columns[position] = name
    if not columns:
        raise RosterFileError("no_headings")
    if "name_ar" not in columns.values():
        raise RosterFileError("no_name")
    return columns, tuple(heading for heading in ignored if heading)


def _rows(
    records: Iterator[tuple[int, list[str]]], columns: dict[int, str], width: int
) -> Iterator[RosterRow]:
    for count, (number, record) in enumerate(records, start=1):
        if count > MAX_ROWS:
            raise RosterFileError("too_many_rows", rows=MAX_ROWS)
        cells = {
            name: record[position] if position < len(record) else "" for position, name in columns.items()
        }
        surplus = sum(bool(cell) for cell in record[width:])
        yield RosterRow(number, cells, surplus)
