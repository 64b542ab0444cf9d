"""The QR symbol of an address, as one SVG path. Certificates have a denser symbol of their own."""

import re
from dataclasses import dataclass
from typing import Any

QUIET_ZONE = 4
"""Modules of white around the symbol, as ISO/IEC 18004 wants."""
UTF_8 = 26
"""How a symbol says that its text is UTF-8; one of plain letters need not."""
_BLACK = re.compile(rb"\x00+")


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
    rows = [bytes(row) for row in pixels.tolist()]
    path = "".join(
        f"M{run.start()} {y}h{len(run[0])}v1h-{len(run[0])}z"
        for y, row in enumerate(rows)
        for run in _BLACK.finditer(row)
    )
    return QrCode(path, len(rows))
