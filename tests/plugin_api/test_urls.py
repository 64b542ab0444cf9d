"""Where the public pages of plugins are found, and what a pause does to them."""

from collections.abc import Iterator
from importlib import import_module
from types import ModuleType

import pytest
from django.conf import settings
from django.conf.urls.i18n import i18n_patterns
from django.test import Client, modify_settings, override_settings
from django.urls import reverse
from django.utils.translation import override

from lms.plugin_api import manager
from lms.plugin_api.urls import plugin_urlpatterns

SAMPLE = "tests.plugin_api.sample_plugin.apps.SamplePluginConfig"


@pytest.fixture(autouse=True)
def sample_plugin() -> Iterator[None]:
    with modify_settings(INSTALLED_APPS={"prepend": SAMPLE}):
        yield
    manager.unregister("sample_plugin")


def site() -> ModuleType:
    """A URLconf as the platform composes it: the pages of plugins before everything else that it mounts."""
    module = ModuleType("site_with_plugins")
    core = import_module(settings.ROOT_URLCONF).urlpatterns
    module.urlpatterns = [*i18n_patterns(*plugin_urlpatterns()), *core]  # type: ignore[attr-defined]
    return module


def test_pages_are_mounted_under_language_and_name(client: Client) -> None:
    with override_settings(ROOT_URLCONF=site()), override("ar"):
        assert reverse("sample_plugin:hello") == "/ar/sample-plugin/hello/"
        response = client.get("/en/sample-plugin/hello/")
    assert response.content == b"Hello"


@pytest.mark.django_db
@pytest.mark.parametrize("language", ["ar", "en"])
def test_pages_of_a_paused_plugin_answer_404_with_a_sentence(client: Client, language: str) -> None:
    with override_settings(LMS_PLUGINS_PAUSED=["sample_plugin"]), override_settings(ROOT_URLCONF=site()):
        response = client.get(f"/{language}/sample-plugin/hello/")
        anywhere = client.get(f"/{language}/sample-plugin/no/such/page/")
    assert response.status_code == anywhere.status_code == 404
    assert "plugin_api/paused.html" in [template.name for template in response.templates]
    assert "Sample" in response.content.decode()


def test_names_of_a_paused_plugin_still_reverse() -> None:
    """Its administration stays, and links to its pages."""
    with (
        override_settings(LMS_PLUGINS_PAUSED=["sample_plugin"]),
        override_settings(ROOT_URLCONF=site()),
        override("ar"),
    ):
        assert reverse("sample_plugin:hello") == "/ar/sample-plugin/hello/"


def test_plugin_without_public_pages_mounts_nothing() -> None:
    silent = "tests.plugin_api.removable_plugin.apps.RemovablePluginConfig"
    with modify_settings(INSTALLED_APPS={"append": silent, "remove": SAMPLE}):
        assert not [pattern for pattern in plugin_urlpatterns() if "removable" in str(pattern.pattern)]
    manager.unregister("removable_plugin")
