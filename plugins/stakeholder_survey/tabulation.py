"""Counting answers, and hiding what would tell on few people. Pure: imports neither Django nor Wagtail.

The consent text promises that no result is published for a group of fewer than ten. Three rules keep it:

- A question that fewer than ten answered shows nothing, and a count of one to nine is hidden.
- Where the counts add up to their base, a single hidden count could be worked out from the others. Then the smallest
  of the others is hidden too, until at least two are and together they stand for at least ten people (secondary
  suppression; Hundepool et al., Statistical Disclosure Control, 2012, chapter 4). Of several choices, what nearly
  everybody chose tells as much about the few who did not, and is hidden as well.
- Results move in steps of ten responses (`published_total`), so that two readings of the page differ by at least ten
  people and never by one.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Hashable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import TypeVar

from .answers import Answer
from .questionnaire import Kind, Question, Questionnaire

SMALLEST_GROUP = 10

BANDS = ((0, 0), (1, 9), (10, 49), (50, 199), (200, 999), (1000, 9_999), (10_000, 32_767))
"""Numbers are shown in bands: a mean or a largest value could point at one respondent."""

Cell = TypeVar("Cell", bound=Hashable)


@dataclass(slots=True)
class Tally:
    """How many answered a question, and how often each code, place or band was given."""

    base: int = 0
    counts: Counter[int | str] = field(default_factory=Counter)


@dataclass(frozen=True, slots=True)
class Result:
    """What may be shown of a question; a count of None is hidden, and so is everything when `base` is None.

    Codes, places or bands (by their lower end) in the order in which they are shown.
    """

    question: Question
    base: int | None
    counts: Mapping[int | str, int | None]


def published_total(total: int) -> int:
    """How many of the responses, the earliest ones, published results are made of."""
    return total - total % SMALLEST_GROUP


def tally(questionnaire: Questionnaire, responses: Iterable[Mapping[str, Answer]]) -> dict[str, Tally]:
    """Count the answers to every question, in one pass and without keeping any."""
    tallies = {code: Tally() for code in questionnaire.questions}
    kinds = {code: question.kind for code, question in questionnaire.questions.items()}
    for answers in responses:
        for code, answer in answers.items():
            if code not in tallies:
                continue
            counted = tallies[code]
            counted.base += 1
            if isinstance(answer, list):
                counted.counts.update(answer)
            elif kinds[code] is Kind.NUMBER and isinstance(answer, int):
                counted.counts[band_of(answer)] += 1
            elif kinds[code] is not Kind.TEXT:
                counted.counts[answer] += 1
    return tallies


def band_of(number: int) -> int:
    """The lower end of the band that a number falls into."""
    return max(low for low, _high in BANDS if low <= number)


def result(question: Question, tallied: Tally) -> Result:
    """What may be shown of a question."""
    if tallied.base < SMALLEST_GROUP:
        return Result(question, None, {})
    counts = {cell: tallied.counts[cell] for cell in _cells(question, tallied)}
    if question.kind is Kind.MULTIPLE:
        return Result(question, tallied.base, hide_small(counts, tallied.base))
    return Result(question, tallied.base, hide_small_and_secondary(counts))


def hide_small(counts: Mapping[Cell, int], base: int) -> dict[Cell, int | None]:
    """Counts of choices that do not exclude each other: hidden when few chose, or few did not choose."""
    return {cell: None if _is_small(n) or _is_small(base - n) else n for cell, n in counts.items()}


def hide_small_and_secondary(counts: Mapping[Cell, int]) -> dict[Cell, int | None]:
    """Counts that add up to their base: small ones are hidden, and enough others that none can be worked out."""
    hidden = {cell for cell, n in counts.items() if _is_small(n)}
    others = sorted(
        (n, position, cell) for position, (cell, n) in enumerate(counts.items()) if n >= SMALLEST_GROUP
    )
    for _n, _position, cell in others:
        if not hidden or (len(hidden) > 1 and sum(counts[one] for one in hidden) >= SMALLEST_GROUP):
            break
        hidden.add(cell)
    return {cell: None if cell in hidden else n for cell, n in counts.items()}


def _is_small(number: int) -> bool:
    return 0 < number < SMALLEST_GROUP


def _cells(question: Question, tallied: Tally) -> list[int | str]:
    """What a result lists: every option, the bands a number may fall into, the places that were named."""
    match question.kind:
        case Kind.NUMBER:
            return [low for low, high in BANDS if low <= question.maximum and high >= question.minimum]
        case Kind.PLACE:
            return [place for place, _count in tallied.counts.most_common()]
        case Kind.TEXT:
            return []
        case _:
            return [option.code for option in question.options]
