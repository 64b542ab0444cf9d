"""What becomes of an endorsement after it was signed."""

import secrets
from typing import Any

from django.db import transaction
from django.utils import timezone
from wagtail.log_actions import log

from ..enums import EndorsementState, IdentityTier
from ..errors import AlreadyDecided, AlreadyStanding
from ..models import Code, Endorsement, Withdrawal
from ..statements import withdrawal_statement
from ..text import sha256_hex
from .sealing import enter_endorsements, enter_withdrawal


@transaction.atomic
def accept_endorsement(*, endorsement: Endorsement, reviewer: Any, in_person: bool = False) -> Endorsement:
    """Let a pending endorsement take effect: the reviewer is satisfied of who signed and of the mandate.

    Raises AlreadyDecided, or AlreadyStanding where the same person or body has another one in force.
    """
    endorsement = _lock_pending(endorsement)
    version = endorsement.version
    same_actor = Endorsement.objects.standing().filter(
        actor_key=endorsement.actor_key, version__code=version.code_id, version__round=version.round
    )
    if same_actor.exists():
        raise AlreadyStanding
    now = timezone.now().replace(microsecond=0)
    endorsement.decided_at, endorsement.decided_by = now, reviewer
    if in_person:
        endorsement.tier = IdentityTier.ATTESTED
    enter_endorsements([endorsement], code_key=version.code.key, now=now)
    endorsement.save()
    _log(endorsement, "accept", reviewer, in_person=in_person)
    return endorsement


@transaction.atomic
def decline_endorsement(*, endorsement: Endorsement, reviewer: Any, reason: str) -> Endorsement:
    """Refuse a pending endorsement, with a reason that its signatory is told. Raises AlreadyDecided."""
    endorsement = _lock_pending(endorsement)
    endorsement.state = EndorsementState.DECLINED
    endorsement.decided_at, endorsement.decided_by = timezone.now(), reviewer
    endorsement.decision_reason = reason
    endorsement.contact = ""
    endorsement.save()
    _log(endorsement, "decline", reviewer)
    return endorsement


@transaction.atomic
def withdraw_endorsement(*, endorsement: Endorsement, reason: str, recorded_by: Any = None) -> Withdrawal:
    """Put on record that the signatory withdraws, from now on. Withdrawing twice is withdrawing once.

    Raises AlreadyDecided for an endorsement that was declined.
    """
    endorsement = _lock(endorsement)
    if endorsement.state == EndorsementState.WITHDRAWN:
        return endorsement.withdrawal
    if not endorsement.can_be_withdrawn:
        raise AlreadyDecided
    withdrawal = Withdrawal(
        endorsement=endorsement,
        reason=reason,
        withdrawn_at=timezone.now().replace(microsecond=0),
        recorded_by=recorded_by,
    )
    if endorsement.register_index is not None:
        withdrawal.statement = withdrawal_statement(
            endorsement=str(endorsement.public_id),
            endorsement_index=endorsement.register_index,
            reason=reason,
            nonce=secrets.token_hex(16),
            withdrawn_at=withdrawal.withdrawn_at,
        )
        withdrawal.statement_sha256 = sha256_hex(withdrawal.statement)
        enter_withdrawal(withdrawal, subject=endorsement.register_index)
    withdrawal.save()
    endorsement.state = EndorsementState.WITHDRAWN
    endorsement.contact = ""
    endorsement.save(update_fields=["state", "contact"])
    _log(endorsement, "withdraw", recorded_by)
    return withdrawal


def _lock_pending(endorsement: Endorsement) -> Endorsement:
    locked = _lock(endorsement)
    if not locked.is_pending:
        raise AlreadyDecided
    return locked


def _lock(endorsement: Endorsement) -> Endorsement:
    """The endorsement as it stands now, while nobody else signs, decides or withdraws."""
    Code.objects.select_for_update().get(pk=endorsement.version.code_id)
    rows = Endorsement.objects.select_for_update(of=("self",))
    return rows.select_related("version__code", "municipality").get(pk=endorsement.pk)


def _log(endorsement: Endorsement, action: str, user: Any, **data: object) -> None:
    """Into the audit log under the public id: the log is kept when a name has been erased."""
    title = str(endorsement.public_id)
    log(instance=endorsement, action=f"code_of_conduct.{action}", user=user, title=title, data=data)
