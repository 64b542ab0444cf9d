"""Day numbers: what is signed is the date that a person in Libya reads."""

from datetime import UTC, date, datetime

from lms.register.days import MAX_DAY, date_of, day_at, day_of


def test_days_count_from_1970() -> None:
    assert day_of(date(1970, 1, 1)) == 0
    assert day_of(date(2026, 2, 16)) == 20_500
    assert date_of(20_500) == date(2026, 2, 16)
    assert date_of(MAX_DAY) == date(2149, 6, 6)


def test_day_changes_at_midnight_in_libya() -> None:
    before = int(datetime(2026, 2, 15, 21, 59, 59, tzinfo=UTC).timestamp())

    assert date_of(day_at(before)) == date(2026, 2, 15)
    assert date_of(day_at(before + 1)) == date(2026, 2, 16)
