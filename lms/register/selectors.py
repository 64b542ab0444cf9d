"""Reading the register."""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache

from . import merkle
from .models import Checkpoint, Entry, TreeNode
from .records import Record, decode_record


@dataclass(frozen=True, slots=True)
class Inclusion:
    """All that a stranger needs to check offline that a record stands in the register: the record, a signed
    head and the hashes that lead from the one to the other."""

    record: bytes
    size: int
    root_hash: bytes
    proof: list[bytes]
    checkpoint: str


def node_reader() -> merkle.ReadNode:
    """Read stored complete subtrees; a node is fetched once however often a proof needs it."""

    @cache
    def read(level: int, index: int) -> bytes:
        return bytes(TreeNode.objects.values_list("hash", flat=True).get(level=level, index=index))

    return read


def latest_checkpoint() -> Checkpoint | None:
    return Checkpoint.objects.order_by("size").last()


def checkpoint_covering(index: int) -> Checkpoint | None:
    """The first signed head that includes entry `index`: what back-dating is measured against."""
    return Checkpoint.objects.filter(size__gt=index).order_by("size").first()


def inclusion_proof(index: int, size: int) -> list[bytes]:
    """The hashes that lead from entry `index` to the root of the first `size` entries."""
    return merkle.inclusion_proof(index, size, node_reader())


def entry_leaf(index: int) -> bytes | None:
    leaf = Entry.objects.values_list("leaf_hash", flat=True).filter(index=index).first()
    return None if leaf is None else bytes(leaf)


def inclusion_of(index: int) -> Inclusion | None:
    """The proof of entry `index` under the latest head; None where there is no such entry."""
    entry = Entry.objects.filter(index=index).first()
    head = latest_checkpoint()
    if entry is None or head is None or head.size <= index:
        return None
    return Inclusion(
        record=bytes(entry.record),
        size=head.size,
        root_hash=bytes(head.root_hash),
        proof=inclusion_proof(index, head.size),
        checkpoint=head.note,
    )


def records_at(indexes: Iterable[int]) -> dict[int, Record]:
    """The records at these places; a place that does not exist is left out."""
    entries = Entry.objects.in_bulk(list(indexes))
    return {index: decode_record(bytes(entry.record)) for index, entry in entries.items()}
