import pytest

from lms.common.csv_safe import safe_cell, safe_row


@pytest.mark.parametrize(
    "text", ["=1+1", "+A1", "-2+3", "@SUM(A1)", "\t=1", " =HYPERLINK(1)", "\r=1", "\n=1", "+218-91", "+"]
)
def test_cell_that_would_run_as_a_formula_is_made_text(text: str) -> None:
    assert safe_cell(text) == "'" + text


@pytest.mark.parametrize("value", ["فاطمة", "", "2026-01-05", "a=b", "+218912345678"])
def test_plain_cell_is_left_alone(value: str) -> None:
    assert safe_cell(value) == value


def test_row_turns_numbers_and_nothing_into_text() -> None:
    assert safe_row([-3, 1.5, None]) == ["-3", "1.5", ""]
