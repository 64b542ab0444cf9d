"""The answers as a table: a row a person, a column an item."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]
    Bools = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Choices:
    """Which options of one item were chosen: the right ones, and for each option a flag a person."""

    keys: frozenset[str]
    chosen: Mapping[str, Bools]


@dataclass(frozen=True, slots=True)
class Responses:
    """What a group of people answered.

    `marks` is persons x items, NaN where a person did not reach the item or did not have it on the form. `most` is
    the mark an item can earn, or None to take the highest that anybody earned. `groups` names variables such as
    "region" with a label a person, None where unknown. `choices` holds by item what was chosen, where that is known.
    `form_length` is the number of items on one person's form; None means that every item was on every form.
    """

    items: tuple[str, ...]
    marks: Floats
    most: Floats | None = None
    groups: Mapping[str, Sequence[str | None]] = field(default_factory=dict)
    choices: Mapping[str, Choices] = field(default_factory=dict)
    form_length: int | None = None

    def __post_init__(self) -> None:
        persons, items = self.marks.shape
        if items != len(self.items) or len(set(self.items)) != items:
            raise ValueError("each column needs a name of its own")
        if any(len(labels) != persons for labels in self.groups.values()):
            raise ValueError("a group needs a label for each person")

    def shares(self) -> Floats:
        """The marks as shares of what each item can earn: 1 is all of it. Blank stays NaN."""
        import numpy as np

        shares: Floats = self.marks / np.where(self.highest() > 0, self.highest(), 1.0)
        return shares

    def highest(self) -> Floats:
        """What each item can earn; where that is not known, the highest mark seen, or 1 for an item of zeros."""
        import numpy as np

        if self.most is not None:
            return self.most
        seen = np.where(np.isnan(self.marks), -np.inf, self.marks)
        highest: Floats = np.max(seen, axis=0, initial=-np.inf)
        return np.where(highest > 0, highest, 1.0)

    def answered(self) -> Responses:
        """Only the people who reached at least one item."""
        import numpy as np

        here: Bools = np.any(~np.isnan(self.marks), axis=1)
        if here.all():
            return self
        return Responses(
            self.items,
            self.marks[here],
            self.most,
            {
                name: [label for label, is_in in zip(labels, here, strict=True) if is_in]
                for name, labels in self.groups.items()
            },
            {
                item: Choices(one.keys, {option: chosen[here] for option, chosen in one.chosen.items()})
                for item, one in self.choices.items()
            },
            self.form_length,
        )
