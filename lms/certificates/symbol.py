"""The QR symbol of a text: a byte segment for the address and a numeric one for the digits.

The `qrcode` library computes the symbol; the segments are given to it explicitly, since as a
single byte segment the same text needs a symbol half as dense again. Error correction is Q while
that keeps the symbol at version 13 or below (69 modules), else M: a symbol that a cheap camera can
resolve beats one that survives more dirt.
"""

from dataclasses import dataclass
from functools import cached_property
from io import BytesIO

from lms.certificates.qrtext import PATH
from lms.register.errors import CodedError

QUIET_ZONE = 4
"""Modules of white around the symbol, as ISO/IEC 18004 wants."""
DENSEST_Q_VERSION = 13
SYMBOL_MM = 50.0
MIN_MODULE_MM = 0.6


class SymbolError(CodedError):
    """A text that is not that of a certificate."""


@dataclass(frozen=True)
class Symbol:
    """A finished symbol: `matrix` is True where a module is black, without the quiet zone."""

    version: int
    level: str
    matrix: tuple[tuple[bool, ...], ...]

    @property
    def size(self) -> int:
        """Modules along one side, without the quiet zone."""
        return len(self.matrix)

    @property
    def span(self) -> int:
        """Modules along one side, with the quiet zone: the extent of `svg_path`."""
        return self.size + 2 * QUIET_ZONE

    @property
    def module_mm(self) -> float:
        """How large to print a module: 50 mm for the symbol, but never below 0.6 mm."""
        return max(SYMBOL_MM / self.size, MIN_MODULE_MM)

    @cached_property
    def svg_path(self) -> str:
        """One path of horizontal runs, in modules, the quiet zone included in the coordinates.

        A single filled path has no hairlines between its rows, which separate rectangles get.
        """
        return "".join(
            f"M{start + QUIET_ZONE} {row + QUIET_ZONE}h{end - start}v1h{start - end}z"
            for row, modules in enumerate(self.matrix)
            for start, end in _runs(modules)
        )

    def svg(self) -> str:
        """A standalone SVG, black on white, one user unit a module."""
        side = self.size + 2 * QUIET_ZONE
        return (
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {side} {side}" '
            f'shape-rendering="crispEdges"><path fill="#fff" d="M0 0h{side}v{side}H0z"/>'
            f'<path fill="#000" d="{self.svg_path}"/></svg>'
        )

    def png(self, *, scale: int = 8) -> bytes:
        """A bilevel PNG with the quiet zone, `scale` pixels a module."""
        from PIL import Image

        side = self.size + 2 * QUIET_ZONE
        image = Image.new("1", (side, side), 1)
        for row, modules in enumerate(self.matrix):
            for column, is_black in enumerate(modules):
                if is_black:
                    image.putpixel((column + QUIET_ZONE, row + QUIET_ZONE), 0)
        buffer = BytesIO()
        image.resize((side * scale, side * scale), Image.Resampling.NEAREST).save(buffer, "PNG")
        return buffer.getvalue()


def build_symbol(text: str) -> Symbol:
    """Compute the symbol of `https://<host>/v#<digits>`."""
    address, mark, digits = text.partition(PATH + "#")
    if not (mark and address.isascii() and digits.isascii() and digits.isdigit()):
        raise SymbolError("not_ours", "not the text of a certificate")
    symbol = _make(address + mark, digits, "Q")
    return symbol if symbol.version <= DENSEST_Q_VERSION else _make(address + mark, digits, "M")


def _make(address: str, digits: str, level: str) -> Symbol:
    from qrcode.constants import ERROR_CORRECT_M, ERROR_CORRECT_Q
    from qrcode.main import QRCode
    from qrcode.util import MODE_8BIT_BYTE, MODE_NUMBER, QRData

    code = QRCode(border=0, error_correction=ERROR_CORRECT_Q if level == "Q" else ERROR_CORRECT_M)
    code.add_data(QRData(address.encode(), mode=MODE_8BIT_BYTE), optimize=0)
    code.add_data(QRData(digits.encode(), mode=MODE_NUMBER), optimize=0)
    code.make(fit=True)
    matrix = tuple(tuple(bool(module) for module in row) for row in code.get_matrix())
    return Symbol(int(code.version), level, matrix)


def _runs(modules: tuple[bool, ...]) -> list[tuple[int, int]]:
    """(start, end) of each run of black modules in a row."""
    edges = [
        column
        for column, (before, here) in enumerate(zip((False, *modules), (*modules, False), strict=True))
        if before != here
    ]
    return list(zip(edges[::2], edges[1::2], strict=True))
