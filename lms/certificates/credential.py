"""The credential inside a certificate's QR code: a CWT in a COSE_Sign1, signed with Ed25519.

    18([ h'{1: -8, 4: kid}', {}, h'claims', signature ])            RFC 9052, RFC 8392

    claims = {
        ? 4: last valid day,            exp; left out when the certificate does not expire
          6: day of issue,              iat
          7: certificate id,            cti, 10 random bytes
     -65537: [version, name, course, register index, trainer's register index or null]
    }

Days are whole days since 1970-01-01 in Libya (`lms.register.days`): the dates a person reads are
the numbers that were signed, and each costs three bytes instead of five. `exp` is the last day on
which the certificate is valid. The project's own claims share one private-use label (RFC 8392
section 9.1 leaves labels below -65536 to private use) because each label of that range would cost
five bytes.

The encoding is deterministic (RFC 8949 section 4.2.1) and there is exactly one message for given
claims, key and signature: `parse` rebuilds the message from what it read and refuses any
difference. That covers indefinite lengths, trailing bytes, duplicate or unsorted keys, long forms
of short numbers, extra headers and extra claims at once.
"""

from dataclasses import dataclass
from datetime import date
from typing import Any

import cbor2

from lms.certificates.holder_name import HolderNameError, require_name
from lms.register.days import MAX_DAY, date_of
from lms.register.ed25519 import KEY_ID_BYTES, SIGNATURE_BYTES, Signer, kid_of, verify
from lms.register.errors import CodedError
from lms.register.records import MAX_INDEX, Record, RecordType, is_course_code, sha256_of

__all__ = [
    "CERTIFICATE_ID_BYTES",
    "MAX_BYTES",
    "VERSION",
    "Claims",
    "Credential",
    "CredentialError",
    "encode_claims",
    "issue_record",
    "parse",
    "sign",
    "verify",
]

VERSION = 1
MAX_BYTES = 400
CERTIFICATE_ID_BYTES = 10

_COSE_SIGN1_TAG = 18
_ALGORITHM, _KEY_ID, _EDDSA = 1, 4, -8
_EXPIRES, _ISSUED, _ID, _OWN_CLAIMS = 4, 6, 7, -65537
_OWN_CLAIMS_COUNT = 5
_MAX_DEPTH = 8
_DEPTH = 4
_MAX_CBOR_INT = 2**64


class CredentialError(CodedError):
    """Bytes that are not a credential, or claims that cannot be one."""


@dataclass(frozen=True, slots=True)
class Claims:
    """What a certificate states. Impossible values raise `CredentialError` at once.

    `issued` and `expires` (the last valid day) are day numbers; `index` is the certificate's place
    in the register, `trainer_index` that of the certificate under which the holder was trained
    (None for one that the programme itself trained), which is always an earlier one.
    """

    certificate_id: bytes
    name: str
    course: str
    index: int
    issued: int
    expires: int | None = None
    trainer_index: int | None = None

    def __post_init__(self) -> None:
        if not isinstance(self.certificate_id, bytes) or len(self.certificate_id) != CERTIFICATE_ID_BYTES:
            raise CredentialError("bad_id", f"a certificate id has {CERTIFICATE_ID_BYTES} bytes")
        if not isinstance(self.name, str):
            raise CredentialError("bad_name", "the name is not text")
        try:
            require_name(self.name)
        except HolderNameError as refusal:
            raise CredentialError(refusal.code, str(refusal)) from refusal
        if not is_course_code(self.course):
            raise CredentialError("bad_course", "the course code is malformed")
        _require_numbers(self)

    @property
    def issued_on(self) -> date:
        return date_of(self.issued)

    @property
    def expires_on(self) -> date | None:
        return None if self.expires is None else date_of(self.expires)


@dataclass(frozen=True, slots=True)
class Credential:
    """A well-formed message. Nothing is proved before `is_signed_by` has said so."""

    claims: Claims
    kid: bytes
    signature: bytes

    @property
    def message(self) -> bytes:
        """The bytes that the QR code carries."""
        return _envelope(_protected(self.kid), encode_claims(self.claims), self.signature)

    @property
    def signed_bytes(self) -> bytes:
        """The Sig_structure of RFC 9052 section 4.4, over which the signature is made."""
        return _signed_bytes(self.kid, self.claims)

    @property
    def record(self) -> Record:
        """The register's record of this credential: all of it follows from the message itself."""
        return Record(
            type=RecordType.ISSUE,
            kid=self.kid,
            index=self.claims.index,
            day=self.claims.issued,
            sha256=sha256_of(self.message),
            course=self.claims.course,
        )

    def is_signed_by(self, public_key: bytes) -> bool:
        """Tell whether the signature is the one of `public_key`."""
        return verify(public_key, self.signed_bytes, self.signature)


def encode_claims(claims: Claims) -> bytes:
    """The deterministic CBOR of the CWT claims set."""
    own = [VERSION, claims.name, claims.course, claims.index, claims.trainer_index]
    fields: dict[int, Any] = {_ISSUED: claims.issued, _ID: claims.certificate_id, _OWN_CLAIMS: own}
    if claims.expires is not None:
        fields[_EXPIRES] = claims.expires
    return cbor2.dumps(fields, canonical=True)


def sign(claims: Claims, signer: Signer) -> bytes:
    """Return the signed message; claims too long for a QR code raise `too_long`."""
    kid = kid_of(signer.public_key)
    message = Credential(claims, kid, signer.sign(_signed_bytes(kid, claims))).message
    if len(message) > MAX_BYTES:
        raise CredentialError("too_long", f"the credential has {len(message)} bytes of {MAX_BYTES}")
    return message


def parse(message: bytes) -> Credential:
    """Read a message strictly; the signature is not checked here.

    Raises `CredentialError` for everything that `sign` would not have written.
    """
    if len(message) > MAX_BYTES:
        raise CredentialError("too_long", f"a credential has at most {MAX_BYTES} bytes")
    kid, payload, signature = _open_envelope(_decode(message))
    if _envelope(_protected(kid), payload, signature) != message:
        raise CredentialError("not_deterministic", "the envelope is not the deterministic one")
    if not _is_plain(claims := _decode(payload)) or cbor2.dumps(claims, canonical=True) != payload:
        raise CredentialError("not_deterministic", "the claims are not deterministic plain CBOR")
    credential = Credential(_read_claims(claims), kid, signature)
    if credential.message != message:
        raise CredentialError("not_deterministic", "the encoding is not the deterministic one")
    return credential


def issue_record(message: bytes) -> Record:
    """The register's record of a signed message."""
    return parse(message).record


def _decode(data: bytes) -> Any:
    try:
        return cbor2.loads(data, allow_indefinite=False, allow_duplicate_keys=False, max_depth=_MAX_DEPTH)
    except cbor2.CBORError as error:
        raise CredentialError("not_cbor", f"not strict CBOR: {error}") from error


def _open_envelope(value: Any) -> tuple[bytes, bytes, bytes]:
    match value:
        case cbor2.CBORTag(tag=18, value=[bytes(protected), {}, bytes(payload), bytes(signature)]):
            headers = _decode(protected)
        case _:
            raise CredentialError("bad_envelope", "not a tagged COSE_Sign1")
    match headers:
        case {1: -8, 4: bytes(kid)} if len(kid) == KEY_ID_BYTES and len(signature) == SIGNATURE_BYTES:
            return kid, payload, signature
    raise CredentialError("bad_envelope", "the headers or the signature have another form")


def _read_claims(value: Any) -> Claims:
    own = value.get(_OWN_CLAIMS) if isinstance(value, dict) else None
    if not isinstance(own, list | tuple) or not own:
        raise CredentialError("bad_claims", "the claims have another form")
    if type(own[0]) is not int or own[0] != VERSION:
        raise CredentialError("unknown_version", f"unknown version {own[0]!r}")
    if len(own) != _OWN_CLAIMS_COUNT:
        raise CredentialError("bad_claims", "the claims have another form")
    _, name, course, index, trainer_index = own
    return Claims(
        certificate_id=value.get(_ID),
        name=name,
        course=course,
        index=index,
        issued=value.get(_ISSUED),
        expires=value.get(_EXPIRES),
        trainer_index=trainer_index,
    )


def _is_plain(value: Any, depth: int = 1) -> bool:
    """Tell whether claims are made of integers, text, bytes, null, lists and maps with integer keys.

    Whatever version they have: a reader needs no more of CBOR than that to say that it is too old.
    """
    if depth > _DEPTH:
        return False
    match value:
        case None | str() | bytes():
            return True
        case int():
            return not isinstance(value, bool) and -_MAX_CBOR_INT <= value < _MAX_CBOR_INT
        case list():
            return all(_is_plain(member, depth + 1) for member in value)
        case dict():
            return all(type(key) is int and _is_plain(key, depth + 1) for key in value) and all(
                _is_plain(member, depth + 1) for member in value.values()
            )
    return False


def _envelope(protected: bytes, payload: bytes, signature: bytes) -> bytes:
    body = [protected, {}, payload, signature]
    return cbor2.dumps(cbor2.CBORTag(_COSE_SIGN1_TAG, body), canonical=True)


def _protected(kid: bytes) -> bytes:
    return cbor2.dumps({_ALGORITHM: _EDDSA, _KEY_ID: kid}, canonical=True)


def _signed_bytes(kid: bytes, claims: Claims) -> bytes:
    return cbor2.dumps(["Signature1", _protected(kid), b"", encode_claims(claims)], canonical=True)


def _require_numbers(claims: Claims) -> None:
    if not _is_number(claims.index, MAX_INDEX):
        raise CredentialError("bad_index", "the register index is out of range")
    if not _is_number(claims.issued, MAX_DAY):
        raise CredentialError("bad_day", "the day of issue is out of range")
    expires = claims.issued if claims.expires is None else claims.expires
    if not _is_number(expires, MAX_DAY) or expires < claims.issued:
        raise CredentialError("bad_day", "the last valid day is before the issue or out of range")
    if claims.trainer_index is not None and not _is_number(claims.trainer_index, claims.index - 1):
        raise CredentialError("bad_trainer", "the trainer's certificate is not an earlier entry")


def _is_number(value: object, most: int) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and 0 <= value <= most
