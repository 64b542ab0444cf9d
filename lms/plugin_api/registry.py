"""Questions that this leaf package asks of the apps above it, which answer by registering a function when
they are ready."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

GateKeyUsage = Callable[[], Mapping[str, Sequence[str]]]

_gate_key_usages: list[GateKeyUsage] = []


def register_gate_key_usage(usage: GateKeyUsage) -> None:
    """Register a function that returns each required gate key with the things that require it, in words
    for staff: ``{"code_of_conduct.signed": ["Certificate type LTO"]}``. Call it in
    ``AppConfig.ready()``."""
    if usage not in _gate_key_usages:
        _gate_key_usages.append(usage)


def gate_keys_in_use(plugin: str) -> dict[str, list[str]]:
    """The plugin's gate keys that something requires, with what requires them.

    Raises LookupError when no app has registered: nobody can tell, which is not the same as "not in use".
    """
    if not _gate_key_usages:
        raise LookupError("no app has registered which gate keys are in use")
    used: dict[str, list[str]] = {}
    for usage in _gate_key_usages:
        for key, users in usage().items():
            if key.startswith(f"{plugin}.") and users:
                used.setdefault(key, []).extend(users)
    return used
