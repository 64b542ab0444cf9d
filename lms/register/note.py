"""Signed notes: a text that people can read with signatures that machines can check.

The C2SP signed note (c2sp.org/signed-note): text, blank line, one line a signature,
`— <key name> base64(key id || signature)`. Signatures of unknown keys are ignored, which leaves
room for witnesses and for key rotation; a wrong signature of a known key refuses the whole note.
Ed25519 notes (type 1) and the timestamped cosignatures of witnesses (type 4, made and read in
`lms.register.cosignature`) are known here.
"""

import base64
import binascii
import hashlib
from collections.abc import Iterable
from dataclasses import dataclass

from lms.register.ed25519 import KEY_ID_BYTES, PUBLIC_KEY_BYTES, SIGNATURE_BYTES, Signer, verify
from lms.register.errors import CodedError

ALGORITHM_ED25519 = 1
ALGORITHM_COSIGNATURE = 4
MAX_NOTE_BYTES = 4_000_000
MAX_SIGNATURES = 100
_TIMESTAMP_BYTES = 8
_DASH = "— "


class NoteError(CodedError):
    """A note or a key that is malformed, unsigned or wrongly signed."""


@dataclass(frozen=True, slots=True)
class VerifierKey:
    """A public key under a name, as `<name>+<key id in hex>+<base64(algorithm || key)>`."""

    name: str
    public_key: bytes
    algorithm: int = ALGORITHM_ED25519

    def __post_init__(self) -> None:
        _require_name(self.name)
        if self.algorithm not in (ALGORITHM_ED25519, ALGORITHM_COSIGNATURE):
            raise NoteError("unknown_algorithm", f"unknown signature type {self.algorithm}")
        if len(self.public_key) != PUBLIC_KEY_BYTES:
            raise NoteError("bad_key", "an Ed25519 public key has 32 bytes")

    @property
    def key_id(self) -> bytes:
        """SHA-256(name || newline || algorithm || public key)[:4]."""
        data = self.name.encode() + b"\n" + bytes([self.algorithm]) + self.public_key
        return hashlib.sha256(data).digest()[:KEY_ID_BYTES]

    def encode(self) -> str:
        key = base64.b64encode(bytes([self.algorithm]) + self.public_key).decode()
        return f"{self.name}+{self.key_id.hex()}+{key}"

    @classmethod
    def parse(cls, text: str) -> "VerifierKey":
        """Read an encoded key, whose key id must be the one of its name and bytes."""
        name, _, rest = text.partition("+")
        key_id, _, encoded = rest.partition("+")
        data = _from_base64(encoded)
        if not data:
            raise NoteError("bad_key", "a verifier key reads <name>+<id>+<base64>")
        key = cls(name, data[1:], data[0])
        if key_id != key.key_id.hex():
            raise NoteError("bad_key", "the key id does not belong to the key")
        return key

    def verifies(self, text: str, value: bytes) -> bool:
        """Tell whether `value`, the part after the key id, is this key's signature of `text`."""
        if self.algorithm == ALGORITHM_ED25519:
            return verify(self.public_key, text.encode(), value)
        if len(value) != _TIMESTAMP_BYTES + SIGNATURE_BYTES:
            return False
        timestamp = int.from_bytes(value[:_TIMESTAMP_BYTES], "big")
        message = cosigned_message(timestamp, text)
        return verify(self.public_key, message, value[_TIMESTAMP_BYTES:])


@dataclass(frozen=True, slots=True)
class Signature:
    """One signature line: who says to have signed, and the bytes after the key id."""

    name: str
    key_id: bytes
    value: bytes

    @property
    def line(self) -> str:
        return f"{_DASH}{self.name} {base64.b64encode(self.key_id + self.value).decode()}\n"

    @property
    def timestamp(self) -> int | None:
        """The time a witness claims, in Unix seconds; None unless it is shaped as a cosignature."""
        if len(self.value) != _TIMESTAMP_BYTES + SIGNATURE_BYTES:
            return None
        return int.from_bytes(self.value[:_TIMESTAMP_BYTES], "big")


@dataclass(frozen=True, slots=True)
class Note:
    """A text, ending in a newline, with its signature lines; nothing about it is verified."""

    text: str
    signatures: tuple[Signature, ...]

    def encode(self) -> bytes:
        return (self.text + "\n" + "".join(item.line for item in self.signatures)).encode()


@dataclass(frozen=True, slots=True)
class OpenedNote:
    """The text of a verified note and the keys whose signatures it bears, in the note's order."""

    text: str
    signed_by: tuple[VerifierKey, ...]
    signatures: tuple[Signature, ...]


@dataclass(frozen=True, slots=True)
class NoteSigner:
    """A signer that signs notes under a name."""

    name: str
    signer: Signer

    @property
    def key(self) -> VerifierKey:
        return VerifierKey(self.name, self.signer.public_key)

    def sign(self, text: str) -> Signature:
        return Signature(self.name, self.key.key_id, self.signer.sign(text.encode()))


def sign_note(text: str, *signers: NoteSigner) -> bytes:
    """Return the note of `text` signed by each signer.

    The text must end in a newline and hold no control character but newlines.
    """
    _require_text(text)
    return Note(text, tuple(signer.sign(text) for signer in signers)).encode()


def add_signatures(data: bytes, *signatures: Signature) -> bytes:
    """Return the same note with further signature lines, such as those of witnesses."""
    note = parse_note(data)
    return Note(note.text, note.signatures + signatures).encode()


def parse_note(data: bytes) -> Note:
    """Take a note apart without verifying it."""
    if len(data) > MAX_NOTE_BYTES:
        raise NoteError("note_too_long", f"a note has at most {MAX_NOTE_BYTES} bytes")
    try:
        whole = data.decode()
    except UnicodeDecodeError as error:
        raise NoteError("bad_note", "a note is UTF-8") from error
    text, separator, lines = whole.rpartition("\n\n")
    if not separator or not lines.endswith("\n"):
        raise NoteError("bad_note", "a note is text, a blank line and signature lines")
    _require_text(text + "\n")
    signatures = tuple(_parse_signature(line) for line in lines[:-1].split("\n"))
    if len(signatures) > MAX_SIGNATURES:
        raise NoteError("bad_note", f"a note has at most {MAX_SIGNATURES} signatures")
    return Note(text + "\n", signatures)


def open_note(data: bytes, keys: Iterable[VerifierKey], *, need: int = 1) -> OpenedNote:
    """Verify a note: at least `need` different known keys signed it, and none of them wrongly."""
    note = parse_note(data)
    known = {(key.name, key.key_id): key for key in keys}
    verified: dict[tuple[str, bytes], Signature] = {}
    for signature in note.signatures:
        identity = (signature.name, signature.key_id)
        if identity not in known or identity in verified:
            continue
        if not known[identity].verifies(note.text, signature.value):
            raise NoteError("bad_signature", f"the signature of {signature.name} is wrong")
        verified[identity] = signature
    if len({known[identity].public_key for identity in verified}) < max(need, 1):
        raise NoteError("not_signed", f"the note bears {len(verified)} of {need} signatures")
    signed_by = tuple(known[identity] for identity in verified)
    return OpenedNote(note.text, signed_by, tuple(verified.values()))


def _parse_signature(line: str) -> Signature:
    name, separator, encoded = line.removeprefix(_DASH).partition(" ")
    data = _from_base64(encoded)
    if not line.startswith(_DASH) or not separator or len(data) <= KEY_ID_BYTES:
        raise NoteError("bad_note", "a signature line reads — <name> <base64>")
    _require_name(name)
    return Signature(name, data[:KEY_ID_BYTES], data[KEY_ID_BYTES:])


def cosigned_message(timestamp: int, text: str) -> bytes:
    """What a witness signs about a note text (`lms.register.cosignature`)."""
    return f"cosignature/v1\ntime {timestamp}\n{text}".encode()


def _from_base64(text: str) -> bytes:
    try:
        data = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        return b""
    # Only the one canonical spelling counts: no stray bits before the padding.
    return data if base64.b64encode(data).decode() == text else b""


def _require_name(name: str) -> None:
    if not name or "+" in name or any(char.isspace() or char < " " for char in name):
        raise NoteError("bad_name", "a key name has no space, plus or control character")


def _require_text(text: str) -> None:
    if not text.endswith("\n") or any(char < " " and char != "\n" for char in text):
        raise NoteError("bad_text", "a note text ends in a newline and has no control character")
