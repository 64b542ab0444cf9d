"""The pack: trusted as a whole or not at all."""

from pathlib import Path

import pytest

from lms.certificates.chain import LinkState, make_table, sign_table
from lms.certificates.credential import parse
from lms.certificates.pack import PackError, open_pack, open_pack_folder
from lms.certificates.qrtext import build_text
from lms.certificates.statuslist import Standing, StatusList, sign_status_list
from lms.certificates.verdict import Reason
from lms.register.note import NoteSigner
from tests.vectors.world import ORIGIN, TODAY, World, fetch_from, flip, noon, signer_of

NOW = noon(TODAY)


def world_of(count: int = 300) -> World:
    world = World()
    trainer = world.issue_trainer(issued=TODAY - 40)
    for number in range(count):
        world.issue(f"متدرب {number}", trainer_index=trainer)
    return world


WORLD = world_of()
FILES = WORLD.files()


def refusal(files: dict[str, bytes], **options: object) -> tuple[str, str]:
    with pytest.raises(PackError) as refused:
        open_pack(fetch_from(files), [WORLD.root.key], **options)
    return refused.value.part, refused.value.code


def test_pack_opens_from_a_folder(tmp_path: Path) -> None:
    for path, data in FILES.items():
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_bytes(data)

    pack = open_pack_folder(tmp_path, [WORLD.root.key])

    assert (pack.size, pack.time) == (301, NOW)
    assert pack.standing(5) is Standing.VALID


def test_file_in_place_of_a_pack_is_refused(tmp_path: Path) -> None:
    (tmp_path / "pack").write_bytes(b"not a folder")

    with pytest.raises(PackError) as refused:
        open_pack_folder(tmp_path / "pack", [WORLD.root.key])
    assert (refused.value.part, refused.value.code) == ("keyset", "missing")


def test_pack_follows_the_chain() -> None:
    pack = open_pack(fetch_from(FILES), [WORLD.root.key])
    claims = parse(WORLD.messages[7]).claims

    (link,) = pack.chain(claims)

    assert (link.index, link.state) == (0, LinkState.VALID)


def test_seven_hundred_certificates_are_a_small_pack() -> None:
    files = world_of(700).files()

    tiles = sum(len(data) for path, data in files.items() if path.startswith("tile/"))
    assert tiles == 701 * 32
    assert sum(map(len, files.values())) - tiles < 4_000


@pytest.mark.parametrize(
    "part", ["keyset", "checkpoint", "status", "trainers", "tile/0/000", "tile/0/001.p/45"]
)
def test_missing_or_damaged_part_refuses_the_pack(part: str) -> None:
    name = part.partition("/")[0]
    damaged = FILES | {part: flip(FILES[part], len(FILES[part]) // 2)}

    assert refusal({path: data for path, data in FILES.items() if path != part}) == (name, "missing")
    assert refusal(damaged)[0] == name
    assert refusal(FILES | {part: FILES[part][:-1]})[0] == name


def test_leaf_changed_in_a_tile_is_noticed() -> None:
    assert refusal(FILES | {"tile/0/000": flip(FILES["tile/0/000"], 0)}) == ("tile", "wrong_root")


def test_pack_of_another_root_is_refused() -> None:
    with pytest.raises(PackError) as refused:
        open_pack(fetch_from(FILES), [NoteSigner(f"{ORIGIN}/root", signer_of("stranger")).key])
    assert (refused.value.part, refused.value.code) == ("keyset", "not_signed")


def test_older_keyset_than_known_is_refused() -> None:
    newer = World(serial=5).keyset()

    assert refusal(FILES, known=newer) == ("keyset", "lower_serial")


@pytest.mark.parametrize("part", ["status", "trainers"])
def test_part_that_runs_ahead_of_the_head_is_refused(part: str) -> None:
    ahead = {
        "status": sign_status_list(StatusList(serial=1, time=NOW, size=302), WORLD.log),
        "trainers": sign_table(make_table(serial=1, time=NOW, size=302, rows=[]), WORLD.log),
    }

    assert refusal(FILES | {part: ahead[part]}) == (part, "newer_than_checkpoint")


def test_status_list_cannot_stand_in_for_the_checkpoint() -> None:
    assert refusal(FILES | {"checkpoint": FILES["status"]}) == ("checkpoint", "bad_checkpoint")


def test_every_certificate_of_the_register_is_green() -> None:
    pack = open_pack(fetch_from(FILES), [WORLD.root.key])

    for index, message in WORLD.messages.items():
        verdict = pack.judge(build_text("https://sanad.example", message), now=NOW)
        assert verdict.reason is Reason.VALID
        assert verdict.claims == parse(message).claims
        assert verdict.claims.index == index


def test_empty_register_is_a_pack_too() -> None:
    world = World()
    files = world.files()
    pack = open_pack(fetch_from(files), [world.root.key])

    assert pack.size == 0
