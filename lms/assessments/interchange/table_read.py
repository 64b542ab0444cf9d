"""Reading questions from a CSV table, a row a question; docs/question-formats.md has the columns."""

import csv
import io
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import Literal, cast

from ..bankfile import DIFFICULTIES
from ..content import CREDITS, KINDS, Bilingual, Credit, Kind
from .collector import Collector
from .draft import Draft, DraftCriterion, DraftOption, rubric_marks
from .extras import give_stimulus
from .marking import number
from .model import MOST_ITEMS, InterchangeError, Language, Reading, UnsupportedError
from .table_columns import ARABIC_LETTERS, Part, read_heading, read_headings, unguard
from .tags import area_code, read_tags
from .texts import Speech, spoken

MOST_COLUMNS = 200
MOST_CELL = 40_000
DELIMITERS = ",;\t"
_TRUE = frozenset({"true", "t", "صحيح", "صح", "1"})
_FALSE = frozenset({"false", "f", "خطأ", "خطا", "0"})
_SEPARATORS = re.compile(r"[\s,;|،؛]+")
#: Kinds by the names that others give them; blank is a choice of which the right answers say whether of one.
_OTHER_KINDS: Mapping[str, Kind | Literal[""]] = {
    "multiple_choice": "",
    "mcq": "",
    "multiple_answer": "multiple",
    "multiple_answers": "multiple",
    "checkboxes": "multiple",
    "true_or_false": "true_false",
    "essay": "open_text",
}
_WITH_OPTIONS = frozenset({"single", "multiple", "true_false", "matching", "ordering"})
FEWEST_COLUMNS = 3


@dataclass(slots=True)
class _Row:
    """One row: its single columns, its parts by what, which one and language, and what no column of ours holds.

    `is_ours` is whether the right options are in the column `correct`, where a key is never mere words.
    """

    number: int
    is_ours: bool = False
    cells: dict[str, str] = field(default_factory=dict)
    parts: dict[Part, str] = field(default_factory=dict)
    unknown: list[str] = field(default_factory=list)

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
    has_stem = any(name in ("stem", "stem_ar", "stem_en") for name in found)
    return has_stem and len({*found} - {None}) > 1 and "{" not in line


def looks_like_a_table(text: str) -> bool:
    """Whether the text begins with two rows of as many cells, and not with a question in GIFT."""
    if "{" in text:
        return False
    lines = text.removeprefix("\ufeff").split("\n", 2)[:2]
    try:
        widths = [[len(cells) for cells in csv.reader(lines, delimiter=sign)] for sign in DELIMITERS]
    except csv.Error:
        return False
    return any(len(each) > 1 and each[0] == each[1] >= FEWEST_COLUMNS for each in widths)


def _rows(text: str) -> Iterator[_Row]:
    text = text.removeprefix("\ufeff")
    first, _, rest = text.partition("\n")
    if (named := re.fullmatch(r'"?sep=(.)"?', first.strip())) is not None:
        delimiter, text = named[1], rest
    else:
        delimiter = max(DELIMITERS, key=lambda sign: sum(map(bool, map(read_heading, first.split(sign)))))
    lines = _lines(text, delimiter)
    headings = next(lines, (0, []))[1]
    columns = _columns(headings)
    for count, (line, cells) in enumerate(lines):
        if count > MOST_ITEMS:
            raise InterchangeError("too_many_items", detail=MOST_ITEMS)
        said = [unguard(cell.strip()).strip() for cell in cells]
        if any(said):
            yield _row(line, headings, columns, said)


def _row(line: int, headings: list[str], columns: list[str | Part | None], said: list[str]) -> _Row:
    if any(said[len(columns) :]):
        raise InterchangeError("csv_surplus", f"row {line}", len(said))
    row = _Row(line, "correct" in map(str.strip, headings))
    for heading, column, cell in zip(headings, columns, said, strict=False):
        if isinstance(column, str):
            row.cells[column] = cell
        elif column is not None:
            row.parts[column] = cell
        elif cell:
            row.unknown.append(f"{heading.strip()}: {cell}")
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
    columns = read_headings(headings)
    known = [column for column in columns if column is not None]
    if not {"stem", "stem_ar", "stem_en"} & {one for one in known if isinstance(one, str)}:
        raise InterchangeError("csv_no_stem", "row 1", ", ".join(headings)[:200])
    if twice := next((one for one in known if known.count(one) > 1), None):
        same = [heading for heading, column in zip(headings, columns, strict=True) if column == twice]
        raise InterchangeError("csv_column_twice", "row 1", ", ".join(same))
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
    _note_unread(draft, row)
    return True


def _note_unread(draft: Draft, row: _Row) -> None:
    """What stands in columns that are not known here, or that questions of this kind do not have."""
    unread = list(row.unknown)
    if draft.kind not in _WITH_OPTIONS:
        unread += [row.part("option", key).text() for key in row.keys("option")]
    if draft.kind == "open_text":
        unread += filter(None, [row.get("correct")])
    if unread:
        draft.note("columns", "; ".join(unread))


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
    named = _OTHER_KINDS.get(named, named)
    if named:
        if named not in KINDS:
            raise InterchangeError("not_a_kind", detail=named[:60])
        return cast(Kind, named)
    is_choice = bool(row.keys("option")) and not row.keys("match")
    amounts: tuple[tuple[object, Kind], ...] = (
        (row.keys("match"), "matching"),
        (is_choice, "multiple" if is_choice and len(_named(row)) > 1 else "single"),
        (row.get("value"), "numeric"),
        (row.get("accepted"), "short_text"),
        (not row.get("correct"), "open_text"),
        (row.get("correct").lower() in _TRUE | _FALSE, "true_false"),
    )
    return next((kind for is_it, kind in amounts if is_it), None) or _typed(row)


def _typed(row: _Row) -> Kind:
    """A right answer without options is typed, unless the options may be in columns that are not known here."""
    if row.unknown:
        raise InterchangeError("csv_no_options", detail="; ".join(row.unknown))
    return "short_text"


def _credit(kind: Kind, word: str) -> Credit | None:
    if not word:
        return None
    if word not in CREDITS.get(kind, ()):
        raise InterchangeError("not_a_credit", detail=word[:60])
    return cast(Credit, word)


def _named(row: _Row) -> list[str]:
    """The options that the column `correct` names, by key, place or the words of the option."""
    said = row.get("correct")
    if whole := _meant(row, said):
        return [whole]
    found = []
    for word in filter(None, _SEPARATORS.split(said)):
        if (key := _meant(row, word)) is None:
            raise InterchangeError("csv_correct_unknown", detail=word[:60])
        found.append(key)
    return found


def _meant(row: _Row, said: str) -> str | None:
    """The one option that a word means. Raises InterchangeError where it is the key or place of one option and
    the words of another."""
    keys = row.keys("option")
    places = list(dict.fromkeys(which for name, which, _ in row.parts if name == "option"))
    letter = ARABIC_LETTERS.get(said, said).casefold()
    key = next((one for one in keys if one.casefold() == letter), None)
    if key is not None and row.is_ours:
        return key
    if key is None and re.fullmatch("[0-9]{1,3}", said) and 0 < int(said) <= len(places):
        key = places[int(said) - 1]
    worded = [one for one in keys if said.casefold() in _words(row, one)]
    if key in keys and worded and key not in worded:
        raise InterchangeError("csv_correct_ambiguous", detail=said[:60])
    return next((one for one in (key, *worded) if one in keys), None)


def _words(row: _Row, key: str) -> set[str]:
    """What an option says, in either language and in both."""
    text = row.part("option", key)
    return {text.text(language).casefold() for language in (None, "ar", "en")} - {""}


def _choices(draft: Draft, row: _Row) -> None:
    right = set(_named(row))
    draft.options = [DraftOption(row.part("option", key), key in right, key) for key in row.keys("option")]


def _true_false(draft: Draft, row: _Row) -> None:
    word = row.get("correct").lower()
    if word and row.keys("option"):
        word = "".join(row.part("option", key).text().lower() for key in _named(row))
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
