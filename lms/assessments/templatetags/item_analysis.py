"""Numbers of item analysis in templates: `{{ r|figure }}`, `{{ share|percent }}`; what is missing is a dash."""

from django import template

from lms.assessments import item_sentences

register = template.Library()


@register.filter
def figure(value: float | None, digits: int = 2) -> str:
    return item_sentences.figure(value if isinstance(value, int | float) else None, digits)


@register.filter
def percent(share: float | None) -> str:
    return item_sentences.percent(share)
