"""Letters to those who signed without an account."""

import logging
from smtplib import SMTPException

from django.core.mail import send_mail
from django.template.loader import render_to_string
from django.utils.translation import gettext as _
from django.utils.translation import override

from lms.api import format_moment

from .models import Endorsement

logger = logging.getLogger(__name__)


def send_receipt(endorsement: Endorsement, address: str, withdrawal_code: str) -> bool:
    """Send the receipt in the language in which it was signed; `address` is the receipt's page.

    Returns whether it was sent: a mail server that is away must not undo a signature.
    """
    context = {"address": address, "withdrawal_code": withdrawal_code}
    with override(endorsement.language):
        subject = _("Receipt of your endorsement of the code of conduct")
        return _send(endorsement, subject, "receipt", context, contact=endorsement.contact)


def send_decision(endorsement: Endorsement, contact: str, address: str) -> bool:
    """Tell the signatory what the review came to. `contact` is given because a refusal erases it."""
    with override(endorsement.language):
        subject = _("Decision on your endorsement of the code of conduct")
        return _send(endorsement, subject, "decision", {"address": address}, contact=contact)


def _send(
    endorsement: Endorsement, subject: str, template: str, context: dict[str, str], *, contact: str
) -> bool:
    signed_at = format_moment(endorsement.signed_at, endorsement.language, zone=True)
    body = render_to_string(
        f"code_of_conduct/mail/{template}.txt",
        {"endorsement": endorsement, "version": endorsement.version, "signed_at": signed_at, **context},
    )
    try:
        send_mail(subject, body, None, [contact])
    except (OSError, SMTPException) as error:
        logger.error("A letter about an endorsement was not sent: %s", type(error).__name__)
        return False
    return True
