"""Audits of a whole export: keys, status list, trainers and the certificates that people hold."""

import json
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from lms.certificates.audit import audit_export, main
from lms.certificates.chain import make_table, sign_table
from lms.certificates.credential import sign
from lms.certificates.headdays import make_head_days, sign_head_days
from lms.certificates.keyset import KeyState, sign_keyset
from lms.certificates.qrtext import build_text
from lms.certificates.statuslist import Standing, sign_status_list
from lms.register.audit import AuditReport
from lms.register.ed25519 import kid_of
from lms.register.note import NoteSigner
from lms.register.records import sha256_of
from tests.vectors.world import BASE_URL, ORIGIN, TODAY, World, issuing_key, noon, signer_of


def world_of() -> tuple[World, list[str]]:
    world = World()
    trainer = world.issue_trainer(issued=TODAY - 9)
    texts = [world.issue(f"متدرب {number}", trainer_index=trainer, issued=TODAY - 9) for number in range(6)]
    world.set_standing(2, Standing.REVOKED)
    world.set_standing(3, Standing.SUSPENDED)
    world.set_standing(4, Standing.SUSPENDED)
    world.set_standing(4, Standing.VALID)
    return world, texts


def write(world: World, folder: Path, **changed: bytes) -> Path:
    for path, data in (world.files(with_entries=True) | changed).items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_bytes(data)
    return folder


def audit(world: World, folder: Path, **options: object) -> list[tuple[str, str]]:
    return codes(audit_export(folder, [world.root.key], **options))


def codes(report: AuditReport) -> list[tuple[str, str]]:
    return [(finding.code, finding.place) for finding in report.findings]


def test_honest_export_is_whole(tmp_path: Path) -> None:
    world, texts = world_of()

    report = audit_export(write(world, tmp_path), [world.root.key], certificates=texts)

    assert codes(report) == []
    assert report.counts == {"issue": 7, "restore": 1, "revoke": 1, "suspend": 2}


@pytest.mark.parametrize("name", ["keyset", "status", "trainers", "days", "checkpoint"])
def test_missing_part_is_found(tmp_path: Path, name: str) -> None:
    world, _ = world_of()
    (write(world, tmp_path) / name).unlink()

    assert audit(world, tmp_path) == [("missing", name)]


def test_keyset_by_another_root_is_found(tmp_path: Path) -> None:
    world, _ = world_of()
    stranger = NoteSigner(f"{ORIGIN}/root", signer_of("stranger"))

    assert codes(audit_export(write(world, tmp_path), [stranger.key])) == [("not_signed", "keyset")]


def test_silent_unrevocation_is_found(tmp_path: Path) -> None:
    world, _ = world_of()
    write(world, tmp_path)
    honest = world.status_list(time=noon(TODAY))
    lie = replace(honest, revoked=frozenset(), suspended=honest.suspended | {5})
    (tmp_path / "status").write_bytes(sign_status_list(lie, world.log))

    assert audit(world, tmp_path) == [("wrong_status", "entry 2"), ("wrong_status", "entry 5")]


def test_older_status_list_than_the_last_one_logged_is_found(tmp_path: Path) -> None:
    world, _ = world_of()
    log_kid = kid_of(world.log.signer.public_key)
    first = replace(world.status_list(time=noon(TODAY)), index=len(world.entries))
    first_note = sign_status_list(first, world.log)
    world.attest("status_list", kid=log_kid, sha256=sha256_of(first_note))
    assert audit(world, write(world, tmp_path, status=first_note)) == []

    second = replace(world.status_list(time=noon(TODAY + 1)), serial=2, index=len(world.entries))
    world.attest("status_list", kid=log_kid, sha256=sha256_of(sign_status_list(second, world.log)))

    assert ("not_last_logged", "status") in audit(world, write(world, tmp_path / "later", status=first_note))


def test_keyset_other_than_the_last_one_logged_is_found(tmp_path: Path) -> None:
    world, _ = world_of()
    note = sign_keyset(world.keyset(), world.root)
    world.attest("keyset", sha256=sha256_of(note))
    assert audit(world, write(world, tmp_path)) == []

    world.serial = 2
    assert ("not_last_logged", "keyset") in audit(world, write(world, tmp_path / "later"))


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ({"courses": ("OTHER",)}, "key_not_entitled"),
        ({"expires": TODAY - 10}, "key_not_entitled"),
        ({"state": KeyState.COMPROMISED, "at": 1}, "key_withdrawn"),
        ({"state": KeyState.RETIRED, "at": 1}, "key_withdrawn"),
    ],
)
def test_issue_by_a_key_without_right_is_found(tmp_path: Path, fields: dict, code: str) -> None:
    world, _ = world_of()
    world.keys = [issuing_key(world.issuing, **fields)]

    found = audit(world, write(world, tmp_path))

    assert {item for item, _ in found} == {code}
    assert found[-1] == (code, "entry 6")


def test_issue_by_an_unknown_key_is_found(tmp_path: Path) -> None:
    world, _ = world_of()
    world.issue("غريب", by=signer_of("stranger"))

    assert audit(world, write(world, tmp_path)) == [("unknown_key", "entry 11")]


def test_trainer_table_must_agree_with_the_entries(tmp_path: Path) -> None:
    world, _ = world_of()
    rows = [replace(world.trainers[0], issued=TODAY - 8), replace(world.trainers[0], index=7)]
    table = make_table(serial=1, time=noon(TODAY), size=len(world.entries), rows=rows)
    write(world, tmp_path, trainers=sign_table(table, world.log))

    assert audit(world, tmp_path) == [("wrong_trainer", "entry 0"), ("wrong_trainer", "entry 7")]


def test_back_dated_certificate_is_found_as_checkers_find_it(tmp_path: Path) -> None:
    world, _ = world_of()
    world.issue("لصّ", issued=TODAY - 2, logged_on=TODAY)
    # Days of entries may not run backwards either.
    assert set(audit(world, write(world, tmp_path))) == {("back_dated", "entry 11")}


@pytest.mark.parametrize(
    ("rows", "place"),
    [
        ([], "days"),
        ([(7, TODAY - 9)], "days"),
        ([(7, TODAY - 9), (11, TODAY - 2)], "entry 7"),
        ([(7, TODAY - 11), (11, TODAY)], "entry 0"),
    ],
    ids=["none", "cut short", "too early", "all too early"],
)
def test_table_of_days_must_agree_with_the_entries(
    tmp_path: Path, rows: list[tuple[int, int]], place: str
) -> None:
    world, _ = world_of()
    table = make_head_days(serial=9, time=noon(TODAY), size=11, heads=rows)
    write(world, tmp_path, days=sign_head_days(table, world.log))

    found = audit(world, tmp_path)
    assert found[0] == ("wrong_days", place)
    assert {code for code, _ in found} == {"wrong_days"}


def test_given_certificates_must_verify_and_be_there(tmp_path: Path) -> None:
    world, texts = world_of()
    write(world, tmp_path)
    unlogged = build_text(BASE_URL, sign(world.claims("غير مسجلة", index=5), world.issuing))
    foreign = build_text(BASE_URL, sign(world.claims("غريبة", index=5), signer_of("stranger")))

    found = audit(world, tmp_path, certificates=[texts[0], unlogged, foreign, "hello", texts[0] + "1"])

    assert sorted(found) == [
        ("bad_digits", "certificate 5"),
        ("bad_signature", "certificate 3"),
        ("not_in_register", "entry 5"),
        ("not_ours", "certificate 4"),
    ]


def test_command_line_says_what_failed_and_where(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    world, texts = world_of()
    write(world, tmp_path)
    root = world.root.key.encode()

    assert main([str(tmp_path), "--root", root, "--certificate", texts[1]]) == 0
    assert "The register is whole." in capsys.readouterr().out

    (tmp_path / "tile/entries/000.p/11").unlink()
    assert main([str(tmp_path), "--root", root, "--json"]) == 1
    report = json.loads(capsys.readouterr().out)
    assert report["whole"] is False
    assert report["findings"][0]["place"] == "tile/entries/000.p/11"


def test_auditor_needs_nothing_but_this_package(tmp_path: Path) -> None:
    world, _ = world_of()
    (tmp_path / "old").write_bytes(World().checkpoint())
    write(world, tmp_path / "export")
    program = (
        "import sys; from lms.certificates.audit import main; code = main(sys.argv[1:]); "
        "sys.exit(code or any(name.split('.')[0] == 'django' for name in sys.modules))"
    )

    done = subprocess.run(
        [
            *(sys.executable, "-c", program, str(tmp_path / "export")),
            *("--root", world.root.key.encode(), "--since", str(tmp_path / "old")),
        ],
        cwd=Path(__file__).parents[3],
        capture_output=True,
        text=True,
        check=False,
    )

    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.endswith("The register is whole.\n")
