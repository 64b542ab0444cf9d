"""Who to be in the demo world, and what to try."""

from lms.cascade.enums import EnrolmentState
from lms.cascade.models import Enrolment
from lms.certificates.enums import CertificateStatus
from lms.certificates.gates import gate_statuses
from lms.certificates.models import Certificate, CertificateType
from lms.certificates.paper import qr_text
from lms.people.models import User

Login = tuple[str, str, str]


def logins(address: str) -> list[Login]:
    """One row a role, with persons who have something to show."""
    rows: list[Login] = [
        (
            "Programme lead",
            "lead@demo.example",
            f"{address}/ar/cascade/dashboard/ and {address}/admin/: import trainees, revoke a certificate",
        ),
        (
            "Master trainer",
            "trainer1@demo.example",
            "own cohorts and the tree below; edit a lesson in /admin/",
        ),
        ("Reviewer", "reviewer@demo.example", "accept pending endorsements and lessons sent for review"),
        ("Auditor", "auditor@demo.example", "read everything, change nothing"),
    ]
    certified = Certificate.objects.filter(
        status=CertificateStatus.ACTIVE, trainer_certificate__isnull=False
    ).first()
    if certified:
        rows.append(
            ("Certified observer", str(certified.holder.email), "My certificates: the page and the PDF")
        )
    if learner := next_to_certificate():
        rows.append(
            ("Observer in training", str(learner.email), "lessons, code of conduct, exam, certificate")
        )
    if certified:
        rows.append(("Anybody", "no login", f"open {qr_text(certified)}"))
    revoked = Certificate.objects.filter(status=CertificateStatus.REVOKED).first()
    if revoked:
        rows.append(("Anybody", "no login", f"{address}/v and type {revoked}: revoked"))
    return rows


def next_to_certificate() -> User | None:
    """Somebody with most of the way still ahead: present every day, no exam yet, something left to sign."""
    enrolments = (
        Enrolment.objects.filter(state=EnrolmentState.ACTIVE, tier__level=2, learner__attempts__isnull=True)
        .exclude(attendance__is_present=False)
        .select_related("learner")
    )
    kind = CertificateType.objects.filter(tier__level=2).first()
    if kind is None:
        return None
    closed = {
        enrolment.learner: sum(
            not gate.is_open for gate in gate_statuses(learner=enrolment.learner, certificate_type=kind)
        )
        for enrolment in enrolments[:60]
    }
    return max(closed, key=lambda learner: closed[learner], default=None)
