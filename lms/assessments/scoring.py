"""How an answer becomes marks, and marks a result. Marks are decimals with two places, rounded half up.

A question earns its marks times the share of it that is right:

=========== ==========================================================================================
single      all for the one correct option, else none; so for true_false
multiple,   **right_minus_wrong**: max(0, chosen correct / correct - chosen wrong / wrong);
hotspot     **per_option**: options judged rightly (chosen if correct, left if wrong) / options;
            **all_or_nothing**: all if exactly the correct ones were chosen
matching    **per_option**: prompts with their match / prompts; **all_or_nothing**
ordering    **per_option**: items in their own place / items; **all_or_nothing**
numeric     all within the tolerance, its ends included, else none
short_text  all for an accepted answer, as `lms.common.arabic.search_key` spells it, else none
open_text   a person says
=========== ==========================================================================================

Under right_minus_wrong, choosing everything and choosing nothing both earn nothing, and choosing at
random earns nothing on average before the floor, so guessing does not pay; half knowing does. A
question without an answer earns nothing, whatever its kind.
"""

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction
from typing import Any

from lms.common.arabic import search_key

from .content import QuestionContent
from .spec import read_number

CENT = Decimal("0.01")


@dataclass(frozen=True, slots=True)
class Result:
    """The outcome of an attempt. `percent` is for reading only: `is_passed` is decided on exact numbers."""

    marks: Decimal
    max_marks: Decimal
    percent: Decimal
    is_passed: bool


def score(*, content: QuestionContent, answer: Any, max_marks: Decimal = Decimal(1)) -> Decimal | None:
    """The marks for one answer, between zero and `max_marks`; None when a person has to give them.

    `answer` is as it is kept (`answers_format`); None or an empty one earns nothing. Raises ValueError for
    an unknown kind, a question without a right answer, or an answer that the question does not offer.
    """
    if content.kind == "open_text":
        return None if answer else _to_cents(Fraction(0))
    share_of = _SHARES.get(content.kind)
    if share_of is None:
        raise ValueError(f"unknown kind of question: {content.kind}")
    share = share_of(content, answer or ())
    return _to_cents(share * Fraction(max_marks))


def _choice_share(content: QuestionContent, answer: Collection[str]) -> Fraction:
    options = {option.key for option in content.options}
    right = {option.key for option in content.options if option.is_correct}
    given = set(answer)
    if not right:
        raise ValueError("a question needs correct options among its options")
    if not given <= options:
        raise ValueError("only an option of the question can be chosen")
    if not given:
        return Fraction(0)
    if content.credit_rule == "all_or_nothing":
        return Fraction(int(given == right))
    if content.credit_rule == "per_option":
        return Fraction(len(options) - len(given ^ right), len(options))
    wrong = options - right
    penalty = Fraction(len(given & wrong), len(wrong)) if wrong else Fraction(0)
    return max(Fraction(0), Fraction(len(given & right), len(right)) - penalty)


def _matching_share(content: QuestionContent, answer: Mapping[str, str] | tuple[()]) -> Fraction:
    matches = content.match_keys
    right = {prompt.key: matches[prompt.key] for prompt in content.prompts}
    given = dict(answer)
    if not right:
        raise ValueError("a question needs prompts")
    if not set(given) <= set(right) or not set(given.values()) <= set(matches.values()):
        raise ValueError("only a match of the question can be chosen")
    hits = sum(given.get(prompt) == match for prompt, match in right.items())
    return _share_of_parts(content, hits, len(right))


def _ordering_share(content: QuestionContent, answer: Collection[str]) -> Fraction:
    right, given = content.right_order, tuple(answer)
    if not right:
        raise ValueError("a question needs items")
    if not given:
        return Fraction(0)
    if sorted(given) != sorted(right):
        raise ValueError("an order holds every item once")
    hits = sum(one == other for one, other in zip(right, given, strict=True))
    return _share_of_parts(content, hits, len(right))


def _share_of_parts(content: QuestionContent, hits: int, parts: int) -> Fraction:
    share = Fraction(hits, parts)
    return Fraction(int(share)) if content.credit_rule == "all_or_nothing" else share


def _numeric_share(content: QuestionContent, answer: Any) -> Fraction:
    if content.numeric is None:
        raise ValueError("a question needs its number")
    given = read_number(answer) if answer else None
    if given is None:
        return Fraction(0)
    distance = abs(Fraction(given) - Fraction(content.numeric.value))
    return Fraction(int(distance <= Fraction(content.numeric.tolerance)))


def _short_text_share(content: QuestionContent, answer: Any) -> Fraction:
    accepted = {search_key(text) for text in content.accepted}
    if not accepted:
        raise ValueError("a question needs accepted answers")
    return Fraction(int(bool(answer) and search_key(answer) in accepted))


_SHARES: Mapping[str, Callable[[QuestionContent, Any], Fraction]] = {
    "single": _choice_share,
    "true_false": _choice_share,
    "multiple": _choice_share,
    "hotspot": _choice_share,
    "matching": _matching_share,
    "ordering": _ordering_share,
    "numeric": _numeric_share,
    "short_text": _short_text_share,
}


def total(marks: Iterable[tuple[Decimal, Decimal]], pass_percent: int) -> Result:
    """The result over (marks, max_marks) of every question on the form, unanswered ones included.

    Passed means `marks / max_marks >= pass_percent / 100` on the recorded marks, exactly: the
    percentage shown is rounded down, so that 69.99 is never shown as a passing 70. Raises
    ValueError for an empty form.
    """
    pairs = list(marks)
    earned = sum((mark for mark, _ in pairs), Decimal(0))
    possible = sum((most for _, most in pairs), Decimal(0))
    if possible <= 0:
        raise ValueError("a form without marks has no result")
    return Result(
        marks=earned,
        max_marks=possible,
        percent=percent(earned, possible),
        is_passed=earned * 100 >= possible * pass_percent,
    )


def percent(marks: Decimal, max_marks: Decimal) -> Decimal:
    """Marks as a percentage with one decimal, rounded down."""
    tenths = Fraction(marks) * 1000 // Fraction(max_marks)
    return Decimal(tenths) / 10


def _to_cents(value: Fraction) -> Decimal:
    return (Decimal(value.numerator) / Decimal(value.denominator)).quantize(CENT, rounding=ROUND_HALF_UP)
