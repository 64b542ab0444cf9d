"""What every template needs: icons, notices, and names, numbers and dates in the reader's language."""

import json
from datetime import date, datetime
from typing import Any

from django import template
from django.core.paginator import Page
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from lms.common import dates, digits, icons

register = template.Library()
_NO_MARKUP = {ord(sign): f"\\u{ord(sign):04x}" for sign in "<>&\u2028\u2029"}

NOTICE_ICONS = {"info": "info", "good": "circle-check", "warn": "triangle-alert", "bad": "circle-x"}
MESSAGE_KINDS = {"debug": "info", "success": "good", "warning": "warn", "error": "bad"}


@register.simple_tag
def icon(name: str, label: str = "", css: str = "") -> SafeString:
    """`{% icon "check" %}` beside words; with `label=` where the icon stands alone and is read out."""
    classes = " ".join(filter(None, ("icon", "icon-mirror" if name in icons.MIRRORED else "", css)))
    meaning = format_html('role="img" aria-label="{}"', label) if label else mark_safe('aria-hidden="true"')
    return format_html(
        '<svg class="{}" viewBox="0 0 24 24" width="24" height="24" {}>{}</svg>',
        classes,
        meaning,
        mark_safe(icons.drawing(name)),
    )


@register.simple_block_tag
def notice(content: str, kind: str = "info", title: str = "") -> SafeString:
    """`{% notice "warn" title=… %} … {% endnotice %}`: info, good, warn, bad, or the level of a message."""
    kind = MESSAGE_KINDS.get(kind, kind)
    head = format_html("<p><strong>{}</strong></p>", title) if title else ""
    return format_html(
        '<div class="notice notice-{}">{}<div class="notice-body">{}{}</div></div>',
        kind,
        icon(NOTICE_ICONS[kind]),
        head,
        content,
    )


@register.simple_tag
def pill(kind: str, text: str) -> SafeString:
    """A status in words, with a sign for those who do not see its colour."""
    sign = icon(NOTICE_ICONS[kind]) if kind in NOTICE_ICONS else ""
    return format_html('<span class="pill pill-{}">{}{}</span>', kind, sign, text)


@register.simple_block_tag
def empty_state(content: str, icon_name: str, title: str) -> SafeString:
    """`{% empty_state "book-open" title %} what to do first {% endempty_state %}`."""
    return format_html('<div class="empty">{}<h2>{}</h2>{}</div>', icon(icon_name), title, content)


@register.simple_tag
def meter(value: float, maximum: float, label: str, text: str = "") -> SafeString:
    """Progress with its label and number; `text` replaces the number where "3 of 7" says more than 43%."""
    shown = text or digits.format_percent(value, maximum)
    return format_html(
        '<div class="meter"><span>{}</span><span class="num">{}</span>'
        '<progress value="{}" max="{}" aria-label="{}"></progress></div>',
        label,
        shown,
        f"{value:g}",
        f"{maximum or 1:g}",
        label,
    )


@register.simple_tag
def copy_button(text: str) -> SafeString:
    """Copies a code or an address; shown only where the browser can."""
    return format_html(
        '<button type="button" class="button button-secondary button-small" '
        'data-copy="{}" data-done="{}" hidden>{}<span data-label>{}</span></button>',
        text,
        _("Copied"),
        icon("copy"),
        _("Copy"),
    )


@register.inclusion_tag("components/breadcrumbs.html")
def breadcrumbs(*steps: str) -> dict[str, list[tuple[str, str]]]:
    """`{% breadcrumbs label url label url … current %}`: pairs that lead here, then the page itself."""
    pairs = list(zip(steps[:-1:2], steps[1::2], strict=True))
    return {"crumbs": [*pairs, (steps[-1], "")]}


@register.inclusion_tag("components/pagination.html", takes_context=True)
def pagination(context: template.Context, page: "Page[Any]") -> dict[str, Any]:
    """Earlier and later pages of a `django.core.paginator.Page`; filters in the address stay."""
    return {"page": page, "request": context["request"]}


@register.filter
def ltr(value: object) -> SafeString | str:
    """An id, phone, code or address, left to right whatever surrounds it."""
    return format_html('<bdi dir="ltr">{}</bdi>', value) if value not in (None, "") else ""


@register.filter
def bdi(value: object) -> SafeString | str:
    """A name or other words of people, in the direction of their own letters."""
    return format_html("<bdi>{}</bdi>", value) if value not in (None, "") else ""


@register.filter
def plain_json(value: Any, element_id: str) -> SafeString:
    """Data for a script, as Django's `json_script` with the letters as they are: escaped, Arabic is thrice as long."""
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":")).translate(_NO_MARKUP)
    return format_html(
        '<script id="{}" type="application/json">{}</script>',
        element_id,
        mark_safe(text),
    )


@register.filter
def number(value: Any, decimals: int = 0) -> str:
    """12,345: for figures in running text and tables, never for ids and years."""
    return "" if value in (None, "") else digits.format_number(value, decimals)


@register.filter
def percent_of(part: Any, whole: Any) -> str:
    return digits.format_percent(part or 0, whole or 0)


@register.filter
def day(value: date | None) -> SafeString | str:
    """15 يناير 2026, as a `<time>`."""
    if not value:
        return ""
    stamp = dates.local(value).date() if isinstance(value, datetime) else value
    return _time(stamp.isoformat(), dates.format_day(stamp, _language()))


@register.filter
def moment(value: datetime | None, show: str = "") -> SafeString | str:
    """15 يناير 2026، 14:05, as a `<time>`; `|moment:"zone"` names the zone."""
    if not value:
        return ""
    return _time(value.isoformat(), dates.format_moment(value, _language(), zone=show == "zone"))


@register.filter
def clock(value: datetime | None) -> SafeString | str:
    return _time(value.isoformat(), dates.format_clock(value)) if value else ""


@register.simple_tag
def days(first: date, last: date) -> str:
    """`{% days session.first_day session.last_day %}`: من 3 إلى 7 مايو 2026."""
    return dates.format_days(first, last, _language())


def _time(stamp: str, text: str) -> SafeString:
    return format_html('<time datetime="{}">{}</time>', stamp, text)


def _language() -> str:
    return get_language() or "ar"
