"""Who passed before and who passes after, as ribbons from one side to the other. Pure geometry.

Reading goes from before to after: from the left, or from the right where the language does.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

Kind = Literal["stays_passed", "now_passed", "now_failed", "stays_failed"]

Order = tuple[Kind, Kind, Kind, Kind]
#: The upper edge of a ribbon at one end, and its thickness.
Band = tuple[float, float]

#: How ribbons lie at each end, from the top: two that pass there, then two that do not.
_LEAVING: Order = ("stays_passed", "now_failed", "now_passed", "stays_failed")
_ARRIVING: Order = ("stays_passed", "now_passed", "now_failed", "stays_failed")

#: In units of the picture. MARGIN is kept free beside the bars for their words, TOP above them for the headings.
WIDTH, HEIGHT, BAR, MARGIN, TOP, GAP = 640, 300, 18, 150, 40, 36
#: A single person among hundreds must be seen.
THINNEST = 3.0


@dataclass(frozen=True, slots=True)
class Ribbon:
    kind: Kind
    count: int
    path: str


@dataclass(frozen=True, slots=True)
class Side:
    """A bar of the picture: where it stands, and where its words do. `anchor` is SVG's for a text that is written
    away from the bar, to the left or to the right."""

    count: int
    is_passed: bool
    x: float
    y: float
    height: float
    text_x: float
    text_y: float
    anchor: str


@dataclass(frozen=True, slots=True)
class Flow:
    ribbons: list[Ribbon]
    sides: list[Side]
    before_x: float
    after_x: float
    width: int = WIDTH
    height: int = HEIGHT


def draw_flow(counts: Mapping[Kind, int], *, is_rtl: bool) -> Flow:
    """The picture of how many stay and how many cross. Counts that are missing are zero."""
    starts, ends = _bands(_LEAVING, counts), _bands(_ARRIVING, counts)
    start_x, end_x = (WIDTH - MARGIN, MARGIN) if is_rtl else (MARGIN, WIDTH - MARGIN)
    return Flow(
        ribbons=[
            Ribbon(kind, counts[kind], _path((start_x, starts[kind]), (end_x, ends[kind])))
            for kind in _LEAVING
            if counts.get(kind)
        ],
        sides=[
            *_sides(_LEAVING, counts, starts, start_x, is_left=not is_rtl),
            *_sides(_ARRIVING, counts, ends, end_x, is_left=is_rtl),
        ],
        before_x=start_x,
        after_x=end_x,
    )


def _bands(order: Order, counts: Mapping[Kind, int]) -> dict[Kind, Band]:
    """Where each ribbon meets one side: those who pass on top, a gap, then the others."""
    thick = _thickness(counts)
    bands: dict[Kind, Band] = {}
    y = float(TOP)
    for place, kind in enumerate(order):
        y += GAP if place == len(order) // 2 else 0
        bands[kind] = (y, thick[kind])
        y += thick[kind]
    return bands


def _thickness(counts: Mapping[Kind, int]) -> dict[Kind, float]:
    """In proportion to the people, but never so thin that it is not seen; the thickest gives up what others gain."""
    room, total = HEIGHT - TOP - GAP, sum(counts.values()) or 1
    thick = {kind: max(THINNEST, n * room / total) if n else 0.0 for kind, n in counts.items()}
    thickest = max(thick, key=lambda kind: thick[kind])
    thick[thickest] -= max(0.0, sum(thick.values()) - room)
    return {kind: thick.get(kind, 0.0) for kind in _LEAVING}


def _sides(
    order: Order, counts: Mapping[Kind, int], bands: Mapping[Kind, Band], x: float, *, is_left: bool
) -> list[Side]:
    """The two bars at one end, those who pass first."""
    return [
        Side(
            count=counts.get(one, 0) + counts.get(other, 0),
            is_passed=one == order[0],
            x=x - BAR if is_left else x,
            y=round(bands[one][0], 1),
            height=round(bands[one][1] + bands[other][1], 1),
            text_x=x - BAR - 10 if is_left else x + BAR + 10,
            text_y=round(bands[one][0] + (bands[one][1] + bands[other][1]) / 2 + 6, 1),
            anchor="end" if is_left else "start",
        )
        for one, other in (order[:2], order[2:])
    ]


def _path(start: tuple[float, Band], end: tuple[float, Band]) -> str:
    (x, (y, thick)), (to_x, (to_y, _thick)) = start, end
    middle = (x + to_x) / 2
    low, to_low = y + thick, to_y + thick
    there = f"M{x} {y:.1f}C{middle} {y:.1f} {middle} {to_y:.1f} {to_x} {to_y:.1f}"
    return f"{there}V{to_low:.1f}C{middle} {to_low:.1f} {middle} {low:.1f} {x} {low:.1f}Z"
