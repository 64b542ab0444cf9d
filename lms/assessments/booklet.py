"""Exam forms on paper as one PDF: for each candidate a cover, the questions, and an answer sheet.

Pure: what stands on the pages is given, in one language, with the words of the form. typst sets them from
`typst/papers.typ`. On every page a QR code holds the address of that page of that paper and nothing else.
"""

import base64
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import datetime
from html import escape
from pathlib import Path
from typing import Any, Literal

from lms.common.typesetting import Document

TEMPLATE = Path(__file__).parent / "typst/papers.typ"
POINTS, LARGE_POINTS = 12, 18
#: How an answer is given on the answer sheet.
Sheet = Literal["bubbles", "boxes", "line", "lines"]


@dataclass(frozen=True, slots=True)
class Lettered:
    """An option, a match, or a line, under the letter or number by which it is named."""

    letter: str
    text: str


@dataclass(frozen=True, slots=True)
class Spot:
    """A letter on an image: where, as parts of its width and height."""

    letter: str
    at: tuple[float, float]


@dataclass(frozen=True, slots=True)
class Image:
    """A picture as SVG, with its size in pixels and what it shows in words."""

    svg: str
    width: int
    height: int
    alt: str


@dataclass(frozen=True, slots=True)
class Story:
    text: str
    image: Image | None = None


@dataclass(frozen=True, slots=True)
class Question:
    """A question in the order of its form. `lines` are what a matching or ordering asks about, `rows` the ruled lines
    of an open answer."""

    position: int
    stem: str
    hint: str
    sheet: Sheet
    choices: Sequence[Lettered] = ()
    lines: Sequence[Lettered] = ()
    spots: Sequence[Spot] = ()
    image: Image | None = None
    story: Story | None = None
    unit: str = ""
    rows: int = 0


@dataclass(frozen=True, slots=True)
class Form:
    """One candidate's paper. `number` is spaced as it is printed; `address` gives that of a page."""

    is_large: bool
    name: str
    place: str
    candidate_no: int
    number: str
    instructions: Sequence[str]
    questions: Sequence[Question]
    address: Callable[[int], str]


@dataclass(frozen=True, slots=True)
class Booklet:
    """All that one file says. `words` are the labels that the template asks for."""

    language: str
    exam: str
    course: str
    words: Mapping[str, str]
    forms: Sequence[Form] = field(default_factory=list)


def set_booklet(booklet: Booklet, *, at: datetime) -> bytes:
    """The PDF; the same booklet always gives the same bytes. Raises lms.common.typesetting.TypesettingError.

    The pages are counted first, because each bears a code of its own.
    """
    counts = Document(TEMPLATE, _data(booklet, [[]] * len(booklet.forms))).query("pages")
    symbols = [
        [symbol(form.address(page)) for page in range(1, count + 1)]
        for form, count in zip(booklet.forms, counts, strict=True)
    ]
    return Document(TEMPLATE, _data(booklet, symbols)).pdf(at)


def symbol(text: str) -> str:
    """The QR code of a text as SVG, with error correction M, which survives a fold or a thumb.

    By zxing-cpp rather than `lms.common.qr`: a hall needs hundreds, and this makes one in half a millisecond.
    """
    import zxingcpp

    code = zxingcpp.create_barcode(text, zxingcpp.BarcodeFormat.QRCode, ec_level="M")
    return str(zxingcpp.write_barcode_to_svg(code))


def picture_svg(data: bytes, *, media_type: str, width: int, height: int, shapes: Sequence[str] = ()) -> str:
    """An image as SVG with shapes drawn over it, each in black with a white rim so that it shows on any ground."""
    source = f"data:{escape(media_type)};base64,{base64.b64encode(data).decode()}"
    thin = max(width, height) / 320
    rim = "".join(f'<g fill="none" stroke="#fff" stroke-width="{3 * thin:g}">{one}</g>' for one in shapes)
    line = "".join(f'<g fill="none" stroke="#000" stroke-width="{thin:g}">{one}</g>' for one in shapes)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" '
        f'viewBox="0 0 {width} {height}" width="{width}" height="{height}">'
        f'<image width="{width}" height="{height}" xlink:href="{source}"/>{rim}{line}</svg>'
    )


def _data(booklet: Booklet, symbols: Sequence[Sequence[str]]) -> dict[str, Any]:
    return {
        "language": booklet.language,
        "exam": booklet.exam,
        "course": booklet.course,
        "words": dict(booklet.words),
        "forms": [
            {
                "index": index,
                "points": LARGE_POINTS if form.is_large else POINTS,
                "name": form.name,
                "place": form.place,
                "candidate_no": form.candidate_no,
                "number": form.number,
                "instructions": list(form.instructions),
                "questions": [asdict(question) for question in form.questions],
                "symbols": list(symbols[index]),
            }
            for index, form in enumerate(booklet.forms)
        ],
    }
