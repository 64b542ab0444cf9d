"""Letters about certificates that end soon, each sent once."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from django.conf import settings
from django.core.mail import EmailMessage
from django.db import IntegrityError, transaction
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import override

from lms.certificates.enums import CertificateStatus
from lms.certificates.models import Certificate, ExpiryReminder

#: Days before the last day on which holders are written to.
DAYS_BEFORE = (90, 30, 7)
LANGUAGES = ("ar", "en")


@dataclass(frozen=True, slots=True)
class Reminded:
    """What a round did: letters sent, people without an address, and letters that the mail server refused."""

    sent: int
    without_address: int
    failed: int


def send_reminders(*, today: date, days_before: Sequence[int] = DAYS_BEFORE) -> Reminded:
    """Write to every holder whose certificate ends within the days, once for each number of days.

    A round that was missed sends the nearest letter only. Each letter is remembered in the transaction that
    sends it, so that a failure sends it again next time.
    """
    counts = {"sent": 0, "without_address": 0, "failed": 0}
    ending = Certificate.objects.filter(
        status=CertificateStatus.ACTIVE,
        holder__is_active=True,
        expires_on__gte=today,
        expires_on__lte=today + timedelta(days=max(days_before)),
    ).select_related("holder", "type")
    for certificate in ending.prefetch_related("reminders"):
        counts_as = _due(certificate, today, days_before)
        if counts_as is not None:
            counts[_remind(certificate, counts_as, today)] += 1
    return Reminded(**counts)


def _due(certificate: Certificate, today: date, days_before: Sequence[int]) -> int | None:
    """The letter that is due: the nearest limit reached, unless it or a later one has been sent."""
    assert certificate.expires_on is not None  # noqa: S101 - the query has seen to it
    left = (certificate.expires_on - today).days
    limit = min(days for days in days_before if left <= days)
    has_sent = any(reminder.days_before <= limit for reminder in certificate.reminders.all())
    return None if has_sent else limit


def _remind(certificate: Certificate, limit: int, today: date) -> str:
    if not certificate.holder.email:
        return "without_address"
    try:
        with transaction.atomic():
            ExpiryReminder.objects.create(certificate=certificate, days_before=limit)
            _letter(certificate, today).send()
    except IntegrityError:
        # Another round was faster.
        return "failed"
    except OSError:
        return "failed"
    return "sent"


def _letter(certificate: Certificate, today: date) -> EmailMessage:
    """In both languages, the holder's own first."""
    holder = certificate.holder
    assert certificate.expires_on is not None  # noqa: S101 - the query has seen to it
    parts, subjects = [], []
    for language in sorted(LANGUAGES, key=lambda language: language != holder.language):
        with override(language):
            subjects.append(_("Your certificate ends soon"))
            address = reverse("certificates:detail", args=[certificate.number])
            context = {
                "name": certificate.name_en or certificate.name_ar
                if language == "en"
                else certificate.name_ar,
                "certificate": certificate,
                "left": (certificate.expires_on - today).days,
                "url": settings.SANAD_BASE_URL + address,
            }
            parts.append(render_to_string("certificates/email/expiry.txt", context).strip())
    return EmailMessage(" · ".join(subjects), "\n\n—\n\n".join(parts) + "\n", to=[str(holder.email)])
