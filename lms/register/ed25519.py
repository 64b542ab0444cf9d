"""Ed25519 (RFC 8032) on raw bytes, and the one interface behind which private keys hide.

Verification is the strict, cofactorless one of OpenSSL: a signature whose scalar is not below the
group order is refused, so that no second valid signature can be made from a first. Beyond that a
public key that is not canonical or of small order is refused: under such a key one signature fits
many messages, or any (Chalkias, Garillot and Nikolaenko, "Taming the many EdDSAs", 2020).
"""

import hashlib
from typing import Protocol

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

PUBLIC_KEY_BYTES = 32
SIGNATURE_BYTES = 64
KEY_ID_BYTES = 4

_FIELD = 2**255 - 19
_ORDER_EIGHT_Y = 0x7A03AC9277FDC74EC6CC392CFA53202A0F67100D760B3CBA4FD84D3D706A17C7
#: The y coordinates of the eight points whose order divides the cofactor: 1, -1, 0 and those of order eight.
_SMALL_ORDER_Y = frozenset({0, 1, _FIELD - 1, _ORDER_EIGHT_Y, _FIELD - _ORDER_EIGHT_Y})


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
    if not is_sound_key(public_key):
        return False
    try:
        Ed25519PublicKey.from_public_bytes(public_key).verify(signature, message)
    except (InvalidSignature, ValueError):
        return False
    return True


def is_sound_key(public_key: bytes) -> bool:
    """Tell whether 32 bytes are a canonical point encoding that is not of small order.

    Whether a point with this y exists at all is left to `verify`.
    """
    if len(public_key) != PUBLIC_KEY_BYTES:
        return False
    y = int.from_bytes(public_key, "little") & (2**255 - 1)
    return y < _FIELD and y not in _SMALL_ORDER_Y


def kid_of(public_key: bytes) -> bytes:
    """The four-byte COSE key id of a public key: the head of its SHA-256.

    Short on purpose (it rides in every QR code); it only picks a key, it proves nothing.
    """
    return hashlib.sha256(public_key).digest()[:KEY_ID_BYTES]
