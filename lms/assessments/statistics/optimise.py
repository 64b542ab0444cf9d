"""Maximising a smooth concave-looking function whose gradient is known: BFGS (Nocedal and Wright, 2006, chapter 6)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .responses import Floats

    Objective = Callable[[Floats], tuple[float, Floats]]

STEPS = 500
#: Share of the promised gain that a step must bring (Armijo), and what rounding may take away near the top.
PROMISE = 1e-4
ROUNDING = 1e-13
#: Smallest step and largest change of one parameter in one step.
SHORTEST = 2.0**-40
LARGEST = 2.0


@dataclass(frozen=True, slots=True)
class Optimum:
    """Where the climb ended. `is_found` says whether the gradient vanished there."""

    at: Floats
    value: float
    is_found: bool


def maximise(objective: Objective, start: Floats, inverse: Floats, *, tolerance: float) -> Optimum:
    """Climb from `start`, guided by `inverse`, an estimate of the inverse of minus the second derivatives.

    Found means that no entry of the gradient is larger than `tolerance`. `inverse` may be singular: the climb then
    stays in the space that it spans.
    """
    import numpy as np

    at, direction_of = start.copy(), inverse.copy()
    value, gradient = objective(at)
    for _step in range(STEPS):
        if float(np.abs(gradient).max(initial=0.0)) <= tolerance:
            return Optimum(at, value, True)
        direction = direction_of @ gradient
        if direction @ gradient <= 0:
            direction_of, direction = inverse.copy(), inverse @ gradient
        taken = _climb(objective, at, direction, (value, float(direction @ gradient)))
        if taken is None:
            if np.array_equal(direction_of, inverse):
                break
            direction_of = inverse.copy()
            continue
        step, value, new = taken
        at = at + step
        direction_of = _updated(direction_of, step, gradient - new)
        gradient = new
    return Optimum(at, value, False)


def _climb(
    objective: Objective, at: Floats, direction: Floats, here: tuple[float, float]
) -> tuple[Floats, float, Floats] | None:
    """The first of ever shorter steps that climbs, with the value and the gradient there.

    `here` is the value at `at` and how steeply it rises along `direction`.
    """
    import numpy as np

    value, slope = here
    length = min(1.0, LARGEST / max(float(np.abs(direction).max()), SHORTEST))
    while length > SHORTEST:
        step = length * direction
        reached, gradient = objective(at + step)
        if np.isfinite(reached) and reached >= value + PROMISE * length * slope - ROUNDING * abs(value):
            return step, reached, gradient
        length /= 2
    return None


def _updated(inverse: Floats, step: Floats, change: Floats) -> Floats:
    """The BFGS update; unchanged where the function curves the wrong way along the step."""
    import numpy as np

    curvature = float(step @ change)
    if curvature <= 1e-12 * float(np.linalg.norm(step) * np.linalg.norm(change)):
        return inverse
    turned = inverse @ change
    updated: Floats = (
        inverse
        + (curvature + float(change @ turned)) / curvature**2 * np.outer(step, step)
        - (np.outer(turned, step) + np.outer(step, turned)) / curvature
    )
    return updated
