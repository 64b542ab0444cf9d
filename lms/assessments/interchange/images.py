"""Images inside files of questions: only kinds that a phone shows, of a bearable size, and whole."""

import base64
import binascii
import io
import re
import warnings
from collections.abc import Callable
from dataclasses import dataclass
from urllib.parse import unquote

from .model import MOST_IMAGE_BYTES, Loss

MOST_PIXELS = 40_000_000
FORMATS = {"PNG": "png", "JPEG": "jpg", "GIF": "gif", "WEBP": "webp"}

#: The bytes behind an address that a text names, or None where there are none.
Finder = Callable[[str], bytes | None]

_DATA_ADDRESS = re.compile(r"data:[\w.+/-]*(?:;[\w=-]+)*;base64,", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Picture:
    data: bytes
    extension: str
    width: int
    height: int


def load(source: str, find: Finder) -> Picture | Loss:
    """The image that a text names, or why it is lost: elsewhere, missing, too large or no image."""
    if match := _DATA_ADDRESS.match(source):
        data = decode_base64(source[match.end() :])
    elif re.match(r"[a-z][a-z0-9+.-]*:|//", source, re.IGNORECASE):
        return Loss("image_elsewhere", source[:200])
    else:
        data = find(unquote(source))
    name = "" if source.startswith("data:") else source[:200]
    if data is None:
        return Loss("image_missing", name)
    if len(data) > MOST_IMAGE_BYTES:
        return Loss("image_too_large", name)
    return inspect(data) or Loss("image_unreadable", name)


def inspect(data: bytes) -> Picture | None:
    """The image in `data`, or None for anything that is not one we show, or is broken or huge."""
    from PIL import Image

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            with Image.open(io.BytesIO(data), formats=tuple(FORMATS)) as image:
                size, kind = image.size, image.format or ""
                if size[0] * size[1] > MOST_PIXELS:
                    return None
                image.load()
    except (
        OSError,
        ValueError,
        SyntaxError,
        ArithmeticError,
        MemoryError,
        Warning,
        Image.DecompressionBombError,
    ):
        return None
    return Picture(data, FORMATS[kind], *size)


def media_type(extension: str) -> str:
    return f"image/{'jpeg' if extension == 'jpg' else extension}"


def decode_base64(text: str) -> bytes | None:
    if len(text) > 2 * MOST_IMAGE_BYTES:
        return b"\0" * (MOST_IMAGE_BYTES + 1)
    try:
        return base64.b64decode("".join(text.split()), validate=True)
    except (binascii.Error, ValueError):
        return None
