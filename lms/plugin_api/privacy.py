"""A person's data in the hands of plugins. Everything here fails closed: no silent gap in what is handed
out, no half erasure, and paused plugins answer like all others, since their data is still there."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeVar

from django.db import transaction

from lms.plugin_api import manager
from lms.plugin_api.types import DataField, ErasureEntry, PersonalDataFile

if TYPE_CHECKING:
    from django.contrib.auth.base_user import AbstractBaseUser

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class PersonalDataExport:
    """The files of all plugins by path, and the names of the plugins whose part is missing."""

    files: dict[str, PersonalDataFile]
    incomplete: tuple[str, ...]

    @property
    def is_complete(self) -> bool:
        return not self.incomplete


@dataclass(frozen=True, slots=True)
class PluginErasure:
    """What one plugin erased, anonymised and retained."""

    plugin: str
    entries: tuple[ErasureEntry, ...]


@dataclass(frozen=True, slots=True)
class PluginInventory:
    """The fields with personal data of one plugin."""

    plugin: str
    fields: tuple[DataField, ...]


def export_personal_data(subject: AbstractBaseUser) -> PersonalDataExport:
    """Gather what plugins hold about a person. A plugin that raises is named in ``incomplete``: say so to
    the person."""
    files: dict[str, PersonalDataFile] = {}
    incomplete = []
    for answer in manager.call_closed("export_personal_data", _own_files, subject=subject):
        if answer.failure is not None:
            incomplete.append(answer.plugin)
        files.update(answer.value or {})
    return PersonalDataExport(files, tuple(incomplete))


def erase_personal_data(subject: AbstractBaseUser, *, dry_run: bool) -> list[PluginErasure]:
    """Let every plugin erase a person's data, all or nothing.

    Joins the caller's transaction. A dry run is rolled back whatever the plugins did. Raises
    PluginError, with everything rolled back, as soon as one plugin fails.
    """
    with transaction.atomic():
        report = [
            PluginErasure(answer.plugin, answer.unwrap())
            for answer in manager.call_closed(
                "erase_personal_data", _entries, subject=subject, dry_run=dry_run
            )
        ]
        if dry_run:
            transaction.set_rollback(True)
    return report


def personal_data_inventory() -> list[PluginInventory]:
    """Every plugin's fields with personal data. Raises PluginError rather than leave a plugin out."""
    return [
        PluginInventory(answer.plugin, answer.unwrap())
        for answer in manager.call_closed("personal_data_inventory", _fields)
    ]


def _own_files(plugin: str, returned: Iterable[object]) -> dict[str, PersonalDataFile]:
    files = _all_of(PersonalDataFile, returned)
    by_path = {f"{plugin}/{file.name}": file for file in files}
    if len(by_path) != len(files):
        raise ValueError("two personal data files have the same name")
    return by_path


def _entries(_plugin: str, returned: Iterable[object]) -> tuple[ErasureEntry, ...]:
    return _all_of(ErasureEntry, returned)


def _fields(_plugin: str, returned: Iterable[object]) -> tuple[DataField, ...]:
    return _all_of(DataField, returned)


def _all_of(kind: type[T], returned: Iterable[object]) -> tuple[T, ...]:
    """Materialise inside the isolation what may be a generator. Raises TypeError for anything else than
    ``kind``."""
    items = []
    for item in returned:
        if not isinstance(item, kind):
            raise TypeError(f"expected {kind.__name__}, got {type(item).__name__}")
        items.append(item)
    return tuple(items)
