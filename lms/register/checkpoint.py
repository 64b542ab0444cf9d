"""Checkpoints: the signed head of the register (c2sp.org/tlog-checkpoint).

The note text is the origin, the number of entries and the base64 root, a line each. Whoever
holds two signed checkpoints that are not consistent holds a public proof of a rewritten register.
"""

import base64
import binascii
import re
from collections.abc import Iterable
from dataclasses import dataclass

from lms.register.merkle import HASH_BYTES
from lms.register.note import NoteError, NoteSigner, VerifierKey, open_note, sign_note

_SIZE = re.compile(r"0|[1-9][0-9]{0,18}")


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """The register `origin` had `size` entries under the Merkle root `root`."""

    origin: str
    size: int
    root: bytes
    extensions: tuple[str, ...] = ()

    @property
    def text(self) -> str:
        """The note text that is signed."""
        lines = [self.origin, str(self.size), base64.b64encode(self.root).decode()]
        return "".join(f"{line}\n" for line in [*lines, *self.extensions])


def parse_checkpoint(text: str) -> Checkpoint:
    """Read a checkpoint's note text, which has one spelling only."""
    try:
        origin, size, encoded_root, *extensions = text.removesuffix("\n").split("\n")
        root = base64.b64decode(encoded_root, validate=True)
    except (binascii.Error, ValueError) as error:
        raise NoteError("bad_checkpoint", "a checkpoint is origin, size and base64 root") from error
    if not origin or not all(extensions):
        raise NoteError("bad_checkpoint", "a checkpoint has no empty line")
    if not _SIZE.fullmatch(size) or len(root) != HASH_BYTES:
        raise NoteError("bad_checkpoint", "the size or the root is malformed")
    checkpoint = Checkpoint(origin, int(size), root, tuple(extensions))
    if checkpoint.text != text:
        raise NoteError("bad_checkpoint", "the checkpoint is not in its canonical form")
    return checkpoint


def sign_checkpoint(checkpoint: Checkpoint, signer: NoteSigner) -> bytes:
    """The signed note of a checkpoint, under the log's key, which bears the origin's name."""
    if signer.name != checkpoint.origin:
        raise NoteError("bad_name", "the log's key is named as its origin")
    return sign_note(checkpoint.text, signer)


def open_checkpoint(data: bytes, log_keys: Iterable[VerifierKey]) -> Checkpoint:
    """Verify a checkpoint note under one of the log's keys; the origin must be that key's name."""
    opened = open_note(data, log_keys)
    checkpoint = parse_checkpoint(opened.text)
    if checkpoint.origin not in {key.name for key in opened.signed_by}:
        raise NoteError("wrong_origin", f"{checkpoint.origin} is not the origin of the key")
    return checkpoint
