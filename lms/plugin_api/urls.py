"""Mount the public pages of plugins."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.apps import apps
from django.shortcuts import render
from django.urls import URLPattern, URLResolver, include, path, re_path

from lms.plugin_api import manager

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse


def plugin_urlpatterns() -> list[URLPattern | URLResolver]:
    """URL patterns for every enabled plugin with public pages; place them inside ``i18n_patterns``.

    The pages of a paused plugin answer 404 with a page that says so. Their names still reverse, because
    the plugin's admin stays and links to them.
    """
    patterns: list[URLPattern | URLResolver] = []
    for plugin in manager.enabled_plugins():
        if not plugin.urls:
            continue
        if plugin.paused:
            patterns.append(re_path(rf"^{plugin.mount_point}", paused, {"plugin": plugin.label}))
        urlconf = f"{plugin.name}.{plugin.urls}"
        patterns.append(path(plugin.mount_point, include((urlconf, plugin.label), namespace=plugin.label)))
    return patterns


def paused(request: HttpRequest, plugin: str) -> HttpResponse:
    """Say that this part of the site is paused, as a 404 so that nothing indexes or retries it."""
    return render(request, "plugin_api/paused.html", {"plugin": apps.get_app_config(plugin)}, status=404)
