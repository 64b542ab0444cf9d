"""The tree as static files, addressed as C2SP tlog-tiles says (c2sp.org/tlog-tiles).

A tile holds up to 256 consecutive hashes of one level in eight: tile level L holds subtrees of
256**L leaves. A full tile (8,192 bytes) never changes; the ragged right edge is published as
partial tiles `….p/<width>`, each of them immutable too, because its width is in its name. The
entries themselves lie in bundles beside the tiles. Level 0 tiles alone let a checker without
network tell whether a leaf is in the register.
"""

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from lms.register.errors import CodedError
from lms.register.merkle import HASH_BYTES, ReadNode, node_hash

LEVELS_PER_TILE = 8
TILE_WIDTH = 256
TILE_BYTES = TILE_WIDTH * HASH_BYTES
MAX_ENTRY_BYTES = 65_535
MAX_TILE_LEVEL = 63
ENTRIES = -1
"""The level of an entry bundle, which tlog-tiles writes as `entries`."""

_PATH = re.compile(
    r"tile/(?P<level>entries|0|[1-9][0-9]?)"
    r"/(?P<index>(?:x[0-9]{3}/)*[0-9]{3})"
    r"(?:\.p/(?P<width>[1-9][0-9]{0,2}))?"
)


class TileError(CodedError):
    """A tile path or tile content that tlog-tiles does not allow."""


@dataclass(frozen=True, slots=True, order=True)
class Tile:
    """The address of one tile or entry bundle; `width` is below 256 for a partial one."""

    level: int
    index: int
    width: int = TILE_WIDTH

    @property
    def path(self) -> str:
        """Where the tile lies below the prefix of the log, as `tile/0/x001/234.p/5`."""
        level = "entries" if self.level == ENTRIES else str(self.level)
        partial = "" if self.width == TILE_WIDTH else f".p/{self.width}"
        return f"tile/{level}/{_path_of(self.index)}{partial}"

    @property
    def is_full(self) -> bool:
        return self.width == TILE_WIDTH


def parse_path(path: str) -> Tile:
    """Read a tile path; the same tile has no second spelling."""
    match = _PATH.fullmatch(path)
    if match is None:
        raise TileError("bad_path", f"not a tile path: {path!r}")
    level = ENTRIES if match["level"] == "entries" else int(match["level"])
    index = int(match["index"].replace("x", "").replace("/", ""))
    tile = Tile(level, index, int(match["width"] or TILE_WIDTH))
    is_named_full = match["width"] == str(TILE_WIDTH)
    if level > MAX_TILE_LEVEL or tile.width > TILE_WIDTH or is_named_full or tile.path != path:
        raise TileError("bad_path", f"not a canonical tile path: {path!r}")
    return tile


def tiles_of(size: int) -> Iterator[Tile]:
    """Every hash tile of a tree of `size` leaves, level by level, left to right."""
    level, count = 0, size
    while count:
        yield from _row(level, 0, count)
        level, count = level + 1, count // TILE_WIDTH


def bundles_of(size: int) -> Iterator[Tile]:
    """Every entry bundle of a tree of `size` leaves."""
    return _row(ENTRIES, 0, size)


def tiles_since(old_size: int, size: int) -> Iterator[Tile]:
    """Tiles and entry bundles that a tree of `size` has and a tree of `old_size` had not."""
    if old_size < size:
        yield from _row(ENTRIES, old_size // TILE_WIDTH, size)
    level, old, new = 0, old_size, size
    while new > old:
        yield from _row(level, old // TILE_WIDTH, new)
        level, old, new = level + 1, old // TILE_WIDTH, new // TILE_WIDTH


def build_tile(tile: Tile, read: ReadNode) -> bytes:
    """The bytes of a hash tile, out of the stored complete subtrees."""
    level = tile.level * LEVELS_PER_TILE
    first = tile.index * TILE_WIDTH
    return b"".join(read(level, first + offset) for offset in range(tile.width))


def split_tile(data: bytes, tile: Tile) -> list[bytes]:
    """The hashes of a hash tile, which must be exactly as wide as its address says."""
    if len(data) != tile.width * HASH_BYTES:
        raise TileError("bad_tile", f"{tile.path} has {len(data)} bytes")
    return [data[start : start + HASH_BYTES] for start in range(0, len(data), HASH_BYTES)]


def encode_bundle(entries: Sequence[bytes]) -> bytes:
    """An entry bundle: each entry after its length in two big-endian bytes."""
    if any(len(entry) > MAX_ENTRY_BYTES for entry in entries):
        raise TileError("entry_too_long", f"an entry is longer than {MAX_ENTRY_BYTES} bytes")
    return b"".join(len(entry).to_bytes(2, "big") + entry for entry in entries)


def decode_bundle(data: bytes, bundle: Tile) -> list[bytes]:
    """The entries of a bundle, which must hold exactly as many as its address says."""
    entries: list[bytes] = []
    position = 0
    while position < len(data):
        start = position + 2
        position = start + int.from_bytes(data[position:start], "big")
        if start > len(data) or position > len(data):
            raise TileError("bad_bundle", f"{bundle.path} is cut short")
        entries.append(data[start:position])
    if len(entries) != bundle.width:
        raise TileError("bad_bundle", f"{bundle.path} holds {len(entries)} entries")
    return entries


class TileTree:
    """The tree of `size` leaves behind a set of published tiles.

    `read` is the node reader that `lms.register.merkle` asks for, `leaf` the leaf hash at an
    index. `fetch(path)` returns the bytes of one tile and may raise what it likes; every tile is
    fetched at most once.
    """

    def __init__(self, size: int, fetch: Callable[[str], bytes]) -> None:
        self.size = size
        self._fetch = fetch
        self._tiles: dict[Tile, list[bytes]] = {}

    def leaf(self, index: int) -> bytes:
        """The leaf hash at `index`; an index beyond the tree raises `TileError`."""
        if not 0 <= index < self.size:
            raise TileError("bad_index", f"leaf {index} is not in a tree of {self.size}")
        return self.read(0, index)

    def read(self, level: int, index: int) -> bytes:
        """The hash of a complete subtree, folded from the tile below it where need be."""
        tile_level, height = divmod(level, LEVELS_PER_TILE)
        first = index << height
        hashes = self._hashes(tile_level, first // TILE_WIDTH)
        offset = first % TILE_WIDTH
        row = hashes[offset : offset + (1 << height)]
        if len(row) != 1 << height:
            raise TileError("bad_index", f"subtree {index} of level {level} is not complete")
        while len(row) > 1:
            row = [node_hash(left, right) for left, right in zip(row[::2], row[1::2], strict=True)]
        return row[0]

    def _hashes(self, level: int, index: int) -> list[bytes]:
        count = self.size // TILE_WIDTH**level
        width = min(count - index * TILE_WIDTH, TILE_WIDTH)
        if width < 1:
            raise TileError("bad_index", f"a tree of {self.size} has no tile {level}/{index}")
        tile = Tile(level, index, width)
        if tile not in self._tiles:
            self._tiles[tile] = split_tile(self._fetch(tile.path), tile)
        return self._tiles[tile]


def _row(level: int, first_index: int, count: int) -> Iterator[Tile]:
    full, rest = divmod(count, TILE_WIDTH)
    for index in range(first_index, full):
        yield Tile(level, index)
    if rest:
        yield Tile(level, full, rest)


def _path_of(index: int) -> str:
    if index < 0:
        raise TileError("bad_path", "a tile cannot have a negative index")
    groups = [f"{index % 1000:03d}"]
    while index := index // 1000:
        groups.append(f"x{index % 1000:03d}")
    return "/".join(reversed(groups))
