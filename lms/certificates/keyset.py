"""The keyset: which keys issue certificates and which key signs the register's head.

A document signed by the root keys, which lie in no server (`need` of them must sign). Checkers pin
the root keys and never accept a keyset with a lower serial than one they have seen, so a thief who
keeps an old keyset cannot bring a withdrawn key back.

Days are day numbers, `expires` is the last day on which a key signs: a certificate signed in time
outlives its key. `at` is the first register index that a retired or compromised key no longer
vouches for; what was logged before stays valid. `witnesses` and `approvers` are policies "need of
keys" for cosignatures of checkpoints and for approvals of batches; need 0 asks for none.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from lms.certificates.signed_document import (
    DocumentFormatError,
    document_text,
    read_text,
    require_bytes,
    require_int,
    require_keys,
    require_list,
    require_object,
    require_optional_int,
    require_str,
    seal,
    unseal,
)
from lms.register.days import MAX_DAY
from lms.register.ed25519 import KEY_ID_BYTES, PUBLIC_KEY_BYTES, kid_of
from lms.register.errors import CodedError
from lms.register.note import ALGORITHM_COSIGNATURE, NoteError, NoteSigner, VerifierKey, open_note
from lms.register.records import is_course_code

KIND = "keyset"
ANY_COURSE = "*"
_KEY_FIELDS = ("at", "courses", "expires", "kid", "not_before", "public_key", "state")


class KeysetError(CodedError):
    """A keyset that is malformed, not signed by enough root keys, or older than the one known."""


class KeyState(StrEnum):
    ACTIVE = "active"
    RETIRED = "retired"
    COMPROMISED = "compromised"


@dataclass(frozen=True, slots=True)
class IssuingKey:
    """A key that signs certificates of `courses` (`*` for any) from `not_before` to `expires`."""

    public_key: bytes
    not_before: int
    expires: int
    courses: tuple[str, ...]
    state: KeyState = KeyState.ACTIVE
    at: int | None = None

    def __post_init__(self) -> None:
        if len(self.public_key) != PUBLIC_KEY_BYTES:
            raise KeysetError("bad_key", "an Ed25519 public key has 32 bytes")
        if not 0 <= self.not_before <= self.expires <= MAX_DAY:
            raise KeysetError("bad_days", "a key ends before it begins")
        if not self.courses or not all(_is_course(course) for course in self.courses):
            raise KeysetError("bad_courses", "a key names its courses, or * for any")
        if list(self.courses) != sorted(set(self.courses)):
            raise KeysetError("bad_courses", "the courses of a key are sorted and different")
        if (self.at is None) is not (self.state is KeyState.ACTIVE) or (self.at or 0) < 0:
            raise KeysetError("bad_state", "a withdrawn key, and no other, says from which index on")

    @property
    def kid(self) -> bytes:
        return kid_of(self.public_key)

    def signs_course(self, course: str) -> bool:
        return ANY_COURSE in self.courses or course in self.courses

    def signs_on(self, day: int) -> bool:
        return self.not_before <= day <= self.expires

    def vouches_for(self, index: int) -> bool:
        """Tell whether a certificate at `index` lies before the key's withdrawal."""
        return self.at is None or index < self.at


@dataclass(frozen=True, slots=True)
class Policy:
    """`need` different ones of `keys` must have signed; need 0 asks for nothing."""

    need: int = 0
    keys: tuple[VerifierKey, ...] = ()

    def __post_init__(self) -> None:
        if not 0 <= self.need <= len(self.keys):
            raise KeysetError("bad_policy", "a policy needs more keys than it has")
        if len({key.public_key for key in self.keys}) != len(self.keys):
            raise KeysetError("bad_policy", "a policy counts different keys")
        if len({key.name for key in self.keys}) != len(self.keys):
            raise KeysetError("bad_policy", "a policy counts different names")


@dataclass(frozen=True, slots=True)
class Keyset:
    """The keys in force as of `serial`, published on day `issued`."""

    serial: int
    issued: int
    log: VerifierKey
    keys: tuple[IssuingKey, ...]
    witnesses: Policy = Policy()
    approvers: Policy = Policy()

    def __post_init__(self) -> None:
        if self.serial < 1 or not 0 <= self.issued <= MAX_DAY:
            raise KeysetError("bad_serial", "serials count from 1, days from 1970")
        kids = [key.kid for key in self.keys]
        if kids != sorted(set(kids)):
            raise KeysetError("bad_kids", "issuing keys are sorted by key id, each one once")
        _require_witnesses(self)

    @property
    def origin(self) -> str:
        """The register's origin, which is its log key's name."""
        return self.log.name

    def key(self, kid: bytes) -> IssuingKey | None:
        return next((key for key in self.keys if key.kid == kid), None)


def make_keyset(
    *,
    serial: int,
    issued: int,
    log: VerifierKey,
    keys: Iterable[IssuingKey],
    witnesses: Policy = Policy(),
) -> Keyset:
    """A keyset without approvers, its issuing keys in the canonical order."""
    return Keyset(serial, issued, log, tuple(sorted(keys, key=lambda key: key.kid)), witnesses)


def keyset_text(keyset: Keyset) -> str:
    """The text that root keys sign, for custodians who sign one after another."""
    return document_text(KIND, _body_of(keyset))


def sign_keyset(keyset: Keyset, *roots: NoteSigner) -> bytes:
    """The keyset as a signed note."""
    return seal(KIND, _body_of(keyset), roots)


def open_keyset(data: bytes, roots: Iterable[VerifierKey], *, need: int = 1) -> Keyset:
    """Verify a keyset under the pinned root keys and read it strictly; raises `KeysetError`."""
    try:
        return _read(unseal(KIND, data, roots, need=need))
    except (NoteError, DocumentFormatError) as error:
        raise KeysetError(error.code, str(error)) from error


def signed_by(data: bytes, roots: Iterable[VerifierKey]) -> tuple[VerifierKey, ...]:
    """Which of the root keys signed a keyset; raises `NoteError`."""
    return open_note(data, roots).signed_by


def read_proposal(text: str) -> Keyset:
    """What a text says that root keys are asked to sign; raises `KeysetError`. Nobody vouches for it yet."""
    try:
        return _read(read_text(KIND, text))
    except (NoteError, DocumentFormatError) as error:
        raise KeysetError(error.code, str(error)) from error


def require_newer(known: Keyset | None, offered: Keyset) -> Keyset:
    """Return `offered` unless it would turn time back.

    A lower serial raises `lower_serial`; another content under a known serial `serial_reused`.
    """
    if known is not None and offered.serial < known.serial:
        raise KeysetError("lower_serial", f"serial {offered.serial} is older than {known.serial}")
    if known is not None and offered.serial == known.serial and offered != known:
        raise KeysetError("serial_reused", f"two different keysets bear serial {known.serial}")
    return offered


def _require_witnesses(keyset: Keyset) -> None:
    """A witness is somebody else than the register: its keys are cosignature keys and not the log's."""
    for key in keyset.witnesses.keys:
        if key.algorithm != ALGORITHM_COSIGNATURE or key.public_key == keyset.log.public_key:
            raise KeysetError("bad_policy", "a witness has a cosignature key of its own")


def _body_of(keyset: Keyset) -> dict[str, Any]:
    return {
        "approvers": _policy_body(keyset.approvers),
        "issued": keyset.issued,
        "keys": [_key_body(key) for key in keyset.keys],
        "log": keyset.log.encode(),
        "serial": keyset.serial,
        "witnesses": _policy_body(keyset.witnesses),
    }


def _key_body(key: IssuingKey) -> dict[str, Any]:
    return {
        "at": key.at,
        "courses": list(key.courses),
        "expires": key.expires,
        "kid": key.kid.hex(),
        "not_before": key.not_before,
        "public_key": key.public_key.hex(),
        "state": str(key.state),
    }


def _policy_body(policy: Policy) -> dict[str, Any]:
    return {"keys": [key.encode() for key in policy.keys], "need": policy.need}


def _read(body: dict[str, Any]) -> Keyset:
    approvers, issued, keys, log, serial, witnesses = require_keys(
        body, "approvers", "issued", "keys", "log", "serial", "witnesses"
    )
    return Keyset(
        serial=require_int(serial),
        issued=require_int(issued),
        log=VerifierKey.parse(require_str(log)),
        keys=tuple(_read_key(require_object(key)) for key in require_list(keys)),
        witnesses=_read_policy(require_object(witnesses)),
        approvers=_read_policy(require_object(approvers)),
    )


def _read_key(body: dict[str, Any]) -> IssuingKey:
    at, courses, expires, kid, not_before, public_key, state = require_keys(body, *_KEY_FIELDS)
    if state not in list(KeyState):
        raise KeysetError("bad_state", f"unknown key state {state!r}")
    key = IssuingKey(
        public_key=require_bytes(public_key, PUBLIC_KEY_BYTES),
        not_before=require_int(not_before),
        expires=require_int(expires),
        courses=tuple(require_str(course) for course in require_list(courses)),
        state=KeyState(state),
        at=require_optional_int(at),
    )
    if key.kid != require_bytes(kid, KEY_ID_BYTES):
        raise KeysetError("bad_kids", "a key id does not belong to its key")
    return key


def _read_policy(body: dict[str, Any]) -> Policy:
    keys, need = require_keys(body, "keys", "need")
    return Policy(require_int(need), tuple(VerifierKey.parse(require_str(key)) for key in require_list(keys)))


def _is_course(course: str) -> bool:
    return course == ANY_COURSE or is_course_code(course)
