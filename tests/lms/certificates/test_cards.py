"""The badge, the phone's picture and the printer's sheets: every code is found, read, and in its right place."""

from dataclasses import replace
from datetime import date
from io import BytesIO

import pypdfium2
import pytest
from PIL import Image

from lms.certificates import credential
from lms.certificates.cards import PER_SHEET, Flip, render_badge, render_phone, render_sheets
from lms.certificates.document import Bilingual, DocumentError, Look
from lms.certificates.number import format_number
from lms.certificates.pictures import clean_mark, square_photo
from lms.certificates.qrtext import build_text, parse_text
from tests.codes import read_codes
from tests.factories.pictures import logo, photo
from tests.vectors.cards import badge_sides, card_for, golden_badges, phone_band, pixels
from tests.vectors.pages import GOLDEN, HARD_NAMES, ISSUED, TOLERANCE, difference
from tests.vectors.world import BASE_URL, signer_of

pytestmark = pytest.mark.once
PLAIN = card_for(HARD_NAMES["plain"])
BADGE = render_badge(PLAIN)
MM = 72 / 25.4


def pages(pdf: bytes, scale: float = 3.0) -> list[Image.Image]:
    return [page.render(scale=scale).to_pil() for page in pypdfium2.PdfDocument(pdf)]


def texts(pdf: bytes) -> list[str]:
    return [page.get_textpage().get_text_range() for page in pypdfium2.PdfDocument(pdf)]


class TestBadge:
    def test_badge_has_two_sides_of_an_identity_card(self) -> None:
        document = pypdfium2.PdfDocument(BADGE)
        assert len(document) == 2
        for page in document:
            width, height = page.get_size()
            assert (width / MM, height / MM) == pytest.approx((85.6, 54.0), abs=0.05)

    def test_same_input_gives_the_same_bytes(self) -> None:
        assert render_badge(PLAIN) == BADGE

    @pytest.mark.parametrize("kind", HARD_NAMES)
    def test_code_on_the_back_is_read_and_verified(self, kind: str) -> None:
        card = card_for(HARD_NAMES[kind])
        front, back = pages(render_badge(card))

        [found] = read_codes(back)
        read = credential.parse(parse_text(found.text))
        assert read.is_signed_by(signer_of("issuing").public_key)
        assert read.claims.name == card.name
        assert not read_codes(front)

    def test_modules_of_the_code_are_not_below_six_tenths_of_a_millimetre(self) -> None:
        [found] = read_codes(pages(BADGE, 8.0)[1])
        side = (found.position.top_right.x - found.position.top_left.x) / (8.0 * MM)
        assert side / 69 >= 0.6

    def test_front_says_who_and_until_when(self) -> None:
        front, back = texts(BADGE)
        assert PLAIN.name in front and PLAIN.number in front and "2028-02-15" in front
        assert "sanad.example/v" in back

    def test_photo_is_on_the_front_when_there_is_one(self) -> None:
        with_photo = replace(PLAIN, photo=square_photo(photo()))
        bare, pictured = pages(BADGE)[0], pages(render_badge(with_photo))[0]
        reds = [
            sum(1 for r, g, b in image.get_flattened_data() if r > 150 and g < 80 and b < 80)
            for image in (bare, pictured)
        ]
        assert reds[0] == 0 and reds[1] > 1_000

    def test_design_brings_its_colours_and_logo(self) -> None:
        look = Look("#7a1f1f", "#5a1010", "#336699", clean_mark(logo("#7a1f1f")))
        front = pages(render_badge(replace(PLAIN, look=look)))[0]
        assert front.getpixel((20, 20)) == (0x7A, 0x1F, 0x1F)

    @pytest.mark.parametrize("kind", golden_badges())
    def test_sides_look_as_in_the_golden_images(self, kind: str) -> None:
        for side, drawn in badge_sides(golden_badges()[kind]).items():
            assert difference(drawn, Image.open(GOLDEN / f"badge-{kind}-{side}.png")) <= TOLERANCE, side

    @pytest.mark.parametrize(
        "changes",
        [
            {"name": "فاطمة الزهراء عبد السّلام الورفلي"},
            {"number": "7M7M-N6XA-0F8V-MQ2Y"},
            {"expires": date(2028, 2, 16)},
        ],
    )
    def test_golden_images_notice_small_changes(self, changes: dict[str, object]) -> None:
        sides = badge_sides(replace(PLAIN, **changes))
        golden = (Image.open(GOLDEN / f"badge-plain-{side}.png") for side in sides)
        assert max(map(difference, sides.values(), golden)) > TOLERANCE

    def test_archivable(self) -> None:
        assert b"<pdfaid:part>3</pdfaid:part>" in BADGE


class TestPhone:
    @pytest.mark.parametrize("kind", HARD_NAMES)
    def test_name_is_as_in_the_golden_image_to_the_last_pixel(self, kind: str) -> None:
        golden = (GOLDEN / f"phone-{kind}.png").read_bytes()
        assert pixels(phone_band(HARD_NAMES[kind])) == pixels(golden)

    def test_picture_fills_a_phone_and_its_code_is_read(self) -> None:
        image = Image.open(BytesIO(render_phone(PLAIN)))
        [found] = read_codes(image)
        assert image.size == (1080, 1920)
        assert found.text == PLAIN.qr_text

    def test_code_is_read_when_a_messenger_has_shrunk_the_picture(self) -> None:
        image = Image.open(BytesIO(render_phone(PLAIN))).convert("RGB").resize((540, 960))
        buffer = BytesIO()
        image.save(buffer, "JPEG", quality=60)
        [found] = read_codes(Image.open(buffer))
        assert found.text == PLAIN.qr_text

    def test_modules_are_whole_pixels(self) -> None:
        image = Image.open(BytesIO(render_phone(PLAIN))).convert("L")
        [found] = read_codes(image)
        corner = found.position
        code = image.crop(
            (corner.top_left.x + 4, corner.top_left.y + 4, corner.top_right.x - 4, corner.bottom_left.y - 4)
        )
        assert set(code.get_flattened_data()) == {0, 255}


def numbered(index: int) -> object:
    """A card whose code and printed number tell which one it is."""
    certificate_id = index.to_bytes(10, "big")
    claims = credential.Claims(certificate_id, "علي", "LTO", index, 20_000, None, None)
    text = build_text(BASE_URL, credential.sign(claims, signer_of("issuing")))
    return replace(PLAIN, name="علي", name_latin="", number=format_number(certificate_id), qr_text=text)


def places(page: Image.Image) -> dict[int, tuple[float, float]]:
    """Index of each code on a page, and the middle of the code as parts of the page."""
    found = {}
    for code in read_codes(page):
        index = credential.parse(parse_text(code.text)).claims.index
        corners = (code.position.top_left, code.position.bottom_right)
        x, y = (sum(getattr(corner, axis) for corner in corners) / 2 for axis in "xy")
        found[index] = (x / page.width, y / page.height)
    return found


class TestSheets:
    COUNT = PER_SHEET + 3

    @pytest.fixture(scope="class", params=list(Flip))
    @classmethod
    def printed(cls, request: pytest.FixtureRequest) -> tuple[Flip, bytes]:
        cards = [numbered(index) for index in range(cls.COUNT)]
        return request.param, render_sheets(cards, flip=request.param, day=ISSUED, title="دفعة")

    def test_each_back_lies_behind_its_front(self, printed: tuple[Flip, bytes]) -> None:
        flip, pdf = printed
        drawn = pages(pdf, 2.0)
        fronts = [page.get_textpage() for page in pypdfium2.PdfDocument(pdf)]
        backs = places(drawn[1]) | places(drawn[3])
        assert len(drawn) == 4
        assert set(backs) == set(range(self.COUNT))
        for index, (x, y) in backs.items():
            # Where the eye sees the back from the front's side, after the sheet was turned.
            seen = (1 - x, y) if flip is Flip.LONG else (x, 1 - y)
            column, row = index % PER_SHEET % 2, index % PER_SHEET // 2
            assert (seen[0] > 0.5, int(seen[1] * 5)) == (column == 1, row)
        assert format_number((11).to_bytes(10, "big")) in fronts[2].get_text_range()

    def test_backs_stand_on_their_heads_only_when_turned_over_the_short_edge(
        self, printed: tuple[Flip, bytes]
    ) -> None:
        flip, pdf = printed
        [first, *_] = read_codes(pages(pdf, 2.0)[1])
        assert abs(first.orientation) == (0 if flip is Flip.LONG else 180)

    def test_cards_keep_their_size_and_have_marks(self, printed: tuple[Flip, bytes]) -> None:
        _flip, pdf = printed
        document = pypdfium2.PdfDocument(pdf)
        assert [round(side / MM) for side in document[0].get_size()] == [210, 297]
        page = document[0].render(scale=4).to_pil().convert("L")
        left = round((210 - 2 * 85.6 - 5) / 2 * MM * 4)
        above = page.crop((left - 3, 0, left + 4, round(7 * MM * 4)))
        assert above.getextrema()[0] < 100

    def test_nothing_to_print_is_an_error(self) -> None:
        with pytest.raises(DocumentError) as refused:
            render_sheets([], flip=Flip.LONG, day=ISSUED, title="")
        assert refused.value.code == "no_cards"


def test_long_texts_stay_on_the_card() -> None:
    card = replace(
        PLAIN,
        name=HARD_NAMES["long"] * 2,
        organisation=Bilingual(
            "الهيئة الوطنية العليا لمراقبة الانتخابات والاستفتاءات العامة",
            "National Commission for the Observation of Elections and Referendums",
        ),
    )
    assert len(pypdfium2.PdfDocument(render_badge(card))) == 2
