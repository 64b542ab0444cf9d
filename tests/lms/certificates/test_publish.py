"""The exported register: what the platform writes, an auditor without the platform finds whole."""

from pathlib import Path

import pytest
import time_machine
from django.utils import timezone

from lms.certificates.audit import audit_export
from lms.certificates.keys import publish_keyset, root_policy
from lms.certificates.models import StatusListNote
from lms.certificates.pack import STATUS, Pack, open_pack_folder
from lms.certificates.paper import qr_text
from lms.certificates.publish import (
    STATUS_RENEWAL_SECONDS,
    EmptyRegisterError,
    prepare_publication,
    publish_register,
)
from lms.certificates.services.standing import restore_certificate, revoke_certificate, suspend_certificate
from lms.certificates.statuslist import Standing
from lms.register.export import CHECKPOINT
from lms.register.models import Entry, RegisterHead
from lms.register.records import decode_record, sha256_of
from tests.factories.certificates import CertificateTypeFactory, issued
from tests.factories.people import UserFactory
from tests.lms.certificates.test_verify import trained_under

pytestmark = pytest.mark.django_db


def findings(folder: Path, **options: object) -> list[tuple[str, str]]:
    report = audit_export(folder, [root_policy().keys[0]], **options)  # type: ignore[arg-type]
    return [(finding.code, finding.place) for finding in report.findings]


def pack(folder: Path) -> Pack:
    return open_pack_folder(folder, [root_policy().keys[0]])


def revoke(certificate: object) -> None:
    revoke_certificate(certificate=certificate, reason="x", actor=UserFactory())  # type: ignore[arg-type]


def test_empty_register_is_not_published(tmp_path: Path) -> None:
    with pytest.raises(EmptyRegisterError):
        publish_register(folder=tmp_path)
    assert list(tmp_path.iterdir()) == [] and not Entry.objects.exists()


def test_export_is_whole_after_every_kind_of_event(tmp_path: Path) -> None:
    trainer = issued(CertificateTypeFactory(tier__level=1))
    observer, suspended, restored = trained_under(trainer), issued(), issued()
    older = None
    for change in (
        lambda: revoke(observer),
        lambda: suspend_certificate(certificate=suspended, reason="x", actor=UserFactory()),
        lambda: suspend_certificate(certificate=restored, reason="x", actor=UserFactory()),
        lambda: restore_certificate(certificate=restored, reason="x", actor=UserFactory()),
        lambda: revoke(trainer),
        publish_keyset,
    ):
        change()
        publish_register(folder=tmp_path)
        texts = [qr_text(certificate) for certificate in (trainer, observer, suspended, restored)]
        assert findings(tmp_path, since=older, certificates=texts) == []
        older = (tmp_path / CHECKPOINT).read_bytes()

    opened = pack(tmp_path)
    assert opened.standing(observer.register_index) is Standing.REVOKED
    assert opened.standing(suspended.register_index) is Standing.SUSPENDED
    assert opened.standing(restored.register_index) is Standing.VALID
    assert trainer.register_index in opened.trainers.rows


class TestStatusList:
    def test_it_is_logged_with_its_own_index(self, tmp_path: Path) -> None:
        issued()
        size = publish_register(folder=tmp_path)

        opened = pack(tmp_path)
        record = decode_record(bytes(Entry.objects.get(type="status_list").record))
        assert opened.status.index == record.index == size - 1
        assert record.sha256 == sha256_of((tmp_path / STATUS).read_bytes())

    def test_it_is_logged_once_while_nothing_changes(self, tmp_path: Path) -> None:
        issued()
        size = publish_register(folder=tmp_path)
        note = (tmp_path / STATUS).read_bytes()

        assert publish_register(folder=tmp_path) == size == RegisterHead.objects.get().size
        assert (tmp_path / STATUS).read_bytes() == note
        issued()
        assert publish_register(folder=tmp_path) == size + 1
        assert StatusListNote.objects.count() == 1

    def test_change_is_logged_at_the_next_publication(self, tmp_path: Path) -> None:
        certificate = issued()
        publish_register(folder=tmp_path)
        revoke(certificate)
        publish_register(folder=tmp_path)

        assert StatusListNote.objects.count() == 2
        assert pack(tmp_path).status.serial == 2
        assert findings(tmp_path) == []

    def test_old_one_is_renewed_so_that_packs_stay_fresh(self, tmp_path: Path) -> None:
        issued()
        publish_register(folder=tmp_path)
        later = timezone.now().timestamp() + STATUS_RENEWAL_SECONDS
        with time_machine.travel(later, tick=False):
            publish_register(folder=tmp_path)
            assert pack(tmp_path).time == int(later)
        assert findings(tmp_path) == []

    def test_list_of_yesterday_put_back_is_found(self, tmp_path: Path) -> None:
        certificate = issued()
        publish_register(folder=tmp_path)
        harmless = (tmp_path / STATUS).read_bytes()
        revoke(certificate)
        publish_register(folder=tmp_path)

        (tmp_path / STATUS).write_bytes(harmless)

        assert ("not_last_logged", STATUS) in findings(tmp_path)

    def test_list_belongs_to_the_head_it_is_published_with(self) -> None:
        issued()
        publication = prepare_publication()
        assert publication.size == RegisterHead.objects.get().size
        assert str(publication.size) in publication.checkpoint.decode().splitlines()


def test_names_are_nowhere_in_an_export(tmp_path: Path) -> None:
    certificate = issued(learner__name_ar="خديجة الترهوني", learner__name_en="Khadija Tarhuni")
    revoke(certificate)
    publish_register(folder=tmp_path)
    everything = b"".join(path.read_bytes() for path in tmp_path.rglob("*") if path.is_file())
    for word in ("خديجة", "الترهوني", "Khadija", "Tarhuni"):
        assert word.encode() not in everything


def test_root_key_in_its_safe_is_not_missed_by_checks(settings, tmp_path: Path) -> None:
    settings.SANAD_KEYS_DIR = tmp_path / "keys"
    issued()
    pinned = root_policy().keys[0]
    (tmp_path / "keys" / "root.pem").unlink()

    revoke(issued())
    publish_register(folder=tmp_path / "register")

    assert root_policy().keys[0] == pinned and not (tmp_path / "keys" / "root.pem").exists()
    assert findings(tmp_path / "register") == []
