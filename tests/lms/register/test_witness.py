"""The witness: cosigns what continues what it saw, and shows both heads of what does not."""

import getpass
import os
import subprocess
import sys
from pathlib import Path

import pytest

from lms.register.cosignature import cosigners
from lms.register.note import VerifierKey, parse_note
from lms.register.witness import ContradictionError, WitnessError, cosign_head, fetch_from, judge_head, main
from tests.vectors.world import World
from tests.vectors.world import fetch_from as fetch_world

NOW = 1_760_000_000
SECRET = "five quiet words of wisdom"


def world_of(count: int, *, like: str = "endorse") -> World:
    world = World()
    for _ in range(count):
        world.attest(like, course="CODE-1")
    return world


def grow(world: World, count: int) -> World:
    for _ in range(count):
        world.attest("endorse", course="CODE-1")
    return world


def write(world: World, folder: Path) -> Path:
    for path, data in world.files(with_entries=True).items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_bytes(data)
    return folder


def judge(known: World | None, offered: World) -> int:
    files = (known.files(with_entries=True) if known else {}) | offered.files(with_entries=True)
    return judge_head(
        offered=offered.checkpoint(),
        known=None if known is None else known.checkpoint(),
        log_key=offered.log.key,
        fetch=fetch_world(files),
    ).size


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, VerifierKey]:
    """A witness's folder; making its key costs half a second."""
    folder = tmp_path_factory.mktemp("witness")
    secret = folder / "secret"
    secret.write_text(SECRET)
    done = run("init", folder / "state", "--name", "w1", "--log", World().log.key.encode(), secret=secret)
    assert done.returncode == 0, done.stderr
    return folder, VerifierKey.parse(done.stdout.strip())


@pytest.fixture
def state(made: tuple[Path, VerifierKey], tmp_path: Path) -> Path:
    """A fresh memory with the same key."""
    folder = tmp_path / "state"
    folder.mkdir()
    for file in (made[0] / "state").iterdir():
        if file.name in {"witness.pem", "log.pub", "name"}:
            (folder / file.name).write_bytes(file.read_bytes())
            (folder / file.name).chmod(0o600)
    return folder


def run(*arguments: object, secret: Path) -> "subprocess.CompletedProcess[str]":
    """The program in a process of its own, without settings and without Django."""
    program = (
        "import sys; from lms.__main__ import main; sys.argv[0] = 'sanad'\n"
        "try: main()\n"
        "finally: assert not any(name.split('.')[0] == 'django' for name in sys.modules)\n"
    )
    environment = {key: value for key, value in os.environ.items() if not key.startswith(("DJANGO", "SANAD"))}
    return subprocess.run(
        [
            *(sys.executable, "-c", program, "witness", *map(str, arguments)),
            *("--passphrase-file", str(secret)),
        ],
        cwd=Path(__file__).parents[3],
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.mark.parametrize(("old", "new"), [(0, 0), (0, 5), (1, 2), (7, 8), (8, 8), (255, 257), (256, 600)])
def test_growing_register_is_followed(old: int, new: int) -> None:
    world = world_of(old)
    first = world.checkpoint()
    grow(world, new - old)

    seen = judge_head(
        offered=world.checkpoint(),
        known=first,
        log_key=world.log.key,
        fetch=fetch_world(world.files(with_entries=True)),
    )
    assert seen.size == new


def test_first_head_is_taken_on_its_signature() -> None:
    assert judge(None, world_of(3)) == 3


@pytest.mark.parametrize(("old", "new"), [(5, 5), (5, 9), (4, 8), (256, 300), (9, 5)])
def test_rewritten_register_is_a_contradiction(old: int, new: int) -> None:
    known, offered = world_of(old), world_of(new, like="withdrawn_again")

    with pytest.raises(ContradictionError) as proof:
        judge(known, offered)
    assert proof.value.known == known.checkpoint()
    assert proof.value.offered == offered.checkpoint()


def test_older_copy_is_no_proof_but_is_not_cosigned() -> None:
    world = world_of(5)
    old = world.checkpoint()
    grow(world, 4)

    with pytest.raises(WitnessError) as refused:
        judge_head(
            offered=old,
            known=world.checkpoint(),
            log_key=world.log.key,
            fetch=fetch_world(world.files(with_entries=True)),
        )
    assert refused.value.code == "behind"


def test_missing_or_wrong_tiles_say_nothing() -> None:
    world = world_of(300)
    known = world.checkpoint()
    grow(world, 300)
    for files in ({}, {name: bytes(len(data)) for name, data in world.files(with_entries=True).items()}):
        with pytest.raises(WitnessError):
            judge_head(
                offered=world.checkpoint(), known=known, log_key=world.log.key, fetch=fetch_world(files)
            )


def test_head_is_remembered_and_cosigned(state: Path, made: tuple[Path, VerifierKey], tmp_path: Path) -> None:
    world, register = world_of(5), tmp_path / "register"
    for now in (NOW, NOW + 60):
        grow(world, 3)
        seen = cosign_head(
            state=state, fetch=fetch_from(str(write(world, register))), passphrase=SECRET, now=now
        )
        assert cosigners(seen.note, [made[1]]) == [("w1", now)]
        assert (state / "head").read_bytes() == world.checkpoint()
        assert parse_note(seen.note).text == parse_note(world.checkpoint()).text


def test_nothing_is_cosigned_that_could_not_be_remembered(state: Path, tmp_path: Path, monkeypatch) -> None:
    from lms.register import witness

    def full(path: Path, data: bytes) -> None:
        raise OSError(28, "No space left on device")

    signed: list[object] = []
    monkeypatch.setattr(witness, "write_file", full)
    monkeypatch.setattr(witness, "cosign", lambda *args, **fields: signed.append(args))
    with pytest.raises(OSError, match="No space"):
        cosign_head(
            state=state, fetch=fetch_from(str(write(world_of(2), tmp_path))), passphrase=SECRET, now=NOW
        )
    assert not signed


def test_program_needs_no_django_and_shows_the_proof(
    state: Path, made: tuple[Path, VerifierKey], tmp_path: Path
) -> None:
    honest = write(world_of(3), tmp_path / "honest")
    other = write(world_of(3, like="withdrawn_again"), tmp_path / "other")
    out, secret = tmp_path / "cosigned", made[0] / "secret"

    done = run("run", state, honest, "--out", out, secret=secret)
    assert done.returncode == 0, done.stderr
    assert cosigners(out.read_bytes(), [made[1]])[0][0] == "w1"

    done = run("run", state, other, "--out", tmp_path / "never", secret=secret)
    assert done.returncode == 1
    for folder in (honest, other):
        assert (folder / "checkpoint").read_text() in done.stdout
    [kept] = state.glob("contradiction-*")
    assert (other / "checkpoint").read_bytes() in kept.read_bytes()
    assert not (tmp_path / "never").exists()


def test_unreachable_register_and_wrong_passphrase_are_sentences(
    state: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    secret = tmp_path / "secret"
    secret.write_text(SECRET)
    arguments = ["run", str(state), str(tmp_path / "nowhere"), "--out", str(tmp_path / "out")]
    assert main([*arguments, "--passphrase-file", str(secret)]) == 2
    assert "cannot be read" in capsys.readouterr().err
    secret.write_text("wrong")
    assert main([*arguments, "--passphrase-file", str(secret)]) == 2
    assert "passphrase" in capsys.readouterr().err


def test_without_anybody_to_ask_it_says_how_to_give_the_passphrase(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """As a timer runs it: no terminal, and nothing to read."""

    def nobody(_prompt: str) -> str:
        raise EOFError

    monkeypatch.setattr(getpass, "getpass", nobody)
    monkeypatch.delenv("SANAD_WITNESS_PASSPHRASE", raising=False)
    key = VerifierKey("example.org/log", bytes(32)).encode()
    assert main(["init", str(tmp_path / "state"), "--name", "witness.example.org/one", "--log", key]) == 2
    assert "SANAD_WITNESS_PASSPHRASE" in capsys.readouterr().err
