"""Take a plugin's data out of the database for good.

A plugin that merely leaves ``INSTALLED_APPS`` leaves its tables behind: their foreign keys still refuse
the erasure of people, its pages break the page tree, and certificates that require its gates can never be
issued again. So removal is planned first, refused while anything stands against it, and then undoes the
plugin's own migrations.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from django.apps import apps
from django.contrib.contenttypes.models import ContentType
from django.core.files.storage import Storage
from django.core.management import call_command
from django.db import connection, transaction
from django.db.migrations.executor import MigrationExecutor
from django.db.models import FileField, Model
from wagtail.models import Page

from lms.plugin_api import manager
from lms.plugin_api.plugin import LmsPlugin
from lms.plugin_api.registry import gate_keys_in_use


@dataclass(slots=True)
class RemovalPlan:
    """What removal would delete (``rows`` by model, with ``files``) and the ``obstacles`` it must not
    ignore."""

    plugin: LmsPlugin
    rows: dict[str, int] = field(default_factory=dict)
    files: list[tuple[Storage, str]] = field(default_factory=list)
    obstacles: list[str] = field(default_factory=list)


def plan_removal(name: str) -> RemovalPlan:
    """Look at everything that holds on to the plugin. Changes nothing.

    Raises LookupError when no plugin of that name is enabled: without its models nobody can tell what it
    left behind.
    """
    plugin = next((plugin for plugin in manager.enabled_plugins() if plugin.label == name), None)
    if plugin is None:
        raise LookupError(name)
    models = _models_with_tables(plugin)
    plan = RemovalPlan(plugin)
    plan.rows = {model._meta.label: count for model in models if (count := model._base_manager.count())}
    plan.files = [stored for model in models for stored in _stored_files(model)]
    plan.obstacles = [
        *_gate_obstacles(name),
        *_reference_obstacles(plugin),
        *_page_obstacles(plugin, models),
        *_migration_obstacles(name),
    ]
    return plan


def carry_out(plan: RemovalPlan) -> None:
    """Delete the plugin's pages, content types, permissions, tables and files. The plan must be without
    obstacles.

    Files go last, when the database no longer names them.
    """
    if plan.obstacles:
        raise ValueError("a removal with obstacles must not be carried out")
    label = plan.plugin.label
    with transaction.atomic():
        for model in _page_models(_models_with_tables(plan.plugin)):
            # One by one and fresh each time, because deleting a page takes its descendants along.
            while (page := model._default_manager.first()) is not None:
                page.delete()
        for content_type in ContentType.objects.filter(app_label=label):
            content_type.delete()
    ContentType.objects.clear_cache()
    call_command("migrate", label, "zero", verbosity=0, interactive=False)
    for storage, file_name in plan.files:
        storage.delete(file_name)


def _models_with_tables(plugin: LmsPlugin) -> list[type[Model]]:
    tables = set(connection.introspection.table_names())
    return [
        model
        for model in plugin.get_models(include_auto_created=True)
        if not model._meta.proxy and model._meta.db_table in tables
    ]


def _page_models(models: list[type[Model]]) -> list[type[Page]]:
    return [model for model in models if issubclass(model, Page)]


def _stored_files(model: type[Model]) -> Iterator[tuple[Storage, str]]:
    for file_field in model._meta.local_fields:
        if isinstance(file_field, FileField):
            names = model._base_manager.values_list(file_field.name, flat=True)
            yield from ((file_field.storage, name) for name in names if name)


def _gate_obstacles(name: str) -> Iterator[str]:
    try:
        in_use = gate_keys_in_use(name)
    except LookupError:
        yield "Nobody can tell whether its certificate gates are in use."
        return
    for key, users in sorted(in_use.items()):
        yield f"The gate {key} is required by: {', '.join(users)}."


def _reference_obstacles(plugin: LmsPlugin) -> Iterator[str]:
    for model in apps.get_models(include_auto_created=True):
        if model._meta.app_label == plugin.label:
            continue
        for relation in model._meta.local_fields + model._meta.local_many_to_many:
            target = relation.related_model
            if isinstance(target, type) and target._meta.app_label == plugin.label:
                yield f"{model._meta.label}.{relation.name} refers to {target._meta.label}."


def _page_obstacles(plugin: LmsPlugin, models: list[type[Model]]) -> Iterator[str]:
    for model in _page_models(models):
        for page in model._default_manager.all():
            foreign = page.get_descendants().exclude(content_type__app_label=plugin.label)
            if foreign.exists():
                yield f"Below its page “{page}” there are pages that are not its own; move them first."


def _migration_obstacles(name: str) -> Iterator[str]:
    for migration, _backwards in MigrationExecutor(connection).migration_plan([(name, None)]):
        if migration.app_label != name:
            yield f"The migration {migration} depends on its migrations."
        for operation in migration.operations:
            if not operation.reversible:
                yield f"Its migration {migration.name} cannot be undone: {operation.describe()}."
