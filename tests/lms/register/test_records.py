"""Leaf records: one spelling, no names, refused in any other shape."""

import json
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lms.register.merkle import leaf_hash
from lms.register.records import MAX_INDEX, Record, RecordError, RecordType, decode_record, sha256_of

ISSUE = Record("issue", bytes.fromhex("0a1b2c3d"), 7, 20_500, b"\xab" * 32, course="LTO")
REVOKE = Record("revoke", bytes.fromhex("0a1b2c3d"), 9, 20_501, b"\xcd" * 32, course="LTO", subject=7)


def test_issue_record_is_exactly_this_line() -> None:
    assert ISSUE.encode().decode() == (
        '{"course":"LTO","day":20500,"index":7,"kid":"0a1b2c3d","sha256":"' + "ab" * 32 + '","type":"issue"}'
    )
    assert ISSUE.leaf_hash == leaf_hash(ISSUE.encode())


def test_revoke_record_names_the_entry_it_speaks_of() -> None:
    assert json.loads(REVOKE.encode())["subject"] == 7
    assert decode_record(REVOKE.encode()) == REVOKE


def test_record_is_canonical_by_rfc_8785() -> None:
    import rfc8785

    assert rfc8785.dumps(json.loads(REVOKE.encode())) == REVOKE.encode()


records = st.builds(
    Record,
    type=st.sampled_from(["keyset", "batch_approval", "endorse", "a_plugin_s_own"]),
    kid=st.binary(min_size=4, max_size=4),
    index=st.integers(0, MAX_INDEX),
    day=st.integers(0, 65_535),
    sha256=st.binary(min_size=32, max_size=32),
    course=st.none() | st.from_regex(r"\A[A-Za-z0-9][A-Za-z0-9._-]{0,31}\Z"),
)


@given(records)
def test_records_round_trip(record: Record) -> None:
    assert decode_record(record.encode()) == record


@given(position=st.integers(0, len(REVOKE.encode()) - 1), flip=st.integers(1, 255))
def test_changed_byte_never_reads_as_the_same_record(position: int, flip: int) -> None:
    changed = bytearray(REVOKE.encode())
    changed[position] ^= flip
    try:
        other = decode_record(bytes(changed))
    except RecordError:
        return
    assert other != REVOKE
    assert other.encode() == bytes(changed)


TEXT = REVOKE.encode().decode()


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("", "not_canonical"),
        ("[]", "not_canonical"),
        (TEXT[:-1], "not_canonical"),
        (TEXT + "\n", "not_canonical"),
        (" " + TEXT, "not_canonical"),
        (TEXT.replace(",", ", "), "not_canonical"),
        (TEXT.replace('"day":20501', '"day":20501.0'), "not_canonical"),
        (TEXT.replace('"day":20501', '"day":2.0501e4'), "not_canonical"),
        (TEXT.replace('"day":20501', '"day":true'), "not_canonical"),
        (TEXT.replace('"day":20501', '"day":NaN'), "not_canonical"),
        (TEXT.replace('"day":20501', '"day":-1'), "not_canonical"),
        (TEXT.replace('"day":20501', '"day":20501,"day":20501'), "not_canonical"),
        (TEXT.replace('"course":"LTO",', "") + "", None),
        (TEXT.replace("LTO", "L\\u0054O"), "not_canonical"),
        (TEXT.replace("LTO", "دورة"), "not_canonical"),
        (TEXT.replace('"LTO"', "null"), "bad_fields"),
        (TEXT.replace('"day":20501,', ""), "bad_fields"),
        (TEXT.replace('"kid"', '"kie"'), "bad_fields"),
        (TEXT.replace('"type":"revoke"', '"type":"revoke","zone":"Libya"'), "bad_fields"),
        (TEXT.replace("0a1b2c3d", "0A1B2C3D"), "bad_bytes"),
        (TEXT.replace("0a1b2c3d", "0a1b2c"), "bad_bytes"),
        (TEXT.replace('"0a1b2c3d"', "4"), "bad_bytes"),
        (TEXT.replace("cd" * 32, "cd" * 31), "bad_bytes"),
        (TEXT.replace('"day":20501', '"day":65536'), "bad_day"),
        (TEXT.replace('"day":20501', '"day":"20501"'), "bad_day"),
        (TEXT.replace('"index":9', f'"index":{MAX_INDEX + 1}'), "bad_index"),
        (TEXT.replace('"subject":7', '"subject":9'), "bad_subject"),
        (TEXT.replace('"subject":7,', ""), "bad_subject"),
        (TEXT.replace("LTO", "L T O"), "bad_course"),
        (TEXT.replace("LTO", ""), "bad_course"),
        (TEXT.replace("LTO", "L" * 33), "bad_course"),
        (TEXT.replace("revoke", "Revoke"), "bad_type"),
        (TEXT.replace('"revoke"', "5"), "bad_type"),
        ("{" * 5000, "record_too_long"),
    ],
)
def test_other_spellings_are_refused(text: str, code: str | None) -> None:
    if code is None:
        assert decode_record(text.encode()).course is None
        return
    with pytest.raises(RecordError) as refused:
        decode_record(text.encode())
    assert refused.value.code == code


def test_issue_needs_its_course() -> None:
    with pytest.raises(RecordError) as refused:
        Record("issue", b"kkkk", 0, 1, b"h" * 32)
    assert refused.value.code == "bad_course"


@pytest.mark.parametrize("type_", [type_ for type_ in RecordType if type_ != RecordType.ISSUE])
def test_every_core_type_can_be_written(type_: RecordType) -> None:
    record = Record(type_, b"kkkk", 3, 20_500, sha256_of(b"signed"), course="LTO", subject=1)

    assert re.search(rb'"type":"%s"' % type_.encode(), record.encode())
    assert decode_record(record.encode()) == record
