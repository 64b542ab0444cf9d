"""Reading answers from a CSV file: a header of items, then a row a person of 0 and 1 or marks, blank for not reached.

Files come from spreadsheets and statistics programs of all countries: with or without a byte order mark, separated by
commas, semicolons or tabs, decimals with a point or a comma, digits Western, Arabic or Persian. A cell that is no
number is refused with its place, and nothing is guessed.
"""

from __future__ import annotations

import csv
import io
import re
from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from lms.common.bidi import strip_controls
from lms.common.digits import western_digits

from .responses import Choices, Responses

if TYPE_CHECKING:
    from .responses import Floats

SEPARATORS = (",", ";", "\t", "|", "؛", "،")
#: What R writes for a value that is missing.
BLANKS = ("", "NA")
LARGEST_MARK = 1_000_000
MOST_FAULTS = 20

_NUMBER = re.compile(r"[+-]?(\d+([.,]\d*)?|[.,]\d+)([eE][+-]?\d{1,3})?")


@dataclass(frozen=True, slots=True)
class Fault:
    """Why a file is refused. `row` and `column` count from 1 as a spreadsheet does, header included; 0 where neither
    applies. `item` is the name over the column, `value` what stands there."""

    code: str
    row: int = 0
    column: int = 0
    item: str = ""
    value: str = ""


FAULTS = (
    "not_text",
    "empty_file",
    "no_item",
    "item_nameless",
    "item_repeated",
    "column_unknown",
    "key_missing",
    "row_length",
    "cell_not_a_number",
    "cell_too_large",
    "quote_open",
)


class ResponsesFileError(ValueError):
    """The file cannot be used; `faults` says why, the first ones of them if there are many."""

    def __init__(self, faults: Sequence[Fault]) -> None:
        super().__init__(f"{len(faults)} faults, the first: {faults[0]}")
        self.faults = list(faults)


@dataclass(frozen=True, slots=True)
class _Table:
    """The cells as text: names over the columns, and the rows with their numbers in the file."""

    names: list[str]
    rows: list[tuple[int, list[str]]]


def read_responses(
    data: bytes,
    *,
    groups: Collection[str] = (),
    leave_out: Collection[str] = (),
    keys: dict[str, str] | None = None,
) -> Responses:
    """The answers in a file.

    Columns named in `groups` hold a label a person (region, gender) and those in `leave_out` are ignored; all others
    are items. With `keys`, the right option of each item, cells hold the option that was chosen instead of a mark.
    Raises ResponsesFileError with each fault and its place.
    """
    table = _read_table(decode(data))
    unknown = [name for name in (*groups, *leave_out) if name not in table.names]
    if unknown:
        raise ResponsesFileError([Fault("column_unknown", value=name) for name in unknown])
    places = [at for at, name in enumerate(table.names) if name not in {*groups, *leave_out}]
    items = [table.names[at] for at in places]
    if not items:
        raise ResponsesFileError([Fault("no_item", row=1)])
    labels = {
        name: [strip_controls(cells[table.names.index(name)]).strip() or None for _row, cells in table.rows]
        for name in groups
    }
    if keys is not None:
        return _with_keys(table, places, keys, labels)
    return Responses(tuple(items), _marks(table, places), groups=labels)


def decode(data: bytes) -> str:
    """The text of a file in UTF-8, or in UTF-16 with its mark. Raises ResponsesFileError for anything else."""
    encoding = "utf-16" if data[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8-sig"
    try:
        text = data.decode(encoding)
    except UnicodeDecodeError:
        raise ResponsesFileError([Fault("not_text")]) from None
    if "\x00" in text:
        raise ResponsesFileError([Fault("not_text")])
    return text


def number(text: str) -> float | None:
    """The number that a cell holds, in any of the digits and with either decimal mark; None if it holds none."""
    plain = western_digits(strip_controls(text)).replace("−", "-").strip()
    if not _NUMBER.fullmatch(plain):
        return None
    return float(plain.replace(",", "."))


def _read_table(text: str) -> _Table:
    lines = list(_rows(text))
    if not lines:
        raise ResponsesFileError([Fault("empty_file")])
    (first, header), *rows = lines
    names = [strip_controls(cell).strip() for cell in header]
    names, rows = _without_nameless(names, rows)
    repeated = [name for name, times in Counter(names).items() if times > 1]
    faults = [
        Fault("item_repeated" if name else "item_nameless", first, at, name)
        for at, name in enumerate(names, start=1)
        if not name or (name in repeated and at - 1 != names.index(name))
    ]
    faults += [
        Fault("row_length", row, len(cells), value=f"{len(cells)} / {len(names)}")
        for row, cells in rows
        if len(cells) != len(names)
    ]
    if faults:
        raise ResponsesFileError(faults[:MOST_FAULTS])
    return _Table(names, rows)


def _rows(text: str) -> list[tuple[int, list[str]]]:
    """Rows that hold any cell, with the line on which each ends."""
    separator = _separator(text)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True)
    try:
        return [(reader.line_num, cells) for cells in reader if cells]
    except csv.Error:
        raise ResponsesFileError([Fault("quote_open", reader.line_num)]) from None


def _separator(text: str) -> str:
    """The sign that parts most cells of the header, outside of quotation marks."""
    header = re.sub(r'"[^"]*"', "", text.lstrip("\r\n").split("\n", 1)[0])
    return max(SEPARATORS, key=header.count)


def _without_nameless(
    names: list[str], rows: list[tuple[int, list[str]]]
) -> tuple[list[str], list[tuple[int, list[str]]]]:
    """Without a first column of row names, as R writes it, and without empty columns at the end, as spreadsheets do."""
    while (
        names and not names[-1] and all(not "".join(cells[len(names) - 1 :]).strip() for _row, cells in rows)
    ):
        names = names[:-1]
        rows = [(row, cells[: len(names)]) for row, cells in rows]
    if len(names) > 1 and not names[0]:
        return names[1:], [(row, cells[1:]) for row, cells in rows]
    return names, rows


def _marks(table: _Table, places: Sequence[int]) -> Floats:
    import numpy as np

    marks = np.full((len(table.rows), len(places)), np.nan)
    faults: list[Fault] = []
    known: dict[str, float | None] = {}
    for line, (row, cells) in enumerate(table.rows):
        for column, at in enumerate(places):
            text = cells[at].strip()
            if text in BLANKS:
                continue
            value = known[text] if text in known else known.setdefault(text, number(text))
            if value is None or abs(value) > LARGEST_MARK:
                code = "cell_not_a_number" if value is None else "cell_too_large"
                faults.append(Fault(code, row, at + 1, table.names[at], text[:40]))
            else:
                marks[line, column] = value
        if len(faults) >= MOST_FAULTS:
            break
    if faults:
        raise ResponsesFileError(faults[:MOST_FAULTS])
    return marks


def _with_keys(
    table: _Table, places: Sequence[int], keys: dict[str, str], labels: dict[str, list[str | None]]
) -> Responses:
    """Marks of 1 and 0 from the options that were chosen."""
    import numpy as np

    missing = [table.names[at] for at in places if not keys.get(table.names[at])]
    if missing:
        raise ResponsesFileError([Fault("key_missing", item=name) for name in missing[:MOST_FAULTS]])
    marks = np.full((len(table.rows), len(places)), np.nan)
    choices = {}
    for column, at in enumerate(places):
        name = table.names[at]
        chosen = np.array([_option(cells[at]) for _row, cells in table.rows], dtype=object)
        reached = chosen != ""
        key = _option(keys[name])
        marks[reached, column] = chosen[reached] == key
        options = sorted({str(option) for option in chosen[reached]} | {key})
        choices[name] = Choices(frozenset({key}), {option: chosen == option for option in options})
    return Responses(
        tuple(table.names[at] for at in places),
        marks,
        most=np.ones(len(places)),
        groups=labels,
        choices=choices,
    )


def _option(cell: str) -> str:
    """The name of an option: digits in one script, letters in one case, blanks alike."""
    text = western_digits(strip_controls(cell)).strip()
    return "" if text in BLANKS else text.upper()


def read_key(data: bytes) -> dict[str, str]:
    """The right option of each item: a file with the names over one row of options."""
    table = _read_table(decode(data))
    if not table.rows:
        raise ResponsesFileError([Fault("key_missing", item=name) for name in table.names[:MOST_FAULTS]])
    return dict(zip(table.names, table.rows[0][1], strict=True))
