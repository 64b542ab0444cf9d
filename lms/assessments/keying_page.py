"""The fields of the keying page: letters and boxes as on the paper, without the questions, which nobody keys.

The letters of both languages are shown, so that a page serves a paper in either.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from django.http import QueryDict

from .content import CHOICE_KINDS, TEXT_KINDS
from .keying import ANSWER, ILLEGIBLE_LINE, NO_ANSWERS, TIMES, Reading
from .selectors.log import FormSlot

ARABIC, LATIN = "أبجدهوزحطي", "ABCDEFGHIJ"
#: Kinds where exactly one mark may stand.
ONE_MARK = frozenset({"single", "true_false"})


@dataclass(frozen=True, slots=True)
class Mark:
    """A letter that can be marked. `value` is its place."""

    value: str
    arabic: str
    latin: str
    is_chosen: bool = False


@dataclass(frozen=True, slots=True)
class KeyLine:
    """A line of a matching (with the letters to choose from) or of an ordering (with the place that was written)."""

    name: str
    arabic: str
    latin: str
    marks: Sequence[Mark] = ()
    text: str = ""


@dataclass(frozen=True, slots=True)
class KeyField:
    """What is keyed at one place of the form. `what` is blank or illegible where that was said of all of it."""

    position: int
    kind: str
    marks: Sequence[Mark] = ()
    lines: Sequence[KeyLine] = ()
    text: str = ""
    what: str = ""
    error: str = ""
    typed: Mapping[str, str] = field(default_factory=dict)

    @property
    def name(self) -> str:
        return f"q{self.position}"

    @property
    def id(self) -> str:
        return f"k{self.position}"

    @property
    def is_times(self) -> bool:
        return self.position == TIMES

    @property
    def is_choice(self) -> bool:
        return self.kind in CHOICE_KINDS

    @property
    def is_one_mark(self) -> bool:
        return self.kind in ONE_MARK


def key_fields(
    form: Mapping[int, FormSlot],
    places: Sequence[int],
    data: QueryDict | None = None,
    errors: Mapping[int, str] | None = None,
) -> list[KeyField]:
    """The fields of the open places, with what a refused form held."""
    typed = data if data is not None else QueryDict()
    return [_field(form, place, typed, (errors or {}).get(place, "")) for place in places]


def _field(form: Mapping[int, FormSlot], place: int, data: QueryDict, error: str) -> KeyField:
    if place == TIMES:
        said = {name: data.get(name, "")[:40] for name in ("day", "began", "handed")}
        return KeyField(place, "times", typed=said, error=error)
    slot, name = form[place], f"q{place}"
    what = next((one for one in (*data.getlist(f"{name}-is"), *data.getlist(name)) if one in NO_ANSWERS), "")
    if slot.kind in CHOICE_KINDS:
        return KeyField(place, slot.kind, _marks(len(slot.order), data.getlist(name)), what=what, error=error)
    if slot.kind in TEXT_KINDS:
        return KeyField(place, slot.kind, text=data.get(name, ""), what=what, error=error)
    return KeyField(place, slot.kind, lines=_lines(slot, name, data), what=what, error=error)


def _lines(slot: FormSlot, name: str, data: QueryDict) -> list[KeyLine]:
    if slot.kind == "ordering":
        return [
            KeyLine(
                f"{name}-{line}", ARABIC[line - 1], LATIN[line - 1], text=data.get(f"{name}-{line}", "")[:10]
            )
            for line in range(1, len(slot.order) + 1)
        ]
    count = len(slot.order["matches"])
    names = [f"{name}-{line}" for line in range(1, len(slot.order["prompts"]) + 1)]
    return [
        KeyLine(one, str(line), str(line), _marks(count, data.getlist(one)), data.get(one, ""))
        for line, one in enumerate(names, start=1)
    ]


def _marks(count: int, chosen: Sequence[str]) -> list[Mark]:
    return [
        Mark(str(place), ARABIC[place - 1], LATIN[place - 1], str(place) in chosen)
        for place in range(1, count + 1)
    ]


def told(kind: str, reading: Reading, language: str) -> str:
    """An answer in the letters of the paper, for the one who decides; blank where there is none."""
    if reading.what != ANSWER:
        return ""
    if isinstance(reading.value, str):
        return reading.value
    letters = LATIN if language == "en" else ARABIC
    if kind == "matching":
        shown = (_line_told(place, letters) for place in reading.value)
        return " · ".join(f"{line}: {one}" for line, one in enumerate(shown, start=1))
    if kind == "ordering":
        places = {item: place for place, item in enumerate(reading.value, start=1)}
        return " · ".join(f"{letters[item - 1]}: {places[item]}" for item in sorted(places))
    return " ".join(letters[place - 1] for place in reading.value)


def _line_told(place: int, letters: str) -> str:
    return "?" if place == ILLEGIBLE_LINE else letters[place - 1] if place else "–"
