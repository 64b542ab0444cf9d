"""Differential item functioning by Mantel and Haenszel: whether people with the same score, of two groups, have the
same odds of getting an item right (Holland and Thayer 1988).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import erfc, exp, log, sqrt
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from .responses import Floats

#: A group smaller than this is not compared.
SMALLEST_GROUP = 100
#: One unit of the log odds ratio on the delta scale of ETS.
DELTA = -2.35

Grade = Literal["A", "B", "C"]


@dataclass(frozen=True, slots=True)
class ItemDif:
    """One item, two groups. `odds_ratio` above 1 and `delta` below 0 favour the reference group. `grade` is that
    of ETS: A negligible, B moderate, C large."""

    odds_ratio: float
    delta: float
    delta_se: float
    chi2: float
    p: float
    grade: Grade


@dataclass(frozen=True, slots=True)
class GroupDif:
    """One group against the largest of its variable; None for an item that cannot be compared."""

    variable: str
    reference: str
    focal: str
    n_reference: int
    n_focal: int
    items: list[ItemDif | None]


def group_dif(
    answers: Floats, totals: Floats, variable: str, labels: Sequence[str | None]
) -> tuple[list[GroupDif], dict[str, int]]:
    """Each large enough group of a variable against the largest, and the groups that are too small with their sizes.

    `answers` is persons x items of 0, 1 and NaN; people are matched on `totals`, rounded to whole marks.
    """
    import numpy as np

    sizes = {name: labels.count(name) for name in sorted({label for label in labels if label})}
    small = {name: size for name, size in sizes.items() if size < SMALLEST_GROUP}
    large = sorted(sizes.keys() - small.keys(), key=lambda name: (-sizes[name], name))
    if not large:
        return [], small
    names = np.array([label or "" for label in labels])
    reference, *others = large
    return [
        GroupDif(
            variable,
            reference,
            focal,
            sizes[reference],
            sizes[focal],
            [
                _compare(answers[:, i], totals, names == reference, names == focal)
                for i in range(answers.shape[1])
            ],
        )
        for focal in others
    ], small


def _compare(answers: Floats, totals: Floats, reference: Floats, focal: Floats) -> ItemDif | None:
    import numpy as np

    reached = ~np.isnan(answers)
    levels, stratum = np.unique(np.rint(totals), return_inverse=True)
    tables = np.zeros((len(levels), 2, 2))
    for row, group in enumerate((reference, focal)):
        here = reached & group
        right = here & (answers == 1)
        tables[:, row, 0] = np.bincount(stratum[right], minlength=len(levels))
        tables[:, row, 1] = np.bincount(stratum[here & ~right], minlength=len(levels))
    return mantel_haenszel(tables)


def mantel_haenszel(tables: Floats) -> ItemDif | None:
    """The common odds ratio of 2 x 2 tables (strata x group x right/wrong; the reference group first).

    Chi squared has the continuity correction; the variance of the log odds ratio is that of Robins, Breslow and
    Greenland (1986). None where no stratum holds both groups with both outcomes in a way that gives a finite ratio.
    """
    total = tables.sum(axis=(1, 2))
    (a, b), (c, d) = tables[total > 1].transpose(1, 2, 0)
    n = total[total > 1]
    rights, references = a + c, a + b
    variance = float((references * (n - references) * rights * (n - rights) / (n * n * (n - 1))).sum())
    r, s = a * d / n, b * c / n
    if r.sum() <= 0 or s.sum() <= 0 or variance <= 0:
        return None
    p, q = (a + d) / n, (b + c) / n
    log_odds = log(r.sum() / s.sum())
    se = sqrt(
        (p * r).sum() / (2 * r.sum() ** 2)
        + (p * s + q * r).sum() / (2 * r.sum() * s.sum())
        + (q * s).sum() / (2 * s.sum() ** 2)
    )
    excess = abs(float((a - references * rights / n).sum()))
    chi2 = (excess - min(0.5, excess)) ** 2 / variance
    delta, delta_se = DELTA * log_odds, abs(DELTA) * se
    return ItemDif(exp(log_odds), delta, delta_se, chi2, erfc(sqrt(chi2 / 2)), grade(delta, delta_se))


def grade(delta: float, se: float) -> Grade:
    """The grade of ETS (Zwick 2012): A when delta is below 1 or not significant at 5 %, C when it is at least 1.5 and
    significantly above 1, else B.
    """
    if abs(delta) < 1 or abs(delta) <= 1.959963984540054 * se:
        return "A"
    return "C" if abs(delta) >= 1.5 and abs(delta) - 1.6448536269514722 * se > 1 else "B"
