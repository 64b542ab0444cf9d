"""Read the text of a QR code out of a photo or a PDF that somebody uploads.

What comes in is a stranger's file, so everything is bounded before it is decoded: the bytes, the
pixels an image claims to have, the pages and the size at which a page is drawn. Every refusal is a
`ScanError` with a code; nothing else is raised.
"""

import io
from collections.abc import Iterator
from typing import TYPE_CHECKING

from lms.certificates.qrtext import QrTextError, parse_text
from lms.register.errors import CodedError

if TYPE_CHECKING:
    import pypdfium2
    from PIL import Image

MAX_BYTES = 10_000_000
MAX_PIXELS = 50_000_000
MAX_PAGES = 10
_PDF_SCALE = 3.0
_PDF_PIXELS = 16_000_000
_ENOUGH_PIXELS = 3_000
_FORMATS = ("PNG", "JPEG")


class ScanError(CodedError):
    """A file without a readable certificate code.

    `too_large`, `too_many_pixels`, `not_a_picture` (neither PNG, JPEG nor PDF), `damaged`,
    `no_code`, or `several_codes` (of different certificates).
    """


def read_code(data: bytes) -> str:
    """Return the text of the certificate's QR code in a PNG, JPEG or PDF file.

    Codes that are not certificates are passed over when there is a certificate; when there is none,
    the first code's text is returned, for the verdict to say that it is not one of ours.
    """
    if len(data) > MAX_BYTES:
        raise ScanError("too_large", f"the file has more than {MAX_BYTES} bytes")
    is_pdf = b"%PDF-" in data[:1024]
    texts = list(dict.fromkeys(_pdf_texts(data) if is_pdf else _image_texts(_open_image(data))))
    certificates = [text for text in texts if _is_certificate(text)]
    if len(certificates) > 1:
        raise ScanError("several_codes", "the file holds the codes of several certificates")
    if not texts:
        raise ScanError("no_code", "there is no readable QR code in the file")
    return certificates[0] if certificates else texts[0]


def _open_image(data: bytes) -> "Image.Image":
    from PIL import Image

    try:
        image = Image.open(io.BytesIO(data), formats=_FORMATS)
    except Image.DecompressionBombError as error:
        raise ScanError("too_many_pixels", "the picture claims too many pixels") from error
    except Exception as error:
        # Pillow's readers raise whatever a damaged header makes them raise.
        raise ScanError("not_a_picture", "the file is neither a PNG, a JPEG nor a PDF") from error
    if image.width * image.height > MAX_PIXELS:
        raise ScanError("too_many_pixels", f"the picture has more than {MAX_PIXELS} pixels")
    try:
        # A large JPEG is decoded at a fraction of its size, in grey, which is all a code needs.
        image.draft("L", (_ENOUGH_PIXELS, _ENOUGH_PIXELS))
        return image.convert("L")
    except Exception as error:
        raise ScanError("damaged", "the picture is damaged") from error


def _image_texts(image: "Image.Image") -> list[str]:
    import zxingcpp

    formats = zxingcpp.BarcodeFormats([zxingcpp.BarcodeFormat.QRCode])
    return [found.text for found in zxingcpp.read_barcodes(image, formats=formats)]


def _pdf_texts(data: bytes) -> Iterator[str]:
    import pypdfium2

    try:
        document = pypdfium2.PdfDocument(data)
        for number in range(min(len(document), MAX_PAGES)):
            yield from _image_texts(_draw_page(document[number]))
    except pypdfium2.PdfiumError as error:
        raise ScanError("damaged", "the PDF is damaged or locked") from error


def _draw_page(page: "pypdfium2.PdfPage") -> "Image.Image":
    width, height = page.get_size()
    area = max(width * height, 1.0)
    scale = min(_PDF_SCALE, (_PDF_PIXELS / area) ** 0.5)
    image: Image.Image = page.render(scale=scale, grayscale=True).to_pil()
    return image


def _is_certificate(text: str) -> bool:
    try:
        parse_text(text)
    except QrTextError as error:
        return error.code != "not_ours"
    return True
