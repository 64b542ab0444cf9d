"""What a respondent holds, and the hashes of it that others see. Pure: imports neither Django nor Wagtail."""

import base64
import hashlib
import secrets
from uuid import UUID

_READABLE = str.maketrans("ABCDEFGHIJKLMNOPQRSTUVWXYZ234567", "0123456789ABCDEFGHJKMNPQRSTVWXYZ")


def new_token() -> str:
    """The value of the cookie that continues a draft."""
    return secrets.token_urlsafe(24)


def hashed(token: str) -> str:
    """What the database keeps of a token. A token is random, so a plain hash of it cannot be guessed back."""
    return hashlib.sha256(token.encode()).hexdigest()


def receipt_code(client_uuid: UUID) -> str:
    """What a respondent keeps: eight letters and digits of Crockford's alphabet, such as 7K3M-9QXA.

    It is not stored and leads to no row: only who holds the identifier of the submission can make it.
    """
    text = base64.b32encode(_hash("receipt", client_uuid)[:5]).decode().translate(_READABLE)
    return f"{text[:4]}-{text[4:]}"


def respondent_name(client_uuid: UUID) -> str:
    """The respondent's name in the archive: the same in every export, and not to be told from a receipt."""
    return _hash("archive", client_uuid)[:8].hex()


def _hash(purpose: str, client_uuid: UUID) -> bytes:
    return hashlib.sha256(f"stakeholder survey {purpose}\n{client_uuid}".encode()).digest()
