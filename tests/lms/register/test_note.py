"""Signed notes against the published example of golang.org/x/mod/sumdb/note and C2SP's rules."""

import base64

import pytest
from hypothesis import given
from hypothesis import strategies as st

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

# The example of the package documentation of golang.org/x/mod/sumdb/note.
PETER_KEY = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW"
PETER_SEED = "PRIVATE+KEY+PeterNeumann+c74f20a3+AYEKFALVFGyNhPJEMzD1QIDr+Y7hfZx09iUvxdXHKDFz"
PETER_TEXT = (
    "If you think cryptography is the answer to your problem,\nthen you don't know what your problem is.\n"
)
PETER_NOTE = (
    PETER_TEXT + "\n— PeterNeumann "
    "x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=\n"
).encode()

# c2sp.org/tlog-cosignature prints this checkpoint with the log's and a witness's signature.
COSIGNED_NOTE = (
    "example.com/behind-the-sofa\n20852163\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n\n"
    "— example.com/behind-the-sofa "
    "Az3grlgtzPICa5OS8npVmf1Myq/5IZniMp+ZJurmRDeOoRDe4URYN7u5/Zhcyv2q1gGzGku9nTo+zyWE+xeMcTOAYQ8=\n"
    "— witness.example.com/w1 "
    "jWbPPwAAAABkGFDLEZMHwSRaJNiIDoe9DYn/zXcrtPHeolMI5OWXEhZCB9dlrDJsX3b2oyin1nPZqhf5nNo0xUe+mbIUBkBIfZ+qnA==\n"
).encode()

ALICE = NoteSigner("example.org/alice", Ed25519Signer.from_seed(b"a" * 32))
BOB = NoteSigner("example.org/bob", Ed25519Signer.from_seed(b"b" * 32))
CAROL = NoteSigner("example.org/carol", Ed25519Signer.from_seed(b"c" * 32))


def test_published_note_verifies() -> None:
    opened = open_note(PETER_NOTE, [VerifierKey.parse(PETER_KEY)])

    assert opened.text == PETER_TEXT
    assert [key.name for key in opened.signed_by] == ["PeterNeumann"]


def test_published_key_signs_the_published_note() -> None:
    seed = base64.b64decode(PETER_SEED.split("+", 4)[4])[1:]
    peter = NoteSigner("PeterNeumann", Ed25519Signer.from_seed(seed))

    assert peter.key.encode() == PETER_KEY
    assert sign_note(PETER_TEXT, peter) == PETER_NOTE


@given(position=st.integers(0, len(PETER_NOTE) - 1), flip=st.integers(1, 255))
def test_no_byte_of_a_note_can_change(position: int, flip: int) -> None:
    changed = bytearray(PETER_NOTE)
    changed[position] ^= flip

    with pytest.raises(NoteError):
        open_note(bytes(changed), [VerifierKey.parse(PETER_KEY)])


@pytest.mark.parametrize("length", range(len(PETER_NOTE)))
def test_truncated_note_is_refused(length: int) -> None:
    with pytest.raises(NoteError):
        open_note(PETER_NOTE[:length], [VerifierKey.parse(PETER_KEY)])


def test_unknown_signatures_are_ignored_but_do_not_count() -> None:
    note = sign_note("a text\n", ALICE, BOB)

    assert open_note(note, [BOB.key]).signed_by == (BOB.key,)
    with pytest.raises(NoteError) as refused:
        open_note(note, [CAROL.key])
    assert refused.value.code == "not_signed"


def test_wrong_signature_of_a_known_key_refuses_the_whole_note() -> None:
    other = parse_note(sign_note("another text\n", BOB)).signatures
    note = add_signatures(sign_note("a text\n", ALICE), *other)

    with pytest.raises(NoteError) as refused:
        open_note(note, [ALICE.key, BOB.key])
    assert refused.value.code == "bad_signature"
    assert open_note(note, [ALICE.key]).text == "a text\n"


def test_threshold_counts_different_keys() -> None:
    keys = [ALICE.key, BOB.key, CAROL.key]
    twice = add_signatures(sign_note("a text\n", ALICE), ALICE.sign("a text\n"))

    assert open_note(sign_note("a text\n", CAROL, ALICE), keys, need=2).signed_by == (CAROL.key, ALICE.key)
    with pytest.raises(NoteError) as refused:
        open_note(twice, keys, need=2)
    assert refused.value.code == "not_signed"


def test_one_key_under_two_names_counts_once() -> None:
    alias = NoteSigner("example.org/alias", ALICE.signer)

    with pytest.raises(NoteError):
        open_note(sign_note("a text\n", ALICE, alias), [ALICE.key, alias.key], need=2)


def test_text_may_hold_blank_lines() -> None:
    text = "one\n\n\ntwo — three\n"

    assert open_note(sign_note(text, ALICE), [ALICE.key]).text == text


def test_published_cosignature_line_is_read() -> None:
    note = parse_note(COSIGNED_NOTE)

    log, witness = note.signatures
    assert (log.name, log.timestamp) == ("example.com/behind-the-sofa", None)
    assert (witness.name, witness.timestamp) == ("witness.example.com/w1", 1679315147)
    assert witness.key_id.hex() == "8d66cf3f"
    assert note.encode() == COSIGNED_NOTE


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("no newline at the end", "bad_text"),
        ("", "bad_text"),
        ("a tab\t\n", "bad_text"),
        ("carriage return\r\n", "bad_text"),
    ],
)
def test_text_that_no_note_may_hold_is_refused(text: str, code: str) -> None:
    with pytest.raises(NoteError) as refused:
        sign_note(text, ALICE)
    assert refused.value.code == code


@pytest.mark.parametrize("name", ["", "two words", "plus+plus", "no\u00a0break", "tab\t", "line\nbreak"])
def test_key_names_with_spaces_or_plus_are_refused(name: str) -> None:
    with pytest.raises(NoteError) as refused:
        VerifierKey(name, b"k" * 32)
    assert refused.value.code == "bad_name"


@pytest.mark.parametrize(
    "key",
    [
        "",
        "PeterNeumann",
        "PeterNeumann+c74f20a3",
        PETER_KEY.replace("c74f20a3", "c74f20a4"),
        PETER_KEY.replace("PeterNeumann", "PeterNeuman"),
        PETER_KEY[:-4],
        PETER_KEY + "=",
        PETER_KEY.replace("+ARpc", "+Aipc"),
    ],
)
def test_malformed_verifier_keys_are_refused(key: str) -> None:
    with pytest.raises(NoteError):
        VerifierKey.parse(key)


@pytest.mark.parametrize(
    "tail",
    [
        "",
        "— \n",
        "— name\n",
        "— name AAAA\n",
        "- name AAAAAAAA\n",
        "— name AAAAAAAA",
        "— name AAAAAAAA\n— name AAAA*AAA\n",
        "— name AAAAAAAB==\n",
    ],
)
def test_malformed_signature_lines_are_refused(tail: str) -> None:
    with pytest.raises(NoteError) as refused:
        parse_note(f"text\n\n{tail}".encode())
    assert refused.value.code == "bad_note"


def test_sixteen_signatures_are_accepted_and_a_flood_is_not() -> None:
    signature = ALICE.sign("a text\n")
    note = sign_note("a text\n", ALICE)

    assert len(parse_note(add_signatures(note, *[signature] * 15)).signatures) == 16
    with pytest.raises(NoteError):
        parse_note(add_signatures(note, *[signature] * 100))
    with pytest.raises(NoteError) as refused:
        parse_note(b"x" * 5_000_000)
    assert refused.value.code == "note_too_long"


@given(st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=80))
def test_any_printable_text_round_trips(text: str) -> None:
    assert open_note(sign_note(text + "\n", ALICE), [ALICE.key]).text == text + "\n"
