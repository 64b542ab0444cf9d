"""Ed25519 (RFC 8032) on raw bytes, and the one interface behind which private keys hide.

Verification is the strict, cofactorless one of OpenSSL: a signature whose scalar is not below the
group order is refused, so that no second valid signature can be made from a first.
"""

import hashlib
from typing import Protocol

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

PUBLIC_KEY_BYTES = 32
SIGNATURE_BYTES = 64
KEY_ID_BYTES = 4


class Signer(Protocol):
    """Whatever can sign with one Ed25519 key: a file today, a KMS or a card tomorrow."""

    @property
    def public_key(self) -> bytes:
        """The 32 raw bytes of the public key."""

    def sign(self, message: bytes) -> bytes:
        """Return the 64-byte signature of `message`."""


class Ed25519Signer:
    """A signer that holds its private key in memory."""

    def __init__(self, private_key: Ed25519PrivateKey) -> None:
        self._private_key = private_key
        self._public_key = private_key.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)

    @classmethod
    def from_seed(cls, seed: bytes) -> "Ed25519Signer":
        """Make the signer of a 32-byte RFC 8032 seed; anything else raises `ValueError`."""
        return cls(Ed25519PrivateKey.from_private_bytes(seed))

    @classmethod
    def generate(cls) -> "Ed25519Signer":
        return cls(Ed25519PrivateKey.generate())

    @property
    def public_key(self) -> bytes:
        return self._public_key

    def sign(self, message: bytes) -> bytes:
        return self._private_key.sign(message)


def verify(public_key: bytes, message: bytes, signature: bytes) -> bool:
    """Tell whether `signature` is `public_key`'s over `message`; wrong lengths are simply False."""
    try:
        Ed25519PublicKey.from_public_bytes(public_key).verify(signature, message)
    except (InvalidSignature, ValueError):
        return False
    return True


def kid_of(public_key: bytes) -> bytes:
    """The four-byte COSE key id of a public key: the head of its SHA-256.

    Short on purpose (it rides in every QR code); it only picks a key, it proves nothing.
    """
    return hashlib.sha256(public_key).digest()[:KEY_ID_BYTES]
