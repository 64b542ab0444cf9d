"""Reading certificates: what a person has, what is missing, and the chain behind one."""

from dataclasses import dataclass
from datetime import timedelta

from django.db.models import QuerySet
from django.utils import timezone
from phonenumber_field.phonenumber import PhoneNumber, to_python

from lms.cascade.enums import EnrolmentState
from lms.cascade.models import Cohort, Enrolment
from lms.people.models import User

from .enums import CertificateStatus
from .gates import GateStatus, gate_statuses
from .models import Certificate, CertificateType

#: How long before its last day a certificate can be renewed.
RENEWAL_WINDOW = timedelta(days=90)
STANDING = frozenset({CertificateStatus.ACTIVE, CertificateStatus.SUSPENDED})


@dataclass(frozen=True, slots=True)
class Path:
    """The way of one enrolment to one certificate: its gates now.

    `was_revoked`: an earlier certificate of the kind was, so that only the programme office can issue another.
    """

    enrolment: Enrolment
    certificate_type: CertificateType
    gates: list[GateStatus]
    was_revoked: bool = False

    @property
    def is_open(self) -> bool:
        return all(gate.is_open for gate in self.gates)

    @property
    def next_gate(self) -> GateStatus | None:
        """The first condition that is still missing: what the learner does next."""
        return next((gate for gate in self.gates if not gate.is_open), None)

    @property
    def passed_count(self) -> int:
        return sum(gate.is_open for gate in self.gates)


def find_account(login: str) -> User | None:
    """The person who signs in with this e-mail address or phone number, however it is written."""
    login = login.strip()
    if "@" in login:
        found: User | None = User.objects.filter(email__iexact=login).first()
        return found
    phone: PhoneNumber | None = to_python(login, region="LY")
    found = User.objects.filter(phone=phone).first() if phone and phone.is_valid() else None
    return found


def certificates_of(holder: User) -> QuerySet[Certificate]:
    return (
        Certificate.objects.filter(holder=holder)
        .select_related(
            "type__tier__course",
            "type__tier__programme",
            "trainer_certificate",
            "supersedes",
            "superseded_by",
        )
        .order_by("-register_index")
    )


def certificates_to_print(cohort: Cohort) -> QuerySet[Certificate]:
    """The certificates in force of a cohort's people, by name: the order in which badges are handed out."""
    return (
        Certificate.objects.filter(enrolment__cohort=cohort, status=CertificateStatus.ACTIVE)
        .exclude(expires_on__lt=timezone.localdate())
        .order_by("name_ar", "register_index")
    )


def open_paths(learner: User) -> list[Path]:
    """The certificates a learner is on the way to: enrolled, and none standing yet."""
    enrolments = (
        Enrolment.objects.filter(learner=learner, state__in=[EnrolmentState.ACTIVE, EnrolmentState.COMPLETED])
        .select_related("tier__course", "tier__programme", "cohort")
        .prefetch_related("tier__certificate_types__tier__course")
    )
    earlier = Certificate.objects.filter(holder=learner).values_list("type_id", "status")
    standing = {kind for kind, status in earlier if status in STANDING}
    revoked = {kind for kind, status in earlier if status == CertificateStatus.REVOKED}
    return [
        Path(
            enrolment,
            kind,
            gate_statuses(learner=learner, certificate_type=kind),
            was_revoked=kind.pk in revoked,
        )
        for enrolment in enrolments
        for kind in enrolment.tier.certificate_types.all()
        if kind.pk not in standing
    ]


@dataclass(frozen=True, slots=True)
class Renewal:
    """The way to a further term of a certificate: its conditions, as they are met today."""

    gates: list[GateStatus]

    @property
    def is_open(self) -> bool:
        return all(gate.is_open for gate in self.gates)

    @property
    def missing(self) -> list[GateStatus]:
        return [gate for gate in self.gates if not gate.is_open]


def renewal_of(certificate: Certificate) -> Renewal | None:
    """None unless the certificate is in force or has run out, and its last day is not far off."""
    last_day = certificate.expires_on
    if certificate.status != CertificateStatus.ACTIVE or last_day is None:
        return None
    if last_day - timezone.localdate() > RENEWAL_WINDOW:
        return None
    return Renewal(gate_statuses(learner=certificate.holder, certificate_type=certificate.type))


def chain_of(certificate: Certificate) -> list[Certificate]:
    """The certificates above this one, nearest first, up to the one that the programme itself gave."""
    chain: list[Certificate] = []
    current = certificate
    # Each is an earlier entry of the register, so the walk ends.
    while current.trainer_certificate_id is not None:
        current = Certificate.objects.select_related("type__tier__course", "type__tier__programme").get(
            pk=current.trainer_certificate_id
        )
        chain.append(current)
    return chain


def awaiting_issue(certificate_type: CertificateType) -> QuerySet[Enrolment]:
    """The enrolments that may lead to the certificate: of everybody who is in training or has completed it."""
    states = [EnrolmentState.ACTIVE, EnrolmentState.COMPLETED]
    found = Enrolment.objects.filter(tier=certificate_type.tier_id, state__in=states)
    return found.select_related("learner").order_by("pk")
