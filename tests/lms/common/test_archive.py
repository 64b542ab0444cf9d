"""The archive holds what was written, in the layout that readers in Python, R and Julia expect."""

import io
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import h5py
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lms.common import archive
from lms.common.archive import ArchiveError, Column, Row, Table, is_intact, save_archive, write_archive

OBS = (
    Column("language", "categorical", ("ar", "en")),
    Column("seconds", "int32"),
    Column("day", "string"),
)
VAR = Table(
    ["q_role", "q_guarantees__1"],
    {
        Column("question", "string"): ["q_role", "q_guarantees"],
        Column("label_ar", "string"): ["بأي صفة تجيب؟", "ما الضمانات؟"],
        Column("kind", "categorical", ("single", "multiple")): ["single", "multiple"],
        Column("option", "int16"): [-1, 1],
    },
)
UNS = {
    "codebook": {"q_role": {"codes": [1, 2], "labels_ar": ["مواطن", "منظمة"]}},
    "design": {"sampling": "opt-in"},
    "weights": {"method": "none"},
    "share": 0.5,
}


def rows(count: int = 3) -> list[Row]:
    languages = ("ar", "en", None)
    return [
        Row(f"r{number:06d}", [number % 9, -1], [languages[number % 3], number, "2026-01-15"])
        for number in range(count)
    ]


def write(path: Path, **changes: object) -> int:
    parts = {"rows": rows(), "obs": OBS, "var": VAR, "uns": UNS}
    return save_archive(path, **{**parts, **changes})


def nodes(path: Path) -> dict[str, h5py.HLObject]:
    file = h5py.File(path, "r")
    found: dict[str, h5py.HLObject] = {"/": file}
    file.visititems(found.__setitem__)
    return found


def test_archive_gives_back_codes_and_tables(tmp_path: Path) -> None:
    path = tmp_path / "survey.h5"
    assert write(path) == 3
    with h5py.File(path) as file:
        assert file["X"].dtype == np.int16
        assert file["X"][:].tolist() == [[0, -1], [1, -1], [2, -1]]
        assert [name.decode() for name in file["obs/respondent"]] == ["r000000", "r000001", "r000002"]
        assert file["obs/language/codes"][:].tolist() == [0, 1, -1]
        assert file["obs/seconds"][:].tolist() == [0, 1, 2]
        assert [text.decode() for text in file["var/label_ar"]] == ["بأي صفة تجيب؟", "ما الضمانات؟"]
        assert [text.decode() for text in file["uns/codebook/q_role/labels_ar"]] == ["مواطن", "منظمة"]
        assert file["uns/share"][()] == 0.5


def test_every_node_says_how_it_is_encoded(tmp_path: Path) -> None:
    write(tmp_path / "a.h5")
    for name, node in nodes(tmp_path / "a.h5").items():
        assert isinstance(node.attrs.get("encoding-type"), str), name
        assert isinstance(node.attrs.get("encoding-version"), str), name


def test_root_and_tables_carry_the_encodings_of_anndata(tmp_path: Path) -> None:
    write(tmp_path / "a.h5")
    found = nodes(tmp_path / "a.h5")
    encodings = {
        name: (node.attrs["encoding-type"], node.attrs["encoding-version"]) for name, node in found.items()
    }
    assert encodings["/"] == ("anndata", "0.1.0")
    assert encodings["X"] == ("array", "0.2.0")
    assert encodings["obs"] == encodings["var"] == ("dataframe", "0.2.0")
    assert encodings["obs/language"] == ("categorical", "0.2.0")
    assert encodings["obs/day"] == ("string-array", "0.2.0")
    assert encodings["uns"] == ("dict", "0.1.0")
    assert encodings["uns/design/sampling"] == ("string", "0.2.0")
    assert encodings["uns/share"] == ("numeric-scalar", "0.2.0")
    assert found["obs"].attrs["_index"] == "respondent"
    assert list(found["obs"].attrs["column-order"]) == ["language", "seconds", "day"]


def test_nothing_is_boolean_wide_or_fixed_text(tmp_path: Path) -> None:
    """R reads neither booleans nor integers of 64 bits of HDF5."""
    write(tmp_path / "a.h5", uns={**UNS, "public": True, "count": 1024, "weights": [1, 2]})
    for name, node in nodes(tmp_path / "a.h5").items():
        kinds = [node.attrs.get_id(attribute).get_type().dtype for attribute in node.attrs]
        types = [*kinds, *([node.id.get_type().dtype] if isinstance(node, h5py.Dataset) else [])]
        for kind in types:
            text = h5py.check_string_dtype(kind)
            if text:
                assert (text.encoding, text.length) == ("utf-8", None), name
            else:
                assert kind.name in {"int8", "int16", "int32", "float64"}, name


def test_arrays_name_their_axes_and_numbers_are_compressed_and_checked(tmp_path: Path) -> None:
    write(tmp_path / "a.h5")
    for name, node in nodes(tmp_path / "a.h5").items():
        if not isinstance(node, h5py.Dataset) or node.shape == ():
            continue
        assert len(node.attrs["dims"]) == node.ndim, name
        assert node.chunks is not None
        assert node.chunks[0] == archive.BLOCK_ROWS
        if node.dtype.kind != "O":
            assert (node.compression, node.shuffle, node.fletcher32) == ("gzip", True, True), name
    assert list(h5py.File(tmp_path / "a.h5")["X"].attrs["dims"]) == ["obs", "var"]


def test_blocks_join_without_seam(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(archive, "BLOCK_ROWS", 4)
    assert write(tmp_path / "a.h5", rows=iter(rows(11))) == 11
    with h5py.File(tmp_path / "a.h5") as file:
        assert file["X"][:, 0].tolist() == [number % 9 for number in range(11)]
        assert file["obs/seconds"][:].tolist() == list(range(11))
    assert is_intact(tmp_path / "a.h5")


def layered(count: int) -> list[Row]:
    return [replace(row, layers=[[n, -2], [n / 2, 0.5]]) for n, row in enumerate(rows(count))]


def test_layers_have_the_shape_of_the_codes_and_their_own_kind(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(archive, "BLOCK_ROWS", 4)
    write(tmp_path / "a.h5", rows=iter(layered(11)), layers={"marks": "int32", "share": "float64"})
    with h5py.File(tmp_path / "a.h5") as file:
        assert file["layers"].attrs["encoding-type"] == "dict"
        assert file["layers/marks"].dtype == np.int32
        assert file["layers/marks"][:, 0].tolist() == list(range(11))
        assert file["layers/share"][:, 1].tolist() == [0.5] * 11
        assert list(file["layers/marks"].attrs["dims"]) == ["obs", "var"]
        assert file["layers/marks"].fletcher32
    assert is_intact(tmp_path / "a.h5")
    with h5py.File(tmp_path / "a.h5", "r+") as file:
        file["layers/marks"][3, 0] = 99
    assert not is_intact(tmp_path / "a.h5")


def test_an_archive_without_layers_has_no_such_node(tmp_path: Path) -> None:
    write(tmp_path / "a.h5")
    with h5py.File(tmp_path / "a.h5") as file:
        assert "layers" not in file


@pytest.mark.parametrize("layers", [[], [[1]], [[1, 2], [3, 4]], [[2**31, 0]]])
def test_a_row_with_other_layers_than_the_archive_is_refused(tmp_path: Path, layers: list[list[int]]) -> None:
    bad = replace(rows(1)[0], layers=layers)
    with pytest.raises(ArchiveError):
        write(tmp_path / "a.h5", rows=[bad], layers={"marks": "int32"})
    assert list(tmp_path.iterdir()) == []


def test_rows_are_taken_as_they_are_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """No more than one block of rows is ever waiting: memory does not grow with their number."""
    monkeypatch.setattr(archive, "BLOCK_ROWS", 8)
    waiting, most = 0, 0
    append = archive._Rows._append

    def source() -> Iterator[Row]:
        nonlocal waiting, most
        for row in rows(50):
            waiting += 1
            most = max(most, waiting)
            yield row

    def counted(self: object, block: list[Row]) -> None:
        nonlocal waiting
        append(self, block)
        waiting -= len(block)

    monkeypatch.setattr(archive._Rows, "_append", counted)
    assert write(tmp_path / "a.h5", rows=source()) == 50
    assert most == 8


def test_an_archive_without_respondents_is_whole(tmp_path: Path) -> None:
    assert write(tmp_path / "a.h5", rows=[]) == 0
    with h5py.File(tmp_path / "a.h5") as file:
        assert file["X"].shape == (0, 2)


def test_digest_depends_on_the_content_alone(tmp_path: Path) -> None:
    def digest(name: str, **changes: object) -> bytes:
        write(tmp_path / name, **changes)
        with h5py.File(tmp_path / name) as file:
            return file["uns/content_sha256"][()]

    first = digest("a.h5")
    assert digest("b.h5", uns={"provenance": {"made": "later"}}) == first
    assert digest("c.h5", rows=rows()[:2]) != first
    changed = [*rows()[:2], Row("r000002", [3, -1], [None, 2, "2026-01-15"])]
    assert digest("d.h5", rows=changed) != first


@pytest.mark.parametrize(
    ("place", "value"), [("X", 7), ("obs/language/codes", 1), ("obs/day", "2026-01-16"), ("var/option", 5)]
)
def test_a_changed_cell_is_noticed(tmp_path: Path, place: str, value: object) -> None:
    path = tmp_path / "a.h5"
    write(path)
    assert is_intact(path)
    with h5py.File(path, "r+") as file:
        file[place][0] = value
    assert not is_intact(path)


@pytest.mark.parametrize(
    "bad",
    [
        Row("r1", [40_000, 0], ["ar", 1, ""]),
        Row("r1", [1], ["ar", 1, ""]),
        Row("r1", [1, 0], ["ar", 1]),
        Row("r1", [1, 0], ["fr", 1, ""]),
        Row("r1", [1, 0], ["ar", 2**31, ""]),
        Row("r1", [1, 0], ["ar", "=1+1", ""]),
    ],
    ids=[
        "code too large",
        "code missing",
        "value missing",
        "unknown category",
        "number too wide",
        "no number",
    ],
)
def test_what_has_no_place_is_refused_and_leaves_no_file(tmp_path: Path, bad: Row) -> None:
    path = tmp_path / "a.h5"
    with pytest.raises(ArchiveError):
        write(path, rows=[bad])
    assert list(tmp_path.iterdir()) == []


def test_a_failure_halfway_keeps_the_former_archive(tmp_path: Path) -> None:
    path = tmp_path / "a.h5"
    write(path)
    before = path.read_bytes()

    def broken() -> object:
        yield from rows(2)
        raise ConnectionError

    with pytest.raises(ConnectionError):
        write(path, rows=broken())
    assert path.read_bytes() == before
    assert list(tmp_path.iterdir()) == [path]


@pytest.mark.parametrize(
    "changes",
    [
        {"var": Table([], {})},
        {"var": Table(["a", "a"], {})},
        {"obs": (OBS[0], OBS[0], OBS[2])},
        {"uns": {"a/b": 1}},
        {"uns": {"wide": 2**31}},
        {"var": Table(["a", "b"], {Column("label", "string"): ["one"]})},
    ],
    ids=["no items", "items twice", "columns twice", "slash", "wide number", "short column"],
)
def test_malformed_tables_are_refused(changes: dict[str, object]) -> None:
    parts = {"rows": rows(), "obs": OBS, "var": VAR, "uns": UNS}
    with pytest.raises(ArchiveError):
        write_archive(io.BytesIO(), **{**parts, **changes})


@settings(max_examples=25, deadline=None)
@given(
    st.lists(
        st.tuples(
            st.integers(-(2**15), 2**15 - 1), st.sampled_from(["ar", "en", None]), st.text(max_size=40)
        ),
        max_size=30,
    )
)
def test_any_codes_and_texts_come_back(answers: list[tuple[int, str | None, str]]) -> None:
    texts = [text.replace("\x00", "") for _code, _language, text in answers]
    buffer = io.BytesIO()
    write_archive(
        buffer,
        rows=[
            Row(str(i), [code], [language, text])
            for i, ((code, language, _), text) in enumerate(zip(answers, texts, strict=True))
        ],
        obs=[OBS[0], Column("text", "string")],
        var=Table(["q"], {}),
        uns={},
    )
    with h5py.File(buffer) as file:
        assert file["X"][:, 0].tolist() == [code for code, _language, _text in answers]
        assert [text.decode() for text in file["obs/text"]] == texts


def test_importing_the_module_loads_no_heavy_library() -> None:
    code = (
        "import sys, lms.common.archive; print([m for m in ('h5py', 'numpy', 'django') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


@pytest.mark.skipif(
    not shutil.which("h5dump"), reason="H5DUMP DID NOT READ THE ARCHIVE: hdf5-tools is not installed"
)
def test_the_reference_reader_of_hdf5_reads_it(tmp_path: Path) -> None:
    """h5dump of Debian is years older than our library, as R's readers are."""
    write(tmp_path / "a.h5", rows=layered(3), layers={"marks": "int32", "share": "float64"})
    dump = subprocess.run(["h5dump", tmp_path / "a.h5"], capture_output=True, text=True, check=True).stdout
    assert "H5T_STD_I16LE" in dump
    assert "H5T_STD_I64" not in dump
    assert "H5T_ENUM" not in dump


def test_the_reader_of_anndata_reads_it(tmp_path: Path) -> None:
    anndata = pytest.importorskip("anndata", reason="ANNDATA DID NOT READ THE ARCHIVE: it is not installed")
    write(tmp_path / "a.h5", rows=layered(3), layers={"marks": "int32", "share": "float64"})
    data = anndata.read_h5ad(tmp_path / "a.h5")
    assert data.X.tolist() == [[0, -1], [1, -1], [2, -1]]
    assert data.layers["marks"].tolist() == [[0, -2], [1, -2], [2, -2]]
    assert data.layers["share"][:, 0].tolist() == [0, 0.5, 1]
    assert data.obs["language"].isna().tolist() == [False, False, True]
    assert data.var.loc["q_role", "label_ar"] == "بأي صفة تجيب؟"
    assert data.uns["codebook"]["q_role"]["codes"].tolist() == [1, 2]
