"""The leaves of the register: what was attested, by which key, on which day. Never a name.

A record is canonical JSON on one line (`lms.register.canonical`), because an auditor can then read
the register with a text editor, `jq` and `sha256sum`, and a browser rebuilds a leaf with
`JSON.stringify`; CBOR would save a hundred bytes an entry that only the auditor ever downloads.

    {"course":"LTO","day":20500,"index":7,"kid":"0a1b2c3d","sha256":"…","type":"issue"}

* `type` says what happened. The core's own types are in `RecordType`; an app or a plugin may bring
  others, as short lower-case words.
* `kid` is the four-byte id of the key that signed.
* `index` is the record's own place in the register, so no leaf can be moved or repeated.
* `day` is the Libyan day of the signature; days never run backwards by more than one.
* `sha256` is the hash of the signed bytes exactly as they are handed out: for a certificate the
  whole COSE message of its QR code, signature included, so that the leaf also proves that the
  signature existed. Every other field of an `issue` record is a signed claim of that message:
  whoever holds a QR code can compute its leaf.
* `course` is the course code (or the code of the instrument endorsed), where there is one.
* `subject` is the index of the earlier record that this one speaks of, where there is one.
"""

import hashlib
import re
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from lms.register.canonical import CanonicalError, compact, parse_compact
from lms.register.days import MAX_DAY
from lms.register.ed25519 import KEY_ID_BYTES
from lms.register.errors import CodedError
from lms.register.merkle import HASH_BYTES, leaf_hash

MAX_INDEX = 2**32 - 1
MAX_RECORD_BYTES = 512

_TYPE = re.compile(r"[a-z][a-z0-9_]{0,31}")
_COURSE = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,31}")
_REQUIRED = {"type", "kid", "index", "day", "sha256"}
_OPTIONAL = {"course", "subject"}


class RecordError(CodedError):
    """A record that is malformed or not canonical."""


class RecordType(StrEnum):
    """What the core itself attests; a plugin's own types stand beside these."""

    ISSUE = "issue"
    REVOKE = "revoke"
    SUSPEND = "suspend"
    RESTORE = "restore"
    KEYSET = "keyset"
    STATUS_LIST = "status_list"
    BATCH_APPROVAL = "batch_approval"
    ENDORSE = "endorse"
    WITHDRAW = "withdraw"


NEEDS_COURSE = frozenset({RecordType.ISSUE})
NEEDS_SUBJECT = frozenset({RecordType.REVOKE, RecordType.SUSPEND, RecordType.RESTORE, RecordType.WITHDRAW})


@dataclass(frozen=True, slots=True)
class Record:
    """One entry of the register; a value that cannot be encoded raises `RecordError` at once."""

    type: str
    kid: bytes
    index: int
    day: int
    sha256: bytes
    course: str | None = None
    subject: int | None = None

    def __post_init__(self) -> None:
        _require_fields(self)
        _require_links(self)

    def encode(self) -> bytes:
        """The canonical bytes, which are the Merkle leaf's content."""
        fields: dict[str, Any] = {
            "day": self.day,
            "index": self.index,
            "kid": self.kid.hex(),
            "sha256": self.sha256.hex(),
            "type": str(self.type),
        }
        if self.course is not None:
            fields["course"] = self.course
        if self.subject is not None:
            fields["subject"] = self.subject
        return compact(fields).encode()

    @property
    def leaf_hash(self) -> bytes:
        return leaf_hash(self.encode())


def decode_record(data: bytes) -> Record:
    """Read a record that must be exactly what `Record.encode` writes."""
    if len(data) > MAX_RECORD_BYTES:
        raise RecordError("record_too_long", f"a record has at most {MAX_RECORD_BYTES} bytes")
    try:
        fields = parse_compact(data.decode("ascii"))
    except (UnicodeDecodeError, CanonicalError) as error:
        raise RecordError("not_canonical", "a record is canonical JSON") from error
    if not _REQUIRED <= fields.keys() <= _REQUIRED | _OPTIONAL:
        raise RecordError("bad_fields", "a record has an unknown field or lacks one")
    if None in fields.values():
        raise RecordError("bad_fields", "an absent field is left out")
    return Record(
        type=fields["type"],
        kid=_from_hex(fields["kid"]),
        index=fields["index"],
        day=fields["day"],
        sha256=_from_hex(fields["sha256"]),
        course=fields.get("course"),
        subject=fields.get("subject"),
    )


def sha256_of(signed_bytes: bytes) -> bytes:
    """The `sha256` field of a record about `signed_bytes`."""
    return hashlib.sha256(signed_bytes).digest()


def is_course_code(value: object) -> bool:
    """Tell whether `value` can stand for a course in records and credentials."""
    return isinstance(value, str) and _COURSE.fullmatch(value) is not None


def _require_fields(record: Record) -> None:
    if not isinstance(record.type, str) or not _TYPE.fullmatch(record.type):
        raise RecordError("bad_type", "a record type is a short lower-case word")
    if len(record.kid) != KEY_ID_BYTES or len(record.sha256) != HASH_BYTES:
        raise RecordError("bad_bytes", "a kid has 4 bytes and a hash has 32")
    if not _is_number(record.index, MAX_INDEX):
        raise RecordError("bad_index", "the index is out of range")
    if not _is_number(record.day, MAX_DAY):
        raise RecordError("bad_day", "the day is out of range")


def _require_links(record: Record) -> None:
    if record.course is not None and not is_course_code(record.course):
        raise RecordError("bad_course", "the course code is malformed")
    if record.course is None and record.type in NEEDS_COURSE:
        raise RecordError("bad_course", f"a record of type {record.type} names its course")
    if record.subject is None:
        if record.type in NEEDS_SUBJECT:
            raise RecordError("bad_subject", f"a record of type {record.type} has a subject")
    elif not _is_number(record.subject, record.index - 1):
        raise RecordError("bad_subject", "the subject is not an earlier record")


def _is_number(value: object, most: int) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and 0 <= value <= most


def _from_hex(value: object) -> bytes:
    if not isinstance(value, str) or not re.fullmatch(r"(?:[0-9a-f]{2})+", value):
        raise RecordError("bad_bytes", "a field is not lower-case hexadecimal")
    return bytes.fromhex(value)
