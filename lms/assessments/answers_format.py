"""How an answer travels and how it is kept, for every kind of question. Pure: the bank is not asked.

On the wire an answer knows the form only: options by their place as shown, from 1. In the database it
knows the bank only: options by their key. `order` is what stands between them, the `option_order` of the
slot: the keys as shown, or for matching `{"prompts": [keys], "matches": [keys]}`; texts do not use it.

==================================== ============================ ================================
kind                                 on the wire                  kept
==================================== ============================ ================================
single, true_false                   `[2]`                        `["c"]`
multiple, hotspot                    `[1, 3]`                     `["a", "d"]`, keys sorted
matching (0: none chosen yet)        `[3, 0, 1]`, by prompt       `{prompt key: match key}`
ordering                             `[2, 1, 3]`, first to last   `["b", "a", "c"]`, first to last
numeric, short_text, open_text       the text as typed            the text as typed
==================================== ============================ ================================

`to_wire` gives back what `to_stored` was given, letter by letter, so that phone and server can compare
digests; only the places of a choice come back in ascending order, which is how they should be sent.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from .content import CHOICE_KINDS, TEXT_KINDS

#: The longest text that is taken, in characters.
MOST_CHARACTERS = {"numeric": 60, "short_text": 500, "open_text": 8000}

Wire = list[int] | str
Stored = list[str] | dict[str, str] | str
Order = Sequence[str] | Mapping[str, Sequence[str]]


def to_stored(kind: str, wire: Any, order: Any) -> Stored:
    """The answer as it is kept. Raises ValueError for anything that the question does not offer and for a
    blank answer: taking an answer back is not an answer."""
    if kind in TEXT_KINDS:
        return _text(kind, wire)
    if kind in CHOICE_KINDS:
        most = len(order) if kind in ("multiple", "hotspot") else 1
        return sorted(order[place - 1] for place in _places(wire, fewest=1, most=most, last=len(order)))
    if kind == "ordering":
        count = len(order)
        return [order[place - 1] for place in _places(wire, fewest=count, most=count, last=count)]
    if kind == "matching":
        return _pairs(wire, order["prompts"], order["matches"])
    raise ValueError(f"unknown kind of question: {kind}")


def to_wire(kind: str, stored: Any, order: Any) -> Wire:
    """The answer as the phone knows it. Raises ValueError for one that does not belong to the form."""
    if kind in TEXT_KINDS:
        return _text(kind, stored)
    if kind in CHOICE_KINDS:
        return sorted(_place(order, key) for key in stored)
    if kind == "ordering":
        return [_place(order, key) for key in stored]
    if kind == "matching":
        if not set(stored) <= set(order["prompts"]):
            raise ValueError("the form has no such prompt")
        return [
            _place(order["matches"], stored[prompt]) if prompt in stored else 0 for prompt in order["prompts"]
        ]
    raise ValueError(f"unknown kind of question: {kind}")


def _text(kind: str, value: Any) -> str:
    if not isinstance(value, str) or not value.strip():
        raise ValueError("a text is expected")
    if len(value) > MOST_CHARACTERS[kind]:
        raise ValueError(f"a text of at most {MOST_CHARACTERS[kind]} characters is expected")
    # Neither can be kept: PostgreSQL refuses the one, UTF-8 the other.
    if "\x00" in value or any("\ud800" <= character <= "\udfff" for character in value):
        raise ValueError("the text contains what is no character")
    return value


def _places(wire: Any, *, fewest: int, most: int, last: int) -> list[int]:
    """`fewest` to `most` different places from 1 to `last`."""
    places = _integers(wire, least=1, last=last)
    if len(set(places)) < len(places):
        raise ValueError("each place can be given once")
    if not fewest <= len(places) <= most:
        raise ValueError(f"{fewest} to {most} places are expected")
    return places


def _integers(wire: Any, *, least: int, last: int) -> list[int]:
    if not isinstance(wire, list) or any(type(place) is not int for place in wire):
        raise ValueError("a list of places is expected")
    if any(not least <= place <= last for place in wire):
        raise ValueError(f"places go from {least} to {last}")
    return wire


def _pairs(wire: Any, prompts: Sequence[str], matches: Sequence[str]) -> dict[str, str]:
    places = _integers(wire, least=0, last=len(matches))
    if len(places) != len(prompts):
        raise ValueError(f"{len(prompts)} places are expected")
    pairs = {prompt: matches[place - 1] for prompt, place in zip(prompts, places, strict=True) if place}
    if not pairs:
        raise ValueError("at least one match is expected")
    return pairs


def _place(order: Sequence[str], key: str) -> int:
    return list(order).index(key) + 1
