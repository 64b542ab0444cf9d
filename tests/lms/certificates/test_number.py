"""The printed number survives whatever a person and a keyboard do to it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lms.certificates.number import ALPHABET, NumberError, encode_number, format_number, parse_number

ID = bytes.fromhex("3d0f4a9baa03d1ba5c5f")


def test_number_has_sixteen_characters_in_fours() -> None:
    assert format_number(bytes(10)) == "0000-0000-0000-0000"
    assert format_number(b"\xff" * 10) == "ZZZZ-ZZZZ-ZZZZ-ZZZZ"
    assert format_number(bytes.fromhex("00000000000000000001")) == "0000-0000-0000-0001"
    assert encode_number(ID) == format_number(ID).replace("-", "")


@given(st.binary(min_size=10, max_size=10))
def test_numbers_round_trip(certificate_id: bytes) -> None:
    number = format_number(certificate_id)

    assert set(number) <= set(ALPHABET) | {"-"}
    assert parse_number(number) == parse_number(encode_number(certificate_id)) == certificate_id


@pytest.mark.parametrize(
    "typed",
    [
        "7k3m 9qxa 0d5t h2wz",
        "7K3M9QXA0D5TH2WZ",
        " 7K3M–9QXA—0D5T‑H2WZ ",
        "7K3M-9QXA-oD5T-H2WZ",
        "٧K٣M-٩QXA-٠D٥T-H٢WZ",
        "۷K۳M-۹QXA-۰D۵T-H۲WZ",
        "\u200e7K3M-9QXA-0D5T-H2WZ\u200f",
        "\u20667K3M 9QXA\u00a00D5T\nH2WZ\u2069",
    ],
)
def test_typing_habits_are_forgiven(typed: str) -> None:
    assert format_number(parse_number(typed)) == "7K3M-9QXA-0D5T-H2WZ"


def test_letters_that_look_like_digits_are_read_as_digits() -> None:
    assert parse_number("oOiI lL00 1111 0000") == parse_number("0011 1100 1111 0000")


@pytest.mark.parametrize(
    ("typed", "code"),
    [
        ("", "bad_length"),
        ("7K3M-9QXA-0D5T-H2W", "bad_length"),
        ("7K3M-9QXA-0D5T-H2WZZ", "bad_length"),
        ("7K3M-9QXA-0D5T-H2WU", "bad_character"),
        ("7K3M-9QXA-0D5T-H2W!", "bad_character"),
        ("7K3M-9QXA-0D5T-H2Wم", "bad_character"),
        ("7K3M-9QXA-0D5T-H2Wß", "bad_length"),
    ],
)
def test_other_text_is_refused(typed: str, code: str) -> None:
    with pytest.raises(NumberError) as refused:
        parse_number(typed)
    assert refused.value.code == code


def test_ids_of_another_length_have_no_number() -> None:
    with pytest.raises(NumberError):
        encode_number(bytes(9))
