"""Where the platform's signing keys are, by the settings."""

from collections.abc import Callable
from functools import lru_cache
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePrivateKey
from django.conf import settings

from .ed25519 import Ed25519Signer
from .keyfiles import KeyFileError, create_box, create_key, load_box, load_signer
from .note import NoteSigner

LOG_KEY = "log"


def signer_of(name: str) -> Ed25519Signer:
    """The platform's key of that name. Raises KeyFileError.

    The embedded default makes a key that is missing on first use, so that a fresh machine works;
    production never does, because a key that nobody vouched for would sign certificates that no
    checker accepts.
    """
    path = _path_of(name, create_key)
    try:
        status = path.stat()
    except OSError:
        return load_signer(path)
    return _load(path, settings.SANAD_ALLOW_DEVELOPMENT_KEYS, status.st_mtime_ns, status.st_mode)


def box_of(name: str) -> EllipticCurvePrivateKey:
    """The platform's P-256 key of that name, to which others encrypt; kept as signing keys are."""
    path = _path_of(name, create_box)
    try:
        status = path.stat()
    except OSError:
        return load_box(path)
    return _load_box(path, settings.SANAD_ALLOW_DEVELOPMENT_KEYS, status.st_mtime_ns, status.st_mode)


def log_signer() -> NoteSigner:
    """The key that signs the heads of the register, named by the register's origin."""
    return NoteSigner(settings.SANAD_REGISTER_ORIGIN, signer_of(LOG_KEY))


def _path_of(name: str, create: Callable[..., object]) -> Path:
    path = Path(settings.SANAD_KEYS_DIR) / f"{name}.pem"
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


@lru_cache(maxsize=16)
def _load(path: Path, allow_development: bool, _changed: int, _mode: int) -> Ed25519Signer:
    """Opening an encrypted key costs a key derivation; a changed file or mode is read anew."""
    return load_signer(path, settings.SANAD_KEY_PASSPHRASE, allow_development=allow_development)


@lru_cache(maxsize=4)
def _load_box(path: Path, allow_development: bool, _changed: int, _mode: int) -> EllipticCurvePrivateKey:
    return load_box(path, settings.SANAD_KEY_PASSPHRASE, allow_development=allow_development)
