"""What witnesses saw, and what that proves: back-dating, missing quorums, two versions of the register."""

from dataclasses import replace
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from lms.certificates.audit import audit_export
from lms.certificates.keys import current_keyset, publish_keyset, root_policy
from lms.certificates.keyset import Keyset, Policy
from lms.certificates.publish import publish_register
from lms.register.checkpoint import Checkpoint, sign_checkpoint
from lms.register.cosignature import cosign, witness_key
from lms.register.days import DAY_SECONDS
from lms.register.ed25519 import Ed25519Signer
from lms.register.keys import log_signer
from lms.register.models import Cosignature
from lms.register.note import add_signatures, parse_note
from lms.register.services import CosignatureError, take_cosignatures
from tests.factories.certificates import issued
from tests.vectors.world import ORIGIN, TODAY, World, noon, signer_of

NAMES = ("w1", "w2", "w3")
KEYS = tuple(witness_key(name, signer_of(name).public_key) for name in NAMES)


class WitnessedWorld(World):
    """A register whose keyset asks for two of three witnesses."""

    def keyset(self) -> Keyset:
        return replace(super().keyset(), witnesses=Policy(2, KEYS))


def cosigned(note: bytes, *names: str, time: int) -> bytes:
    text = parse_note(note).text
    lines = [cosign(text, name=name, signer=signer_of(name), timestamp=time) for name in names]
    return add_signatures(note, *lines)


def audit(folder: Path, world: World, **files: bytes) -> list[tuple[str, str]]:
    for path, data in (world.files(with_entries=True) | files).items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_bytes(data)
    return [(item.code, item.place) for item in audit_export(folder, [world.root.key]).findings]


def heads(world: World, *names: str, time: int) -> dict[str, bytes]:
    note = cosigned(world.checkpoint(), *names, time=time)
    return {"cosigned": note, f"heads/{len(world.entries)}": note}


def grown() -> WitnessedWorld:
    world = WitnessedWorld()
    world.issue(issued=TODAY - 20)
    return world


def test_cosigned_register_is_whole(tmp_path: Path) -> None:
    world = grown()
    earlier = cosigned(world.checkpoint(), "w1", time=noon(TODAY - 19))
    world.issue("ثانية")
    files = heads(world, "w1", "w3", time=noon(TODAY)) | {"heads/1": earlier}

    assert audit(tmp_path, world, **files) == []


def test_back_dated_certificate_is_found_by_what_witnesses_saw(tmp_path: Path) -> None:
    world = grown()
    seen = cosigned(world.checkpoint(), "w1", "w2", time=noon(TODAY))
    world.issue("لصّ", issued=TODAY - 1)
    world.issue("لصّ آخر", issued=TODAY)
    assert audit(tmp_path / "a", world, **{"heads/1": seen}, **heads(world, *NAMES, time=noon(TODAY))) == []

    world = grown()
    seen = cosigned(world.checkpoint(), "w1", "w2", time=noon(TODAY))
    # Every day follows the one before, so that the entries alone look honest.
    world.issue("لصّ", issued=TODAY - 2, logged_on=TODAY)
    found = audit(tmp_path / "b", world, **{"heads/1": seen}, **heads(world, *NAMES, time=noon(TODAY)))
    assert found == [("back_dated", "entry 1")]


def test_table_of_days_that_hides_a_back_dated_certificate_is_found(tmp_path: Path) -> None:
    world = grown()
    seen = cosigned(world.checkpoint(), "w1", "w2", time=noon(TODAY))
    world.issue("لصّ", issued=TODAY - 2, logged_on=TODAY - 2)
    found = audit(tmp_path, world, **{"heads/1": seen}, **heads(world, *NAMES, time=noon(TODAY)))
    assert found == [("back_dated", "entry 1"), ("wrong_days", "days")]


def test_table_of_days_that_makes_an_honest_certificate_red_is_found(tmp_path: Path) -> None:
    world = WitnessedWorld()
    world.issue(issued=TODAY - 2, logged_on=TODAY)
    seen = cosigned(world.checkpoint(), "w1", "w2", time=noon(TODAY - 2))
    world.issue("ثانية")
    found = audit(tmp_path, world, **{"heads/1": seen}, **heads(world, *NAMES, time=noon(TODAY)))
    assert found == [("back_dated", "entry 0"), ("wrong_days", "days")]


def test_a_days_grace_is_given_to_honest_clocks(tmp_path: Path) -> None:
    world = WitnessedWorld()
    world.issue(issued=TODAY - 2, logged_on=TODAY - 1)
    seen = cosigned(world.checkpoint(), "w1", "w2", time=noon(TODAY - 2))
    world.issue("ثانية", logged_on=TODAY)
    files = {"heads/1": seen} | heads(world, *NAMES, time=noon(TODAY))
    assert audit(tmp_path, world, **files) == []


def test_one_witness_alone_dates_nothing(tmp_path: Path) -> None:
    world = grown()
    seen = cosigned(world.checkpoint(), "w1", time=noon(TODAY))
    world.issue("ثانية", issued=TODAY - 2, logged_on=TODAY - 2)
    assert audit(tmp_path, world, **{"heads/1": seen}, **heads(world, *NAMES, time=noon(TODAY))) == []


@pytest.mark.parametrize("names", [(), ("w1",), ("w1", "w1")])
def test_too_few_witnesses_are_found(tmp_path: Path, names: tuple[str, ...]) -> None:
    world = grown()
    files = heads(world, *names, time=noon(TODAY)) if names else {}
    assert audit(tmp_path, world, **files) == [("not_cosigned", "cosigned")]


def test_witnesses_that_sleep_are_found(tmp_path: Path) -> None:
    world = grown()
    files = heads(world, *NAMES, time=noon(TODAY - 15))
    assert audit(tmp_path, world, **files) == [("cosigned_long_ago", "cosigned")]


def test_head_that_the_register_does_not_continue_is_found(tmp_path: Path) -> None:
    world, other = grown(), WitnessedWorld()
    other.issue("سجلّ آخر", issued=TODAY - 20)
    shown = cosigned(other.checkpoint(), *NAMES, time=noon(TODAY))
    world.issue("ثانية")
    assert audit(tmp_path / "a", world, cosigned=shown) == [("inconsistent", "cosigned")]

    ahead = sign_checkpoint(Checkpoint(ORIGIN, 9, b"r" * 32), world.log)
    ahead = cosigned(ahead, *NAMES, time=noon(TODAY))
    assert audit(tmp_path / "b", world, cosigned=ahead) == [("shrunk", "cosigned")]


def test_forged_line_and_wrong_name_are_found(tmp_path: Path) -> None:
    world = grown()
    forged = add_signatures(
        world.checkpoint(), cosign("other\n", name="w1", signer=signer_of("w1"), timestamp=5)
    )
    honest = cosigned(world.checkpoint(), *NAMES, time=noon(TODAY))
    found = audit(
        tmp_path, world, checkpoint=forged, cosigned=honest, **{"heads/7": honest, "heads/1": forged}
    )
    assert found == [
        ("bad_signature", "heads/1"),
        ("wrong_head", "heads/7"),
        ("bad_signature", "checkpoint"),
    ]


@pytest.mark.django_db
class TestTakingIn:
    @pytest.fixture(autouse=True)
    def witnesses(self, settings) -> None:
        settings.SANAD_WITNESSES = [key.encode() for key in KEYS]
        settings.SANAD_WITNESS_QUORUM = 2
        issued()
        publish_keyset()

    def found(self, folder: Path) -> list[tuple[str, str]]:
        publish_register(folder=folder)
        return [(item.code, item.place) for item in audit_export(folder, root_policy().keys).findings]

    def test_cosignatures_are_published_with_the_head_they_belong_to(self, tmp_path: Path) -> None:
        import time

        folder, now = tmp_path / "register", int(time.time())
        assert self.found(folder) == [("not_cosigned", "cosigned")]
        head = (folder / "checkpoint").read_bytes()
        for name in ("w1", "w2"):
            file = tmp_path / name
            file.write_bytes(cosigned(head, name, time=now))
            call_command("register_cosign", str(file))
        call_command("register_cosign", str(tmp_path / "w1"))

        assert Cosignature.objects.count() == 2
        assert self.found(folder) == []
        assert (folder / "cosigned").read_bytes() == (folder / "checkpoint").read_bytes()
        size = parse_note(head).text.splitlines()[1]
        issued()
        assert self.found(folder) == []
        assert (folder / "cosigned").read_bytes() == (folder / "heads" / size).read_bytes()
        assert (folder / "cosigned").read_bytes() != (folder / "checkpoint").read_bytes()

    def test_stranger_and_foreign_head_are_refused(self, tmp_path: Path) -> None:
        publish_register(folder=tmp_path / "register")
        head = (tmp_path / "register" / "checkpoint").read_bytes()
        stranger = tmp_path / "stranger"
        line = cosign(parse_note(head).text, name="w9", signer=Ed25519Signer.generate(), timestamp=5)
        stranger.write_bytes(add_signatures(head, line))
        with pytest.raises(CommandError, match="none of the keyset's witnesses"):
            call_command("register_cosign", str(stranger))
        for note, code in (
            (World().checkpoint(), "unknown_head"),
            (sign_checkpoint(Checkpoint(log_signer().name, 2, b"r" * 32), log_signer()), "split_view"),
        ):
            keyset = current_keyset()
            assert keyset is not None
            with pytest.raises(CosignatureError) as refused:
                take_cosignatures(note=cosigned(note, "w1", time=5), witnesses=keyset.witnesses.keys)
            assert refused.value.code == code
        assert not Cosignature.objects.exists()

    def test_time_of_a_witness_is_kept_to_the_second(self, tmp_path: Path) -> None:
        publish_register(folder=tmp_path / "register")
        file = tmp_path / "w1"
        file.write_bytes(
            cosigned((tmp_path / "register" / "checkpoint").read_bytes(), "w1", time=DAY_SECONDS)
        )
        call_command("register_cosign", str(file))
        assert Cosignature.objects.get().witnessed_at.timestamp() == DAY_SECONDS
