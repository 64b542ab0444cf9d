"""The one place that runs plugin code.

Every implementation is called alone, in a savepoint of its own whenever a transaction is open: PostgreSQL
aborts a whole transaction after one failed statement even if Python swallowed the error, and SQLite hides
that it would. What happens when a plugin raises depends on the hook: ``call_open`` leaves the plugin out,
``call_closed`` hands the failure to its caller, and ``call_event`` runs after commit and only logs.

The log names the plugin, the hook, the class of the error and the lines it came from. It never holds the
message of the error, which may quote personal data.
"""

from __future__ import annotations

import logging
import traceback
from collections.abc import Callable, Iterable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext, suppress
from dataclasses import dataclass
from functools import partial
from typing import Any, Generic, Protocol, TypeVar

import pluggy
from django.apps import apps
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.db import transaction

from lms.plugin_api import hookspecs
from lms.plugin_api.plugin import LmsPlugin

logger = logging.getLogger("lms.plugins")

pm = pluggy.PluginManager(hookspecs.PROJECT_NAME)
pm.add_hookspecs(hookspecs)

T = TypeVar("T")


class HasKey(Protocol):
    @property
    def key(self) -> str: ...


K = TypeVar("K", bound=HasKey)


class PluginError(Exception):
    """A plugin raised. ``plugin`` is its name, ``hook`` the hook; the cause is chained."""

    def __init__(self, plugin: str, hook: str) -> None:
        super().__init__(f"The plugin {plugin!r} failed in {hook}.")
        self.plugin = plugin
        self.hook = hook


@dataclass(frozen=True, slots=True)
class Answer(Generic[T]):
    """What one plugin answered: a value, or the failure in its place."""

    plugin: str
    value: T | None = None
    failure: PluginError | None = None

    def unwrap(self) -> T:
        """The value. Raises the failure if there is one."""
        if self.failure is not None:
            raise self.failure
        return self.value  # type: ignore[return-value]  # None only if T allows it


def register(name: str, plugin: object) -> None:
    """Register a plugin's hooks under its name.

    Raises ImproperlyConfigured when a hook asks for arguments that it does not have. Registering the same
    module again is harmless, since Django makes app configurations ready anew when a test changes
    ``INSTALLED_APPS``.
    """
    if pm.get_plugin(name) is plugin:
        return
    try:
        pm.register(plugin, name=name)
    except (pluggy.PluginValidationError, ValueError) as error:
        raise ImproperlyConfigured(f"The hooks of the plugin {name!r} are refused: {error}") from error


def unregister(name: str) -> None:
    pm.unregister(name=name)


def hook_names() -> list[str]:
    """Every hook a plugin may implement."""
    return sorted(name for name, caller in vars(pm.hook).items() if caller.has_spec())


def enabled_plugins() -> list[LmsPlugin]:
    """The enabled plugins in the order of ``LMS_PLUGINS``."""
    return [config for config in apps.get_app_configs() if isinstance(config, LmsPlugin)]


def is_paused(plugin: str) -> bool:
    return plugin in settings.LMS_PLUGINS_PAUSED


def plugin_title(plugin: str) -> str:
    """The plugin's name for people, in the language of the reader."""
    with suppress(LookupError):
        return str(apps.get_app_config(plugin).verbose_name)
    return plugin


def call_open(
    hook: str, finish: Callable[[str, Any], T], *, while_paused: bool = False, **arguments: Any
) -> list[T]:
    """Call every plugin and leave out those that raise.

    ``finish(plugin, returned)`` turns what a plugin returned into what the platform uses; it runs inside
    the plugin's isolation, so that a lazy or malformed answer counts as the plugin's failure too.
    """
    return [
        answer.unwrap()
        for answer in call_closed(hook, finish, while_paused=while_paused, **arguments)
        if answer.failure is None
    ]


def call_closed(
    hook: str, finish: Callable[[str, Any], T], *, while_paused: bool = True, **arguments: Any
) -> Iterator[Answer[T]]:
    """Call plugin after plugin and yield the answer or the failure of each; the caller must not ignore a
    failure."""
    for implementation in _implementations(hook, while_paused=while_paused):
        plugin = implementation.plugin_name
        try:
            with isolation(plugin, hook):
                answer = Answer(plugin, finish(plugin, _invoke(implementation, arguments)))
        except PluginError as failure:
            answer = Answer(plugin, failure=failure)
        yield answer


def call_event(hook: str, **arguments: Any) -> None:
    """Tell every plugin once the current transaction has committed, or now if none is open.

    What one plugin writes is committed or rolled back as a whole and touches neither another plugin nor
    the caller.
    """
    transaction.on_commit(partial(_deliver, hook, arguments))


@contextmanager
def isolation(plugin: str, hook: str, *, atomic: bool = False) -> Iterator[None]:
    """Run a piece of plugin code: whatever it raises is logged and becomes PluginError.

    Inside a transaction the code has a savepoint. Outside of one it has none, because a page that only
    reads would otherwise take SQLite's write lock; ``atomic`` opens a transaction there as well.
    """
    try:
        with _savepoint(always=atomic):
            yield
    except Exception as error:
        _log_failure(plugin, hook, error)
        raise PluginError(plugin, hook) from error


def own_items(plugin: str, items: Iterable[Any], kind: type[K]) -> tuple[K, ...]:
    """Check what a plugin offers: the right type, keys in its own name, no key twice. Raises TypeError or
    ValueError."""
    offered = tuple(items)
    keys = set()
    for item in offered:
        if not isinstance(item, kind):
            raise TypeError(f"expected {kind.__name__}, got {type(item).__name__}")
        if not item.key.startswith(f"{plugin}."):
            raise ValueError(f"the key {item.key!r} must begin with {plugin!r} and a dot")
        if item.key in keys:
            raise ValueError(f"the key {item.key!r} is offered twice")
        keys.add(item.key)
    return offered


def _implementations(hook: str, *, while_paused: bool) -> list[pluggy.HookImpl]:
    """Implementations in the order of ``LMS_PLUGINS``. Wrappers, which could defeat the isolation, are
    never run."""
    order = [name for name, _plugin in pm.list_name_plugin()]
    found = [
        implementation
        for implementation in getattr(pm.hook, hook).get_hookimpls()
        if not (implementation.wrapper or implementation.hookwrapper)
        and (while_paused or not is_paused(implementation.plugin_name))
    ]
    return sorted(found, key=lambda implementation: order.index(implementation.plugin_name))


def _deliver(hook: str, arguments: dict[str, Any]) -> None:
    for implementation in _implementations(hook, while_paused=False):
        with suppress(PluginError), isolation(implementation.plugin_name, hook, atomic=True):
            _invoke(implementation, arguments)


def _invoke(implementation: pluggy.HookImpl, arguments: dict[str, Any]) -> Any:
    return implementation.function(*(arguments[name] for name in implementation.argnames))


def _savepoint(*, always: bool) -> AbstractContextManager[None]:
    if always or transaction.get_connection().in_atomic_block:
        return transaction.atomic()
    return nullcontext()


def _log_failure(plugin: str, hook: str, error: Exception) -> None:
    frames = [frame for frame in traceback.extract_tb(error.__traceback__) if frame.filename != __file__]
    logger.error(
        "plugin %s failed in %s: %s at %s",
        plugin,
        hook,
        type(error).__qualname__,
        " > ".join(f"{frame.filename}:{frame.lineno}" for frame in frames[-4:]),
        # A developer sees the whole error; in production its message could carry personal data into the logs.
        exc_info=error if settings.DEBUG else None,
    )
