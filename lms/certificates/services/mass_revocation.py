"""Revoking many certificates at once: one person proposes, another one decides, the register says it in one head.

A clerk who clicks wrongly, or a thief of one account, must not be able to end the certificates of a
whole wave. What one person may revoke alone is limited by SANAD_REVOCATIONS_BY_ONE (a day).
"""

from collections.abc import Collection

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from wagtail.log_actions import log

from lms.certificates.enums import CertificateStatus, ProposalState
from lms.certificates.models import Certificate, CertificateEvent, MassRevocation
from lms.people.models import User
from lms.register.records import RecordType
from lms.register.services import append_entries, lock_head

from .standing import STATUS_MOVES, end_entitlement, event_record, require_reason

PROPOSE = "certificates.revoke_certificate"
APPROVE = "certificates.approve_massrevocation"


@transaction.atomic
def propose_mass_revocation(
    *, certificates: Collection[Certificate], reason: str, actor: User
) -> MassRevocation:
    """Put certificates before a second person. Raises PermissionDenied, and ValidationError for what cannot end."""
    if not actor.has_perm(PROPOSE):
        raise PermissionDenied
    reason = require_reason(reason)
    allowed, _status = STATUS_MOVES[RecordType.REVOKE]
    ended = sorted(str(certificate) for certificate in certificates if certificate.status not in allowed)
    if ended:
        raise ValidationError(
            _("These have ended already: %(numbers)s") % {"numbers": ", ".join(ended)}, code="ended"
        )
    if not certificates:
        raise ValidationError(_("Name at least one certificate."), code="none")
    proposal = MassRevocation.objects.create(reason=reason, proposed_by=actor)
    proposal.certificates.set(certificates)
    log(
        proposal,
        "certificates.propose_mass_revocation",
        user=actor,
        data={"reason": reason, "count": len(certificates)},
    )
    return proposal


@transaction.atomic
def approve_mass_revocation(*, proposal: MassRevocation, actor: User) -> MassRevocation:
    """Revoke what was proposed, under one lock and one signed head.

    What has ended since the proposal is passed over. Raises PermissionDenied for somebody who may not, and
    ValidationError for the proposer and for a proposal that was decided.
    """
    if not actor.has_perm(APPROVE):
        raise PermissionDenied
    # The register's lock is taken before those of rows, as every other step does.
    lock_head()
    current = _undecided(proposal)
    if current.proposed_by_id == actor.pk:
        raise ValidationError(_("Who proposed it cannot approve it: a second person decides."), code="same")
    _decide(current, ProposalState.APPROVED, actor)
    ended = _revoke_all(current, actor)
    log(
        current,
        "certificates.approve_mass_revocation",
        user=actor,
        data={"reason": current.reason, "count": ended},
    )
    return current


@transaction.atomic
def reject_mass_revocation(*, proposal: MassRevocation, actor: User) -> MassRevocation:
    """Leave the certificates as they are. Whoever approves may, and who proposed it takes it back."""
    current = _undecided(proposal)
    if not actor.has_perm(APPROVE) and current.proposed_by_id != actor.pk:
        raise PermissionDenied
    _decide(current, ProposalState.REJECTED, actor)
    log(current, "certificates.reject_mass_revocation", user=actor, data={"reason": current.reason})
    return current


def _undecided(proposal: MassRevocation) -> MassRevocation:
    current = MassRevocation.objects.select_for_update().get(pk=proposal.pk)
    if current.state != ProposalState.PROPOSED:
        raise ValidationError(
            _("This was decided already: %(state)s.") % {"state": ProposalState(current.state).label},
            code="decided",
        )
    return current


def _decide(proposal: MassRevocation, state: ProposalState, actor: User) -> None:
    proposal.state, proposal.decided_by, proposal.decided_at = state, actor, timezone.now()
    proposal.save(update_fields=["state", "decided_by", "decided_at"])


def _revoke_all(proposal: MassRevocation, actor: User) -> int:
    allowed, status = STATUS_MOVES[RecordType.REVOKE]
    certificates = list(
        Certificate.objects.select_for_update(of=("self",))
        .filter(mass_revocations=proposal, status__in=allowed)
        .select_related("type__tier__course", "enrolment")
        .order_by("register_index")
    )
    entries = append_entries(builds=[event_record(item, RecordType.REVOKE) for item in certificates])
    Certificate.objects.filter(pk__in=[item.pk for item in certificates]).update(status=status)
    CertificateEvent.objects.bulk_create(
        CertificateEvent(
            certificate=item,
            type=RecordType.REVOKE,
            reason=proposal.reason,
            actor=actor,
            register_index=entry.index,
            mass_revocation=proposal,
        )
        for item, entry in zip(certificates, entries, strict=True)
    )
    for item in certificates:
        item.status = CertificateStatus.REVOKED
        log(item, "certificates.revoke", user=actor, data={"reason": proposal.reason})
        end_entitlement(item, reason=proposal.reason, actor=actor)
    return len(certificates)
