"""Drawing a form: which questions, in which order, with their options in which order.

Without a blueprint areas are served in turn, so that on a form the numbers of questions of any two areas
differ by at most one as long as neither has run out of questions; with one, its cells are filled exactly
(see `blueprint`). The questions of a scenario are drawn together or not at all, and stand together in their
order. Everything random comes from one seed: the keyed hash of the exam and the attempt, which nobody can
compute without the server's secret.
"""

import hashlib
import hmac
import random
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal

from .blueprint import Cell, fill

#: The keys of a question as they are shown: `AttemptSlot.option_order`.
Order = tuple[str, ...] | dict[str, list[str]]

#: What is never shuffled: true before false, and regions as they are numbered on their image.
UNSHUFFLED = frozenset({"true_false", "hotspot"})


class BankTooSmallError(ValueError):
    """The bank holds fewer questions than the form needs. `found` and `needed` say how many; with
    scenarios, `found` is the most that go together on a form of that length."""

    def __init__(self, *, found: int, needed: int) -> None:
        super().__init__(f"the form needs {needed} questions and the bank holds {found}")
        self.found = found
        self.needed = needed


@dataclass(frozen=True, slots=True)
class Candidate:
    """A question that may be drawn: its published version, where it belongs, and the keys of its options.

    `match_keys` are those of a matching question, whose `option_keys` are its prompts.
    """

    version_id: int
    area_id: int
    option_keys: tuple[str, ...]
    kind: str = "single"
    match_keys: tuple[str, ...] = ()
    objective: str = ""
    difficulty: str = ""
    scenario: int | None = None
    scenario_order: int = 0
    marks: Decimal = Decimal(1)


@dataclass(frozen=True, slots=True)
class DrawnQuestion:
    """A place on the form; `option_order` holds every key of the question once, shuffled."""

    position: int
    version_id: int
    area_id: int
    option_order: Order
    marks: Decimal = Decimal(1)


#: What is drawn as one: a question, or the questions of a scenario in their order.
Unit = tuple[Candidate, ...]


def form_seed(key: bytes, exam: str, attempt: str) -> int:
    """HMAC-SHA-256 over the public ids of exam and attempt, as a number."""
    return int.from_bytes(hmac.digest(key, f"{exam}|{attempt}".encode(), hashlib.sha256), "big")


def draw_form(
    candidates: Iterable[Candidate], *, count: int, seed: int, cells: Sequence[Cell] = ()
) -> list[DrawnQuestion]:
    """A form of `count` questions, or of what `cells` ask for; positions from 1. The same arguments always
    give the same form.

    Raises BankTooSmallError when the candidates do not make up the count, and blueprint.UnfillableError
    when they do not fill the cells.
    """
    # The seed is secret, so a predictable generator gives an unpredictable form.
    chance = random.Random(seed)  # noqa: S311
    units = units_of(candidates)
    drawn = fill(units, cells, chance) if cells else _across_areas(units, count, chance)
    chance.shuffle(drawn)
    questions = (question for unit in drawn for question in unit)
    return [
        DrawnQuestion(position, one.version_id, one.area_id, shown_order(one, chance), one.marks)
        for position, one in enumerate(questions, start=1)
    ]


def units_of(candidates: Iterable[Candidate]) -> list[Unit]:
    """The candidates as they are drawn, always in the same order."""
    alone: list[Unit] = []
    scenarios: dict[int, list[Candidate]] = defaultdict(list)
    for candidate in sorted(candidates, key=lambda one: one.version_id):
        if candidate.scenario is None:
            alone.append((candidate,))
        else:
            scenarios[candidate.scenario].append(candidate)
    together = [tuple(sorted(ones, key=lambda one: one.scenario_order)) for ones in scenarios.values()]
    return sorted([*alone, *together], key=lambda unit: unit[0].version_id)


def _across_areas(units: Sequence[Unit], count: int, chance: random.Random) -> list[Unit]:
    _check_sum(units, count)
    piles: dict[int, list[Unit]] = defaultdict(list)
    for unit in units:
        piles[unit[0].area_id].append(unit)
    areas = sorted(piles)
    chance.shuffle(areas)
    for area in areas:
        chance.shuffle(piles[area])
    served = dict.fromkeys(areas, 0)
    is_simple = all(len(unit) == 1 for unit in units)
    drawn: list[Unit] = []
    while (missing := count - sum(map(len, drawn))) > 0:
        area = min((area for area in areas if piles[area]), key=lambda one: served[one])
        unit = piles[area].pop()
        if is_simple or missing - len(unit) in _sums(
            [one for pile in piles.values() for one in pile], missing
        ):
            drawn.append(unit)
            served[area] += len(unit)
    return drawn


def _check_sum(units: Sequence[Unit], count: int) -> None:
    possible = _sums(units, count)
    if count not in possible:
        raise BankTooSmallError(found=max(possible), needed=count)


def _sums(units: Sequence[Unit], most: int) -> set[int]:
    """How many questions some of the units can make up together, up to `most`."""
    alone = sum(len(unit) == 1 for unit in units)
    sums = {0}
    for unit in units:
        if len(unit) > 1:
            sums |= {total + len(unit) for total in sums if total + len(unit) <= most}
    return {total + more for total in sums for more in range(min(alone, most - total) + 1)}


def shown_order(candidate: Candidate, chance: random.Random) -> Order:
    """The keys of a question in an order that its kind allows."""
    keys = tuple(sorted(candidate.option_keys))
    if candidate.kind == "true_false":
        return tuple(reversed(keys))
    if candidate.kind in UNSHUFFLED:
        return keys
    shuffled = _shuffled(keys, chance)
    if candidate.kind != "matching":
        return shuffled
    return {"prompts": list(shuffled), "matches": list(_shuffled(candidate.match_keys, chance))}


def _shuffled(keys: Sequence[str], chance: random.Random) -> tuple[str, ...]:
    order = sorted(keys)
    chance.shuffle(order)
    return tuple(order)
