"""The life of issuing keys: rotation, withdrawal, theft, and root keys that are never on the server."""

import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import IntegrityError, transaction

from lms.certificates import ceremony, ceremony_file
from lms.certificates.audit import audit_export
from lms.certificates.checking import judge_live
from lms.certificates.enums import KeyState
from lms.certificates.keys import (
    KeyRoundError,
    NoIssuingKeyError,
    accept_keyset,
    current_keyset,
    proposed_keyset,
    root_policy,
)
from lms.certificates.keyset import KeysetError, Policy, keyset_text
from lms.certificates.models import IssuingKey, Keyset
from lms.certificates.paper import qr_text
from lms.certificates.publish import publish_register
from lms.certificates.roots import format_roots, parse_roots
from lms.certificates.services.issuing_keys import mark_compromised, retire_key, rotate_key, void_certificates
from lms.register.ed25519 import Ed25519Signer
from lms.register.keyfiles import KeyFileError
from lms.register.models import RegisterHead
from lms.register.note import NoteSigner, sign_note
from tests.factories.certificates import issued

pytestmark = pytest.mark.django_db
SECRET = "a long secret of the service manager"


@pytest.fixture(autouse=True)
def own_folder(settings, tmp_path: Path) -> Path:
    settings.SANAD_KEYS_DIR = tmp_path / "keys"
    return tmp_path / "keys"


@pytest.fixture
def custodians(settings) -> list[NoteSigner]:
    """Three root keys that are never on the server; two of them sign."""
    return [
        NoteSigner(f"{settings.SANAD_REGISTER_ORIGIN}/custodian-{n}", Ed25519Signer.generate())
        for n in (1, 2, 3)
    ]


@pytest.fixture
def waiting(settings, tmp_path: Path, custodians: list[NoteSigner]) -> Path:
    """A production server whose first keyset waits for the custodians."""
    settings.SANAD_ALLOW_DEVELOPMENT_KEYS = False
    settings.SANAD_KEY_PASSPHRASE = SECRET
    roots = tmp_path / "roots"
    roots.write_text(format_roots(Policy(2, tuple(root.key for root in custodians))))
    call_command("keys", "init", "--roots", str(roots))
    return tmp_path


def signed(custodians: list[NoteSigner]) -> bytes:
    return sign_note(keyset_text(proposed_keyset()), *custodians)


def reason(certificate: Any) -> str:
    return str(judge_live(qr_text(certificate))[0].reason)


class TestRotation:
    def test_new_key_signs_and_what_the_former_signed_stays_valid(self) -> None:
        first = issued()
        key = rotate_key(retire_former=True)
        second = issued()

        assert bytes(second.kid) == bytes(key.kid) != bytes(first.kid)
        assert (reason(first), reason(second)) == ("valid", "valid")
        former = IssuingKey.objects.get(kid=first.kid)
        assert former.state == KeyState.RETIRED and former.withdrawn_at_index > first.register_index

    def test_former_key_goes_on_until_it_is_retired(self) -> None:
        issued()
        rotate_key()
        assert [key.state for key in IssuingKey.objects.all()] == ["active", "active"]
        kid = str(IssuingKey.objects.first())
        retire_key(kid=kid)
        assert [key.state for key in IssuingKey.objects.all()] == ["retired", "active"]

    def test_serials_rise_and_every_keyset_is_registered(self, tmp_path: Path) -> None:
        issued()
        for _ in range(2):
            rotate_key(retire_former=True)
        publish_register(folder=tmp_path / "register")

        assert list(Keyset.objects.order_by("serial").values_list("serial", flat=True)) == [1, 2, 3]
        assert audit_export(tmp_path / "register", root_policy().keys).findings == []

    def test_two_active_keys_have_to_be_named(self) -> None:
        issued()
        rotate_key()
        with pytest.raises(KeyRoundError, match="name one of the keys"):
            retire_key()

    def test_last_key_retired_stops_issuing_and_nothing_replaces_it_quietly(self) -> None:
        issued()
        retire_key()
        with pytest.raises(NoIssuingKeyError):
            issued()


class TestTheft:
    def test_from_the_index_on_everything_is_red_and_before_it_nothing(self) -> None:
        honest, stolen = issued(), issued()
        key = mark_compromised(at_index=stolen.register_index)

        assert (reason(honest), reason(stolen)) == ("valid", "key_compromised")
        assert void_certificates(key) == 1
        with pytest.raises(NoIssuingKeyError):
            issued()
        rotate_key()
        assert reason(issued()) == "valid"

    def test_index_may_be_lowered_and_never_raised(self) -> None:
        first, second = issued(), issued()
        mark_compromised(at_index=second.register_index)
        with pytest.raises(KeyRoundError, match="not taken back"):
            mark_compromised(at_index=second.register_index + 1)
        mark_compromised(at_index=first.register_index)
        assert reason(first) == "key_compromised"

    def test_index_beyond_the_register_is_refused(self) -> None:
        issued()
        with pytest.raises(KeyRoundError, match="entries"):
            mark_compromised(at_index=RegisterHead.objects.get().size + 1)

    def test_retired_key_can_turn_out_to_be_stolen(self) -> None:
        certificate = issued()
        rotate_key(retire_former=True)
        kid = bytes(certificate.kid).hex()
        mark_compromised(kid=kid, at_index=certificate.register_index)
        assert reason(certificate) == "key_compromised"

    def test_database_wants_an_index_for_every_withdrawn_key(self) -> None:
        issued()
        for state in ("retired", "compromised"):
            with pytest.raises(IntegrityError), transaction.atomic():
                IssuingKey.objects.update(state=state)
        with pytest.raises(IntegrityError), transaction.atomic():
            IssuingKey.objects.update(withdrawn_at_index=4)


class TestCustodians:
    def test_nothing_is_issued_before_two_of_three_have_signed(
        self, waiting: Path, custodians: list[NoteSigner]
    ) -> None:
        with pytest.raises(NoIssuingKeyError):
            issued()
        with pytest.raises(KeysetError):
            accept_keyset(signed(custodians[:1]))
        with pytest.raises(KeysetError):
            accept_keyset(signed([custodians[0], NoteSigner(custodians[1].name, Ed25519Signer.generate())]))
        assert not Keyset.objects.exists() and current_keyset() is None

        accept_keyset(signed([custodians[2], custodians[0]]))

        assert reason(issued()) == "valid"
        assert not (waiting / "keys" / "root.pem").exists()

    def test_rotation_waits_for_them_and_issuing_does_not(
        self, waiting: Path, custodians: list[NoteSigner]
    ) -> None:
        accept_keyset(signed(custodians[:2]))
        key = rotate_key()
        assert key.state == KeyState.PENDING
        assert bytes(issued().kid) != bytes(key.kid)

        accept_keyset(signed(custodians[1:]))
        assert bytes(issued().kid) == bytes(key.kid)

    def test_stolen_key_signs_nothing_more_even_before_they_meet(
        self, waiting: Path, custodians: list[NoteSigner]
    ) -> None:
        accept_keyset(signed(custodians[:2]))
        certificate = issued()
        mark_compromised(at_index=certificate.register_index)
        with pytest.raises(NoIssuingKeyError):
            issued()
        assert reason(certificate) == "valid"
        rotate_key()
        accept_keyset(signed(custodians[:2]))
        assert (reason(certificate), reason(issued())) == ("key_compromised", "valid")

    def test_proposal_that_was_overtaken_is_refused(
        self, waiting: Path, custodians: list[NoteSigner]
    ) -> None:
        accept_keyset(signed(custodians[:2]))
        outdated = signed(custodians[:2])
        rotate_key()
        with pytest.raises(KeyRoundError, match="once more"):
            accept_keyset(outdated)

    def test_same_keyset_is_not_taken_in_twice(self, waiting: Path, custodians: list[NoteSigner]) -> None:
        note = signed(custodians[:2])
        accept_keyset(note)
        with pytest.raises(KeyRoundError):
            accept_keyset(note)

    def test_witnesses_of_the_settings_are_part_of_what_is_signed(
        self, waiting: Path, custodians: list[NoteSigner], settings
    ) -> None:
        from lms.register.cosignature import witness_key

        keys = [witness_key(f"w{n}", Ed25519Signer.generate().public_key) for n in range(3)]
        settings.SANAD_WITNESSES, settings.SANAD_WITNESS_QUORUM = [key.encode() for key in keys], 2
        accept_keyset(signed(custodians[:2]))
        keyset = current_keyset()
        assert keyset is not None and keyset.witnesses == Policy(2, tuple(keys))
        settings.SANAD_WITNESS_QUORUM = 4
        with pytest.raises(KeyRoundError, match="SANAD_WITNESS"):
            proposed_keyset()


class TestCeremony:
    def test_whole_ceremony_on_machines_without_django(self, settings, tmp_path: Path, capsys) -> None:
        """Make two keys, sign separately, combine, take in: as the people in the room do it."""
        program, secret = tmp_path / "ceremony.pyz", tmp_path / "secret"
        secret.write_text("five quiet words of wisdom\n")
        call_command("keys", "ceremony", str(program))
        assert ceremony_file.write(tmp_path / "again.pyz") in capsys.readouterr().out

        def run(*words: object) -> "subprocess.CompletedProcess[str]":
            check = "import runpy, sys; sys.argv = sys.argv[1:]\n"
            check += "try: runpy.run_path(sys.argv[0], run_name='__main__')\n"
            check += "finally: assert not {'django', 'wagtail', 'cbor2'} & set(sys.modules)\n"
            return subprocess.run(
                [sys.executable, "-I", "-c", check, str(program), *map(str, words)],
                cwd=tmp_path,
                capture_output=True,
                text=True,
                check=False,
            )

        public = []
        for n in (1, 2):
            done = run("make-key", f"example.org/custodian-{n}", f"{n}.pem", "--passphrase-file", secret)
            assert done.returncode == 0, done.stderr
            public.append(done.stdout)
        (tmp_path / "roots").write_text("need 2\n" + "".join(public))
        assert (tmp_path / "1.pem").stat().st_mode & 0o777 == 0o600

        call_command("keys", "init", "--roots", str(tmp_path / "roots"))
        call_command("keys", "export", str(tmp_path / "proposal"))
        told = capsys.readouterr().out
        shown = run("show", "proposal")
        assert shown.stdout.strip() in told and "serial 1" in shown.stdout
        for n in (1, 2):
            words = (
                "--name",
                f"example.org/custodian-{n}",
                "--out",
                f"{n}.signed",
                "--passphrase-file",
                secret,
            )
            assert run("sign", "proposal", "--key", f"{n}.pem", "--serial", "2", *words).returncode == 1
            assert not (tmp_path / f"{n}.signed").exists()
            done = run("sign", "proposal", "--key", f"{n}.pem", "--serial", "1", *words)
            assert done.returncode == 0, done.stderr
        alone = run("combine", "1.signed", "--roots", "roots", "--out", "keyset")
        assert alone.returncode == 1 and "1 of 2" in alone.stderr and not (tmp_path / "keyset").exists()
        assert run("combine", "1.signed", "2.signed", "--roots", "roots", "--out", "keyset").returncode == 0
        assert run("verify", "keyset", "--roots", "roots").returncode == 0

        call_command("keys", "import", str(tmp_path / "keyset"))
        assert reason(issued()) == "valid"

    def test_files_of_different_texts_cannot_be_combined(self, custodians: list[NoteSigner]) -> None:
        issued()
        first = sign_note(keyset_text(proposed_keyset()), custodians[0])
        rotate_key()
        second = sign_note(keyset_text(proposed_keyset()), custodians[1])
        with pytest.raises(ceremony.CeremonyError) as refused:
            ceremony.combine([first, second], [root.key for root in custodians], need=2)
        assert refused.value.code == "different_texts"

    def test_what_custodians_read_says_what_changes(self) -> None:
        issued()
        key = rotate_key(retire_former=True)
        told = ceremony.describe(proposed_keyset())
        assert f"{key}  active" in told and "retired from entry" in told and "all courses" in told

    def test_weak_passphrase_and_key_in_the_way_are_sentences(self, tmp_path: Path, capsys) -> None:
        secret, key = tmp_path / "secret", tmp_path / "1.pem"
        words = ["make-key", "c1", str(key), "--passphrase-file", str(secret)]
        secret.write_text("short")
        assert ceremony.main(words) == 1 and not key.exists()
        secret.write_text("five quiet words of wisdom")
        assert ceremony.main(words) == 0
        assert ceremony.main(words) == 1
        assert "exists already" in capsys.readouterr().err
        key.chmod(0o644)
        proposal = tmp_path / "proposal"
        issued()
        proposal.write_text(keyset_text(proposed_keyset()))
        arguments = ["--key", str(key), "--name", "c1", "--out", str(tmp_path / "o"), "--serial", "2"]
        assert ceremony.main(["sign", str(proposal), *arguments, "--passphrase-file", str(secret)]) == 1
        assert "chmod 600" in capsys.readouterr().err

    @pytest.mark.parametrize("text", ["", "need 2\n", "need 0\nx", "need two\n", "rubbish\n"])
    def test_files_of_no_root_keys_are_refused(self, text: str) -> None:
        with pytest.raises(KeysetError):
            parse_roots(text)


class CardKeys:
    """A stand-in for a card: keys that sign where they are and have no file."""

    def __init__(self) -> None:
        self.keys: dict[str, Ed25519Signer] = {}

    def has(self, name: str) -> bool:
        return name in self.keys

    def create(self, name: str) -> Ed25519Signer:
        if name in self.keys:
            raise KeyFileError("key_exists", f"the card has a key {name}")
        return self.keys.setdefault(name, Ed25519Signer.generate())

    def signer(self, name: str) -> Ed25519Signer:
        if name not in self.keys:
            raise KeyFileError("key_missing", f"the card has no key {name}")
        return self.keys[name]


def test_keys_may_lie_in_a_card_and_nothing_else_changes(settings, own_folder: Path, tmp_path: Path) -> None:
    settings.SANAD_KEY_ADAPTER = f"{__name__}.CardKeys"
    settings.SANAD_ALLOW_DEVELOPMENT_KEYS = False
    settings.SANAD_KEY_PASSPHRASE = SECRET
    with pytest.raises(NoIssuingKeyError):
        issued()
    call_command("keys", "init")
    call_command("keys", "rotate", "--retire")

    assert reason(issued()) == "valid"
    publish_register(folder=tmp_path / "register")
    assert audit_export(tmp_path / "register", root_policy().keys).findings == []
    assert {file.name for file in own_folder.iterdir()} == {"root.pub", "exam-box.pem"}


class TestCommand:
    def test_rotation_and_theft_from_the_command_line(self, capsys) -> None:
        certificate = issued()
        call_command("keys", "rotate", "--retire", "--days", "100")
        call_command("keys", "compromised", bytes(certificate.kid).hex(), "--at-index", "0")
        told = capsys.readouterr().out
        assert "serial 2" in told and "serial 3" in told and "1 registered certificates are void" in told
        call_command("keys", "status", "--json")
        import json

        status = json.loads(capsys.readouterr().out)
        assert [key["state"] for key in status["issuing"]] == ["compromised", "active"]
        assert status["serial"] == 3 and not status["waits_for_roots"]

    def test_status_says_that_the_roots_are_awaited(self, waiting: Path, capsys) -> None:
        call_command("keys", "status")
        assert "sanad keys export FILE" in capsys.readouterr().out

    def test_unknown_key_is_a_sentence_that_lists_those_there_are(self) -> None:
        issued()
        with pytest.raises(CommandError, match="active"):
            call_command("keys", "retire", "00000000")

    def test_missing_file_is_a_sentence(self, tmp_path: Path) -> None:
        issued()
        with pytest.raises(CommandError, match="No such file"):
            call_command("keys", "import", str(tmp_path / "nothing"))
