"""Dates and times as both languages print them in Libya. Pure: imports no Django.

Day, month name, year; Western digits; the 24-hour clock of Africa/Tripoli. Ranges are written with
words in Arabic, because a dash between two numbers reads backwards to half of the readers.
"""

from datetime import date, datetime
from zoneinfo import ZoneInfo

TRIPOLI = ZoneInfo("Africa/Tripoli")

MONTHS = {
    "ar": (
        "يناير",
        "فبراير",
        "مارس",
        "أبريل",
        "مايو",
        "يونيو",
        "يوليو",
        "أغسطس",
        "سبتمبر",
        "أكتوبر",
        "نوفمبر",
        "ديسمبر",
    ),
    "en": (
        "January",
        "February",
        "March",
        "April",
        "May",
        "June",
        "July",
        "August",
        "September",
        "October",
        "November",
        "December",
    ),
}
ZONE_NAMES = {"ar": "بتوقيت ليبيا", "en": "Libya time"}


def local(moment: datetime) -> datetime:
    """An aware moment on the clock of Tripoli. Raises ValueError for a naive one.

    Its zone would be a guess.
    """
    if moment.tzinfo is None:
        raise ValueError("a moment needs a time zone")
    return moment.astimezone(TRIPOLI)


def format_day(day: date, language: str) -> str:
    """15 يناير 2026 or 15 January 2026. A datetime is first put on the clock of Tripoli."""
    if isinstance(day, datetime):
        day = local(day)
    return f"{day.day} {_months(language)[day.month - 1]} {day.year}"


def format_clock(moment: datetime) -> str:
    """14:05, on the clock of Tripoli."""
    return f"{local(moment):%H:%M}"


def format_moment(moment: datetime, language: str, *, zone: bool = False) -> str:
    """15 يناير 2026، 14:05 (بتوقيت ليبيا); the zone only where a reader elsewhere may rely on it."""
    comma = "، " if language == "ar" else ", "
    text = f"{format_day(moment, language)}{comma}{format_clock(moment)}"
    return f"{text} ({_zone(language)})" if zone else text


def format_days(first: date, last: date, language: str) -> str:
    """A span of days, repeating no more than needed: من 3 إلى 7 مايو 2026 or 3–7 May 2026."""
    if first > last:
        raise ValueError("a span of days must not end before it starts")
    if first == last:
        return format_day(first, language)
    if first.year != last.year:
        start = format_day(first, language)
    elif first.month != last.month:
        start = f"{first.day} {_months(language)[first.month - 1]}"
    else:
        start = str(first.day)
    end = format_day(last, language)
    if language == "ar":
        return f"من {start} إلى {end}"
    return f"{start}–{end}" if start.isdigit() else f"{start} – {end}"


def _months(language: str) -> tuple[str, ...]:
    return MONTHS["en" if language == "en" else "ar"]


def _zone(language: str) -> str:
    return ZONE_NAMES["en" if language == "en" else "ar"]
