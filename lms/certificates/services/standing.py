"""What may become of a certificate after it was issued: each change is one transaction with its register entry."""

from collections.abc import Callable
from datetime import timedelta

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from wagtail.log_actions import log

from lms.cascade.enums import EnrolmentState
from lms.cascade.services import move_enrolment, restore_qualification, withdraw_qualification
from lms.certificates.enums import CertificateStatus
from lms.certificates.models import Certificate, CertificateEvent
from lms.people.models import User
from lms.plugin_api.host import fire_certificate_revoked
from lms.register.days import day_of
from lms.register.ed25519 import kid_of
from lms.register.keys import log_signer
from lms.register.records import Record, RecordType, sha256_of
from lms.register.services import append_entry, lock_head

#: What each event needs the certificate to be, and what it makes of it.
STATUS_MOVES: dict[RecordType, tuple[frozenset[str], CertificateStatus]] = {
    RecordType.REVOKE: (
        frozenset({CertificateStatus.ACTIVE, CertificateStatus.SUSPENDED}),
        CertificateStatus.REVOKED,
    ),
    RecordType.SUSPEND: (frozenset({CertificateStatus.ACTIVE}), CertificateStatus.SUSPENDED),
    RecordType.RESTORE: (frozenset({CertificateStatus.SUSPENDED}), CertificateStatus.ACTIVE),
}


@transaction.atomic
def revoke_certificate(*, certificate: Certificate, reason: str, actor: User | None) -> Certificate:
    """End a certificate for good; its holder is no longer counted as certified. Without an actor it is whoever runs
    commands on the server, who counts as one person.

    Raises ValidationError without a reason, when it has ended already, or when this person has revoked so
    many today that a second person has to agree (`mass_revocation`).
    """
    # Who waits here counts after the one before has committed, so that no two clicks share the last place.
    lock_head()
    _require_a_second_person(actor)
    revoked = _append_event(certificate, RecordType.REVOKE, reason, actor)
    end_entitlement(revoked, reason=reason, actor=actor)
    return revoked


@transaction.atomic
def supersede_certificate(*, certificate: Certificate, reason: str, actor: User) -> Certificate:
    """End a certificate in whose place another one is issued in the same transaction.

    The holder loses nothing by it, so that it does not count among what one person may revoke alone.
    """
    superseded = _append_event(certificate, RecordType.REVOKE, reason, actor)
    superseded.status = CertificateStatus.SUPERSEDED
    superseded.save(update_fields=["status"])
    end_entitlement(superseded, reason=reason, actor=actor)
    return superseded


def end_entitlement(certificate: Certificate, *, reason: str, actor: User | None) -> None:
    """What a revocation does beside the register: qualification, enrolment, plugins."""
    withdraw_qualification(certificate_number=certificate.number, on=timezone.localdate())
    if certificate.enrolment.state == EnrolmentState.CERTIFIED:
        move_enrolment(
            enrolment=certificate.enrolment, to_state=EnrolmentState.COMPLETED, actor=actor, reason=reason
        )
    fire_certificate_revoked(certificate, reason=reason)


@transaction.atomic
def suspend_certificate(*, certificate: Certificate, reason: str, actor: User) -> Certificate:
    """Take a certificate out of force until it is restored or revoked."""
    suspended = _append_event(certificate, RecordType.SUSPEND, reason, actor)
    withdraw_qualification(certificate_number=suspended.number, on=timezone.localdate())
    return suspended


@transaction.atomic
def restore_certificate(*, certificate: Certificate, reason: str, actor: User) -> Certificate:
    """Put a suspended certificate back into force."""
    restored = _append_event(certificate, RecordType.RESTORE, reason, actor)
    restore_qualification(certificate_number=restored.number)
    return restored


def require_reason(reason: str) -> str:
    """The reason without blanks around it. Raises ValidationError for none."""
    if not reason.strip():
        raise ValidationError(_("Give a reason; it stays on record."), code="reason_required")
    return reason.strip()


def _require_a_second_person(actor: User | None) -> None:
    since = timezone.now() - timedelta(days=1)
    alone = (
        CertificateEvent.objects.filter(
            type=RecordType.REVOKE, actor=actor, at__gte=since, mass_revocation__isnull=True
        )
        .exclude(certificate__status=CertificateStatus.SUPERSEDED)
        .count()
    )
    if alone >= settings.SANAD_REVOCATIONS_BY_ONE:
        raise ValidationError(
            _("The limit for one person in a day is reached (%(count)s). Propose a mass revocation for more.")
            % {"count": settings.SANAD_REVOCATIONS_BY_ONE},
            code="second_person",
        )


def _append_event(
    certificate: Certificate, type_: RecordType, reason: str, actor: User | None
) -> Certificate:
    reason = require_reason(reason)
    current = Certificate.objects.select_for_update().get(pk=certificate.pk)
    allowed, status = STATUS_MOVES[type_]
    if current.status not in allowed:
        raise ValidationError(
            _("A certificate that is “%(status)s” cannot take this step.")
            % {"status": CertificateStatus(current.status).label},
            code="illegal_move",
        )
    entry = append_entry(build=event_record(current, type_))
    current.status = status
    current.save(update_fields=["status"])
    CertificateEvent.objects.create(
        certificate=current, type=type_, reason=reason, actor=actor, register_index=entry.index
    )
    log(current, f"certificates.{type_}", user=actor, data={"reason": reason})
    return current


def event_record(certificate: Certificate, type_: RecordType) -> Callable[[int], Record]:
    """The entry names the certificate's own entry and commits to the signed bytes that are affected.

    The register's key vouches for it and not an issuing key: the day on which an issuing key is lost, stolen
    or expired is the very day on which certificates have to be revoked.
    """
    kid = kid_of(log_signer().signer.public_key)
    return lambda index: Record(
        type=type_,
        kid=kid,
        index=index,
        day=day_of(timezone.localdate()),
        sha256=sha256_of(bytes(certificate.payload)),
        course=certificate.type.tier.course.code,
        subject=certificate.register_index,
    )
