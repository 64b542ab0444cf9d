"""Certificates to print in tests: an ordinary page, the hardest names, and their golden images.

    python -m tests.vectors.pages      draw the golden images anew, to be looked at before committing

An image is the band of the page that holds the holder's name, in grey. Two images are the same when
no patch of 3 x 3 pixels differs by more than `TOLERANCE` grey levels: smoothing may differ between
versions of the renderers, a lost or moved mark may not.
"""

import sys
from dataclasses import replace
from datetime import date
from pathlib import Path

import pypdfium2
from PIL import Image, ImageChops

from lms.certificates.credential import Claims, sign
from lms.certificates.document import Bilingual, CertificatePage, Signatory, render_certificate
from lms.certificates.number import format_number
from lms.certificates.qrtext import build_text
from lms.register.days import day_of
from tests.vectors.world import BASE_URL, signer_of

GOLDEN = Path(__file__).with_name("golden")
TOLERANCE = 60
_BAND = (0.08, 0.34, 0.92, 0.52)
HARD_NAMES = {
    "plain": "فاطمة الزهراء عبد السلام الورفلي",
    "lam-alef": "لآلئ الأمين آل العلاء لأحمد الإسلام",
    "shadda": "محمّد عليّ الحجّاج النّجّار",
    "tanwin": "محمدٌ بنُ عليٍّ سعيدًا",
    "mixed-digits": "أحمد ١٢٣ علي 456 (الابن)",
    "long": "عبد الرحمن مصطفى عبد الحفيظ عبد الله الورفلي المصراتي",
    "latin": "Jean-François Müller-Åkesson",
    "markup": "#strong[x] $y^2$ *b* _i_ @r <l> \\u{41} // `c`",
}
ISSUED, EXPIRES = date(2026, 2, 16), date(2028, 2, 15)
CERTIFICATE_ID = bytes.fromhex("3d0f4a9baa03d1ba5c5f")


def page_for(name: str, **changes: object) -> CertificatePage:
    """A certificate's page with a real, signed QR code for `name`."""
    claims = Claims(CERTIFICATE_ID, name, "LTO", 431, day_of(ISSUED), day_of(EXPIRES), 12)
    page = CertificatePage(
        organisation=Bilingual("منظمة شفافية للحوكمة الرشيدة", "Shafafiya Organisation for Good Governance"),
        programme=Bilingual(
            "برنامج المراقبة طويلة الأمد للانتخابات البلدية",
            "Long-term Observation of the Municipal Elections",
        ),
        title=Bilingual("شهادة مراقب طويل الأمد", "Certificate of Long-Term Observer"),
        name=name,
        name_latin="Fatima Al-Zahra Abdulsalam",
        statement=Bilingual(
            "أتمّ بنجاح دورة المراقبين طويلي الأمد واجتاز امتحان الاعتماد.",
            "has completed the course for long-term observers and passed the certification exam.",
        ),
        course=Bilingual("دورة المراقبين طويلي الأمد", "Long-term observer course"),
        issued=ISSUED,
        expires=EXPIRES,
        number=format_number(CERTIFICATE_ID),
        index=431,
        trainer_number="7K3M-9QXA-0D5T-H2WZ",
        signatories=(
            Signatory(
                Bilingual("د. سالم عبد الله المقريف", "Dr Salem A. Al-Magariaf"),
                Bilingual("مدير البرنامج", "Programme lead"),
            ),
        ),
        qr_text=build_text(BASE_URL, sign(claims, signer_of("issuing"))),
        address="sanad.example/v",
    )
    return replace(page, **changes)


def draw(pdf: bytes, *, scale: float = 2.0) -> Image.Image:
    """The first page as a picture."""
    return pypdfium2.PdfDocument(pdf)[0].render(scale=scale).to_pil()


def name_band(pdf: bytes) -> Image.Image:
    picture = draw(pdf, scale=1.5).convert("L")
    left, top, right, bottom = _BAND
    width, height = picture.size
    return picture.crop((int(left * width), int(top * height), int(right * width), int(bottom * height)))


def difference(one: Image.Image, other: Image.Image) -> int:
    """The largest difference in grey of any 3 x 3 patch; 255 for pictures of different size."""
    if one.size != other.size:
        return 255
    return int(ImageChops.difference(one, other).reduce(3).getextrema()[1])


def main() -> int:
    GOLDEN.mkdir(exist_ok=True)
    for kind, name in HARD_NAMES.items():
        name_band(render_certificate(page_for(name))).save(GOLDEN / f"name-{kind}.png", optimize=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
