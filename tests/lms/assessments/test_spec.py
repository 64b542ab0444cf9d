"""Numbers as people type them, regions as authors write them, and the JSON of a question."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lms.assessments.content import KINDS, Kind, Region, plain_number
from lms.assessments.spec import Spec, read_number, read_region, read_spec, write_region, write_spec
from tests.factories.questions import content_of

decimals = st.decimals(allow_nan=False, allow_infinity=False, min_value=-(10**12), max_value=10**12, places=4)


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("3.5", "3.5"),
        ("٣٫٥", "3.5"),
        ("۳٫۵", "3.5"),
        ("3,5", "3.5"),
        (" 12 000 ", "12000"),
        ("12,345", "12345"),
        ("12,345.5", "12345.5"),
        ("١٢٬٣٤٥", "12345"),
        ("0,125", "0.125"),
        ("-4", "-4"),
        ("−4", "-4"),
        ("+4", "4"),
        (".5", "0.5"),
        ("5.", "5"),
    ],
)
def test_a_number_is_read_as_it_is_typed_in_libya(text: str, number: str) -> None:
    assert read_number(text) == Decimal(number)


@pytest.mark.parametrize(
    "text", ["", " ", "ten", "1e5", "1.2.3", "1,2,3", "nan", "inf", "²", "5%", "--1", "1" * 61]
)
def test_what_is_no_number_is_none(text: str) -> None:
    assert read_number(text) is None


@given(decimals)
def test_a_number_survives_its_one_spelling_in_any_digits(number: Decimal) -> None:
    spelling = plain_number(number)
    arabic = spelling.translate(str.maketrans("0123456789.", "٠١٢٣٤٥٦٧٨٩٫"))
    assert read_number(spelling) == read_number(arabic) == number
    assert plain_number(read_number(spelling) or Decimal(0)) == spelling


@pytest.mark.parametrize(
    ("text", "region"),
    [
        ("", None),
        ("500 500 100", Region("circle", (500, 500, 100))),
        ("١٢٠، 80, 300 200", Region("rect", (120, 80, 300, 200))),
        ("0 0 10 0 10 10", Region("polygon", (0, 0, 10, 0, 10, 10))),
    ],
)
def test_the_number_of_coordinates_says_which_shape_is_meant(text: str, region: Region | None) -> None:
    assert read_region(text) == region
    assert read_region(write_region(region)) == region


@pytest.mark.parametrize(
    "text", ["1", "1 2", "1 2 3 4 5", "1 2 3 4 5 6 7", "a b c", "1.5 2 3", "-1 2 3", "²  2 3"]
)
def test_what_is_no_region_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"coordinates|thousandths"):
        read_region(text)


@pytest.mark.parametrize("kind", KINDS)
def test_what_is_written_as_json_is_read_back(kind: Kind) -> None:
    content = content_of(kind)
    assert read_spec(write_spec(content)) == Spec(content.credit, content.numeric, content.accepted)
