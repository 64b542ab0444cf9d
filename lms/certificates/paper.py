"""The certificate on paper and its code, out of the committed row."""

from django.conf import settings

from .document import Bilingual, CertificatePage, Signatory, render_certificate
from .models import Certificate
from .qrtext import PATH, build_text
from .symbol import Symbol, build_symbol


def qr_text(certificate: Certificate) -> str:
    """The text of the certificate's QR code."""
    return build_text(settings.SANAD_BASE_URL, bytes(certificate.payload))


def certificate_symbol(certificate: Certificate) -> Symbol:
    return build_symbol(qr_text(certificate))


def certificate_pdf(certificate: Certificate) -> bytes:
    """The A4 page as a PDF; the same row always gives the same bytes."""
    wording = {key: Bilingual(**texts) for key, texts in certificate.wording.items()}
    trainer = certificate.trainer_certificate
    page = CertificatePage(
        organisation=wording["organisation"],
        programme=wording["programme"],
        title=wording["title"],
        name=certificate.name_ar,
        name_latin=certificate.name_en,
        statement=wording["statement"],
        course=wording["course"],
        issued=certificate.issued_on,
        expires=certificate.expires_on,
        number=str(certificate),
        index=certificate.register_index,
        trainer_number=None if trainer is None else str(trainer),
        signatories=(Signatory(wording["signatory"], wording["signatory_title"]),),
        qr_text=qr_text(certificate),
        address=settings.SANAD_BASE_URL.split("://", 1)[1] + PATH,
    )
    return render_certificate(page)
