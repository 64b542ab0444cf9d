"""Mantel-Haenszel against a published table, and on groups that are made to differ."""

from math import exp, log

import numpy as np
import pytest

from lms.assessments.statistics import Responses, analyse
from lms.assessments.statistics.dif import DELTA, grade, mantel_haenszel

from .conftest import simulated

#: Admissions to Berkeley by department (Bickel and others 1975): men and women, admitted and rejected.
BERKELEY = np.array(
    [
        [[512, 313], [89, 19]],
        [[353, 207], [17, 8]],
        [[120, 205], [202, 391]],
        [[138, 279], [131, 244]],
        [[53, 138], [94, 299]],
        [[22, 351], [24, 317]],
    ],
    dtype=float,
)


def test_berkeley_agrees_with_mantelhaen_test_of_r() -> None:
    """R: X-squared = 1.4269, p = 0.2323, common odds ratio 0.9046968, 95 % interval 0.7719074 to 1.0603298."""
    found = mantel_haenszel(BERKELEY)
    assert found.chi2 == pytest.approx(1.4269, abs=5e-5)
    assert found.p == pytest.approx(0.2323, abs=5e-5)
    assert found.odds_ratio == pytest.approx(0.9046968, abs=5e-8)
    half = 1.959964 * found.delta_se / abs(DELTA)
    centre = log(found.odds_ratio)
    assert (exp(centre - half), exp(centre + half)) == pytest.approx((0.7719074, 1.0603298), abs=1e-6)


def test_swapping_the_groups_turns_delta_round() -> None:
    one, other = mantel_haenszel(BERKELEY), mantel_haenszel(BERKELEY[:, ::-1])
    assert one.delta == pytest.approx(-other.delta)
    assert one.chi2 == pytest.approx(other.chi2)


@pytest.mark.parametrize(
    ("delta", "se", "expected"),
    [(0.9, 0.1, "A"), (1.2, 0.7, "A"), (1.2, 0.3, "B"), (-1.7, 0.5, "B"), (-1.9, 0.3, "C"), (2.0, 0.2, "C")],
)
def test_grades_are_those_of_ets(delta: float, se: float, expected: str) -> None:
    assert grade(delta, se) == expected


def test_tables_that_compare_nobody_have_no_ratio() -> None:
    assert mantel_haenszel(np.array([[[5, 0], [3, 0]]], dtype=float)) is None
    assert mantel_haenszel(np.array([[[5, 5], [0, 0]]], dtype=float)) is None
    assert mantel_haenszel(np.zeros((3, 2, 2))) is None


@pytest.fixture
def two_groups() -> Responses:
    """Six hundred people; item 3 is a good deal harder for the women, as if it were worded for men."""
    difficulty = np.linspace(-1, 1, 15)
    harder = difficulty + 1.5 * (np.arange(15) == 2)
    marks = np.concatenate([simulated(350, difficulty, seed=1), simulated(250, harder, seed=2)])
    return Responses(
        tuple(f"q{n}" for n in range(1, 16)),
        marks,
        groups={"gender": ["m"] * 350 + ["f"] * 250, "region": ["east"] * 560 + ["south"] * 40},
    )


def test_an_item_that_is_harder_for_one_group_is_found_and_the_others_are_not(two_groups: Responses) -> None:
    analysis = analyse(two_groups)
    (compared,) = analysis.dif
    assert (compared.reference, compared.focal, compared.n_reference, compared.n_focal) == (
        "m",
        "f",
        350,
        250,
    )
    grades = {name: one.grade for name, one in zip(two_groups.items, compared.items, strict=True)}
    assert grades.pop("q3") == "C"
    assert "C" not in grades.values()
    assert compared.items[2].odds_ratio > 2


def test_groups_below_a_hundred_are_not_compared_and_it_is_said(two_groups: Responses) -> None:
    notices = {notice.code: notice for notice in analyse(two_groups).notices}
    assert notices["dif_group_too_small"].detail["group"] == "south"
    assert notices["dif_no_second_group"].detail["variable"] == "region"


def test_a_part_mark_item_is_not_compared(two_groups: Responses) -> None:
    marks = two_groups.marks.copy()
    marks[5, 0] = 0.5
    analysis = analyse(Responses(two_groups.items, marks, groups=two_groups.groups))
    assert analysis.dif[0].items[0] is None
    assert analysis.dif[0].items[2] is not None
