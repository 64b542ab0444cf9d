"""The conditions before a certificate: the core's own and the plugins', as one list that fails closed.

A gate is data: a certificate type stores keys, and nothing is issued while one of them is not met.
Letting a person pass nevertheless needs a permission and leaves a `GateOverride`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from lms.assessments.selectors import passed_among
from lms.cascade.selectors import attendance_among
from lms.courses.selectors import lessons_completed_among
from lms.plugin_api import GateResult
from lms.plugin_api.host import GateOutcome, certificate_gates, evaluate_gate

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


#: What a gate says of many learners, by primary key.
Answers = Mapping[int, GateResult]


def _lessons(learners: Sequence[User], certificate_type: CertificateType) -> Answers:
    completed, total = lessons_completed_among(learners, certificate_type.tier.course)
    return {learner.pk: _lessons_result(completed.get(learner.pk, 0), total) for learner in learners}


def _lessons_result(done: int, total: int) -> GateResult:
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


def _attendance(learners: Sequence[User], certificate_type: CertificateType) -> Answers:
    present = attendance_among(learners, certificate_type.tier)
    return {learner.pk: _attendance_result(*present.get(learner.pk, (0, 0))) for learner in learners}


def _attendance_result(attended: int, held: int) -> GateResult:
    if held and attended >= held:
        return GateResult(passed=True)
    reason = (
        _("You attended %(attended)s of %(held)s training days.") % {"attended": attended, "held": held}
        if held
        else _("No training day of your cohort has been held yet.")
    )
    return GateResult(passed=False, reason=reason)


def _exam(learners: Sequence[User], certificate_type: CertificateType) -> Answers:
    passed = passed_among(learners, certificate_type.tier.course)
    missing = GateResult(
        passed=False,
        reason=_("The certification exam has not been passed yet."),
        action_url=reverse("assessments:index"),
    )
    return {learner.pk: GateResult(passed=True) if learner.pk in passed else missing for learner in learners}


#: Label and check of each gate of the core, by key.
CORE_GATES: Mapping[str, tuple[StrOrPromise, Callable[[Sequence[User], CertificateType], Answers]]] = {
    "core.lessons_completed": (gettext_lazy("Complete all lessons"), _lessons),
    "core.attendance": (gettext_lazy("Attend all training days"), _attendance),
    "core.exam_passed": (gettext_lazy("Pass the certification exam"), _exam),
}


def available_gates() -> dict[str, str]:
    """Key and label of every gate that a certificate type can require today."""
    offered = {key: str(label) for key, (label, _check) in CORE_GATES.items()}
    return offered | {key: gate.label for key, gate in certificate_gates().items()}


def gate_statuses(*, learner: User, certificate_type: CertificateType) -> list[GateStatus]:
    """Every required gate in the type's order, checked now."""
    return gate_statuses_among(learners=[learner], certificate_type=certificate_type)[learner.pk]


def gate_statuses_among(
    *, learners: Sequence[User], certificate_type: CertificateType
) -> dict[int, list[GateStatus]]:
    """The same for many learners, by primary key, in a number of queries that does not grow with them, unless a
    plugin checks one by one."""
    overrides = GateOverride.objects.filter(learner__in=[learner.pk for learner in learners])
    overridden = set(overrides.filter(type=certificate_type).values_list("learner", "gate_key"))
    outcomes = {key: _evaluate(key, learners, certificate_type) for key in certificate_type.required_gates}
    return {
        learner.pk: [
            GateStatus(outcomes[key][learner.pk], (learner.pk, key) in overridden)
            for key in certificate_type.required_gates
        ]
        for learner in learners
    }


def gate_keys_in_use() -> dict[str, list[str]]:
    """Which certificate types require which gate; a plugin cannot be removed while its gate is named here."""
    used: dict[str, list[str]] = {}
    for certificate_type in CertificateType.objects.all():
        for key in certificate_type.required_gates:
            used.setdefault(key, []).append(
                _("Certificate type %(name)s") % {"name": f"{certificate_type} ({certificate_type.code})"}
            )
    return used


def _evaluate(
    key: str, learners: Sequence[User], certificate_type: CertificateType
) -> Mapping[int, GateOutcome]:
    gate = CORE_GATES.get(key)
    if gate is None:
        return evaluate_gate(key, learners=learners, certificate_type=certificate_type)
    label, check = gate
    results = check(learners, certificate_type)
    return {learner.pk: _outcome(key, str(label), results[learner.pk]) for learner in learners}


def _outcome(key: str, label: str, result: GateResult) -> GateOutcome:
    return GateOutcome(
        key=key,
        label=label,
        plugin="",
        passed=result.passed,
        reason=str(result.reason),
        action_url=result.action_url,
    )
