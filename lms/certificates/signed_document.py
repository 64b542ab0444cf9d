"""Documents of the checkers' pack: canonical JSON that people can read, in a signed note.

    sanad/<kind>/v1
    {
     "serial": 3,
     …
    }

    — <key name> <signature>

The first line says what is being signed and in which version, so that a signature of one kind of
document can never pass for another: the log's key also signs checkpoints, whose first line is the
register's origin. The JSON has one layout only (`lms.register.canonical.pretty`).
"""

from collections.abc import Iterable
from typing import Any

from lms.register.canonical import CanonicalError, parse_pretty, pretty
from lms.register.errors import CodedError
from lms.register.note import NoteSigner, VerifierKey, open_note, sign_note


class DocumentFormatError(CodedError):
    """A document whose signatures are right but whose content is not of its kind."""


def seal(kind: str, body: dict[str, Any], signers: Iterable[NoteSigner]) -> bytes:
    """Return the signed document."""
    return sign_note(document_text(kind, body), *signers)


def document_text(kind: str, body: dict[str, Any]) -> str:
    """The exact text that is signed, for a ceremony in which people sign one after another."""
    return f"{_header(kind)}{pretty(body)}\n"


def unseal(kind: str, data: bytes, keys: Iterable[VerifierKey], *, need: int = 1) -> dict[str, Any]:
    """Verify a document and return its body.

    Raises `NoteError` for signatures and `DocumentFormatError` for anything else.
    """
    return read_text(kind, open_note(data, keys, need=need).text)


def read_text(kind: str, text: str) -> dict[str, Any]:
    """The body of a document's text that nobody has signed yet. Raises `DocumentFormatError`."""
    header = _header(kind)
    if not text.startswith(header):
        raise DocumentFormatError("wrong_kind", f"not a {kind} document of this version")
    try:
        return parse_pretty(text.removeprefix(header).removesuffix("\n"))
    except CanonicalError as error:
        raise DocumentFormatError("not_canonical", str(error)) from error


def require_keys(body: dict[str, Any], *names: str) -> list[Any]:
    """The values of exactly these members, in this order."""
    if set(body) != set(names):
        raise DocumentFormatError("bad_fields", f"expected exactly the members {', '.join(names)}")
    return [body[name] for name in names]


def require_int(value: object, *, least: int = 0) -> int:
    if isinstance(value, int) and not isinstance(value, bool) and value >= least:
        return value
    raise DocumentFormatError("bad_value", f"expected an integer from {least} on")


def require_optional_int(value: object) -> int | None:
    return None if value is None else require_int(value)


def require_str(value: object) -> str:
    if isinstance(value, str) and value:
        return value
    raise DocumentFormatError("bad_value", "expected a non-empty string")


def require_list(value: object) -> list[Any]:
    if isinstance(value, list):
        return value
    raise DocumentFormatError("bad_value", "expected a list")


def require_object(value: object) -> dict[str, Any]:
    if isinstance(value, dict):
        return value
    raise DocumentFormatError("bad_value", "expected an object")


def require_bytes(value: object, length: int) -> bytes:
    """Bytes written as lower-case hexadecimal."""
    text = require_str(value)
    try:
        data = bytes.fromhex(text)
    except ValueError:
        data = b""
    if len(data) != length or data.hex() != text:
        raise DocumentFormatError("bad_value", f"expected {length} bytes in hexadecimal")
    return data


def _header(kind: str) -> str:
    return f"sanad/{kind}/v1\n"
