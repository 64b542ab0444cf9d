"""Reading questions from a CSV table, a row a question; docs/question-formats.md has the columns."""

import csv
import io
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import cast

from ..bankfile import DIFFICULTIES
from ..content import CREDITS, KINDS, Bilingual, Credit, Kind
from .collector import Collector
from .draft import Draft, DraftCriterion, DraftOption, rubric_marks
from .extras import give_stimulus
from .marking import number
from .model import MOST_ITEMS, InterchangeError, Language, Reading, UnsupportedError
from .table_columns import Part, read_heading, unguard
from .tags import area_code, read_tags
from .texts import Speech, spoken

MOST_COLUMNS = 200
MOST_CELL = 40_000
DELIMITERS = ",;\t"
_TRUE = frozenset({"true", "t", "صحيح", "صح", "1"})
_FALSE = frozenset({"false", "f", "خطأ", "خطا", "0"})
_SEPARATORS = re.compile(r"[\s,;|،؛]+")


@dataclass(slots=True)
class _Row:
    """One row: its single columns, and its parts by what, which one and language."""

    number: int
    cells: dict[str, str]
    parts: dict[Part, str]

    def get(self, name: str) -> str:
        return self.cells.get(name, "")

    def speech(self, name: str) -> Speech:
        """A text in both languages, or in one that nobody has named."""
        if said := self.get(name):
            return Speech.plain(said)
        return spoken(self.get(f"{name}_ar"), self.get(f"{name}_en"))

    def part(self, what: str, which: str) -> Speech:
        if said := self.parts.get((what, which, "")):
            return Speech.plain(said)
        return spoken(*(self.parts.get((what, which, language), "") for language in ("ar", "en")))

    def keys(self, what: str) -> list[str]:
        """Which options, matches or criteria the row fills in."""
        return list(
            dict.fromkeys(which for (name, which, _), text in self.parts.items() if name == what and text)
        )


def read_table(text: str, language: Language | None = None) -> Reading:
    """The questions of a CSV text. Raises InterchangeError naming the row of everything malformed."""
    collector = Collector("csv", language)
    for row in _rows(text):
        draft = Draft(
            f"row {row.number}", row.get("kind") or "unknown", name=row.get("code"), code=row.get("code")
        )
        collector.take(draft, lambda one, own=row: _fill(one, own))  # type: ignore[misc]
    return collector.reading()


def has_known_headings(text: str) -> bool:
    """Whether the first line is that of a table of questions."""
    line = text.removeprefix("\ufeff").partition("\n")[0]
    found = [read_heading(cell) for delimiter in DELIMITERS for cell in line[:MOST_CELL].split(delimiter)]
    return any(name in ("stem", "stem_ar", "stem_en") for name in found) and len({*found} - {None}) > 1


def _rows(text: str) -> Iterator[_Row]:
    text = text.removeprefix("\ufeff")
    first, _, rest = text.partition("\n")
    if (named := re.fullmatch(r'"?sep=(.)"?', first.strip())) is not None:
        delimiter, text = named[1], rest
    else:
        delimiter = max(DELIMITERS, key=lambda sign: sum(map(bool, map(read_heading, first.split(sign)))))
    lines = _lines(text, delimiter)
    columns = _columns(next(lines, (0, []))[1])
    for count, (line, cells) in enumerate(lines):
        if count > MOST_ITEMS:
            raise InterchangeError("too_many_items", detail=MOST_ITEMS)
        said = [unguard(cell.strip()).strip() for cell in cells]
        if any(said):
            yield _row(line, columns, said)


def _row(line: int, columns: list[str | Part | None], said: list[str]) -> _Row:
    if any(said[len(columns) :]):
        raise InterchangeError("csv_surplus", f"row {line}", len(said))
    row = _Row(line, {}, {})
    for column, cell in zip(columns, said, strict=False):
        if isinstance(column, str):
            row.cells[column] = cell
        elif column is not None:
            row.parts[column] = cell
    return row


def _lines(text: str, delimiter: str) -> Iterator[tuple[int, list[str]]]:
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    try:
        for number_of_row, cells in enumerate(reader, start=1):
            if any(len(cell) > MOST_CELL for cell in cells):
                raise InterchangeError("csv_cell_too_long", f"row {number_of_row}", MOST_CELL)
            yield number_of_row, cells
    except csv.Error as error:
        raise InterchangeError("csv_malformed", f"line {reader.line_num}", error) from error


def _columns(headings: Sequence[str]) -> list[str | Part | None]:
    """What each column is. Raises InterchangeError for two that are the same, and where no column asks."""
    if len(headings) > MOST_COLUMNS:
        raise InterchangeError("csv_too_many_columns", detail=MOST_COLUMNS)
    columns = [read_heading(heading) for heading in headings]
    known = [column for column in columns if column is not None]
    if not {"stem", "stem_ar", "stem_en"} & {one for one in known if isinstance(one, str)}:
        raise InterchangeError("csv_no_stem", "row 1", ", ".join(headings)[:200])
    if twice := next((one for one in known if known.count(one) > 1), None):
        raise InterchangeError(
            "csv_column_twice", "row 1", twice if isinstance(twice, str) else "_".join(filter(None, twice))
        )
    return columns


def _fill(draft: Draft, row: _Row) -> bool:
    draft.stem, draft.explanation, draft.source = (
        row.speech("stem"),
        row.speech("explanation"),
        row.get("source"),
    )
    draft.name = draft.name or draft.stem.text()[:60]
    _take_tags(draft, row)
    draft.kind = _kind(row)
    draft.foreign_kind = draft.kind
    if draft.kind == "hotspot":
        raise UnsupportedError("hotspot_without_image")
    draft.credit = _credit(draft.kind, row.get("credit"))
    if scenario := row.get("scenario"):
        give_stimulus(draft, scenario, spoken(row.get("scenario_ar"), row.get("scenario_en")))
    _FILLS[draft.kind](draft, row)
    return True


def _take_tags(draft: Draft, row: _Row) -> None:
    area = row.get("area")
    names = Bilingual(row.get("area_ar"), row.get("area_en"))
    code = area if re.fullmatch(r"[-A-Za-z0-9_]{1,40}", area) else area_code(area)
    if area and code != area and names.is_blank:
        names = Bilingual(area, area)
    draft.tags = replace(draft.tags, area=code, area_name=names)
    read_tags(draft, [f"{name}:{row.get(name)}" for name in ("topic", "objective") if row.get(name)])
    if word := row.get("difficulty").lower():
        if word not in DIFFICULTIES:
            raise InterchangeError("not_a_difficulty", detail=word[:60])
        draft.tags = replace(draft.tags, difficulty=word)


def _kind(row: _Row) -> Kind:
    """The kind that the row names, or the one that what it fills in amounts to."""
    named = row.get("kind").lower().replace(" ", "_").replace("-", "_")
    if named:
        if named not in KINDS:
            raise InterchangeError("not_a_kind", detail=named[:60])
        return cast(Kind, named)
    if row.keys("match"):
        return "matching"
    if row.keys("option"):
        return "multiple" if len(_named(row)) > 1 else "single"
    if row.get("value"):
        return "numeric"
    if row.get("accepted"):
        return "short_text"
    return "true_false" if row.get("correct").lower() in _TRUE | _FALSE else "open_text"


def _credit(kind: Kind, word: str) -> Credit | None:
    if not word:
        return None
    if word not in CREDITS.get(kind, ()):
        raise InterchangeError("not_a_credit", detail=word[:60])
    return cast(Credit, word)


def _named(row: _Row) -> list[str]:
    """The options that the column `correct` names, by key, place or the words of the option."""
    keys = row.keys("option")
    said = row.get("correct")
    by_words = {row.part("option", key).text().casefold(): key for key in keys}
    if said.casefold() in by_words:
        return [by_words[said.casefold()]]
    found = []
    for word in filter(None, _SEPARATORS.split(said)):
        key = next((one for one in keys if one.casefold() == word.casefold()), None)
        if key is None and word.isascii() and word.isdecimal() and 0 < int(word[:3]) <= len(keys):
            key = keys[int(word) - 1]
        if key is None:
            raise InterchangeError("csv_correct_unknown", detail=word[:60])
        found.append(key)
    return found


def _choices(draft: Draft, row: _Row) -> None:
    right = set(_named(row))
    draft.options = [DraftOption(row.part("option", key), key in right, key) for key in row.keys("option")]


def _true_false(draft: Draft, row: _Row) -> None:
    word = row.get("correct").lower()
    if word not in _TRUE | _FALSE:
        raise InterchangeError("csv_not_true_or_false", detail=word[:60])
    draft.options = [
        DraftOption(key="t", is_correct=word in _TRUE),
        DraftOption(key="f", is_correct=word in _FALSE),
    ]


def _numeric(draft: Draft, row: _Row) -> None:
    value = row.get("value") or row.get("correct")
    if value:
        draft.value = number(value)
    draft.tolerance = number(row.get("tolerance")) if row.get("tolerance") else Decimal(0)
    draft.unit = spoken(row.get("unit_ar"), row.get("unit_en"))


def _short_text(draft: Draft, row: _Row) -> None:
    draft.accepted = [text.strip() for text in re.split(r"[\n|]", row.get("accepted") or row.get("correct"))]


def _matching(draft: Draft, row: _Row) -> None:
    for key in dict.fromkeys([*row.keys("option"), *row.keys("match")]):
        draft.options.append(DraftOption(row.part("option", key), key=key, match=row.part("match", key)))


def _ordering(draft: Draft, row: _Row) -> None:
    keys = row.keys("option")
    order = _named(row) if row.get("correct") else keys
    if sorted(order) != sorted(keys):
        raise InterchangeError("csv_order", detail=" ".join(order)[:60])
    for key in keys:
        draft.options.append(DraftOption(row.part("option", key), key=key, rank=order.index(key) + 1))


def _open_text(draft: Draft, row: _Row) -> None:
    for key in row.keys("criterion"):
        marks = rubric_marks(number(row.parts.get(("criterion", key, "marks")) or "1"))
        draft.rubric.append(DraftCriterion(row.part("criterion", key), marks, key))


_FILLS: Mapping[str, Callable[[Draft, _Row], None]] = {
    "single": _choices,
    "multiple": _choices,
    "true_false": _true_false,
    "numeric": _numeric,
    "short_text": _short_text,
    "matching": _matching,
    "ordering": _ordering,
    "open_text": _open_text,
}
