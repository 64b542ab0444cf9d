"""The tags of `{% load sanad %}`, as templates use them."""

import json
from datetime import UTC, date, datetime
from typing import Any

import pytest
from django.contrib.auth.models import AnonymousUser
from django.core.paginator import Paginator
from django.http import HttpRequest
from django.template import Context, RequestContext, Template
from django.test import RequestFactory
from django.utils import translation


def render(source: str, request: HttpRequest | None = None, **values: Any) -> str:
    context = RequestContext(request, values) if request else Context(values)
    return Template("{% load sanad %}" + source).render(context)


def visitor(address: str) -> HttpRequest:
    request = RequestFactory().get(address)
    request.user = AnonymousUser()
    return request


def test_icon_is_hidden_from_screen_readers_unless_it_stands_alone() -> None:
    assert 'aria-hidden="true"' in render('{% icon "check" %}')
    alone = render('{% icon "x" label="إغلاق" %}')
    assert 'role="img" aria-label="إغلاق"' in alone
    assert "aria-hidden" not in alone


def test_icon_that_points_turns_round_and_a_check_does_not() -> None:
    assert "icon-mirror" in render('{% icon "arrow-right" %}')
    assert "icon-mirror" not in render('{% icon "check" %}')


def test_names_and_ids_are_isolated_and_escaped() -> None:
    assert render("{{ v|bdi }}", v="<b>خديجة</b>") == "<bdi>&lt;b&gt;خديجة&lt;/b&gt;</bdi>"
    assert render("{{ v|ltr }}", v="LTO-1") == '<bdi dir="ltr">LTO-1</bdi>'
    assert render("{{ v|ltr }}{{ v|bdi }}", v=None) == ""


def test_notice_escapes_its_title_and_keeps_its_body() -> None:
    html = render('{% notice "bad" title %}<p>{{ body }}</p>{% endnotice %}', title="<i>", body="<script>")
    assert "notice-bad" in html
    assert "<strong>&lt;i&gt;</strong>" in html
    assert "<p>&lt;script&gt;</p>" in html


@pytest.mark.parametrize(
    ("level", "kind"), [("success", "good"), ("warning", "warn"), ("error", "bad"), ("debug", "info")]
)
def test_notice_understands_the_levels_of_messages(level: str, kind: str) -> None:
    assert f"notice-{kind}" in render("{% notice level %}x{% endnotice %}", level=level)


def test_pill_says_its_status_in_words() -> None:
    html = render('{% pill "good" text %}', text="سارية")
    assert "سارية" in html
    assert "<svg" in html


def test_meter_is_a_progress_element_with_a_name() -> None:
    html = render('{% meter 3 7 "الوحدة 2" "3 من 7" %}')
    assert '<progress value="3" max="7" aria-label="الوحدة 2">' in html
    assert "3 من 7" in html


def test_meter_of_an_empty_whole_is_empty() -> None:
    assert '<progress value="0" max="1"' in render('{% meter 0 0 "x" %}')


def test_dates_carry_their_machine_form() -> None:
    moment = datetime(2026, 1, 15, 12, 5, tzinfo=UTC)
    with translation.override("ar"):
        assert (
            render("{{ v|day }}", v=date(2026, 1, 15)) == '<time datetime="2026-01-15">15 يناير 2026</time>'
        )
        assert "15 يناير 2026، 14:05 (بتوقيت ليبيا)</time>" in render('{{ v|moment:"zone" }}', v=moment)
        assert render("{{ v|day }}{{ v|moment }}{{ v|clock }}", v=None) == ""


def test_breadcrumbs_link_all_but_the_page_itself() -> None:
    html = render('{% breadcrumbs "الدورات" "/ar/learn/" page %}', page="<b>")
    assert '<a href="/ar/learn/">الدورات</a>' in html
    assert '<span aria-current="page"><bdi>&lt;b&gt;</bdi></span>' in html


def test_pagination_keeps_the_filters_of_the_address() -> None:
    request = visitor("/list?region=west&page=2")
    html = render("{% pagination page %}", page=Paginator(range(30), 10).get_page(2), request=request)
    assert "?region=west&amp;page=1" in html
    assert "?region=west&amp;page=3" in html


def test_pagination_of_a_single_page_shows_nothing() -> None:
    request = visitor("/list")
    assert (
        render("{% pagination page %}", page=Paginator(range(3), 10).get_page(1), request=request).strip()
        == ""
    )


def test_data_for_scripts_keeps_its_letters_and_cannot_end_its_element() -> None:
    html = render('{{ data|plain_json:"d" }}', data={"قول": "</script><b>&\u2028"})
    assert html.startswith('<script id="d" type="application/json">') and html.count("<") == 2
    inside = html.partition(">")[2].removesuffix("</script>")
    assert "قول" in inside and json.loads(inside) == {"قول": "</script><b>&\u2028"}
