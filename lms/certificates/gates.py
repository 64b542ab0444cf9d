"""The conditions before a certificate: the core's own and the plugins', as one list that fails closed.

A gate is data: a certificate type stores keys, and nothing is issued while one of them is not met.
Letting a person pass nevertheless needs a permission and leaves a `GateOverride`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from lms.assessments.selectors import has_passed
from lms.cascade.selectors import attendance_of
from lms.courses.selectors import lessons_completed
from lms.plugin_api import GateResult
from lms.plugin_api.host import GateOutcome, certificate_gates, evaluate_gates

from .models import CertificateType, GateOverride

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

    from lms.people.models import User


@dataclass(frozen=True, slots=True)
class GateStatus:
    """What one required gate says of a learner, and whether somebody let them pass it."""

    outcome: GateOutcome
    overridden: bool

    @property
    def is_open(self) -> bool:
        return self.outcome.passed or self.overridden


def _lessons(learner: User, certificate_type: CertificateType) -> GateResult:
    done, total = lessons_completed(learner, certificate_type.tier.course)
    if total and done >= total:
        return GateResult(passed=True)
    missing = max(total - done, 0)
    reason = (
        ngettext(
            "%(count)s lesson is still to be completed.",
            "%(count)s lessons are still to be completed.",
            missing,
        )
        % {"count": missing}
        if total
        else _("The course has no published lessons yet.")
    )
    return GateResult(passed=False, reason=reason, action_url=reverse("courses:my_learning"))


def _attendance(learner: User, certificate_type: CertificateType) -> GateResult:
    attended, held = attendance_of(learner, certificate_type.tier)
    if held and attended >= held:
        return GateResult(passed=True)
    reason = (
        _("You attended %(attended)s of %(held)s training days.") % {"attended": attended, "held": held}
        if held
        else _("No training day of your cohort has been held yet.")
    )
    return GateResult(passed=False, reason=reason)


def _exam(learner: User, certificate_type: CertificateType) -> GateResult:
    if has_passed(learner, certificate_type.tier.course):
        return GateResult(passed=True)
    return GateResult(
        passed=False,
        reason=_("The certification exam has not been passed yet."),
        action_url=reverse("assessments:index"),
    )


#: Label and check of each gate of the core, by key.
CORE_GATES: Mapping[str, tuple[StrOrPromise, Callable[[User, CertificateType], GateResult]]] = {
    "core.lessons_completed": (gettext_lazy("All lessons completed"), _lessons),
    "core.attendance": (gettext_lazy("All training days attended"), _attendance),
    "core.exam_passed": (gettext_lazy("Certification exam passed"), _exam),
}


def available_gates() -> dict[str, str]:
    """Key and label of every gate that a certificate type can require today."""
    offered = {key: str(label) for key, (label, _check) in CORE_GATES.items()}
    return offered | {key: gate.label for key, gate in certificate_gates().items()}


def gate_statuses(*, learner: User, certificate_type: CertificateType) -> list[GateStatus]:
    """Every required gate in the type's order, checked now."""
    overridden = set(
        GateOverride.objects.filter(learner=learner, type=certificate_type).values_list("gate_key", flat=True)
    )
    return [
        GateStatus(_evaluate(key, learner, certificate_type), key in overridden)
        for key in certificate_type.required_gates
    ]


def gate_keys_in_use() -> dict[str, list[str]]:
    """Which certificate types require which gate; a plugin cannot be removed while its gate is named here."""
    used: dict[str, list[str]] = {}
    for certificate_type in CertificateType.objects.all():
        for key in certificate_type.required_gates:
            used.setdefault(key, []).append(
                _("Certificate type %(name)s") % {"name": f"{certificate_type} ({certificate_type.code})"}
            )
    return used


def _evaluate(key: str, learner: User, certificate_type: CertificateType) -> GateOutcome:
    gate = CORE_GATES.get(key)
    if gate is None:
        return evaluate_gates([key], learner=learner, certificate_type=certificate_type)[0]
    label, check = gate
    result = check(learner, certificate_type)
    return GateOutcome(
        key=key,
        label=str(label),
        plugin="",
        passed=result.passed,
        reason=str(result.reason),
        action_url=result.action_url,
    )
