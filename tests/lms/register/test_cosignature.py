"""Cosignatures of witnesses: C2SP's message and key id, a time that cannot be moved, a quorum of different keys."""

import base64
import hashlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lms.register.cosignature import cosign, cosigners, quorum_time, verify_cosignature, witness_key
from lms.register.ed25519 import Ed25519Signer
from lms.register.note import (
    NoteError,
    NoteSigner,
    VerifierKey,
    add_signatures,
    open_note,
    parse_note,
    sign_note,
)

LOG = NoteSigner("example.org/log", Ed25519Signer.from_seed(b"l" * 32))
SIGNERS = {name: Ed25519Signer.from_seed(name.encode() * 16) for name in ("w1", "w2", "w3")}
KEYS = [witness_key(name, signer.public_key) for name, signer in SIGNERS.items()]
TEXT = "example.org/log\n0\n47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=\n"
NOTE = sign_note(TEXT, LOG)
NOW = 1_700_000_000


def cosigned(**times: int) -> bytes:
    lines = [cosign(TEXT, name=name, signer=SIGNERS[name], timestamp=at) for name, at in times.items()]
    return add_signatures(NOTE, *lines)


def test_signed_message_is_the_one_of_the_specification() -> None:
    line = cosign(TEXT, name="w1", signer=SIGNERS["w1"], timestamp=1_679_315_147)

    message = b"cosignature/v1\ntime 1679315147\n" + TEXT.encode()
    assert line.value == (1_679_315_147).to_bytes(8, "big") + SIGNERS["w1"].sign(message)
    identity = b"w1\n\x04" + SIGNERS["w1"].public_key
    assert line.key_id == hashlib.sha256(identity).digest()[:4]
    assert line.line == f"— w1 {base64.b64encode(line.key_id + line.value).decode()}\n"


def test_encoded_witness_key_is_of_signature_type_four() -> None:
    assert VerifierKey.parse(KEYS[0].encode()) == KEYS[0]
    assert base64.b64decode(KEYS[0].encode().split("+", 2)[2])[0] == 4


def test_time_belongs_to_the_signature() -> None:
    value = cosign(TEXT, name="w1", signer=SIGNERS["w1"], timestamp=NOW).value
    public_key = SIGNERS["w1"].public_key

    assert verify_cosignature(public_key, TEXT, value) == NOW
    assert verify_cosignature(public_key, TEXT, (NOW - 1).to_bytes(8, "big") + value[8:]) is None
    assert verify_cosignature(public_key, TEXT + "more\n", value) is None
    assert verify_cosignature(SIGNERS["w2"].public_key, TEXT, value) is None


@given(value=st.binary(max_size=80), public_key=st.binary(max_size=40))
def test_rubbish_is_no_cosignature_and_no_exception(value: bytes, public_key: bytes) -> None:
    assert verify_cosignature(public_key, TEXT, value) is None


@pytest.mark.parametrize("timestamp", [0, -1, 2**63])
def test_impossible_times_are_not_signed(timestamp: int) -> None:
    with pytest.raises(NoteError):
        cosign(TEXT, name="w1", signer=SIGNERS["w1"], timestamp=timestamp)


def test_cosignature_is_a_line_that_a_note_reader_knows() -> None:
    opened = open_note(cosigned(w1=NOW), [LOG.key, KEYS[0]], need=2)

    assert opened.signatures[1].timestamp == NOW
    # The log's own kind of key never passes for a witness's, nor the reverse.
    with pytest.raises(NoteError):
        open_note(cosigned(w1=NOW), [VerifierKey("w1", KEYS[0].public_key)])


def test_witnesses_and_their_times_are_told_apart_from_strangers() -> None:
    note = cosigned(w3=NOW + 5, w1=NOW)

    assert cosigners(note, KEYS) == [("w1", NOW), ("w3", NOW + 5)]
    assert cosigners(parse_note(note), KEYS[1:]) == [("w3", NOW + 5)]
    assert cosigners(NOTE, KEYS) == []


def test_wrong_cosignature_of_a_known_witness_refuses_the_note() -> None:
    line = cosign("another text\n", name="w2", signer=SIGNERS["w2"], timestamp=NOW)
    note = add_signatures(cosigned(w1=NOW), line)

    with pytest.raises(NoteError) as refused:
        cosigners(note, KEYS)
    assert refused.value.code == "bad_signature"
    assert cosigners(note, [KEYS[0]]) == [("w1", NOW)]


def test_one_witness_twice_or_under_two_names_counts_once() -> None:
    alias = witness_key("alias", KEYS[0].public_key)
    again = cosign(TEXT, name="w1", signer=SIGNERS["w1"], timestamp=NOW + 9)
    other = cosign(TEXT, name="alias", signer=SIGNERS["w1"], timestamp=NOW + 3)
    note = add_signatures(cosigned(w1=NOW + 20), again, other)

    assert cosigners(note, [KEYS[0], alias]) == [("w1", NOW + 3)]
    assert quorum_time(note, [KEYS[0], alias], 2) is None


def test_quorum_is_reached_with_the_slowest_of_those_needed() -> None:
    note = cosigned(w1=NOW + 50, w2=NOW, w3=NOW + 10)

    assert [quorum_time(note, KEYS, need) for need in (0, 1, 2, 3)] == [0, NOW, NOW + 10, NOW + 50]
    assert quorum_time(cosigned(w2=NOW), KEYS, 2) is None
