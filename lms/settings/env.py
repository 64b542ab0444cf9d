"""Typed readers of the environment that fail loudly.

Every setting an operator may change is read through `env`, so that a typo in a number or a
missing secret stops the start with a sentence instead of surfacing later as odd behaviour.
"""

from pathlib import Path

from environs import Env

PROJECT_ROOT = Path(__file__).resolve().parents[2]

env = Env()


def data_dir() -> Path:
    """The one folder the embedded default writes to: SANAD_DATA, else `var/` beside the code."""
    path = Path(env.str("SANAD_DATA", "") or PROJECT_ROOT / "var").expanduser().resolve()
    path.mkdir(parents=True, exist_ok=True)
    return path


def stored_secret(path: Path) -> str:
    """A random secret kept in a file that only the owner can read, made on first use.

    For the embedded default only: production reads its secrets from the environment.
    """
    import os
    import secrets

    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return path.read_text(encoding="ascii").strip()
    with os.fdopen(descriptor, "w", encoding="ascii") as stream:
        stream.write(secrets.token_urlsafe(50))
    return path.read_text(encoding="ascii").strip()
