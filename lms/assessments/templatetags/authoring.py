"""What helps those who write questions: the grid over an image, shares in per cent."""

from decimal import Decimal

from django import template

from lms.assessments.models import QuestionVersion
from lms.assessments.selectors import QuestionBody, show_version
from lms.common.digits import format_percent

register = template.Library()


@register.simple_tag
def region_guide(version: QuestionVersion) -> QuestionBody | None:
    """The saved draft with its image and regions, for the grid that tells coordinates; None without an image."""
    saved = QuestionVersion.objects.filter(pk=version.pk, image__isnull=False).first()
    return show_version(saved) if saved else None


@register.simple_tag
def grid(width: int, height: int) -> list[tuple[int, float, float]]:
    """Every tenth of an image: thousandths, and how far that is across and down in pixels."""
    return [(tenth * 100, width * tenth / 10, height * tenth / 10) for tenth in range(1, 10)]


@register.filter
def share(value: float | Decimal | None) -> str:
    """72% of 0.72; a dash where there is nothing yet."""
    return "–" if value is None else format_percent(float(value), 1)
