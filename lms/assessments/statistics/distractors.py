"""Who chose what: each option of an item, and how those who chose it did on the rest."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from .classical import Interval, correlation, correlation_interval, tail_means

if TYPE_CHECKING:
    from .responses import Choices, Floats


@dataclass(frozen=True, slots=True)
class OptionRow:
    """One option. `share`, `upper` and `lower` are of the people who reached the item: of all of them, and of the
    27 % with the highest and lowest totals. `r` is the correlation of choosing it with the marks on the rest."""

    option: str
    is_key: bool
    count: int
    share: float
    mean_rest: float | None
    r: float | None
    r_interval: Interval | None
    upper: float
    lower: float


def option_table(marks: Floats, totals: Floats, choices: Choices | None) -> list[OptionRow]:
    """A row an option, in the order of `choices`; without them a row a mark that was given, lowest first.

    `marks` of one item and `totals` are of the same people. The highest mark counts as the key. Empty when nobody
    reached the item.
    """
    import numpy as np

    reached = ~np.isnan(marks)
    if not reached.any():
        return []
    own, total = marks[reached], totals[reached]
    if choices is not None:
        chosen = {name: (flags[reached], name in choices.keys) for name, flags in choices.chosen.items()}
    else:
        levels = np.unique(own)
        chosen = {f"{level:g}": (own == level, level == levels[-1]) for level in levels}
    return [
        _row(name, flags.astype(np.float64), is_key, (own, total)) for name, (flags, is_key) in chosen.items()
    ]


def _row(name: str, chose: Floats, is_key: bool, people: tuple[Floats, Floats]) -> OptionRow:
    own, total = people
    rest = total - own
    count = int(chose.sum())
    r = correlation(chose, rest)
    upper, lower, _size = tail_means(chose, total)
    return OptionRow(
        option=name,
        is_key=bool(is_key),
        count=count,
        share=count / len(own),
        mean_rest=float(rest[chose > 0].mean()) if count else None,
        r=r,
        r_interval=correlation_interval(r, len(own)),
        upper=upper,
        lower=lower,
    )
