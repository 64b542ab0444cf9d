"""The Open Badge of a certificate, and the lists of what was withdrawn, each signed by the issuing key in force."""

import json

from django.conf import settings
from django.core.cache import cache
from django.db import transaction
from django.utils import timezone

from lms.certificates import openbadge
from lms.certificates.data_integrity import Json, add_proof
from lms.certificates.enums import CertificateStatus, KeyState
from lms.certificates.keys import issuing_signer
from lms.certificates.models import Certificate, IssuingKey, OpenBadge
from lms.certificates.openbadge import BadgeContent, Words
from lms.certificates.qrtext import build_text
from lms.certificates.statuslist import SLOTS
from lms.register.ed25519 import Signer

STATUSES = {
    "revocation": (CertificateStatus.REVOKED, CertificateStatus.SUPERSEDED),
    "suspension": (CertificateStatus.SUSPENDED,),
}
#: Keys whose proofs count: retired ones vouch for what they signed.
VOUCHING = (KeyState.ACTIVE, KeyState.RETIRED)
#: How long a signed list is served before a new one is signed: the delay of a revocation for badge verifiers.
STATUS_SECONDS = 60


@transaction.atomic
def open_badge_json(certificate: Certificate) -> bytes:
    """The signed credential, the same bytes at every call.

    It is signed at the first call and anew only if its key has been compromised since. Raises NoIssuingKeyError
    and KeyFileError when it has yet to be signed and no key may.
    """
    stored = OpenBadge.objects.filter(certificate=certificate).first()
    if stored is not None and _counts(bytes(stored.public_key)):
        return bytes(stored.document)
    signer = issuing_signer(on=timezone.localdate())
    document = _bytes(_sign(openbadge.credential(_content(certificate)), signer, certificate))
    values = {"document": document, "public_key": signer.public_key}
    if stored is None:
        stored, _is_new = OpenBadge.objects.get_or_create(certificate=certificate, defaults=values)
    else:
        OpenBadge.objects.filter(pk=stored.pk).update(**values)
        stored.document = document
    return bytes(stored.document)


def issuer_keys() -> list[bytes]:
    """The public keys whose proofs count."""
    keys = IssuingKey.objects.filter(state__in=VOUCHING).order_by("pk")
    return [bytes(key) for key in keys.values_list("public_key", flat=True)]


def issuer_document() -> Json:
    return openbadge.did_document(settings.SANAD_BASE_URL, issuer_keys())


def signed_status_list(*, part: int, purpose: str) -> bytes:
    """The Bitstring Status List of one purpose for one part of the register, at most a minute old.

    Raises NoIssuingKeyError and KeyFileError.
    """
    name = f"badges:status:{settings.SANAD_BASE_URL}:{part}:{purpose}"
    known: bytes | None = cache.get(name)
    if known is not None:
        return known
    now = timezone.now()
    first = part * SLOTS
    indexes = Certificate.objects.filter(
        status__in=STATUSES[purpose], register_index__gte=first, register_index__lt=first + SLOTS
    ).values_list("register_index", flat=True)
    document = openbadge.status_credential(
        settings.SANAD_BASE_URL, part=part, purpose=purpose, indexes=indexes, moment=now
    )
    signer = issuing_signer(on=timezone.localdate(now))
    signed = add_proof(
        document,
        signer=signer,
        verification_method=openbadge.method_of(settings.SANAD_BASE_URL, signer.public_key),
        created=document["validFrom"],
    )
    content = _bytes(signed)
    cache.set(name, content, STATUS_SECONDS)
    return content


def _bytes(document: Json) -> bytes:
    return json.dumps(document, ensure_ascii=False, indent=1).encode() + b"\n"


def _counts(public_key: bytes) -> bool:
    return IssuingKey.objects.filter(public_key=public_key, state__in=VOUCHING).exists()


def _sign(document: Json, signer: Signer, certificate: Certificate) -> Json:
    return add_proof(
        document,
        signer=signer,
        verification_method=openbadge.method_of(settings.SANAD_BASE_URL, signer.public_key),
        created=openbadge.created_of(certificate.issued_on),
    )


def _content(certificate: Certificate) -> BadgeContent:
    wording = {key: Words(**texts) for key, texts in certificate.wording.items()}
    return BadgeContent(
        base_url=settings.SANAD_BASE_URL,
        index=certificate.register_index,
        number=str(certificate),
        code=certificate.type.code,
        organisation=wording["organisation"],
        title=wording["title"],
        statement=wording["statement"],
        course=wording["course"],
        name=certificate.name_ar,
        issued=certificate.issued_on,
        expires=certificate.expires_on,
        qr_text=build_text(settings.SANAD_BASE_URL, bytes(certificate.payload)),
    )
