"""The status list: every certificate's own bit, never another's."""

import base64
import gzip
import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lms.certificates.signed_document import document_text, seal
from lms.certificates.statuslist import (
    SLOTS,
    Standing,
    StatusList,
    StatusListError,
    decode_bitstring,
    encode_bitstring,
    open_status_list,
    sign_status_list,
)
from lms.register.note import NoteSigner, sign_note
from tests.vectors.world import ORIGIN, signer_of

LOG = NoteSigner(ORIGIN, signer_of("log"))
TIME = 1_771_236_000


def reopened(status: StatusList) -> StatusList:
    return open_status_list(sign_status_list(status, LOG), [LOG.key])


@given(
    size=st.integers(0, 2000),
    revoked=st.frozensets(st.integers(0, 1999)),
    suspended=st.frozensets(st.integers(0, 1999)),
)
def test_standing_is_what_was_set_and_nothing_else(
    size: int, revoked: frozenset[int], suspended: frozenset[int]
) -> None:
    status = StatusList(
        serial=1,
        time=TIME,
        size=size,
        revoked=frozenset(index for index in revoked if index < size),
        suspended=frozenset(index for index in suspended if index < size),
    )

    read = reopened(status)

    assert read == status
    for index in range(size):
        expected = Standing.SUSPENDED if index in suspended else Standing.VALID
        assert read.standing(index) is (Standing.REVOKED if index in revoked else expected)


def test_first_slot_is_the_highest_bit_of_the_first_byte() -> None:
    """W3C Bitstring Status List 1.0, section 2.2: multibase base64url of a gzipped bitstring."""
    text = encode_bitstring([0, 9])
    packed = base64.urlsafe_b64decode(text[1:] + "=" * (-len(text[1:]) % 4))

    assert text[0] == "u"
    assert gzip.decompress(packed) == b"\x80\x40" + bytes(SLOTS // 8 - 2)
    assert decode_bitstring(text) == [0, 9]


def test_example_of_the_w3c_recommendation_is_read() -> None:
    """The all-zero list that the recommendation's credential examples carry."""
    text = "uH4sIAAAAAAAAA-3BMQEAAADCoPVPbQwfoAAAAAAAAAAAAAAAAAAAAIC3AYbSVKsAQAAA"

    assert decode_bitstring(text) == []


def test_slots_continue_in_further_bitstrings() -> None:
    last = 2 * SLOTS + 5
    status = StatusList(serial=1, time=TIME, size=last + 1, revoked=frozenset({0, SLOTS - 1, SLOTS, last}))

    read = reopened(status)

    assert read.revoked == status.revoked
    assert read.standing(SLOTS + 1) is Standing.VALID


def test_one_per_cent_of_a_full_list_is_about_two_kilobytes() -> None:
    chosen = random.Random(1).sample(range(SLOTS), SLOTS // 100)

    assert len(gzip.compress(base64.urlsafe_b64decode(encode_bitstring(chosen)[1:] + "=="))) < 2_300


def test_note_says_what_it_is() -> None:
    note = sign_status_list(StatusList(serial=7, time=TIME, size=3, index=3), LOG).decode()

    assert note.startswith("sanad/status/v1\n{\n")
    assert ' "index": 3,\n' in note
    assert ' "serial": 7,\n' in note


@pytest.mark.parametrize(
    "fields",
    [
        {"serial": 0},
        {"time": -1},
        {"size": -1},
        {"size": 3, "revoked": frozenset({3})},
        {"size": 3, "suspended": frozenset({-1})},
        {"size": 3, "index": 2},
    ],
)
def test_impossible_lists_are_refused(fields: dict) -> None:
    with pytest.raises(StatusListError):
        StatusList(**{"serial": 1, "time": TIME, "size": 0} | fields)


def bomb() -> str:
    return "u" + base64.urlsafe_b64encode(gzip.compress(bytes(50_000_000))).decode().rstrip("=")


@pytest.mark.parametrize(
    "text",
    [
        "",
        "u",
        "u!!!!",
        encode_bitstring([1])[1:],
        encode_bitstring([1])[:-4],
        "u" + base64.urlsafe_b64encode(b"not gzip").decode(),
        "u" + base64.urlsafe_b64encode(gzip.compress(b"\0" * 100)).decode().rstrip("="),
        "u" + base64.urlsafe_b64encode(gzip.compress(bytes(SLOTS // 8)) + b"tail").decode().rstrip("="),
        bomb(),
    ],
    ids=["empty", "prefix", "alphabet", "no prefix", "cut", "no gzip", "short", "tail", "bomb"],
)
def test_other_bitstrings_are_refused(text: str) -> None:
    with pytest.raises(StatusListError) as refused:
        decode_bitstring(text)
    assert refused.value.code == "bad_bitstring"


def test_list_with_too_few_bitstrings_is_refused() -> None:
    body = {"index": None, "revoked": [], "serial": 1, "size": 5, "suspended": [], "time": TIME}

    with pytest.raises(StatusListError) as refused:
        open_status_list(seal("status", body, [LOG]), [LOG.key])
    assert refused.value.code == "bad_bitstring"


def test_list_by_another_key_or_of_another_kind_is_refused() -> None:
    status = StatusList(serial=1, time=TIME, size=3)
    stranger = NoteSigner(ORIGIN, signer_of("stranger"))

    with pytest.raises(StatusListError) as refused:
        open_status_list(sign_status_list(status, stranger), [LOG.key])
    assert refused.value.code == "not_signed"
    with pytest.raises(StatusListError) as refused:
        open_status_list(sign_note(document_text("trainers", {"serial": 1}), LOG), [LOG.key])
    assert refused.value.code == "wrong_kind"
