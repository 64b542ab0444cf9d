"""Find the plugins that are installed and resolve the ones that the settings enable.

This runs while the settings are being read: it needs no Django app and no setting, and imports of a
plugin only the module of its entry point. A plugin that is not listed is never imported.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from importlib.metadata import EntryPoint, entry_points

from django.core.exceptions import ImproperlyConfigured

from lms.plugin_api.hookspecs import HOOK_API
from lms.plugin_api.plugin import LmsPlugin

ENTRY_POINT_GROUP = "lms.plugins"


@dataclass(frozen=True, slots=True)
class PluginInfo:
    """An enabled plugin: what goes into ``INSTALLED_APPS`` and where it came from."""

    name: str
    app_config: str
    distribution: str
    version: str
    paused: bool


def available_plugins() -> dict[str, EntryPoint]:
    """Every installed plugin by name, without importing any.

    Raises ImproperlyConfigured when two distributions claim one name: which of them runs must not depend
    on the file system.
    """
    found: dict[str, EntryPoint] = {}
    for entry_point in entry_points(group=ENTRY_POINT_GROUP):
        other = found.setdefault(entry_point.name, entry_point)
        if other.value != entry_point.value:
            raise ImproperlyConfigured(
                f"Two installed distributions claim the plugin name {entry_point.name!r}: "
                f"{_origin(other)} and {_origin(entry_point)}. Uninstall one of them."
            )
    return dict(sorted(found.items()))


def resolve_plugins(names: Sequence[str], *, paused: Collection[str] = ()) -> list[PluginInfo]:
    """Resolve ``LMS_PLUGINS`` in its order.

    Raises ImproperlyConfigured, with the list of what is installed, for an unknown or repeated name, a
    paused plugin that is not enabled, a plugin that cannot be imported, and one that was written for
    another hook API.
    """
    available = available_plugins()
    _refuse_bad_names(names, paused, available)
    return [_resolve(available[name], is_paused=name in paused) for name in names]


def _refuse_bad_names(
    names: Sequence[str], paused: Collection[str], available: Mapping[str, EntryPoint]
) -> None:
    installed = ", ".join(available) or "none"
    for name in names:
        if name not in available:
            raise ImproperlyConfigured(
                f"LMS_PLUGINS names the plugin {name!r}, which is not installed. "
                f"Installed plugins: {installed}."
            )
    repeated = sorted({name for name in names if names.count(name) > 1})
    if repeated:
        raise ImproperlyConfigured(f"LMS_PLUGINS names a plugin twice: {', '.join(repeated)}.")
    stray = sorted(set(paused) - set(names))
    if stray:
        raise ImproperlyConfigured(
            f"LMS_PLUGINS_PAUSED names {', '.join(stray)}, which LMS_PLUGINS does not enable. "
            f"Enabled plugins: {', '.join(names) or 'none'}. Installed plugins: {installed}."
        )


def _resolve(entry_point: EntryPoint, *, is_paused: bool) -> PluginInfo:
    try:
        config = entry_point.load()
    except (ImportError, AttributeError) as error:
        raise ImproperlyConfigured(
            f"The plugin {entry_point.name!r} ({_origin(entry_point)}) cannot be imported: {error}"
        ) from error
    _refuse_bad_config(entry_point, config)
    return PluginInfo(
        name=entry_point.name,
        app_config=f"{entry_point.module}.{entry_point.attr}",
        distribution=entry_point.dist.name if entry_point.dist else "",
        version=entry_point.dist.version if entry_point.dist else "",
        paused=is_paused,
    )


def _refuse_bad_config(entry_point: EntryPoint, config: object) -> None:
    name = entry_point.name
    if not (isinstance(config, type) and issubclass(config, LmsPlugin)):
        raise ImproperlyConfigured(
            f"The plugin {name!r} ({_origin(entry_point)}) is not a subclass of lms.plugin_api.LmsPlugin."
        )
    if config.hook_api != HOOK_API:
        raise ImproperlyConfigured(
            f"The plugin {name!r} ({_origin(entry_point)}) was written for hook API {config.hook_api}; "
            f"this platform speaks hook API {HOOK_API}. Install a version of the plugin that fits, "
            "or take it out of LMS_PLUGINS."
        )
    label = getattr(config, "label", None) or config.name.rpartition(".")[2]
    if label != name:
        raise ImproperlyConfigured(
            f"The plugin {name!r} ({_origin(entry_point)}) has the app label {label!r}. "
            "A plugin's entry point and app label must be the same word."
        )


def _origin(entry_point: EntryPoint) -> str:
    distribution = (
        f"{entry_point.dist.name} {entry_point.dist.version}" if entry_point.dist else "unknown distribution"
    )
    return f"{entry_point.value} from {distribution}"
