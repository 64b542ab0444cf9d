"""The text of the QR code: dense, canonical, and ours."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lms.certificates.qrtext import (
    QrTextError,
    build_text,
    decode_digits,
    encode_digits,
    parse_text,
    require_base_url,
)

MESSAGE = bytes(range(170))
TEXT = build_text("https://sanad.example.org", MESSAGE)


def test_seven_bytes_are_seventeen_digits() -> None:
    assert encode_digits(b"\xff" * 7) == "72057594037927935"
    assert encode_digits(bytes(7)) == "0" * 17
    assert encode_digits(b"\x01") == "001"
    assert encode_digits(b"") == ""


@pytest.mark.parametrize(
    ("count", "digits"), [(1, 3), (2, 5), (3, 8), (4, 10), (5, 13), (6, 15), (7, 17), (8, 20)]
)
def test_length_of_digits_tells_the_number_of_bytes(count: int, digits: int) -> None:
    assert len(encode_digits(b"\xff" * count)) == digits


@given(st.binary(max_size=400))
def test_digits_round_trip(message: bytes) -> None:
    assert decode_digits(encode_digits(message)) == message


@given(st.text("0123456789", max_size=120))
def test_no_two_digit_texts_are_the_same_message(digits: str) -> None:
    try:
        message = decode_digits(digits)
    except QrTextError:
        return
    assert encode_digits(message) == digits


@pytest.mark.parametrize(
    "digits",
    [
        "1",
        "12",
        "1234",
        "256",
        "999",
        "65536",
        "72057594037927936",
        "9" * 17,
        "0" * 18,
        "-01",
        "٠٠١",
        "1" * 2000,
    ],
)
def test_digits_that_nobody_wrote_are_refused(digits: str) -> None:
    with pytest.raises(QrTextError) as refused:
        decode_digits(digits)
    assert refused.value.code == "bad_digits"


def test_text_is_a_lower_case_address_with_a_fragment() -> None:
    address, _, digits = TEXT.partition("#")

    assert address == "https://sanad.example.org/v"
    assert digits.isdigit()
    assert len(TEXT) == len(address) + 1 + 24 * 17 + 5


@pytest.mark.parametrize(
    "text",
    [
        TEXT,
        f"  {TEXT}\n",
        TEXT.partition("#")[2],
        "#" + TEXT.partition("#")[2],
        TEXT.replace("/v#", "/v/#"),
        TEXT.replace("sanad.example.org", "retired.example.net:8443"),
    ],
)
def test_scanned_and_pasted_forms_are_read(text: str) -> None:
    assert parse_text(text) == MESSAGE


@pytest.mark.parametrize(
    "text",
    [
        "",
        "hello",
        "https://example.org/",
        "https://example.org/v",
        "https://example.org/v#",
        "https://example.org/v#abc",
        "https://example.org/other#" + "0" * 170,
        "https://example.org/a/v#" + "0" * 170,
        "https://example.org/v" + "0" * 170,
        "https://example.org/v?x#" + "0" * 170,
        "ftp://example.org/v#" + "0" * 170,
        "javascript:alert(1)/v#" + "0" * 170,
        "4006381333931",
        "WIFI:S:cafe;T:WPA;P:secret;;",
        "https://example.org/v#" + "٠" * 170,
    ],
)
def test_other_peoples_codes_are_not_ours(text: str) -> None:
    with pytest.raises(QrTextError) as refused:
        parse_text(text)
    assert refused.value.code == "not_ours"


def test_host_counts_only_where_hosts_are_named() -> None:
    assert parse_text(TEXT, hosts=["sanad.example.org"]) == MESSAGE
    assert parse_text(TEXT.partition("#")[2], hosts=["sanad.example.org"]) == MESSAGE
    with pytest.raises(QrTextError) as refused:
        parse_text(TEXT, hosts=["other.example.org"])
    assert refused.value.code == "not_ours"


@pytest.mark.parametrize(
    "base_url",
    ["https://sanad.example.org", "https://localhost:8443", "http://127.0.0.1:8000", "http://localhost"],
)
def test_plain_addresses_can_be_printed(base_url: str) -> None:
    assert require_base_url(base_url) == base_url


@pytest.mark.parametrize(
    "base_url",
    [
        "",
        "sanad.example.org",
        "http://sanad.example.org",
        "HTTPS://sanad.example.org",
        "https://Sanad.example.org",
        "https://sanad.example.org/",
        "https://sanad.example.org/x",
        "https://user@sanad.example.org",
        "https://سند.example",
        "https://",
    ],
)
def test_addresses_that_scanners_stumble_over_are_refused(base_url: str) -> None:
    with pytest.raises(QrTextError) as refused:
        build_text(base_url, MESSAGE)
    assert refused.value.code == "bad_base_url"
