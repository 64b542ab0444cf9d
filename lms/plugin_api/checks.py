"""System checks of plugins: what can be seen to be wrong is refused before anybody is served.

They run with every management command that checks, ``migrate`` and ``check`` among them.
"""

from __future__ import annotations

import ast
import inspect
import re
import sys
from collections.abc import Iterator

import pluggy
from django.core import checks

from lms.plugin_api import gates, manager
from lms.plugin_api.plugin import LmsPlugin

TAG = "plugins"

_ALLOWED_IN_APPS = {
    "__future__": {"annotations"},
    "django.utils.translation": {"gettext_lazy", "pgettext_lazy"},
    "lms.plugin_api": {"LmsPlugin"},
    "lms.plugin_api.plugin": {"LmsPlugin"},
}
_PREFIX = re.compile(r"[a-z0-9-]+(/[a-z0-9-]+)*/")
_REFUSED_OPTIONS = ("wrapper", "hookwrapper", "tryfirst", "trylast", "optionalhook", "specname")


@checks.register(TAG)
def check_hook_names(**_options: object) -> list[checks.CheckMessage]:
    """A misspelt hook would never be called, and nobody would notice."""
    try:
        manager.pm.check_pending()
    except pluggy.PluginValidationError as error:
        hint = f"The hooks are: {', '.join(manager.hook_names())}."
        return [checks.Error(str(error), hint=hint, id="lms_plugins.E001")]
    return []


@checks.register(TAG)
def check_hook_options(**_options: object) -> list[checks.CheckMessage]:
    """A wrapper would run around the hooks of other plugins; the other options would hide a misspelling
    or promise an order that ``LMS_PLUGINS`` alone decides."""
    return [
        checks.Error(
            f"The plugin {implementation.plugin_name!r} uses the option {option!r} on {caller.name}.",
            hint="Use @hookimpl without options.",
            id="lms_plugins.E002",
        )
        for caller in vars(manager.pm.hook).values()
        for implementation in caller.get_hookimpls()
        for option in _REFUSED_OPTIONS
        if implementation.opts[option]
    ]


@checks.register(TAG)
def check_apps_modules(**_options: object) -> list[checks.CheckMessage]:
    """The settings import a plugin's ``apps`` module before Django is ready, so it must be as good as
    empty."""
    found: list[checks.CheckMessage] = []
    for plugin in manager.enabled_plugins():
        module = sys.modules[type(plugin).__module__]
        for imported in sorted(_forbidden_imports(inspect.getsource(module))):
            found.append(
                checks.Error(
                    f"{module.__name__} imports {imported}.",
                    hint="It may import LmsPlugin and gettext_lazy; move the rest to the hooks module.",
                    id="lms_plugins.E003",
                )
            )
    return found


@checks.register(TAG)
def check_gates(**_options: object) -> list[checks.CheckMessage]:
    """A gate that cannot be offered blocks certificates; better to know before the first learner does."""
    return [
        checks.Error(
            f"The certificate gates of the plugin {failure.plugin!r} cannot be used: {failure.__cause__}",
            hint="Every key is '<plugin>.<name>', once, and the list is made without the database.",
            id="lms_plugins.E004",
        )
        for failure in gates.failing_plugins()
    ]


@checks.register(TAG)
def check_mount_points(**_options: object) -> list[checks.CheckMessage]:
    """Two plugins at one address, or an address that is a pattern, would hide pages."""
    found: list[checks.CheckMessage] = []
    taken: dict[str, LmsPlugin] = {}
    for plugin in manager.enabled_plugins():
        if not plugin.urls:
            continue
        if not _PREFIX.fullmatch(plugin.mount_point):
            message = f"The plugin {plugin.label!r} has the unusable url_prefix {plugin.url_prefix!r}."
            hint = "Use small letters, digits and hyphens, without a slash at either end."
            found.append(checks.Error(message, hint=hint, id="lms_plugins.E005"))
        other = taken.setdefault(plugin.mount_point, plugin)
        if other is not plugin:
            message = (
                f"The plugins {other.label!r} and {plugin.label!r} share the address {plugin.mount_point}."
            )
            found.append(checks.Error(message, id="lms_plugins.E006"))
    return found


@checks.register(TAG)
def check_registration(**_options: object) -> list[checks.CheckMessage]:
    """A plugin that overrides ``ready()`` and forgets ``super()`` would be on and do nothing."""
    return [
        checks.Error(
            f"The plugin {plugin.label!r} is enabled but its hooks are not registered.",
            hint="Its ready() must call super().ready().",
            id="lms_plugins.E007",
        )
        for plugin in manager.enabled_plugins()
        if not manager.pm.has_plugin(plugin.label)
    ]


def _forbidden_imports(source: str) -> set[str]:
    """What a module imports, beyond what is allowed, when it is itself imported."""
    found = set()
    for node in _import_statements(ast.parse(source)):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        else:
            module = "." * node.level + (node.module or "")
            allowed = _ALLOWED_IN_APPS.get(module, set())
            found |= {f"{module}.{alias.name}" for alias in node.names if alias.name not in allowed}
    return found


def _import_statements(node: ast.AST) -> Iterator[ast.Import | ast.ImportFrom]:
    """Imports that run with the module; those inside functions wait until they are called."""
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.Import | ast.ImportFrom):
            yield child
        elif not isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda):
            yield from _import_statements(child)
