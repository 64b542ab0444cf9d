"""The conditional estimates against every pattern written out, and against what a maximum must be."""

from itertools import product

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lms.assessments.statistics.conditional import (
    NotConnectedError,
    Rows,
    expectations,
    fit_rasch,
    group,
)

from .conftest import answers_of, simulated


def by_enumeration(difficulty: np.ndarray, score: int) -> tuple[np.ndarray, float]:
    """Chances given the score, and minus the log of the sum over all patterns with that score."""
    patterns = np.array([p for p in product((0, 1), repeat=len(difficulty)) if sum(p) == score], dtype=float)
    weights = np.exp(-patterns @ difficulty)
    return weights @ patterns / weights.sum(), -np.log(weights.sum())


@given(
    st.lists(st.floats(-6, 6), min_size=2, max_size=7),
    st.data(),
)
def test_chances_given_the_score_are_those_of_all_patterns(difficulties: list[float], data) -> None:
    difficulty = np.array(difficulties)
    seen = np.array(data.draw(st.lists(st.booleans(), min_size=len(difficulty), max_size=len(difficulty))))
    seen[:2] = True
    score = data.draw(st.integers(0, int(seen.sum())))
    rows = Rows(seen[None], np.array([float(score)]), np.ones(1), np.zeros((1, len(difficulty))))
    found, log_chance = expectations(rows, difficulty)
    expected, log_sum = by_enumeration(difficulty[seen], score)
    np.testing.assert_allclose(found[0, seen], expected, rtol=1e-9, atol=1e-12)
    assert not found[0, ~seen].any()
    assert log_chance[0] == pytest.approx(log_sum, abs=1e-9)


def log_likelihood(answers: np.ndarray, difficulty: np.ndarray) -> float:
    """Person by person, over the items each has reached; independent of how rows are grouped."""
    total = 0.0
    for row in answers:
        seen = ~np.isnan(row)
        _chance, log_sum = by_enumeration(difficulty[seen], int(row[seen].sum()))
        total += log_sum - float(row[seen] @ difficulty[seen])
    return total


@pytest.mark.parametrize("blank", [0.0, 0.25])
def test_estimates_are_a_maximum_of_the_likelihood_written_out(blank: float) -> None:
    chance = np.random.default_rng(2)
    answers = simulated(60, np.array([-1.5, -0.5, 0.0, 0.7, 1.3]), seed=4)
    answers[chance.random(answers.shape) < blank] = np.nan
    fit = fit_rasch(answers)
    assert fit.items.all()
    assert fit.is_found
    seen = ~np.isnan(answers)
    score = np.nansum(answers, axis=1)
    told = answers[(score > 0) & (score < seen.sum(axis=1))]
    assert fit.loglik == pytest.approx(log_likelihood(told, fit.difficulty), abs=1e-8)
    for i in range(5):
        for step in (1e-3, -1e-3):
            moved = fit.difficulty + step * (np.arange(5) == i)
            assert log_likelihood(told, moved) < fit.loglik


def test_difficulties_sum_to_zero_and_follow_the_facility() -> None:
    fit = fit_rasch(simulated(800, np.linspace(-2, 2, 12)))
    assert fit.difficulty.sum() == pytest.approx(0, abs=1e-9)
    np.testing.assert_allclose(fit.difficulty, np.linspace(-2, 2, 12), atol=0.35)


def test_blanks_do_not_move_what_is_estimated() -> None:
    """With a third of the answers missing at random the difficulties are the same but for chance."""
    answers = simulated(4000, np.linspace(-1.5, 1.5, 8))
    whole = fit_rasch(answers).difficulty
    answers[np.random.default_rng(9).random(answers.shape) < 1 / 3] = np.nan
    np.testing.assert_allclose(fit_rasch(answers).difficulty, whole, atol=0.12)


def test_people_with_everything_or_nothing_right_change_nothing() -> None:
    answers = simulated(300, np.linspace(-1, 1, 6))
    extreme = np.concatenate([answers, np.ones((50, 6)), np.zeros((20, 6))])
    np.testing.assert_allclose(fit_rasch(extreme).difficulty, fit_rasch(answers).difficulty, atol=1e-9)


def test_an_item_without_a_finite_difficulty_is_left_out_and_scores_are_taken_on_the_rest() -> None:
    answers = simulated(300, np.linspace(-1, 1, 5))
    easy = np.ones((300, 1))
    easy[answers.sum(axis=1) == 0] = 0
    fit = fit_rasch(np.hstack([answers, easy]))
    assert fit.items.tolist() == [True] * 5 + [False]
    np.testing.assert_allclose(fit.difficulty, fit_rasch(answers).difficulty, atol=1e-9)


def test_a_perfect_ladder_is_refused() -> None:
    ladder = np.tril(np.ones((6, 6)))[:, ::-1]
    with pytest.raises((NotConnectedError, ValueError)):
        fit_rasch(np.repeat(ladder, 30, axis=0))


def test_two_parts_that_nothing_connects_are_refused() -> None:
    """Half the people saw items 1-3 and half items 4-6: nothing says how the parts compare."""
    answers = simulated(400, np.zeros(6))
    answers[:200, 3:] = np.nan
    answers[200:, :3] = np.nan
    with pytest.raises(NotConnectedError):
        fit_rasch(answers)


def test_fit_is_one_on_average_however_short_the_test(lsat6) -> None:
    """Given the scores the squares have their expectation, which estimates of ability would spoil."""
    fit = fit_rasch(answers_of(lsat6))
    assert fit.infit == pytest.approx(np.ones(5), abs=0.03)
    assert fit.outfit.mean() == pytest.approx(1, abs=0.01)


def test_an_item_answered_at_random_does_not_fit_and_one_too_steep_fits_too_well() -> None:
    slopes = np.ones(12)
    slopes[3], slopes[7] = 0.0, 3.0
    fit = fit_rasch(simulated(2000, np.linspace(-1, 1, 12), slopes))
    assert fit.infit[3] > 1.15
    assert fit.infit[7] < 0.9


def test_grouping_keeps_every_person_and_answer() -> None:
    answers = simulated(300, np.zeros(20))
    answers[np.random.default_rng(1).random(answers.shape) < 0.05] = np.nan
    rows = group(answers)
    assert rows.count.sum() == 300
    np.testing.assert_allclose(rows.right.sum(axis=0), np.nansum(answers, axis=0))
    np.testing.assert_allclose(rows.right.sum(axis=1), rows.score * rows.count)


def test_a_long_test_with_extreme_items_neither_overflows_nor_loses_digits() -> None:
    difficulty = np.linspace(-9, 9, 200)
    score = np.arange(1.0, 200)
    rows = Rows(np.ones((199, 200), bool), score, np.ones(199), np.zeros((199, 200)))
    found, log_chance = expectations(rows, difficulty)
    np.testing.assert_allclose(found.sum(axis=1), score, rtol=1e-10)
    assert np.isfinite(log_chance).all()
