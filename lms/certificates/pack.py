"""The checkers' pack: everything a check without network needs, all of it signed.

    keyset        signed by the root keys, which the checker has pinned
    checkpoint    signed by the log key that the keyset names
    tile/0/…      the leaf hashes; they must add up to the checkpoint's root
    status        the status list, signed by the log key; its time is the pack's time
    trainers      the table of trainer certificates, signed by the log key
    days          the day on which each entry was first under a signed head, signed by the log key

A pack is a folder, and an exported register is one too. Names of people are not in it.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

from lms.certificates.chain import ChainLink, TrainerTable, link_as_dict, open_table, trace_chain
from lms.certificates.credential import Claims
from lms.certificates.headdays import HeadDays, open_head_days
from lms.certificates.keyset import Keyset, open_keyset, require_newer
from lms.certificates.statuslist import Standing, StatusList, open_status_list
from lms.certificates.verdict import Verdict, judge
from lms.register.checkpoint import Checkpoint, open_checkpoint
from lms.register.cosignature import quorum_time
from lms.register.days import day_at
from lms.register.ed25519 import kid_of
from lms.register.errors import CodedError
from lms.register.export import CHECKPOINT
from lms.register.merkle import Frontier
from lms.register.note import VerifierKey
from lms.register.records import Record, RecordType, sha256_of
from lms.register.tiles import TileTree

KEYSET, STATUS, TRAINERS, DAYS = "keyset", "status", "trainers", "days"

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
    days: HeadDays
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

    def covered_on(self, index: int) -> int | None:
        return self.days.covered_on(index)

    def judge(self, text: str, *, now: int) -> Verdict:
        """The verdict on a scanned text, by this pack alone."""
        return judge(text, keyset=self.keyset, register=self, now=now)

    def answer(self, text: str, *, now: int) -> dict[str, Any]:
        """The verdict and the chain as JSON values: what an implementation in another language must say too."""
        verdict = self.judge(text, now=now)
        claims = verdict.claims if verdict.shows_chain else None
        links = None if claims is None else [link_as_dict(link) for link in self.chain(claims)]
        return {**verdict.as_dict(), "chain": links}

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
    checkpoint = _part(CHECKPOINT, lambda: _open_head(fetch(CHECKPOINT), keyset))
    status = _part(STATUS, lambda: open_status_list(fetch(STATUS), [keyset.log]))
    trainers = _part(TRAINERS, lambda: open_table(fetch(TRAINERS), [keyset.log]))
    days = _part(DAYS, lambda: open_head_days(fetch(DAYS), [keyset.log]))
    tree = _part("tile", lambda: _open_tree(checkpoint, fetch))
    for part, covered in ((STATUS, status.size), (TRAINERS, trainers.size), (DAYS, days.size)):
        if covered > checkpoint.size:
            raise PackError("newer_than_checkpoint", f"{part} speaks of entries after the head", part)
    pack = Pack(keyset, checkpoint, status, trainers, days, tree)
    _require_logged_status(pack, fetch(STATUS))
    return pack


def open_pack_folder(
    folder: Path, roots: Iterable[VerifierKey], *, need: int = 1, known: Keyset | None = None
) -> Pack:
    """Verify a pack, or an exported register, in a folder."""
    return open_pack(lambda path: (folder / path).read_bytes(), roots, need=need, known=known)


def _open_head(data: bytes, keyset: Keyset) -> Checkpoint:
    """The head, cosigned by as many witnesses as the keyset asks for."""
    checkpoint = open_checkpoint(data, [keyset.log])
    policy = keyset.witnesses
    if quorum_time(data, policy.keys, policy.need) is None:
        raise PackError("no_quorum", f"fewer than {policy.need} witnesses have cosigned the head", CHECKPOINT)
    return checkpoint


def _require_logged_status(pack: Pack, note: bytes) -> None:
    """A list that says where it was logged must be the one that stands there."""
    index = pack.status.index
    if index is None:
        return
    record = Record(
        type=RecordType.STATUS_LIST,
        kid=kid_of(pack.keyset.log.public_key),
        index=index,
        day=day_at(pack.status.time),
        sha256=sha256_of(note),
    )
    if index >= pack.size or pack.leaf(index) != record.leaf_hash:
        raise PackError("not_logged", "the status list is not the one in the register", STATUS)


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
