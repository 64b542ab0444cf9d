"""The plugins' part of the demo world."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction

from lms.plugin_api import manager

if TYPE_CHECKING:
    from lms.plugin_api.types import DemoWorld


def run_demo_data(world: DemoWorld) -> None:
    """Let each plugin that is not paused fill the demo world, in the order of ``LMS_PLUGINS``.

    Raises PluginError, which names the plugin, and rolls all plugins back as soon as one fails.
    """
    with transaction.atomic():
        for answer in manager.call_closed("demo_data", _nothing, while_paused=False, world=world):
            answer.unwrap()


def _nothing(_plugin: str, returned: object) -> None:
    if returned is not None:
        raise TypeError("demo_data returns nothing")
