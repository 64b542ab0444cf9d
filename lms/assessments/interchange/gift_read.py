"""Reading GIFT, as Moodle's documentation and Moodle's reader have it."""

import re
from collections.abc import Callable
from decimal import Decimal
from fractions import Fraction

from . import weights
from .collector import Collector
from .draft import Draft, DraftOption
from .extras import Scenarios, read_extras
from .gift_syntax import Paragraph, Parts, identity, paragraphs, show, take_apart, weight
from .html_scanner import word_set
from .marking import (
    MOST_SHOWN,
    need,
    note_ordering,
    number,
    require_accepted,
    take_accepted,
    take_choices,
    take_number,
)
from .model import InterchangeError, Language, Reading, Tags, UnsupportedError
from .tags import category_tags, read_tags
from .texts import Speech, read_html, read_markdown, read_plain, without_controls

FORMATS: dict[str, Callable[[str], Speech]] = {
    "html": read_html,
    "moodle": lambda text: read_html(text, keeps_lines=True),
    "plain": read_plain,
    "markdown": read_markdown,
}
_FORMAT = re.compile(r"\[([a-z]+)\]")
_CLOZE = re.compile(r"\d*:[A-Z_]{2,20}:")
#: The last line of a question in Aiken, another format of Moodle.
_AIKEN = re.compile(r"^\s*ANSWER:\s*[A-Z]\s*$", re.MULTILINE)
_ORDERING_HEAD = re.compile(r">[ \t]*(\d+)?[ \t]*([^\n]*)")
_ORDERING_WORDS = word_set(
    """
    ALL EXACT RANDOM REL CONTIGUOUS CONTIG HORIZONTAL HORI H 1 VERTICAL VERT V 0 ALL_OR_NOTHING ABSOLUTE_POSITION
    ABSOLUTE ABS RELATIVE_NEXT_EXCLUDE_LAST RELATIVE_NEXT_INCLUDE_LAST RELATIVE_ONE_PREVIOUS_AND_NEXT
    RELATIVE_ALL_PREVIOUS_AND_NEXT RELATIVE_TO_CORRECT RELATIVE LONGEST_ORDERED_SUBSET LONGEST_CONTIGUOUS_SUBSET
    SHOW TRUE YES HIDE FALSE NO none abc ABCD 123 iii IIII
    """
)
_TRUE, _FALSE = frozenset({"T", "TRUE"}), frozenset({"F", "FALSE"})


def read_gift(text: str, language: Language | None = None) -> Reading:
    """The questions of a GIFT file. Raises InterchangeError naming the line of everything malformed."""
    if "{" not in text and _AIKEN.search(text):
        raise InterchangeError("aiken")
    collector = Collector("gift", language)
    category = Tags()
    scenarios = Scenarios()
    for paragraph in paragraphs(text.removeprefix("\ufeff")):
        if paragraph.text.startswith("$CATEGORY:"):
            line, _, rest = paragraph.text.partition("\n")
            category = category_tags(line[len("$CATEGORY:") :].strip())
            paragraph.text, paragraph.line = rest, paragraph.line + 1
        if paragraph.text.strip():
            draft = Draft(f"line {paragraph.line}", "unknown", tags=category)
            collector.take(draft, lambda one, own=paragraph: _fill(one, own, scenarios))  # type: ignore[misc]
    return collector.reading()


def _fill(draft: Draft, paragraph: Paragraph, scenarios: Scenarios) -> bool:
    draft.code, tags, extras = identity(paragraph.comments)
    read_tags(draft, tags)
    parts = take_apart(paragraph.text)
    draft.name = parts.name
    draft.stem, format_name = _speech(parts.text, "moodle")
    draft.explanation, _ = _speech(parts.feedback, format_name)
    draft.name = draft.name or draft.stem.title()
    if parts.answer is None and scenarios.keep(draft, extras):
        return False
    reader = _reader_of(draft, parts)
    reader(draft, parts.answer or "", format_name)
    read_extras(draft, extras)
    scenarios.join(draft)
    return True


def _reader_of(draft: Draft, parts: Parts) -> Callable[[Draft, str, str], None]:
    """What kind of question the answer makes, in the order in which Moodle asks."""
    answer = parts.answer
    if answer is None:
        draft.foreign_kind = "description"
        raise UnsupportedError("description")
    if _CLOZE.match(answer):
        draft.foreign_kind = "cloze"
        raise UnsupportedError("cloze")
    if "{" in parts.rest:
        draft.foreign_kind = "cloze"
        raise UnsupportedError("several_braces")
    draft.foreign_kind, reader = _kind_of(answer)
    return reader


def _kind_of(answer: str) -> tuple[str, Callable[[Draft, str, str], None]]:
    word = answer.partition("#")[0].strip().upper()
    asked: tuple[tuple[bool, str, Callable[[Draft, str, str], None]], ...] = (
        (not answer, "essay", _essay),
        (answer.startswith(">"), "ordering", _ordering),
        (answer.startswith("#"), "numerical", _numeric),
        ("~" in answer, "multichoice", _choice),
        ("=" in answer and "->" in answer, "match", _matching),
        (word in _TRUE | _FALSE, "truefalse", _true_false),
        (True, "shortanswer", _short_text),
    )
    return next((name, reader) for is_it, name, reader in asked if is_it)


def _speech(text: str, format_name: str) -> tuple[Speech, str]:
    """A part in the format it names, else in the one of the question."""
    text = text.strip()
    if (match := _FORMAT.match(text)) and match[1] in FORMATS:
        format_name, text = match[1], text[match.end() :]
    return FORMATS[format_name](show(text).strip()), format_name


def _essay(draft: Draft, answer: str, format_name: str) -> None:
    draft.kind = "open_text"


def _true_false(draft: Draft, answer: str, format_name: str) -> None:
    word, *feedback = answer.split("#", 2)
    is_true = word.strip().upper() in _TRUE
    draft.kind = "true_false"
    draft.options = [DraftOption(key="t", is_correct=is_true), DraftOption(key="f", is_correct=not is_true)]
    for text in feedback:
        _note_feedback(draft, text, format_name)


def _choice(draft: Draft, answer: str, format_name: str) -> None:
    parts = [part.strip() for part in answer.replace("=", "~=").split("~")]
    # A sign that stands for nothing, as the empty part before the first one, is no option.
    parts = parts if parts[0] else parts[1:]
    need(parts)
    credit = []
    for part in parts:
        is_full = part.startswith("=")
        value, text = weight(part.removeprefix("=").strip() if is_full else part)
        credit.append(value if value is not None else Fraction(is_full))
        draft.options.append(DraftOption(text=_answer(draft, text, format_name)))
    take_choices(draft, credit, is_single="=" in answer)


def _short_text(draft: Draft, answer: str, format_name: str) -> None:
    draft.kind = "short_text"
    for part in _equal_parts(answer):
        value, text = weight(part)
        said, sign, feedback = text.partition("#")
        if sign:
            _note_feedback(draft, feedback, format_name)
        # Moodle compares these letter by letter: they are never markup.
        said = show(said.strip().removeprefix("[plain]").strip())
        take_accepted(draft, without_controls(said), weights.FULL if value is None else value)
    require_accepted(draft)


def _matching(draft: Draft, answer: str, format_name: str) -> None:
    draft.kind = "matching"
    for part in _equal_parts(answer):
        prompt, arrow, match = part.partition("->")
        if not arrow:
            raise InterchangeError("gift_no_arrow", detail=show(part)[:80])
        said, _ = _speech(prompt, format_name)
        draft.options.append(DraftOption(text=said, match=_speech(match, "moodle")[0]))
    need(draft.options)


def _ordering(draft: Draft, answer: str, format_name: str) -> None:
    """`{>4 ALL VERTICAL ABSOLUTE_POSITION SHOW` and an item a line (Moodle's qtype_ordering)."""
    draft.kind = "ordering"
    head = _ORDERING_HEAD.match(answer)
    words = head[2].split() if head else []
    settings = []
    while words and words[0] in _ORDERING_WORDS:
        settings.append(words.pop(0))
    lines = [" ".join(words), *answer.partition("\n")[2].split("\n")]
    items = [line.strip() for line in lines if line.strip()]
    need(items)
    for rank, item in enumerate(items, start=1):
        draft.options.append(DraftOption(text=_speech(item, format_name)[0], rank=rank))
    shown = int(head[1] or 0) if head else 0
    note_ordering(draft, settings, shown or min(MOST_SHOWN, len(items)))


def _numeric(draft: Draft, answer: str, format_name: str) -> None:
    draft.kind = "numeric"
    body, _, wrong = answer[1:].partition("~")
    if "#" in wrong:
        _note_feedback(draft, wrong.partition("#")[2], format_name)
    parts = _equal_parts(body)
    if not parts:
        raise InterchangeError("gift_no_number")
    right: list[tuple[Decimal, Decimal]] = []
    for part in parts:
        value, text = weight(part)
        said = _answer(draft, text, "plain").text()
        if value is None or value >= weights.FULL - weights.CLOSE:
            right.append(_range(said))
        elif value > weights.CLOSE:
            draft.note("weights", f"{said}: {weights.percent(value)} %")
    take_number(draft, right)


def _range(text: str) -> tuple[Decimal, Decimal]:
    """`3.5:0.1` or `3.4..3.6` as a value and its tolerance."""
    low, dots, high = text.partition("..")
    if dots and low:
        least, most = number(low), number(high)
        middle = (least + most) / 2
        return middle, abs(most - middle)
    value, _, tolerance = text.partition(":")
    return number(value), number(tolerance) if tolerance.strip() else Decimal(0)


def _equal_parts(answer: str) -> list[str]:
    parts = [part.strip() for part in answer.split("=")]
    return parts if parts[0] else parts[1:]


def _answer(draft: Draft, text: str, format_name: str) -> Speech:
    """The answer before a `#`; what stands after it is feedback on it."""
    said, sign, feedback = text.partition("#")
    if sign:
        _note_feedback(draft, feedback, format_name)
    return _speech(said, format_name)[0]


def _note_feedback(draft: Draft, text: str, format_name: str) -> None:
    said = _speech(text, format_name)[0].text()
    if said:
        draft.note("option_feedback", said)
