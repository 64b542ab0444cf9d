"""The text of a certificate's QR code: `https://<host>/v#<digits>`.

Any stock camera opens it as an address, and the fragment after `#` never reaches a server. The
message is written in decimal digits, seven bytes as 17 of them, because a QR code packs digits at
3⅓ bits: 8.1 bits a byte, in an alphabet that a URL cannot spoil.

A shorter last group of 1..6 bytes takes 3, 5, 8, 10, 13 or 15 digits, so the length alone tells
how many bytes there are, and every message has exactly one text.
"""

import re
from collections.abc import Collection
from urllib.parse import urlsplit

from lms.certificates.credential import MAX_BYTES
from lms.register.errors import CodedError

PATH = "/v"
_GROUP_BYTES = 7
_GROUP_DIGITS = 17
_DIGITS_FOR_BYTES = (0, 3, 5, 8, 10, 13, 15, _GROUP_DIGITS)
_MAX_DIGITS = (MAX_BYTES // _GROUP_BYTES + 1) * _GROUP_DIGITS
_MIN_BARE_DIGITS = 100
"""A bare number shorter than this is a product code or a telephone number, not one of ours."""
_TEXT = re.compile(r"(?:(?P<base>https?://[A-Za-z0-9._:\[\]-]+)/v/?#|#)?(?P<digits>[0-9]+)")
_LOCAL_HOSTS = frozenset({"localhost", "127.0.0.1", "::1"})


class QrTextError(CodedError):
    """`not_ours` for other people's codes, `bad_digits` for a damaged one of ours."""


def encode_digits(message: bytes) -> str:
    """Write bytes as decimal digits, 7 bytes in 17 digits."""
    groups = (message[start : start + _GROUP_BYTES] for start in range(0, len(message), _GROUP_BYTES))
    return "".join(f"{int.from_bytes(group, 'big'):0{_DIGITS_FOR_BYTES[len(group)]}d}" for group in groups)


def decode_digits(digits: str) -> bytes:
    """Read digits back; a text that `encode_digits` would not have written raises `bad_digits`."""
    if not re.fullmatch(r"[0-9]*", digits) or len(digits) > _MAX_DIGITS:
        raise QrTextError("bad_digits", "not the digits of a credential")
    groups = (digits[start : start + _GROUP_DIGITS] for start in range(0, len(digits), _GROUP_DIGITS))
    return b"".join(_decode_group(group) for group in groups)


def build_text(base_url: str, message: bytes) -> str:
    """The text to print, from the public address of the site (`https://sanad.example.org`)."""
    return require_base_url(base_url) + PATH + "#" + encode_digits(message)


def parse_text(text: str, *, hosts: Collection[str] | None = None) -> bytes:
    """The message in a scanned or pasted text: a whole address, or the digits after its `#`.

    The host proves nothing, and papers outlive host names, so any host is read unless `hosts` (host
    names with their port, if any) says which ones count as ours.
    """
    match = _TEXT.fullmatch(text.strip(" \t\r\n"))
    if match is None:
        raise QrTextError("not_ours", "not the text of a certificate")
    digits, base = match["digits"], match["base"]
    if base is None and len(digits) < _MIN_BARE_DIGITS:
        raise QrTextError("not_ours", "a number, but too short for a certificate")
    if base is not None and hosts is not None and urlsplit(base).netloc not in hosts:
        raise QrTextError("not_ours", "the code leads to another site")
    return decode_digits(digits)


def require_base_url(base_url: str) -> str:
    """Return `base_url` if it can stand in a QR code: lower case, https (http for this machine only)."""
    parts = urlsplit(base_url)
    is_secure = parts.scheme == "https" or (parts.scheme == "http" and parts.hostname in _LOCAL_HOSTS)
    is_plain = base_url == base_url.lower() == f"{parts.scheme}://{parts.netloc}"
    if not (is_secure and is_plain and parts.hostname and base_url.isascii() and "@" not in base_url):
        raise QrTextError("bad_base_url", f"not a plain lower-case https address: {base_url!r}")
    return base_url


def _decode_group(digits: str) -> bytes:
    if len(digits) not in _DIGITS_FOR_BYTES:
        raise QrTextError("bad_digits", "the digits are cut short")
    length = _DIGITS_FOR_BYTES.index(len(digits))
    value = int(digits)
    if value >= 1 << (8 * length):
        raise QrTextError("bad_digits", "the digits are not canonical")
    return value.to_bytes(length, "big")
