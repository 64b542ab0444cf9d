"""The item characteristic plot: how often people got an item right, by what they scored on the whole."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from .classical import Interval, share_interval

if TYPE_CHECKING:
    from .conditional import RaschFit
    from .responses import Floats

MOST_CLASSES = 8
FEWEST_PEOPLE = 8


@dataclass(frozen=True, slots=True)
class Point:
    """People with similar totals: their mean total as a share of what was possible, and their mean share of the
    item's marks, with its interval."""

    at: float
    share: float
    interval: Interval
    n: int


def empirical(shares: Floats, totals: Floats) -> list[Point]:
    """Points from low to high totals, each of about as many people; equal totals are never torn apart.

    `shares` of one item's marks (NaN: not reached), `totals` as shares of the marks possible, of the same people.
    """
    import numpy as np

    reached = ~np.isnan(shares)
    own, total = shares[reached], np.round(totals[reached], 9)
    classes = int(max(1, min(MOST_CLASSES, len(own) // FEWEST_PEOPLE)))
    if not len(own):
        return []
    edges = np.unique(np.quantile(total, np.arange(1, classes) / classes, method="higher"))
    place = np.searchsorted(edges, total, side="right")
    points = []
    for number in np.unique(place):
        here = place == number
        mean, n = float(own[here].mean()), int(here.sum())
        points.append(Point(float(total[here].mean()), mean, share_interval(mean, n), n))
    return points


def expected(fit: RaschFit, item: int) -> list[tuple[float, float]]:
    """The curve of the Rasch model: (score as a share of the items reached, chance of a right answer given that
    score), from nothing to everything right. `item` counts among the items that were fitted.

    It is drawn for people who reached as many items as most did: of other numbers the steps lie elsewhere.
    """
    import numpy as np

    from .conditional import expectations

    rows = fit.rows
    chances, _log_chance = expectations(rows, fit.difficulty)
    number = rows.seen.sum(axis=1)
    usual = np.bincount(number, weights=rows.count * rows.seen[:, item]).argmax()
    usually = rows.seen[:, item] & (number == usual)
    at = np.round(rows.score[usually] / usual, 9)
    chance, count = chances[usually, item], rows.count[usually]
    levels, place = np.unique(at, return_inverse=True)
    weight = np.bincount(place, weights=count)
    means = np.bincount(place, weights=count * chance) / weight
    inner = [(float(level), float(mean)) for level, mean in zip(levels, means, strict=True)]
    return [(0.0, 0.0), *inner, (1.0, 1.0)]
