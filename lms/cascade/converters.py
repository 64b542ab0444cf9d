"""Days in addresses."""

from datetime import date


class DayConverter:
    """2026-02-01; a day that the calendar does not have makes no page."""

    regex = "[0-9]{4}-[0-9]{2}-[0-9]{2}"

    def to_python(self, value: str) -> date:
        return date.fromisoformat(value)

    def to_url(self, value: date) -> str:
        return value.isoformat()
