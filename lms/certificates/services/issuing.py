"""Issuing certificates.

Each is one transaction with its register entry: reserve the index, sign, append, sign the head; the PDF is
released only afterwards, because it is rendered from the committed row.
"""

import secrets
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import partial
from itertools import islice

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from wagtail.log_actions import log

from lms.cascade.enums import EnrolmentState
from lms.cascade.models import Enrolment, Qualification, Training
from lms.cascade.services import move_enrolments
from lms.certificates import credential
from lms.certificates.enums import CertificateStatus
from lms.certificates.gates import GateStatus, gate_statuses_among
from lms.certificates.holder_name import HolderNameError, require_name, tidy_name
from lms.certificates.keys import issuing_signer
from lms.certificates.models import Certificate, CertificateEvent, CertificateType
from lms.certificates.number import encode_number
from lms.people.models import User
from lms.plugin_api.host import fire_certificate_issued
from lms.register.days import day_of
from lms.register.ed25519 import Signer, kid_of
from lms.register.records import Record, RecordType
from lms.register.services import append_entries

#: How many certificates share one transaction and one signed head when many are issued.
ROUND = 50


class CertificateBlockedError(Exception):
    """Gates are closed. `statuses` are all required gates, so that the learner sees what is done and what is not."""

    def __init__(self, statuses: list[GateStatus]) -> None:
        super().__init__("certificate gates are closed")
        self.statuses = statuses


@dataclass(frozen=True, slots=True)
class IssueOutcome:
    """What became of one enrolment in a round of issuing: a certificate, or the refusal."""

    enrolment: Enrolment
    certificate: Certificate | None = None
    refusal: CertificateBlockedError | ValidationError | None = None

    @property
    def reasons(self) -> tuple[str, ...]:
        """Why not, in sentences."""
        if isinstance(self.refusal, CertificateBlockedError):
            return tuple(status.outcome.reason for status in self.refusal.statuses if not status.is_open)
        return tuple(self.refusal.messages) if self.refusal else ()


def issue_certificate(
    *, enrolment: Enrolment, certificate_type: CertificateType, actor: User | None = None
) -> Certificate:
    """Issue the certificate of an enrolment, or return the one that stands already.

    Two issuings at once for one person wait for each other on the enrolment and give one certificate. Raises
    CertificateBlockedError when a gate is closed and ValidationError when the enrolment cannot lead to it.
    """
    (outcome,) = issue_certificates(enrolments=[enrolment], certificate_type=certificate_type, actor=actor)
    if outcome.certificate is None:
        assert outcome.refusal is not None  # noqa: S101 - one of the two is there
        raise outcome.refusal
    return outcome.certificate


def issue_in_rounds(
    *, enrolments: Iterable[Enrolment], certificate_type: CertificateType, actor: User | None = None
) -> Iterator[list[IssueOutcome]]:
    """Issue to everybody whose conditions are met, each round of ROUND people in a transaction of its own.

    It can be broken off and run again at any time: who has a certificate keeps it.
    """
    waiting = iter(enrolments)
    while people := list(islice(waiting, ROUND)):
        yield issue_certificates(enrolments=people, certificate_type=certificate_type, actor=actor)


@transaction.atomic
def issue_certificates(
    *, enrolments: Sequence[Enrolment], certificate_type: CertificateType, actor: User | None = None
) -> list[IssueOutcome]:
    """Issue the certificates of several enrolments under one lock of the register, and say for each, in their
    order, what became of it. One that stands already is returned.

    The number of statements grows with the certificates only by their entries in the audit log.
    """
    locked = _lock(enrolments)
    refused = _refusals(list(locked.values()), certificate_type, actor)
    standing = _standing_certificates(locked.values(), certificate_type)
    welcome = [
        enrolment
        for enrolment in locked.values()
        if enrolment.learner_id not in standing and enrolment.pk not in refused
    ]
    names, unfit = _certified_names(welcome)
    refused |= unfit
    issued = _issue([enrolment for enrolment in welcome if enrolment.pk in names], names, certificate_type)
    _record(issued, actor)
    held = standing | {certificate.holder_id: certificate for certificate in issued}
    return [
        IssueOutcome(enrolment, certificate=held[locked[enrolment.pk].learner_id])
        if locked[enrolment.pk].learner_id in held
        else IssueOutcome(enrolment, refusal=refused[enrolment.pk])
        for enrolment in enrolments
    ]


def _lock(enrolments: Sequence[Enrolment]) -> dict[int, Enrolment]:
    """The enrolments as they are now, locked in one order, so that two rounds never wait for each other."""
    rows = (
        Enrolment.objects.select_for_update(of=("self",))
        .filter(pk__in=[enrolment.pk for enrolment in enrolments])
        .select_related("learner", "tier__course", "cohort")
        .order_by("pk")
    )
    return {enrolment.pk: enrolment for enrolment in rows}


def _standing_certificates(
    enrolments: Iterable[Enrolment], certificate_type: CertificateType
) -> dict[int, Certificate]:
    """What stands already, by holder."""
    found = Certificate.objects.filter(
        holder__in=[enrolment.learner_id for enrolment in enrolments],
        type=certificate_type,
        status__in=[CertificateStatus.ACTIVE, CertificateStatus.SUSPENDED],
    )
    return {certificate.holder_id: certificate for certificate in found}


def _refusals(
    enrolments: Sequence[Enrolment], certificate_type: CertificateType, actor: User | None
) -> dict[int, CertificateBlockedError | ValidationError]:
    """Why an enrolment cannot lead to the certificate now, by its key: what it is, what went before, the gates."""
    revoked = _revoked_holders(enrolments, certificate_type, actor)
    statuses = gate_statuses_among(
        learners=[enrolment.learner for enrolment in enrolments], certificate_type=certificate_type
    )
    refused: dict[int, CertificateBlockedError | ValidationError] = {}
    for enrolment in enrolments:
        refusal = _wrong_enrolment(enrolment, certificate_type)
        if refusal is None and enrolment.learner_id in revoked:
            refusal = ValidationError(
                _("A certificate of this person was revoked. The programme office decides on a new one."),
                code="revoked_before",
            )
        own = statuses[enrolment.learner_id]
        if refusal is not None:
            refused[enrolment.pk] = refusal
        elif not all(status.is_open for status in own):
            refused[enrolment.pk] = CertificateBlockedError(own)
    return refused


def _wrong_enrolment(enrolment: Enrolment, certificate_type: CertificateType) -> ValidationError | None:
    if enrolment.tier_id != certificate_type.tier_id:
        return ValidationError(_("This certificate belongs to another tier."), code="wrong_tier")
    if not enrolment.learner.is_active:
        return ValidationError(_("The account of this person is closed."), code="inactive")
    if enrolment.state not in {EnrolmentState.ACTIVE, EnrolmentState.COMPLETED}:
        return ValidationError(
            _("A certificate needs a person who is in training or has completed it."), code="not_enrolled"
        )
    return None


def _revoked_holders(
    enrolments: Sequence[Enrolment], certificate_type: CertificateType, actor: User | None
) -> set[int]:
    """Whose certificate was revoked cannot simply take the next one: somebody who may issue decides it."""
    if actor and actor.has_perm("certificates.issue_certificate"):
        return set()
    revoked = Certificate.objects.filter(
        holder__in=[enrolment.learner_id for enrolment in enrolments],
        type=certificate_type,
        status=CertificateStatus.REVOKED,
    )
    return set(revoked.values_list("holder", flat=True))


def _certified_names(
    enrolments: Iterable[Enrolment],
) -> tuple[dict[int, str], dict[int, ValidationError]]:
    """The name that goes on each certificate, by enrolment; and which names cannot."""
    names: dict[int, str] = {}
    unfit: dict[int, ValidationError] = {}
    for enrolment in enrolments:
        learner = enrolment.learner
        name = tidy_name(learner.name_ar or learner.name_en)
        try:
            require_name(name)
            names[enrolment.pk] = name
        except HolderNameError as refusal:
            unfit[enrolment.pk] = ValidationError(
                _(
                    "The name of this person cannot be certified as it stands. Correct it in the profile first."
                ),
                code=refusal.code,
            )
    return names, unfit


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


def _issue(
    enrolments: Sequence[Enrolment], names: Mapping[int, str], certificate_type: CertificateType
) -> list[Certificate]:
    """Sign and append what has been found in order: reserve an index, sign for it, append, for one after another."""
    if not enrolments:
        return []
    issued_on = timezone.localdate()
    expires_on = _last_day(issued_on, certificate_type.validity_days)
    trainers = _trainer_certificates(enrolments)
    signer = issuing_signer(on=issued_on)
    kid, wording = kid_of(signer.public_key), _wording(certificate_type)
    ids = [secrets.token_bytes(credential.CERTIFICATE_ID_BYTES) for _enrolment in enrolments]
    certificates = [
        Certificate(
            number=encode_number(certificate_id),
            type=certificate_type,
            holder=enrolment.learner,
            enrolment=enrolment,
            name_ar=names[enrolment.pk],
            name_en=tidy_name(enrolment.learner.name_en),
            wording=wording,
            issued_on=issued_on,
            expires_on=expires_on,
            kid=kid,
            trainer_certificate=trainers.get(enrolment.pk),
        )
        for enrolment, certificate_id in zip(enrolments, ids, strict=True)
    ]
    pairs = zip(certificates, ids, strict=True)
    append_entries(builds=[partial(_sign, certificate, identity, signer) for certificate, identity in pairs])
    return Certificate.objects.bulk_create(certificates)


def _sign(certificate: Certificate, identity: bytes, signer: Signer, index: int) -> Record:
    """The certificate's signed bytes for its place in the register, and what the register says of them."""
    trainer = certificate.trainer_certificate
    claims = credential.Claims(
        certificate_id=identity,
        name=certificate.name_ar,
        course=certificate.enrolment.tier.course.code,
        index=index,
        issued=day_of(certificate.issued_on),
        expires=None if certificate.expires_on is None else day_of(certificate.expires_on),
        trainer_index=trainer.register_index if trainer else None,
    )
    certificate.payload, certificate.register_index = credential.sign(claims, signer), index
    return credential.issue_record(certificate.payload)


def _record(certificates: Sequence[Certificate], actor: User | None) -> None:
    """What follows from issuing, in the same transaction."""
    CertificateEvent.objects.bulk_create(
        CertificateEvent(
            certificate=certificate,
            type=RecordType.ISSUE,
            actor=actor,
            register_index=certificate.register_index,
        )
        for certificate in certificates
    )
    Qualification.objects.bulk_create(
        Qualification(
            holder=certificate.holder,
            tier=certificate.enrolment.tier,
            certificate_number=certificate.number,
            register_index=certificate.register_index,
            valid_from=certificate.issued_on,
            valid_until=certificate.expires_on,
        )
        for certificate in certificates
    )
    move_enrolments(
        enrolments=[certificate.enrolment for certificate in certificates],
        to_state=EnrolmentState.CERTIFIED,
        actor=actor,
    )
    for certificate in certificates:
        log(certificate, "certificates.issue", user=actor)
        fire_certificate_issued(certificate)


def _last_day(issued_on: date, validity_days: int | None) -> date | None:
    return None if validity_days is None else issued_on + timedelta(days=validity_days)


def _trainer_certificates(enrolments: Sequence[Enrolment]) -> dict[int, Certificate]:
    """Under which certificate each holder was trained, by enrolment: that of the latest session attended in the
    cohort. Where the programme itself trained there is none.
    """
    own = {(enrolment.learner_id, enrolment.cohort_id): enrolment.pk for enrolment in enrolments}
    trainings = (
        Training.objects.filter(
            learner__in=[learner for learner, _cohort in own],
            session__cohort__in={cohort for _learner, cohort in own},
        )
        .order_by("date", "pk")
        .values_list("learner", "session__cohort", "trainer_qualification__certificate_number")
    )
    numbers = {
        own[learner, cohort]: number for learner, cohort, number in trainings if (learner, cohort) in own
    }
    found = Certificate.objects.filter(number__in={number for number in numbers.values() if number})
    by_number = {certificate.number: certificate for certificate in found}
    return {enrolment: by_number[number] for enrolment, number in numbers.items() if number}
