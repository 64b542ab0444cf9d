"""Classical item analysis, on marks of any size.

Sources: facility and discriminative efficiency as Moodle defines them (Moodle docs, "Quiz statistics calculations");
upper-lower difference after Kelley (1939) with 27 % groups; alpha after Cronbach (1951); lambda-2 after Guttman
(1945); intervals after Wilson (1927) for a share, Fisher for a correlation and Bonett (2002) for alpha.

An item's own statistics are over the people who reached it. A person's total is what was earned: a blank earns
nothing. Covariances are over the people who reached both items, so that forms drawn from a bank can be analysed.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import exp, log, sqrt, tanh
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .responses import Floats

Z95 = 1.959963984540054
TAIL = 0.27
#: Numbers that differ by less are the same: marks are decimals with two places, held as floats.
TINY = 1e-12

Interval = tuple[float, float]


@dataclass(frozen=True, slots=True)
class ItemStatistics:
    """One item. None is what cannot be computed. `reached` counts people; shares are of the marks possible."""

    reached: int
    facility: float | None
    facility_interval: Interval | None
    sd: float | None
    rest_r: float | None
    rest_r_interval: Interval | None
    efficiency: float | None
    d27: float | None
    d27_interval: Interval | None


def item_statistics(marks: Floats, totals: Floats, highest: float) -> ItemStatistics:
    """Everything about one item. `marks` a person (NaN: not reached), `totals` of the same people, item included."""
    import numpy as np

    reached = ~np.isnan(marks)
    own, total = marks[reached], totals[reached]
    if not len(own):
        return ItemStatistics(0, None, None, None, None, None, None, None, None)
    facility = float(own.mean() / highest)
    rest = total - own
    r = correlation(own, rest)
    upper, lower, size = tail_means(own / highest, total)
    d27 = upper - lower if len(own) > 1 else None
    return ItemStatistics(
        reached=len(own),
        facility=facility,
        facility_interval=share_interval(facility, len(own)),
        sd=float(own.std(ddof=1)) if len(own) > 1 else None,
        rest_r=r,
        rest_r_interval=correlation_interval(r, len(own)),
        efficiency=efficiency(own, rest),
        d27=d27,
        d27_interval=None if d27 is None else _difference_interval(upper, lower, size),
    )


def correlation(one: Floats, other: Floats) -> float | None:
    """Pearson's r; None when either does not vary."""
    if len(one) < 2 or one.std() < TINY or other.std() < TINY:
        return None
    a, b = one - one.mean(), other - other.mean()
    return float(max(-1.0, min(1.0, (a @ b) / sqrt(float(a @ a) * float(b @ b)))))


def efficiency(marks: Floats, rest: Floats) -> float | None:
    """Discriminative efficiency in per cent: the covariance of the item with the rest, as a share of the largest
    that these very marks and rests could have, which is when both are sorted alike.
    """
    import numpy as np

    if len(marks) < 2:
        return None
    most = float(np.sort(marks - marks.mean()) @ np.sort(rest - rest.mean()))
    if most < TINY * len(marks):
        return None
    return 100 * float((marks - marks.mean()) @ (rest - rest.mean())) / most


def tail_means(shares: Floats, totals: Floats, tail: float = TAIL) -> tuple[float, float, float]:
    """Mean share in the upper and in the lower `tail` of the totals, and the size of each tail in people.

    The tail is exactly that share of the people, be it no whole number. Those who tie at its edge count in equal
    parts, so that no order of the rows decides who is in.
    """
    size = tail * len(totals)
    return _tail_mean(shares, -totals, size), _tail_mean(shares, totals, size), size


def _tail_mean(shares: Floats, order: Floats, size: float) -> float:
    """The mean over the first `size` people by `order`."""
    import numpy as np

    _levels, place, counts = np.unique(np.round(order, 9), return_inverse=True, return_counts=True)
    before = np.cumsum(counts) - counts
    weight = np.clip((size - before) / counts, 0.0, 1.0)[place]
    return float(weight @ shares / size)


def share_interval(share: float, n: int) -> Interval:
    """Wilson's 95 % interval of a share. For part marks it is on the wide side, since they vary less than 0 and 1."""
    share = min(max(share, 0.0), 1.0)
    middle = (share + Z95**2 / (2 * n)) / (1 + Z95**2 / n)
    half = Z95 / (1 + Z95**2 / n) * sqrt(share * (1 - share) / n + Z95**2 / (4 * n * n))
    return max(0.0, middle - half), min(1.0, middle + half)


def correlation_interval(r: float | None, n: int) -> Interval | None:
    """Fisher's 95 % interval of a correlation over `n` people; None below four."""
    if r is None or n < 4:
        return None
    z = 0.5 * log((1 + r) / (1 - r)) if abs(r) < 1 else None
    if z is None:
        return r, r
    half = Z95 / sqrt(n - 3)
    return tanh(z - half), tanh(z + half)


def _difference_interval(upper: float, lower: float, size: float) -> Interval:
    """A 95 % interval of the difference of two shares of groups of `size` (Agresti and Caffo 2000)."""
    n = size + 2
    a, b = (upper * size + 1) / n, (lower * size + 1) / n
    a, b = min(max(a, 0.0), 1.0), min(max(b, 0.0), 1.0)
    half = Z95 * sqrt((a * (1 - a) + b * (1 - b)) / n)
    return max(-1.0, a - b - half), min(1.0, a - b + half)


@dataclass(frozen=True, slots=True)
class Reliability:
    """How far the total can be relied on. `sem` is in marks. `without` holds alpha with each item left out."""

    alpha: float | None
    alpha_interval: Interval | None
    lambda2: float | None
    sem: float | None
    without: list[float | None]


def reliability(covariance: Floats, *, length: int, persons: int, total_sd: float | None) -> Reliability:
    """Alpha and its kin from the covariances of the items (NaN where two were never answered by the same people).

    With `length` items drawn for each form out of more, alpha is that of a form of such a length: it depends on
    the covariances only through their mean, n c / (v + (n - 1) c), which for n items of n is Cronbach's formula.
    Lambda-2 needs every covariance and is given when every item was on every form.
    """
    alpha = _alpha(covariance, length)
    return Reliability(
        alpha=alpha,
        alpha_interval=alpha_interval(alpha, items=length, persons=persons),
        lambda2=_lambda2(covariance) if length == len(covariance) else None,
        sem=None if alpha is None or total_sd is None else total_sd * sqrt(max(0.0, 1 - alpha)),
        without=_without_each(covariance, length),
    )


def _alpha(covariance: Floats, length: int) -> float | None:
    return _alpha_of_means(*_sums(covariance), length)


def _sums(covariance: Floats) -> tuple[float, float]:
    """The mean variance of the items and the mean covariance of the pairs that are known."""
    import numpy as np

    pairs = ~np.eye(len(covariance), dtype=bool) & ~np.isnan(covariance)
    if not pairs.any():
        return 0.0, 0.0
    return float(np.nanmean(np.diag(covariance))), float(covariance[pairs].mean())


def _alpha_of_means(variance: float, covariance: float, length: int) -> float | None:
    of_total = variance + (length - 1) * covariance
    if length < 2 or of_total < TINY:
        return None
    return length * covariance / of_total


def _without_each(covariance: Floats, length: int) -> list[float | None]:
    """Alpha of forms that are one item shorter, with each item left out in turn."""
    import numpy as np

    n = len(covariance)
    known = ~np.isnan(covariance)
    values = np.where(known, covariance, 0.0)
    off = known & ~np.eye(n, dtype=bool)
    sums, counts = float(values[off].sum()), int(off.sum())
    variances, items = float(np.diag(values).sum()), int(np.diag(known).sum())
    alphas: list[float | None] = []
    for i in range(n):
        pairs, own = counts - 2 * int(off[i].sum()), int(known[i, i])
        if pairs <= 0 or items - own < 2:
            alphas.append(None)
            continue
        mean_covariance = (sums - 2 * float(values[i][off[i]].sum())) / pairs
        mean_variance = (variances - float(values[i, i])) / (items - own)
        alphas.append(_alpha_of_means(mean_variance, mean_covariance, length - 1))
    return alphas


def _lambda2(covariance: Floats) -> float | None:
    import numpy as np

    n = len(covariance)
    total = float(covariance.sum())
    if n < 2 or np.isnan(total) or total < TINY:
        return None
    off = covariance[~np.eye(n, dtype=bool)]
    return (float(off.sum()) + sqrt(n / (n - 1) * float(off @ off))) / total


def alpha_interval(alpha: float | None, *, items: int, persons: int) -> Interval | None:
    """Bonett's 95 % interval of alpha; None where alpha is unknown or 1, or fewer than three people answered."""
    if alpha is None or alpha >= 1 or items < 2 or persons < 3:
        return None
    middle = log(1 - alpha) - log(persons / (persons - 1))
    half = Z95 * sqrt(2 * items / ((items - 1) * (persons - 2)))
    return 1 - exp(middle + half), 1 - exp(middle - half)


def covariances(marks: Floats) -> Floats:
    """Covariances (n - 1) of each pair of items over the people who reached both; NaN below two such people.

    One item's variance is over all who reached it.
    """
    import numpy as np

    seen = ~np.isnan(marks)
    centre = np.where(seen.any(axis=0), np.nansum(marks, axis=0) / np.maximum(seen.sum(axis=0), 1), 0.0)
    # Centred first: the differences of large sums below then lose no digits.
    x = np.where(seen, marks - centre, 0.0)
    there = seen.astype(np.float64)
    n = there.T @ there
    products, sums = x.T @ x, x.T @ there
    with np.errstate(invalid="ignore", divide="ignore"):
        covariance: Floats = (products - sums * sums.T / n) / (n - 1)
    covariance[n < 2] = np.nan
    return covariance
