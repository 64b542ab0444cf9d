"""Badges to print in tests, and their golden images.

    python -m tests.vectors.cards      draw the golden images anew, to be looked at before committing

The phone's picture is typst's own, byte for byte the same for the same input, and admits no difference at all. The
badge's sides are drawn out of the PDF, and are compared as the names on A4 are (`pages.difference`).
"""

import sys
from dataclasses import replace
from io import BytesIO

import pypdfium2
from PIL import Image

from lms.certificates.cards import Card, render_badge, render_phone
from lms.certificates.document import Bilingual, Look
from lms.certificates.pictures import clean_mark, square_photo
from tests.factories.pictures import logo, photo
from tests.vectors.pages import GOLDEN, HARD_NAMES, page_for

NOTE = Bilingual(
    "هذه البطاقة شخصية. من يجدها فليسلّمها إلى مكتب البرنامج.",
    "This card is personal. If found, please return it to the programme office.",
)
_NAME_BAND = (0, 280, 1080, 660)


def card_for(name: str, **changes: object) -> Card:
    page = page_for(name)
    card = Card(
        organisation=page.organisation,
        title=page.title,
        name=page.name,
        name_latin=page.name_latin,
        issued=page.issued,
        expires=page.expires,
        number=page.number,
        qr_text=page.qr_text,
        address=page.address,
        note=NOTE,
    )
    return replace(card, **changes)


def badge_sides(card: Card) -> dict[str, Image.Image]:
    """Front and back of a badge in grey, at the size of a screen."""
    drawn = [
        page.render(scale=2.0).to_pil().convert("L") for page in pypdfium2.PdfDocument(render_badge(card))
    ]
    return dict(zip(("front", "back"), drawn, strict=True))


def golden_badges() -> dict[str, Card]:
    """Cards whose sides stand beside this file: Arabic with a photo, the longest name, Latin, a design of an office."""
    design = Look("#7a1f1f", "#5a1010", "#336699", clean_mark(logo("#7a1f1f")))
    return {
        "plain": card_for(HARD_NAMES["plain"]),
        "photo": card_for(HARD_NAMES["tanwin"], photo=square_photo(photo())),
        "long": card_for(
            HARD_NAMES["long"], name_latin="Abdulrahman Mustafa Abdulhafiz Al-Warfalli Al-Misrati"
        ),
        "latin": card_for(HARD_NAMES["latin"], name_latin="", expires=None),
        "design": card_for(HARD_NAMES["shadda"], look=design, specimen=True),
    }


def phone_band(name: str) -> bytes:
    """The part of the phone's picture that holds the name, as PNG."""
    picture = Image.open(BytesIO(render_phone(card_for(name)))).convert("L").crop(_NAME_BAND)
    return _png(picture)


def pixels(data: bytes) -> tuple[tuple[int, int], bytes]:
    picture = Image.open(BytesIO(data)).convert("L")
    return picture.size, picture.tobytes()


def _png(picture: Image.Image) -> bytes:
    buffer = BytesIO()
    picture.save(buffer, "PNG", optimize=True)
    return buffer.getvalue()


def main() -> int:
    for kind, name in HARD_NAMES.items():
        (GOLDEN / f"phone-{kind}.png").write_bytes(phone_band(name))
    for kind, card in golden_badges().items():
        for side, picture in badge_sides(card).items():
            picture.save(GOLDEN / f"badge-{kind}-{side}.png", optimize=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
