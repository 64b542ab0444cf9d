"""Tile addresses and contents against the examples of c2sp.org/tlog-tiles."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lms.register.merkle import (
    Frontier,
    consistency_proof,
    inclusion_proof,
    leaf_hash,
    root_at,
    verify_consistency,
    verify_inclusion,
)
from lms.register.tiles import (
    ENTRIES,
    Tile,
    TileError,
    TileTree,
    build_tile,
    bundles_of,
    decode_bundle,
    encode_bundle,
    parse_path,
    split_tile,
    tiles_of,
    tiles_since,
)


def published(size: int) -> tuple[dict[str, bytes], bytes, list[bytes]]:
    """The tiles by path, the root and the leaves of a tree of `size` numbered entries."""
    nodes: dict[tuple[int, int], bytes] = {}
    leaves = [leaf_hash(str(number).encode()) for number in range(size)]
    frontier = Frontier()
    for leaf in leaves:
        nodes.update({(node.level, node.index): node.hash for node in frontier.append(leaf)})
    tiles = {tile.path: build_tile(tile, lambda *at: nodes[at]) for tile in tiles_of(size)}
    return tiles, frontier.root(), leaves


@pytest.mark.parametrize(
    ("tile", "path"),
    [
        (Tile(0, 1234067), "tile/0/x001/x234/067"),
        (Tile(0, 0), "tile/0/000"),
        (Tile(1, 999), "tile/1/999"),
        (Tile(2, 1000), "tile/2/x001/000"),
        (Tile(0, 273, 112), "tile/0/273.p/112"),
        (Tile(ENTRIES, 5, 1), "tile/entries/005.p/1"),
        (Tile(63, 12), "tile/63/012"),
    ],
)
def test_paths_are_those_of_the_specification(tile: Tile, path: str) -> None:
    assert tile.path == path
    assert parse_path(path) == tile


@pytest.mark.parametrize(
    "path",
    [
        "",
        "tile/0/0",
        "tile/00/000",
        "tile/64/000",
        "tile/0/x000/001",
        "tile/0/001/000",
        "tile/0/000.p/0",
        "tile/0/000.p/01",
        "tile/0/000.p/256",
        "tile/0/000.p/999",
        "tile/0/000/",
        "/tile/0/000",
        "tile/0/../000",
        "tile/-1/000",
        "tile/data/000",
        "tile/0/٠٠٠",
        "tile/0/000\n",
    ],
)
def test_other_spellings_are_refused(path: str) -> None:
    with pytest.raises(TileError) as refused:
        parse_path(path)
    assert refused.value.code == "bad_path"


@given(st.integers(0, 62), st.integers(0, 10**12), st.integers(1, 256))
def test_paths_round_trip(level: int, index: int, width: int) -> None:
    tile = Tile(level, index, width)

    assert parse_path(tile.path) == tile


def test_tree_of_70_000_has_the_tiles_of_the_specification() -> None:
    tiles = list(tiles_of(70_000))

    by_level = {level: [tile for tile in tiles if tile.level == level] for level in range(4)}
    assert len([tile for tile in by_level[0] if tile.is_full]) == 273
    assert [tile.width for tile in by_level[0] if not tile.is_full] == [112]
    assert by_level[1] == [Tile(1, 0), Tile(1, 1, 17)]
    assert by_level[2] == [Tile(2, 0, 1)]
    assert by_level[3] == []
    assert len(list(bundles_of(70_000))) == 274


def test_tree_of_256_has_a_full_tile_and_a_partial_one_above() -> None:
    assert list(tiles_of(256)) == [Tile(0, 0), Tile(1, 0, 1)]
    assert list(tiles_of(0)) == []


@given(st.integers(0, 1500), st.integers(0, 1500))
def test_tiles_since_are_the_new_ones(one: int, other: int) -> None:
    old, new = sorted((one, other))
    before = {*tiles_of(old), *bundles_of(old)}
    after = {*tiles_of(new), *bundles_of(new)}

    fresh = list(tiles_since(old, new))

    assert len(fresh) == len(set(fresh))
    assert after - before <= set(fresh) <= after


def test_full_tile_has_8192_bytes() -> None:
    tiles, _, _ = published(300)

    assert {path: len(data) for path, data in tiles.items()} == {
        "tile/0/000": 8192,
        "tile/0/001.p/44": 44 * 32,
        "tile/1/000.p/1": 32,
    }


@pytest.mark.parametrize("size", [1, 2, 255, 256, 257, 511, 513, 1000])
def test_proofs_can_be_made_from_tiles_alone(size: int) -> None:
    tiles, root, leaves = published(size)
    tree = TileTree(size, tiles.__getitem__)

    assert root_at(size, tree.read) == root
    for index in {0, size // 2, size - 1}:
        assert tree.leaf(index) == leaves[index]
        assert verify_inclusion(leaves[index], index, size, inclusion_proof(index, size, tree.read), root)
    old = max(size // 3, 1)
    proof = consistency_proof(old, size, tree.read)
    assert verify_consistency(old, size, proof, root_at(old, tree.read), root)


def test_each_tile_is_fetched_once() -> None:
    tiles, _, _ = published(300)
    fetched: list[str] = []

    def fetch(path: str) -> bytes:
        fetched.append(path)
        return tiles[path]

    tree = TileTree(300, fetch)
    for index in range(300):
        tree.leaf(index)

    assert fetched == ["tile/0/000", "tile/0/001.p/44"]


@pytest.mark.parametrize("index", [-1, 300, 10**9])
def test_leaf_beyond_the_tree_is_refused(index: int) -> None:
    tiles, _, _ = published(300)

    with pytest.raises(TileError) as refused:
        TileTree(300, tiles.__getitem__).leaf(index)
    assert refused.value.code == "bad_index"


def test_incomplete_subtree_is_refused() -> None:
    tiles, _, _ = published(300)

    with pytest.raises(TileError, match="not complete"):
        TileTree(300, tiles.__getitem__).read(6, 4)


@pytest.mark.parametrize("change", [lambda data: data[:-1], lambda data: data + b"x", lambda _: b""])
def test_tile_of_another_width_is_refused(change) -> None:
    tile = Tile(0, 0, 3)
    with pytest.raises(TileError) as refused:
        split_tile(change(b"h" * 96), tile)
    assert refused.value.code == "bad_tile"


@given(st.lists(st.binary(max_size=600), min_size=1, max_size=256))
def test_bundles_round_trip(entries: list[bytes]) -> None:
    bundle = Tile(ENTRIES, 0, len(entries))

    assert decode_bundle(encode_bundle(entries), bundle) == entries


@given(st.lists(st.binary(max_size=20), min_size=1, max_size=10), st.data())
def test_truncated_bundles_are_refused(entries: list[bytes], data: st.DataObject) -> None:
    whole = encode_bundle(entries)
    cut = data.draw(st.integers(0, len(whole) - 1))

    with pytest.raises(TileError) as refused:
        decode_bundle(whole[:cut], Tile(ENTRIES, 0, len(entries)))
    assert refused.value.code == "bad_bundle"


def test_entry_that_cannot_be_length_prefixed_is_refused() -> None:
    with pytest.raises(TileError) as refused:
        encode_bundle([b"x" * 65_536])
    assert refused.value.code == "entry_too_long"
