"""Plugins made on the spot, so that a test shows the hooks it is about."""

from collections.abc import Callable
from types import ModuleType
from typing import Any

from django.db import connection

from lms.plugin_api import hookimpl


def make_plugin(name: str, **hooks: Callable[..., Any]) -> ModuleType:
    """A hooks module with these implementations, as if it were ``<name>/hooks.py``."""
    module = ModuleType(f"{name}.hooks")
    module.__package__ = name
    for hook, function in hooks.items():
        setattr(module, hook, hookimpl(function))
    return module


def fail_in_sql() -> None:
    """A statement that the database itself refuses, which aborts the whole transaction on PostgreSQL."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT secret FROM a_table_that_is_not_there")


def raise_personal_error() -> Any:
    raise RuntimeError("key (email)=(khadija@example.org) already exists")
