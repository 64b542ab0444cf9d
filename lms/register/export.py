"""Write the register as static files that any web server and any auditor can use.

    checkpoint                 the signed head
    tile/<L>/<N>[.p/<W>]       the tree (c2sp.org/tlog-tiles)
    tile/entries/<N>[.p/<W>]   the records

Tiles never change, so an export into a folder that holds an earlier one only adds files; the
checkpoint, which makes the new tiles reachable, is replaced last and in one step. Whatever stops an
export half-way leaves the earlier one whole.
"""

import os
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path

from lms.register.merkle import ReadNode
from lms.register.tiles import ENTRIES, TILE_WIDTH, build_tile, encode_bundle, tiles_since

CHECKPOINT = "checkpoint"

ReadEntries = Callable[[int, int], Sequence[bytes]]


def export_register(
    folder: Path, *, size: int, read: ReadNode, entries: ReadEntries, checkpoint: bytes, since: int = 0
) -> int:
    """Write a register of `size` entries below `folder`; return the number of new files.

    `entries(start, stop)` returns the encoded records of a range. `since` is the size of an export
    that the folder is known to hold.
    """
    written = 0
    for tile in tiles_since(since, size):
        path = folder / tile.path
        if path.exists():
            continue
        start = tile.index * TILE_WIDTH
        is_bundle = tile.level == ENTRIES
        data = encode_bundle(entries(start, start + tile.width)) if is_bundle else build_tile(tile, read)
        write_file(path, data)
        written += 1
    write_file(folder / CHECKPOINT, checkpoint)
    return written + 1


def write_file(path: Path, data: bytes) -> None:
    """Write a file whole or not at all, replacing what was there."""
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}-")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        Path(temporary).chmod(0o644)
        Path(temporary).replace(path)
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise
