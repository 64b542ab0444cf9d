"""Warm's estimate against the definition: it maximises the likelihood times the root of the information."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lms.assessments.statistics.persons import weighted_likelihood


def weighted(ability: np.ndarray, difficulty: np.ndarray, score: int) -> np.ndarray:
    p = 1 / (1 + np.exp(difficulty - ability[:, None]))
    return (
        score * ability
        - np.log1p(np.exp(ability[:, None] - difficulty)).sum(axis=1)
        + 0.5 * np.log((p * (1 - p)).sum(axis=1))
    )


@given(st.lists(st.floats(-3, 3), min_size=2, max_size=8), st.data())
def test_estimate_maximises_the_weighted_likelihood(difficulties: list[float], data) -> None:
    difficulty = np.array(difficulties)
    score = data.draw(st.integers(0, len(difficulty)))
    found, _error = weighted_likelihood(
        np.array([float(score)]), np.ones((1, len(difficulty)), bool), difficulty
    )
    near = found + np.array([-0.01, 0.0, 0.01])
    values = weighted(near, difficulty, score)
    assert values[1] >= values[0]
    assert values[1] >= values[2]


def test_estimates_rise_with_the_score_and_mirror_for_a_symmetric_test() -> None:
    difficulty = np.array([-1.0, 0.0, 1.0])
    found, error = weighted_likelihood(np.arange(4.0), np.ones((4, 3), bool), difficulty)
    assert (np.diff(found) > 0).all()
    assert found == pytest.approx(-found[::-1], abs=1e-9)
    assert error == pytest.approx(error[::-1], abs=1e-9)


def test_only_reached_items_count() -> None:
    seen = np.array([[True, True, False], [True, True, True]])
    found, _error = weighted_likelihood(np.array([1.0, 1.0]), seen, np.array([-1.0, 1.0, 0.0]))
    assert found[0] == pytest.approx(0, abs=1e-9)
    assert found[1] < found[0]
