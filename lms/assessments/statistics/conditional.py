"""The Rasch model by conditional maximum likelihood (Andersen 1972).

Given how many items somebody got right, which ones they were says nothing of the person and all of the items. So the
difficulties are estimated from the answers given each person's score, without any assumption on the abilities. They
sum to zero. People who got all or nothing right say nothing and are left out.

The chance of an item being right given the score is that of one of several independent answers given how many of
them are right. It is computed by passing sums forwards and targets backwards, items in a row, which loses no digits:
everything is positive and nothing is subtracted.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .responses import Bools, Floats

#: Rows that are worked on at a time, so that memory is bounded however many patterns of blanks there are.
BLOCK = 256


class NotConnectedError(ValueError):
    """There are two groups of items of which nobody got one of the first wrong and one of the second right."""


@dataclass(frozen=True, slots=True)
class Rows:
    """People who reached the same items with the same score. rows: `seen` (rows x items), `score`, `count` and
    `right`, how many of them got each item right (rows x items)."""

    seen: Bools
    score: Floats
    count: Floats
    right: Floats


@dataclass(frozen=True, slots=True)
class RaschFit:
    """Items that could be estimated (as flags of all), their difficulties, and the fit of each of those.

    `infit` and `outfit` compare answers with what is expected of people with the same score (Müller 2020): they are 1
    on average, however short the test.
    """

    items: Bools
    difficulty: Floats
    loglik: float
    is_found: bool
    informative: int
    infit: Floats
    outfit: Floats
    rows: Rows


def fit_rasch(answers: Floats) -> RaschFit:
    """Fit to `answers`, persons x items of 0, 1 and NaN.

    An item that everybody (or nobody) with a telling score got right has no finite difficulty and is left out, and
    scores are taken on what remains. Raises NotConnectedError when the answers do not place the items on one scale,
    as in a perfect Guttman scale, and ValueError when fewer than two items remain.
    """
    import numpy as np

    from .optimise import maximise

    items, people = _telling(answers)
    if items.sum() < 2:
        raise ValueError("fewer than two items tell people apart")
    told = answers[np.ix_(people, items)]
    if not _is_connected(told):
        raise NotConnectedError
    rows = group(told)
    sufficient = rows.right.sum(axis=0)
    start = -np.log(sufficient / (rows.count @ rows.seen - sufficient))
    start -= start.mean()
    inverse = np.linalg.pinv(_information(rows, start), hermitian=True).astype(np.float64)

    def objective(difficulty: Floats) -> tuple[float, Floats]:
        expected, log_chance = expectations(rows, difficulty)
        return float(rows.count @ log_chance - difficulty @ sufficient), rows.count @ expected - sufficient

    found = maximise(objective, start, inverse, tolerance=1e-9 * len(told))
    difficulty = found.at - found.at.mean()
    infit, outfit = _item_fit(rows, difficulty)
    return RaschFit(items, difficulty, found.value, found.is_found, len(told), infit, outfit, rows)


def group(answers: Floats) -> Rows:
    """Persons by what they reached and what they scored."""
    import numpy as np

    seen = ~np.isnan(answers)
    right = np.nan_to_num(answers)
    keys = np.column_stack([np.packbits(seen, axis=1), *divmod(right.sum(axis=1).astype(np.int64), 256)])
    _keys, first, place, count = np.unique(
        keys, axis=0, return_index=True, return_inverse=True, return_counts=True
    )
    sums = np.zeros((len(first), answers.shape[1]))
    np.add.at(sums, place.reshape(-1), right)
    return Rows(seen[first], right.sum(axis=1)[first], count.astype(np.float64), sums)


def expectations(rows: Rows, difficulty: Floats) -> tuple[Floats, Floats]:
    """For each row the chance of each item being right given the score (0 where not reached), and minus the log of
    the sum over all ways to reach that score, each weighted by exp(- difficulties of what is right).
    """
    import numpy as np

    expected, log_chance = [], []
    for start in range(0, len(rows.score), BLOCK):
        part = slice(start, start + BLOCK)
        e, c = _block(rows.seen[part], rows.score[part], difficulty)
        expected.append(e)
        log_chance.append(c)
    return np.concatenate(expected), np.concatenate(log_chance)


def _block(seen: Bools, score: Floats, difficulty: Floats) -> tuple[Floats, Floats]:
    import numpy as np

    rows, items = seen.shape
    number = seen.sum(axis=1)
    # Any ability gives the same conditional chances; one that makes the score likely keeps them far from zero.
    ability = np.log((score + 0.5) / (number - score + 0.5))
    chance = np.where(seen, 1 / (1 + np.exp(difficulty - ability[:, None])), 0.0)
    sums = np.zeros((items + 1, rows, items + 1))
    sums[0, :, 0] = 1
    for i in range(items):
        p = chance[:, i, None]
        sums[i + 1] = sums[i] * (1 - p)
        sums[i + 1, :, 1:] += sums[i, :, :-1] * p
    total = sums[items, np.arange(rows), score.astype(np.int64)]
    # The chance of ending at the score, from each sum so far; item by item from the last.
    ahead = np.zeros((rows, items + 1))
    ahead[np.arange(rows), score.astype(np.int64)] = 1
    expected = np.zeros((rows, items))
    for i in reversed(range(items)):
        p = chance[:, i, None]
        expected[:, i] = chance[:, i] * (sums[i, :, :-1] * ahead[:, 1:]).sum(axis=1) / total
        ahead[:, :-1] = ahead[:, :-1] * (1 - p) + ahead[:, 1:] * p
        ahead[:, -1:] *= 1 - p
    of_none = np.log1p(-chance).sum(axis=1)
    return expected, -(np.log(total) - of_none - score * ability)


def _information(rows: Rows, difficulty: Floats) -> Floats:
    """Close to the information: the covariance of independent answers given their sum, to second order."""
    import numpy as np

    expected, _log_chance = expectations(rows, difficulty)
    v = expected * (1 - expected) * rows.seen
    number = rows.seen.sum(axis=1)
    weight = rows.count * number / np.maximum(number - 1, 1)
    information: Floats = np.diag(weight @ v) - (v * (weight / v.sum(axis=1))[:, None]).T @ v
    return information


def _telling(answers: Floats) -> tuple[Bools, Bools]:
    """The items and the people that say something: neither all right nor all wrong among each other."""
    import numpy as np

    items = np.ones(answers.shape[1], dtype=bool)
    while True:
        of_people = _is_mixed(np.where(items, answers, np.nan), axis=1)
        of_items = items & _is_mixed(np.where(of_people[:, None], answers, np.nan), axis=0)
        if (of_items == items).all() or not of_items.any():
            return of_items, of_people
        items = of_items


def _is_mixed(answers: Floats, axis: int) -> Bools:
    """Along an axis: whether there is both a right and a wrong answer."""
    mixed: Bools = (answers == 1).any(axis=axis) & (answers == 0).any(axis=axis)
    return mixed


def _is_connected(answers: Floats) -> bool:
    """Whether, for any two items, a chain of people got the next one right and the one before wrong (Fischer 1981)."""
    import numpy as np

    right, wrong = (answers == 1).astype(np.float64), (answers == 0).astype(np.float64)
    reach = (right.T @ wrong > 0) | np.eye(answers.shape[1], dtype=bool)
    for _doubling in range(answers.shape[1].bit_length()):
        reach = (reach.astype(np.float64) @ reach.astype(np.float64)) > 0
    return bool(reach.all())


def _item_fit(rows: Rows, difficulty: Floats) -> tuple[Floats, Floats]:
    """Infit and outfit mean squares of each item, given the scores."""
    expected, _log_chance = expectations(rows, difficulty)
    count = rows.count[:, None] * rows.seen
    variance = expected * (1 - expected)
    squares = rows.right * (1 - expected) ** 2 + (count - rows.right) * expected**2
    infit: Floats = squares.sum(axis=0) / (count * variance).sum(axis=0)
    safe = variance + (~rows.seen)
    outfit: Floats = (squares / safe).sum(axis=0) / count.sum(axis=0)
    return infit, outfit
