"""Private keys under a passphrase: PKCS#8 with scrypt and AES-256-CBC (RFC 5958, 8018 PBES2, 7914).

The encryption that the cryptography library offers for PEM stretches a passphrase hardly at all. A
custodian remembers a passphrase, so that guessing one has to cost memory and time: scrypt. The file
stays an ordinary `ENCRYPTED PRIVATE KEY` that OpenSSL and the library itself open.
"""

import base64
import secrets
import textwrap

from cryptography.hazmat.primitives.ciphers import Cipher
from cryptography.hazmat.primitives.ciphers.algorithms import AES256
from cryptography.hazmat.primitives.ciphers.modes import CBC
from cryptography.hazmat.primitives.kdf.scrypt import Scrypt
from cryptography.hazmat.primitives.padding import PKCS7

#: Work factor for a long random secret of a service, which every process of the server pays (16 MB).
SERVICE_COST = 1 << 14
#: Work factor for a passphrase that a person remembers (128 MB, about half a second).
CUSTODIAN_COST = 1 << 17
_BLOCK, _PARALLEL = 8, 1
_PBES2 = bytes.fromhex("06092a864886f70d01050d")
_SCRYPT = bytes.fromhex("06092b06010401da47040b")
_AES_256_CBC = bytes.fromhex("060960864801650304012a")
_SEQUENCE, _OCTETS, _INTEGER = 0x30, 0x04, 0x02
_SHORT_LENGTH = 0x80


def seal_private_key(pkcs8: bytes, passphrase: bytes, *, cost: int = SERVICE_COST) -> bytes:
    """The PEM of a PKCS#8 private key (DER) under a passphrase; `cost` is scrypt's N, a power of two."""
    salt, iv = secrets.token_bytes(16), secrets.token_bytes(16)
    key = Scrypt(salt=salt, length=32, n=cost, r=_BLOCK, p=_PARALLEL).derive(passphrase)
    padder = PKCS7(128).padder()
    encryptor = Cipher(AES256(key), CBC(iv)).encryptor()
    sealed = encryptor.update(padder.update(pkcs8) + padder.finalize()) + encryptor.finalize()
    kdf = _sequence(
        _SCRYPT,
        _sequence(_tagged(_OCTETS, salt), _integer(cost), _integer(_BLOCK), _integer(_PARALLEL)),
    )
    cipher = _sequence(_AES_256_CBC, _tagged(_OCTETS, iv))
    scheme = _sequence(_PBES2, _sequence(kdf, cipher))
    return _pem("ENCRYPTED PRIVATE KEY", _sequence(scheme, _tagged(_OCTETS, sealed)))


def _pem(label: str, der: bytes) -> bytes:
    lines = textwrap.wrap(base64.b64encode(der).decode(), 64)
    return "\n".join([f"-----BEGIN {label}-----", *lines, f"-----END {label}-----", ""]).encode()


def _sequence(*parts: bytes) -> bytes:
    return _tagged(_SEQUENCE, b"".join(parts))


def _integer(value: int) -> bytes:
    return _tagged(_INTEGER, value.to_bytes(value.bit_length() // 8 + 1, "big"))


def _tagged(tag: int, content: bytes) -> bytes:
    size = len(content)
    if size < _SHORT_LENGTH:
        return bytes([tag, size]) + content
    length = size.to_bytes((size.bit_length() + 7) // 8, "big")
    return bytes([tag, _SHORT_LENGTH | len(length)]) + length + content
