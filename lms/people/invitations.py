"""Invitation links: signed, for one person, for one use, for thirty days. The programme office hands the same
link, as a sign-in link, to somebody who has forgotten the password or is in no cohort.

The token is the person's public id and a time stamp under an HMAC whose key takes in the stored password
hash. Setting or changing the password therefore ends every link that was ever given out, and nothing has to
be stored.
"""

import base64
import binascii
import uuid
from datetime import timedelta

from django.core.signing import BadSignature, SignatureExpired, TimestampSigner
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import override

from .models import User

INVITATION_DAYS = 30


class InvitationError(Exception):
    """The link does not work. `str()` of it is a sentence for the person who opened it."""

    def __init__(self, message: str, *, expired: bool = False) -> None:
        super().__init__(message)
        self.expired = expired


def make_invitation(person: User) -> str:
    """A token of about 75 characters, safe in an address. Several may be open at once; the first one used
    ends all.
    """
    name = base64.urlsafe_b64encode(person.public_id.bytes).rstrip(b"=").decode()
    return _signer(person).sign(name)


def invitation_url(person: User, base_url: str) -> str:
    """The person's link in the person's language. `base_url` is like https://sanad.example."""
    with override(person.language):
        path = reverse("invitation:accept", args=[make_invitation(person)])
    return base_url.rstrip("/") + path


def read_invitation(token: str, *, person: User | None = None) -> User:
    """The person whom a token invites. Raises InvitationError.

    Give `person` where the row is already at hand (and locked).
    """
    person = person or _find(token)
    if person is None or not person.is_active:
        raise InvitationError(_unusable())
    try:
        _signer(person).unsign(token, max_age=timedelta(days=INVITATION_DAYS))
    except SignatureExpired as error:
        raise InvitationError(
            _("This link has expired. Ask your trainer or the programme office for a new one."), expired=True
        ) from error
    except BadSignature as error:
        raise InvitationError(_unusable()) from error
    return person


def _signer(person: User) -> TimestampSigner:
    return TimestampSigner(salt=f"people.invitation:{person.password}", sep=".")


def _find(token: str) -> User | None:
    try:
        public_id = uuid.UUID(bytes=base64.urlsafe_b64decode(token.partition(".")[0] + "=="))
    except (binascii.Error, ValueError):
        return None
    return User.objects.filter(public_id=public_id).first()


def _unusable() -> str:
    return _(
        "This link has been used already or is not complete. If you have set your password, sign in with it; "
        "if not, ask your trainer or the programme office for a new link."
    )
