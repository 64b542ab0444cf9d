"""The symbol of a text: read back from the drawn path, and module for module what another library draws."""

import re

import pytest
import qrcode
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


def drawn(text: str) -> set[tuple[int, int]]:
    """The black modules that the path covers, by column and row."""
    black: set[tuple[int, int]] = set()
    path = qr_code(text).path
    stretches = STRETCH.findall(path)
    assert "".join("M{} {}h{}v1h-{}z".format(*one) for one in stretches) == path
    for x, y, length, back in stretches:
        assert length == back
        black |= {(int(x) + step, int(y)) for step in range(int(length))}
    return black


def of_another_library(text: str, mask: int) -> set[tuple[int, int]]:
    symbol = qrcode.QRCode(
        error_correction=qrcode.constants.ERROR_CORRECT_M, border=QUIET_ZONE, mask_pattern=mask
    )
    symbol.add_data(text)
    return {(x, y) for y, row in enumerate(symbol.get_matrix()) for x, is_black in enumerate(row) if is_black}


@pytest.mark.parametrize("text", TEXTS)
def test_it_is_read_back_to_the_letter(text: str) -> None:
    code = qr_code(text)
    picture = Image.new("L", (code.side, code.side), 255)
    for place in drawn(text):
        picture.putpixel(place, 0)
    [found] = read_codes(picture.resize((code.side * SCALE,) * 2, Image.Resampling.NEAREST))
    assert found.text == text


@pytest.mark.parametrize("text", ["hello world, lower", "0123456789" * 6, "SANAD/1 OBSERVERS"])
def test_another_library_draws_the_very_same_with_one_of_the_eight_patterns(text: str) -> None:
    assert drawn(text) in [of_another_library(text, mask) for mask in range(8)]


def test_quiet_zone_is_white() -> None:
    code = qr_code(TEXTS[0])
    inside = range(QUIET_ZONE, code.side - QUIET_ZONE)
    assert all(x in inside and y in inside for x, y in drawn(TEXTS[0]))
