"""Audit an exported register: files only, no database, no Django, no trust in whoever wrote them.

Everything is recomputed from the entries upwards. A finding says what is wrong (`code`), where
(`place`, a path below the folder or an entry) and in words; a register without findings is whole:

* the checkpoint is signed by the log's key, and the entries add up to its root;
* every tile and entry bundle is there, canonical, and holds what it must;
* every record sits at its own index, speaks of an earlier one, and days do not run backwards;
* every older head that is given is the head of a beginning of this register;
* every given leaf (a certificate that somebody holds) is at its place.

Memory grows by a few bytes an entry; a million entries are audited in one pass.
"""

import sys
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from lms.register.checkpoint import Checkpoint, open_checkpoint
from lms.register.errors import CodedError
from lms.register.export import CHECKPOINT
from lms.register.merkle import EMPTY_ROOT, HASH_BYTES, Frontier, leaf_hash
from lms.register.note import VerifierKey
from lms.register.records import NEEDS_SUBJECT, Record, RecordError, RecordType, decode_record
from lms.register.tiles import (
    ENTRIES,
    TILE_WIDTH,
    Tile,
    TileError,
    bundles_of,
    decode_bundle,
    parse_path,
    split_tile,
    tiles_of,
)

DAY_TOLERANCE = 1
"""Days by which a record may lie before an earlier one: two clocks around midnight."""

OLDER = "older checkpoint"

Visit = Callable[[Record], None]


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that is wrong."""

    code: str
    place: str
    detail: str


@dataclass
class AuditReport:
    """What an audit saw. `is_whole` is False as soon as there is one finding."""

    checkpoint: Checkpoint | None = None
    counts: dict[str, int] = field(default_factory=dict)
    findings: list[Finding] = field(default_factory=list)

    @property
    def is_whole(self) -> bool:
        return not self.findings

    def add(self, code: str, place: str, detail: str) -> None:
        self.findings.append(Finding(code, place, detail))


def audit_register(
    folder: Path,
    log_keys: Sequence[VerifierKey],
    *,
    since: bytes | None = None,
    heads: Iterable[tuple[str, Checkpoint]] = (),
    leaves: Iterable[tuple[int, bytes]] = (),
    visit: Visit | None = None,
) -> AuditReport:
    """Audit the register in `folder` under the log's keys.

    `since` is the note of an older checkpoint, `heads` are further signed heads with the places where
    they were found, `leaves` are (index, leaf hash) pairs that must be in the register, and `visit` is
    called with every well-formed record in order. Never raises for what it finds in the folder.
    """
    report = AuditReport()
    checkpoint = _read_checkpoint(folder, log_keys, report)
    if checkpoint is None:
        return report
    report.checkpoint = checkpoint
    older = [] if since is None else _read_older(since, log_keys, report)
    older = [item for item in (*older, *heads) if _may_be_beginning(item, checkpoint, report)]
    walk = _Walk(folder=folder, checkpoint=checkpoint, older=older, report=report, visit=visit)
    walk.run()
    for index, leaf in leaves:
        if not 0 <= index < len(walk.leaves) // HASH_BYTES or walk.leaf(index) != leaf:
            report.add("not_in_register", f"entry {index}", "a given leaf is not at its index")
    _audit_strays(folder, checkpoint.size, report)
    return report


@dataclass(kw_only=True)
class _Walk:
    """One pass over bundles and tiles, from the entries upwards."""

    folder: Path
    checkpoint: Checkpoint
    older: list[tuple[str, Checkpoint]]
    report: AuditReport
    visit: Visit | None
    leaves: bytearray = field(default_factory=bytearray)
    kinds: list[str] = field(default_factory=list)
    latest_day: int = 0

    def run(self) -> None:
        size = self.checkpoint.size
        tiles = (tile for tile in tiles_of(size) if tile.level == 0)
        for tile, bundle in zip(tiles, bundles_of(size), strict=True):
            self._take_leaves(tile, self._read_hashes(tile), self._read_entries(bundle))
        self._audit_roots()
        self._audit_upper_tiles()

    def leaf(self, index: int) -> bytes:
        return bytes(self.leaves[index * HASH_BYTES : (index + 1) * HASH_BYTES])

    def _read_hashes(self, tile: Tile) -> list[bytes] | None:
        return _guarded(self.report, tile, lambda: split_tile(self._read(tile), tile))

    def _read_entries(self, bundle: Tile) -> list[bytes] | None:
        return _guarded(self.report, bundle, lambda: decode_bundle(self._read(bundle), bundle))

    def _read(self, tile: Tile) -> bytes:
        return (self.folder / tile.path).read_bytes()

    def _take_leaves(self, tile: Tile, hashes: list[bytes] | None, entries: list[bytes] | None) -> None:
        """The published leaf hashes, or those of the entries where the tile cannot be read."""
        first = tile.index * TILE_WIDTH
        computed = None if entries is None else [leaf_hash(entry) for entry in entries]
        if hashes is not None and computed is not None and hashes != computed:
            offset = next(
                place for place, pair in enumerate(zip(hashes, computed, strict=True)) if len(set(pair)) > 1
            )
            self.report.add("wrong_entry", f"entry {first + offset}", f"it is not the leaf in {tile.path}")
        self.leaves += b"".join(hashes or computed or [bytes(HASH_BYTES)] * tile.width)
        for offset, entry in enumerate(entries or [b""] * tile.width):
            self._take_record(first + offset, entry if entries is not None else None)

    def _take_record(self, index: int, entry: bytes | None) -> None:
        try:
            record = None if entry is None else decode_record(entry)
        except RecordError as error:
            self.report.add("bad_record", f"entry {index}", str(error))
            record = None
        self.kinds.append("" if record is None else sys.intern(record.type))
        if record is None:
            return
        self.report.counts[record.type] = self.report.counts.get(record.type, 0) + 1
        self._audit_record(index, record)
        if self.visit is not None:
            self.visit(record)

    def _audit_record(self, index: int, record: Record) -> None:
        place = f"entry {index}"
        if record.index != index:
            self.report.add("wrong_index", place, f"the record says index {record.index}")
        if record.day < self.latest_day - DAY_TOLERANCE:
            self.report.add("back_dated", place, f"day {record.day} after day {self.latest_day}")
        self.latest_day = max(self.latest_day, record.day)
        if record.subject is not None and record.type in NEEDS_SUBJECT:
            wanted = RecordType.ENDORSE if record.type == RecordType.WITHDRAW else RecordType.ISSUE
            found = self.kinds[record.subject] if record.subject < index else ""
            if found != wanted:
                self.report.add(
                    "wrong_subject", place, f"{record.type} speaks of a {found or 'missing'} record"
                )

    def _audit_roots(self) -> None:
        frontier = Frontier()
        roots = dict.fromkeys((head.size for _, head in self.older), EMPTY_ROOT)
        for index in range(self.checkpoint.size):
            frontier.append(self.leaf(index))
            if frontier.size in roots:
                roots[frontier.size] = frontier.root()
        if frontier.root() != self.checkpoint.root:
            self.report.add("wrong_root", CHECKPOINT, "the leaves do not add up to the signed root")
        for place, head in self.older:
            if roots[head.size] != head.root:
                self.report.add("inconsistent", place, f"not a continuation of the head at {head.size}")

    def _audit_upper_tiles(self) -> None:
        below = self.leaves
        for level in range(1, 1 + max((tile.level for tile in tiles_of(self.checkpoint.size)), default=0)):
            row = bytearray()
            width = TILE_WIDTH * HASH_BYTES
            for start in range(0, len(below) - width + 1, width):
                frontier = Frontier()
                for place in range(start, start + width, HASH_BYTES):
                    frontier.append(bytes(below[place : place + HASH_BYTES]))
                row += frontier.root()
            for tile in (tile for tile in tiles_of(self.checkpoint.size) if tile.level == level):
                self._audit_tile(tile, row)
            below = row

    def _audit_tile(self, tile: Tile, row: bytearray) -> None:
        hashes = self._read_hashes(tile)
        start = tile.index * TILE_WIDTH * HASH_BYTES
        if hashes is not None and b"".join(hashes) != row[start : start + tile.width * HASH_BYTES]:
            self.report.add("wrong_tile", tile.path, "its hashes are not those of the tiles below")


def _read_checkpoint(folder: Path, log_keys: Sequence[VerifierKey], report: AuditReport) -> Checkpoint | None:
    try:
        return open_checkpoint((folder / CHECKPOINT).read_bytes(), log_keys)
    except OSError:
        report.add("missing", CHECKPOINT, "the register has no checkpoint")
    except CodedError as error:
        report.add(error.code, CHECKPOINT, str(error))
    return None


def _read_older(
    since: bytes, log_keys: Sequence[VerifierKey], report: AuditReport
) -> list[tuple[str, Checkpoint]]:
    try:
        return [(OLDER, open_checkpoint(since, log_keys))]
    except CodedError as error:
        report.add(error.code, OLDER, str(error))
        return []


def _may_be_beginning(item: tuple[str, Checkpoint], checkpoint: Checkpoint, report: AuditReport) -> bool:
    place, older = item
    if older.origin != checkpoint.origin:
        report.add("wrong_origin", place, f"it is of {older.origin}")
        return False
    if older.size > checkpoint.size:
        report.add("shrunk", place, f"there were {older.size} entries; the checkpoint has {checkpoint.size}")
        return False
    return True


def _guarded(report: AuditReport, tile: Tile, read: Callable[[], list[bytes]]) -> list[bytes] | None:
    try:
        return read()
    except OSError:
        report.add("missing", tile.path, "the file is missing or cannot be read")
    except TileError as error:
        report.add(error.code, tile.path, str(error))
    return None


def _audit_strays(folder: Path, size: int, report: AuditReport) -> None:
    """Tiles of earlier, smaller heads must agree with the present ones; nothing else may lie there."""
    known = {tile.path: tile for tile in (*tiles_of(size), *bundles_of(size))}
    widest = {(tile.level, tile.index): tile for tile in known.values()}
    for path in sorted((folder / "tile").rglob("*")):
        name = path.relative_to(folder).as_posix()
        if path.is_dir() or name in known:
            continue
        try:
            tile = parse_path(name)
        except TileError:
            report.add("stray", name, "not a file of a register")
            continue
        present = widest.get((tile.level, tile.index))
        if present is None or present.width < tile.width:
            report.add("stray", name, "the register is not that large")
        elif not _is_beginning(folder, tile, present):
            report.add("wrong_tile", name, f"not the beginning of {present.path}")


def _is_beginning(folder: Path, partial: Tile, present: Tile) -> bool:
    try:
        part, whole = ((folder / tile.path).read_bytes() for tile in (partial, present))
        if partial.level == ENTRIES:
            return decode_bundle(part, partial) == decode_bundle(whole, present)[: partial.width]
        return split_tile(part, partial) == split_tile(whole, present)[: partial.width]
    except (OSError, TileError):
        return False
