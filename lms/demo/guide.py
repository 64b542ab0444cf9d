"""Who to be in the demo world, where to begin, and what to try."""

from typing import NamedTuple

from django.db.models import Q
from django.urls import reverse
from django.utils import translation

from lms.assessments.enums import AttemptState
from lms.assessments.models import Attempt
from lms.cascade.enums import EnrolmentState
from lms.cascade.models import Enrolment
from lms.certificates.enums import CertificateStatus
from lms.certificates.gates import gate_statuses_among
from lms.certificates.models import Certificate, CertificateType
from lms.certificates.qrtext import build_text
from lms.people.models import User

NOBODY = "no login"


class Login(NamedTuple):
    who: str
    login: str
    address: str
    what: str


class Guide(NamedTuple):
    """One row for each user, and the address in the code of a certificate that is valid, or nothing."""

    logins: list[Login]
    code: str


@translation.override("ar")
def guide(address: str) -> Guide:
    """What to try in the world that is served at `address`, as persons who have something to show."""
    certified = Certificate.objects.filter(
        status=CertificateStatus.ACTIVE, trainer_certificate__isnull=False
    ).first()
    revoked = Certificate.objects.filter(status=CertificateStatus.REVOKED).first()
    dashboard, cohorts = reverse("cascade:dashboard"), reverse("cascade:my_cohorts")
    rows = [
        Login(
            "Programme lead", "lead@demo.example", dashboard, "figures, gaps; import and revoke in /admin/"
        ),
        Login("Master trainer", "trainer1@demo.example", cohorts, "attendance, cascade; lessons in /admin/"),
        Login("Reviewer", "reviewer@demo.example", "/admin/", "endorsements and lessons that wait"),
        Login("Auditor", "auditor@demo.example", "/admin/", "reads everything, changes nothing"),
    ]
    if learner := next_to_certificate():
        what = "lessons, code of conduct, exam, certificate"
        rows.append(Login("Observer in training", str(learner.email), reverse("home:start"), what))
    if certified:
        mine = reverse("certificates:mine")
        rows.append(
            Login("Certified observer", str(certified.holder.email), mine, "paper, badge, phone, link")
        )
    rows.append(Login("Citizen, endorsing actor", NOBODY, "/ar/", "survey; code of conduct and its register"))
    if revoked:
        rows.append(Login("Checker", NOBODY, reverse("verify:check"), f"type {revoked}: revoked"))
    code = build_text(address, bytes(certified.payload)) if certified else ""
    return Guide([row._replace(address=address + row.address) for row in rows], code)


def next_to_certificate() -> User | None:
    """Somebody with most of the way still ahead: present every day, no exam begun, something left to sign."""
    begun = Attempt.objects.exclude(state=AttemptState.READY)
    enrolments = (
        Enrolment.objects.filter(state=EnrolmentState.ACTIVE, tier__level=2)
        .exclude(Q(attendance__is_present=False) | Q(learner__attempts__in=begun))
        .select_related("learner")
    )
    kind = CertificateType.objects.filter(tier__level=2).first()
    if kind is None:
        return None
    learners = {enrolment.learner_id: enrolment.learner for enrolment in enrolments}
    gates = gate_statuses_among(learners=list(learners.values()), certificate_type=kind)
    closed = {learner: sum(not gate.is_open for gate in gates[pk]) for pk, learner in learners.items()}
    return max(closed, key=lambda learner: closed[learner], default=None)
