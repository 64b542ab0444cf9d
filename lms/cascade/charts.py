"""Bar charts as plain numbers for an SVG: pure geometry, drawn by a template. Pure: imports no Django."""

from collections.abc import Iterable
from dataclasses import dataclass

WIDTH = 100


@dataclass(frozen=True, slots=True)
class Bar:
    """A row of a chart on a scale of 0 to WIDTH: the whole bar, and the darker part of it."""

    label: str
    value: int
    part: int
    length: float
    part_length: float

    @property
    def offset(self) -> float:
        """Where the bar begins when it grows from the right, as in Arabic."""
        return round(WIDTH - self.length, 2)

    @property
    def part_offset(self) -> float:
        return round(WIDTH - self.part_length, 2)


def bars(rows: Iterable[tuple[str, int, int]]) -> list[Bar]:
    """Bars for (label, value, part), the longest as wide as the chart; all empty where every value is
    nothing.
    """
    rows = list(rows)
    longest = max((value for _label, value, _part in rows), default=0) or 1
    return [
        Bar(label, value, part, round(WIDTH * value / longest, 2), round(WIDTH * part / longest, 2))
        for label, value, part in rows
    ]
