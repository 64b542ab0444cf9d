"""What can be seen to be wrong with a plugin is refused by name at start-up."""

from types import SimpleNamespace
from typing import Any

import pluggy
import pytest
from django.core.checks import CheckMessage, run_checks

from lms.plugin_api import CertificateGate, GateResult, checks, manager
from lms.plugin_api.testing import plugin_registered

from .plugins import make_plugin, raise_personal_error

pytestmark = pytest.mark.usefixtures("no_plugins")

marker = pluggy.HookimplMarker("lms")


def run() -> dict[str, CheckMessage]:
    """The findings by id, apart from the enabled plugins that the fixture has unregistered."""
    return {str(found.id): found for found in run_checks(tags=[checks.TAG]) if found.id != "lms_plugins.E007"}


def test_good_plugin_passes() -> None:
    gate = CertificateGate("good.sworn", "Sworn", lambda learner, certificate_type: GateResult(passed=True))
    with plugin_registered(make_plugin("good", certificate_gates=lambda: [gate])):
        assert run() == {}


def test_misspelt_hook_is_refused_with_the_list_of_hooks() -> None:
    with plugin_registered(make_plugin("typo", certificate_gate=lambda: [])):
        found = run()["lms_plugins.E001"]
    assert "certificate_gate" in found.msg
    assert "certificate_gates" in str(found.hint)
    assert found.is_serious()


@pytest.mark.parametrize(
    "option", ["wrapper", "hookwrapper", "tryfirst", "trylast", "optionalhook", "specname"]
)
def test_hook_options_are_refused(option: str) -> None:
    def navigation_items(request: object) -> Any:
        yield

    plugin = make_plugin("sly")
    value: Any = "navigation_items" if option == "specname" else True
    plugin.navigation_items = marker(**{option: value})(navigation_items)  # type: ignore[attr-defined]
    with plugin_registered(plugin):
        found = run()["lms_plugins.E002"]
    assert "'sly'" in found.msg
    assert option in found.msg


def test_wrapper_is_not_run_even_before_it_is_refused() -> None:
    def navigation_items(request: object) -> Any:
        pytest.fail("a wrapper ran")
        yield

    plugin = make_plugin("sly")
    plugin.navigation_items = marker(wrapper=True)(navigation_items)  # type: ignore[attr-defined]
    with plugin_registered(plugin):
        assert manager.call_open("navigation_items", lambda plugin, returned: returned, request=None) == []


@pytest.mark.parametrize(
    ("line", "imported"),
    [
        ("import os", "os"),
        ("from django.db import models", "django.db.models"),
        ("from lms.plugin_api import hookimpl", "lms.plugin_api.hookimpl"),
        ("from . import models", "..models"),
        ("from django.utils.translation import gettext", "django.utils.translation.gettext"),
        ("class A:\n    import json", "json"),
        ("try:\n    import numpy\nexcept ImportError:\n    pass", "numpy"),
    ],
)
def test_apps_module_that_imports_more_is_refused(line: str, imported: str) -> None:
    assert checks._forbidden_imports(line) == {imported}


@pytest.mark.parametrize(
    "line",
    [
        "from __future__ import annotations",
        "from django.utils.translation import gettext_lazy as _",
        "from lms.plugin_api import LmsPlugin",
        "from lms.plugin_api.plugin import LmsPlugin",
        "def ready(self):\n    from . import signals",
    ],
)
def test_apps_module_may_import_the_base_class_gettext_and_inside_functions(line: str) -> None:
    assert checks._forbidden_imports(line) == set()


def test_apps_module_of_an_enabled_plugin_is_read(monkeypatch: pytest.MonkeyPatch) -> None:
    """This very module stands for an ``apps`` module that imports too much."""
    heavy = type("Heavy", (), {"__module__": __name__, "urls": ""})()
    monkeypatch.setattr(manager, "enabled_plugins", lambda: [heavy])
    found = checks.check_apps_modules()
    assert f"{__name__} imports pluggy." in [error.msg for error in found]


@pytest.mark.parametrize(
    ("keys", "why"),
    [
        (("sworn",), "must begin with 'oath' and a dot"),
        (("survey.sworn",), "must begin with 'oath' and a dot"),
        (("oath.sworn", "oath.sworn"), "offered twice"),
    ],
)
def test_gate_key_outside_the_name_of_the_plugin_or_repeated_is_refused(
    keys: tuple[str, ...], why: str
) -> None:
    gates = [
        CertificateGate(key, "Sworn", lambda learner, certificate_type: GateResult(passed=True))
        for key in keys
    ]
    with plugin_registered(make_plugin("oath", certificate_gates=lambda: gates)):
        found = run()["lms_plugins.E004"]
    assert "'oath'" in found.msg
    assert why in found.msg


def test_gates_that_cannot_be_listed_are_refused() -> None:
    with plugin_registered(make_plugin("oath", certificate_gates=raise_personal_error)):
        assert "'oath'" in run()["lms_plugins.E004"].msg


def mounted(label: str, url_prefix: str = "", urls: str = "urls") -> Any:
    mount_point = (url_prefix or label) + "/"
    return SimpleNamespace(label=label, urls=urls, url_prefix=url_prefix, mount_point=mount_point)


@pytest.mark.parametrize("prefix", ["/oath", "oath/", "Oath", "oath page", "oath//page", "(oath|survey)"])
def test_unusable_url_prefix_is_refused(prefix: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(manager, "enabled_plugins", lambda: [mounted("oath", prefix)])
    assert [found.id for found in checks.check_mount_points()] == ["lms_plugins.E005"]


def test_two_plugins_at_one_address_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(manager, "enabled_plugins", lambda: [mounted("oath"), mounted("vow", "oath")])
    assert [found.id for found in checks.check_mount_points()] == ["lms_plugins.E006"]


def test_good_addresses_pass(monkeypatch: pytest.MonkeyPatch) -> None:
    plugins = [mounted("oath", "code/oath-2"), mounted("vow"), mounted("silent", "Not Used", urls="")]
    monkeypatch.setattr(manager, "enabled_plugins", lambda: plugins)
    assert checks.check_mount_points() == []


def test_plugin_that_forgot_super_ready_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(manager, "enabled_plugins", lambda: [mounted("oath")])
    assert [found.id for found in checks.check_registration()] == ["lms_plugins.E007"]
    with plugin_registered(make_plugin("oath")):
        assert checks.check_registration() == []
