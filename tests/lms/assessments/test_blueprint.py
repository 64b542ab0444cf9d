"""Blueprints: every cell filled exactly, scenarios whole, the same for the same seed, gaps named."""

import random
from collections import Counter
from itertools import chain, combinations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lms.assessments.blueprint import Cell, Gap, UnfillableError, overlapping, supply
from lms.assessments.drawing import Candidate, draw_form, units_of

CELLS = [
    Cell(2, objective="1", difficulty="easy"),
    Cell(1, objective="1", difficulty="hard"),
    Cell(2, objective="2"),
]


def question(
    number: int, objective: str = "1", difficulty: str = "easy", scenario: int | None = None
) -> Candidate:
    return Candidate(
        number,
        1,
        ("a", "b"),
        objective=objective,
        difficulty=difficulty,
        scenario=scenario,
        scenario_order=number,
    )


def counts(form_versions: set[int], pool: list[Candidate], cells: list[Cell]) -> list[int]:
    drawn = [one for one in pool if one.version_id in form_versions]
    return [sum(cell.holds(one) for one in drawn) for cell in cells]


def draw(pool: list[Candidate], cells: list[Cell], seed: int = 1) -> set[int]:
    return {drawn.version_id for drawn in draw_form(pool, count=0, seed=seed, cells=cells)}


pools = st.lists(
    st.tuples(
        st.sampled_from("12"), st.sampled_from(["easy", "hard"]), st.sampled_from([None, None, 1, 2, 3])
    ),
    max_size=14,
).map(lambda rows: [question(n, *row) for n, row in enumerate(rows, start=1)])


def can_be_filled(pool: list[Candidate], cells: list[Cell]) -> bool:
    """By looking at every choice of units."""
    units = units_of(pool)
    wanted = [cell.count for cell in cells]
    for chosen in chain.from_iterable(combinations(units, size) for size in range(len(units) + 1)):
        questions = [one for unit in chosen for one in unit]
        if [sum(cell.holds(one) for one in questions) for cell in cells] == wanted and all(
            any(cell.holds(one) for cell in cells) for one in questions
        ):
            return True
    return False


@settings(max_examples=200)
@given(pool=pools, seed=st.integers(0, 2**64))
def test_a_form_fills_every_cell_exactly_whenever_any_form_can(pool: list[Candidate], seed: int) -> None:
    try:
        drawn = draw(pool, CELLS, seed)
    except UnfillableError as error:
        assert not can_be_filled(pool, CELLS)
        assert error.gaps
        assert all(gap.needed == CELLS[gap.cell].count for gap in error.gaps)
        return
    assert counts(drawn, pool, CELLS) == [cell.count for cell in CELLS]
    assert len(drawn) == sum(cell.count for cell in CELLS)
    for scenario in (1, 2, 3):
        members = {one.version_id for one in pool if one.scenario == scenario}
        assert members <= drawn or not members & drawn


@given(pool=pools, seed=st.integers(0, 2**64))
def test_the_same_seed_draws_the_same_form_however_the_bank_is_listed(
    pool: list[Candidate], seed: int
) -> None:
    try:
        first = draw_form(pool, count=0, seed=seed, cells=CELLS)
    except UnfillableError:
        return
    shuffled = random.Random(1).sample(pool, len(pool))
    assert draw_form(shuffled, count=0, seed=seed, cells=CELLS) == first


def test_scenarios_stand_together_in_their_order() -> None:
    pool = [question(n, scenario=n % 2) for n in range(1, 7)] + [question(n) for n in range(7, 20)]
    for seed in range(30):
        form = draw_form(pool, count=9, seed=seed)
        assert len(form) == 9
        for members in ([1, 3, 5], [2, 4, 6]):
            places = [drawn.position for drawn in form if drawn.version_id in members]
            versions = [drawn.version_id for drawn in form if drawn.version_id in members]
            assert versions in ([], members)
            assert not places or places == list(range(places[0], places[0] + 3))


def test_a_gap_names_its_cell_with_what_there_is() -> None:
    pool = [question(1), question(2), question(3, objective="2"), question(4, objective="2")]
    with pytest.raises(UnfillableError) as refusal:
        draw(pool, CELLS)
    assert refusal.value.gaps == (Gap(1, found=0, needed=1),)


def test_scenarios_that_cannot_be_combined_leave_a_gap_that_is_named() -> None:
    pool = [
        question(1, scenario=1),
        question(2, scenario=1),
        question(3, scenario=2),
        question(4, scenario=2),
    ]
    with pytest.raises(UnfillableError) as refusal:
        draw(pool, [Cell(3)])
    assert refusal.value.gaps == (Gap(0, found=2, needed=3),)


def test_a_scenario_with_a_question_outside_of_the_blueprint_is_left_alone() -> None:
    pool = [question(1, scenario=1), question(2, objective="9", scenario=1), question(3), question(4)]
    cells = [Cell(2, objective="1")]
    assert supply(units_of(pool), cells) == [2]
    assert draw(pool, cells) == {3, 4}


def test_where_scenarios_are_needed_they_are_found() -> None:
    """Alone there is one easy question; only the scenario makes two, and leaves no room for its rival."""
    pool = [question(1), question(2, scenario=1), question(3, difficulty="hard", scenario=1)]
    pool += [question(4, difficulty="hard")]
    cells = [Cell(2, difficulty="easy"), Cell(1, difficulty="hard")]
    assert all(draw(pool, cells, seed) == {1, 2, 3} for seed in range(20))


def test_every_question_of_a_cell_has_its_chance() -> None:
    pool = [question(n) for n in range(10)]
    drawn = Counter(chain.from_iterable(draw(pool, [Cell(3)], seed) for seed in range(300)))
    assert set(drawn) == set(range(10))
    assert max(drawn.values()) < 2 * min(drawn.values())


@pytest.mark.parametrize(
    ("one", "other", "overlaps"),
    [
        (Cell(1, objective="1"), Cell(1, objective="2"), False),
        (Cell(1, objective="1"), Cell(1, difficulty="easy"), True),
        (Cell(1), Cell(1, 3, "1", "easy"), True),
        (Cell(1, 3), Cell(1, 4), False),
        (Cell(1, 3, difficulty="easy"), Cell(1, 3, difficulty="hard"), False),
    ],
)
def test_cells_overlap_where_a_question_could_count_twice(one: Cell, other: Cell, *, overlaps: bool) -> None:
    assert overlapping([one, other]) == ([(0, 1)] if overlaps else [])
