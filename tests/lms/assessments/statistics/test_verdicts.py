"""What an author is told, and that few answers condemn nothing."""

import numpy as np
import pytest

from lms.assessments.statistics import Responses, analyse
from lms.assessments.statistics.verdicts import VERDICTS

from .conftest import simulated


def verdicts_of(marks: np.ndarray) -> list[tuple[str, ...]]:
    return analyse(Responses(tuple(map(str, range(marks.shape[1]))), marks)).verdicts


@pytest.fixture
def marks() -> np.ndarray:
    return simulated(600, np.linspace(-0.7, 0.7, 12), 1.4)


def test_good_items_are_fine(marks: np.ndarray) -> None:
    assert set(verdicts_of(marks)) == {("fine",)}


def test_too_easy_and_too_hard(marks: np.ndarray) -> None:
    chance = np.random.default_rng(1)
    marks[:, 0] = chance.random(600) < 0.97
    marks[:, 1] = chance.random(600) < 0.08
    found = verdicts_of(marks)
    assert found[0] == ("too_easy",)
    assert found[1][0] == "too_hard"


def test_what_everybody_knows_is_too_easy_and_nothing_worse() -> None:
    marks = simulated(200, np.linspace(-1, 1, 6))
    marks[:, 2] = 1
    assert verdicts_of(marks)[2] == ("too_easy",)


def test_an_item_that_the_able_get_wrong_misleads_or_has_a_wrong_key(marks: np.ndarray) -> None:
    reversed_key = marks.copy()
    reversed_key[:, 4] = 1 - marks[:, 4]
    assert verdicts_of(reversed_key)[4] == ("suspected_wrong_key",)
    misleading = marks.copy()
    flipped = np.random.default_rng(2).random(600) < 0.65
    misleading[flipped, 4] = 1 - marks[flipped, 4]
    assert verdicts_of(misleading)[4] == ("misleading",)


def test_an_item_answered_at_random_tells_little(marks: np.ndarray) -> None:
    marks[:, 7] = np.random.default_rng(11).random(600) < 0.5
    assert verdicts_of(marks)[7][0] in ("weak", "misleading")


def test_below_thirty_people_nothing_is_judged(marks: np.ndarray) -> None:
    marks[:, 4] = 1 - marks[:, 4]
    assert set(verdicts_of(marks[:29])) == {("too_few",)}


def test_few_people_leave_more_open(marks: np.ndarray) -> None:
    marks[:, 7] = np.random.default_rng(3).random(600) < 0.5
    assert verdicts_of(marks[:60])[7] == ("unclear",)


def test_all_verdicts_are_listed_by_urgency() -> None:
    assert len(set(VERDICTS)) == len(VERDICTS) == 8
