"""Pictures to upload: a photo as a phone writes it, a logo, and files that are none."""

from io import BytesIO

from PIL import Image

ORIENTATION, GPS = 0x0112, 0x8825


def photo(*, size: tuple[int, int] = (600, 900), turned: bool = False) -> bytes:
    """A JPEG with EXIF: red above, blue below as it is seen; `turned` as a phone held on its side stores it."""
    image = Image.new("RGB", size, "#2040c0")
    image.paste("#c02020", (0, 0, size[0], size[1] // 2))
    exif = Image.Exif()
    exif[0x010F] = "Maker of phones"
    if turned:
        image = image.rotate(90, expand=True)
        exif[ORIENTATION] = 6
    exif.get_ifd(GPS)[1] = "N"
    buffer = BytesIO()
    image.save(buffer, "JPEG", exif=exif)
    return buffer.getvalue()


def logo(colour: str = "#0a5c5c") -> bytes:
    image = Image.new("RGBA", (600, 300), (0, 0, 0, 0))
    image.paste(colour, (50, 50, 550, 250))
    buffer = BytesIO()
    image.save(buffer, "PNG")
    return buffer.getvalue()
