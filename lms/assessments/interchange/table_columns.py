"""The columns of a question table, and the cells that spreadsheets would otherwise change."""

import re
from collections.abc import Mapping, Sequence

from lms.common.arabic import search_key

#: Columns that stand once, each with the headings under which others have it.
COLUMNS: Mapping[str, tuple[str, ...]] = {
    "code": ("id", "question id", "identifier", "الرمز", "رمز السؤال"),
    "kind": ("type", "question type", "نوع السؤال", "النوع"),
    "area": ("category", "المحور"),
    "area_ar": (),
    "area_en": (),
    "topic": ("الموضوع",),
    "objective": ("الهدف",),
    "difficulty": ("level", "الصعوبة"),
    "scenario": (),
    "scenario_ar": (),
    "scenario_en": (),
    "stem": ("question", "question text", "text", "السؤال", "نص السؤال"),
    "stem_ar": ("question ar", "السؤال بالعربية"),
    "stem_en": ("question en", "السؤال بالإنجليزية"),
    "correct": (
        "answer",
        "correct answer",
        "correct answers",
        "right answer",
        "key",
        "الإجابة",
        "الإجابة الصحيحة",
    ),
    "credit": (),
    "value": (),
    "tolerance": (),
    "unit_ar": (),
    "unit_en": (),
    "accepted": (),
    "explanation": ("feedback", "rationale", "answer explanation", "الشرح", "التعليل"),
    "explanation_ar": ("الشرح بالعربية",),
    "explanation_en": ("الشرح بالإنجليزية",),
    "source": ("reference", "المصدر"),
}
KNOWN = {search_key(heading): name for name, others in COLUMNS.items() for heading in (name, *others)}

#: Columns that stand for each option, pair or criterion: what, which one, and in which language.
_PART = re.compile(r"(option|match|criterion)_([A-Za-z0-9-]{1,4})(?:_(ar|en|marks))?")
_OTHER_OPTION = re.compile(
    r"(?:option|choice|answer|الخيار|خيار)[ _]?([A-Za-z]|\d{1,2}|[أبجدهوزح])", re.IGNORECASE
)
#: What others add to a heading: `Correct answer(s)`, `Answer 1 - max 75 characters`.
_ASIDE = re.compile(r"\s*\(.*|\s+[-–—]\s.*", re.DOTALL)
_LETTER = re.compile("[A-Ha-hأبجدهوزح]")
ARABIC_LETTERS = dict(zip("أبجدهوزح", "abcdefgh", strict=True))
_TRIGGERS = "=+-@\t\r"
_GUARDED = re.compile(r"'+[=+\-@\t\r]")

Part = tuple[str, str, str]


def read_heading(heading: str) -> str | Part | None:
    """The column that a heading means: a name, a part such as ("option", "a", "ar"), or None."""
    text = heading.strip().removeprefix("\ufeff")
    return _meaning(text) or _meaning(_ASIDE.sub("", text))


def _meaning(text: str) -> str | Part | None:
    if match := _PART.fullmatch(text.lower() if text.isupper() else text):
        return match[1], match[2], match[3] or ""
    if name := KNOWN.get(search_key(text)):
        return name
    if match := _OTHER_OPTION.fullmatch(text):
        key = ARABIC_LETTERS.get(match[1], match[1].lower())
        return "option", chr(ord("a") + int(key) - 1) if key.isdecimal() and 0 < int(key) <= 26 else key, ""  # noqa: PLR2004
    return None


def read_headings(headings: Sequence[str]) -> list[str | Part | None]:
    """What each column is. Columns headed by nothing but a letter are options where there are several."""
    columns = [read_heading(heading) for heading in headings]
    letters = [number for number, heading in enumerate(headings) if _LETTER.fullmatch(heading.strip())]
    for number in letters if len(letters) > 1 else ():
        letter = headings[number].strip()
        columns[number] = "option", ARABIC_LETTERS.get(letter, letter.lower()), ""
    return columns


def guard(text: str) -> str:
    """A cell that no spreadsheet takes for a formula: an apostrophe goes before one that it would
    (OWASP, "CSV injection"), and one more before a text that begins like that by itself."""
    return f"'{text}" if text[:1] and (text[0] in _TRIGGERS or _GUARDED.match(text)) else text


def unguard(cell: str) -> str:
    return cell[1:] if _GUARDED.match(cell) else cell
