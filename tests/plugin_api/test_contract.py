"""Every plugin that is enabled keeps the contract."""

from typing import Any

from django.conf import settings
from django.test import TestCase

from lms.plugin_api.testing import PluginContractTests


def contract_tests(name: str) -> type[Any]:
    class EnabledPluginContractTests(PluginContractTests, TestCase):
        plugin = name

    EnabledPluginContractTests.__qualname__ = f"Test_{name}"
    return EnabledPluginContractTests


for _name in settings.LMS_PLUGINS:
    globals()[f"Test_{_name}"] = contract_tests(_name)
