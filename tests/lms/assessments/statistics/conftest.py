"""Published data with published answers; each file names its source."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

FOLDER = Path(__file__).parents[3] / "fixtures/item_analysis"


def published(name: str) -> dict[str, Any]:
    return json.loads((FOLDER / f"{name}.json").read_text())


def answers_of(data: dict[str, Any]) -> np.ndarray:
    """A row a person from the counts of patterns."""
    if "pattern_counts" in data:
        patterns = [f"{number:05b}" for number in range(32)]
        counts = data["pattern_counts"]
    else:
        patterns, counts = data["patterns"], data["counts"]
    rows = np.array([[float(digit) for digit in pattern] for pattern in patterns])
    return np.repeat(rows, counts, axis=0)


@pytest.fixture(scope="session")
def lsat6() -> dict[str, Any]:
    return published("lsat6")


@pytest.fixture(scope="session")
def lsat7() -> dict[str, Any]:
    return published("lsat7")


@pytest.fixture(scope="session")
def deayala() -> dict[str, Any]:
    return published("deayala")


def simulated(
    persons: int, difficulty: np.ndarray, slope: np.ndarray | float = 1.0, *, seed: int = 1
) -> np.ndarray:
    """Answers of people with N(0, 1) abilities under the logistic model."""
    chance = np.random.default_rng(seed)
    ability = chance.normal(size=(persons, 1))
    right = chance.random((persons, len(difficulty))) < 1 / (1 + np.exp(-slope * (ability - difficulty)))
    return right.astype(float)
