"""Options: who chose them, and what that means for the key."""

import numpy as np
import pytest

from lms.assessments.statistics import Choices, Responses, analyse

from .conftest import simulated


def with_options(key: str, rival: str | None = None) -> Responses:
    """Two hundred people and ten items. For the first, those who know chose b and the others a, c or d; what is
    marked as right is `key`."""
    marks = simulated(200, np.linspace(-1, 1, 10), 1.5)
    chance = np.random.default_rng(4)
    chosen = np.where(marks[:, 0] == 1, "b", chance.choice(list("acd"), 200))
    if rival:
        chosen = np.where(marks[:, 0] == 1, rival, chosen)
    marks[:, 0] = chosen == key
    options = {option: chosen == option for option in "abcd"}
    return Responses(
        tuple(f"q{n}" for n in range(10)), marks, choices={"q0": Choices(frozenset({key}), options)}
    )


def test_each_option_has_its_people() -> None:
    responses = with_options("b")
    rows = {row.option: row for row in analyse(responses).options[0]}
    assert [rows[name].is_key for name in "abcd"] == [False, True, False, False]
    assert sum(row.count for row in rows.values()) == 200
    assert sum(row.share for row in rows.values()) == pytest.approx(1)
    assert rows["b"].r > 0.2
    assert rows["a"].r < 0
    assert rows["b"].upper > rows["b"].lower
    assert rows["b"].mean_rest > rows["a"].mean_rest


def test_a_right_key_is_fine_and_a_wrong_one_is_suspected() -> None:
    assert analyse(with_options("b")).verdicts[0] == ("fine",)
    assert analyse(with_options("c")).verdicts[0][0] == "suspected_wrong_key"


def test_without_options_the_rows_are_marks() -> None:
    rows = analyse(Responses(("a", "b"), np.array([[0, 1], [1, 2], [0.5, 0], [1, 2]]))).options[0]
    assert [(row.option, row.count, row.is_key) for row in rows] == [
        ("0", 1, False),
        ("0.5", 1, False),
        ("1", 2, True),
    ]


def test_an_option_that_nobody_chose_is_still_listed() -> None:
    responses = with_options("b")
    options = dict(responses.choices["q0"].chosen) | {"e": np.zeros(200, dtype=bool)}
    again = Responses(responses.items, responses.marks, choices={"q0": Choices(frozenset("b"), options)})
    row = analyse(again).options[0][-1]
    assert (row.option, row.count, row.mean_rest, row.r) == ("e", 0, None, None)
