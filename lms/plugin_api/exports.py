"""Files that plugins offer to staff. The list stays open; a download that fails is an error and never
half a file."""

from __future__ import annotations

import tempfile
from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, BinaryIO, cast

from lms.plugin_api import manager
from lms.plugin_api.types import DataExport

if TYPE_CHECKING:
    from django.contrib.auth.models import PermissionsMixin

HOOK = "data_exports"


@dataclass(frozen=True, slots=True)
class OfferedExport:
    """An export that the user who asked may download."""

    key: str
    label: str
    media_type: str
    filename: str
    plugin: str
    export: DataExport


def data_exports(user: PermissionsMixin) -> list[OfferedExport]:
    """The exports whose permission the user holds, in the order of ``LMS_PLUGINS``, paused plugins
    included: what they collected is still there to be taken out."""

    def permitted(plugin: str, returned: Iterable[object]) -> list[OfferedExport]:
        return [
            OfferedExport(item.key, str(item.label), item.media_type, item.filename or item.key, plugin, item)
            for item in manager.own_items(plugin, returned, DataExport)
            if user.has_perm(item.permission)
        ]

    exports = manager.call_open(HOOK, permitted, while_paused=True, user=user)
    return [export for own in exports for export in own]


def find_data_export(user: PermissionsMixin, key: str) -> OfferedExport | None:
    """The export of that key, or None when there is none or the user may not have it: to the outside both
    are a 404."""
    return next((export for export in data_exports(user) if export.key == key), None)


def write_data_export(offered: OfferedExport) -> BinaryIO:
    """Let the plugin write the whole export and return it as a temporary file at its start; closing it
    deletes it.

    Raises PluginError when the plugin does not finish.
    """
    destination = cast(BinaryIO, tempfile.TemporaryFile())  # noqa: SIM115 - the caller closes it
    try:
        with manager.isolation(offered.plugin, HOOK):
            offered.export.write(destination)
            destination.seek(0)
    except manager.PluginError:
        destination.close()
        raise
    return destination
