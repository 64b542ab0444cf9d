"""The printed certificate number: ten random bytes as 16 Crockford base32 characters in fours.

Crockford's alphabet (crockford.com/base32) leaves out I, L, O and U. People read such a number
over a bad telephone line and type it on an Arabic keyboard, so reading forgives lower case, the
letters that look like digits, blanks, dashes, direction marks and Arabic digits.
"""

import unicodedata

from lms.register.errors import CodedError

ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
ID_BYTES = 10
LENGTH = 16
_GROUP = 4
_BITS = 5
_LOOKALIKES = str.maketrans("OIL", "011")
_DASHES = frozenset("-‐‑‒–—−ـ_")


class NumberError(CodedError):
    """Text that is not a certificate number."""


def encode_number(certificate_id: bytes) -> str:
    """The 16 characters without separators, as they are stored and searched."""
    if len(certificate_id) != ID_BYTES:
        raise NumberError("bad_length", f"a certificate id has {ID_BYTES} bytes")
    value = int.from_bytes(certificate_id, "big")
    shifts = range((LENGTH - 1) * _BITS, -1, -_BITS)
    return "".join(ALPHABET[(value >> shift) & 31] for shift in shifts)


def format_number(certificate_id: bytes) -> str:
    """The number as it is printed: `7K3M-9QXA-0D5T-H2WZ`, always left to right."""
    number = encode_number(certificate_id)
    return "-".join(number[start : start + _GROUP] for start in range(0, LENGTH, _GROUP))


def parse_number(text: str) -> bytes:
    """The certificate id behind what somebody typed, or `NumberError`."""
    kept = (_ascii(char) for char in text if not _is_separator(char))
    number = "".join(kept).upper().translate(_LOOKALIKES)
    if len(number) != LENGTH:
        raise NumberError("bad_length", f"a certificate number has {LENGTH} characters")
    value = 0
    for char in number:
        place = ALPHABET.find(char)
        if place < 0:
            raise NumberError("bad_character", f"{char!r} is not in a certificate number")
        value = value << _BITS | place
    return value.to_bytes(ID_BYTES, "big")


def _is_separator(char: str) -> bool:
    return char.isspace() or char in _DASHES or unicodedata.category(char) == "Cf"


def _ascii(char: str) -> str:
    digit = unicodedata.decimal(char, None)
    return char if digit is None else str(digit)
