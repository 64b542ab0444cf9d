"""What percentages of answers mean in our rules: which options are right, and what the rules cannot say."""

from collections.abc import Sequence
from fractions import Fraction

from .model import Loss

#: Moodle rounds a third to 33.33333 %.
CLOSE = Fraction(1, 1000)
FULL = Fraction(1)


def right_ones(weights: Sequence[Fraction]) -> list[bool]:
    """For a question with one answer: only full credit is right."""
    return [weight >= FULL - CLOSE for weight in weights]


def single_losses(weights: Sequence[Fraction]) -> list[Loss]:
    """Credit for less than the right answer, or for a wrong one, is more than our single choice can say."""
    is_plain = all(abs(weight) <= CLOSE or weight >= FULL - CLOSE for weight in weights)
    return [] if is_plain else [Loss("weights", listed(weights))]


def multiple_losses(weights: Sequence[Fraction]) -> list[Loss]:
    """Our rule gives each right option its share and takes for each wrong one its share; any other weights
    are lost."""
    right = sum(weight > 0 for weight in weights)
    wrong = len(weights) - right
    for weight in weights:
        usual = Fraction(1, right) if weight > 0 else Fraction(-1, wrong)
        if abs(weight - usual) > CLOSE:
            return [Loss("weights", listed(weights))]
    return []


def listed(weights: Sequence[Fraction]) -> str:
    return ", ".join(f"{percent(weight)} %" for weight in weights)


def percent(weight: Fraction) -> str:
    """A weight as Moodle writes it: 100, 50, 33.33333, -16.66667."""
    return f"{float(weight * 100):.5f}".rstrip("0").rstrip(".")
