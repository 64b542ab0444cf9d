"""The commands, run for real: on text, picture and paper, with and without the database."""

import base64
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
import time_machine
from django.core.management import CommandError, call_command

from lms.certificates.keys import root_policy
from lms.certificates.models import Certificate, IssuingKey, Keyset
from lms.certificates.paper import certificate_pdf, qr_text
from lms.certificates.publish import publish_register
from lms.certificates.services.standing import revoke_certificate
from lms.certificates.verdict import Reason
from lms.register.export import CHECKPOINT
from lms.settings.env import PROJECT_ROOT
from tests.factories.certificates import CertificateTypeFactory, enrolled, issued
from tests.factories.people import UserFactory
from tests.lms.certificates.test_verify import trained_under
from tests.vectors.make_verdicts import load_book

pytestmark = pytest.mark.django_db


def run(*arguments: object, **environment: str) -> "subprocess.CompletedProcess[str]":
    """The `sanad` command in a process of its own, without anything of this one's settings."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("DJANGO", "DATABASE"))}
    return subprocess.run(
        [sys.executable, "-m", "lms", *map(str, arguments)],
        cwd=PROJECT_ROOT,
        env={**kept, **environment},
        capture_output=True,
        text=True,
        check=False,
    )


def verdict(capsys: pytest.CaptureFixture[str], *arguments: object) -> tuple[int, dict]:
    code = 0
    try:
        call_command("verify_certificate", *map(str, arguments), "--json")
    except SystemExit as leaving:
        code = int(leaving.code or 0)
    return code, json.loads(capsys.readouterr().out)


class TestVerify:
    def test_text_picture_and_paper_give_one_answer(self, tmp_path: Path, capsys) -> None:
        import pypdfium2

        certificate = issued(learner__name_ar="فاطمة الزهراء")
        paper, picture = tmp_path / "certificate.pdf", tmp_path / "photo.png"
        paper.write_bytes(certificate_pdf(certificate))
        pypdfium2.PdfDocument(paper)[0].render(scale=2.5).to_pil().save(picture)

        answers = [verdict(capsys, source) for source in (qr_text(certificate), paper, picture)]

        assert answers[0] == answers[1] == answers[2]
        code, answer = answers[0]
        assert (code, answer["verdict"], answer["claims"]["name"]) == (0, "green", "فاطمة الزهراء")

    def test_revoked_is_red_and_exits_1(self, capsys) -> None:
        certificate = issued()
        revoke_certificate(certificate=certificate, reason="x", actor=UserFactory())
        code, answer = verdict(capsys, qr_text(certificate))
        assert (code, answer["reason"]) == (1, "revoked")

    def test_pack_answers_without_a_database(self, tmp_path: Path, capsys, django_db_blocker) -> None:
        certificate = issued()
        publish_register(folder=tmp_path)
        text, root = qr_text(certificate), root_policy().keys[0].encode()
        with django_db_blocker.block():
            code, answer = verdict(capsys, text, "--pack", tmp_path, "--root", root)
        assert (code, answer["reason"]) == (0, "valid")

    def test_pack_answers_in_a_process_that_has_no_database_at_all(self, tmp_path: Path) -> None:
        certificate = issued()
        publish_register(folder=tmp_path / "pack")
        done = run(
            *("verify_certificate", qr_text(certificate), "--json"),
            *("--pack", tmp_path / "pack", "--root", root_policy().keys[0].encode()),
            SANAD_DATA=str(tmp_path / "nothing"),
            DATABASE_URL="postgres://nobody@127.0.0.1:9/nowhere",
        )
        assert done.returncode == 0, done.stderr
        assert json.loads(done.stdout)["verdict"] == "green"
        assert not (tmp_path / "nothing" / "sanad.sqlite3").exists()

    def test_table_of_verdicts(self, tmp_path: Path, capsys) -> None:
        """One case of each reason: the command says what the table says, and leaves with its colour's code."""
        book = load_book()
        for name, files in book["packs"].items():
            for path, text in files.items():
                data = base64.b64decode(text) if path.startswith("tile/") else text.encode()
                (tmp_path / name / path).parent.mkdir(parents=True, exist_ok=True)
                (tmp_path / name / path).write_bytes(data)
        cases = {case["reason"]: case for case in book["cases"] if case["text"]}
        assert set(cases) == set(Reason)
        for case in cases.values():
            with time_machine.travel(case["now"], tick=False):
                pack = ("--pack", tmp_path / case["pack"], "--root", book["roots"][0])
                code, answer = verdict(capsys, case["text"], *pack)
            del answer["register"]
            assert answer == {key: case[key] for key in ("verdict", "reason", "claims")}
            assert code == ("green", "red", "amber").index(case["verdict"])

    def test_pack_of_another_root_is_not_trusted(self, tmp_path: Path) -> None:
        issued()
        publish_register(folder=tmp_path)
        (tmp_path / "status").write_text("rubbish")
        with pytest.raises(CommandError, match="cannot be trusted") as refused:
            call_command("verify_certificate", "x", "--pack", str(tmp_path))
        assert refused.value.returncode == 3

    def test_picture_without_a_code_is_a_sentence(self, tmp_path: Path) -> None:
        issued()
        file = tmp_path / "notes.txt"
        file.write_text("no picture")
        with pytest.raises(CommandError, match=r"notes\.txt"):
            call_command("verify_certificate", str(file))

    def test_platform_without_keys_says_what_to_do(self) -> None:
        with pytest.raises(CommandError, match="sanad keys init"):
            call_command("verify_certificate", "x")


class TestAudit:
    def test_whole_register_exits_0_without_django(self, tmp_path: Path) -> None:
        trained_under(issued(CertificateTypeFactory(tier__level=1)))
        publish_register(folder=tmp_path)
        older = tmp_path.parent / "older"
        older.write_bytes((tmp_path / CHECKPOINT).read_bytes())
        done = run(
            *("register_audit", tmp_path, "--root", root_policy().keys[0].encode(), "--since", older),
            DJANGO_SETTINGS_MODULE="there.are.no.settings",
        )
        assert done.returncode == 0, done.stdout + done.stderr
        assert "The register is whole." in done.stdout

    def test_damage_exits_1_and_names_the_place(self, tmp_path: Path) -> None:
        certificate = issued()
        publish_register(folder=tmp_path)
        [entries] = (tmp_path / "tile" / "entries").iterdir()
        bundle = next(path for path in entries.rglob("*") if path.is_file()) if entries.is_dir() else entries
        bundle.write_bytes(bundle.read_bytes().replace(b'"type":"issue"', b'"type":"issve"'))
        done = run("register_audit", tmp_path, "--root", root_policy().keys[0].encode())
        assert done.returncode == 1
        assert f"entry {certificate.register_index}: " in done.stdout

    def test_own_root_is_used_when_none_is_named(self, tmp_path: Path, capsys) -> None:
        issued()
        publish_register(folder=tmp_path)
        with pytest.raises(SystemExit) as leaving:
            call_command("register_audit", str(tmp_path))
        assert leaving.value.code == 0
        assert "The register is whole." in capsys.readouterr().out

    @pytest.mark.parametrize(
        "arguments", [["--root", "rubbish"], ["--root", "a+00000000+AQ==", "--since", "/nowhere/at/all"]]
    )
    def test_bad_arguments_are_sentences(self, tmp_path: Path, arguments: list[str]) -> None:
        done = run("register_audit", tmp_path, *arguments)
        assert done.returncode == 2 and "Traceback" not in done.stderr and "error:" in done.stderr


class TestProof:
    def test_stranger_verifies_it_with_pure_functions_alone(self, capsys) -> None:
        from base64 import b64decode

        from lms.register.checkpoint import open_checkpoint
        from lms.register.keys import log_signer
        from lms.register.merkle import leaf_hash, verify_inclusion

        certificates = [issued() for _ in range(3)]
        for wanted in (str(certificates[1]), str(certificates[1].register_index)):
            capsys.readouterr()
            call_command("register_proof", wanted, "--json")
            proof = json.loads(capsys.readouterr().out)
            head = open_checkpoint(proof["checkpoint"].encode(), [log_signer().key])
            path = [bytes.fromhex(step) for step in proof["proof"]]
            leaf = leaf_hash(proof["record"].encode())
            assert (proof["index"], proof["size"]) == (certificates[1].register_index, head.size)
            assert leaf.hex() == proof["leaf_hash"] and b64decode(proof["root_base64"]) == head.root
            assert verify_inclusion(leaf, proof["index"], head.size, path, head.root)
            assert not verify_inclusion(leaf, proof["index"] - 1, head.size, path, head.root)

    @pytest.mark.parametrize("wanted", ["999", "0000-0000-0000-0000", "rubbish"])
    def test_what_is_not_there_is_a_sentence(self, wanted: str) -> None:
        issued()
        with pytest.raises(CommandError):
            call_command("register_proof", wanted)

    def test_people_can_read_it(self, capsys) -> None:
        certificate = issued()
        call_command("register_proof", str(certificate))
        told = capsys.readouterr().out
        assert f"entry   {certificate.register_index} of" in told and '"type":"issue"' in told


class TestKeys:
    @pytest.fixture(autouse=True)
    def own_folder(self, settings, tmp_path: Path) -> Path:
        settings.SANAD_KEYS_DIR = tmp_path / "keys"
        return tmp_path / "keys"

    def production(self, settings, passphrase: str) -> None:
        settings.SANAD_ALLOW_DEVELOPMENT_KEYS = False
        settings.SANAD_KEY_PASSPHRASE = passphrase

    def test_init_makes_shut_and_sealed_keys_and_a_keyset(self, settings, own_folder: Path, capsys) -> None:
        self.production(settings, "a long secret of the service manager")
        call_command("keys", "init")

        names = {path.name for path in own_folder.iterdir()}
        assert names == {"root.pem", "root.pub", "log.pem", "issuing.pem", "exam.pem", "exam-box.pem"}
        for path in own_folder.glob("*.pem"):
            assert path.stat().st_mode & 0o077 == 0
            assert b"BEGIN ENCRYPTED PRIVATE KEY" in path.read_bytes()
        assert Keyset.objects.get().serial == 1 and IssuingKey.objects.count() == 1
        assert root_policy().keys[0].encode() in capsys.readouterr().out
        assert issued().status == "active"

    @pytest.mark.parametrize("passphrase", ["", "short"])
    def test_init_refuses_a_weak_passphrase(self, settings, own_folder: Path, passphrase: str) -> None:
        self.production(settings, passphrase)
        with pytest.raises(CommandError, match="SANAD_KEY_PASSPHRASE"):
            call_command("keys", "init")
        assert not own_folder.exists() or not list(own_folder.iterdir())

    def test_second_init_is_refused(self, own_folder: Path) -> None:
        call_command("keys", "init")
        before = {path.name: path.read_bytes() for path in own_folder.iterdir()}
        with pytest.raises(CommandError, match="already"):
            call_command("keys", "init")
        assert {path.name: path.read_bytes() for path in own_folder.iterdir()} == before

    def test_an_installation_from_before_the_exam_keys_gets_those_alone(self, own_folder: Path) -> None:
        call_command("keys", "init")
        before = {path.name: path.read_bytes() for path in own_folder.iterdir()}
        for name in ("exam.pem", "exam-box.pem"):
            (own_folder / name).unlink()
        call_command("keys", "init")
        after = {path.name: path.read_bytes() for path in own_folder.iterdir()}
        assert set(after) == set(before)
        assert {name for name in before if before[name] != after[name]} == {"exam.pem", "exam-box.pem"}
        assert Keyset.objects.count() == 1

    def test_status_tells_the_keys(self, capsys) -> None:
        with pytest.raises(CommandError, match="sanad keys init"):
            call_command("keys", "status")
        call_command("keys", "init")
        capsys.readouterr()
        call_command("keys", "status")
        told = capsys.readouterr().out
        assert "serial 1" in told and str(IssuingKey.objects.get()) in told

    def test_key_that_others_can_read_is_refused_in_words(self, settings, own_folder: Path) -> None:
        self.production(settings, "a long secret of the service manager")
        call_command("keys", "init")
        (own_folder / "log.pem").chmod(0o644)
        with pytest.raises(CommandError, match=r"log\.pem"):
            call_command("keys", "status")
        with pytest.raises(CommandError, match=r"log\.pem"):
            call_command("register_export", str(own_folder.parent / "out"))


class TestOthers:
    def test_issuing_for_everybody_can_be_repeated(self, capsys) -> None:
        kind = CertificateTypeFactory()
        for _ in range(2):
            enrolled(kind)
        call_command("issue_certificates", kind.code)
        call_command("issue_certificates", kind.code)
        assert Certificate.objects.count() == 2
        assert "2 issued" in capsys.readouterr().out

    def test_issuing_an_unknown_type_lists_those_there_are(self) -> None:
        kind = CertificateTypeFactory()
        with pytest.raises(CommandError, match=kind.code):
            call_command("issue_certificates", "NONE")

    def test_revoking_needs_somebody_who_may(self) -> None:
        certificate = issued()
        plain, lead = UserFactory(), UserFactory(is_superuser=True)
        with pytest.raises(CommandError):
            call_command("revoke_certificate", certificate.number, reason="x", by=plain.email)
        call_command("revoke_certificate", str(certificate), reason="x", by=lead.email)
        assert Certificate.objects.get().status == "revoked"

    def test_whoever_runs_the_server_revokes_too_up_to_the_limit_of_one_person(self, settings) -> None:
        settings.SANAD_REVOCATIONS_BY_ONE = 1
        first, second = issued(), issued()
        call_command("revoke_certificate", first.number, reason="forged papers")
        event = first.events.get(type="revoke")
        assert (event.actor, event.reason) == (None, "forged papers")
        with pytest.raises(CommandError, match="1"):
            call_command("revoke_certificate", second.number, reason="x")
        second.refresh_from_db()
        assert second.status == "active"

    def test_issuing_without_a_type_issues_all_from_the_top_down(self, capsys) -> None:
        observers, trainers = CertificateTypeFactory(), CertificateTypeFactory(tier__level=1)
        for kind in (observers, trainers):
            enrolled(kind)
        call_command("issue_certificates")
        told = capsys.readouterr()
        assert told.out.count("1 issued") == 2
        assert told.err.index(trainers.code) < told.err.index(observers.code)

    def test_list_gives_the_text_of_the_code(self, capsys) -> None:
        certificate = issued()
        call_command("certificates", "--json")
        [row] = json.loads(capsys.readouterr().out)
        assert row["qr"] == qr_text(certificate) and row["index"] == certificate.register_index
