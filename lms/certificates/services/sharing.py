"""Links under which a holder shows a certificate to others."""

from datetime import timedelta

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import F
from django.utils import timezone
from django.utils.translation import gettext as _

from lms.certificates.models import Certificate, ShareLink

#: Days that a holder may choose from.
LIFETIMES = (7, 30, 90)
MAX_OPEN = 10


@transaction.atomic
def open_link(*, certificate: Certificate, days: int) -> ShareLink:
    """A new link that ends by itself after so many days. Raises ValidationError."""
    if days not in LIFETIMES:
        raise ValidationError(_("Choose how long the link works."), code="bad_days")
    Certificate.objects.select_for_update().get(pk=certificate.pk)
    now = timezone.now()
    if certificate.share_links.filter(closed_at=None, expires_at__gt=now).count() >= MAX_OPEN:
        raise ValidationError(
            _("There are %(count)s open links already. Switch one off first.") % {"count": MAX_OPEN},
            code="too_many",
        )
    return ShareLink.objects.create(certificate=certificate, expires_at=now + timedelta(days=days))


def close_link(*, link: ShareLink) -> None:
    """Switch a link off for good; a second time changes nothing."""
    ShareLink.objects.filter(pk=link.pk, closed_at=None).update(closed_at=timezone.now())


def count_view(*, link: ShareLink) -> None:
    """One more opening. Nothing is kept of who opened it or when."""
    ShareLink.objects.filter(pk=link.pk).update(views=F("views") + 1)
