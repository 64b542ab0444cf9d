"""Issuing certificates.

Each is one transaction with its register entry: reserve the index, sign, append, sign the head; the PDF is
released only afterwards, because it is rendered from the committed row.
"""

import secrets
from dataclasses import dataclass
from datetime import date, timedelta

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from wagtail.log_actions import log

from lms.cascade.enums import EnrolmentState
from lms.cascade.models import Cohort, Enrolment, Training
from lms.cascade.services import grant_qualification, move_enrolment
from lms.certificates import credential
from lms.certificates.enums import CertificateStatus
from lms.certificates.gates import GateStatus, gate_statuses
from lms.certificates.holder_name import HolderNameError, require_name, tidy_name
from lms.certificates.keys import issuing_signer
from lms.certificates.models import Certificate, CertificateEvent, CertificateType
from lms.certificates.number import encode_number
from lms.people.models import User
from lms.plugin_api.host import fire_certificate_issued
from lms.register.days import day_of
from lms.register.records import Record, RecordType
from lms.register.services import append_entry


class CertificateBlockedError(Exception):
    """Gates are closed. `statuses` are all required gates, so that the learner sees what is done and what is not."""

    def __init__(self, statuses: list[GateStatus]) -> None:
        super().__init__("certificate gates are closed")
        self.statuses = statuses


@transaction.atomic
def issue_certificate(
    *, enrolment: Enrolment, certificate_type: CertificateType, actor: User | None = None
) -> Certificate:
    """Issue the certificate of an enrolment, or return the one that stands already.

    Two issuings at once for one person wait for each other on the enrolment and give one certificate. Raises
    CertificateBlockedError when a gate is closed and ValidationError when the enrolment cannot lead to it.
    """
    enrolment = (
        Enrolment.objects.select_for_update(of=("self",))
        .select_related("learner", "tier__course", "cohort")
        .get(pk=enrolment.pk)
    )
    standing = _standing_certificate(enrolment.learner, certificate_type)
    if standing is not None:
        return standing
    _refuse_wrong_enrolment(enrolment, certificate_type)
    _refuse_after_revocation(enrolment.learner, certificate_type, actor)
    statuses = gate_statuses(learner=enrolment.learner, certificate_type=certificate_type)
    if not all(status.is_open for status in statuses):
        raise CertificateBlockedError(statuses)
    certificate = _sign_and_append(enrolment, certificate_type)
    CertificateEvent.objects.create(
        certificate=certificate,
        type=RecordType.ISSUE,
        actor=actor,
        register_index=certificate.register_index,
    )
    grant_qualification(
        holder=enrolment.learner,
        tier=enrolment.tier,
        certificate_number=certificate.number,
        register_index=certificate.register_index,
        valid_from=certificate.issued_on,
        valid_until=certificate.expires_on,
    )
    move_enrolment(enrolment=enrolment, to_state=EnrolmentState.CERTIFIED, actor=actor)
    log(certificate, "certificates.issue", user=actor)
    fire_certificate_issued(certificate)
    return certificate


@dataclass(frozen=True, slots=True)
class IssueOutcome:
    """What became of one enrolment in a round of issuing: a certificate, or why not."""

    enrolment: Enrolment
    certificate: Certificate | None
    reasons: tuple[str, ...] = ()


def issue_to_cohort(
    *, cohort: Cohort, certificate_type: CertificateType, actor: User | None = None
) -> list[IssueOutcome]:
    """Issue to everybody in training whose conditions are met, each in a transaction of its own.

    It can be run again at any time: who has a certificate is not in training any more.
    """
    enrolments = Enrolment.objects.filter(
        cohort=cohort, state__in=[EnrolmentState.ACTIVE, EnrolmentState.COMPLETED]
    ).select_related("learner")
    outcomes = []
    for enrolment in enrolments:
        try:
            certificate = issue_certificate(
                enrolment=enrolment, certificate_type=certificate_type, actor=actor
            )
            outcomes.append(IssueOutcome(enrolment, certificate))
        except CertificateBlockedError as blocked:
            closed = (status.outcome.reason for status in blocked.statuses if not status.is_open)
            outcomes.append(IssueOutcome(enrolment, None, tuple(closed)))
        except ValidationError as error:
            outcomes.append(IssueOutcome(enrolment, None, tuple(error.messages)))
    return outcomes


def _standing_certificate(learner: User, certificate_type: CertificateType) -> Certificate | None:
    return Certificate.objects.filter(
        holder=learner,
        type=certificate_type,
        status__in=[CertificateStatus.ACTIVE, CertificateStatus.SUSPENDED],
    ).first()


def _refuse_wrong_enrolment(enrolment: Enrolment, certificate_type: CertificateType) -> None:
    if enrolment.tier_id != certificate_type.tier_id:
        raise ValidationError(_("This certificate belongs to another tier."), code="wrong_tier")
    if not enrolment.learner.is_active:
        raise ValidationError(_("The account of this person is closed."), code="inactive")
    if enrolment.state not in {EnrolmentState.ACTIVE, EnrolmentState.COMPLETED}:
        raise ValidationError(
            _("A certificate needs a person who is in training or has completed it."), code="not_enrolled"
        )


def _refuse_after_revocation(learner: User, certificate_type: CertificateType, actor: User | None) -> None:
    """Whose certificate was revoked cannot simply take the next one: somebody who may issue decides it."""
    was_revoked = Certificate.objects.filter(
        holder=learner, type=certificate_type, status=CertificateStatus.REVOKED
    ).exists()
    if was_revoked and not (actor and actor.has_perm("certificates.issue_certificate")):
        raise ValidationError(
            _("A certificate of this person was revoked. The programme office decides on a new one."),
            code="revoked_before",
        )


def _wording(certificate_type: CertificateType) -> dict[str, dict[str, str]]:
    """What the paper will say, in both languages, as it is today."""
    programme, course = certificate_type.tier.programme, certificate_type.tier.course
    return {
        "organisation": {"ar": programme.organisation_ar, "en": programme.organisation_en},
        "programme": {"ar": programme.name_ar, "en": programme.name_en},
        "title": {"ar": certificate_type.name_ar, "en": certificate_type.name_en},
        "statement": {"ar": certificate_type.statement_ar, "en": certificate_type.statement_en},
        "course": {"ar": course.name_ar, "en": course.name_en},
        "signatory": {"ar": certificate_type.signatory_ar, "en": certificate_type.signatory_en},
        "signatory_title": {
            "ar": certificate_type.signatory_title_ar,
            "en": certificate_type.signatory_title_en,
        },
    }


def _sign_and_append(enrolment: Enrolment, certificate_type: CertificateType) -> Certificate:
    learner = enrolment.learner
    name = _certified_name(learner)
    issued_on = timezone.localdate()
    expires_on = _last_day(issued_on, certificate_type.validity_days)
    trainer_certificate = _trainer_certificate(enrolment)
    certificate_id = secrets.token_bytes(credential.CERTIFICATE_ID_BYTES)
    signer = issuing_signer(on=issued_on)
    payloads: list[bytes] = []

    def build(index: int) -> Record:
        claims = credential.Claims(
            certificate_id=certificate_id,
            name=name,
            course=enrolment.tier.course.code,
            index=index,
            issued=day_of(issued_on),
            expires=None if expires_on is None else day_of(expires_on),
            trainer_index=trainer_certificate.register_index if trainer_certificate else None,
        )
        payloads.append(credential.sign(claims, signer))
        return credential.issue_record(payloads[-1])

    entry = append_entry(build=build)
    return Certificate.objects.create(
        number=encode_number(certificate_id),
        type=certificate_type,
        holder=learner,
        enrolment=enrolment,
        name_ar=name,
        name_en=tidy_name(learner.name_en),
        wording=_wording(certificate_type),
        issued_on=issued_on,
        expires_on=expires_on,
        kid=credential.parse(payloads[-1]).kid,
        payload=payloads[-1],
        register_index=entry.index,
        trainer_certificate=trainer_certificate,
    )


def _certified_name(learner: User) -> str:
    name = tidy_name(learner.name_ar or learner.name_en)
    try:
        require_name(name)
    except HolderNameError as refusal:
        raise ValidationError(
            _("The name of this person cannot be certified as it stands. Correct it in the profile first."),
            code=refusal.code,
        ) from refusal
    return name


def _last_day(issued_on: date, validity_days: int | None) -> date | None:
    return None if validity_days is None else issued_on + timedelta(days=validity_days)


def _trainer_certificate(enrolment: Enrolment) -> Certificate | None:
    """Under which certificate the holder was trained: that of the latest session attended in the cohort.

    None where the programme itself trained.
    """
    training = (
        Training.objects.filter(learner=enrolment.learner, session__cohort=enrolment.cohort)
        .select_related("trainer_qualification")
        .order_by("-date", "-pk")
        .first()
    )
    if training is None or training.trainer_qualification is None:
        return None
    return Certificate.objects.get(number=training.trainer_qualification.certificate_number)
