"""Private keys as files: PKCS#8 PEM, encrypted when a passphrase is given, readable by the owner alone.

No private key ever enters the database. A key management service takes the place of this module by
offering the same `Signer`.

Passphrases are stretched with scrypt (`lms.register.sealing`): lightly for the long random secret of
a service, heavily for what a custodian remembers.

A key that the platform made for itself on first use says so in the first line of its file, for
settings that refuse such development keys.
"""

import os
import stat
import tempfile
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ec import (
    SECP256R1,
    EllipticCurvePrivateKey,
    generate_private_key,
)
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.types import PrivateKeyTypes
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
)

from lms.register.ed25519 import Ed25519Signer
from lms.register.errors import CodedError
from lms.register.sealing import SERVICE_COST, seal_private_key

OTHERS = stat.S_IRWXG | stat.S_IRWXO
DEVELOPMENT_MARK = b"Sanad development key: nothing it signs is to be trusted.\n"
MAX_FILE_BYTES = 10_000


class KeyFileError(CodedError):
    """A key file that is missing, readable by others, not openable, or only for development."""


def load_signer(path: Path, passphrase: str = "", *, allow_development: bool = True) -> Ed25519Signer:
    """Open a key file.

    Raises KeyFileError with the codes key_missing, key_exposed, key_locked (the passphrase is
    wrong, lacking, or there is none on the file), key_unreadable or key_development.
    """
    key = _load(path, passphrase, allow_development)
    if not isinstance(key, Ed25519PrivateKey):
        raise KeyFileError("key_unreadable", f"the key file {path.name} holds no Ed25519 key")
    return Ed25519Signer(key)


def load_box(path: Path, passphrase: str = "", *, allow_development: bool = True) -> EllipticCurvePrivateKey:
    """Open the file of a P-256 key, to which others encrypt. Raises KeyFileError as `load_signer` does."""
    key = _load(path, passphrase, allow_development)
    if not isinstance(key, EllipticCurvePrivateKey) or not isinstance(key.curve, SECP256R1):
        raise KeyFileError("key_unreadable", f"the key file {path.name} holds no P-256 key")
    return key


def _load(path: Path, passphrase: str, allow_development: bool) -> PrivateKeyTypes:
    data = _read_private(path)
    if data.startswith(DEVELOPMENT_MARK) and not allow_development:
        raise KeyFileError("key_development", f"the key file {path.name} was made for development only")
    try:
        return load_pem_private_key(data, passphrase.encode() or None)
    except TypeError as error:
        raise KeyFileError("key_locked", f"the passphrase does not fit the key file {path.name}") from error
    except ValueError as error:
        if b"BEGIN ENCRYPTED" in data:
            raise KeyFileError(
                "key_locked", f"the key file {path.name} cannot be opened: wrong passphrase, or damaged"
            ) from error
        raise KeyFileError("key_unreadable", f"the key file {path.name} cannot be opened") from error


def create_key(
    path: Path, passphrase: str = "", *, is_development: bool = False, cost: int = SERVICE_COST
) -> Ed25519Signer:
    """Make a key and write its file, which must not exist yet: a key is never overwritten.

    `cost` is what guessing the passphrase costs (scrypt's N). Raises KeyFileError with the code key_exists.
    """
    key = Ed25519PrivateKey.generate()
    _write(path, _sealed(key, passphrase, cost), is_development)
    return Ed25519Signer(key)


def create_box(path: Path, passphrase: str = "", *, is_development: bool = False) -> None:
    """The same for a P-256 key, to which others encrypt."""
    _write(path, _sealed(generate_private_key(SECP256R1()), passphrase, SERVICE_COST), is_development)


def _sealed(key: Ed25519PrivateKey | EllipticCurvePrivateKey, passphrase: str, cost: int) -> bytes:
    if not passphrase:
        return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    plain = key.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption())
    return seal_private_key(plain, passphrase.encode(), cost=cost)


def _write(path: Path, pem: bytes, is_development: bool) -> None:
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    # Written aside (with mode 0600) and linked into place, so that nobody ever opens half a key.
    with tempfile.NamedTemporaryFile(dir=path.parent, prefix=f".{path.name}-") as stream:
        stream.write((DEVELOPMENT_MARK if is_development else b"") + pem)
        stream.flush()
        os.fsync(stream.fileno())
        try:
            os.link(stream.name, path)
        except FileExistsError as error:
            raise KeyFileError("key_exists", f"the key file {path.name} exists already") from error


def _read_private(path: Path) -> bytes:
    try:
        with path.open("rb") as stream:
            # The mode of the opened file, so that it cannot be exchanged after the look.
            if os.fstat(stream.fileno()).st_mode & OTHERS:
                raise KeyFileError(
                    "key_exposed", f"the key file {path.name} can be read by others; use chmod 600"
                )
            return stream.read(MAX_FILE_BYTES)
    except FileNotFoundError as error:
        raise KeyFileError("key_missing", f"there is no key file {path.name}") from error
    except OSError as error:
        raise KeyFileError("key_unreadable", f"the key file {path.name} cannot be read") from error
