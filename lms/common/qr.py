"""The QR symbol of an address, as one SVG path. Certificates have a denser symbol of their own."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby

QUIET_ZONE = 4
"""Modules of white around the symbol, as ISO/IEC 18004 wants."""


@dataclass(frozen=True, slots=True)
class QrCode:
    """`path` draws the black modules in a square of `side` modules, the quiet zone included."""

    path: str
    side: int


def qr_code(text: str, *, mask: int | None = None) -> QrCode:
    """The symbol of a text with error correction M, which survives a fold or a thumb on paper.

    The pattern laid over the data is the most even of eight, or `mask` (0 to 7) if one is named: readers read any, and
    to draw and compare all eight takes five times as long. That is for screens that show a code to a whole hall.
    """
    # The library is heavy for pages that show no code.
    import qrcode

    symbol = qrcode.QRCode(
        error_correction=qrcode.constants.ERROR_CORRECT_M, border=QUIET_ZONE, mask_pattern=mask
    )
    symbol.add_data(text)
    matrix = symbol.get_matrix()
    path = "".join(
        f"M{start} {y}h{length}v1h-{length}z" for y, row in enumerate(matrix) for start, length in _runs(row)
    )
    return QrCode(path, len(matrix))


def _runs(row: Sequence[bool]) -> Iterator[tuple[int, int]]:
    """The black stretches of a row: where each begins and how long it is."""
    x = 0
    for is_black, modules in groupby(row):
        length = len(list(modules))
        if is_black:
            yield x, length
        x += length
