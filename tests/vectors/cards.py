"""Badges to print in tests, and their golden images.

    python -m tests.vectors.cards      draw the golden images anew, to be looked at before committing

typst draws them, byte for byte the same for the same input, so a golden image admits no difference at all.
"""

import sys
from dataclasses import replace
from io import BytesIO

from PIL import Image

from lms.certificates.cards import Card, render_phone
from lms.certificates.document import Bilingual
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
    return 0


if __name__ == "__main__":
    sys.exit(main())
