"""Contrast, against the examples of WCAG."""

import pytest

from lms.certificates.colours import contrast, is_colour

pytestmark = pytest.mark.once


@pytest.mark.parametrize(
    ("colour", "ratio"), [("#000000", 21.0), ("#ffffff", 1.0), ("#767676", 4.54), ("#777777", 4.48)]
)
def test_contrast_with_white(colour: str, ratio: float) -> None:
    assert contrast(colour) == pytest.approx(ratio, abs=0.01)


@pytest.mark.parametrize(
    ("text", "is_one"),
    [("#0a5c5c", True), ("#0A5C5C", False), ("#0a5", False), ("red", False), ("#0a5c5c;x", False)],
)
def test_only_six_hexadecimal_digits_are_a_colour(text: str, is_one: bool) -> None:
    assert is_colour(text) is is_one
