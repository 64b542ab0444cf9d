"""The conditions that stand before a certificate. Everything here fails closed: what cannot be checked
has not been met."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext as _

from lms.plugin_api import manager
from lms.plugin_api.types import CertificateGate, GateResult

if TYPE_CHECKING:
    from django.contrib.auth.base_user import AbstractBaseUser
    from django.db.models import Model

HOOK = "certificate_gates"


@dataclass(frozen=True, slots=True)
class OfferedGate:
    """A gate which a certificate type may require, with the plugin that offers it."""

    key: str
    label: str
    plugin: str
    paused: bool
    gate: CertificateGate


@dataclass(frozen=True, slots=True)
class GateOutcome:
    """What a required gate says about a learner, ready to be shown: never a refusal without a ``reason``.

    ``plugin`` is empty when no enabled plugin offers the key.
    """

    key: str
    label: str
    plugin: str
    passed: bool
    reason: str = ""
    action_url: str = ""


def certificate_gates() -> dict[str, OfferedGate]:
    """Every gate by key, in the order of ``LMS_PLUGINS``, those of paused plugins included.

    A plugin that raises, offers a key twice or speaks for another plugin offers nothing at all, so that
    certificates which require its gates are blocked.
    """
    offered: dict[str, OfferedGate] = {}
    for answer in manager.call_closed(HOOK, _own_gates):
        for gate in answer.value or ():
            offered[gate.key] = gate
    return offered


def failing_plugins() -> list[manager.PluginError]:
    """The failures of plugins whose gates cannot be offered."""
    answers = manager.call_closed(HOOK, _own_gates)
    return [answer.failure for answer in answers if answer.failure is not None]


def evaluate_gates(
    keys: Iterable[str], *, learner: AbstractBaseUser, certificate_type: Model
) -> list[GateOutcome]:
    """Check the required gates one by one, in the given order. An unknown key, a paused plugin and a
    check that raises each give an outcome that has not passed and says so."""
    offered = certificate_gates()
    return [_evaluate(key, offered.get(key), learner, certificate_type) for key in keys]


def evaluate_gate(
    key: str, *, learners: Sequence[AbstractBaseUser], certificate_type: Model
) -> dict[Any, GateOutcome]:
    """Check one required gate for many learners, by primary key; all at once where the gate can, and just as
    closed."""
    offered = certificate_gates().get(key)
    if offered is None or offered.paused or offered.gate.check_many is None:
        return {learner.pk: _evaluate(key, offered, learner, certificate_type) for learner in learners}
    try:
        with manager.isolation(offered.plugin, HOOK):
            results = offered.gate.check_many(learners, certificate_type)
            return {learner.pk: _outcome(offered, results[learner.pk]) for learner in learners}
    except manager.PluginError:
        return dict.fromkeys((learner.pk for learner in learners), _failed(offered))


def _own_gates(plugin: str, returned: Iterable[object]) -> tuple[OfferedGate, ...]:
    paused = manager.is_paused(plugin)
    return tuple(
        OfferedGate(gate.key, str(gate.label), plugin, paused, gate)
        for gate in manager.own_items(plugin, returned, CertificateGate)
    )


def _evaluate(
    key: str, offered: OfferedGate | None, learner: AbstractBaseUser, certificate_type: Model
) -> GateOutcome:
    if offered is None:
        return _blocked_by_absence(key)
    if offered.paused:
        reason = _("“%(plugin)s” is paused at present, so this requirement cannot be met until it resumes.")
        return _blocked(offered, reason)
    try:
        with manager.isolation(offered.plugin, HOOK):
            return _outcome(offered, offered.gate.check(learner, certificate_type))
    except manager.PluginError:
        return _failed(offered)


def _failed(offered: OfferedGate) -> GateOutcome:
    reason = _(
        "“%(plugin)s” could not check this requirement. The error has been recorded; please try again later."
    )
    return _blocked(offered, reason)


def _outcome(offered: OfferedGate, result: object) -> GateOutcome:
    if not isinstance(result, GateResult):
        raise TypeError(f"expected GateResult, got {type(result).__name__}")
    return GateOutcome(
        key=offered.key,
        label=offered.label,
        plugin=offered.plugin,
        passed=result.passed,
        reason=str(result.reason),
        action_url=str(result.action_url),
    )


def _blocked(offered: OfferedGate, reason: str) -> GateOutcome:
    return GateOutcome(
        key=offered.key,
        label=offered.label,
        plugin=offered.plugin,
        passed=False,
        reason=reason % {"plugin": manager.plugin_title(offered.plugin)},
    )


def _blocked_by_absence(key: str) -> GateOutcome:
    reason = _("The requirement “%(key)s” cannot be checked at present. Please tell the programme office.")
    return GateOutcome(key=key, label=key, plugin="", passed=False, reason=reason % {"key": key})
