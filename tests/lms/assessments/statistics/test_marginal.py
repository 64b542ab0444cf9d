"""The marginal estimates against an integral on a fine grid, and against what a maximum must be."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lms.assessments.statistics import marginal
from lms.assessments.statistics.marginal import fit_marginal, quadrature

from .conftest import answers_of, simulated

GRID = np.linspace(-9, 9, 3601)
DENSITY = np.exp(-(GRID**2) / 2) / np.sqrt(2 * np.pi) * (GRID[1] - GRID[0])


def log_likelihood(answers: np.ndarray, slope: np.ndarray, difficulty: np.ndarray) -> float:
    """Person by person, integrated by the trapezium rule: nothing in common with the code but the model."""
    p = 1 / (1 + np.exp(-slope * (GRID[:, None] - difficulty)))
    total = 0.0
    for row in answers:
        seen = ~np.isnan(row)
        chances = np.where(row[seen] == 1, p[:, seen], 1 - p[:, seen]).prod(axis=1)
        total += np.log(chances @ DENSITY)
    return total


@pytest.mark.parametrize("model", ["rasch", "1pl", "2pl"])
@pytest.mark.parametrize("blank", [0.0, 0.2])
def test_estimates_are_a_maximum_of_the_integrated_likelihood(model: str, blank: float) -> None:
    slope = np.ones(5) if model == "rasch" else np.array([0.7, 1.0, 1.4, 0.9, 1.2])
    answers = simulated(150, np.array([-1.0, -0.4, 0.0, 0.6, 1.1]), slope, seed=6)
    answers[np.random.default_rng(3).random(answers.shape) < blank] = np.nan
    fit = fit_marginal(answers, model)
    assert fit.is_found
    assert fit.loglik == pytest.approx(log_likelihood(answers, fit.slope, fit.difficulty), abs=1e-6)
    for i in range(5):
        at = np.arange(5) == i
        for step in (0.01, -0.01):
            assert log_likelihood(answers, fit.slope, fit.difficulty + step * at) < fit.loglik
            if model == "2pl":
                assert log_likelihood(answers, fit.slope + step * at, fit.difficulty) < fit.loglik
    if model == "1pl":
        assert np.ptp(fit.slope) == 0
        assert log_likelihood(answers, fit.slope + 0.02, fit.difficulty) < fit.loglik
        assert log_likelihood(answers, fit.slope - 0.02, fit.difficulty) < fit.loglik


def test_our_maximum_of_lsat6_is_above_the_published_one(lsat6) -> None:
    answers, given_ = answers_of(lsat6), lsat6["expected"]["two_pl_mml"]
    fit = fit_marginal(answers, "2pl")
    published = log_likelihood(answers, np.array(given_["slope"]), np.array(given_["difficulty"]))
    assert 0 < fit.loglik - published < 1e-4


def test_parameters_come_back_from_simulated_answers() -> None:
    slope, difficulty = np.tile([0.8, 1.2, 1.6], 5), np.linspace(-1.5, 1.5, 15)
    fit = fit_marginal(simulated(4000, difficulty, slope), "2pl")
    np.testing.assert_allclose(fit.slope, slope, atol=0.25)
    np.testing.assert_allclose(fit.difficulty, difficulty, atol=0.2)


def test_nodes_integrate_the_moments_of_the_normal_distribution() -> None:
    nodes, log_weights = quadrature()
    weights = np.exp(log_weights)
    moments = [weights @ nodes**power for power in range(0, 9)]
    assert moments == pytest.approx([1, 0, 1, 0, 3, 0, 15, 0, 105], abs=1e-9)


def test_so_many_nodes_are_enough_for_a_hundred_items(monkeypatch: pytest.MonkeyPatch) -> None:
    """The likelihood of a person is then narrow; more nodes must not change the estimates."""
    answers = simulated(400, np.linspace(-2, 2, 100), seed=8)
    fit = fit_marginal(answers, "2pl")
    with monkeypatch.context() as patch:
        patch.setattr(marginal, "NODES", 400)
        quadrature.cache_clear()
        finer = fit_marginal(answers, "2pl")
    quadrature.cache_clear()
    assert fit.loglik == pytest.approx(finer.loglik, abs=0.01)
    np.testing.assert_allclose(fit.slope, finer.slope, atol=0.005)
    np.testing.assert_allclose(fit.difficulty, finer.difficulty, atol=0.005)


def test_a_reversed_item_gets_a_negative_slope_and_the_others_stay() -> None:
    answers = simulated(1500, np.linspace(-1, 1, 10), 1.3)
    answers[:, 4] = 1 - answers[:, 4]
    fit = fit_marginal(answers, "2pl")
    assert fit.slope[4] < -0.8
    assert (np.delete(fit.slope, 4) > 0.8).all()


def test_answers_without_a_finite_slope_are_found_out() -> None:
    ladder = np.repeat(np.tril(np.ones((5, 4)), -1), 40, axis=0)
    fit = fit_marginal(ladder, "2pl")
    assert not (fit.is_finite and fit.is_found)


@given(st.integers(0, 2**32 - 1))
def test_people_without_answers_change_nothing(seed: int) -> None:
    answers = simulated(40, np.array([-0.5, 0.0, 0.5]), seed=seed % 1000)
    if not marginal.is_mixed(answers).all():
        return
    blank = np.concatenate([answers, np.full((7, 3), np.nan)])
    assert fit_marginal(blank, "rasch").loglik == pytest.approx(fit_marginal(answers, "rasch").loglik)
