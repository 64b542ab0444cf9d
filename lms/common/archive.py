"""The archive of coded answers: an HDF5 file laid out like AnnData. Pure: imports neither Django nor Wagtail.

Root: `X`, int16 codes, one row a respondent and one column an item; `layers`, more numbers of the same shape (marks,
timings); `obs`, the table of respondents; `var`, the table of items; `uns`, everything else (codebook, design,
provenance). On-disk format of AnnData 0.1.0
(https://anndata.readthedocs.io/en/stable/fileformat-prose.html), kept to what Python, R and Julia all read: the
earliest object formats of HDF5, no booleans, no integers wider than 32 bits, UTF-8 strings of variable length,
missing categories as -1. Each array has the attribute `dims`, because R and Julia see the axes in reverse.

Rows are streamed in blocks, so that a million of them need no more memory than one block.
"""

from __future__ import annotations

import hashlib
import os
import tempfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, BinaryIO, Literal

if TYPE_CHECKING:
    import h5py

BLOCK_ROWS = 4096
CODE = "int16"
DIGEST_NAME = "content_sha256"
"""Where `uns` holds `content_digest` of the file."""

_DIGEST_FORMAT = "archive content 1"

LayerKind = Literal["int8", "int16", "int32", "float64"]
ColumnKind = Literal["int8", "int16", "int32", "float64", "string", "categorical"]
Uns = Mapping[str, "Uns | str | int | float | Sequence[str] | Sequence[int] | Sequence[float]"]


class ArchiveError(ValueError):
    """Something that the archive cannot hold; its place is named."""


@dataclass(frozen=True, slots=True)
class Column:
    """A column of `obs` or `var`.

    A categorical column names its categories; its values are those or None for missing. A string column has no
    missing value: write an empty string.
    """

    name: str
    kind: ColumnKind
    categories: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Table:
    """A whole table: unique names of its rows, and for each column one value a row."""

    names: Sequence[str]
    columns: Mapping[Column, Sequence[Any]]


@dataclass(frozen=True, slots=True)
class Row:
    """One respondent: a name of its own, codes in the order of `var`, values in the order of the columns of `obs`,
    and for each layer numbers in the order of `var`."""

    name: str
    codes: Sequence[int]
    values: Sequence[Any]
    layers: Sequence[Sequence[float]] = ()


def save_archive(
    path: Path,
    *,
    rows: Iterable[Row],
    obs: Sequence[Column],
    var: Table,
    uns: Uns,
    obs_index: str = "respondent",
    layers: Mapping[str, LayerKind] = MappingProxyType({}),
) -> int:
    """Write an archive to `path`, whole or not at all, and return the number of rows.

    A temporary file beside it is filled, forced to the disk and renamed. Only its owner may read it.
    """
    with replacing(path) as file:
        return write_archive(file, rows=rows, obs=obs, var=var, uns=uns, obs_index=obs_index, layers=layers)


@contextmanager
def replacing(path: Path) -> Iterator[BinaryIO]:
    """A binary file that takes the place of `path` when the block ends without an error, durably."""
    path = path.resolve()
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.", suffix=".part")
    temporary = Path(name)
    try:
        with os.fdopen(handle, "w+b") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        temporary.replace(path)
        _sync_folder(path.parent)
    finally:
        temporary.unlink(missing_ok=True)


def write_archive(
    destination: BinaryIO,
    *,
    rows: Iterable[Row],
    obs: Sequence[Column],
    var: Table,
    uns: Uns,
    obs_index: str = "respondent",
    layers: Mapping[str, LayerKind] = MappingProxyType({}),
) -> int:
    """Write an archive into an open, seekable binary file and return the number of rows.

    `layers` names further numbers of the shape of `X`, in the order in which each row holds them. That the names of
    the rows are unique is the caller's part, since remembering them all would not be bounded.
    Raises ArchiveError for a value that has no place: an unknown category, a number too large, a row of another
    length, an archive without items.
    """
    import h5py

    if not var.names:
        raise ArchiveError("an archive has at least one item")
    with h5py.File(destination, "w") as file:
        _mark(file, "anndata", "0.1.0")
        _write_table(file.create_group("var"), var, axis="var", index="item")
        count = _Rows(file, obs, layers, items=len(var.names), index=obs_index).append_all(rows)
        group = file.create_group("uns")
        _write_dict(group, uns, "uns")
        _write_scalar(group, DIGEST_NAME, content_digest(file))
    return count


def content_digest(file: h5py.File) -> str:
    """SHA-256 over `X`, `layers`, `obs` and `var` as they are read back, whatever the chunks and filters.

    The digest of one line a dataset, sorted: path, type, shape and the SHA-256 of its values, numbers as
    little-endian bytes in C order and each string as UTF-8 after its length in eight bytes. `uns` is left out
    because it says when the file was made.
    """
    lines: list[str] = []

    def visit(path: str, node: object) -> None:
        if not path.startswith("uns/") and hasattr(node, "dtype"):
            lines.append(_dataset_line(path, node))

    file.visititems(visit)
    return hashlib.sha256("\n".join([_DIGEST_FORMAT, *sorted(lines)]).encode()).hexdigest()


def is_intact(path: Path) -> bool:
    """Whether an archive still holds what was written: its content matches the digest inside it."""
    import h5py

    with h5py.File(path, "r") as file:
        stored: bytes = file["uns"][DIGEST_NAME][()]
        return stored.decode() == content_digest(file)


class _Rows:
    """`X`, `layers` and `obs`, growing block by block."""

    def __init__(
        self,
        file: h5py.File,
        obs: Sequence[Column],
        layers: Mapping[str, LayerKind],
        *,
        items: int,
        index: str,
    ) -> None:
        self.items, self.obs, self.kinds, self.count = items, obs, list(layers.items()), 0
        self.codes = _dataset(file, "X", CODE, ("obs", "var"), width=items)
        self.layers: list[h5py.Dataset] = []
        if layers:
            _mark(node := file.create_group("layers"), "dict", "0.1.0")
            self.layers = [
                _dataset(node, name, kind, ("obs", "var"), width=items) for name, kind in self.kinds
            ]
        group = file.create_group("obs")
        _mark_table(group, index, [column.name for column in obs])
        self.index = _dataset(group, index, "string", ("obs",))
        self.columns = [_column_dataset(group, column, "obs") for column in obs]

    def append_all(self, rows: Iterable[Row]) -> int:
        iterator = iter(rows)
        while block := list(islice(iterator, BLOCK_ROWS)):
            self._append(block)
        return self.count

    def _append(self, block: list[Row]) -> None:
        for row in block:
            self._check(row)
        _extend(self.codes, _numbers([row.codes for row in block], CODE, "X"))
        for position, ((name, kind), dataset) in enumerate(zip(self.kinds, self.layers, strict=True)):
            _extend(dataset, _numbers([row.layers[position] for row in block], kind, name))
        _extend(self.index, [row.name for row in block])
        for position, (column, dataset) in enumerate(zip(self.obs, self.columns, strict=True)):
            _extend(dataset, _encoded(column, [row.values[position] for row in block]))
        self.count += len(block)

    def _check(self, row: Row) -> None:
        is_whole = len(row.layers) == len(self.layers) and all(len(one) == self.items for one in row.layers)
        if len(row.codes) != self.items or len(row.values) != len(self.obs) or not is_whole:
            raise ArchiveError(f"row {row.name!r} has another number of values than the archive has columns")


def _write_table(group: h5py.Group, table: Table, *, axis: str, index: str) -> None:
    if len(set(table.names)) != len(table.names):
        raise ArchiveError(f"two rows of {axis} have the same name")
    _mark_table(group, index, [column.name for column in table.columns])
    _extend(_dataset(group, index, "string", (axis,)), list(table.names))
    for column, values in table.columns.items():
        if len(values) != len(table.names):
            raise ArchiveError(f"the column {column.name!r} of {axis} has another length than its index")
        _extend(_column_dataset(group, column, axis), _encoded(column, values))


def _column_dataset(group: h5py.Group, column: Column, axis: str) -> h5py.Dataset:
    """The dataset that takes a column's values; for a categorical column, its codes."""
    if column.kind != "categorical":
        return _dataset(group, column.name, column.kind, (axis,))
    node = group.create_group(column.name)
    _mark(node, "categorical", "0.2.0")
    # AnnData writes a boolean here, which R does not read; every reader takes 0 for false.
    node.attrs.create("ordered", 0, dtype="int8")
    _extend(_dataset(node, "categories", "string", ("category",)), list(column.categories))
    return _dataset(node, "codes", "int8" if len(column.categories) < 2**7 else "int16", (axis,))


def _encoded(column: Column, values: Sequence[Any]) -> Any:
    if column.kind == "string":
        return [str(value) for value in values]
    if column.kind != "categorical":
        return _numbers(values, column.kind, column.name)
    codes: dict[str | None, int] = {category: code for code, category in enumerate(column.categories)}
    codes[None] = -1
    try:
        return _numbers([codes[value] for value in values], CODE, column.name)
    except KeyError as error:
        raise ArchiveError(f"{error.args[0]!r} is no category of {column.name!r}") from error


def _numbers(values: Sequence[Any], kind: str, where: str) -> Any:
    import numpy as np

    try:
        # Python's own numbers are refused when they do not fit; NumPy arrays would wrap round in silence.
        return np.array(values, dtype=kind)
    except (OverflowError, TypeError, ValueError) as error:
        raise ArchiveError(f"{where} holds a value that is no {kind}") from error


def _dataset(
    group: h5py.Group, name: str, kind: str, dims: tuple[str, ...], *, width: int = 0
) -> h5py.Dataset:
    """An empty dataset that grows along its first axis."""
    import h5py

    is_string = kind == "string"
    rest = (width,) if width else ()
    dataset = group.create_dataset(
        name,
        shape=(0, *rest),
        maxshape=(None, *rest),
        chunks=(BLOCK_ROWS, *rest),
        dtype=h5py.string_dtype() if is_string else kind,
        # HDF5 stores long strings elsewhere and filters only the references to them.
        **({} if is_string else {"compression": "gzip", "shuffle": True, "fletcher32": True}),
    )
    _mark(dataset, "string-array" if is_string else "array", "0.2.0")
    dataset.attrs.create("dims", dims, dtype=h5py.string_dtype())
    return dataset


def _extend(dataset: h5py.Dataset, values: Any) -> None:
    if len(values):
        start = dataset.shape[0]
        dataset.resize(start + len(values), axis=0)
        dataset[start:] = values


def _write_dict(group: h5py.Group, values: Uns, where: str) -> None:
    _mark(group, "dict", "0.1.0")
    for name, value in values.items():
        place = f"{where}/{name}"
        if not name or "/" in name:
            raise ArchiveError(f"{place!r} is no name of a node")
        if isinstance(value, Mapping):
            _write_dict(group.create_group(name), value, place)
        elif isinstance(value, str | int | float):
            _write_scalar(group, name, value)
        else:
            _write_list(group, name, list(value))


def _write_list(group: h5py.Group, name: str, values: list[Any]) -> None:
    kind = "string" if all(isinstance(value, str) for value in values) else _number_kind(values)
    _extend(
        _dataset(group, name, kind, (name,)), values if kind == "string" else _numbers(values, kind, name)
    )


def _write_scalar(group: h5py.Group, name: str, value: str | int | float) -> None:
    import h5py

    if isinstance(value, str):
        _mark(group.create_dataset(name, data=value, dtype=h5py.string_dtype()), "string", "0.2.0")
    else:
        data = _numbers(value, _number_kind([value]), name)  # type: ignore[arg-type]  # NumPy takes scalars too
        _mark(group.create_dataset(name, data=data), "numeric-scalar", "0.2.0")


def _number_kind(values: list[Any]) -> str:
    return "int32" if all(isinstance(value, int) for value in values) else "float64"


def _mark(node: h5py.HLObject, encoding: str, version: str) -> None:
    import h5py

    node.attrs.create("encoding-type", encoding, dtype=h5py.string_dtype())
    node.attrs.create("encoding-version", version, dtype=h5py.string_dtype())


def _mark_table(group: h5py.Group, index: str, columns: Sequence[str]) -> None:
    import h5py

    if len({index, *columns}) != len(columns) + 1:
        raise ArchiveError("two columns have the same name")
    _mark(group, "dataframe", "0.2.0")
    group.attrs.create("_index", index, dtype=h5py.string_dtype())
    group.attrs.create("column-order", list(columns), shape=(len(columns),), dtype=h5py.string_dtype())


def _dataset_line(path: str, dataset: Any) -> str:
    digest = hashlib.sha256()
    for start in range(0, dataset.shape[0], BLOCK_ROWS):
        values = dataset[start : start + BLOCK_ROWS]
        if dataset.dtype.kind == "O":
            for text in values:
                digest.update(len(text).to_bytes(8, "little") + text)
        else:
            digest.update(values.astype(values.dtype.newbyteorder("<")).tobytes())
    kind = "string" if dataset.dtype.kind == "O" else dataset.dtype.name
    return f"{path} {kind} {'x'.join(map(str, dataset.shape))} {digest.hexdigest()}"


def _sync_folder(folder: Path) -> None:
    """Make a rename survive a power cut, where the system can."""
    if hasattr(os, "O_DIRECTORY"):
        handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)
