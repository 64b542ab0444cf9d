"""Zip packages by strangers: looked through before anything is unpacked, and never written to a disk."""

import io
import stat
import struct
import unicodedata
import zipfile
import zlib
from collections.abc import Iterator

from .model import InterchangeError

MOST_ENTRIES = 5_000
MOST_UNPACKED = 64 * 1024 * 1024
MOST_ENTRY = 20 * 1024 * 1024
#: XML packs about twenty to one; a bomb a thousand to one.
MOST_RATIO = 200
RATIO_FROM = 1024 * 1024
MOST_NAME = 400
#: What Python's reader raises for archives that somebody has damaged.
_BROKEN = (
    zipfile.BadZipFile,
    zlib.error,
    struct.error,
    ArithmeticError,
    EOFError,
    LookupError,
    OSError,
    RuntimeError,
    ValueError,
)


class Package:
    """The files of a zip archive by their names.

    Raises InterchangeError for an archive that is broken or encrypted, for names that leave the archive, that
    are links or that stand twice, and for contents out of all proportion.
    """

    def __init__(self, data: bytes) -> None:
        try:
            self._archive = zipfile.ZipFile(io.BytesIO(data))
        except _BROKEN as error:
            raise InterchangeError("zip_broken", detail=str(error)[:200]) from error
        entries = self._archive.infolist()
        if len(entries) > MOST_ENTRIES:
            raise InterchangeError("zip_too_many", detail=MOST_ENTRIES)
        for entry in entries:
            _check_entry(entry)
        if sum(entry.file_size for entry in entries) > MOST_UNPACKED:
            raise InterchangeError("zip_too_large", detail=MOST_UNPACKED // 1024**2)
        self._entries = dict(_named(entries))

    @property
    def names(self) -> list[str]:
        return list(self._entries)

    def __contains__(self, name: str) -> bool:
        return _folded(name) in self._entries

    def read(self, name: str) -> bytes:
        """The contents of a file of the package. Raises InterchangeError if it is not there or is broken."""
        entry = self._entries.get(_folded(name))
        if entry is None:
            raise InterchangeError("zip_missing", name)
        try:
            with self._archive.open(entry) as file:
                data = file.read(MOST_ENTRY + 1)
        except _BROKEN as error:
            raise InterchangeError("zip_broken", name, str(error)[:200]) from error
        if len(data) > MOST_ENTRY:
            raise InterchangeError("zip_too_large", name, MOST_ENTRY // 1024**2)
        return data


def _check_entry(entry: zipfile.ZipInfo) -> None:
    name = entry.filename
    parts = name.split("/")
    if not name or len(name) > MOST_NAME or "\\" in entry.orig_filename or "\x00" in entry.orig_filename:
        raise InterchangeError("zip_name", name[:60])
    if name.startswith("/") or ".." in parts or (len(parts[0]) > 1 and parts[0][1] == ":"):
        raise InterchangeError("zip_traversal", name)
    if stat.S_ISLNK(entry.external_attr >> 16):
        raise InterchangeError("zip_link", name)
    if entry.flag_bits & 1:
        raise InterchangeError("zip_encrypted", name)
    if entry.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
        raise InterchangeError("zip_method", name, entry.compress_type)
    if entry.file_size > RATIO_FROM and entry.file_size > MOST_RATIO * max(entry.compress_size, 1):
        raise InterchangeError("zip_bomb", name, entry.file_size // max(entry.compress_size, 1))
    if entry.file_size > MOST_ENTRY:
        raise InterchangeError("zip_too_large", name, MOST_ENTRY // 1024**2)


def _named(entries: list[zipfile.ZipInfo]) -> Iterator[tuple[str, zipfile.ZipInfo]]:
    seen: set[str] = set()
    for entry in entries:
        folded = _folded(entry.filename)
        if folded.casefold() in seen:
            raise InterchangeError("zip_twice", entry.filename)
        seen.add(folded.casefold())
        if not entry.is_dir():
            yield folded, entry


def _folded(name: str) -> str:
    return unicodedata.normalize("NFC", name)
