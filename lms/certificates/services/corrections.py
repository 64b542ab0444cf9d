"""A wrong name: the holder asks, the office decides, and a right certificate takes the wrong one's place."""

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from lms.certificates.enums import CertificateStatus, CorrectionState
from lms.certificates.holder_name import HolderNameError, require_name, tidy_name
from lms.certificates.models import Certificate, NameCorrection
from lms.certificates.services.replacing import replace_certificate
from lms.people.models import User


@transaction.atomic
def request_correction(
    *, certificate: Certificate, name_ar: str, name_en: str, reason: str
) -> NameCorrection:
    """Put a request before the office.

    Raises ValidationError for a name that cannot be signed or is the certified one, when a request is waiting,
    and when the certificate is not in force.
    """
    current = Certificate.objects.select_for_update().get(pk=certificate.pk)
    if current.status != CertificateStatus.ACTIVE:
        raise ValidationError(_("The name of a certificate that is not in force is not corrected."))
    name_ar, name_en, reason = tidy_name(name_ar), tidy_name(name_en), reason.strip()
    try:
        require_name(name_ar)
    except HolderNameError as refusal:
        raise ValidationError(
            _("A name like this cannot stand on a certificate."), code=refusal.code
        ) from None
    if (name_ar, name_en) == (current.name_ar, current.name_en):
        raise ValidationError(_("This is the name that the certificate bears already."), code="same_name")
    if not reason:
        raise ValidationError(_("Say what is wrong with the name."), code="reason_required")
    if current.corrections.filter(state=CorrectionState.PENDING).exists():
        raise ValidationError(_("A request for this certificate is waiting already."), code="pending")
    return NameCorrection.objects.create(certificate=current, name_ar=name_ar, name_en=name_en, reason=reason)


@transaction.atomic
def accept_correction(*, correction: NameCorrection, actor: User, answer: str = "") -> Certificate:
    """Correct the person's name and replace the certificate; everything or nothing.

    Raises PermissionDenied, ValidationError when it has been decided or the certificate is no longer in force,
    and CertificateBlockedError while a condition is not met.
    """
    correction = _decide(correction, CorrectionState.ACCEPTED, actor, answer)
    certificate = correction.certificate
    holder = User.objects.select_for_update().get(pk=certificate.holder_id)
    holder.name_ar, holder.name_en = correction.name_ar, correction.name_en
    holder.full_clean(exclude=["password"])
    holder.save()
    return replace_certificate(certificate=certificate, actor=actor)


@transaction.atomic
def refuse_correction(*, correction: NameCorrection, actor: User, answer: str) -> NameCorrection:
    """Leave the certificate as it is and tell the holder why. Raises as `accept_correction` does."""
    if not answer.strip():
        raise ValidationError(_("Tell the holder why."), code="answer_required")
    return _decide(correction, CorrectionState.REFUSED, actor, answer)


def _decide(correction: NameCorrection, state: CorrectionState, actor: User, answer: str) -> NameCorrection:
    if not actor.has_perm("certificates.decide_namecorrection"):
        raise PermissionDenied
    current = NameCorrection.objects.select_for_update().get(pk=correction.pk)
    if current.state != CorrectionState.PENDING:
        raise ValidationError(_("This request has been decided already."), code="decided")
    if current.certificate.holder_id == actor.pk:
        raise ValidationError(_("Nobody decides on a request of their own."), code="own")
    current.state, current.answer = state, answer.strip()
    current.decided_by, current.decided_at = actor, timezone.now()
    current.save(update_fields=["state", "answer", "decided_by", "decided_at"])
    return current
