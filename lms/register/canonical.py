"""Canonical JSON of the small kind that is the same in every language.

The subset of RFC 8785 that needs no care: objects with sorted keys, arrays, printable ASCII
strings, non-negative integers below 2**53, and null. Floats, booleans and other text are refused,
so that Python's `json` and a browser's `JSON.stringify` produce the same bytes, and a reader needs
nothing but `sha256sum` to check a hash.

Two layouts of the same value: `compact` (one line, for leaves of the register) and `pretty` (one
blank of indent, for documents that a person reads before signing them).
"""

import json
from typing import Any

from lms.register.errors import CodedError

MAX_INTEGER = 2**53 - 1


class CanonicalError(CodedError):
    """JSON that is not in the canonical subset or not in its canonical layout."""


def compact(value: object) -> str:
    """Canonical JSON on one line, without blanks and without a final newline."""
    _require_subset(value)
    return json.dumps(value, sort_keys=True, separators=(",", ":"))


def pretty(value: object) -> str:
    """Canonical JSON indented by one blank a level, without a final newline."""
    _require_subset(value)
    return json.dumps(value, sort_keys=True, indent=1, separators=(",", ": "))


def parse_compact(text: str) -> dict[str, Any]:
    """Read an object that must be exactly as `compact` writes it."""
    return _parse(text, compact)


def parse_pretty(text: str) -> dict[str, Any]:
    """Read an object that must be exactly as `pretty` writes it."""
    return _parse(text, pretty)


def _parse(text: str, layout: Any) -> dict[str, Any]:
    try:
        value = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise CanonicalError("not_json", f"not JSON: {error}") from error
    if not isinstance(value, dict):
        raise CanonicalError("not_an_object", "the JSON value is not an object")
    # Writing it again finds duplicate keys, blanks, key order and escapes in one comparison.
    if layout(value) != text:
        raise CanonicalError("not_canonical", "the JSON is not in its canonical layout")
    return value


def _require_subset(value: object) -> None:
    if value is None:
        return
    if isinstance(value, str):
        if not (value.isascii() and (value.isprintable() or value == "")):
            raise CanonicalError("not_canonical", "only printable ASCII strings are canonical")
    elif isinstance(value, bool) or not isinstance(value, int | list | dict):
        raise CanonicalError("not_canonical", f"{type(value).__name__} has no canonical form")
    elif isinstance(value, int):
        if not 0 <= value <= MAX_INTEGER:
            raise CanonicalError("not_canonical", "an integer is outside 0..2**53-1")
    else:
        members = value if isinstance(value, list) else [*value.keys(), *value.values()]
        for member in members:
            _require_subset(member)
