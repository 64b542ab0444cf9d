"""Columns of Wagtail's lists that read right in both directions."""

from datetime import date
from typing import Any

from django.utils.html import format_html
from django.utils.translation import get_language
from wagtail.admin.ui.tables import Column

from .dates import format_day


class LtrColumn(Column):
    """Phones, addresses and codes, left to right whatever surrounds them."""

    def get_value(self, instance: Any) -> Any:
        value = super().get_value(instance)
        return format_html('<bdi dir="ltr">{}</bdi>', value) if value else ""


class DayColumn(Column):
    """A day as a date; Wagtail's own column says how long ago it was."""

    def get_value(self, instance: Any) -> str:
        value = super().get_value(instance)
        return format_day(value, get_language() or "ar") if isinstance(value, date) else ""
