"""How near a result lies to the pass mark, in standard errors of measurement. Pure.

The error of an exam is taken from its own statistics once enough people sat it (`selectors.cut`). Before that it is
the binomial error at the pass mark: of n questions, c of them needed to pass, a person who is exactly good enough
earns c give or take

    sqrt(c (n - c) / (n - 1))

(F. M. Lord, "Do tests of the same length have the same standard error of measurement?", Educational and
Psychological Measurement 17, 1957), times the marks of a question. It is on the wide side, so that rather too many
results are looked at than too few.
"""

from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from typing import Literal

Source = Literal["alpha", "binomial"]

CENT = Decimal("0.01")


@dataclass(frozen=True, slots=True)
class StandardError:
    """The standard error of measurement of a whole form, in marks with two places, and where it comes from:
    `alpha` for the exam's own reliability, `binomial` for the formula above."""

    marks: Decimal
    source: Source

    def is_near(self, marks: Decimal, max_marks: Decimal, pass_percent: int) -> bool:
        """Whether a result lies within one standard error of the pass mark, on either side, the ends included."""
        return abs(marks * 100 - max_marks * pass_percent) <= self.marks * 100


def binomial_error(*, questions: int, max_marks: Decimal, pass_percent: int) -> StandardError:
    """The error of a form of so many questions that are worth `max_marks` together."""
    n = max(questions, 1)
    needed = Decimal(n * pass_percent) / 100
    variance = needed * (n - needed) / max(n - 1, 1)
    return StandardError(to_cents(variance.sqrt() * max_marks / n), "binomial")


def to_cents(marks: Decimal) -> Decimal:
    return marks.quantize(CENT, rounding=ROUND_HALF_UP)
