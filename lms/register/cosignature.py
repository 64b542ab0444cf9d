"""Cosignatures: what outside witnesses say of a head of the register (c2sp.org/tlog-cosignature).

A witness keeps the last head it saw, makes sure that the next one continues it, and signs

    cosignature/v1
    time <Unix seconds>
    <the checkpoint's note text>

with Ed25519. The line in the note is key id || 8-byte big-endian time || 64-byte signature, where
the key id is SHA-256(name || newline || 0x04 || public key)[:4]. It says: at this time, this was the
largest head of this register that I know of.

A cosignature that was made is believed only as far as its witness is: `need` of several witnesses is
the policy that a keyset names.
"""

from collections.abc import Iterable

from lms.register.ed25519 import PUBLIC_KEY_BYTES, Signer
from lms.register.note import (
    ALGORITHM_COSIGNATURE,
    Note,
    NoteError,
    Signature,
    VerifierKey,
    cosigned_message,
    parse_note,
)

TIMESTAMP_BYTES = 8
MAX_TIMESTAMP = 2**63 - 1


def witness_key(name: str, public_key: bytes) -> VerifierKey:
    """The verifier key of a witness; its `key_id` and `encode()` are those of signature type 4."""
    return VerifierKey(name, public_key, ALGORITHM_COSIGNATURE)


def cosign(text: str, *, name: str, signer: Signer, timestamp: int) -> Signature:
    """A witness's signature line for the note text of a checkpoint, at `timestamp` in Unix seconds."""
    if not 0 < timestamp <= MAX_TIMESTAMP:
        raise NoteError("bad_timestamp", "a cosignature has a time in Unix seconds")
    signed = signer.sign(cosigned_message(timestamp, text))
    key_id = witness_key(name, signer.public_key).key_id
    return Signature(name, key_id, timestamp.to_bytes(TIMESTAMP_BYTES, "big") + signed)


def verify_cosignature(public_key: bytes, text: str, value: bytes) -> int | None:
    """The time at which `public_key` cosigned `text`, or None when `value` is no such cosignature.

    `value` is what follows the key id: 8 bytes of time and 64 of signature. Never raises.
    """
    if len(public_key) != PUBLIC_KEY_BYTES or not witness_key("w", public_key).verifies(text, value):
        return None
    timestamp = int.from_bytes(value[:TIMESTAMP_BYTES], "big")
    return timestamp if 0 < timestamp <= MAX_TIMESTAMP else None


def cosigners(note: bytes | Note, witnesses: Iterable[VerifierKey]) -> list[tuple[str, int]]:
    """Which of `witnesses` cosigned a checkpoint note, and when: (name, Unix seconds), in their order.

    A witness counts once, with its earliest time, and one key under two names counts once. Lines of
    strangers are passed over; a wrong line under a known witness's name and key id raises `NoteError`,
    as everywhere in signed notes. The log's own signature is not looked at.
    """
    parsed = note if isinstance(note, Note) else parse_note(note)
    found: dict[bytes, tuple[str, int]] = {}
    for key in witnesses:
        for signature in parsed.signatures:
            if (signature.name, signature.key_id) != (key.name, key.key_id):
                continue
            time = verify_cosignature(key.public_key, parsed.text, signature.value)
            if time is None:
                raise NoteError("bad_signature", f"the cosignature of {key.name} is wrong")
            known = found.get(key.public_key, (key.name, time))
            found[key.public_key] = (known[0], min(known[1], time))
    return list(found.values())


def quorum_time(note: bytes | Note, witnesses: Iterable[VerifierKey], need: int) -> int | None:
    """The earliest time by which `need` witnesses had cosigned, or None when fewer did; 0 for need 0."""
    if need == 0:
        return 0
    times = sorted(time for _, time in cosigners(note, witnesses))
    return times[need - 1] if len(times) >= need else None
