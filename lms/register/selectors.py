"""Reading the register."""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache, lru_cache

from django.db.models import Q

from . import merkle
from .models import Checkpoint, Entry, TreeNode
from .note import Signature, add_signatures
from .records import Record, decode_record
from .tiles import TILE_WIDTH


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


def edge_reader(size: int) -> merkle.ReadNode:
    """Read the right edge of a tree of `size` leaves: all its complete subtrees in one query."""
    wanted = Q(pk__in=[])
    for level, index in merkle.complete_subtrees(size):
        wanted |= Q(level=level, index=index)
    rows = TreeNode.objects.filter(wanted).values_list("level", "index", "hash")
    nodes = {(level, index): bytes(value) for level, index, value in rows}
    return lambda level, index: nodes[level, index]


def range_reader() -> merkle.ReadNode:
    """Read nodes a tile at a time: an export of n entries costs n / 256 queries, not n."""

    @lru_cache(maxsize=16)
    def block(level: int, number: int) -> dict[int, bytes]:
        first = number * TILE_WIDTH
        rows = TreeNode.objects.filter(level=level, index__gte=first, index__lt=first + TILE_WIDTH)
        return {index: bytes(value) for index, value in rows.values_list("index", "hash")}

    return lambda level, index: block(level, index // TILE_WIDTH)[index]


def entry_records(start: int, stop: int) -> list[bytes]:
    """The encoded records of a range of entries."""
    rows = Entry.objects.filter(index__gte=start, index__lt=stop).order_by("index")
    return [bytes(record) for record in rows.values_list("record", flat=True)]


def cosigned_heads() -> dict[int, bytes]:
    """Every head that a witness signed, by size, as the note with all its lines."""
    heads = Checkpoint.objects.filter(cosignatures__isnull=False).distinct().prefetch_related("cosignatures")
    return {head.size: cosigned_note(head) for head in heads}


def cosigned_note(head: Checkpoint) -> bytes:
    """The note of a head with the lines of the witnesses that signed it."""
    lines = [Signature(row.name, bytes(row.key_id), bytes(row.value)) for row in head.cosignatures.all()]
    return add_signatures(head.note.encode(), *lines)


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
