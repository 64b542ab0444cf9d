"""The observer's badge: an ID-1 card of 85.6 x 54 mm with two sides, sheets of them, and the phone's picture.

The code takes the whole height of the card's back, so that its modules are hardly smaller than on
A4. On the phone every module is a whole number of pixels. Backs of a sheet lie where the printer's
second pass meets their fronts (`Flip`).
"""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import date
from enum import StrEnum
from typing import Any

from lms.certificates.document import (
    HOUSE_LOOK,
    Bilingual,
    DocumentError,
    Look,
    Pictures,
    compile_pdf,
    compile_png,
    look_data,
    name_data,
)
from lms.certificates.symbol import build_symbol

PER_SHEET = 10
PHONE_WIDTH = 1080
"""Pixels; the picture is 1,920 high."""
_PHONE_CODE = 924
CARD_CODE_MM = 52.0
MIN_CARD_MODULE_MM = 0.5
MAX_CARDS = 2_000


class Flip(StrEnum):
    """Over which edge the printer turns the sheet before it prints the backs."""

    LONG = "long"
    SHORT = "short"


@dataclass(frozen=True, slots=True)
class Card:
    """Everything that a badge says; texts as on `CertificatePage`. `photo` is a square JPEG.

    `note` is for whoever finds the card.
    """

    organisation: Bilingual
    title: Bilingual
    name: str
    name_latin: str
    issued: date
    expires: date | None
    number: str
    qr_text: str
    address: str
    note: Bilingual
    look: Look = HOUSE_LOOK
    photo: bytes | None = None
    specimen: bool = False


def render_badge(card: Card) -> bytes:
    """The PDF of one badge: a page of the card's size for each side. Raises `DocumentError`."""
    pictures = Pictures()
    return compile_pdf("badge.typ", _card_data(card, pictures), card.issued, pictures)


def render_sheets(cards: Sequence[Card], *, flip: Flip, day: date, title: str) -> bytes:
    """The PDF of many badges: ten an A4 page with marks for cutting, each page of fronts before its backs.

    Raises `DocumentError`, also `no_cards` and `too_many_cards` (above 2,000, which is 400 pages).
    """
    if not cards:
        raise DocumentError("no_cards", "there is no badge to print")
    if len(cards) > MAX_CARDS:
        raise DocumentError("too_many_cards", f"a file has room for {MAX_CARDS} badges")
    pictures = Pictures()
    data = {
        "title": title,
        "author": cards[0].organisation.ar,
        "flip": flip.value,
        "cards": [_card_data(card, pictures) for card in cards],
    }
    return compile_pdf("sheet.typ", data, day, pictures)


def render_phone(card: Card) -> bytes:
    """The PNG for a phone, 1080 x 1920 pixels. Raises `DocumentError`."""
    pictures = Pictures()
    data = _card_data(card, pictures)
    data["photo"] = None
    return compile_png("phone.typ", data, pictures)


def _card_data(card: Card, pictures: Pictures) -> dict[str, Any]:
    symbol = build_symbol(card.qr_text)
    if CARD_CODE_MM / symbol.span < MIN_CARD_MODULE_MM:
        raise DocumentError("code_too_dense", "the code of this certificate is too dense for a card")
    return {
        **asdict(card),
        "name": name_data(card.name),
        "name_latin": name_data("" if card.name_latin == card.name else card.name_latin),
        "issued": card.issued.isoformat(),
        "expires": None if card.expires is None else card.expires.isoformat(),
        "expires_iso": "" if card.expires is None else card.expires.isoformat(),
        "look": look_data(card.look, pictures),
        "photo": pictures.place(card.photo),
        "qr": {"svg": symbol.svg(), "side_px": _PHONE_CODE // symbol.span * symbol.span},
    }
