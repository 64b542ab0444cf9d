"""Classical statistics against their definitions, computed another way."""

from itertools import permutations
from math import sqrt

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from lms.assessments.statistics import Responses, analyse, classical
from lms.assessments.statistics.classical import (
    alpha_interval,
    correlation_interval,
    covariances,
    efficiency,
    item_statistics,
    reliability,
    share_interval,
    tail_means,
)

MARKS = st.sampled_from([0.0, 0.5, 1.0, 2.0])


def tables(rows: int = 12) -> st.SearchStrategy[np.ndarray]:
    return arrays.arrays(float, st.tuples(st.integers(3, rows), st.integers(2, 5)), elements=MARKS)


def test_wilsons_interval_is_the_one_of_newcombe() -> None:
    """Newcombe (1998): 81 of 263, 0.2553 to 0.3662; 0 of 20, 0 to 0.1611."""
    assert share_interval(81 / 263, 263) == pytest.approx((0.2553, 0.3662), abs=5e-5)
    assert share_interval(0.0, 20) == pytest.approx((0.0, 0.1611), abs=5e-5)


def test_interval_of_a_correlation_is_fishers() -> None:
    """r = 0.5 of 28 people: tanh(0.5493 -+ 1.96 / 5) = 0.156 to 0.736."""
    assert correlation_interval(0.5, 28) == pytest.approx((0.156, 0.736), abs=5e-4)
    assert correlation_interval(0.5, 3) is None
    assert correlation_interval(1.0, 10) == (1.0, 1.0)


def test_interval_of_alpha_shrinks_with_people_and_holds_alpha() -> None:
    low, high = alpha_interval(0.8, items=20, persons=50)
    narrow_low, narrow_high = alpha_interval(0.8, items=20, persons=5000)
    assert low < narrow_low < 0.8 < narrow_high < high < 1


def test_tails_without_ties_are_the_upper_and_lower_rows() -> None:
    totals = np.arange(100.0)
    shares = (totals >= 73).astype(float)
    upper, lower, size = tail_means(shares, totals)
    assert (upper, lower, size) == (1.0, 0.0, 27.0)


def test_ties_at_the_edge_of_a_tail_count_in_equal_parts() -> None:
    """Of ten people 2.7 are in a tail: above, the two with 9 and 0.7 of the four with 5, one of whom got it."""
    totals = np.array([9, 9, 5, 5, 5, 5, 3, 2, 1, 0], dtype=float)
    shares = np.array([1, 1, 1, 0, 0, 0, 0, 1, 0, 0], dtype=float)
    upper, lower, _size = tail_means(shares, totals)
    assert upper == pytest.approx((2 + 0.7 / 4) / 2.7)
    assert lower == pytest.approx(0.7 / 2.7)


@given(tables())
def test_no_order_of_rows_changes_anything(marks: np.ndarray) -> None:
    items = tuple(map(str, range(marks.shape[1])))
    there = analyse(Responses(items, marks)).to_json()
    back = analyse(Responses(items, marks[::-1].copy())).to_json()
    for key in ("facility", "d27", "item_rest_r", "discriminative_efficiency_percent", "alpha_if_deleted"):
        for one, other in zip(there[key], back[key], strict=True):
            assert one == pytest.approx(other, abs=1e-9)


@given(arrays.arrays(float, st.tuples(st.integers(2, 6)), elements=MARKS), st.randoms())
def test_efficiency_is_relative_to_the_best_of_all_arrangements(marks: np.ndarray, chance) -> None:
    rest = np.array([chance.choice([0, 1, 2, 3, 5]) for _ in marks], dtype=float)
    best = max(np.cov(order, rest)[0, 1] for order in permutations(marks))
    found = efficiency(marks, rest)
    if best < 1e-9:
        assert found is None
    else:
        assert found == pytest.approx(100 * np.cov(marks, rest)[0, 1] / best)
        assert found <= 100 + 1e-9


@given(tables())
def test_alpha_and_its_kin_are_the_textbook_formulas(marks: np.ndarray) -> None:
    """alpha = k / (k - 1) (1 - sum of variances / variance of totals)."""
    k, total = marks.shape[1], marks.sum(axis=1).var(ddof=1)
    found = reliability(covariances(marks), length=k, persons=len(marks), total_sd=sqrt(total))
    if total < 1e-9:
        assert found.alpha is None
        return
    alpha = k / (k - 1) * (1 - marks.var(axis=0, ddof=1).sum() / total)
    assert found.alpha == pytest.approx(alpha, abs=1e-9)
    assert found.sem == pytest.approx(sqrt(max(0.0, total * (1 - alpha))), abs=1e-6)
    assert found.lambda2 >= found.alpha - 1e-9
    for i in range(k):
        fewer = np.delete(marks, i, axis=1)
        again = reliability(covariances(fewer), length=k - 1, persons=len(marks), total_sd=None)
        assert found.without[i] == pytest.approx(again.alpha, abs=1e-9)


@given(tables())
def test_covariances_are_over_the_people_who_reached_both(marks: np.ndarray) -> None:
    np.testing.assert_allclose(covariances(marks), np.atleast_2d(np.cov(marks.T)), atol=1e-9)
    marks = marks.copy()
    marks[0, 0] = marks[1, 1] = np.nan
    found = covariances(marks)
    both = ~np.isnan(marks[:, 0]) & ~np.isnan(marks[:, 1])
    if both.sum() >= 2:
        assert found[0, 1] == pytest.approx(np.cov(marks[both, 0], marks[both, 1])[0, 1], abs=1e-9)
    else:
        assert np.isnan(found[0, 1])


def test_large_marks_lose_no_digits() -> None:
    marks = np.random.default_rng(3).integers(0, 2, (50, 4)).astype(float)
    np.testing.assert_allclose(covariances(marks + 1e6), covariances(marks), rtol=1e-8)


def test_an_item_is_judged_by_those_who_reached_it_and_a_blank_earns_nothing() -> None:
    marks = np.array([1, 0, np.nan, 1])
    totals = np.array([3.0, 1.0, 2.0, 4.0])
    found = item_statistics(marks, totals, 1.0)
    assert found.reached == 3
    assert found.facility == pytest.approx(2 / 3)
    assert found.rest_r == pytest.approx(np.corrcoef([1, 0, 1], [2, 1, 3])[0, 1])


def test_alpha_of_drawn_forms_is_that_of_a_form_of_their_length() -> None:
    """Thirty parallel items of which each person sees ten: alpha is that of ten items, by Spearman and Brown."""
    chance = np.random.default_rng(5)
    ability = chance.normal(size=(4000, 1))
    marks = (chance.random((4000, 30)) < 1 / (1 + np.exp(-1.5 * ability))).astype(float)
    whole = reliability(covariances(marks), length=30, persons=4000, total_sd=None).alpha
    marks[chance.random(marks.shape).argsort(axis=1) >= 10] = np.nan
    drawn = reliability(covariances(marks), length=10, persons=4000, total_sd=None)
    single = whole / (30 - 29 * whole)
    assert drawn.alpha == pytest.approx(10 * single / (1 + 9 * single), abs=0.01)
    assert drawn.lambda2 is None


def test_tail_is_kelleys() -> None:
    assert classical.TAIL == 0.27
