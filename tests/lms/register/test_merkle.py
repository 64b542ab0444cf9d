"""The tree against RFC 6962's definitions and the published examples of its implementations.

`LEAVES`, `ROOTS` and the proofs are the reference data of Certificate Transparency's Merkle tree
tests, which transparency-dev/merkle publishes under testdata/ (inclusion/1, consistency/1..3).
"""

import base64
from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lms.register.merkle import (
    EMPTY_ROOT,
    Frontier,
    MerkleError,
    append_leaf,
    consistency_proof,
    inclusion_proof,
    leaf_hash,
    node_hash,
    root_at,
    root_of,
    verify_consistency,
    verify_inclusion,
)

LEAVES = [
    bytes.fromhex(leaf)
    for leaf in (
        "",
        "00",
        "10",
        "2021",
        "3031",
        "40414243",
        "5051525354555657",
        "606162636465666768696a6b6c6d6e6f",
    )
]
ROOTS = [
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
]
INCLUSION_OF_0_IN_8 = [
    "lqKW0iTyhcZ77pPDD4owkVfw2qNdxbh+QQt4YwoJz8c=",
    "Xwg/ChozygdqlSeYMlgNs+DvRYS9/x9UyKNg9Q3jAx4=",
    "a0eq8p7jwq+a+Im8H7klTavTEXfxYjLdaqsDXKOb9uQ=",
]
CONSISTENCY = {
    (1, 8): INCLUSION_OF_0_IN_8,
    (6, 8): [
        "DrxdNDf74tsVi58Sah0RjjCBgQMdCpSfje3t68VY72o=",
        "yoVOoSjtBQtBs1/8G4e46yveRh6eO1WW7Oa51ZdaCuA=",
        "037kGJdt2VdTwcc4Yrk5j6Kiz5tP8P3+izDNlSCWFLc=",
    ],
    (2, 5): [
        "Xwg/ChozygdqlSeYMlgNs+DvRYS9/x9UyKNg9Q3jAx4=",
        "vBoGQ7EuTS18d5GPROD095qDi2z57FtcKD4fTYhZnms=",
    ],
}


class StoredTree:
    """A tree kept as the service keeps it: complete subtrees by (level, index), reads counted."""

    def __init__(self, leaves: Sequence[bytes] = ()) -> None:
        self.nodes: dict[tuple[int, int], bytes] = {}
        self.size = 0
        self.reads = 0
        for leaf in leaves:
            self.append(leaf)

    def read(self, level: int, index: int) -> bytes:
        self.reads += 1
        return self.nodes[level, index]

    def append(self, leaf: bytes) -> None:
        for node in append_leaf(self.size, leaf, self.read):
            assert (node.level, node.index) not in self.nodes
            self.nodes[node.level, node.index] = node.hash
        self.size += 1


def numbered(count: int) -> list[bytes]:
    return [leaf_hash(str(number).encode()) for number in range(count)]


def mth(leaves: Sequence[bytes]) -> bytes:
    """RFC 6962 section 2.1, word for word, over leaf hashes."""
    if not leaves:
        return EMPTY_ROOT
    if len(leaves) == 1:
        return leaves[0]
    split = 1 << ((len(leaves) - 1).bit_length() - 1)
    return node_hash(mth(leaves[:split]), mth(leaves[split:]))


def test_empty_root_is_the_hash_of_nothing() -> None:
    assert EMPTY_ROOT.hex() == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
    assert root_of([]) == root_at(0, StoredTree().read) == EMPTY_ROOT


@pytest.mark.parametrize("size", range(1, 9))
def test_roots_match_the_published_ones(size: int) -> None:
    leaves = [leaf_hash(leaf) for leaf in LEAVES[:size]]

    assert root_of(leaves).hex() == ROOTS[size - 1]
    assert root_at(size, StoredTree(leaves).read).hex() == ROOTS[size - 1]


def test_inclusion_proof_matches_the_published_one() -> None:
    tree = StoredTree([leaf_hash(leaf) for leaf in LEAVES])

    proof = inclusion_proof(0, 8, tree.read)

    assert [base64.b64encode(item).decode() for item in proof] == INCLUSION_OF_0_IN_8
    assert verify_inclusion(leaf_hash(b""), 0, 8, proof, bytes.fromhex(ROOTS[7]))


@pytest.mark.parametrize("sizes", CONSISTENCY)
def test_consistency_proofs_match_the_published_ones(sizes: tuple[int, int]) -> None:
    size1, size2 = sizes
    tree = StoredTree([leaf_hash(leaf) for leaf in LEAVES])

    proof = consistency_proof(size1, size2, tree.read)

    assert [base64.b64encode(item).decode() for item in proof] == CONSISTENCY[sizes]
    assert verify_consistency(
        size1, size2, proof, bytes.fromhex(ROOTS[size1 - 1]), bytes.fromhex(ROOTS[size2 - 1])
    )


def test_every_inclusion_proof_of_small_trees_verifies_and_no_other_index_does() -> None:
    leaves = numbered(40)
    tree = StoredTree(leaves)
    for size in range(1, 41):
        root = mth(leaves[:size])
        for index in range(size):
            proof = inclusion_proof(index, size, tree.read)
            assert verify_inclusion(leaves[index], index, size, proof, root)
            others = [other for other in range(size + 1) if other != index]
            assert not any(verify_inclusion(leaves[index], other, size, proof, root) for other in others)


def test_every_consistency_proof_of_small_trees_verifies_and_no_other_size_does() -> None:
    leaves = numbered(24)
    tree = StoredTree(leaves)
    roots = [mth(leaves[:size]) for size in range(25)]
    for size2 in range(1, 25):
        for size1 in range(1, size2 + 1):
            proof = consistency_proof(size1, size2, tree.read)
            assert verify_consistency(size1, size2, proof, roots[size1], roots[size2])
            for other in range(1, size2):
                if other != size1:
                    assert not verify_consistency(other, size2, proof, roots[other], roots[size2])


@given(size=st.integers(1, 300), data=st.data())
def test_mutated_proofs_are_refused(size: int, data: st.DataObject) -> None:
    leaves = numbered(size)
    tree = StoredTree(leaves)
    index = data.draw(st.integers(0, size - 1))
    root = mth(leaves)
    proof = inclusion_proof(index, size, tree.read)
    assert verify_inclusion(leaves[index], index, size, proof, root)

    assert not verify_inclusion(leaf_hash(b"other"), index, size, proof, root)
    assert not verify_inclusion(leaves[index], index, size, [*proof, root], root)
    assert not verify_inclusion(leaves[index], index, size, [root, *proof], root)
    if proof:
        place = data.draw(st.integers(0, len(proof) - 1))
        flipped = bytes([proof[place][0] ^ 1]) + proof[place][1:]
        assert not verify_inclusion(
            leaves[index], index, size, [*proof[:place], flipped, *proof[place + 1 :]], root
        )
        assert not verify_inclusion(leaves[index], index, size, proof[:-1], root)
        assert not verify_inclusion(leaves[index], index, size, [*proof[:-1], proof[-1][:31]], root)


@given(sizes=st.tuples(st.integers(1, 300), st.integers(1, 300)).map(sorted), data=st.data())
def test_mutated_consistency_is_refused(sizes: list[int], data: st.DataObject) -> None:
    size1, size2 = sizes
    leaves = numbered(size2)
    tree = StoredTree(leaves)
    root1, root2 = mth(leaves[:size1]), mth(leaves)
    proof = consistency_proof(size1, size2, tree.read)
    assert verify_consistency(size1, size2, proof, root1, root2)

    assert not verify_consistency(size1, size2, proof, leaf_hash(b"x"), root2)
    assert not verify_consistency(size1, size2, proof, root1, leaf_hash(b"x"))
    assert not verify_consistency(size1, size2, [*proof, root1], root1, root2)
    if proof:
        place = data.draw(st.integers(0, len(proof) - 1))
        assert not verify_consistency(size1, size2, proof[:place] + proof[place + 1 :], root1, root2)


def test_rewritten_history_has_no_consistency() -> None:
    old, new = numbered(9), numbered(20)
    new[3] = leaf_hash(b"rewritten")
    tree = StoredTree(new)

    proof = consistency_proof(9, 20, tree.read)

    assert not verify_consistency(9, 20, proof, mth(old), mth(new))


def test_edge_sizes_of_consistency_behave_as_published() -> None:
    """transparency-dev/merkle testdata/consistency/additional: nothing follows from size zero."""
    some = b"don't care 1"

    assert verify_consistency(0, 0, [], some, some)
    assert not verify_consistency(0, 0, [], some, b"don't care 2")
    assert not verify_consistency(0, 1, [], EMPTY_ROOT, EMPTY_ROOT)
    assert not verify_consistency(0, 1, [EMPTY_ROOT], EMPTY_ROOT, EMPTY_ROOT)
    assert not verify_consistency(2, 1, [EMPTY_ROOT], EMPTY_ROOT, EMPTY_ROOT)
    assert not verify_consistency(1, 1, [EMPTY_ROOT], EMPTY_ROOT, EMPTY_ROOT)
    assert not verify_consistency(-1, -1, [], some, some)


def test_edge_sizes_of_inclusion_are_refused() -> None:
    leaf = leaf_hash(b"")

    assert verify_inclusion(leaf, 0, 1, [], leaf)
    assert not verify_inclusion(leaf, 0, 0, [], leaf)
    assert not verify_inclusion(leaf, -1, 1, [], leaf)
    assert not verify_inclusion(leaf, 1, 1, [], leaf)
    assert not verify_inclusion(leaf, 2**64 - 1, 8, [], leaf)
    assert not verify_inclusion(b"", 0, 1, [], b"")


def test_append_reads_logarithmically_many_nodes() -> None:
    tree = StoredTree(numbered(4095))
    tree.reads = 0

    tree.append(leaf_hash(b"the 4096th closes twelve subtrees"))

    assert tree.reads == 12
    tree.reads = 0
    root_at(4095, tree.read)
    assert tree.reads == 12


@given(st.integers(0, 200), st.integers(0, 60))
def test_frontier_taken_up_from_storage_continues_the_same_tree(stored: int, more: int) -> None:
    leaves = numbered(stored + more)
    tree = StoredTree(leaves[:stored])

    frontier = Frontier.load(stored, tree.read)
    for leaf in leaves[stored:]:
        completed = frontier.append(leaf)
        tree.append(leaf)
        assert all(tree.nodes[node.level, node.index] == node.hash for node in completed)

    assert frontier.size == stored + more
    assert frontier.root() == mth(leaves)


def test_proofs_outside_the_tree_raise() -> None:
    tree = StoredTree(numbered(3))

    with pytest.raises(MerkleError, match="leaf 3") as refused:
        inclusion_proof(3, 3, tree.read)
    assert refused.value.code == "bad_index"
    for sizes in ((0, 3), (4, 3)):
        with pytest.raises(MerkleError) as refused:
            consistency_proof(*sizes, tree.read)
        assert refused.value.code == "bad_size"
