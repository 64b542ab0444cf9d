"""The checkers' pack: everything a check without network needs, all of it signed.

    keyset        signed by the root keys, which the checker has pinned
    checkpoint    signed by the log key that the keyset names
    tile/0/…      the leaf hashes; they must add up to the checkpoint's root
    status        the status list, signed by the log key; its time is the pack's time
    trainers      the table of trainer certificates, signed by the log key

A pack is a folder, and an exported register is one too. Names of people are not in it.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from lms.certificates.chain import ChainLink, TrainerTable, open_table, trace_chain
from lms.certificates.credential import Claims
from lms.certificates.keyset import Keyset, open_keyset, require_newer
from lms.certificates.statuslist import Standing, StatusList, open_status_list
from lms.certificates.verdict import Verdict, judge
from lms.register.checkpoint import Checkpoint, open_checkpoint
from lms.register.errors import CodedError
from lms.register.export import CHECKPOINT
from lms.register.merkle import Frontier
from lms.register.note import VerifierKey
from lms.register.tiles import TileTree

KEYSET, STATUS, TRAINERS = "keyset", "status", "trainers"

Fetch = Callable[[str], bytes]
T = TypeVar("T")


class PackError(CodedError):
    """A pack that cannot be trusted, with the name of the part at fault in `part`."""

    def __init__(self, code: str, message: str, part: str) -> None:
        super().__init__(code, message)
        self.part = part


@dataclass(frozen=True)
class Pack:
    """A verified pack; it is the `RegisterView` that `judge` wants."""

    keyset: Keyset
    checkpoint: Checkpoint
    status: StatusList
    trainers: TrainerTable
    tree: TileTree

    @property
    def size(self) -> int:
        return self.checkpoint.size

    @property
    def time(self) -> int:
        return self.status.time

    def leaf(self, index: int) -> bytes:
        return self.tree.leaf(index)

    def standing(self, index: int) -> Standing:
        return self.status.standing(index)

    def judge(self, text: str, *, now: int) -> Verdict:
        """The verdict on a scanned text, by this pack alone."""
        return judge(text, keyset=self.keyset, register=self, now=now)

    def chain(self, claims: Claims) -> tuple[ChainLink, ...]:
        """The trainers' certificates above a certificate."""
        return trace_chain(claims, self.trainers.rows)


def open_pack(
    fetch: Fetch, roots: Iterable[VerifierKey], *, need: int = 1, known: Keyset | None = None
) -> Pack:
    """Verify a pack whose files `fetch(path)` returns (raising `OSError` for none).

    `roots` are the pinned root keys, `need` how many of them must have signed the keyset, and
    `known` the latest keyset seen so far, which must not be newer. Raises `PackError`.
    """
    keyset = _part(KEYSET, lambda: require_newer(known, open_keyset(fetch(KEYSET), roots, need=need)))
    checkpoint = _part(CHECKPOINT, lambda: open_checkpoint(fetch(CHECKPOINT), [keyset.log]))
    status = _part(STATUS, lambda: open_status_list(fetch(STATUS), [keyset.log]))
    trainers = _part(TRAINERS, lambda: open_table(fetch(TRAINERS), [keyset.log]))
    tree = _part("tile", lambda: _open_tree(checkpoint, fetch))
    for part, covered in ((STATUS, status.size), (TRAINERS, trainers.size)):
        if covered > checkpoint.size:
            raise PackError("newer_than_checkpoint", f"{part} speaks of entries after the head", part)
    return Pack(keyset, checkpoint, status, trainers, tree)


def open_pack_folder(
    folder: Path, roots: Iterable[VerifierKey], *, need: int = 1, known: Keyset | None = None
) -> Pack:
    """Verify a pack, or an exported register, in a folder."""
    return open_pack(lambda path: (folder / path).read_bytes(), roots, need=need, known=known)


def _open_tree(checkpoint: Checkpoint, fetch: Fetch) -> TileTree:
    tree = TileTree(checkpoint.size, fetch)
    frontier = Frontier()
    for index in range(checkpoint.size):
        frontier.append(tree.leaf(index))
    if frontier.root() != checkpoint.root:
        raise PackError("wrong_root", "the leaves do not add up to the signed root", "tile")
    return tree


def _part(name: str, read: Callable[[], T]) -> T:
    try:
        return read()
    except PackError:
        raise
    except CodedError as error:
        raise PackError(error.code, f"{name}: {error}", name) from error
    except OSError as error:
        raise PackError("missing", f"the pack has no readable {name}", name) from error
