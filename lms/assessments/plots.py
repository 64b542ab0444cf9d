"""The item characteristic plot as numbers for an SVG: pure geometry, drawn by a template. Pure: imports no Django.

Across: the total as a share of the marks possible. Up: how many got the item right. Where the language runs from the
right, so does the axis.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from .statistics.curves import Point

TICKS = (0.0, 0.25, 0.5, 0.75, 1.0)


@dataclass(frozen=True, slots=True)
class Frame:
    """Where the plot lies in its picture, in units of the picture. `left` and `right` are sides, not beginnings."""

    width: int
    height: int
    left: int
    right: int
    top: int
    bottom: int


LARGE = Frame(width=440, height=300, left=54, right=20, top=12, bottom=54)
LARGE_RTL = Frame(width=440, height=300, left=20, right=54, top=12, bottom=54)
SMALL = Frame(width=96, height=40, left=2, right=2, top=3, bottom=3)


@dataclass(frozen=True, slots=True)
class Mark:
    """A point, with its interval from `low` to `high` (upright), and how large a dot its people deserve."""

    x: float
    y: float
    low: float
    high: float
    radius: float


@dataclass(frozen=True, slots=True)
class Tick:
    at: float
    label: str


@dataclass(frozen=True, slots=True)
class Plot:
    frame: Frame
    marks: list[Mark]
    curve: str
    across: list[Tick]
    upward: list[Tick]

    @property
    def end(self) -> int:
        return self.frame.width - self.frame.right

    @property
    def floor(self) -> int:
        return self.frame.height - self.frame.bottom

    @property
    def axis_at(self) -> float:
        """Where the names of the upright axis stand, on the wider of the two sides."""
        frame = self.frame
        return frame.left / 2 if frame.left > frame.right else self.end + frame.right / 2

    @property
    def middle(self) -> float:
        """Halfway across, where the name of the axis stands."""
        return (self.frame.left + self.end) / 2


def draw(
    points: Sequence[Point], curve: Sequence[tuple[float, float]], frame: Frame, *, is_rtl: bool
) -> Plot:
    """A plot of points and of a curve, which may be empty; all of them are shares from 0 to 1."""
    most = max((point.n for point in points), default=1)

    def x(share: float) -> float:
        inner = frame.width - frame.left - frame.right
        place = 1 - share if is_rtl else share
        return round(frame.left + inner * min(max(place, 0.0), 1.0), 1)

    def y(share: float) -> float:
        inner = frame.height - frame.top - frame.bottom
        return round(frame.top + inner * (1 - min(max(share, 0.0), 1.0)), 1)

    return Plot(
        frame=frame,
        marks=[
            Mark(
                x(one.at),
                y(one.share),
                y(one.interval[0]),
                y(one.interval[1]),
                round(3 + 3 * (one.n / most) ** 0.5, 1),
            )
            for one in points
        ],
        curve=" ".join(f"{x(a)},{y(b)}" for a, b in curve),
        across=[Tick(x(share), f"{share:.0%}") for share in TICKS],
        upward=[Tick(y(share), f"{share:.0%}") for share in TICKS],
    )
