"""The picture of who crosses the line: nobody is lost in it, and nobody is too few to be seen."""

import re

from hypothesis import given
from hypothesis import strategies as st

from lms.assessments.flow import HEIGHT, WIDTH, draw_flow

COUNTS = st.fixed_dictionaries(
    {kind: st.integers(0, 5000) for kind in ("stays_passed", "now_passed", "now_failed", "stays_failed")}
)


@given(COUNTS, st.booleans())
def test_everybody_stands_on_both_sides_and_the_picture_stays_within_its_frame(
    counts: dict[str, int], is_rtl: bool
) -> None:
    flow = draw_flow(counts, is_rtl=is_rtl)  # type: ignore[arg-type]
    before, after = flow.sides[:2], flow.sides[2:]
    assert sum(side.count for side in before) == sum(side.count for side in after) == sum(counts.values())
    assert {one.kind: one.count for one in flow.ribbons} == {kind: n for kind, n in counts.items() if n}
    assert all(side.count == 0 or side.height >= 3 for side in flow.sides)
    for side in flow.sides:
        assert 0 <= side.x <= WIDTH
        assert side.y >= 0 and side.y + side.height <= HEIGHT + 0.2


def test_reading_starts_where_the_language_does() -> None:
    counts = {"stays_passed": 1, "now_passed": 0, "now_failed": 0, "stays_failed": 1}
    left, right = draw_flow(counts, is_rtl=False), draw_flow(counts, is_rtl=True)  # type: ignore[arg-type]
    assert left.before_x < left.after_x
    assert right.before_x > right.after_x
    assert [side.anchor for side in left.sides] == ["end", "end", "start", "start"]
    assert [side.anchor for side in right.sides] == ["start", "start", "end", "end"]


def test_a_ribbon_leaves_and_arrives_with_the_same_breadth() -> None:
    flow = draw_flow({"stays_passed": 60, "now_passed": 1, "now_failed": 9, "stays_failed": 30}, is_rtl=False)
    for ribbon in flow.ribbons:
        numbers = [float(n) for n in re.findall(r"-?\d+\.?\d*", ribbon.path)]
        start, arrive, low, start_low = numbers[1], numbers[7], numbers[8], numbers[-1]
        assert abs((low - arrive) - (start_low - start)) < 0.21
