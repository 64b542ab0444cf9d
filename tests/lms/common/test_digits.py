from hypothesis import given
from hypothesis import strategies as st

from lms.common.digits import ARABIC_INDIC, PERSIAN, format_number, format_percent, western_digits


def test_western_digits_replaces_both_arabic_sets_and_leaves_words() -> None:
    assert western_digits("الرقم ٠٩١ ۲۳۴ 567") == "الرقم 091 234 567"


def test_western_digits_reads_arabic_separators() -> None:
    assert western_digits("١٬٢٣٤٫٥") == "1234.5"


@given(st.integers(min_value=0))
def test_western_digits_gives_the_number_back_from_either_set(number: int) -> None:
    for digits in (ARABIC_INDIC, PERSIAN):
        written = "".join(digits[int(digit)] for digit in str(number))
        assert int(western_digits(written)) == number


@given(st.text())
def test_western_digits_changes_nothing_the_second_time(text: str) -> None:
    assert western_digits(western_digits(text)) == western_digits(text)


def test_format_number_groups_thousands() -> None:
    assert format_number(1024) == "1,024"
    assert format_number(0.5, 2) == "0.50"


def test_format_percent_never_rounds_something_to_nothing_or_a_part_to_the_whole() -> None:
    assert format_percent(1, 700) == "1%"
    assert format_percent(699, 700) == "99%"
    assert format_percent(0, 700) == "0%"
    assert format_percent(700, 700) == "100%"


def test_format_percent_of_nothing_is_a_dash() -> None:
    assert format_percent(0, 0) == "–"
