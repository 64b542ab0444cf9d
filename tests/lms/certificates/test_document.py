"""The printed certificate: one page, the same bytes every time, every name as it is written."""

import hashlib
import re
from datetime import date
from pathlib import Path

import pypdfium2
import pytest
from PIL import Image

from lms.certificates import document
from lms.certificates.document import Bilingual, DocumentError, Signatory, render_certificate
from lms.certificates.scan import read_code
from lms.certificates.symbol import build_symbol
from lms.common.typesetting import FONTS
from tests.codes import read_codes
from tests.vectors.pages import GOLDEN, HARD_NAMES, TOLERANCE, difference, draw, name_band, page_for

ORDINARY = page_for(HARD_NAMES["plain"])
PDF = render_certificate(ORDINARY)


def text_of(pdf: bytes) -> str:
    return pypdfium2.PdfDocument(pdf)[0].get_textpage().get_text_range().replace("\r\n", "\n")


def test_page_is_one_a4_landscape() -> None:
    pages = pypdfium2.PdfDocument(PDF)

    assert len(pages) == 1
    assert [round(side) for side in pages[0].get_size()] == [842, 595]


def test_same_input_gives_the_same_bytes() -> None:
    assert render_certificate(page_for(HARD_NAMES["plain"])) == PDF


def test_pdf_is_archivable_and_accessible() -> None:
    assert b"<pdfaid:part>3</pdfaid:part>" in PDF
    assert b"<pdfaid:conformance>A</pdfaid:conformance>" in PDF
    assert b"<pdfuaid:part>1</pdfuaid:part>" in PDF
    assert pypdfium2.PdfDocument(PDF).get_metadata_dict()["CreationDate"].startswith("D:20260216")


@pytest.mark.parametrize("kind", HARD_NAMES)
def test_name_looks_as_in_the_golden_image(kind: str) -> None:
    golden = Image.open(GOLDEN / f"name-{kind}.png")

    assert difference(name_band(render_certificate(page_for(HARD_NAMES[kind]))), golden) <= TOLERANCE


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("محمّد", "محمد"),
        ("عليٍّ", "عليّ"),
        ("لأحمد", "لاحمد"),
        ("456", "465"),
        ("١٢٣", "١٣٢"),
        ("السلام", "السلم"),
    ],
)
def test_golden_images_notice_one_mark(one: str, other: str) -> None:
    pictures = [name_band(render_certificate(page_for(f"عبد {name} الله"))) for name in (one, other)]

    assert difference(*pictures) > TOLERANCE


def test_longest_name_has_53_characters_and_stays_on_one_line() -> None:
    assert len(HARD_NAMES["long"]) == 53
    assert HARD_NAMES["long"] in text_of(render_certificate(page_for(HARD_NAMES["long"])))


def test_name_beyond_one_line_breaks_into_even_lines() -> None:
    name = " ".join(["عبد الرحمن مصطفى الورفلي"] * 5)
    text = text_of(render_certificate(page_for(name, name_latin="")))

    lines = [line.strip() for line in text.splitlines() if "الورفلي" in line]
    assert " ".join(lines) == name
    assert len(lines) == 2
    assert min(map(len, lines)) > 0.6 * max(map(len, lines))


@pytest.mark.parametrize("kind", HARD_NAMES)
def test_code_on_the_page_is_read_back(kind: str) -> None:
    page = page_for(HARD_NAMES[kind])
    pdf = render_certificate(page)

    assert read_code(pdf) == page.qr_text
    assert [found.text for found in read_codes(draw(pdf))] == [page.qr_text]


@pytest.mark.parametrize("scale", [1.5, 2.0, 4.0])
def test_code_is_read_from_coarse_and_fine_pictures(scale: float) -> None:
    (found,) = read_codes(draw(PDF, scale=scale))

    assert found.text == ORDINARY.qr_text


def test_printed_symbol_is_fifty_millimetres() -> None:
    picture = draw(PDF, scale=4.0)
    (found,) = read_codes(picture)
    corners = found.position
    side = corners.top_right.x - corners.top_left.x
    millimetres = side / picture.width * 297

    assert millimetres == pytest.approx(50, abs=0.8)
    assert build_symbol(ORDINARY.qr_text).module_mm >= 0.6


def test_symbol_is_vector() -> None:
    objects = list(pypdfium2.PdfDocument(PDF)[0].get_objects())

    assert objects
    assert not [item for item in objects if item.type == pypdfium2.raw.FPDF_PAGEOBJ_IMAGE]


def test_quiet_zone_is_white() -> None:
    picture = draw(PDF, scale=4.0).convert("L")
    (found,) = read_codes(picture)
    module = build_symbol(ORDINARY.qr_text).module_mm / 297 * picture.width
    left, top = found.position.top_left.x, found.position.top_left.y
    beside = picture.crop((int(left - 3.8 * module), int(top), int(left - module), int(top + 40 * module)))
    above = picture.crop((int(left), int(top - 3.8 * module), int(left + 40 * module), int(top - module)))

    assert beside.getextrema() == above.getextrema() == (255, 255)


def test_everything_that_was_said_can_be_copied() -> None:
    text = text_of(PDF)

    for part in (
        ORDINARY.name,
        "Fatima Al-Zahra Abdulsalam",
        "\n7M7M-N6XA-0F8V-MQ2Z\n",
        "\n7K3M-9QXA-0D5T-H2WZ\n",
        "16 فبراير 2026",
        "16 February 2026",
        "15 فبراير 2028",
        "15 February 2028",
        "دورة المراقبين طويلي الأمد",
        "د. سالم عبد الله المقريف",
        "sanad.example/v",
        "431",
    ):
        assert part in text


def test_markup_prints_as_it_is_written() -> None:
    hostile = "#panic() $x$ *b* _i_ `raw` <l> @r \\u{41} // c"
    page = page_for(
        hostile,
        name_latin='"; #read("/etc/passwd")',
        statement=Bilingual("= عنوان #strong[نص]", "= Heading #emph[text] /* comment */"),
        organisation=Bilingual("#let x = 1", "- item + item"),
    )

    text = text_of(render_certificate(page))

    for part in (hostile, '"; #read("/etc/passwd")', "= Heading #emph[text] /* comment */", "- item + item"):
        assert part in text


def test_latin_name_is_not_printed_twice() -> None:
    text = text_of(render_certificate(page_for("Jean-François Müller", name_latin="Jean-François Müller")))

    assert text.count("Müller") == 1


def test_certificate_without_end_and_without_trainer_says_so() -> None:
    text = text_of(render_certificate(page_for("علي", expires=None, trainer_number=None, name_latin="")))

    assert "No end date" in text
    assert "The programme itself" in text
    assert "Trained under certificate" not in text


def test_page_that_is_too_full_is_refused() -> None:
    words = Bilingual("كلام كثير " * 300, "many words " * 300)

    with pytest.raises(DocumentError) as refused:
        render_certificate(page_for("علي", statement=words))
    assert refused.value.code == "too_much_text"


def test_three_signatories_and_long_texts_fit() -> None:
    people = tuple(
        Signatory(
            Bilingual("الدكتور سالم عبد الله المقريف", "Dr Salem Abdullah Al-Magariaf"),
            Bilingual("رئيس لجنة الاعتماد والامتحانات", "Head of accreditation and examinations"),
        )
        for _ in range(3)
    )
    page = page_for(
        HARD_NAMES["long"],
        signatories=people,
        name_latin="Abdulrahman Mustafa Abdulhafiz Abdullah Al-Warfalli Al-Misrati",
        statement=Bilingual(
            "أتمّ بنجاح دورة المدربين الرئيسيين. " * 6, "has completed the course for trainers. " * 8
        ),
        course=Bilingual(
            "دورة المدربين الرئيسيين في المراقبة طويلة الأمد", "Master trainers in long-term observation"
        ),
    )

    assert len(pypdfium2.PdfDocument(render_certificate(page))) == 1
    with pytest.raises(DocumentError) as refused:
        render_certificate(page_for("علي", signatories=people * 2))
    assert refused.value.code == "too_many_signatories"


def test_only_the_vendored_fonts_are_used() -> None:
    fonts = set(re.findall(rb"/BaseFont/[A-Z]{6}\+([A-Za-z]+-?[A-Za-z]*)", PDF))

    assert fonts == {b"Amiri-Regular", b"Amiri-Bold"}


def test_vendored_fonts_are_the_ones_they_claim_to_be() -> None:
    lines = (FONTS / "SHA256SUMS").read_text().splitlines()

    assert {line.split()[1] for line in lines} == {"Amiri-Bold.ttf", "Amiri-Regular.ttf", "OFL.txt"}
    for line in lines:
        digest, name = line.split()
        assert hashlib.sha256((FONTS / name).read_bytes()).hexdigest() == digest
    assert "SIL OPEN FONT LICENSE" in (FONTS / "OFL.txt").read_text()


def test_broken_template_is_an_error_of_ours(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "certificate.typ").write_text("#broken")
    monkeypatch.setattr(document, "TEMPLATES", tmp_path)

    with pytest.raises(DocumentError) as refused:
        render_certificate(ORDINARY)
    assert refused.value.code == "not_rendered"


def test_first_day_of_a_year_is_dated_right() -> None:
    text = text_of(render_certificate(page_for("علي", issued=date(2026, 1, 1))))

    assert "1 يناير 2026" in text
    assert "1 January 2026" in text
