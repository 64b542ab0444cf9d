"""Reading codes out of strangers' files: photos as phones take them, and files that mean harm."""

import contextlib
import io
import struct
import zlib

import pypdfium2
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image, ImageFilter

from lms.certificates import scan
from lms.certificates.document import render_certificate
from lms.certificates.scan import ScanError, read_code
from lms.certificates.symbol import build_symbol
from tests.vectors.pages import HARD_NAMES, draw, page_for

PAGE = page_for(HARD_NAMES["plain"])
PDF = render_certificate(PAGE)
PICTURE = draw(PDF, scale=2.5).convert("RGB")


def saved(image: Image.Image, kind: str = "PNG", **options: object) -> bytes:
    buffer = io.BytesIO()
    image.save(buffer, kind, **options)
    return buffer.getvalue()


def refusal(data: bytes) -> str:
    with pytest.raises(ScanError) as refused:
        read_code(data)
    return refused.value.code


def foreign_code(text: str) -> Image.Image:
    import qrcode

    return qrcode.make(text).get_image().convert("RGB")


def sheet(*images: Image.Image) -> Image.Image:
    whole = Image.new(
        "RGB", (sum(image.width for image in images), max(image.height for image in images)), "white"
    )
    left = 0
    for image in images:
        whole.paste(image, (left, 0))
        left += image.width
    return whole


def test_pdf_png_and_jpeg_give_the_same_text() -> None:
    assert read_code(PDF) == PAGE.qr_text
    assert read_code(saved(PICTURE)) == PAGE.qr_text
    assert read_code(saved(PICTURE, "JPEG", quality=60)) == PAGE.qr_text


def test_symbol_alone_is_read() -> None:
    assert read_code(build_symbol(PAGE.qr_text).png()) == PAGE.qr_text


@pytest.mark.parametrize(
    "photo",
    [
        lambda image: image.rotate(17, expand=True, fillcolor="grey"),
        lambda image: image.rotate(90, expand=True),
        lambda image: image.rotate(180),
        lambda image: image.filter(ImageFilter.GaussianBlur(1.2)),
        lambda image: image.point(lambda value: 90 + value // 4),
        lambda image: image.resize((image.width * 2 // 3, image.height * 2 // 3)),
        lambda image: image.transform(
            image.size, Image.Transform.PERSPECTIVE, (1, 0.12, -60, 0.03, 1.1, -20, 0.00004, 0.00008)
        ),
        lambda image: image.convert("LA").convert("RGBA"),
    ],
    ids=["tilted", "on its side", "upside down", "blurred", "dim", "small", "askew", "with alpha"],
)
def test_photos_as_people_take_them_are_read(photo) -> None:
    assert read_code(saved(photo(PICTURE))) == PAGE.qr_text


def test_large_photo_is_read() -> None:
    large = PICTURE.resize((PICTURE.width * 3, PICTURE.height * 3))

    assert large.width * large.height > 20_000_000
    assert read_code(saved(large, "JPEG", quality=70)) == PAGE.qr_text


def test_certificate_is_found_beside_other_codes() -> None:
    picture = sheet(foreign_code("https://example.org/menu"), PICTURE, foreign_code("hello"))

    assert read_code(saved(picture)) == PAGE.qr_text


def test_code_of_somebody_else_is_returned_for_the_verdict() -> None:
    assert read_code(saved(foreign_code("https://example.org/menu"))) == "https://example.org/menu"


def test_two_certificates_in_one_picture_are_not_chosen_from() -> None:
    other = draw(render_certificate(page_for("شخص آخر")), scale=2.5)

    assert refusal(saved(sheet(PICTURE, other.convert("RGB")))) == "several_codes"


def test_same_certificate_twice_is_one() -> None:
    assert read_code(saved(sheet(PICTURE, PICTURE))) == PAGE.qr_text


def test_picture_and_pdf_without_code_say_so() -> None:
    import typst

    blank = typst.compile(b"Nothing here")

    assert refusal(saved(Image.new("RGB", (600, 400), "white"))) == "no_code"
    assert refusal(blank) == "no_code"


def test_ten_megabytes_are_the_most() -> None:
    assert refusal(b"%PDF-" + bytes(10_000_000)) == "too_large"


@pytest.mark.parametrize(
    "data", [b"", b"hello", b"GIF89a" + bytes(50), b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff\xe0"]
)
def test_files_that_are_no_pictures_are_refused(data: bytes) -> None:
    assert refusal(data) == "not_a_picture"


def test_other_picture_formats_are_refused() -> None:
    assert refusal(saved(PICTURE, "GIF")) == "not_a_picture"
    assert refusal(saved(PICTURE.resize((50, 50)), "TIFF")) == "not_a_picture"


def png_of(width: int, height: int, data: bytes) -> bytes:
    def chunk(kind: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))

    header = struct.pack(">IIBBBBB", width, height, 1, 0, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", data) + chunk(b"IEND", b"")


@pytest.mark.filterwarnings("ignore::PIL.Image.DecompressionBombWarning")
@pytest.mark.parametrize("side", [7_100, 13_000, 60_000, 2_000_000_000])
def test_pixel_bombs_are_refused_before_they_are_unpacked(side: int) -> None:
    bomb = png_of(side, side, zlib.compress(bytes(1_000_000), 9))

    assert len(bomb) < 10_000
    assert refusal(bomb) == "too_many_pixels"


def test_truncated_pictures_are_damaged() -> None:
    whole = saved(PICTURE)

    assert refusal(whole[: len(whole) // 2]) == "damaged"


@pytest.mark.parametrize("data", [b"%PDF-1.7\n", b"%PDF-1.7\n" + bytes(5_000), PDF[:4_000]])
def test_broken_pdfs_are_damaged(data: bytes) -> None:
    assert refusal(data) == "damaged"


def test_page_of_absurd_size_is_drawn_small() -> None:
    import typst

    huge = typst.compile(b"#set page(width: 5000mm, height: 4900mm)\n#rect(width: 100%, height: 100%)")
    page = scan._draw_page(pypdfium2.PdfDocument(huge)[0])

    assert page.width * page.height <= 16_100_000
    assert refusal(huge) == "no_code"


def test_only_the_first_pages_are_looked_at() -> None:
    import typst

    code = build_symbol(PAGE.qr_text).svg().replace('"', '\\"')
    image = f'#image(bytes("{code}"), width: 60mm)'

    assert read_code(typst.compile(("a #pagebreak()" * 9 + image).encode())) == PAGE.qr_text
    assert refusal(typst.compile(("a #pagebreak()" * 10 + image).encode())) == "no_code"


@settings(max_examples=150, deadline=None)
@given(
    st.binary(max_size=300), st.sampled_from([b"", b"%PDF-1.7\n", b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff\xe0"])
)
def test_random_files_are_refused_without_another_exception(data: bytes, magic: bytes) -> None:
    with pytest.raises(ScanError):
        read_code(magic + data)


@settings(max_examples=40, deadline=None)
@given(position=st.integers(0, len(PDF) - 1), value=st.integers(0, 255))
def test_damaged_pdfs_are_read_or_refused(position: int, value: int) -> None:
    changed = bytearray(PDF)
    changed[position] = value
    with contextlib.suppress(ScanError):
        assert read_code(bytes(changed)) == PAGE.qr_text
