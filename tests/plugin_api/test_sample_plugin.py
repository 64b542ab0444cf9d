"""The frozen sample plugin, written for hook API 1: while the platform speaks API 1, it works unchanged."""

import hashlib
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from django.contrib.auth.models import AnonymousUser
from django.core.checks import run_checks
from django.test import RequestFactory, TestCase, modify_settings, override_settings
from django.utils.translation import override

from lms.plugin_api import hookspecs, host, manager
from lms.plugin_api.checks import TAG
from lms.plugin_api.testing import PluginContractTests

FOLDER = Path(__file__).parent / "sample_plugin"
APP = "tests.plugin_api.sample_plugin.apps.SamplePluginConfig"
FROZEN = {
    "__init__.py": "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
    "apps.py": "bf47df180979bb5deef844bcc52013db45dd443b2300363a1bf4042ef0afafe9",
    "hooks.py": "cb0349f3c7dcabee027d4d5d04c6a879d405b384cd35b94b7d4c07d01f4db26c",
    "templates/sample_plugin/card.html": "0cf402021898bac38a136264c79f5caebf10353f95d922e8630d98ab2fcf3d1c",
    "urls.py": "1ebab9be9c006efe689a95b93eaad37503e64c2548be95dce4b16f13769a7532",
}


@pytest.fixture
def sample_plugin() -> Iterator[None]:
    with modify_settings(INSTALLED_APPS={"append": APP}):
        yield
    manager.unregister("sample_plugin")


@pytest.fixture
def visit(rf: RequestFactory) -> Any:
    request = rf.get("/")
    request.user = AnonymousUser()
    return request


def gate(phone: str) -> host.GateOutcome:
    learner: Any = SimpleNamespace(phone=phone)
    certificate_type: Any = None
    return host.evaluate_gates(
        ["sample_plugin.has_phone"], learner=learner, certificate_type=certificate_type
    )[0]


def test_sample_plugin_is_as_it_was_when_hook_api_1_was_published() -> None:
    """Whoever must change it to make the suite pass breaks every plugin out there: raise HOOK_API instead."""
    assert hookspecs.HOOK_API == 1
    digests = {
        str(path.relative_to(FOLDER)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(FOLDER.rglob("*"))
        if path.suffix in {".py", ".html"}
    }
    assert digests == FROZEN


@pytest.mark.usefixtures("sample_plugin")
def test_sample_plugin_passes_the_system_checks() -> None:
    assert run_checks(tags=[TAG]) == []


@pytest.mark.usefixtures("sample_plugin")
def test_sample_gate_passes_with_a_phone_and_refuses_without() -> None:
    assert gate("+218911234567").passed
    refused = gate("")
    assert (refused.passed, refused.reason, refused.action_url) == (
        False,
        "Give a phone number first.",
        "/profile/",
    )


@pytest.mark.usefixtures("sample_plugin")
def test_paused_sample_plugin_is_named_for_people() -> None:
    with override_settings(LMS_PLUGINS_PAUSED=["sample_plugin"]), override("en"):
        assert gate("+218911234567").reason.startswith("“Sample” is paused")


@pytest.mark.usefixtures("sample_plugin")
def test_sample_card_is_rendered(visit: Any) -> None:
    [card] = [card for card in host.dashboard_cards(visit) if card.plugin == "sample_plugin"]
    assert (card.title, card.html) == ("Hello", "<p>Hello, observer.</p>\n")


@pytest.mark.usefixtures("sample_plugin")
def test_sample_menu_entry_is_listed(visit: Any) -> None:
    [entry] = [entry for entry in host.navigation_items(visit) if entry.plugin == "sample_plugin"]
    assert (entry.label, entry.url) == ("Hello", "/en/sample-plugin/hello/")


@pytest.mark.usefixtures("sample_plugin")
class TestSamplePluginKeepsTheContract(PluginContractTests, TestCase):
    plugin = "sample_plugin"
