"""How long somebody looked at each question, from the operations log. Pure: imports neither Django nor Wagtail."""

from collections import defaultdict
from collections.abc import Iterable
from typing import NamedTuple


class Step(NamedTuple):
    """What matters here of an operation: its question (0: none), its kind, and milliseconds since the page loaded."""

    slot: int
    kind: str
    t_mono: int


def seconds_on_questions(steps: Iterable[Step]) -> dict[int, int]:
    """Whole seconds by question, for the steps of one attempt in their order.

    A question is looked at from its `view` until that of another one. Time away from the page (`focus_lost` to
    `focus_back`) does not count, nor does what lies between two loads of the page (`view` of no question), which
    the device's clock does not measure. Questions that were never viewed are absent.
    """
    spent: dict[int, int] = defaultdict(int)
    looking_at, is_away, last = 0, False, 0
    for step in steps:
        is_load = step.kind == "view" and step.slot == 0
        if looking_at and not is_away and not is_load:
            spent[looking_at] += max(0, step.t_mono - last)
        last = step.t_mono
        if step.kind == "view":
            looking_at, is_away = step.slot, False
        elif step.kind in ("focus_lost", "focus_back"):
            is_away = step.kind == "focus_lost"
    return {slot: round(milliseconds / 1000) for slot, milliseconds in spent.items()}
