"""Weighted likelihood estimates of ability (Warm 1989): finite for every score, and with little bias."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .responses import Bools, Floats

#: Halvings of an interval that is sure to hold the estimate: 2 * WIDEST / 2**60 is below rounding.
HALVINGS = 60
WIDEST = 60.0


def weighted_likelihood(score: Floats, seen: Bools, difficulty: Floats) -> tuple[Floats, Floats]:
    """Ability and its standard error, in logits on the scale of `difficulty`, for each row of scores.

    `score` counts right answers among the items that are `seen` (rows x items). The estimate solves
    score - sum P + sum P Q (1 - 2 P) / (2 sum P Q) = 0; the standard error is 1 / sqrt(sum P Q) there.
    """
    import numpy as np

    low = np.full(len(score), difficulty.min(initial=0.0) - WIDEST)
    high = np.full(len(score), difficulty.max(initial=0.0) + WIDEST)
    for _halving in range(HALVINGS):
        ability = (low + high) / 2
        p = _chances(ability, seen, difficulty)
        information = (p * (1 - p)).sum(axis=1)
        bias = (p * (1 - p) * (1 - 2 * p)).sum(axis=1)
        excess = score - p.sum(axis=1) + bias / (2 * np.maximum(information, 1e-300))
        low, high = np.where(excess > 0, ability, low), np.where(excess > 0, high, ability)
    ability = (low + high) / 2
    p = _chances(ability, seen, difficulty)
    return ability, 1 / np.sqrt((p * (1 - p)).sum(axis=1))


def _chances(ability: Floats, seen: Bools, difficulty: Floats) -> Floats:
    import numpy as np

    return np.where(seen, 1 / (1 + np.exp(np.clip(difficulty - ability[:, None], -700, 700))), 0.0)
