"""What plugins add to pages. Everything here stays open: a plugin that fails is left out and the page is
shown."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.template.loader import render_to_string

from lms.plugin_api import manager
from lms.plugin_api.types import DashboardCard, NavigationItem

if TYPE_CHECKING:
    from django.http import HttpRequest


@dataclass(frozen=True, slots=True)
class RenderedCard:
    """A dashboard card whose body is safe HTML. One with a `permission` is about the programme, one without
    about the reader.
    """

    key: str
    order: int
    title: str
    html: str
    plugin: str
    permission: str


@dataclass(frozen=True, slots=True)
class MenuEntry:
    key: str
    order: int
    label: str
    url: str
    plugin: str


def dashboard_cards(request: HttpRequest) -> list[RenderedCard]:
    """The cards that the user of the request may see, rendered, by (order, key)."""

    def rendered(plugin: str, returned: Iterable[object]) -> list[RenderedCard]:
        return [
            _render(card, plugin, request)
            for card in manager.own_items(plugin, returned, DashboardCard)
            if _may_see(request, card.permission)
        ]

    cards = manager.call_open("dashboard_cards", rendered, request=request)
    return sorted((card for own in cards for card in own), key=lambda card: (card.order, card.key))


def navigation_items(request: HttpRequest) -> list[MenuEntry]:
    """The menu entries that the visitor may see, by (order, key)."""

    def visible(plugin: str, returned: Iterable[object]) -> list[MenuEntry]:
        return [
            MenuEntry(item.key, item.order, str(item.label), str(item.url), plugin)
            for item in manager.own_items(plugin, returned, NavigationItem)
            if _may_see(request, item.permission)
        ]

    entries = manager.call_open("navigation_items", visible, request=request)
    return sorted((entry for own in entries for entry in own), key=lambda entry: (entry.order, entry.key))


def _render(card: DashboardCard, plugin: str, request: HttpRequest) -> RenderedCard:
    html = render_to_string(card.template, {**card.context, "card": card}, request)
    return RenderedCard(card.key, card.order, str(card.title), html, plugin, card.permission)


def _may_see(request: HttpRequest, permission: str) -> bool:
    return not permission or request.user.has_perm(permission)
