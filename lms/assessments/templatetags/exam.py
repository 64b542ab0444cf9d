"""How exams speak: standings, outcomes and marks in words."""

import logging
from datetime import datetime
from decimal import Decimal

from django import template
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from lms.assessments.granted import Granted
from lms.assessments.messages import effect_words, verdict_sentence
from lms.assessments.models import Attempt
from lms.assessments.policy import Standing
from lms.assessments.selectors.accommodations import granted_by_attempt
from lms.assessments.selectors.results import percent_of
from lms.assessments.services.emergency import box_key
from lms.common.dates import format_clock
from lms.common.qr import QrCode, qr_code
from lms.common.templatetags.sanad import pill
from lms.register.keyfiles import KeyFileError

logger = logging.getLogger(__name__)
register = template.Library()


@register.simple_tag
def standing_sentence(standing: Standing) -> str:
    """Where the person stands: what is possible now, or from when, or why not."""
    return verdict_sentence(standing.verdict, standing.next_at)


@register.simple_tag
def granted_words(granted: Granted) -> list[str]:
    """What a candidate was granted, a few words each."""
    return effect_words(granted)


@register.filter
def granted(attempt: Attempt) -> Granted:
    """What an attempt carries of accommodations."""
    return granted_by_attempt(attempt)


@register.simple_tag
def outcome(attempt: Attempt) -> SafeString:
    """Passed or not, with the percentage; before release, that it is being marked."""
    if not attempt.is_released:
        return pill("neutral", _("Being marked"))
    words = _("Passed") if attempt.is_passed else _("Not passed")
    return pill("good" if attempt.is_passed else "bad", f"{words} {marks(percent_of(attempt))}%")


@register.simple_tag
def receipt_code(receipt: str) -> QrCode | None:
    """The symbol of a signed receipt; none where there is no receipt."""
    return qr_code(receipt) if receipt else None


@register.simple_tag
def emergency_key() -> str:
    """The key to which phones seal their emergency files; blank, and then not offered, if it cannot be opened."""
    try:
        return box_key()
    except KeyFileError as error:
        logger.error("emergency files are not offered: %s", error)
        return ""


@register.filter
def marks(value: Decimal | None) -> str:
    """Marks without needless zeros: 3, 2.5, 1.67."""
    if value is None:
        return ""
    text = f"{value:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


@register.filter
def clock_text(moment: datetime | None) -> str:
    """14:05 without markup, for attributes."""
    return format_clock(moment) if moment else ""


@register.filter
def countdown(seconds: int) -> str:
    """29:05, or 1:29:05 from an hour on."""
    hours, rest = divmod(seconds, 3600)
    minutes, left = divmod(rest, 60)
    return f"{hours}:{minutes:02}:{left:02}" if hours else f"{minutes}:{left:02}"


@register.filter
def svg(value: float) -> str:
    """A coordinate with a point whatever the language: 12.5."""
    return f"{value:.1f}".removesuffix(".0")
