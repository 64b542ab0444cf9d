"""What is sealed has one byte form in every language."""

import datetime

import pytest
import rfc8785
from hypothesis import given
from hypothesis import strategies as st

from plugins.code_of_conduct.statements import (
    canonical_json,
    endorsement_statement,
    instrument_statement,
    timestamp,
    withdrawal_statement,
)

words = st.text(st.characters(exclude_categories=["Cs"]), max_size=40)
keys = st.text(st.characters(min_codepoint=32, max_codepoint=126), max_size=10)
scalars = st.none() | st.booleans() | st.integers(-(2**53) + 1, 2**53 - 1) | words
values = st.recursive(
    scalars,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(keys, inner, max_size=4),
    max_leaves=12,
)


@given(values)
def test_canonical_json_is_rfc_8785(value: object) -> None:
    assert canonical_json(value).encode() == rfc8785.dumps(value)


@pytest.mark.parametrize(
    "value", [1.5, 2**53, -(2**53), "\ud800", {"مفتاح": 1}, {1: 2}, b"x", (1,), [{"a": 0.0}]]
)
def test_what_has_more_than_one_form_is_refused(value: object) -> None:
    with pytest.raises(ValueError, match=r".+"):
        canonical_json(value)


def test_moment_is_stated_in_utc_to_the_second() -> None:
    tripoli = datetime.timezone(datetime.timedelta(hours=2))
    assert timestamp(datetime.datetime(2026, 1, 15, 14, 5, 9, 999, tripoli)) == "2026-01-15T12:05:09Z"
    with pytest.raises(ValueError, match="zone"):
        timestamp(datetime.datetime(2026, 1, 15, 14, 5))


def test_instrument_states_both_digests_and_which_text_prevails() -> None:
    stated = instrument_statement(
        code="code", version="1.0", date="2026-01-15", change="substantive", sha256={"ar": "aa", "en": "bb"}
    )
    assert stated == (
        '{"change":"substantive","code":"code","date":"2026-01-15","format":"sanad instrument v1",'
        '"prevails":"ar","sha256":{"ar":"aa","en":"bb"},"version":"1.0"}'
    )


def test_endorsement_states_the_name_as_it_is_written() -> None:
    stated = endorsement_statement(
        declaration={"name": "خديجة"},
        identity=1,
        instrument_sha256="ff",
        nonce="00",
        signed_at=datetime.datetime(2026, 1, 15, 12, tzinfo=datetime.UTC),
    )
    assert stated == (
        '{"format":"sanad endorsement v1","identity":1,"instrument_sha256":"ff","name":"خديجة","nonce":"00",'
        '"signed_at":"2026-01-15T12:00:00Z"}'
    )


def test_withdrawal_states_which_endorsement_it_ends() -> None:
    stated = withdrawal_statement(
        endorsement="id",
        endorsement_index=7,
        reason="r",
        nonce="00",
        withdrawn_at=datetime.datetime(2026, 1, 15, 12, tzinfo=datetime.UTC),
    )
    assert '"endorsement":"id","endorsement_index":7,' in stated
