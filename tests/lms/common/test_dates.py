from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lms.common.dates import format_clock, format_day, format_days, format_moment, local

# Libya keeps UTC+2 all year, so one day's last two hours in UTC are the next day in Tripoli.
NEW_YEARS_EVE = datetime(2025, 12, 31, 22, 30, tzinfo=UTC)


def test_format_day_in_both_languages() -> None:
    assert format_day(date(2026, 1, 15), "ar") == "15 يناير 2026"
    assert format_day(date(2026, 1, 15), "en") == "15 January 2026"


def test_format_day_of_a_moment_is_the_day_in_tripoli() -> None:
    assert format_day(NEW_YEARS_EVE, "en") == "1 January 2026"


def test_format_moment_uses_the_clock_of_tripoli_and_names_the_zone_when_asked() -> None:
    assert format_moment(NEW_YEARS_EVE, "ar") == "1 يناير 2026، 00:30"
    assert format_moment(NEW_YEARS_EVE, "ar", zone=True) == "1 يناير 2026، 00:30 (بتوقيت ليبيا)"
    assert format_moment(NEW_YEARS_EVE, "en", zone=True) == "1 January 2026, 00:30 (Libya time)"


def test_format_clock_has_two_digits() -> None:
    assert format_clock(datetime(2026, 1, 15, 7, 5, tzinfo=UTC)) == "09:05"


def test_naive_moment_is_refused() -> None:
    with pytest.raises(ValueError, match="time zone"):
        local(datetime(2026, 1, 1))


@pytest.mark.parametrize(
    ("first", "last", "arabic", "english"),
    [
        (date(2026, 5, 3), date(2026, 5, 3), "3 مايو 2026", "3 May 2026"),
        (date(2026, 5, 3), date(2026, 5, 7), "من 3 إلى 7 مايو 2026", "3–7 May 2026"),
        (date(2026, 4, 29), date(2026, 5, 2), "من 29 أبريل إلى 2 مايو 2026", "29 April – 2 May 2026"),
        (
            date(2025, 12, 30),
            date(2026, 1, 2),
            "من 30 ديسمبر 2025 إلى 2 يناير 2026",
            "30 December 2025 – 2 January 2026",
        ),
    ],
)
def test_format_days_repeats_no_more_than_needed(first: date, last: date, arabic: str, english: str) -> None:
    assert format_days(first, last, "ar") == arabic
    assert format_days(first, last, "en") == english


def test_format_days_that_end_before_they_start_are_refused() -> None:
    with pytest.raises(ValueError, match="end before"):
        format_days(date(2026, 5, 2), date(2026, 5, 1), "ar")


@given(st.dates())
def test_arabic_day_holds_the_same_numbers_as_the_english_one(day: date) -> None:
    arabic, english = format_day(day, "ar").split(" "), format_day(day, "en").split(" ")
    assert (arabic[0], arabic[2]) == (english[0], english[2]) == (str(day.day), str(day.year))
