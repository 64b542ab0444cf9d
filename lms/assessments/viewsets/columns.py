"""How the office's lists read their rows and print moments and answers to yes-or-no questions."""

from datetime import datetime
from typing import Any

from django.utils.translation import get_language
from django.utils.translation import gettext as _
from wagtail.admin.ui.tables import Column

from lms.assessments.enums import QuestionKind
from lms.common.dates import format_moment
from lms.common.digits import format_percent


class MomentColumn(Column):
    """A date and time as both languages write them; Wagtail's own says how long ago, also of the future."""

    def get_value(self, instance: Any) -> str:
        return moment_text(super().get_value(instance))


class KindColumn(Column):
    """The kind of a question in words."""

    def get_value(self, instance: Any) -> str:
        kind = super().get_value(instance)
        return str(QuestionKind(kind).label) if kind else ""


class ShareColumn(Column):
    """A share as a percentage; nothing where there is none."""

    def get_value(self, instance: Any) -> str:
        share = super().get_value(instance)
        return "" if share is None else format_percent(float(share), 1)


def moment_text(moment: datetime | None) -> str:
    return format_moment(moment, get_language() or "ar") if moment else ""


def yes_or_no(value: bool | None) -> str:
    return "" if value is None else _("Yes") if value else _("No")
