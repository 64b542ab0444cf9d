"""The photo on a holder's badge: only with consent, and gone at a word."""

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from lms.certificates.models import BadgePhoto
from lms.certificates.pictures import square_photo
from lms.people.models import User


@transaction.atomic
def keep_photo(*, holder: User, data: bytes, consent: str) -> BadgePhoto:
    """Keep a portrait in place of the last one, with the words that the holder agreed to.

    Raises PictureError, and ValidationError without consent.
    """
    if not consent.strip():
        raise ValidationError(_("The photo is printed only with your consent."), code="no_consent")
    photo, _is_new = BadgePhoto.objects.update_or_create(
        holder=holder,
        defaults={"content": square_photo(data), "consent": consent, "consented_at": timezone.now()},
    )
    return photo


def delete_photo(*, holder: User) -> None:
    """Withdraw the consent: the photo is deleted, and badges are printed without one from now on."""
    BadgePhoto.objects.filter(holder=holder).delete()
