"""The QR symbol of an address, as one SVG path. Certificates have a denser symbol of their own."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any

QUIET_ZONE = 4
"""Modules of white around the symbol, as ISO/IEC 18004 wants."""
UTF_8 = 26
"""How a symbol says that its text is UTF-8; one of plain letters need not."""
BLACK = 0


@dataclass(frozen=True, slots=True)
class QrCode:
    """`path` draws the black modules in a square of `side` modules, the quiet zone included."""

    path: str
    side: int


def qr_code(text: str) -> QrCode:
    """The symbol of a text with error correction M, which survives a fold or a thumb on paper.

    By the library that also reads codes. The one that draws certificates' symbols, of two kinds of segments, takes ten
    times as long, and a whole hall hands in and sees its receipts in the same minutes.
    """
    # The library is heavy for pages that show no code.
    import zxingcpp

    told = {} if text.isascii() else {"eci": UTF_8}
    symbol = zxingcpp.create_barcode(text, zxingcpp.BarcodeFormat.QRCode, ec_level="M", **told)
    pixels: Any = memoryview(symbol.to_image(scale=1, add_quiet_zones=True))  # type: ignore[arg-type]  # the stubs lack it
    matrix = [[pixel == BLACK for pixel in row] for row in pixels.tolist()]
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
