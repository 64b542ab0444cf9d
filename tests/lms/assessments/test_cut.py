"""How near is near: the error that decides whether somebody looks again."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lms.assessments.cut import StandardError, binomial_error


def error(questions: int, max_marks: str, pass_percent: int) -> StandardError:
    return binomial_error(questions=questions, max_marks=Decimal(max_marks), pass_percent=pass_percent)


@pytest.mark.parametrize(
    ("questions", "max_marks", "pass_percent", "expected"),
    [
        # sqrt(28 * 12 / 39)
        (40, "40", 70, "2.94"),
        # sqrt(50 * 50 / 99)
        (100, "100", 50, "5.03"),
        # twice the marks of each question, twice the error
        (100, "200", 50, "10.05"),
        (8, "14", 70, "2.42"),
        (1, "1", 50, "0.50"),
        (10, "10", 100, "0.00"),
    ],
)
def test_the_binomial_error_is_that_of_lord(
    questions: int, max_marks: str, pass_percent: int, expected: str
) -> None:
    assert error(questions, max_marks, pass_percent) == StandardError(Decimal(expected), "binomial")


@pytest.mark.parametrize(
    ("marks", "is_near"), [("25.05", False), ("25.06", True), ("28", True), ("30.94", True), ("30.95", False)]
)
def test_a_result_is_near_within_one_error_on_either_side(marks: str, is_near: bool) -> None:
    assert error(40, "40", 70).is_near(Decimal(marks), Decimal(40), 70) is is_near


@given(st.integers(1, 200), st.integers(1, 100))
def test_the_error_is_never_more_than_the_marks_to_be_had(questions: int, pass_percent: int) -> None:
    found = error(questions, str(questions), pass_percent)
    assert 0 <= found.marks <= questions
