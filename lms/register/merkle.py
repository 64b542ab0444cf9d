"""The Merkle tree of RFC 6962 / RFC 9162, on raw hashes.

A tree is read through `read(level, index)`, which returns the hash of the *complete* subtree of
2**level leaves that starts at leaf `index * 2**level`. A complete subtree never changes once its
last leaf is written, so these nodes can be stored once, served as immutable tiles, and combined
into any root or proof:

* appending a leaf reads one node for each complete subtree that the leaf closes (O(log n));
* a root reads one node for each set bit of the tree size;
* proofs read O(log n) nodes (O(log^2 n) along the ragged right edge).

Hashes are 32 bytes everywhere (SHA-256). The two `verify_*` functions take nothing but raw values
and answer False to every malformed input instead of raising.
"""

import hashlib
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from lms.register.errors import CodedError

HASH_BYTES = 32
EMPTY_ROOT = hashlib.sha256(b"").digest()

ReadNode = Callable[[int, int], bytes]


class MerkleError(CodedError):
    """A size or an index that the tree does not have."""


@dataclass(frozen=True, slots=True)
class Node:
    """A complete subtree: 2**level leaves from leaf index * 2**level on."""

    level: int
    index: int
    hash: bytes


def leaf_hash(entry: bytes) -> bytes:
    """MTH({entry}) = SHA-256(0x00 || entry), RFC 6962 section 2.1."""
    return hashlib.sha256(b"\x00" + entry).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """SHA-256(0x01 || left || right), RFC 6962 section 2.1."""
    return hashlib.sha256(b"\x01" + left + right).digest()


class Frontier:
    """The right edge of a growing tree: enough to append leaves and to know the root.

    Holds at most one hash a level (log2 n hashes), so that a million leaves stream through it.
    """

    def __init__(self) -> None:
        self.size = 0
        self._edge: list[bytes] = []

    @classmethod
    def load(cls, size: int, read: ReadNode) -> "Frontier":
        """Take up the edge of a stored tree of `size` leaves."""
        frontier = cls()
        frontier.size = size
        frontier._edge = [read(level, index) for level, index in complete_subtrees(size)]
        return frontier

    def append(self, leaf: bytes) -> list[Node]:
        """Add a leaf hash; return the subtrees it completes, the leaf itself first."""
        completed = [Node(0, self.size, leaf)]
        while (self.size >> (level := len(completed) - 1)) & 1:
            joined = node_hash(self._edge.pop(), completed[-1].hash)
            completed.append(Node(level + 1, self.size >> (level + 1), joined))
        self._edge.append(completed[-1].hash)
        self.size += 1
        return completed

    def root(self) -> bytes:
        """The root of the tree as it stands."""
        return _fold(self._edge)


def complete_subtrees(size: int) -> list[tuple[int, int]]:
    """(level, index) of the largest complete subtrees of a tree of `size` leaves, left to right."""
    if size < 0:
        raise MerkleError("bad_size", "a tree cannot have a negative size")
    levels = [level for level in reversed(range(size.bit_length())) if (size >> level) & 1]
    return [(level, (size >> level) - 1) for level in levels]


def append_leaf(size: int, leaf: bytes, read: ReadNode) -> list[Node]:
    """Return the nodes to store when leaf hash `leaf` becomes number `size` of a stored tree.

    Reads only the subtrees that the new leaf closes: none for an even size.
    """
    completed = [Node(0, size, leaf)]
    level = 0
    while (size >> level) & 1:
        left = read(level, (size >> level) - 1)
        completed.append(Node(level + 1, size >> (level + 1), node_hash(left, completed[-1].hash)))
        level += 1
    return completed


def root_at(size: int, read: ReadNode) -> bytes:
    """The root of the first `size` leaves of a stored tree."""
    return _fold([read(level, index) for level, index in complete_subtrees(size)])


def root_of(leaves: Iterable[bytes]) -> bytes:
    """The root of a tree given as leaf hashes."""
    frontier = Frontier()
    for leaf in leaves:
        frontier.append(leaf)
    return frontier.root()


def inclusion_proof(index: int, size: int, read: ReadNode) -> list[bytes]:
    """PATH(index, D[0:size]) of RFC 6962 section 2.1.1, from the leaf upwards."""
    if not 0 <= index < size:
        raise MerkleError("bad_index", f"leaf {index} is not in a tree of {size}")
    path: list[bytes] = []
    start, end = 0, size
    while end - start > 1:
        middle = start + _split(end - start)
        if index < middle:
            path.append(_range_hash(middle, end, read))
            end = middle
        else:
            path.append(_range_hash(start, middle, read))
            start = middle
    return path[::-1]


def consistency_proof(size1: int, size2: int, read: ReadNode) -> list[bytes]:
    """PROOF(size1, D[0:size2]) of RFC 6962 section 2.1.2; empty when the sizes are equal."""
    if not 0 < size1 <= size2:
        raise MerkleError("bad_size", f"no consistency proof leads from {size1} to {size2}")
    proof: list[bytes] = []
    start, end = 0, size2
    is_whole_old_tree = True
    while size1 != end:
        middle = start + _split(end - start)
        if size1 <= middle:
            proof.append(_range_hash(middle, end, read))
            end = middle
        else:
            proof.append(_range_hash(start, middle, read))
            start = middle
            is_whole_old_tree = False
    if not is_whole_old_tree:
        proof.append(_range_hash(start, end, read))
    return proof[::-1]


def verify_inclusion(  # noqa: PLR0917 - the argument order that other implementations have
    leaf_hash: bytes, index: int, size: int, proof: Sequence[bytes], root: bytes
) -> bool:
    """Tell whether `proof` leads from `leaf_hash` at `index` to `root` (RFC 9162 2.1.3.2)."""
    if not 0 <= index < size or len(leaf_hash) != HASH_BYTES:
        return False
    position, last = index, size - 1
    result = leaf_hash
    for sibling in proof:
        if last == 0 or len(sibling) != HASH_BYTES:
            return False
        if position & 1 or position == last:
            result = node_hash(sibling, result)
            while not position & 1 and position != 0:
                position, last = position >> 1, last >> 1
        else:
            result = node_hash(result, sibling)
        position, last = position >> 1, last >> 1
    return last == 0 and result == root


def verify_consistency(  # noqa: PLR0917 - the argument order that other implementations have
    size1: int, size2: int, proof: Sequence[bytes], root1: bytes, root2: bytes
) -> bool:
    """Tell whether the tree (size2, root2) begins with the tree (size1, root1).

    RFC 9162 section 2.1.4.2. Equal sizes need an empty proof and equal roots. Nothing can be
    proved from an empty tree to another size, so that is False.
    """
    if size1 == size2:
        return size1 >= 0 and not proof and root1 == root2
    if not 0 < size1 < size2 or not proof or any(len(item) != HASH_BYTES for item in proof):
        return False
    path = list(proof)
    if size1 & (size1 - 1) == 0:
        path.insert(0, root1)
    return _walk_consistency(size1 - 1, size2 - 1, path) == (root1, root2)


def _walk_consistency(position: int, last: int, path: list[bytes]) -> tuple[bytes, bytes] | None:
    while position & 1:
        position, last = position >> 1, last >> 1
    old = new = path[0]
    for sibling in path[1:]:
        if last == 0:
            return None
        if position & 1 or position == last:
            old, new = node_hash(sibling, old), node_hash(sibling, new)
            while not position & 1 and position != 0:
                position, last = position >> 1, last >> 1
        else:
            new = node_hash(new, sibling)
        position, last = position >> 1, last >> 1
    return (old, new) if last == 0 else None


def _fold(edge: Sequence[bytes]) -> bytes:
    if not edge:
        return EMPTY_ROOT
    result = edge[-1]
    for left in reversed(edge[:-1]):
        result = node_hash(left, result)
    return result


def _split(length: int) -> int:
    """The largest power of two smaller than `length` (`length` > 1)."""
    return 1 << ((length - 1).bit_length() - 1)


def _range_hash(start: int, end: int, read: ReadNode) -> bytes:
    """MTH(D[start:end]) for a range the proofs ask for: `start` is a multiple of its subtrees."""
    edge = [read(level, (start >> level) + index) for level, index in complete_subtrees(end - start)]
    return _fold(edge)
