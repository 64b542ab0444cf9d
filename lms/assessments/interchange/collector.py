"""Gathers the questions of a file: what was read, what is left out, and every fault that refuses the file."""

from collections import Counter
from collections.abc import Callable
from dataclasses import replace

from .draft import Draft
from .model import (
    MOST_ITEMS,
    InterchangeError,
    Item,
    Language,
    Left,
    Loss,
    Problem,
    Reading,
    UnsupportedError,
)

MOST_PROBLEMS = 50


class Collector:
    """Takes questions one by one and goes on after a faulty one, so that one run shows all faults."""

    def __init__(self, format_name: str, language: Language | None) -> None:
        self.format = format_name
        self.language = language
        self._items: list[Item] = []
        self._left: list[Left] = []
        self._problems: list[Problem] = []
        self._codes: set[str] = set()
        self._members: Counter[str] = Counter()

    def take(self, draft: Draft, fill: Callable[[Draft], bool]) -> None:
        """Let `fill` read a question into its draft, and keep what comes of it. It says whether it is one:
        the text of a scenario is none."""
        try:
            if fill(draft):
                self._keep(draft.finish(self.language))
        except UnsupportedError as reason:
            loss = Loss(reason.code, reason.detail[:300])
            self._left.append(Left(draft.where, draft.name[:200], draft.foreign_kind, loss))
        except InterchangeError as error:
            self._problems += [replace(one, where=one.where or draft.where) for one in error.problems]
        if len(self._items) + len(self._left) > MOST_ITEMS:
            raise InterchangeError("too_many_items", detail=MOST_ITEMS)
        if len(self._problems) >= MOST_PROBLEMS:
            self._refuse()

    def reading(self) -> Reading:
        """Raises InterchangeError if anything was wrong, or if there was no question at all."""
        if self._problems:
            self._refuse()
        if not self._items and not self._left:
            raise InterchangeError("nothing_found")
        return Reading(self.format, tuple(self._items), tuple(self._left))

    def _keep(self, item: Item) -> None:
        if item.code and item.code in self._codes:
            item = replace(item, code="", losses=(*item.losses, Loss("code_changed", item.code)))
        self._codes.add(item.code)
        if item.scenario:
            self._members[item.scenario] += 1
            item = replace(item, scenario_order=self._members[item.scenario])
        self._items.append(item)

    def _refuse(self) -> None:
        first, *others = self._problems
        raise InterchangeError(first.code, first.where, first.detail, *others)
