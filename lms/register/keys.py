"""Where the platform's signing keys are, by the settings.

`SANAD_KEY_ADAPTER` names the class that opens them, `FileKeys` unless told otherwise. A key
management service or a PKCS#11 card takes its place with a class of the shape of `KeyAdapter`: it
signs where it is, and no private key passes through this program.
"""

from collections.abc import Callable
from functools import lru_cache
from pathlib import Path
from typing import Protocol, cast

from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePrivateKey
from django.conf import settings
from django.utils.module_loading import import_string

from .ed25519 import Ed25519Signer, Signer
from .keyfiles import KeyFileError, create_box, create_key, load_box, load_signer
from .note import NoteSigner

LOG_KEY = "log"


class KeyAdapter(Protocol):
    """Whatever keeps the platform's Ed25519 keys under names such as `log` and `issuing`.

    It is made without arguments, once a process, and raises `KeyFileError` for whatever is wrong, with
    the code that the operator looks up (docs/security.md).
    """

    def signer(self, name: str) -> Signer:
        """The key of that name."""

    def has(self, name: str) -> bool:
        """Whether there is a key of that name."""

    def create(self, name: str) -> Signer:
        """Make the key of that name; one that exists is never replaced (code key_exists)."""


class FileKeys:
    """Keys as files in `SANAD_KEYS_DIR`, under `SANAD_KEY_PASSPHRASE`."""

    def signer(self, name: str) -> Signer:
        path = _path_of(name, create_key)
        try:
            status = path.stat()
        except OSError:
            return load_signer(path)
        return _load(path, settings.SANAD_ALLOW_DEVELOPMENT_KEYS, status.st_mtime_ns, status.st_mode)

    def has(self, name: str) -> bool:
        return _file_of(name).exists()

    def create(self, name: str) -> Signer:
        return create_key(
            _file_of(name),
            settings.SANAD_KEY_PASSPHRASE,
            is_development=settings.SANAD_ALLOW_DEVELOPMENT_KEYS,
        )


def key_adapter() -> KeyAdapter:
    """The adapter that the settings name."""
    return _adapter_of(settings.SANAD_KEY_ADAPTER)


def signer_of(name: str) -> Signer:
    """The platform's key of that name. Raises KeyFileError.

    The embedded default makes a key that is missing on first use, so that a fresh machine works;
    production never does, because a key that nobody vouched for would sign certificates that no
    checker accepts.
    """
    return key_adapter().signer(name)


def box_of(name: str) -> EllipticCurvePrivateKey:
    """The platform's P-256 key of that name, to which others encrypt; always a file, kept as signing keys are."""
    path = _path_of(name, create_box)
    try:
        status = path.stat()
    except OSError:
        return load_box(path)
    return _load_box(path, settings.SANAD_ALLOW_DEVELOPMENT_KEYS, status.st_mtime_ns, status.st_mode)


def log_signer() -> NoteSigner:
    """The key that signs the heads of the register, named by the register's origin."""
    return NoteSigner(settings.SANAD_REGISTER_ORIGIN, signer_of(LOG_KEY))


def _file_of(name: str) -> Path:
    return Path(settings.SANAD_KEYS_DIR) / f"{name}.pem"


def _path_of(name: str, create: Callable[..., object]) -> Path:
    path = _file_of(name)
    if settings.SANAD_ALLOW_DEVELOPMENT_KEYS and not path.exists():
        _create_once(path, create)
    return path


def _create_once(path: Path, create: Callable[..., object]) -> None:
    try:
        create(path, settings.SANAD_KEY_PASSPHRASE, is_development=True)
    except KeyFileError as error:
        # Another process was faster.
        if error.code != "key_exists":
            raise


@lru_cache(maxsize=4)
def _adapter_of(name: str) -> KeyAdapter:
    return cast(KeyAdapter, import_string(name)())


@lru_cache(maxsize=16)
def _load(path: Path, allow_development: bool, _changed: int, _mode: int) -> Ed25519Signer:
    """Opening an encrypted key costs a key derivation; a changed file or mode is read anew."""
    return load_signer(path, settings.SANAD_KEY_PASSPHRASE, allow_development=allow_development)


@lru_cache(maxsize=4)
def _load_box(path: Path, allow_development: bool, _changed: int, _mode: int) -> EllipticCurvePrivateKey:
    return load_box(path, settings.SANAD_KEY_PASSPHRASE, allow_development=allow_development)
