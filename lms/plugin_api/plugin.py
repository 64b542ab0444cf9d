"""The base class of every plugin."""

from __future__ import annotations

from importlib import import_module
from typing import ClassVar

from django.apps import AppConfig
from django.conf import settings


class LmsPlugin(AppConfig):
    """A Django app that is a plugin of the platform.

    A plugin sets ``name`` (its package), ``verbose_name`` and ``hook_api``. Its app label, the last part
    of the package unless ``label`` says otherwise, is the plugin's name everywhere: in the entry point,
    in ``LMS_PLUGINS`` and before the dot of every key.

    The module that holds the subclass may import nothing but this class and gettext, since it is imported
    before Django is ready. Everything else belongs into the hooks module, which is imported in
    ``ready()``.
    """

    hook_api: ClassVar[int] = 0
    """The hook API the plugin was written for. There is no default: a plugin must say it."""

    hooks_module: ClassVar[str] = "hooks"
    """The module inside the package that holds the hook implementations."""

    urls: ClassVar[str] = ""
    """The URLconf inside the package ("urls") with the plugin's public pages. They are mounted under the
    language prefix and ``url_prefix``, with the plugin's name as the namespace:
    ``reverse("my_plugin:page")``."""

    url_prefix: ClassVar[str] = ""
    """Where the public pages live, such as "survey". Empty means the plugin's name with hyphens."""

    default_auto_field = "django.db.models.BigAutoField"

    @property
    def paused(self) -> bool:
        """Whether ``LMS_PLUGINS_PAUSED`` names this plugin: its data, admin, gates and privacy stay; its
        public pages, cards, menu entries and events go."""
        return self.label in settings.LMS_PLUGINS_PAUSED

    @property
    def mount_point(self) -> str:
        """The path of the public pages below the language prefix, ending in a slash."""
        return (self.url_prefix or self.label.replace("_", "-")) + "/"

    def ready(self) -> None:
        """Register the plugin's hooks. A subclass that overrides this must call it."""
        from lms.plugin_api import manager

        manager.register(self.label, import_module(f"{self.name}.{self.hooks_module}"))
