"""The plot's geometry: everything inside its frame, and mirrored where the language runs from the right."""

import pytest

from lms.assessments.plots import LARGE, LARGE_RTL, SMALL, draw
from lms.assessments.statistics.curves import Point

POINTS = [Point(0.2, 0.1, (0.0, 0.3), 10), Point(0.8, 0.9, (0.7, 1.0), 40)]
CURVE = [(0.0, 0.0), (0.5, 0.4), (1.0, 1.0)]


@pytest.mark.parametrize("frame", [LARGE, LARGE_RTL, SMALL])
@pytest.mark.parametrize("is_rtl", [True, False])
def test_everything_lies_within_the_frame(frame, is_rtl: bool) -> None:
    plot = draw(POINTS, CURVE, frame, is_rtl=is_rtl)
    for mark in plot.marks:
        assert frame.left <= mark.x <= plot.end
        assert frame.top <= mark.high <= mark.y <= mark.low <= plot.floor
    assert len(plot.curve.split()) == 3


def test_totals_run_with_the_language() -> None:
    ltr, rtl = draw(POINTS, CURVE, LARGE, is_rtl=False), draw(POINTS, CURVE, LARGE_RTL, is_rtl=True)
    assert ltr.marks[0].x < ltr.marks[1].x
    assert rtl.marks[0].x > rtl.marks[1].x
    assert ltr.marks[0].x - LARGE.left == pytest.approx(rtl.end - rtl.marks[0].x)
    assert ltr.axis_at < ltr.frame.left
    assert rtl.axis_at > rtl.end


def test_more_people_make_a_larger_dot() -> None:
    small, large = draw(POINTS, [], LARGE, is_rtl=False).marks
    assert large.radius > small.radius


def test_nothing_to_draw_is_an_empty_frame() -> None:
    plot = draw([], [], LARGE, is_rtl=False)
    assert (plot.marks, plot.curve) == ([], "")
    assert [tick.label for tick in plot.across] == ["0%", "25%", "50%", "75%", "100%"]
