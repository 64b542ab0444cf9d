"""Certificates on paper, out of the committed rows: A4, badge, sheets of badges, and the phone's picture.

Texts are those of the day of issue (`Certificate.wording`), looks those of the design that was in force then.
"""

import logging
from collections.abc import Iterable, Sequence
from datetime import date

from django.conf import settings

from .cards import Card, Flip, render_badge, render_phone, render_sheets
from .document import HOUSE_INTRO, Bilingual, CertificatePage, Look, Signatory, render_certificate
from .keys import KEY_TROUBLE
from .models import BadgePhoto, Certificate, CertificateDesign, PaperPicture
from .models.paper import NOTE_AR, NOTE_EN
from .qrtext import PATH, build_text
from .services.open_badges import open_badge_json
from .symbol import Symbol, build_symbol

logger = logging.getLogger(__name__)
NOTE = Bilingual(NOTE_AR, NOTE_EN)


def qr_text(certificate: Certificate) -> str:
    """The text of the certificate's QR code."""
    return build_text(settings.SANAD_BASE_URL, bytes(certificate.payload))


def certificate_symbol(certificate: Certificate) -> Symbol:
    return build_symbol(qr_text(certificate))


def check_address() -> str:
    """What a person types to check a number."""
    return settings.SANAD_BASE_URL.split("://", 1)[1] + PATH


def certificate_pdf(certificate: Certificate) -> bytes:
    """The A4 page as a PDF with its Open Badge attached; the same row always gives the same bytes.

    While no key may sign the badge, the page comes without it.
    """
    design = design_of(certificate)
    wording = _wording(certificate)
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
        signatories=signatories_of(design) or (Signatory(wording["signatory"], wording["signatory_title"]),),
        qr_text=qr_text(certificate),
        address=check_address(),
        look=look_of(design),
        badge=_attachment(certificate),
        intro=HOUSE_INTRO if design is None else Bilingual(design.intro_ar, design.intro_en),
    )
    return render_certificate(page)


def badge_pdf(certificate: Certificate) -> bytes:
    """Both sides of the badge, each a page of the card's size."""
    [card] = cards_of([certificate])
    return render_badge(card)


def phone_png(certificate: Certificate) -> bytes:
    """The picture for the phone; it bears no photo, since it is what people send on."""
    [card] = cards_of([certificate], with_photos=False)
    return render_phone(card)


def sheets_pdf(certificates: Sequence[Certificate], *, flip: Flip, title: str, day: date) -> bytes:
    """Badges of many certificates on A4, ten a sheet, in the given order. Raises DocumentError."""
    return render_sheets(cards_of(certificates), flip=flip, title=title, day=day)


def cards_of(certificates: Sequence[Certificate], *, with_photos: bool = True) -> list[Card]:
    """What the badges say. The queries are as many for one certificate as for a thousand."""
    looks = _Looks({certificate.type_id for certificate in certificates})
    holders = [certificate.holder_id for certificate in certificates] if with_photos else []
    photos = dict(BadgePhoto.objects.filter(holder__in=holders).values_list("holder", "content"))
    return [
        _card(certificate, looks.at(certificate), photos.get(certificate.holder_id))
        for certificate in certificates
    ]


def design_of(certificate: Certificate) -> CertificateDesign | None:
    """The design in force when the certificate was issued; None for the look of the house."""
    return (
        CertificateDesign.objects.filter(type=certificate.type_id, from_index__lte=certificate.register_index)
        .select_related("logo")
        .order_by("-version")
        .first()
    )


def look_of(design: CertificateDesign | None) -> Look:
    if design is None:
        return Look()
    logo = None if design.logo is None else bytes(design.logo.content)
    return Look(accent=design.accent, deep=design.deep, ornament=design.ornament, logo=logo)


def signatories_of(design: CertificateDesign | None) -> tuple[Signatory, ...]:
    people = [] if design is None else design.signatories
    names = {person["signature"] for person in people if person["signature"]}
    pictures = dict(PaperPicture.objects.filter(sha256__in=names).values_list("sha256", "content"))
    return tuple(
        Signatory(
            Bilingual(**person["name"]),
            Bilingual(**person["title"]),
            bytes(pictures[person["signature"]]) if person["signature"] else None,
        )
        for person in people
    )


class _Looks:
    """Designs of some types, read once; the look and note of each certificate."""

    def __init__(self, types: Iterable[int]) -> None:
        self.designs: dict[int, list[CertificateDesign]] = {}
        rows = CertificateDesign.objects.filter(type__in=set(types)).select_related("logo")
        for design in rows.order_by("-version"):
            self.designs.setdefault(design.type_id, []).append(design)

    def at(self, certificate: Certificate) -> tuple[Look, Bilingual]:
        designs = self.designs.get(certificate.type_id, [])
        found = (design for design in designs if design.from_index <= certificate.register_index)
        design = next(found, None)
        return look_of(design), NOTE if design is None else Bilingual(design.note_ar, design.note_en)


def _card(certificate: Certificate, design: tuple[Look, Bilingual], photo: bytes | memoryview | None) -> Card:
    wording = _wording(certificate)
    look, note = design
    return Card(
        organisation=wording["organisation"],
        title=wording["title"],
        name=certificate.name_ar,
        name_latin=certificate.name_en,
        issued=certificate.issued_on,
        expires=certificate.expires_on,
        number=str(certificate),
        qr_text=qr_text(certificate),
        address=check_address(),
        note=note,
        look=look,
        photo=None if photo is None else bytes(photo),
    )


def _wording(certificate: Certificate) -> dict[str, Bilingual]:
    return {key: Bilingual(**texts) for key, texts in certificate.wording.items()}


def _attachment(certificate: Certificate) -> bytes | None:
    try:
        return open_badge_json(certificate)
    except KEY_TROUBLE as trouble:
        logger.error("the open badge cannot be signed: %s", trouble.code)
        return None
