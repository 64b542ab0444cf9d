"""Certificates on paper: the A4 page in both languages, with the QR symbol as vectors.

typst sets the page from the templates beside this module (`lms.common.typesetting`). Pictures enter as
files named by their own digest.

The PDF is PDF/A-3a and PDF/UA-1: fonts embedded, text tagged, to be opened in thirty years and
read aloud today. Its only date is the day of issue. The Open Badge of the certificate, where it is
given, is attached to it. Badges and pictures for the phone: `cards.py`.
"""

import hashlib
import unicodedata
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from lms.certificates.symbol import QUIET_ZONE, build_symbol
from lms.common.dates import format_day
from lms.common.typesetting import Document, TypesettingError
from lms.register.errors import CodedError

if TYPE_CHECKING:
    import typst

TEMPLATES = Path(__file__).parent / "typst"
PDF_STANDARDS: "list[typst.PDFStandard]" = ["a-3a", "ua-1"]
MAX_SIGNATORIES = 3


class DocumentError(CodedError):
    """A page that cannot be set."""


@dataclass(frozen=True, slots=True)
class Bilingual:
    """The same text in both languages; an empty one is left out."""

    ar: str
    en: str


@dataclass(frozen=True, slots=True)
class Signatory:
    """Who answers for the certificate. `signature` is a PNG; without one its place is left to the pen."""

    name: Bilingual
    title: Bilingual
    signature: bytes | None = None


@dataclass(frozen=True, slots=True)
class Look:
    """The colours (`#rrggbb`) and the logo (a PNG) of a design; without a logo, the seal of the house."""

    accent: str = "#0a5c5c"
    deep: str = "#064343"
    ornament: str = "#b5761a"
    logo: bytes | None = None


HOUSE_LOOK = Look()
HOUSE_INTRO = Bilingual("نشهد بأنّ", "We certify that")


@dataclass(frozen=True, slots=True)
class CertificatePage:
    """Everything that the A4 certificate says.

    `name` is the signed name and `name_latin` its rendering for readers of Latin script (may be
    empty). Numbers are given as they are printed, in fours. `trainer_number` is None when the
    programme itself trained the holder. `address` is what a person types to check the number.
    `badge` is the Open Badge to attach. `specimen` prints across the page that it is only a sample.
    """

    organisation: Bilingual
    programme: Bilingual
    title: Bilingual
    name: str
    name_latin: str
    statement: Bilingual
    course: Bilingual
    issued: date
    expires: date | None
    number: str
    index: int
    trainer_number: str | None
    signatories: tuple[Signatory, ...]
    qr_text: str
    address: str
    intro: Bilingual = HOUSE_INTRO
    look: Look = HOUSE_LOOK
    badge: bytes | None = None
    specimen: bool = False


class Pictures(dict[str, bytes]):
    """The pictures of a document by the name under which its template finds them."""

    def place(self, picture: bytes | None) -> str | None:
        if picture is None:
            return None
        kind = "jpg" if picture.startswith(b"\xff\xd8") else "png"
        name = f"picture-{hashlib.sha256(picture).hexdigest()[:24]}.{kind}"
        self[name] = picture
        return name


def render_certificate(page: CertificatePage) -> bytes:
    """Return the PDF of a certificate.

    Raises `DocumentError`: `too_many_signatories` above three, `too_much_text` when it does not fit
    on one page, `not_rendered` when typst refuses, which only a broken installation should cause.
    """
    if len(page.signatories) > MAX_SIGNATORIES:
        raise DocumentError("too_many_signatories", f"a page has room for {MAX_SIGNATORIES} signatories")
    pictures = Pictures()
    return compile_pdf("certificate.typ", _certificate_data(page, pictures), page.issued, pictures)


def _certificate_data(page: CertificatePage, pictures: Pictures) -> dict[str, Any]:
    symbol = build_symbol(page.qr_text)
    return {
        **asdict(page),
        "name": name_data(page.name),
        "name_latin": name_data("" if page.name_latin == page.name else page.name_latin),
        "issued": _day(page.issued),
        "expires": None if page.expires is None else _day(page.expires),
        "look": look_data(page.look, pictures),
        "signatories": [
            {**asdict(person), "signature": pictures.place(person.signature)} for person in page.signatories
        ],
        "badge": None if page.badge is None else page.badge.decode(),
        "qr": {
            "svg": symbol.svg(),
            "side_mm": round((symbol.size + 2 * QUIET_ZONE) * symbol.module_mm, 4),
            "quiet_mm": round(QUIET_ZONE * symbol.module_mm, 4),
        },
    }


def look_data(look: Look, pictures: Pictures) -> dict[str, str | None]:
    return {**asdict(look), "logo": pictures.place(look.logo)}


def name_data(text: str) -> dict[str, str | bool]:
    """A name with the direction of its first letter, as `dir="auto"` finds it."""
    strong = (unicodedata.bidirectional(char) for char in text)
    first = next((kind for kind in strong if kind in ("L", "R", "AL")), "L")
    return {"text": text, "is_rtl": first != "L"}


def _day(day: date) -> dict[str, str]:
    return {"ar": format_day(day, "ar"), "en": format_day(day, "en")}


def compile_pdf(template: str, data: Mapping[str, Any], day: date, pictures: Mapping[str, bytes]) -> bytes:
    """Set a template as PDF/A-3a and PDF/UA-1, dated `day`. Raises `DocumentError`."""
    moment = datetime(day.year, day.month, day.day, tzinfo=UTC)
    with _refused_in_our_words():
        return Document(TEMPLATES / template, data, pictures=pictures).pdf(moment, standards=PDF_STANDARDS)


def compile_png(template: str, data: Mapping[str, Any], pictures: Mapping[str, bytes]) -> bytes:
    """Draw a template of one page, one pixel a point. Raises `DocumentError`."""
    with _refused_in_our_words():
        return Document(TEMPLATES / template, data, pictures=pictures).png()


@contextmanager
def _refused_in_our_words() -> Iterator[None]:
    try:
        yield
    except TypesettingError as error:
        code = "too_much_text" if "too much text" in str(error) else "not_rendered"
        raise DocumentError(code, f"typst refused the page: {error}") from error
