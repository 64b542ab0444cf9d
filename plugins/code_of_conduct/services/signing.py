"""Signing, one by one or a room of people at once."""

import base64
import hashlib
import secrets
import uuid
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.crypto import salted_hmac

from lms.api import search_key

from ..enums import ActorKind, EndorsementState, IdentityTier, Language, Role
from ..errors import ConsentMissing, NotPublished, OutdatedVersion
from ..models import Code, CodeVersion, Endorsement
from ..statements import endorsement_statement
from ..text import sha256_hex
from .sealing import enter_endorsements

_CROCKFORD = str.maketrans("ABCDEFGHIJKLMNOPQRSTUVWXYZ234567", "0123456789ABCDEFGHJKMNPQRSTVWXYZ")


@dataclass(frozen=True, slots=True, kw_only=True)
class Signature:
    """What a signatory declares: the text that was read, who signs, in which capacity, with which consents.

    `user` is the account that signs and `municipality` a row of people.Municipality, where there is one.
    `submission` is drawn when the form is shown: the same one sent twice is one signature.
    """

    instrument_sha256: str
    role: Role
    name: str
    language: str = Language.ARABIC
    agreed_text: bool
    agreed_electronic: bool
    agreed_publication: bool
    user: Any = None
    signatory_name: str = ""
    signatory_title: str = ""
    municipality: Any = None
    contact: str = ""
    submission: uuid.UUID = field(default_factory=uuid.uuid4)

    @property
    def actor_key(self) -> str:
        """The same person or body gives the same digest: an account by its id, a stranger by a keyed digest of
        the address for the receipt, a body by its name and municipality however the name is spelt."""
        if self.role.kind is ActorKind.BODY:
            place = self.municipality.code if self.municipality else ""
            return _digest(f"body\n{search_key(self.name)}\n{place}")
        if self.user is not None:
            return _digest(f"user\n{self.user.public_id}")
        return salted_hmac("code_of_conduct.contact", self.contact.lower(), algorithm="sha256").hexdigest()

    @property
    def takes_effect_at_once(self) -> bool:
        """A body's mandate, and a name typed by a stranger, are looked at before they stand in public."""
        return self.role.kind is ActorKind.PERSON and self.user is not None

    @property
    def has_consents(self) -> bool:
        """A body acts in public, so its endorsement is published; a person may sign without being named."""
        may_stay_unnamed = self.role.kind is ActorKind.PERSON
        return self.agreed_text and self.agreed_electronic and (self.agreed_publication or may_stay_unnamed)


@dataclass(frozen=True, slots=True)
class Signed:
    """The endorsement; whether this call made it; and, for the form that made it, the code with which a
    signatory without an account may withdraw it. The code itself is stored nowhere."""

    endorsement: Endorsement
    created: bool
    withdrawal_code: str = ""


def sign_endorsement(*, signature: Signature) -> Signed:
    """Record one signature, with its entry in the register where it takes effect at once.

    An endorsement that already stands, or the same form sent again, is given back unchanged. Raises
    NotPublished, OutdatedVersion or ConsentMissing; then nothing has been written.
    """
    return sign_many(signatures=[signature])[0]


@transaction.atomic
def sign_many(*, signatures: Sequence[Signature]) -> list[Signed]:
    """Record several signatures under one text, all or none, with one signed head of the register."""
    if not all(signature.has_consents for signature in signatures):
        raise ConsentMissing
    version = _lock_version_in_force({signature.instrument_sha256 for signature in signatures})
    known = _known_endorsements(version, signatures)
    now = timezone.now().replace(microsecond=0)
    signed: list[Signed] = []
    for signature in signatures:
        one = _earlier(known, signature) or _new_endorsement(version, signature, now)
        signed.append(one)
        known[str(signature.submission)] = one.endorsement
        if signature.takes_effect_at_once:
            known[signature.actor_key] = one.endorsement
    new = [one.endorsement for one in signed if one.created]
    in_force = [endorsement for endorsement in new if not endorsement.is_pending]
    enter_endorsements(in_force, code_key=version.code.key, now=now)
    Endorsement.objects.bulk_create(new)
    return signed


def name_on_record(user: Any) -> str:
    """The name under which an account signs: the Arabic one, whichever language the page is in."""
    return str(user.name_ar or user.name_en)


def withdrawal_code_sha256(code: str) -> str:
    """The digest under which a withdrawal code is kept: 80 random bits, read as Crockford's base 32, so that
    blanks, hyphens, small letters and O for 0 do not matter."""
    letters = "".join(character for character in code.upper() if character.isascii() and character.isalnum())
    return _digest(letters.translate(str.maketrans("OIL", "011")))


def _earlier(known: dict[str, Endorsement], signature: Signature) -> Signed | None:
    same_form = known.get(str(signature.submission))
    if same_form:
        return Signed(same_form, created=False, withdrawal_code=_withdrawal_code(signature))
    same_actor = known.get(signature.actor_key)
    return Signed(same_actor, created=False) if same_actor else None


def _withdrawal_code(signature: Signature) -> str:
    """Drawn from the submission, which only the signatory's browser knows, so that a form sent twice shows the
    same code twice. Empty for an account, which needs none."""
    if signature.user is not None:
        return ""
    drawn = salted_hmac("code_of_conduct.withdrawal", str(signature.submission), algorithm="sha256").digest()
    letters = base64.b32encode(drawn[:10]).decode().translate(_CROCKFORD)
    return "-".join(letters[start : start + 4] for start in range(0, 16, 4))


def _lock_version_in_force(instruments: set[str]) -> CodeVersion:
    """The version that was read, while nothing else can be published."""
    if len(instruments) != 1:
        raise ValueError("signatures are recorded together only for one and the same text")
    read = CodeVersion.objects.filter(statement_sha256=instruments.pop()).first()
    if read is None:
        raise OutdatedVersion if CodeVersion.objects.exists() else NotPublished
    Code.objects.select_for_update().get(pk=read.code_id)
    version = CodeVersion.objects.filter(code=read.code_id).select_related("code").first()
    if version is None or version.pk != read.pk:
        raise OutdatedVersion
    return version


def _known_endorsements(version: CodeVersion, signatures: Sequence[Signature]) -> dict[str, Endorsement]:
    """What is already there, by submission and by actor."""
    sent = Endorsement.objects.filter(submission__in=[signature.submission for signature in signatures])
    standing = Endorsement.objects.standing().filter(
        version__code=version.code_id,
        version__round=version.round,
        actor_key__in=[signature.actor_key for signature in signatures],
    )
    return {str(one.submission): one for one in sent} | {one.actor_key: one for one in standing}


def _new_endorsement(version: CodeVersion, signature: Signature, now: datetime) -> Signed:
    role = signature.role
    withdrawal_code = _withdrawal_code(signature)
    endorsement = Endorsement(
        version=version,
        submission=signature.submission,
        kind=role.kind,
        actor_key=signature.actor_key,
        user=signature.user,
        name=signature.name,
        sector=role.sector,
        role=role,
        signatory_name=signature.signatory_name,
        signatory_title=signature.signatory_title,
        municipality=signature.municipality,
        contact=signature.contact,
        language=signature.language,
        tier=IdentityTier.SELF_DECLARED if signature.user is None else IdentityTier.ACCOUNT,
        agreed_text=signature.agreed_text,
        agreed_electronic=signature.agreed_electronic,
        agreed_publication=signature.agreed_publication,
        state=EndorsementState.IN_FORCE if signature.takes_effect_at_once else EndorsementState.PENDING,
        signed_at=now,
        withdrawal_code_sha256=withdrawal_code and withdrawal_code_sha256(withdrawal_code),
    )
    endorsement.search_name = endorsement.searchable_name()
    endorsement.statement = endorsement_statement(
        declaration=endorsement.declaration,
        identity=endorsement.tier,
        instrument_sha256=version.instrument_sha256,
        nonce=secrets.token_hex(16),
        signed_at=now,
    )
    endorsement.statement_sha256 = sha256_hex(endorsement.statement)
    return Signed(endorsement, created=True, withdrawal_code=withdrawal_code)


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
