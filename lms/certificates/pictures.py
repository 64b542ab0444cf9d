"""Pictures that people upload: a holder's photo, a logo, a signature.

Each is judged by its content and drawn anew, so that what is kept holds pixels and nothing else: no
EXIF, no place where it was taken, no other file behind the picture.
"""

from io import BytesIO
from typing import TYPE_CHECKING

from lms.register.errors import CodedError

if TYPE_CHECKING:
    from PIL import Image

MAX_BYTES = 8_000_000
MAX_PIXELS = 40_000_000
PHOTO_SIDE = 480
"""Pixels: at 20.5 mm on the badge about 600 a hand's inch, twice what a card printer lays down."""
MIN_PHOTO_SIDE = 240
MARK_SIDE = 900
_PHOTO_QUALITY = 85
#: A portrait's face is above the middle.
_FACE = 0.4


class PictureError(CodedError):
    """A picture that is refused: `too_large`, `too_many_pixels`, `not_a_picture`, `damaged` or `too_small`."""


def square_photo(data: bytes) -> bytes:
    """A portrait as a square JPEG of 480 pixels, upright, without anything but its pixels."""
    from PIL import Image

    image = _open(data, ("JPEG", "PNG", "WEBP")).convert("RGB")
    side = min(image.size)
    if side < MIN_PHOTO_SIDE:
        raise PictureError("too_small", f"a photo needs {MIN_PHOTO_SIDE} pixels on its shorter side")
    left = (image.width - side) // 2
    top = int((image.height - side) * _FACE)
    face = image.crop((left, top, left + side, top + side))
    return _bare(face.resize((PHOTO_SIDE, PHOTO_SIDE), Image.Resampling.LANCZOS), "JPEG")


def clean_mark(data: bytes) -> bytes:
    """A logo or signature as a PNG that keeps its transparency, at most 900 pixels a side."""
    image = _open(data, ("PNG", "JPEG", "WEBP")).convert("RGBA")
    image.thumbnail((MARK_SIDE, MARK_SIDE))
    return _bare(image, "PNG")


def _open(data: bytes, formats: tuple[str, ...]) -> "Image.Image":
    from PIL import Image, ImageOps

    if len(data) > MAX_BYTES:
        raise PictureError("too_large", f"a picture may have {MAX_BYTES} bytes")
    try:
        image = Image.open(BytesIO(data), formats=formats)
    except Image.DecompressionBombError as error:
        raise PictureError("too_many_pixels", "the picture claims too many pixels") from error
    except Exception as error:
        # Pillow's readers raise whatever a damaged header makes them raise.
        raise PictureError("not_a_picture", "the file is no picture of these formats") from error
    if image.width * image.height > MAX_PIXELS:
        raise PictureError("too_many_pixels", f"the picture has more than {MAX_PIXELS} pixels")
    try:
        image.load()
        return ImageOps.exif_transpose(image)
    except Exception as error:
        raise PictureError("damaged", "the picture is damaged") from error


def _bare(image: "Image.Image", kind: str) -> bytes:
    from PIL import Image

    fresh = Image.new(image.mode, image.size)
    fresh.paste(image)
    buffer = BytesIO()
    options = {"quality": _PHOTO_QUALITY} if kind == "JPEG" else {"optimize": True}
    fresh.save(buffer, kind, **options)
    return buffer.getvalue()
