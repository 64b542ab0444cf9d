"""What a design looks like before it is put in force: A4 pages and a badge with the hardest names, as one PDF."""

import hashlib
from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import timedelta
from io import BytesIO

from django.conf import settings
from django.utils import timezone

from .cards import Card, render_badge
from .document import Bilingual, CertificatePage, Look, Signatory, render_certificate
from .models import CertificateType
from .paper import check_address
from .qrtext import build_text

#: Lam-alef, shadda, tanwin, mixed digits, 53 characters, Latin letters: where paper goes wrong if it does.
HARD_NAMES = (
    ("لآلئ الأمين آل العلاء لأحمد الإسلام", "La'ali Al-Amin Al Al-Ala"),
    ("محمّد عليّ الحجّاج النّجّار", "Muhammad Ali Al-Hajjaj An-Najjar"),
    ("محمدٌ بنُ عليٍّ سعيدًا", "Muhammad bin Ali Saeed"),
    ("أحمد ١٢٣ علي 456 (الابن)", "Ahmed 123 Ali 456"),
    (
        "عبد الرحمن مصطفى عبد الحفيظ عبد الله الورفلي المصراتي",
        "Abdulrahman Mustafa Abdulhafiz Abdullah Al-Warfalli",
    ),
    ("Jean-François Müller-Åkesson", ""),
)
NUMBER = "0000-0000-0000-0000"
#: As long as a real credential, and none: the check says that it is not one of ours.
_NO_CREDENTIAL = b"".join(hashlib.sha256(bytes([number])).digest() for number in range(6))[:170]


def render_specimen(
    *,
    certificate_type: CertificateType,
    look: Look,
    people: tuple[Signatory, ...],
    intro: Bilingual,
    note: Bilingual,
) -> bytes:
    """One PDF: a page a name, then the badge. Raises DocumentError when the texts do not fit."""
    page = _page(certificate_type, look, people, intro)
    return _join(_documents(page, note))


def _page(
    kind: CertificateType, look: Look, people: tuple[Signatory, ...], intro: Bilingual
) -> CertificatePage:
    programme, course = kind.tier.programme, kind.tier.course
    today = timezone.localdate()
    return CertificatePage(
        organisation=Bilingual(programme.organisation_ar, programme.organisation_en),
        programme=Bilingual(programme.name_ar, programme.name_en),
        title=Bilingual(kind.name_ar, kind.name_en),
        name="",
        name_latin="",
        statement=Bilingual(kind.statement_ar, kind.statement_en),
        course=Bilingual(course.name_ar, course.name_en),
        issued=today,
        expires=None if kind.validity_days is None else today + timedelta(days=kind.validity_days),
        number=NUMBER,
        index=0,
        trainer_number=NUMBER,
        signatories=people,
        qr_text=build_text(settings.SANAD_BASE_URL, _NO_CREDENTIAL),
        address=check_address(),
        intro=intro,
        look=look,
        specimen=True,
    )


def _documents(page: CertificatePage, note: Bilingual) -> Iterator[bytes]:
    for name, latin in HARD_NAMES:
        yield render_certificate(replace(page, name=name, name_latin=latin))
    for name, latin in HARD_NAMES[4:]:
        yield render_badge(
            Card(
                organisation=page.organisation,
                title=page.title,
                name=name,
                name_latin=latin,
                issued=page.issued,
                expires=page.expires,
                number=page.number,
                qr_text=page.qr_text,
                address=page.address,
                note=note,
                look=page.look,
                specimen=True,
            )
        )


def _join(documents: Iterable[bytes]) -> bytes:
    import pypdfium2

    whole = pypdfium2.PdfDocument.new()
    for document in documents:
        whole.import_pages(pypdfium2.PdfDocument(document))
    buffer = BytesIO()
    whole.save(buffer)
    return buffer.getvalue()
