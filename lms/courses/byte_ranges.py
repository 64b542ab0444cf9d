"""Which part of a file a player asks for (RFC 9110, section 14). Pure: imports no Django."""

import re

_ONE_RANGE = re.compile(r"bytes=(\d{0,15})-(\d{0,15})")


class UnsatisfiableRangeError(ValueError):
    """The part lies beyond the end of the file."""


def requested_part(header: str, size: int, longest: int) -> tuple[int, int] | None:
    """First and last byte of the part to send, both included and at most `longest` bytes apart.

    None for a header that may be ignored: another unit, several ranges, nonsense. A server may send less
    than was asked for, and players ask on. Raises UnsatisfiableRangeError.
    """
    found = _ONE_RANGE.fullmatch(header.strip())
    if not found or not (found[1] or found[2]):
        return None
    if found[1]:
        first, last = int(found[1]), int(found[2] or size - 1)
    else:
        first, last = max(size - int(found[2]), 0), size - 1
    if found[1] and found[2] and last < first:
        return None
    if first >= size or not size:
        raise UnsatisfiableRangeError
    return first, min(last, size - 1, first + longest - 1)
