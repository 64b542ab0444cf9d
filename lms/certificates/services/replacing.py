"""A new certificate in the place of an earlier one: for a corrected name, or because the old one runs out."""

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from wagtail.log_actions import log

from lms.certificates.enums import CertificateStatus
from lms.certificates.models import Certificate
from lms.certificates.selectors import RENEWAL_WINDOW
from lms.certificates.services.issuing import issue_certificate
from lms.certificates.services.standing import supersede_certificate
from lms.people.models import User

SUPERSEDED = "superseded"
RENEWED = "superseded: renewed"


@transaction.atomic
def replace_certificate(*, certificate: Certificate, actor: User, reason: str = SUPERSEDED) -> Certificate:
    """Issue the certificate anew and end the old one, with a link between the two, or do neither.

    Raises ValidationError unless the old one is in force (a suspended one is a matter still open) and
    CertificateBlockedError while a condition is not met today.
    """
    current = Certificate.objects.select_for_update().get(pk=certificate.pk)
    if current.status != CertificateStatus.ACTIVE:
        raise ValidationError(
            _("Only a certificate in force can be replaced. This one is “%(status)s”.")
            % {"status": CertificateStatus(current.status).label},
            code="not_active",
        )
    old = supersede_certificate(certificate=current, reason=reason, actor=actor)
    new = issue_certificate(enrolment=old.enrolment, certificate_type=old.type, actor=actor)
    new.supersedes = old
    new.save(update_fields=["supersedes"])
    log(new, "certificates.replace", user=actor, data={"old": old.number, "reason": reason})
    return new


def renew_certificate(*, certificate: Certificate, actor: User) -> Certificate:
    """A holder's certificate that ends soon or has ended, for a further term.

    Raises ValidationError before its time, and what `replace_certificate` raises.
    """
    last_day = certificate.expires_on
    if last_day is None or last_day - timezone.localdate() > RENEWAL_WINDOW:
        raise ValidationError(_("This certificate cannot be renewed yet."), code="too_early")
    return replace_certificate(certificate=certificate, actor=actor, reason=RENEWED)
