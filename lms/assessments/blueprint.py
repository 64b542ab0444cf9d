"""Blueprints: filling cells such as "two hard questions on objective 6.1" exactly. Pure.

The cells of a blueprint never overlap, so a question counts in one cell at most, and questions that stand
alone can be taken freely. Scenarios are what makes it hard: each is taken whole, and its questions may
count in several cells. First everything is tried in random order; only where that leaves a gap are the
scenarios searched for a choice that the other questions can complete.
"""

import random
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Protocol, TypeVar


class Filed(Protocol):
    """What a question must say of itself."""

    @property
    def area_id(self) -> int: ...
    @property
    def objective(self) -> str: ...
    @property
    def difficulty(self) -> str: ...


@dataclass(frozen=True, slots=True)
class Cell:
    """So many questions of an area, an objective and a difficulty; None and "" mean any."""

    count: int
    area_id: int | None = None
    objective: str = ""
    difficulty: str = ""

    def holds(self, question: Filed) -> bool:
        return (
            self.area_id in (None, question.area_id)
            and self.objective in ("", question.objective)
            and self.difficulty in ("", question.difficulty)
        )

    def overlaps(self, other: "Cell") -> bool:
        """Whether some question could count in both."""
        return (
            _meet(self.area_id, other.area_id, None)
            and _meet(self.objective, other.objective, "")
            and _meet(self.difficulty, other.difficulty, "")
        )


@dataclass(frozen=True, slots=True)
class Gap:
    """A cell that stays short: by its place in the blueprint, with what was found for it."""

    cell: int
    found: int
    needed: int


class UnfillableError(ValueError):
    """The bank cannot fill the blueprint; `gaps` names the cells."""

    def __init__(self, gaps: Sequence[Gap]) -> None:
        self.gaps = tuple(gaps)
        super().__init__("; ".join(f"cell {gap.cell}: {gap.found} of {gap.needed}" for gap in gaps))


#: The most choices of scenarios that are looked at; a bank has a few dozen scenarios at most.
MOST_STEPS = 20_000

_Q = TypeVar("_Q", bound=Filed)


def overlapping(cells: Sequence[Cell]) -> list[tuple[int, int]]:
    """The pairs of cells in which a question could count twice, by their places."""
    return [(i, j) for (i, one), (j, other) in combinations(enumerate(cells), 2) if one.overlaps(other)]


def supply(units: Sequence[tuple[_Q, ...]], cells: Sequence[Cell]) -> list[int]:
    """How many questions the bank has for each cell, alone and in scenarios that fit the blueprint."""
    total = sum((_counts(unit, cells) or Counter[int]() for unit in units), Counter[int]())
    return [total[cell] for cell in range(len(cells))]


def fill(
    units: Sequence[tuple[_Q, ...]], cells: Sequence[Cell], chance: random.Random
) -> list[tuple[_Q, ...]]:
    """Units that fill every cell exactly, by chance. Raises UnfillableError; cells must not overlap."""
    usable = [(unit, counts) for unit in units if (counts := _counts(unit, cells)) is not None]
    chance.shuffle(usable)
    needs = Counter({cell: one.count for cell, one in enumerate(cells)})
    taken = _take(usable, needs)
    if not +needs:
        return taken
    chosen = _choose_scenarios(usable, cells)
    if chosen is None:
        raise UnfillableError(_gaps(units, cells, needs))
    needs = Counter({cell: one.count for cell, one in enumerate(cells)})
    alone = [(unit, counts) for unit, counts in usable if len(unit) == 1]
    return [*_take(chosen, needs), *_take(alone, needs)]


_Counted = tuple[tuple[_Q, ...], Counter[int]]


def _take(usable: Sequence[_Counted[_Q]], needs: Counter[int]) -> list[tuple[_Q, ...]]:
    """Every unit that still fits, in turn; `needs` is what is left to fill."""
    taken = []
    for unit, counts in usable:
        if counts <= needs:
            needs.subtract(counts)
            taken.append(unit)
    return taken


def _choose_scenarios(usable: Sequence[_Counted[_Q]], cells: Sequence[Cell]) -> list[_Counted[_Q]] | None:
    """Scenarios that leave no more to fill than the other questions can; None if there are none."""
    alone = sum((counts for unit, counts in usable if len(unit) == 1), Counter[int]())
    scenarios = [one for one in usable if len(one[0]) > 1]
    start = Counter({cell: one.count for cell, one in enumerate(cells)})
    stack: list[tuple[int, Counter[int], list[_Counted[_Q]]]] = [(0, start, [])]
    for _step in range(MOST_STEPS):
        if not stack:
            return None
        place, needs, chosen = stack.pop()
        if needs <= alone:
            return chosen
        if place == len(scenarios):
            continue
        stack.append((place + 1, needs, chosen))
        unit, counts = scenarios[place]
        if counts <= needs:
            stack.append((place + 1, needs - counts, [*chosen, (unit, counts)]))
    return None


def _gaps(units: Sequence[tuple[_Q, ...]], cells: Sequence[Cell], left: Mapping[int, int]) -> list[Gap]:
    """The cells for which there are too few questions; if there is none, those that scenarios left open."""
    found = supply(units, cells)
    short = [Gap(n, found[n], cell.count) for n, cell in enumerate(cells) if found[n] < cell.count]
    return short or [
        Gap(n, cells[n].count - missing, cells[n].count) for n, missing in left.items() if missing
    ]


def _counts(unit: tuple[_Q, ...], cells: Sequence[Cell]) -> Counter[int] | None:
    """In which cells the questions of a unit count; None if one of them counts in none."""
    places = [next((n for n, cell in enumerate(cells) if cell.holds(one)), None) for one in unit]
    return Counter(place for place in places if place is not None) if None not in places else None


def _meet(one: object, other: object, any_: object) -> bool:
    return one == other or any_ in (one, other)
