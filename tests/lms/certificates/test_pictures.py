"""Uploaded pictures: judged by content, turned upright, cut square, and bare of everything but pixels."""

from io import BytesIO

import pytest
from PIL import Image

from lms.certificates.pictures import PHOTO_SIDE, PictureError, clean_mark, square_photo
from tests.factories.pictures import logo, photo

pytestmark = pytest.mark.once


def opened(data: bytes) -> Image.Image:
    return Image.open(BytesIO(data))


def test_photo_becomes_a_bare_square() -> None:
    image = opened(square_photo(photo()))

    assert (image.format, image.size, image.mode) == ("JPEG", (PHOTO_SIDE, PHOTO_SIDE), "RGB")
    assert not image.getexif()
    assert b"Maker of phones" not in square_photo(photo())


def test_photo_held_sideways_stands_upright() -> None:
    image = opened(square_photo(photo(turned=True)))
    red, blue = image.getpixel((240, 20)), image.getpixel((240, 460))

    assert red[0] > red[2] and blue[2] > blue[0]


def test_same_photo_gives_the_same_bytes() -> None:
    assert square_photo(photo()) == square_photo(photo())


def test_logo_keeps_its_transparency() -> None:
    image = opened(clean_mark(logo()))
    assert image.format == "PNG"
    assert image.getpixel((0, 0))[3] == 0


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"", "not_a_picture"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "not_a_picture"),
        (b"GIF89a" + bytes(100), "not_a_picture"),
        (b"\xff\xd8\xff\xe0" + bytes(100), "not_a_picture"),
        (photo()[:4000], "damaged"),
        (photo(size=(200, 900)), "too_small"),
        (bytes(8_000_001), "too_large"),
    ],
)
def test_what_is_no_fit_picture_is_refused(data: bytes, code: str) -> None:
    with pytest.raises(PictureError) as refused:
        square_photo(data)
    assert refused.value.code == code


def test_picture_that_claims_too_many_pixels_is_refused() -> None:
    buffer = BytesIO()
    Image.new("1", (8000, 6000)).save(buffer, "PNG")
    with pytest.raises(PictureError) as refused:
        clean_mark(buffer.getvalue())
    assert refused.value.code == "too_many_pixels"
