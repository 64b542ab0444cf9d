"""The whole: nothing is ever NaN, and what is missing has a reason."""

import json
import subprocess
import sys
import warnings
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from lms.assessments.statistics import Analysis, Responses, analyse, conditional, curves
from lms.assessments.statistics.notices import CODES

from .conftest import simulated


def analysed(marks: Any, **more: Any) -> Analysis:
    table = np.array(marks, dtype=float)
    return analyse(Responses(tuple(f"q{n}" for n in range(table.shape[1])), table, **more))


def codes(analysis: Analysis) -> set[str]:
    return {notice.code for notice in analysis.notices}


BLANK = float("nan")
#: What is given for any number of people.
CLASSICAL = (
    *("facility", "item_sd", "item_rest_r", "discriminative_efficiency_percent", "d27", "total_mean"),
    *("total_sd", "alpha", "sem", "guttman_lambda2", "alpha_if_deleted"),
)


@pytest.mark.parametrize(
    ("marks", "expected"),
    [
        ([[1, 0, 1]], {"single_person"}),
        ([[BLANK] * 3] * 4, {"no_persons", "blank_persons"}),
        ([[1, 1, 1]] * 40, {"perfect_scores", "constant_item"}),
        ([[1, 0, 1]] * 40, {"no_spread", "constant_item"}),
        ([[1], [0], [1]], {"single_item", "constant_rest"}),
        ([[1, 1], [0, 1], [1, 1]], {"constant_item"}),
        ([[1, BLANK], [0, BLANK]], {"blank_item"}),
        ([[1, 1, 0], [0, BLANK, 1], [1, BLANK, 1]], {"single_answer_item"}),
        ([[0, 1, 0], [1, 2, 1], [0, 0, 1]], {"max_marks_assumed"}),
        ([[1, BLANK], [BLANK, 1], [0, BLANK], [BLANK, 0]], {"pair_never_together"}),
    ],
)
def test_what_cannot_be_computed_says_why(marks: list[list[float]], expected: set[str]) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        analysis = analysed(marks)
        result = json.dumps(analysis.to_json(), allow_nan=False)
    assert expected <= codes(analysis)
    assert "NaN" not in result
    named = {key for notice in analysis.notices for key in notice.statistics}
    for key in CLASSICAL:
        value = analysis.to_json()[key]
        assert key in named or None not in (value if isinstance(value, list) else [value]), key


def test_perfect_scores_have_no_correlation_and_no_alpha() -> None:
    result = analysed([[1, 1, 1]] * 150).to_json()
    assert result["facility"] == [1, 1, 1]
    assert result["item_rest_r"] == [None] * 3
    assert result["alpha"] is None
    assert result["sem"] is None
    assert result["rasch_cml_sum_zero"] is None
    assert result["two_pl_mml"] is None


def test_below_a_hundred_people_there_are_intervals_and_no_models() -> None:
    marks = simulated(99, np.linspace(-1, 1, 6))
    result = analysed(marks).to_json()
    assert result["rasch_mml_slope1"] is None
    assert result["wle_for_scores_0_to_6_cml"] is None
    assert result["infit"] == [None] * 6
    assert all(
        low < value < high
        for (low, high), value in zip(result["intervals"]["facility"], result["facility"], strict=True)
    )
    assert result["intervals"]["alpha"][0] < result["alpha"] < result["intervals"]["alpha"][1]
    (warning,) = [one for one in result["warnings"] if one["code"] == "too_few_for_models"]
    assert warning["detail"] == {"n": 99, "needed": 100}
    assert analysed(simulated(100, np.linspace(-1, 1, 6))).to_json()["one_pl_mml"] is not None


def test_marks_have_classical_statistics_and_only_right_or_wrong_items_have_models() -> None:
    marks = simulated(300, np.linspace(-1, 1, 6))
    marks[:, 0] += simulated(300, np.zeros(1), seed=1)[:, 0]  # 0, 1 or 2, of the same people
    marks[:, 5] *= 4  # 0 or 4 is right or wrong too
    analysis = analysed(marks)
    result = analysis.to_json()
    assert {notice.item for notice in analysis.notices if notice.code == "item_not_dichotomous"} == {"q0"}
    assert result["two_pl_mml"]["slope"][0] is None
    assert result["two_pl_mml"]["slope"][5] is not None
    assert result["rasch_cml_sum_zero"]["difficulty"][0] is None
    assert result["facility"][0] == pytest.approx(marks[:, 0].mean() / 2)
    assert result["item_rest_r"][0] > 0
    assert "wle_for_scores_0_to_5_cml" in result


def test_known_maximum_is_used_for_the_facility() -> None:
    analysis = analysed([[1, 2], [2, 1], [0, 2]], most=np.array([4.0, 2.0]))
    assert analysis.items[0].facility == pytest.approx(0.25)
    assert "max_marks_assumed" not in codes(analysis)


def test_people_who_reached_nothing_are_left_out_with_their_labels() -> None:
    analysis = analysed([[1, 0], [BLANK, BLANK], [0, 0]], groups={"region": ["east", "west", "south"]})
    assert analysis.persons == 2
    assert analysis.responses.groups["region"] == ["east", "south"]


def test_an_item_that_only_extreme_scorers_got_otherwise_is_named() -> None:
    marks = simulated(300, np.linspace(-1, 1, 5))
    easy = np.where(marks.sum(axis=1) == 0, 0.0, 1.0)[:, None]
    analysis = analysed(np.hstack([marks, easy]))
    assert "item_extreme_in_scores" in codes(analysis)
    assert analysis.to_json()["rasch_cml_sum_zero"]["difficulty"][5] is None
    assert analysis.to_json()["rasch_mml_slope1"]["difficulty"][5] is not None


def test_a_perfect_ladder_has_no_rasch_scale_and_says_so() -> None:
    """Every item but the last is right for all who got any later one right: no likelihood has a finite top."""
    analysis = analysed(np.repeat(np.tril(np.ones((7, 6))), 30, axis=0))
    assert analysis.rasch is None
    assert codes(analysis) & {"scores_not_connected", "no_item_for_models"}
    json.dumps(analysis.to_json(), allow_nan=False)


MARKS = st.sampled_from([0.0, 1.0, 1.0, 0.0, BLANK])
ANY_MARKS = st.sampled_from([0.0, 1.0, BLANK, 0.5, 3.0, -0.25])


@given(
    arrays.arrays(float, st.tuples(st.integers(0, 8), st.integers(1, 6)), elements=ANY_MARKS),
    st.sampled_from([1, 40]),
)
def test_no_table_breaks_it_or_gives_nan(marks: np.ndarray, times: int) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        analysis = analysed(np.repeat(marks, times, axis=0))
        json.dumps(analysis.to_json(), allow_nan=False)
    assert codes(analysis) <= set(CODES)


@given(arrays.arrays(float, st.tuples(st.integers(3, 12), st.integers(2, 5)), elements=MARKS))
def test_no_table_of_right_and_wrong_breaks_the_models(marks: np.ndarray) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        analysis = analysed(np.repeat(marks, 34, axis=0), groups={"g": ["a", "b"] * (17 * len(marks))})
        result = analysis.to_json()
        json.dumps(result, allow_nan=False)
    if result["rasch_cml_sum_zero"] is not None:
        assert sum(value or 0 for value in result["rasch_cml_sum_zero"]["difficulty"]) == pytest.approx(
            0, abs=1e-6
        )


def test_points_hold_everybody_once_and_rise_with_the_total() -> None:
    marks = simulated(500, np.linspace(-1, 1, 10), 1.5)
    totals = marks.mean(axis=1)
    points = curves.empirical(marks[:, 4], totals)
    assert 4 <= len(points) <= curves.MOST_CLASSES
    assert sum(point.n for point in points) == 500
    assert [point.at for point in points] == sorted(point.at for point in points)
    assert points[-1].share > points[0].share + 0.3
    assert all(point.interval[0] <= point.share <= point.interval[1] for point in points)


def test_curve_runs_from_nothing_to_everything_and_through_the_points() -> None:
    marks = simulated(3000, np.linspace(-1, 1, 10))
    fit = conditional.fit_rasch(marks)
    curve = curves.expected(fit, 4)
    assert curve[0] == (0.0, 0.0)
    assert curve[-1] == (1.0, 1.0)
    assert [y for _x, y in curve] == sorted(y for _x, y in curve)
    scores = marks.sum(axis=1)
    for x, y in curve[1:-1]:
        there = marks[scores == round(10 * x), 4]
        assert there.mean() == pytest.approx(y, abs=0.1)


def test_a_curve_for_drawn_forms_is_over_shares_of_the_form() -> None:
    marks = simulated(600, np.linspace(-1, 1, 8))
    marks[:300, 6:] = BLANK
    curve = curves.expected(conditional.fit_rasch(marks), 0)
    assert all(0 <= x <= 1 and 0 <= y <= 1 for x, y in curve)
    assert [x for x, _y in curve] == sorted({x for x, _y in curve})


def test_points_of_nobody_are_none() -> None:
    assert curves.empirical(np.full(3, BLANK), np.zeros(3)) == []


def test_importing_the_package_loads_neither_numpy_nor_django() -> None:
    modules = "lms.assessments.statistics, lms.assessments.statistics.responses_file"
    code = f"import sys, {modules}; print([m for m in ('numpy', 'django') if m in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
