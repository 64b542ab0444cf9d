"""Tags of the base template and the home page."""

from django import template
from django.template import Context
from django.utils import timezone
from wagtail.models import Page

from lms.home import navigation, selectors

register = template.Library()


@register.simple_tag(takes_context=True)
def other_language(context: Context) -> navigation.OtherLanguage:
    page = context.get("page")
    return navigation.other_language(context["request"], page if isinstance(page, Page) else None)


@register.simple_tag
def public_figures() -> list[selectors.Figure]:
    return selectors.public_figures(timezone.localdate())
