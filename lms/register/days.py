"""Days as the register and the credential count them: whole days since 1970-01-01, Libyan time.

A certificate carries days, not seconds: two bytes instead of five, and the date a person reads on
the paper is exactly the date that was signed. Libya has kept UTC+2 without summer time since
2013, and a fixed offset lets a checker without a time-zone table come to the same day.
"""

from datetime import date, timedelta

EPOCH = date(1970, 1, 1)
UTC_OFFSET_SECONDS = 2 * 3600
DAY_SECONDS = 86_400
MAX_DAY = 65_535
"""Two CBOR bytes hold it; 2149-06-06."""


def day_of(value: date) -> int:
    """Number of `value` (a Libyan calendar date) in days since 1970-01-01."""
    return (value - EPOCH).days


def date_of(day: int) -> date:
    """The calendar date of a day number."""
    return EPOCH + timedelta(days=day)


def day_at(unix_seconds: int) -> int:
    """The Libyan day in which a moment falls."""
    return (unix_seconds + UTC_OFFSET_SECONDS) // DAY_SECONDS
