"""Checkpoints: the three lines of c2sp.org/tlog-checkpoint, one spelling only."""

import pytest

from lms.register.checkpoint import Checkpoint, open_checkpoint, parse_checkpoint, sign_checkpoint
from lms.register.ed25519 import Ed25519Signer
from lms.register.merkle import EMPTY_ROOT
from lms.register.note import NoteError, NoteSigner, sign_note

EXAMPLE = "example.com/behind-the-sofa\n20852163\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n"
LOG = NoteSigner("register.example.org", Ed25519Signer.from_seed(b"l" * 32))


def test_example_of_the_specification_is_read() -> None:
    checkpoint = parse_checkpoint(EXAMPLE)

    assert (checkpoint.origin, checkpoint.size) == ("example.com/behind-the-sofa", 20852163)
    assert checkpoint.root.hex() == "0ac5186a91863e8e1d90c808014aa89bf5da8e3ee1d9f07630f0378f68f1ab62"
    assert checkpoint.text == EXAMPLE


def test_signed_checkpoint_round_trips() -> None:
    checkpoint = Checkpoint("register.example.org", 0, EMPTY_ROOT)

    assert open_checkpoint(sign_checkpoint(checkpoint, LOG), [LOG.key]) == checkpoint


def test_extension_lines_are_kept() -> None:
    assert parse_checkpoint(EXAMPLE + "extension\n").extensions == ("extension",)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "\n",
        "origin\n",
        "origin\n1\n",
        EXAMPLE[:-1],
        EXAMPLE + "\n",
        EXAMPLE.replace("20852163", "020852163"),
        EXAMPLE.replace("20852163", "+20852163"),
        EXAMPLE.replace("20852163", "-1"),
        EXAMPLE.replace("20852163", "٢٠٨٥"),
        EXAMPLE.replace("20852163", "99999999999999999999"),
        EXAMPLE.replace("q2I=", "q2J="),
        EXAMPLE.replace("q2I=", ""),
        EXAMPLE.replace("example.com/behind-the-sofa", ""),
        EXAMPLE + "\nextension\n",
    ],
)
def test_other_spellings_are_refused(text: str) -> None:
    with pytest.raises(NoteError) as refused:
        parse_checkpoint(text)
    assert refused.value.code == "bad_checkpoint"


def test_checkpoint_of_another_origin_is_refused() -> None:
    foreign = Checkpoint("other.example.org", 0, EMPTY_ROOT)

    with pytest.raises(NoteError) as refused:
        sign_checkpoint(foreign, LOG)
    assert refused.value.code == "bad_name"
    with pytest.raises(NoteError) as refused:
        open_checkpoint(sign_note(foreign.text, LOG), [LOG.key])
    assert refused.value.code == "wrong_origin"
