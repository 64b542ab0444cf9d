"""Audits find every kind of tampering with an exported register, and say where."""

from pathlib import Path

import pytest

from lms.register.audit import AuditReport, audit_register
from lms.register.checkpoint import Checkpoint, sign_checkpoint
from lms.register.merkle import EMPTY_ROOT, leaf_hash, root_of
from lms.register.note import NoteSigner
from lms.register.tiles import Tile, decode_bundle, encode_bundle
from tests.vectors.world import ORIGIN, TODAY, World, flip, signer_of

COUNT = 600


def world_of(count: int = COUNT) -> World:
    world = World()
    for _ in range(count):
        world.attest("endorse", course="CODE-1")
    return world


WORLD = world_of()


def write(files: dict[str, bytes], folder: Path) -> Path:
    for path, data in files.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_bytes(data)
    return folder


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    files = WORLD.files(with_entries=True)
    return write(
        {path: data for path, data in files.items() if path.startswith(("tile", "checkpoint"))}, tmp_path
    )


def audit(folder: Path, **options: object) -> AuditReport:
    return audit_register(folder, [WORLD.log.key], **options)


def codes(report: AuditReport) -> list[tuple[str, str]]:
    return [(finding.code, finding.place) for finding in report.findings]


def replace_bytes(folder: Path, path: str, change) -> None:
    (folder / path).write_bytes(change((folder / path).read_bytes()))


def test_whole_register_has_no_finding(folder: Path) -> None:
    seen: list[int] = []

    report = audit(folder, visit=lambda record: seen.append(record.index))

    assert report.is_whole
    assert report.checkpoint == Checkpoint(ORIGIN, COUNT, WORLD.frontier.root())
    assert report.counts == {"endorse": COUNT}
    assert seen == list(range(COUNT))


@pytest.mark.parametrize("count", [0, 1, 255, 256, 257, 512])
def test_registers_of_any_size_are_whole(tmp_path: Path, count: int) -> None:
    write(world_of(count).files(with_entries=True), tmp_path)
    for name in ("keyset", "status", "trainers"):
        (tmp_path / name).unlink()

    assert codes(audit(tmp_path)) == []


def test_missing_checkpoint_is_found(folder: Path) -> None:
    (folder / "checkpoint").unlink()

    assert codes(audit(folder)) == [("missing", "checkpoint")]


def test_checkpoint_by_another_key_is_found(folder: Path) -> None:
    stranger = NoteSigner(ORIGIN, signer_of("stranger"))

    report = audit_register(folder, [stranger.key])

    assert codes(report) == [("not_signed", "checkpoint")]


def test_changed_signature_is_found(folder: Path) -> None:
    replace_bytes(folder, "checkpoint", lambda data: data.replace(b"\n600\n", b"\n599\n"))

    assert codes(audit(folder)) == [("bad_signature", "checkpoint")]


@pytest.mark.parametrize(
    "path", ["tile/0/000", "tile/0/001", "tile/0/002.p/88", "tile/1/000.p/2", "tile/entries/001"]
)
def test_missing_file_is_found(folder: Path, path: str) -> None:
    (folder / path).unlink()

    assert codes(audit(folder)) == [("missing", path)]


@pytest.mark.parametrize("path", ["tile/0/000", "tile/1/000.p/2", "tile/entries/002.p/88"])
def test_cut_file_is_found(folder: Path, path: str) -> None:
    replace_bytes(folder, path, lambda data: data[:-1])

    assert [place for _, place in codes(audit(folder))] == [path]


def test_changed_leaf_hash_is_found(folder: Path) -> None:
    replace_bytes(folder, "tile/0/001", lambda data: flip(data, 5 * 32))

    assert codes(audit(folder)) == [
        ("wrong_entry", "entry 261"),
        ("wrong_root", "checkpoint"),
        ("wrong_tile", "tile/1/000.p/2"),
    ]


def test_changed_upper_tile_is_found(folder: Path) -> None:
    replace_bytes(folder, "tile/1/000.p/2", lambda data: flip(data, 40))

    assert codes(audit(folder)) == [("wrong_tile", "tile/1/000.p/2")]


def test_changed_entry_is_found(folder: Path) -> None:
    replace_bytes(folder, "tile/entries/000", lambda data: data.replace(b'"index":7,', b'"index":8,', 1))

    assert codes(audit(folder)) == [("wrong_entry", "entry 7"), ("wrong_index", "entry 7")]


def test_entry_and_leaf_changed_together_break_the_root(folder: Path) -> None:
    bundle = Tile(-1, 0)
    entries = decode_bundle((folder / bundle.path).read_bytes(), bundle)
    entries[3] = entries[3].replace(b"CODE-1", b"CODE-2")
    (folder / bundle.path).write_bytes(encode_bundle(entries))
    replace_bytes(folder, "tile/0/000", lambda data: data[:96] + leaf_hash(entries[3]) + data[128:])

    assert codes(audit(folder)) == [("wrong_root", "checkpoint"), ("wrong_tile", "tile/1/000.p/2")]


def test_history_rewritten_and_signed_anew_breaks_with_the_older_head(tmp_path: Path) -> None:
    old_head = world_of(300).checkpoint()
    rewritten = World()
    for number in range(COUNT):
        rewritten.attest("endorse", course="CODE-2" if number == 3 else "CODE-1")
    write(rewritten.files(with_entries=True), tmp_path)

    assert ("inconsistent", "older checkpoint") in codes(audit(tmp_path, since=old_head))


def test_older_head_of_the_same_register_is_continued(folder: Path) -> None:
    for count in (0, 1, 300, COUNT):
        assert audit(folder, since=world_of(count).checkpoint()).is_whole


def test_shrunk_register_is_found(folder: Path) -> None:
    assert codes(audit(folder, since=world_of(COUNT + 1).checkpoint())) == [("shrunk", "older checkpoint")]


def test_older_head_by_another_key_or_of_another_log_proves_nothing(folder: Path) -> None:
    other = NoteSigner("other.example", WORLD.log.signer)
    foreign = sign_checkpoint(Checkpoint("other.example", 0, EMPTY_ROOT), other)

    assert codes(audit(folder, since=foreign)) == [("not_signed", "older checkpoint")]
    report = audit_register(folder, [WORLD.log.key, other.key], since=foreign)
    assert codes(report) == [("wrong_origin", "older checkpoint")]
    assert codes(audit(folder, since=b"nonsense")) == [("bad_note", "older checkpoint")]


def test_given_leaves_are_looked_up(folder: Path) -> None:
    leaf = leaf_hash(WORLD.entries[500])

    assert audit(folder, leaves=[(500, leaf)]).is_whole
    for index in (499, COUNT, -1):
        assert codes(audit(folder, leaves=[(index, leaf)])) == [("not_in_register", f"entry {index}")]


def signed_register(entries: list[bytes], folder: Path) -> Path:
    """A register whose head really signs whatever entries, as a dishonest operator could."""
    head = Checkpoint(ORIGIN, len(entries), root_of(map(leaf_hash, entries)))
    files = {
        "checkpoint": sign_checkpoint(head, WORLD.log),
        f"tile/0/000.p/{len(entries)}": b"".join(map(leaf_hash, entries)),
        f"tile/entries/000.p/{len(entries)}": encode_bundle(entries),
    }
    return write(files, folder)


def test_malformed_record_is_found(tmp_path: Path) -> None:
    entries = [*WORLD.entries[:3], b'{"type": "issue"}']

    assert codes(audit(signed_register(entries, tmp_path))) == [("bad_record", "entry 3")]


def test_repeated_record_is_found(tmp_path: Path) -> None:
    entries = [*WORLD.entries[:3], WORLD.entries[2]]

    assert codes(audit(signed_register(entries, tmp_path))) == [("wrong_index", "entry 3")]


def test_back_dated_record_is_found(tmp_path: Path) -> None:
    world = World()
    world.attest("endorse", day=TODAY - 1)
    world.attest("endorse", day=TODAY)
    world.attest("endorse", day=TODAY - 1)
    world.attest("endorse", day=TODAY - 2)

    assert codes(audit(signed_register(world.entries, tmp_path))) == [("back_dated", "entry 3")]


def test_revocation_must_speak_of_a_certificate(tmp_path: Path) -> None:
    world = World()
    world.issue()
    world.attest("endorse")
    world.attest("revoke", subject=0)
    world.attest("revoke", subject=1)
    world.attest("withdraw", subject=1)
    world.attest("withdraw", subject=0)

    assert codes(audit(signed_register(world.entries, tmp_path))) == [
        ("wrong_subject", "entry 3"),
        ("wrong_subject", "entry 5"),
    ]


def test_partial_tiles_of_earlier_heads_may_stay_when_they_agree(folder: Path) -> None:
    earlier = world_of(300).files(with_entries=True)
    write({path: data for path, data in earlier.items() if ".p/" in path}, folder)
    assert audit(folder).is_whole

    replace_bytes(folder, "tile/0/001.p/44", lambda data: flip(data, 0))
    assert codes(audit(folder)) == [("wrong_tile", "tile/0/001.p/44")]


@pytest.mark.parametrize(
    "path",
    ["tile/0/003", "tile/0/002", "tile/0/002.p/89", "tile/2/000.p/1", "tile/notes.txt", "tile/0/x000/001"],
)
def test_files_that_do_not_belong_are_found(folder: Path, path: str) -> None:
    write({path: b"x" * 32}, folder)

    assert codes(audit(folder)) == [("stray", path)]


def test_folder_with_nothing_in_it_is_no_register(tmp_path: Path) -> None:
    assert codes(audit(tmp_path)) == [("missing", "checkpoint")]
    assert codes(audit(tmp_path / "absent")) == [("missing", "checkpoint")]
