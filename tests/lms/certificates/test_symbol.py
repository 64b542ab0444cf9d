"""The symbol: dense because its segments are right, and read back by an independent decoder."""

import io
import re

import pytest
from PIL import Image

from lms.certificates.qrtext import build_text
from lms.certificates.symbol import MIN_MODULE_MM, SymbolError, build_symbol
from tests.codes import read_codes


def text_of(count: int, host: str = "sanad.example.org") -> str:
    return build_text(f"https://{host}", bytes((7 * number + 3) % 256 for number in range(count)))


@pytest.mark.parametrize(
    ("count", "version", "level"),
    [(120, 11, "Q"), (171, 12, "Q"), (172, 13, "Q"), (208, 13, "Q"), (209, 11, "M"), (400, 16, "M")],
)
def test_version_is_that_of_byte_and_numeric_segments(count: int, version: int, level: str) -> None:
    symbol = build_symbol(text_of(count))

    assert (symbol.version, symbol.level) == (version, level)
    assert symbol.size == 17 + 4 * version


def test_segments_make_the_symbol_much_smaller_than_one_byte_segment() -> None:
    from qrcode.constants import ERROR_CORRECT_M
    from qrcode.main import QRCode
    from qrcode.util import MODE_8BIT_BYTE, MODE_NUMBER, QRData

    address, mark, digits = text_of(170).partition("#")
    split = QRCode(error_correction=ERROR_CORRECT_M)
    split.add_data(QRData((address + mark).encode(), mode=MODE_8BIT_BYTE), optimize=0)
    split.add_data(QRData(digits.encode(), mode=MODE_NUMBER), optimize=0)
    single = QRCode(error_correction=ERROR_CORRECT_M)
    single.add_data(QRData(text_of(170).encode(), mode=MODE_8BIT_BYTE), optimize=0)

    assert (split.best_fit(), single.best_fit()) == (10, 16)


@pytest.mark.parametrize("count", [1, 120, 170, 250, 400])
def test_independent_decoder_reads_the_same_text(count: int) -> None:
    text = text_of(count)
    found = read_codes(Image.open(io.BytesIO(build_symbol(text).png(scale=4))))

    assert [item.text for item in found] == [text]


@pytest.mark.parametrize("count", [120, 170, 250, 400])
def test_module_is_never_printed_below_the_least_size(count: int) -> None:
    symbol = build_symbol(text_of(count))

    assert symbol.module_mm >= MIN_MODULE_MM
    assert symbol.module_mm * symbol.size >= 50 - 1e-9


def test_svg_path_covers_exactly_the_black_modules() -> None:
    symbol = build_symbol(text_of(170))
    covered = set()
    for column, row, width in re.findall(r"M(\d+) (\d+)h(\d+)v1h-\d+z", symbol.svg_path):
        covered |= {(int(row) - 4, int(column) - 4 + offset) for offset in range(int(width))}

    expected = {(r, c) for r, row in enumerate(symbol.matrix) for c, black in enumerate(row) if black}
    assert covered == expected
    assert f'viewBox="0 0 {symbol.size + 8} {symbol.size + 8}"' in symbol.svg()


def test_png_has_a_quiet_zone_of_four_modules() -> None:
    image = Image.open(io.BytesIO(build_symbol(text_of(170)).png(scale=3)))
    black = image.convert("L").point(lambda value: 255 - value).getbbox()

    assert image.size == (219, 219)
    assert black == (12, 12, 207, 207)


def test_symbol_is_the_same_every_time() -> None:
    assert build_symbol(text_of(170)).svg() == build_symbol(text_of(170)).svg()


@pytest.mark.parametrize(
    "text", ["", "hello", "https://sanad.example.org/v#", "https://sanad.example.org/v#12a"]
)
def test_other_text_gets_no_symbol(text: str) -> None:
    with pytest.raises(SymbolError) as refused:
        build_symbol(text)
    assert refused.value.code == "not_ours"
