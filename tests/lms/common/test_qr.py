"""The symbol of a text: an independent reader reads it, whichever pattern is laid over it."""

import re

import pytest
from PIL import Image

from lms.common.qr import QUIET_ZONE, qr_code
from tests.codes import read_codes

SCALE = 4
STRETCH = re.compile(r"M(\d+) (\d+)h(\d+)v1h-(\d+)z")

TEXTS = [
    "https://sanad.example/ar/invite/0J5Q-7Z",
    "Sanad exam receipt 1\nhead "
    + "6d9913f921aa54eb" * 4
    + "\n\n— sanad.example/exams kORfSvVGoRavWtEv4D01e/dxmOgn=\n",
    "امتحان الاعتماد",
]


def drawn(text: str, mask: int | None) -> set[tuple[int, int]]:
    """The black modules that the path covers, by column and row."""
    black: set[tuple[int, int]] = set()
    path = qr_code(text, mask=mask).path
    stretches = STRETCH.findall(path)
    assert "".join("M{} {}h{}v1h-{}z".format(*one) for one in stretches) == path
    for x, y, length, back in stretches:
        assert length == back
        black |= {(int(x) + step, int(y)) for step in range(int(length))}
    return black


def as_picture(text: str, mask: int | None) -> Image.Image:
    code = qr_code(text, mask=mask)
    picture = Image.new("L", (code.side, code.side), 255)
    for place in drawn(text, mask):
        picture.putpixel(place, 0)
    return picture.resize((code.side * SCALE, code.side * SCALE), Image.Resampling.NEAREST)


@pytest.mark.parametrize("mask", [None, 0, 7])
@pytest.mark.parametrize("text", TEXTS)
def test_an_independent_reader_reads_it(text: str, mask: int | None) -> None:
    [found] = read_codes(as_picture(text, mask))
    assert found.text == text


def test_naming_the_pattern_spares_the_search_and_changes_nothing_but_the_pattern() -> None:
    sizes = {qr_code(TEXTS[1], mask=mask).side for mask in (None, 0, 7)}
    assert len(sizes) == 1
    assert qr_code(TEXTS[1], mask=0) != qr_code(TEXTS[1], mask=7)


def test_quiet_zone_is_white() -> None:
    code = qr_code(TEXTS[0])
    inside = range(QUIET_ZONE, code.side - QUIET_ZONE)
    assert all(x in inside and y in inside for x, y in drawn(TEXTS[0], None))
