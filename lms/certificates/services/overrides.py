"""Letting one person pass one gate."""

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.utils.translation import gettext as _
from wagtail.log_actions import log

from lms.certificates.models import CertificateType, GateOverride
from lms.people.models import User


@transaction.atomic
def override_gate(
    *, certificate_type: CertificateType, learner: User, gate_key: str, reason: str, actor: User
) -> GateOverride:
    """Let one person pass one gate; the reason stays on record. A second waiver of the same gate keeps the first.

    Raises PermissionDenied unless the actor holds `certificates.override_gate`, and ValidationError for a gate
    that the certificate does not require or a missing reason.
    """
    if not actor.has_perm("certificates.override_gate"):
        raise PermissionDenied
    if gate_key not in certificate_type.required_gates:
        raise ValidationError(_("This certificate does not require that condition."), code="unknown_gate")
    if not reason.strip():
        raise ValidationError(_("Give a reason; it stays on record."), code="reason_required")
    override, created = GateOverride.objects.get_or_create(
        type=certificate_type,
        learner=learner,
        gate_key=gate_key,
        defaults={"reason": reason.strip(), "actor": actor},
    )
    if created:
        log(
            certificate_type,
            "certificates.override_gate",
            user=actor,
            data={"gate": gate_key, "learner": str(learner.public_id), "reason": reason.strip()},
        )
    return override
