"""What the numbers mean for whoever wrote the question. A verdict is given when the interval bears it out, so that few
answers never condemn a question.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .classical import ItemStatistics
    from .distractors import OptionRow

#: Every verdict, the most pressing first.
VERDICTS = (
    "suspected_wrong_key",
    "misleading",
    "too_hard",
    "too_easy",
    "weak",
    "unclear",
    "too_few",
    "fine",
)
FEWEST = 30
EASY = 0.90
HARD = 0.30
#: Ebel and Frisbie (1991): below 0.2 an item hardly tells people apart.
WEAK = 0.20
#: An item whose correlation with the rest is surely below zero misleads; surely below this, its key is suspect. Where
#: the options are known, the key is suspect as soon as the able prefer another one and the correlation is this low.
WRONG = -0.10
LOW = 0.10


def verdicts(statistics: ItemStatistics, options: Sequence[OptionRow]) -> tuple[str, ...]:
    """What to tell about an item, the most pressing first; never empty.

    `options` are the rows of its option table; a row for each mark will do where options are not known.
    """
    if statistics.reached < FEWEST or statistics.facility_interval is None:
        return ("too_few",)
    found = {*_of_facility(statistics), *_of_discrimination(statistics, options)}
    if "too_easy" in found:
        found.discard("weak")  # What nearly all know tells nobody apart; that is one fault and not two.
    if not found:
        r = statistics.rest_r_interval
        found = {"fine" if r is not None and r[0] > 0 else "unclear"}
    return tuple(code for code in VERDICTS if code in found)


def _of_facility(statistics: ItemStatistics) -> list[str]:
    low, high = statistics.facility_interval or (0.0, 1.0)
    return ["too_easy"] * (low > EASY) + ["too_hard"] * (high < HARD)


def _of_discrimination(statistics: ItemStatistics, options: Sequence[OptionRow]) -> list[str]:
    if statistics.rest_r is None or statistics.rest_r_interval is None:
        return []
    _low, high = statistics.rest_r_interval
    if high < WRONG or (statistics.rest_r < LOW and _rival(statistics.rest_r, options)):
        return ["suspected_wrong_key"]
    if high < 0:
        return ["misleading"]
    return ["weak"] if high < WEAK else []


def _rival(r: float, options: Sequence[OptionRow]) -> bool:
    """Whether the able surely prefer a wrong option, and more of them chose it than the key."""
    keys = [row.upper for row in options if row.is_key]
    return any(
        row.r is not None and row.r_interval is not None
        and row.r_interval[0] > 0 and row.r > r and row.upper > max(keys, default=0.0)
        for row in options
        if not row.is_key
    )  # fmt: skip
