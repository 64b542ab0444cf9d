"""The part of a question that is kept as JSON, and regions as they are written. Pure.

    {"credit": "per_option",                                            for kinds with partly right answers
     "numeric": {"value": "3.5", "tolerance": "0.1", "unit_ar": "", "unit_en": ""},
     "accepted": ["دائرة", "constituency"]}                             short text

Numbers are strings, because JSON numbers are not decimal.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, cast

from lms.common.digits import western_digits

from .content import Bilingual, Credit, NumericKey, QuestionContent, Region, Shape, plain_number


@dataclass(frozen=True, slots=True)
class Spec:
    credit: Credit | None = None
    numeric: NumericKey | None = None
    accepted: tuple[str, ...] = ()


def write_spec(said: Spec | QuestionContent) -> dict[str, Any]:
    """What `read_spec` reads back; only what the question uses."""
    spec: dict[str, Any] = {}
    if said.credit is not None:
        spec["credit"] = said.credit
    if said.numeric is not None:
        spec["numeric"] = {
            "value": plain_number(said.numeric.value),
            "tolerance": plain_number(said.numeric.tolerance),
            "unit_ar": said.numeric.unit.ar,
            "unit_en": said.numeric.unit.en,
        }
    if said.accepted:
        spec["accepted"] = list(said.accepted)
    return spec


def read_spec(spec: Mapping[str, Any]) -> Spec:
    """Raises decimal.InvalidOperation for a number that is none: the application never writes one."""
    numeric = spec.get("numeric")
    return Spec(
        credit=cast("Credit | None", spec.get("credit")),
        numeric=numeric
        and NumericKey(
            Decimal(numeric["value"]),
            Decimal(numeric["tolerance"]),
            Bilingual(numeric["unit_ar"], numeric["unit_en"]),
        ),
        accepted=tuple(spec.get("accepted", ())),
    )


_THOUSANDS = re.compile(r"([+-]?[1-9][0-9]{0,2}(?:,[0-9]{3})+)(\.[0-9]+)?")
_PLAIN = re.compile(r"[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)")
MOST_DIGITS = 60


def read_number(text: str) -> Decimal | None:
    """A number as people type it, in Arabic or Latin digits; None if it is none.

    Decimals follow a point, ٫ or a comma: 3.5, ٣٫٥, 3,5. A comma between groups of three, ٬ and spaces
    separate thousands, as the pages print them: 12,345. There are no exponents.
    """
    plain = western_digits("".join(text.split())).replace("−", "-").replace("،", ",")
    if _THOUSANDS.fullmatch(plain):
        plain = plain.replace(",", "")
    plain = plain.replace(",", ".", 1)
    return Decimal(plain) if len(plain) <= MOST_DIGITS and _PLAIN.fullmatch(plain) else None


#: The number of coordinates says which shape is meant; any other even number from six on is a polygon.
_SHAPES: Mapping[int, Shape] = {3: "circle", 4: "rect"}
_FEWEST_IN_POLYGON = 6


def read_region(text: str) -> Region | None:
    """`120 80 300 200` as a region; None for blank text. Raises ValueError for anything else."""
    words = western_digits(text).replace(",", " ").replace("،", " ").split()
    if not words:
        return None
    coords = tuple(_thousandths(word) for word in words)
    shape = _SHAPES.get(len(coords))
    if shape is None and (len(coords) < _FEWEST_IN_POLYGON or len(coords) % 2):
        raise ValueError("three, four, or an even number of at least six coordinates are expected")
    return Region(shape or "polygon", coords)


def write_region(region: Region | None) -> str:
    return _joined(region.coords) if region else ""


def _thousandths(word: str) -> int:
    if not (word.isascii() and word.isdigit() and len(word) <= MOST_DIGITS):
        raise ValueError(f"{word} is not a number of thousandths")
    return int(word)


def _joined(coords: Sequence[int]) -> str:
    return " ".join(map(str, coords))
