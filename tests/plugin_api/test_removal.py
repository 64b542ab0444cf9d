"""Removal is refused while anything holds on to the plugin, and then leaves nothing behind."""

from collections.abc import Iterator
from io import StringIO
from types import SimpleNamespace
from typing import Any

import pytest
from django.contrib.auth import get_user_model
from django.contrib.auth.models import Permission
from django.contrib.contenttypes.models import ContentType
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.core.management import CommandError, call_command
from django.db import connection
from django.test import modify_settings
from wagtail.models import Locale, Page

from lms.plugin_api import manager, registry
from lms.plugin_api.removal import _migration_obstacles, _reference_obstacles

NAME = "removable_plugin"

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def gate_usage(monkeypatch: pytest.MonkeyPatch) -> dict[str, list[str]]:
    """What the apps above this package say is required; empty until a test fills it."""
    usage: dict[str, list[str]] = {}
    monkeypatch.setattr(registry, "_gate_key_usages", [lambda: usage])
    return usage


@pytest.fixture(autouse=True)
def plugin() -> Iterator[Any]:
    """The plugin enabled, with real tables in the test database, which is put back as it was afterwards."""
    with modify_settings(
        INSTALLED_APPS={"append": "tests.plugin_api.removable_plugin.apps.RemovablePluginConfig"}
    ):
        call_command("migrate", NAME, verbosity=0)
        from .removable_plugin import models

        yield models
        manager.unregister(NAME)


def tables() -> set[str]:
    return {table for table in connection.introspection.table_names() if table.startswith(NAME)}


def remove(**options: Any) -> str:
    out = StringIO()
    call_command("remove_plugin", NAME, interactive=False, stdout=out, **options)
    return out.getvalue()


def add_row(plugin: Any) -> str:
    """A row with a file, whose name is returned."""
    swearer = get_user_model()._default_manager.create_user("swearer@example.org")
    oath = plugin.Oath(swearer=swearer)
    oath.paper.save("oath.pdf", ContentFile(b"%PDF"))
    return oath.paper.name


def add_page(plugin: Any) -> Any:
    Locale.objects.get_or_create(language_code="ar")
    root = Page.get_first_root_node() or Page.add_root(title="Root")
    return root.add_child(instance=plugin.OathPage(title="Oaths", slug="oaths"))


def test_empty_plugin_is_removed_with_its_permissions() -> None:
    output = remove()
    assert tables() == set()
    assert not ContentType.objects.filter(app_label=NAME).exists()
    assert not Permission.objects.filter(content_type__app_label=NAME).exists()
    assert "out of LMS_PLUGINS" in output


def test_plugin_with_rows_is_refused_and_the_steps_are_explained(plugin: Any) -> None:
    add_row(plugin)
    with pytest.raises(CommandError, match=r"(?s)--delete-data.*LMS_PLUGINS_PAUSED"):
        remove()
    assert plugin.Oath.objects.count() == 1


def test_plugin_with_rows_is_removed_with_its_data_files_and_pages(plugin: Any) -> None:
    file_name = add_row(plugin)
    page = add_page(plugin)
    output = remove(delete_data=True)
    assert "removable_plugin.Oath: 1" in output
    assert "removable_plugin.OathPage: 1" in output
    assert tables() == set()
    assert not default_storage.exists(file_name)
    assert not Page.objects.filter(pk=page.pk).exists()
    assert Page.find_problems() == ([], [], [], [], [])


def test_person_can_be_erased_after_removal(plugin: Any) -> None:
    """The reason for removal: tables without their app still refuse to let a person go."""
    add_row(plugin)
    remove(delete_data=True)
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM people_user WHERE email = %s", ["swearer@example.org"])
    assert not get_user_model()._default_manager.filter(email="swearer@example.org").exists()


def test_plugin_whose_gate_is_required_is_refused_by_name_of_the_requirer(
    plugin: Any, gate_usage: dict[str, list[str]]
) -> None:
    gate_usage["removable_plugin.sworn"] = ["LTO certificate"]
    with pytest.raises(CommandError, match=r"gate removable_plugin\.sworn is required by: LTO certificate"):
        remove(delete_data=True)
    assert tables()


def test_gates_of_another_plugin_do_not_stop_removal(gate_usage: dict[str, list[str]]) -> None:
    gate_usage["removable_plugin_two.sworn"] = ["LTO certificate"]
    remove()
    assert tables() == set()


def test_plugin_is_refused_when_nobody_can_tell_which_gates_are_in_use(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(registry, "_gate_key_usages", [])
    with pytest.raises(CommandError, match="Nobody can tell"):
        remove(delete_data=True)
    assert tables()


def test_page_of_another_app_below_its_own_stops_removal(plugin: Any) -> None:
    add_page(plugin).add_child(instance=Page(title="Elsewhere", slug="elsewhere"))
    with pytest.raises(CommandError, match="Below its page “Oaths” there are pages that are not its own"):
        remove(delete_data=True)
    assert Page.objects.filter(slug="elsewhere").exists()


def test_foreign_keys_from_other_apps_stop_removal() -> None:
    people: Any = SimpleNamespace(label="people")
    assert "wagtailcore.Revision.user refers to people.User." in set(_reference_obstacles(people))


def test_migrations_of_other_apps_that_depend_on_it_stop_removal() -> None:
    assert any("depends on its migrations" in obstacle for obstacle in _migration_obstacles("people"))


def test_dry_run_describes_and_changes_nothing(plugin: Any) -> None:
    add_row(plugin)
    output = remove(delete_data=True, dry_run=True)
    assert "removable_plugin.Oath: 1" in output
    assert "files: 1" in output
    assert plugin.Oath.objects.count() == 1


@pytest.mark.parametrize("answer", ["", "yes", "removable"])
def test_removal_that_is_not_confirmed_by_name_is_refused(
    answer: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("builtins.input", lambda prompt: answer)
    with pytest.raises(CommandError, match="not confirmed"):
        call_command("remove_plugin", NAME, stdout=StringIO())
    assert tables()


def test_removal_that_is_confirmed_by_name_is_done(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("builtins.input", lambda prompt: NAME)
    call_command("remove_plugin", NAME, stdout=StringIO())
    assert tables() == set()


def test_plugin_that_is_not_enabled_is_refused_with_the_enabled_list() -> None:
    with pytest.raises(CommandError, match=r"No plugin 'gone' is enabled \(enabled: .*removable_plugin"):
        call_command("remove_plugin", "gone")
