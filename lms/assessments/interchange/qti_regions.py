"""Regions of an image between the pixels of QTI and our thousandths."""

from collections.abc import Sequence
from fractions import Fraction

from ..content import Region
from .images import Picture
from .marking import number
from .model import InterchangeError, UnsupportedError
from .qti_nodes import Node

FULL = 1000
#: The bank keeps 200 characters a region.
MOST_CORNERS = 20
_RECT, _CIRCLE, _FEWEST_POLY = 4, 3, 6


def read_region(choice: Node, shown: Node, image: Picture) -> Region:
    """The shape of a hotspot. Its pixels are those of the size at which the image is shown.

    Raises InterchangeError for coordinates that are none, UnsupportedError for shapes that we do not have.
    """
    shape = choice.get("shape", "rect")
    if shape not in ("rect", "circle", "poly"):
        raise UnsupportedError("region_shape", shape)
    width, height = (
        _size(shown.get(name), usual) for name, usual in (("width", image.width), ("height", image.height))
    )
    pixels = [Fraction(number(word)) for word in choice.get("coords").replace(",", " ").split()]
    across = [_part(value, width) for value in pixels[::2]]
    down = [_part(value, height) for value in pixels[1::2]]
    if shape == "rect" and len(pixels) == _RECT:
        left, right, top, bottom = *sorted(across), *sorted(down)
        return Region("rect", (left, top, right - left, bottom - top))
    if shape == "circle" and len(pixels) == _CIRCLE:
        return Region("circle", (across[0], down[0], max(1, across[1])))
    if shape == "poly" and len(pixels) >= _FEWEST_POLY and len(pixels) % 2 == 0:
        corners = list(zip(across, down, strict=True))
        corners = corners[:-1] if corners[0] == corners[-1] else corners
        if len(corners) > MOST_CORNERS:
            raise UnsupportedError("region_shape", f"poly, {len(corners)}")
        return Region("polygon", tuple(one for corner in corners for one in corner))
    raise InterchangeError("qti_coords", detail=f"{shape} {choice.get('coords')[:80]}")


def write_coords(region: Region, width: int, height: int) -> tuple[str, str]:
    """The shape and its pixels in an image of that size, as QTI writes them."""
    coords = region.coords
    if region.shape == "rect":
        x, y, wide, high = coords
        return "rect", _joined([x, y, x + wide, y + high], width, height)
    if region.shape == "circle":
        return "circle", _joined([coords[0], coords[1], coords[2]], width, height)
    return "poly", _joined(coords, width, height)


def _joined(parts: Sequence[int], width: int, height: int) -> str:
    sizes = (width, height)
    return ",".join(str(round(part * sizes[number % 2] / FULL)) for number, part in enumerate(parts))


def _size(text: str, usual: int) -> int:
    text = text.removesuffix("px").strip()
    return int(text) if text.isdecimal() and len(text) < 6 and int(text) else usual  # noqa: PLR2004


def _part(pixels: Fraction, whole: int) -> int:
    return max(0, min(FULL, round(pixels * FULL / whole)))
