"""Write the register as static files that any web server and any auditor can use.

    checkpoint                 the signed head
    cosigned, heads/<size>     heads that outside witnesses cosigned (c2sp.org/tlog-cosignature)
    tile/<L>/<N>[.p/<W>]       the tree (c2sp.org/tlog-tiles)
    tile/entries/<N>[.p/<W>]   the records

Beside these lie the signed files that an app publishes with the register. Tiles never change, so an
export into a folder that holds an earlier one only adds files and replaces the few signed ones.

Everything is first written whole to a folder of its own beside the target, and only then moved into
place, file by file, the checkpoint after the tiles that it makes reachable; a new target appears in
one step. A full disk, which shows while writing, leaves the earlier export as it was and no scrap.
"""

import os
import shutil
import tempfile
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from types import MappingProxyType

from lms.register.merkle import ReadNode
from lms.register.tiles import ENTRIES, TILE_WIDTH, build_tile, encode_bundle, tiles_since

CHECKPOINT = "checkpoint"
#: The largest head that enough witnesses cosigned, and the folder of all heads that one did, by size.
COSIGNED, HEADS = "cosigned", "heads"

ReadEntries = Callable[[int, int], Sequence[bytes]]


def export_register(
    folder: Path,
    *,
    size: int,
    read: ReadNode,
    entries: ReadEntries,
    checkpoint: bytes,
    since: int = 0,
    before: Mapping[str, bytes] = MappingProxyType({}),
    after: Mapping[str, bytes] = MappingProxyType({}),
) -> int:
    """Write a register of `size` entries to `folder`; return the number of files that are new or changed.

    `entries(start, stop)` returns the encoded records of a range. `since` is the size of an export
    that the folder is known to hold. `before` and `after` are further signed files by path, put in
    place before and after the checkpoint. Raises `OSError` and leaves `folder` as it was.
    """
    folder.parent.mkdir(parents=True, exist_ok=True)
    stage = Path(tempfile.mkdtemp(dir=folder.parent, prefix=f".{folder.name}-"))
    try:
        names = _write_tiles(stage, folder, size, since, read, entries)
        for name, data in (*before.items(), (CHECKPOINT, checkpoint), *after.items()):
            if not _holds(folder / name, data):
                write_file(stage / name, data)
                names.append(name)
        _move(stage, folder, names)
    finally:
        shutil.rmtree(stage, ignore_errors=True)
    return len(names)


def _write_tiles(  # noqa: PLR0917 - handed on as they came
    stage: Path, folder: Path, size: int, since: int, read: ReadNode, entries: ReadEntries
) -> list[str]:
    names: list[str] = []
    for tile in tiles_since(since, size):
        if (folder / tile.path).exists():
            continue
        start = tile.index * TILE_WIDTH
        is_bundle = tile.level == ENTRIES
        data = encode_bundle(entries(start, start + tile.width)) if is_bundle else build_tile(tile, read)
        write_file(stage / tile.path, data)
        names.append(tile.path)
    return names


def _holds(path: Path, data: bytes) -> bool:
    try:
        return path.read_bytes() == data
    except FileNotFoundError:
        return False


def _move(stage: Path, folder: Path, names: Sequence[str]) -> None:
    stage.chmod(0o755)
    if not folder.exists():
        stage.rename(folder)
        return
    for name in names:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (stage / name).replace(folder / name)


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
