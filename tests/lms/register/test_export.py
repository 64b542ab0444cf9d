"""Exports: whole or not at all, and only ever growing."""

import os
from pathlib import Path

import pytest

from lms.register import export
from lms.register.export import export_register, write_file
from tests.vectors.world import World


def export_world(world: World, folder: Path, *, size: int | None = None, since: int = 0) -> int:
    return export_register(
        folder,
        size=len(world.entries) if size is None else size,
        read=world.read,
        entries=lambda start, stop: world.entries[start:stop],
        checkpoint=world.checkpoint(),
        since=since,
    )


def world_of(count: int) -> World:
    world = World()
    for _ in range(count):
        world.attest("endorse", course="CODE-1")
    return world


def contents(folder: Path) -> dict[str, bytes]:
    return {
        path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()
    }


def test_export_writes_what_the_specification_lists(tmp_path: Path) -> None:
    world = world_of(300)

    written = export_world(world, tmp_path)

    assert sorted(contents(tmp_path)) == [
        "checkpoint",
        "tile/0/000",
        "tile/0/001.p/44",
        "tile/1/000.p/1",
        "tile/entries/000",
        "tile/entries/001.p/44",
    ]
    assert written == 6
    assert contents(tmp_path)["tile/0/000"] == world.files(with_entries=True)["tile/0/000"]


def test_later_export_only_adds_and_moves_the_head(tmp_path: Path) -> None:
    world = world_of(300)
    export_world(world, tmp_path)
    before = contents(tmp_path)
    for _ in range(250):
        world.attest("endorse", course="CODE-1")

    export_world(world, tmp_path, since=300)

    after = contents(tmp_path)
    assert {path: after[path] for path in before if path != "checkpoint"} == {
        path: data for path, data in before.items() if path != "checkpoint"
    }
    assert after["checkpoint"] != before["checkpoint"]
    assert after.keys() - before.keys() == {
        "tile/0/001",
        "tile/0/002.p/38",
        "tile/1/000.p/2",
        "tile/entries/001",
        "tile/entries/002.p/38",
    }


def test_export_again_writes_nothing(tmp_path: Path) -> None:
    world = world_of(10)
    export_world(world, tmp_path)

    assert export_world(world, tmp_path) == 0


def test_signed_files_go_in_around_the_head(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    world, folder = world_of(3), tmp_path / "register"
    folder.mkdir()
    moved: list[str] = []
    replace = Path.replace

    def note(self: Path, target: Path) -> Path:
        if self.parent.parent == tmp_path and Path(target).parent == folder:
            moved.append(Path(target).name)
        return replace(self, target)

    monkeypatch.setattr(Path, "replace", note)
    export_register(
        folder,
        size=3,
        read=world.read,
        entries=lambda start, stop: world.entries[start:stop],
        checkpoint=world.checkpoint(),
        before={"keyset": b"k"},
        after={"status": b"s"},
    )

    assert moved == ["keyset", "checkpoint", "status"]


@pytest.mark.parametrize("fails_at", range(6))
@pytest.mark.parametrize("is_new", [True, False])
def test_write_that_fails_anywhere_leaves_no_trace(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, fails_at: int, is_new: bool
) -> None:
    world, folder = world_of(300), tmp_path / "register"
    if not is_new:
        export_world(world, folder)
    before = contents(tmp_path)
    for _ in range(300):
        world.attest("endorse", course="CODE-1")
    syncs: list[int] = []

    def full(descriptor: int) -> None:
        syncs.append(descriptor)
        if len(syncs) > fails_at:
            raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OSError, match="No space"):
        export_world(world, folder)

    assert contents(tmp_path) == before
    assert [path.name for path in tmp_path.iterdir()] == ([] if is_new else ["register"])


def test_full_disk_leaves_the_earlier_export_whole(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    world = world_of(300)
    export_world(world, tmp_path)
    before = contents(tmp_path)
    for _ in range(300):
        world.attest("endorse", course="CODE-1")
    written: list[Path] = []

    def full_after_two(path: Path, data: bytes) -> None:
        if len(written) == 2:
            raise OSError(28, "No space left on device")
        written.append(path)
        write_file(path, data)

    monkeypatch.setattr(export, "write_file", full_after_two)
    with pytest.raises(OSError, match="No space"):
        export_world(world, tmp_path)

    after = contents(tmp_path)
    assert {path: after[path] for path in before} == before


def test_failed_write_leaves_neither_half_a_file_nor_a_scrap(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "checkpoint").write_bytes(b"old")

    def fail(descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", fail)
    with pytest.raises(OSError, match="No space"):
        write_file(tmp_path / "checkpoint", b"new")

    assert contents(tmp_path) == {"checkpoint": b"old"}


def test_published_files_are_readable_by_a_web_server(tmp_path: Path) -> None:
    write_file(tmp_path / "checkpoint", b"x")

    assert (tmp_path / "checkpoint").stat().st_mode & 0o777 == 0o644


def test_empty_register_exports_its_head_alone(tmp_path: Path) -> None:
    export_world(World(), tmp_path)

    assert list(contents(tmp_path)) == ["checkpoint"]
