"""Cards and menu entries stay open: a plugin that fails costs itself and not the page."""

from collections.abc import Iterator
from types import ModuleType
from typing import Any

import pytest
from django.contrib.auth.models import AnonymousUser
from django.http import HttpRequest
from django.test import RequestFactory, override_settings

from lms.plugin_api import DashboardCard, NavigationItem
from lms.plugin_api.pages import dashboard_cards, navigation_items
from lms.plugin_api.testing import plugin_registered

from .plugins import make_plugin, raise_personal_error

pytestmark = pytest.mark.usefixtures("no_plugins")

TEMPLATES = {
    "card.html": "<p>{{ card.title }}: {{ number }}</p>",
    "broken.html": "{{ number|add:rows.first.total }}{% include 'nowhere.html' %}",
}


@pytest.fixture
def request_(rf: RequestFactory) -> Iterator[HttpRequest]:
    request = rf.get("/")
    request.user = AnonymousUser()
    loaders = [("django.template.loaders.locmem.Loader", TEMPLATES)]
    backend = {"BACKEND": "django.template.backends.django.DjangoTemplates", "OPTIONS": {"loaders": loaders}}
    with override_settings(TEMPLATES=[backend]):
        yield request


class Permitted(AnonymousUser):
    def has_perm(self, perm: str, obj: object = None) -> bool:
        return perm == "oath.view_oath"


def card(key: str, order: int = 0, **fields: Any) -> DashboardCard:
    return DashboardCard(key, order, f"Card {key}", "card.html", {"number": 7}, **fields)


def card_plugin(name: str, *cards: DashboardCard) -> ModuleType:
    return make_plugin(name, dashboard_cards=lambda request: cards)


def item(key: str, order: int = 0, **fields: Any) -> NavigationItem:
    return NavigationItem(key, order, f"Item {key}", f"/{key}/", **fields)


def item_plugin(name: str, *items: NavigationItem) -> ModuleType:
    return make_plugin(name, navigation_items=lambda request: items)


def test_dashboard_cards_with_good_plugin_are_rendered(request_: HttpRequest) -> None:
    with plugin_registered(card_plugin("oath", card("oath.count", 3))):
        [rendered] = dashboard_cards(request_)
    assert rendered.html == "<p>Card oath.count: 7</p>"
    assert (rendered.key, rendered.order, rendered.title, rendered.plugin) == (
        "oath.count",
        3,
        "Card oath.count",
        "oath",
    )


def test_dashboard_cards_tell_the_permission_that_they_carry(request_: HttpRequest) -> None:
    request_.user = Permitted()
    plugin = card_plugin("oath", card("oath.mine", 1), card("oath.all", 2, permission="oath.view_oath"))
    with plugin_registered(plugin):
        cards = {rendered.key: rendered.permission for rendered in dashboard_cards(request_)}
    assert cards == {"oath.mine": "", "oath.all": "oath.view_oath"}


def test_dashboard_cards_without_plugin_are_none(request_: HttpRequest) -> None:
    assert dashboard_cards(request_) == []


def test_dashboard_cards_with_raising_plugin_are_left_out(
    request_: HttpRequest, caplog: pytest.LogCaptureFixture
) -> None:
    with (
        plugin_registered(make_plugin("bad", dashboard_cards=raise_personal_error)),
        plugin_registered(card_plugin("good", card("good.count"))),
    ):
        assert [rendered.key for rendered in dashboard_cards(request_)] == ["good.count"]
    assert "plugin bad failed in dashboard_cards" in caplog.text


def test_dashboard_card_with_a_broken_template_is_left_out(request_: HttpRequest) -> None:
    broken = DashboardCard("bad.count", 0, "Broken", "broken.html")
    with (
        plugin_registered(card_plugin("bad", broken)),
        plugin_registered(card_plugin("good", card("good.count"))),
    ):
        assert [rendered.key for rendered in dashboard_cards(request_)] == ["good.count"]


def test_dashboard_cards_come_by_order_and_key_across_plugins(request_: HttpRequest) -> None:
    with (
        plugin_registered(card_plugin("b", card("b.late", 20), card("b.same", 10))),
        plugin_registered(card_plugin("a", card("a.same", 10), card("a.first", 5))),
    ):
        keys = [rendered.key for rendered in dashboard_cards(request_)]
    assert keys == ["a.first", "a.same", "b.same", "b.late"]


def test_dashboard_card_with_a_permission_is_shown_to_its_holders_only(request_: HttpRequest) -> None:
    cards = card("oath.count", permission="oath.view_oath"), card("oath.other", permission="oath.other")
    with plugin_registered(card_plugin("oath", *cards)):
        assert dashboard_cards(request_) == []
        request_.user = Permitted()
        assert [rendered.key for rendered in dashboard_cards(request_)] == ["oath.count"]


def test_dashboard_cards_of_a_paused_plugin_go(request_: HttpRequest) -> None:
    with plugin_registered(card_plugin("oath", card("oath.count")), paused=True):
        assert dashboard_cards(request_) == []


def test_dashboard_card_under_a_foreign_name_is_left_out(request_: HttpRequest) -> None:
    with plugin_registered(card_plugin("oath", card("survey.count"))):
        assert dashboard_cards(request_) == []


def test_navigation_items_with_good_plugin_are_listed(request_: HttpRequest) -> None:
    with plugin_registered(item_plugin("oath", item("oath.list", 3))):
        [entry] = navigation_items(request_)
    assert (entry.key, entry.order, entry.label, entry.url) == (
        "oath.list",
        3,
        "Item oath.list",
        "/oath.list/",
    )


def test_navigation_items_without_plugin_are_none(request_: HttpRequest) -> None:
    assert navigation_items(request_) == []


def test_navigation_items_with_raising_plugin_are_left_out(
    request_: HttpRequest, caplog: pytest.LogCaptureFixture
) -> None:
    with (
        plugin_registered(make_plugin("bad", navigation_items=raise_personal_error)),
        plugin_registered(item_plugin("good", item("good.list"))),
    ):
        assert [entry.key for entry in navigation_items(request_)] == ["good.list"]
    assert "plugin bad failed in navigation_items" in caplog.text


def test_navigation_items_that_fail_half_way_are_left_out_together(request_: HttpRequest) -> None:
    def items(request: HttpRequest) -> Iterator[NavigationItem]:
        yield item("bad.list")
        raise RuntimeError

    with plugin_registered(make_plugin("bad", navigation_items=items)):
        assert navigation_items(request_) == []


def test_navigation_items_come_by_order_and_key_across_plugins(request_: HttpRequest) -> None:
    with (
        plugin_registered(item_plugin("b", item("b.late", 20), item("b.same", 10))),
        plugin_registered(item_plugin("a", item("a.same", 10))),
    ):
        assert [entry.key for entry in navigation_items(request_)] == ["a.same", "b.same", "b.late"]


def test_navigation_item_with_a_permission_is_shown_to_its_holders_only(request_: HttpRequest) -> None:
    with plugin_registered(item_plugin("oath", item("oath.list", permission="oath.view_oath"))):
        assert navigation_items(request_) == []
        request_.user = Permitted()
        assert [entry.key for entry in navigation_items(request_)] == ["oath.list"]


def test_navigation_items_of_a_paused_plugin_go(request_: HttpRequest) -> None:
    with plugin_registered(item_plugin("oath", item("oath.list")), paused=True):
        assert navigation_items(request_) == []
