"""What people read on a paper, and where two of them differ. Pure: imports no Django.

A reading of a place on the form says one of three things: what is written there, that nothing is, or that it
cannot be read as an answer (crossed out beyond reading, two marks where one may stand, an order with a place
given twice). Blank and illegible count alike, as no answer, but only the one who keyed knows which it was.

    {"is": "answer", "value": <answer on the wire>}   {"is": "blank"}   {"is": "illegible"}

Place 0 holds the two times that the invigilator wrote on the cover, in milliseconds since 1970:

    {"is": "answer", "value": [<began>, <handed in>]}

In a matching a line may be illegible by itself; its number is then -1 and counts as none.
"""

import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal, get_args

from lms.common.arabic import search_key
from lms.common.digits import western_digits

from .content import TEXT_KINDS
from .spec import read_number

Is = Literal["answer", "blank", "illegible"]
ANSWER, BLANK, ILLEGIBLE = get_args(Is)
NO_ANSWERS = (BLANK, ILLEGIBLE)
#: The place of the times, and what a line of a matching holds that cannot be read.
TIMES, ILLEGIBLE_LINE = 0, -1
#: The places of a round of keying: two people, and a third who decides where they differ.
FIRST, SECOND, DECISION = 1, 2, 3

Value = Any


@dataclass(frozen=True, slots=True)
class Reading:
    """What somebody read at one place. `value` is the answer on the wire, None unless it is one."""

    what: Is
    value: Value = None

    def as_json(self) -> dict[str, Any]:
        return {"is": self.what, "value": self.value} if self.what == ANSWER else {"is": self.what}

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> "Reading":
        return cls(data["is"], data.get("value"))

    @property
    def wire(self) -> Value:
        """The answer as the form takes it; None where there is none."""
        if self.what != ANSWER:
            return None
        if isinstance(self.value, list):
            return [max(0, place) for place in self.value]
        return self.value


Readings = Mapping[int, Reading]


def write_readings(readings: Readings) -> dict[str, Any]:
    return {str(place): reading.as_json() for place, reading in sorted(readings.items())}


def read_readings(data: Mapping[str, Any]) -> dict[int, Reading]:
    return {int(place): Reading.from_json(one) for place, one in data.items()}


def tidy_text(kind: str, text: str) -> str:
    """A text as it is kept: one spelling of the same characters, single spaces; a number in Latin digits."""
    plain = unicodedata.normalize("NFC", text)
    lines = (" ".join(line.split()) for line in plain.splitlines())
    tidy = "\n".join(lines).strip()
    return western_digits(tidy) if kind == "numeric" else tidy


def is_same(kind: str, first: Reading, second: Reading) -> bool:
    """Whether two people read the same: numbers by their value, texts by their letters and digits, since vowel
    marks, forms of hamza and spaces make no difference to the marks."""
    if first.what != second.what or first.what != ANSWER:
        return first.what == second.what
    if kind == "numeric":
        numbers = read_number(first.value), read_number(second.value)
        return numbers[0] is not None and numbers[0] == numbers[1]
    if kind in TEXT_KINDS:
        # A line break is a control character, which the key would leave out.
        keys = [search_key(" ".join(one.value.split())) for one in (first, second)]
        return first.value == second.value or (bool(keys[0]) and keys[0] == keys[1])
    return bool(first.value == second.value)


@dataclass(frozen=True, slots=True)
class Keyed:
    """One keying: in which round, by which of the three."""

    round: int
    place: int
    readings: Readings


@dataclass(frozen=True, slots=True)
class Outcome:
    """What is settled of a paper, and what is still open, by place. `round` is the last one that was begun (0:
    none) and `keyed` how many keyed in it; `is_waiting`: both have keyed, and they differ."""

    settled: Mapping[int, Reading]
    open: tuple[int, ...]
    round: int
    keyed: int

    @property
    def is_complete(self) -> bool:
        return not self.open

    @property
    def is_waiting(self) -> bool:
        return bool(self.open) and self.keyed == SECOND


def outcome(kinds: Mapping[int, str], keyings: Iterable[Keyed]) -> Outcome:
    """Put all keyings of a paper together. `kinds` names every place, the times included.

    Where the two of a round read the same, that is settled, in the words of the first; a decision settles
    everything that was open.
    """
    rounds: dict[int, dict[int, Keyed]] = {}
    for one in keyings:
        rounds.setdefault(one.round, {})[one.place] = one
    settled: dict[int, Reading] = {}
    for number in sorted(rounds):
        settled |= _settled(kinds, rounds[number], [place for place in kinds if place not in settled])
    last = max(rounds, default=0)
    keyed = sum(place != DECISION for place in rounds.get(last, ()))
    return Outcome(settled, tuple(place for place in sorted(kinds) if place not in settled), last, keyed)


def _settled(kinds: Mapping[int, str], said: Mapping[int, Keyed], still: Sequence[int]) -> dict[int, Reading]:
    if FIRST not in said or SECOND not in said:
        return {}
    first, second = said[FIRST].readings, said[SECOND].readings
    settled = {place: first[place] for place in still if is_same(kinds[place], first[place], second[place])}
    if DECISION in said:
        decided = said[DECISION].readings
        settled |= {place: decided[place] for place in still if place not in settled}
    return settled
