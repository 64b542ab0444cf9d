"""Helpers for the tests of plugins, the platform's own and third parties' alike."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.util import resolve_name
from io import StringIO
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING, Any, ClassVar, cast

from django.apps import apps
from django.conf import settings
from django.contrib.auth import get_user_model
from django.contrib.auth.models import AnonymousUser
from django.core import checks
from django.core.exceptions import FieldDoesNotExist
from django.core.management import call_command
from django.db.migrations.loader import MigrationLoader
from django.test import RequestFactory, TestCase, override_settings

from lms import plugin_api
from lms.plugin_api import manager
from lms.plugin_api.checks import TAG
from lms.plugin_api.exports import HOOK as EXPORTS_HOOK
from lms.plugin_api.hookspecs import HOOK_API
from lms.plugin_api.plugin import LmsPlugin
from lms.plugin_api.privacy import erase_personal_data
from lms.plugin_api.types import (
    CertificateGate,
    DashboardCard,
    DataExport,
    DataField,
    ErasureEntry,
    NavigationItem,
    PersonalDataFile,
)

MAY_IMPORT = {
    "lms.api",
    "lms.plugin_api.hookspecs",
    "lms.plugin_api.plugin",
    "lms.plugin_api.testing",
    "lms.plugin_api.types",
    *(f"lms.plugin_api.{name}" for name in plugin_api.__all__),
}

# A mixin for type checkers as well, but not a TestCase that a test runner would collect where it is imported.
if TYPE_CHECKING:
    _TestCase = TestCase
else:
    _TestCase = object


@contextmanager
def plugin_registered(hooks: object, name: str = "", *, paused: bool = False) -> Iterator[str]:
    """Run the body with the hooks of a plugin registered under its name, which is yielded.

    ``hooks`` is a hooks module, whose package gives the name, or any object with hook implementations and
    a ``name``. The plugin's app is not installed by this: it has no tables, templates or pages.
    """
    if not name and isinstance(hooks, ModuleType):
        name = (hooks.__package__ or "").rpartition(".")[2]
    if not name:
        raise ValueError("an object that is no module needs a name")
    paused_names = [*settings.LMS_PLUGINS_PAUSED, name] if paused else settings.LMS_PLUGINS_PAUSED
    manager.register(name, hooks)
    try:
        with override_settings(LMS_PLUGINS_PAUSED=paused_names):
            yield name
    finally:
        manager.unregister(name)


class PluginContractTests(_TestCase):
    """What every plugin must keep. Mix it into a ``django.test.TestCase`` and name the plugin, which must
    be enabled::

        class MyPluginContractTests(PluginContractTests, TestCase):
            plugin = "my_plugin"

    Override ``make_subject`` to give the privacy tests a person about whom the plugin holds something.
    """

    plugin: ClassVar[str]

    def make_subject(self) -> Any:
        return get_user_model()._default_manager.create_user("contract-subject@example.org")

    def test_plugin_is_enabled_for_this_hook_api(self) -> None:
        self.assertEqual(self._config().hook_api, HOOK_API)

    def test_system_checks_find_nothing(self) -> None:
        self.assertEqual(checks.run_checks(tags=[TAG]), [])

    def test_imports_of_the_platform_stay_within_the_contract(self) -> None:
        config = self._config()
        strangers = [
            f"{path.relative_to(config.path)}: {imported}"
            for path, imported in _imported_names(Path(config.path), config.name)
            if imported.partition(".")[0] in {"lms", "plugins"}
            and not any(_is_within(imported, allowed) for allowed in (*MAY_IMPORT, config.name))
        ]
        self.assertEqual(strangers, [])

    def test_migrations_are_complete(self) -> None:
        wanted = StringIO()
        try:
            call_command("makemigrations", self.plugin, check=True, dry_run=True, stdout=wanted)
        except SystemExit:
            self.fail(f"the models are ahead of the migrations:\n{wanted.getvalue()}")

    def test_migrations_can_be_undone(self) -> None:
        """Otherwise the plugin cannot be removed."""
        migrations = MigrationLoader(None).disk_migrations.items()
        irreversible = [
            f"{key[1]}: {operation.describe()}"
            for key, migration in migrations
            if key[0] == self.plugin
            for operation in migration.operations
            if not operation.reversible
        ]
        self.assertEqual(irreversible, [])

    def test_hooks_answer_a_visitor_who_has_not_signed_in(self) -> None:
        request = RequestFactory().get("/")
        request.user = AnonymousUser()
        self._items("navigation_items", NavigationItem, request=request)
        self._items("dashboard_cards", DashboardCard, request=request)

    def test_offers_carry_the_name_of_the_plugin(self) -> None:
        self._items("certificate_gates", CertificateGate)
        self._items(EXPORTS_HOOK, DataExport, user=self.make_subject())

    def test_inventory_names_fields_that_exist(self) -> None:
        unknown = []
        for entry in self._list("personal_data_inventory", DataField):
            try:
                apps.get_model(entry.model)._meta.get_field(entry.field)
            except (LookupError, FieldDoesNotExist):
                unknown.append(f"{entry.model}.{entry.field}")
        self.assertEqual(unknown, [])

    def test_inventory_covers_every_link_to_a_person(self) -> None:
        named = {(entry.model, entry.field) for entry in self._list("personal_data_inventory", DataField)}
        links = {
            (model._meta.label, field.name)
            for model in self._config().get_models(include_auto_created=True)
            for field in model._meta.local_fields
            if field.related_model is get_user_model()
        }
        self.assertEqual(links - named, set())

    def test_personal_data_is_exported_as_files(self) -> None:
        self._list("export_personal_data", PersonalDataFile, subject=self.make_subject())

    def test_erasure_rehearsed_says_what_erasure_does(self) -> None:
        subject = self.make_subject()
        rehearsed = self._erase(subject, dry_run=True)
        self.assertEqual(self._erase(subject, dry_run=True), rehearsed)
        self.assertEqual(self._erase(subject, dry_run=False), rehearsed)

    def _config(self) -> LmsPlugin:
        config = apps.get_app_config(self.plugin)
        self.assertIsInstance(config, LmsPlugin)
        return cast(LmsPlugin, config)

    def _erase(self, subject: Any, *, dry_run: bool) -> list[ErasureEntry]:
        report = erase_personal_data(subject, dry_run=dry_run)
        return [entry for part in report if part.plugin == self.plugin for entry in part.entries]

    def _items(self, hook: str, kind: type[Any], **arguments: Any) -> list[Any]:
        return self._answer(
            hook, lambda plugin, items: list(manager.own_items(plugin, items, kind)), arguments
        )

    def _list(self, hook: str, kind: type[Any], **arguments: Any) -> list[Any]:
        items = self._answer(hook, lambda _plugin, items: list(items), arguments)
        self.assertEqual([item for item in items if not isinstance(item, kind)], [])
        return items

    def _answer(self, hook: str, finish: Any, arguments: dict[str, Any]) -> list[Any]:
        for answer in manager.call_closed(hook, finish, **arguments):
            if answer.plugin == self.plugin:
                return list(answer.unwrap())
        return []


def _imported_names(folder: Path, package: str) -> Iterator[tuple[Path, str]]:
    """Every name that a package imports, in full: ``from lms import api`` imports ``lms.api``."""
    for path in sorted(folder.rglob("*.py")):
        inside = ".".join([package, *path.relative_to(folder).parent.parts])
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Import):
                yield from ((path, alias.name) for alias in node.names)
            elif isinstance(node, ast.ImportFrom):
                module = resolve_name("." * node.level + (node.module or ""), inside)
                yield from ((path, f"{module}.{alias.name}") for alias in node.names)


def _is_within(name: str, allowed: str) -> bool:
    return name == allowed or name.startswith(f"{allowed}.")
