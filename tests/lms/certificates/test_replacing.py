"""Correction of a name and renewal: one certificate ends, another begins, and each knows the other."""

from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.contrib.auth.models import Permission
from django.core import mail
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.management import call_command
from django.utils import timezone

from lms.cascade.enums import EnrolmentState
from lms.certificates import credential
from lms.certificates.enums import CertificateStatus, CorrectionState
from lms.certificates.models import Certificate, ExpiryReminder, IssuingKey, NameCorrection
from lms.certificates.publish import LiveRegister
from lms.certificates.selectors import renewal_of
from lms.certificates.services.corrections import accept_correction, refuse_correction, request_correction
from lms.certificates.services.issuing import CertificateBlockedError
from lms.certificates.services.reminders import Reminded, send_reminders
from lms.certificates.services.replacing import renew_certificate, replace_certificate
from lms.certificates.services.standing import suspend_certificate
from lms.certificates.statuslist import Standing
from lms.people.models import User
from lms.register.models import RegisterHead
from tests.factories.certificates import issued
from tests.factories.people import UserFactory

pytestmark = pytest.mark.django_db


def officer() -> User:
    person = UserFactory()
    person.user_permissions.add(Permission.objects.get(codename="decide_namecorrection"))
    return User.objects.get(pk=person.pk)


def requested(**changes: Any) -> NameCorrection:
    certificate = changes.pop("certificate", None) or issued()
    fields = {"name_ar": "فاطمة الزهراء الورفلي", "name_en": "Fatima Al-Warfalli", "reason": "سقط حرف"}
    return request_correction(certificate=certificate, **(fields | changes))


def close_gate(certificate: Certificate) -> None:
    certificate.type.required_gates = ["core.exam_passed"]
    certificate.type.save()


class TestCorrection:
    def test_accepting_replaces_the_certificate_and_links_the_two(self) -> None:
        correction = requested()
        old = correction.certificate

        new = accept_correction(correction=correction, actor=officer())

        old.refresh_from_db()
        assert (old.status, new.status) == (CertificateStatus.SUPERSEDED, CertificateStatus.ACTIVE)
        assert new.supersedes == old and old.superseded_by == new
        assert credential.parse(bytes(new.payload)).claims.name == new.name_ar == "فاطمة الزهراء الورفلي"
        assert new.name_en == "Fatima Al-Warfalli"
        assert old.events.last().reason == "superseded"
        assert LiveRegister().standing(old.register_index) is Standing.REVOKED
        assert LiveRegister().standing(new.register_index) is Standing.VALID
        assert User.objects.get(pk=old.holder_id).name_ar == "فاطمة الزهراء الورفلي"
        assert new.enrolment.state == EnrolmentState.CERTIFIED

    def test_closed_gate_leaves_everything_as_it_was(self) -> None:
        correction = requested()
        close_gate(correction.certificate)
        size = RegisterHead.objects.get().size

        with pytest.raises(CertificateBlockedError):
            accept_correction(correction=correction, actor=officer())

        correction.refresh_from_db()
        assert correction.state == CorrectionState.PENDING
        assert correction.certificate.status == CertificateStatus.ACTIVE
        assert RegisterHead.objects.get().size == size
        assert User.objects.get(pk=correction.certificate.holder_id).name_ar != correction.name_ar

    def test_refusal_needs_an_answer_and_changes_nothing_else(self) -> None:
        correction = requested()
        with pytest.raises(ValidationError):
            refuse_correction(correction=correction, actor=officer(), answer=" ")
        refuse_correction(correction=correction, actor=officer(), answer="يوافق البطاقة الشخصية")
        correction.refresh_from_db()
        assert correction.state == CorrectionState.REFUSED
        assert Certificate.objects.get().status == CertificateStatus.ACTIVE

    def test_decision_is_made_once_by_somebody_entitled_and_never_on_oneself(self) -> None:
        correction = requested()
        with pytest.raises(PermissionDenied):
            accept_correction(correction=correction, actor=UserFactory())
        holder = correction.certificate.holder
        holder.user_permissions.add(Permission.objects.get(codename="decide_namecorrection"))
        with pytest.raises(ValidationError):
            accept_correction(correction=correction, actor=User.objects.get(pk=holder.pk))
        accept_correction(correction=correction, actor=officer())
        with pytest.raises(ValidationError):
            accept_correction(correction=correction, actor=officer())
        assert Certificate.objects.count() == 2

    @pytest.mark.parametrize(
        "changes", [{"name_ar": "\u202e"}, {"name_ar": ""}, {"reason": "  "}, {"name_ar": "\ue000"}]
    )
    def test_request_that_makes_no_sense_is_refused(self, changes: dict[str, str]) -> None:
        with pytest.raises(ValidationError):
            requested(**changes)

    def test_name_that_is_certified_already_needs_no_request(self) -> None:
        certificate = issued()
        with pytest.raises(ValidationError):
            requested(certificate=certificate, name_ar=certificate.name_ar, name_en=certificate.name_en)

    def test_only_one_request_waits(self) -> None:
        certificate = issued()
        requested(certificate=certificate)
        with pytest.raises(ValidationError):
            requested(certificate=certificate, name_ar="اسم آخر")

    def test_suspended_certificate_is_not_replaced(self) -> None:
        certificate, actor = issued(), officer()
        correction = requested(certificate=certificate)
        suspend_certificate(certificate=certificate, reason="شكوى", actor=actor)
        with pytest.raises(ValidationError):
            accept_correction(correction=correction, actor=actor)
        with pytest.raises(ValidationError):
            replace_certificate(certificate=certificate, actor=actor)


class TestRenewal:
    def test_certificate_is_renewed_only_near_its_end(self) -> None:
        certificate = issued()
        assert renewal_of(certificate) is None
        with pytest.raises(ValidationError):
            renew_certificate(certificate=certificate, actor=certificate.holder)

    @pytest.mark.parametrize("days_after_end", [-90, 0, 40])
    def test_certificate_near_or_past_its_end_is_renewed(self, days_after_end: int) -> None:
        certificate = issued()
        # A key lives as long as a certificate; another one has taken over since.
        IssuingKey.objects.update(expires=timezone.localdate() + timedelta(days=1000))
        with time_machine.travel(timezone.now() + timedelta(days=730 + days_after_end), tick=False):
            renewal = renewal_of(certificate)
            assert renewal is not None and renewal.is_open
            new = renew_certificate(certificate=certificate, actor=certificate.holder)
            assert new.expires_on == timezone.localdate() + timedelta(days=730)
        certificate.refresh_from_db()
        assert certificate.status == CertificateStatus.SUPERSEDED
        assert new.supersedes == certificate

    def test_missing_condition_is_named_and_blocks(self) -> None:
        certificate = issued()
        close_gate(certificate)
        with time_machine.travel(timezone.now() + timedelta(days=720), tick=False):
            renewal = renewal_of(certificate)
            assert renewal is not None
            assert [gate.outcome.key for gate in renewal.missing] == ["core.exam_passed"]
            with pytest.raises(CertificateBlockedError):
                renew_certificate(certificate=certificate, actor=certificate.holder)
        certificate.refresh_from_db()
        assert certificate.status == CertificateStatus.ACTIVE


class TestReminders:
    def test_each_letter_is_sent_once_in_both_languages(self) -> None:
        certificate = issued(learner__email="holder@example.org", learner__language="en")
        end = certificate.expires_on
        rounds = [
            send_reminders(today=end - timedelta(days=left)).sent
            for left in (91, 90, 89, 30, 30, 7, 6, 0, -1)
        ]
        assert rounds == [0, 1, 0, 1, 0, 1, 0, 0, 0]
        letter = mail.outbox[0]
        assert letter.subject == "Your certificate ends soon · شهادتك توشك على الانتهاء"
        assert "90 more days" in letter.body and "بقي من صلاحية" in letter.body
        assert str(certificate) in letter.body and f"/en/certificates/{certificate.number}/" in letter.body

    def test_missed_rounds_send_the_nearest_letter_only(self) -> None:
        certificate = issued(learner__email="holder@example.org")
        assert send_reminders(today=certificate.expires_on - timedelta(days=5)).sent == 1
        assert send_reminders(today=certificate.expires_on - timedelta(days=5)).sent == 0
        assert [r.days_before for r in ExpiryReminder.objects.all()] == [7]

    def test_mail_that_fails_is_sent_next_time(self, monkeypatch: pytest.MonkeyPatch) -> None:
        certificate = issued(learner__email="holder@example.org")
        today = certificate.expires_on - timedelta(days=5)
        with monkeypatch.context() as broken:

            def refuse(*_args: object, **_kwargs: object) -> None:
                raise ConnectionRefusedError

            broken.setattr("django.core.mail.EmailMessage.send", refuse)
            assert send_reminders(today=today) == Reminded(sent=0, without_address=0, failed=1)
        assert send_reminders(today=today).sent == 1

    def test_people_without_an_address_and_ended_certificates_are_left_alone(self) -> None:
        silent = issued(learner__email=None, learner__phone="+218911234567")
        closed = issued(learner__email="closed@example.org")
        User.objects.filter(pk=closed.holder_id).update(is_active=False)
        done = send_reminders(today=silent.expires_on - timedelta(days=5))
        assert done == Reminded(sent=0, without_address=1, failed=0)

    def test_command_says_what_it_did(self, capsys: pytest.CaptureFixture[str]) -> None:
        issued()
        call_command("remind_expiring")
        assert "0 reminders sent" in capsys.readouterr().out
