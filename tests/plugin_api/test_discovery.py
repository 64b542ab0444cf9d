import sys
from pathlib import Path

import pytest
from django.core.exceptions import ImproperlyConfigured

from lms.plugin_api.discovery import available_plugins, resolve_plugins

APPS = """
from lms.plugin_api import LmsPlugin


class {name}Config(LmsPlugin):
    name = "{package}"
    hook_api = {hook_api}
"""


@pytest.fixture
def site(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder of installed distributions, as pip leaves them."""
    monkeypatch.syspath_prepend(str(tmp_path))
    return tmp_path


def install(site: Path, package: str, *, entry_point: str = "", value: str = "", hook_api: str = "1") -> None:
    """Install a distribution that offers one plugin."""
    (site / package).mkdir(exist_ok=True)
    (site / package / "__init__.py").touch()
    (site / package / "apps.py").write_text(
        APPS.format(name=package.title().replace("_", ""), package=package, hook_api=hook_api)
    )
    metadata = site / f"{package}-2.5.dist-info"
    metadata.mkdir()
    (metadata / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {package}\nVersion: 2.5\n")
    value = value or f"{package}.apps:{package.title().replace('_', '')}Config"
    (metadata / "entry_points.txt").write_text(f"[lms.plugins]\n{entry_point or package} = {value}\n")


def test_available_plugins_are_listed_without_being_imported(site: Path) -> None:
    install(site, "quiet_plugin")
    assert "quiet_plugin" in available_plugins()
    assert not [module for module in sys.modules if module.startswith("quiet_plugin")]


def test_resolve_plugins_keeps_the_order_of_the_setting(site: Path) -> None:
    install(site, "first_plugin")
    install(site, "second_plugin")
    assert [plugin.name for plugin in resolve_plugins(["second_plugin", "first_plugin"])] == [
        "second_plugin",
        "first_plugin",
    ]


def test_resolve_plugins_says_what_to_install_and_where_it_came_from(site: Path) -> None:
    install(site, "known_plugin")
    [plugin] = resolve_plugins(["known_plugin"], paused=["known_plugin"])
    assert plugin.app_config == "known_plugin.apps.KnownPluginConfig"
    assert (plugin.distribution, plugin.version, plugin.paused) == ("known_plugin", "2.5", True)


def test_resolve_plugins_imports_nothing_that_is_not_listed(site: Path) -> None:
    install(site, "wanted_plugin")
    install(site, "unwanted_plugin")
    resolve_plugins(["wanted_plugin"])
    assert "wanted_plugin.apps" in sys.modules
    assert "unwanted_plugin" not in sys.modules


def test_resolve_plugins_without_names_enables_nothing() -> None:
    assert resolve_plugins([]) == []


def test_unknown_plugin_is_refused_with_the_installed_list(site: Path) -> None:
    install(site, "real_plugin")
    with pytest.raises(ImproperlyConfigured, match=r"'raelplugin'.*Installed plugins: .*real_plugin"):
        resolve_plugins(["raelplugin"])


def test_repeated_plugin_is_refused(site: Path) -> None:
    install(site, "twice_plugin")
    with pytest.raises(ImproperlyConfigured, match="twice: twice_plugin"):
        resolve_plugins(["twice_plugin", "twice_plugin"])


def test_pausing_a_plugin_that_is_not_enabled_is_refused(site: Path) -> None:
    install(site, "paused_plugin")
    with pytest.raises(ImproperlyConfigured, match=r"LMS_PLUGINS_PAUSED names pausd_plugin.*paused_plugin"):
        resolve_plugins(["paused_plugin"], paused=["pausd_plugin"])


@pytest.mark.parametrize("hook_api", ["0", "2"])
def test_other_hook_api_is_refused_with_both_numbers(site: Path, hook_api: str) -> None:
    install(site, f"api_{hook_api}_plugin", hook_api=hook_api)
    with pytest.raises(ImproperlyConfigured, match=rf"hook API {hook_api};.*speaks hook API 1"):
        resolve_plugins([f"api_{hook_api}_plugin"])


def test_plugin_that_states_no_hook_api_is_refused(site: Path) -> None:
    install(site, "silent_plugin")
    apps = site / "silent_plugin" / "apps.py"
    apps.write_text(apps.read_text().replace("    hook_api = 1\n", ""))
    with pytest.raises(ImproperlyConfigured, match="hook API 0"):
        resolve_plugins(["silent_plugin"])


def test_plugin_that_cannot_be_imported_is_refused_with_its_origin(site: Path) -> None:
    install(site, "broken_plugin", value="broken_plugin.nowhere:Config")
    with pytest.raises(
        ImproperlyConfigured, match=r"'broken_plugin' \(.*from broken_plugin 2.5\) cannot be imported"
    ):
        resolve_plugins(["broken_plugin"])


def test_entry_point_that_is_no_plugin_is_refused(site: Path) -> None:
    install(site, "plain_plugin", value="pathlib:Path")
    with pytest.raises(ImproperlyConfigured, match=r"not a subclass of lms\.plugin_api\.LmsPlugin"):
        resolve_plugins(["plain_plugin"])


def test_entry_point_under_another_word_than_the_app_label_is_refused(site: Path) -> None:
    install(site, "own_plugin", entry_point="other_word")
    with pytest.raises(ImproperlyConfigured, match="same word"):
        resolve_plugins(["other_word"])


def test_two_distributions_under_one_name_are_refused(site: Path) -> None:
    install(site, "honest_plugin")
    install(site, "copycat_plugin", entry_point="honest_plugin")
    with pytest.raises(
        ImproperlyConfigured, match="Two installed distributions claim the plugin name 'honest_plugin'"
    ):
        available_plugins()
