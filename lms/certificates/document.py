"""The certificate on paper: one A4 page in both languages, with the QR symbol as vectors.

typst sets the page (no system library, correct Arabic, byte-identical output for identical input)
from the templates and fonts beside this module and nothing else: system fonts are ignored. What a
page says enters as JSON through `sys.inputs` and is placed as text, never as typst markup, so that
a name full of `#` and `$` prints as it is written.

The PDF is PDF/A-3a and PDF/UA-1: fonts embedded, text tagged, to be opened in thirty years and
read aloud today. Its only date is the day of issue.
"""

import json
import unicodedata
from dataclasses import asdict, dataclass
from datetime import UTC, date, datetime
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from lms.certificates.symbol import QUIET_ZONE, build_symbol
from lms.common.dates import format_day
from lms.register.errors import CodedError

if TYPE_CHECKING:
    import typst

HERE = Path(__file__).parent
FONTS = HERE.parent / "common/fonts"
TEMPLATES = HERE / "typst"
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
    """Who answers for the certificate; the place for the pen is above the name."""

    name: Bilingual
    title: Bilingual


@dataclass(frozen=True, slots=True)
class CertificatePage:
    """Everything that the A4 certificate says.

    `name` is the signed name and `name_latin` its rendering for readers of Latin script (may be
    empty). Numbers are given as they are printed, in fours. `trainer_number` is None when the
    programme itself trained the holder. `address` is what a person types to check the number.
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


def render_certificate(page: CertificatePage) -> bytes:
    """Return the PDF of a certificate.

    Raises `DocumentError`: `too_many_signatories` above three, `too_much_text` when it does not fit
    on one page, `not_rendered` when typst refuses, which only a broken installation should cause.
    """
    if len(page.signatories) > MAX_SIGNATORIES:
        raise DocumentError("too_many_signatories", f"a page has room for {MAX_SIGNATORIES} signatories")
    return _compile("certificate.typ", _certificate_data(page), page.issued)


def _certificate_data(page: CertificatePage) -> dict[str, Any]:
    symbol = build_symbol(page.qr_text)
    return {
        **asdict(page),
        "name": _name(page.name),
        "name_latin": _name("" if page.name_latin == page.name else page.name_latin),
        "issued": _day(page.issued),
        "expires": None if page.expires is None else _day(page.expires),
        "qr": {
            "svg": symbol.svg(),
            "side_mm": round((symbol.size + 2 * QUIET_ZONE) * symbol.module_mm, 4),
            "quiet_mm": round(QUIET_ZONE * symbol.module_mm, 4),
        },
    }


def _name(text: str) -> dict[str, str | bool]:
    """A name with the direction of its first letter, as `dir="auto"` finds it."""
    strong = (unicodedata.bidirectional(char) for char in text)
    first = next((kind for kind in strong if kind in ("L", "R", "AL")), "L")
    return {"text": text, "is_rtl": first != "L"}


def _day(day: date) -> dict[str, str]:
    return {"ar": format_day(day, "ar"), "en": format_day(day, "en")}


def _compile(template: str, data: dict[str, Any], day: date) -> bytes:
    import typst

    moment = datetime(day.year, day.month, day.day, tzinfo=UTC)
    try:
        compiler = typst.Compiler(TEMPLATES / template, root=TEMPLATES, font_paths=_fonts())
        output = compiler.compile(
            format="pdf",
            sys_inputs={"data": json.dumps(data, ensure_ascii=False)},
            pdf_standards=PDF_STANDARDS,
            timestamp=moment,
        )
    except typst.TypstError as error:
        code = "too_much_text" if "too much text" in error.message else "not_rendered"
        raise DocumentError(code, f"typst refused the page: {error.message}") from error
    if not isinstance(output, bytes):
        raise DocumentError("not_rendered", "typst returned no PDF")
    return output


@cache
def _fonts() -> "typst.Fonts":
    import typst

    return typst.Fonts(include_system_fonts=False, include_embedded_fonts=False, font_paths=[FONTS])
