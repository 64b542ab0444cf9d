"""The status list: which certificates are revoked or suspended, for checkers without network.

One bit a register index, in bitstrings of 131,072 slots as in the W3C Bitstring Status List
(gzip, base64url with the multibase prefix `u`, first slot in the highest bit of the first byte):
slot `index % 131072` of string `index // 131072`. A thousand revocations take two kilobytes, and
no certificate is ever hit by chance, as it would be in a Bloom filter.

The list is signed by the log's key and is itself logged: `index` is its own place in the register
(None while unlogged), so that a list older than the last one logged can be told. `time` is the
moment of signing in Unix seconds and is the time of the whole pack.
"""

import base64
import binascii
import gzip
import zlib
from collections.abc import Iterable
from dataclasses import dataclass, field
from enum import StrEnum

from lms.certificates.signed_document import (
    DocumentFormatError,
    require_int,
    require_keys,
    require_list,
    require_optional_int,
    require_str,
    seal,
    unseal,
)
from lms.register.errors import CodedError
from lms.register.note import NoteError, NoteSigner, VerifierKey

KIND = "status"
SLOTS = 131_072
_STRING_BYTES = SLOTS // 8
_MAX_STRINGS = 64


class StatusListError(CodedError):
    """A status list that is malformed or not signed by the log's key."""


class Standing(StrEnum):
    """What has become of a certificate, apart from its own dates."""

    VALID = "valid"
    SUSPENDED = "suspended"
    REVOKED = "revoked"


@dataclass(frozen=True, slots=True)
class StatusList:
    """The standing of every certificate among the first `size` entries of the register."""

    serial: int
    time: int
    size: int
    index: int | None = None
    revoked: frozenset[int] = field(default_factory=frozenset)
    suspended: frozenset[int] = field(default_factory=frozenset)

    def __post_init__(self) -> None:
        if self.serial < 1 or self.time < 0 or self.size < 0:
            raise StatusListError("bad_value", "serial, time or size is out of range")
        if self.index is not None and self.index < self.size:
            raise StatusListError("bad_value", "a list cannot speak of entries after itself")
        if any(not 0 <= index < self.size for index in self.revoked | self.suspended):
            raise StatusListError("bad_slot", "a status is set beyond the register")

    def standing(self, index: int) -> Standing:
        """What the list says of the certificate at `index`; a revocation outweighs a suspension."""
        if index in self.revoked:
            return Standing.REVOKED
        return Standing.SUSPENDED if index in self.suspended else Standing.VALID


def sign_status_list(status: StatusList, log: NoteSigner) -> bytes:
    """The status list as a note signed by the log's key."""
    body = {
        "index": status.index,
        "revoked": _encode(status.revoked, status.size),
        "serial": status.serial,
        "size": status.size,
        "suspended": _encode(status.suspended, status.size),
        "time": status.time,
    }
    return seal(KIND, body, [log])


def open_status_list(data: bytes, log_keys: Iterable[VerifierKey]) -> StatusList:
    """Verify and read a status list; raises `StatusListError`."""
    try:
        body = unseal(KIND, data, log_keys)
        index, revoked, serial, size, suspended, time = require_keys(
            body, "index", "revoked", "serial", "size", "suspended", "time"
        )
        count = require_int(size)
        return StatusList(
            serial=require_int(serial),
            time=require_int(time),
            size=count,
            index=require_optional_int(index),
            revoked=_decode(require_list(revoked), count),
            suspended=_decode(require_list(suspended), count),
        )
    except (NoteError, DocumentFormatError) as error:
        raise StatusListError(error.code, str(error)) from error


def encode_bitstring(slots: Iterable[int]) -> str:
    """One bitstring of 131,072 slots as the `encodedList` of the W3C recommendation."""
    bits = bytearray(_STRING_BYTES)
    for slot in slots:
        bits[slot // 8] |= 0x80 >> slot % 8
    packed = gzip.compress(bytes(bits), mtime=0)
    return "u" + base64.urlsafe_b64encode(packed).decode().rstrip("=")


def decode_bitstring(text: str) -> list[int]:
    """The slots that are set in an `encodedList`; never unpacks more than one bitstring."""
    bits = _inflate(text)
    return [
        position * 8 + bit
        for position, byte in enumerate(bits)
        if byte
        for bit in range(8)
        if byte & (0x80 >> bit)
    ]


def _encode(indexes: frozenset[int], size: int) -> list[str]:
    strings = []
    for number in range(_string_count(size)):
        start = number * SLOTS
        strings.append(encode_bitstring(index - start for index in indexes if start <= index < start + SLOTS))
    return strings


def _decode(strings: list[object], size: int) -> frozenset[int]:
    if len(strings) != _string_count(size):
        raise StatusListError("bad_bitstring", f"{len(strings)} bitstrings for {size} entries")
    return frozenset(
        number * SLOTS + slot
        for number, text in enumerate(strings)
        for slot in decode_bitstring(require_str(text))
    )


def _string_count(size: int) -> int:
    count = max(1, -(-size // SLOTS))
    if count > _MAX_STRINGS:
        raise StatusListError("bad_bitstring", "too many entries for one status list")
    return count


def _inflate(text: str) -> bytes:
    encoded = text.removeprefix("u")
    unpacker = zlib.decompressobj(wbits=31)
    try:
        packed = base64.b64decode(encoded + "=" * (-len(encoded) % 4), altchars=b"-_", validate=True)
        bits = unpacker.decompress(packed, _STRING_BYTES + 1)
    except (binascii.Error, ValueError, zlib.error) as error:
        raise StatusListError("bad_bitstring", "not a gzipped bitstring") from error
    is_whole = unpacker.eof and not unpacker.unused_data and len(bits) == _STRING_BYTES
    if not (text.startswith("u") and is_whole):
        raise StatusListError("bad_bitstring", f"a bitstring has {SLOTS} slots")
    return bits
