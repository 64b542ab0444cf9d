"""Logistic models by marginal maximum likelihood (Bock and Lieberman 1970; Bock and Aitkin 1981).

The chance of a right answer at ability t is 1 / (1 + exp(-slope (t - difficulty))). Abilities are N(0, 1) and are
integrated out by Gauss-Hermite quadrature. `rasch` fixes all slopes at 1, `1pl` estimates one for all items, `2pl` one
for each. Blanks are left out of the likelihood.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from .responses import Bools, Floats

Model = Literal["rasch", "1pl", "2pl"]

NODES = 121
#: Nodes that weigh less than this are left out: together they hold less than a rounding error.
LIGHTEST = 1e-20
#: A slope beyond this is on its way to infinity: the answers have no finite estimate.
STEEPEST = 25.0
#: A slope this close to zero has a difficulty that says nothing.
FLATTEST = 1e-3


@dataclass(frozen=True, slots=True)
class MarginalFit:
    """Slopes and difficulties of the items, the log likelihood, and whether a finite maximum was found."""

    slope: Floats
    difficulty: Floats
    loglik: float
    is_found: bool
    is_finite: bool


@dataclass(frozen=True, slots=True)
class _Patterns:
    """Distinct rows of answers with how often each occurs; `right` and `wrong` are flags, patterns x items."""

    right: Floats
    wrong: Floats
    count: Floats


def fit_marginal(answers: Floats, model: Model) -> MarginalFit:
    """Fit to `answers`, persons x items of 0, 1 and NaN; each item has right and wrong answers."""
    import numpy as np

    from .optimise import maximise

    patterns = _patterns(answers)
    nodes, log_weights = quadrature()
    items = answers.shape[1]
    design, fixed = _design(model, items)
    share = np.nanmean(answers, axis=0)
    easiness = 1.2 * np.log(share / (1 - share))
    start = np.concatenate([np.ones(design.shape[1] - items), easiness])

    def objective(free: Floats) -> tuple[float, Floats]:
        value, gradient = _likelihood(patterns, nodes, log_weights, design @ free + fixed)
        return value, design.T @ gradient

    information = design.T @ _information(patterns, nodes, design @ start + fixed) @ design
    inverse = np.linalg.inv(information).astype(np.float64)
    found = maximise(objective, start, inverse, tolerance=1e-9 * len(answers))
    slope, easiness = np.split(design @ found.at + fixed, 2)
    if slope.sum() < 0:  # The scale may come out upside down; ability points to more right answers.
        slope = -slope
    is_finite = bool(np.abs(slope).max() < STEEPEST and np.isfinite(found.value))
    with np.errstate(divide="ignore", invalid="ignore"):
        difficulty: Floats = np.where(np.abs(slope) > FLATTEST, -easiness / slope, np.nan)
    return MarginalFit(slope, difficulty, found.value, found.is_found, is_finite)


@cache
def quadrature() -> tuple[Floats, Floats]:
    """Gauss-Hermite nodes for N(0, 1) and the logs of their weights, by Golub and Welsch (1969): the nodes are
    the eigenvalues of the recurrence of the polynomials, which also works for many of them.
    """
    import numpy as np

    off = np.sqrt(np.arange(1.0, NODES))
    nodes, vectors = np.linalg.eigh(np.diag(off, 1) + np.diag(off, -1))
    weights = vectors[0] ** 2
    heavy = weights > LIGHTEST
    return nodes[heavy], np.log(weights[heavy] / weights[heavy].sum())


def _design(model: Model, items: int) -> tuple[Floats, Floats]:
    """How slopes and easinesses (2 x items) follow from the free parameters: design @ free + fixed."""
    import numpy as np

    eye, none = np.eye(items), np.zeros(2 * items)
    if model == "2pl":
        return np.eye(2 * items), none
    easiness = np.concatenate([np.zeros((items, items)), eye])
    if model == "rasch":
        return easiness, np.concatenate([np.ones(items), np.zeros(items)])
    common = np.concatenate([np.ones((items, 1)), np.zeros((items, 1))])
    return np.hstack([common, easiness]), none


def _patterns(answers: Floats) -> _Patterns:
    import numpy as np

    codes = np.where(np.isnan(answers), -1, answers).astype(np.int8)
    distinct, count = np.unique(codes, axis=0, return_counts=True)
    return _Patterns(
        (distinct == 1).astype(np.float64), (distinct == 0).astype(np.float64), count.astype(np.float64)
    )


def _likelihood(
    patterns: _Patterns, nodes: Floats, log_weights: Floats, parameters: Floats
) -> tuple[float, Floats]:
    """The log likelihood and its gradient at slopes and easinesses (easiness = - slope x difficulty)."""
    import numpy as np

    slope, easiness = np.split(parameters, 2)
    eta = nodes[:, None] * slope + easiness
    log_right, log_wrong = -np.logaddexp(0, -eta), -np.logaddexp(0, eta)
    joint = patterns.right @ log_right.T + patterns.wrong @ log_wrong.T + log_weights
    top = joint.max(axis=1)
    weight = np.exp(joint - top[:, None])
    total = weight.sum(axis=1)
    posterior = weight * (patterns.count / total)[:, None]
    right, seen = posterior.T @ patterns.right, posterior.T @ (patterns.right + patterns.wrong)
    excess = right - seen * np.exp(log_right)
    value = float(patterns.count @ (top + np.log(total)))
    return value, np.concatenate([nodes @ excess, excess.sum(axis=0)])


def _information(patterns: _Patterns, nodes: Floats, parameters: Floats) -> Floats:
    """The information there would be if abilities were known: a start for the climb. Blocks of slope and easiness."""
    import numpy as np

    slope, easiness = np.split(parameters, 2)
    _nodes, log_weights = quadrature()
    p = 1 / (1 + np.exp(-(nodes[:, None] * slope + easiness)))
    n = patterns.count @ (patterns.right + patterns.wrong)
    w = np.exp(log_weights)[:, None] * p * (1 - p)
    aa, ad, dd = (np.diag(n * (nodes[:, None] ** power * w).sum(axis=0)) for power in (2, 1, 0))
    information: Floats = np.block([[aa, ad], [ad, dd]])
    return information


def is_mixed(answers: Floats) -> Bools:
    """For each item: whether somebody got it right and somebody wrong, without which no model has an estimate."""
    mixed: Bools = (answers == 1).any(axis=0) & (answers == 0).any(axis=0)
    return mixed
