"""Issuing, revoking, suspending: always one transaction with the register."""

import threading
from datetime import timedelta
from itertools import chain

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from lms.cascade.enums import EnrolmentState
from lms.cascade.models import Cohort, Enrolment, Qualification, SessionDay, Training
from lms.certificates import credential
from lms.certificates.enums import CertificateStatus
from lms.certificates.keys import NoIssuingKeyError
from lms.certificates.models import Certificate, CertificateEvent, CertificateType, IssuingKey, Keyset
from lms.certificates.paper import certificate_pdf
from lms.certificates.selectors import awaiting_issue
from lms.certificates.services.issuing import (
    CertificateBlockedError,
    IssueOutcome,
    issue_certificate,
    issue_in_rounds,
)
from lms.certificates.services.overrides import override_gate
from lms.certificates.services.standing import restore_certificate, revoke_certificate, suspend_certificate
from lms.people.models import User
from lms.plugin_api import CertificateGate, GateResult
from lms.plugin_api.testing import plugin_registered
from lms.register.keyfiles import KeyFileError
from lms.register.models import Checkpoint, Entry, RegisterHead
from lms.register.records import decode_record, sha256_of
from tests.factories.cascade import CohortFactory, TierFactory
from tests.factories.certificates import CertificateTypeFactory, enrolled, issued
from tests.factories.people import UserFactory
from tests.plugin_api.plugins import make_plugin

pytestmark = pytest.mark.django_db


def leaf(index: int) -> object:
    return decode_record(bytes(Entry.objects.get(index=index).record))


class TestIssuing:
    def test_certificate_is_signed_and_stands_in_the_register(self) -> None:
        certificate = issued(learner__name_ar="  فاطمة   الزهراء ")

        message = bytes(certificate.payload)
        parsed = credential.parse(message)
        key = IssuingKey.objects.get(kid=parsed.kid)
        assert parsed.is_signed_by(bytes(key.public_key))
        assert parsed.claims.name == certificate.name_ar == "فاطمة الزهراء"
        assert parsed.claims.index == certificate.register_index
        assert parsed.claims.issued_on == timezone.localdate()
        assert leaf(certificate.register_index) == credential.issue_record(message)

    def test_first_issue_publishes_the_keyset_in_the_register(self) -> None:
        issued()

        keyset = Keyset.objects.get()
        entry = Entry.objects.get(type="keyset")
        assert decode_record(bytes(entry.record)).sha256 == sha256_of(keyset.note.encode())

    def test_learner_becomes_certified_and_qualified(self) -> None:
        certificate = issued()

        assert certificate.enrolment.state == EnrolmentState.CERTIFIED
        qualification = Qualification.objects.get(certificate_number=certificate.number)
        assert qualification.valid_from == certificate.issued_on
        assert qualification.valid_until == certificate.expires_on
        assert qualification.register_index == certificate.register_index

    def test_second_issue_returns_the_same_certificate(self) -> None:
        first = issued()
        size = RegisterHead.objects.get().size

        again = issue_certificate(enrolment=first.enrolment, certificate_type=first.type)

        assert again == first
        assert RegisterHead.objects.get().size == size

    def test_closed_gate_blocks_and_leaves_nothing(self) -> None:
        enrolment, kind = enrolled(CertificateTypeFactory(required_gates=["core.exam_passed"]))

        with pytest.raises(CertificateBlockedError) as blocked:
            issue_certificate(enrolment=enrolment, certificate_type=kind)

        [status] = blocked.value.statuses
        assert not status.is_open and status.outcome.reason and status.outcome.action_url
        assert not Certificate.objects.exists() and not Entry.objects.exists()

    def test_gate_nobody_offers_blocks(self) -> None:
        enrolment, kind = enrolled(CertificateTypeFactory(required_gates=["departed_plugin.ready"]))

        with pytest.raises(CertificateBlockedError):
            issue_certificate(enrolment=enrolment, certificate_type=kind)

    def test_waived_gate_lets_pass_and_stays_on_record(self) -> None:
        enrolment, kind = enrolled(CertificateTypeFactory(required_gates=["core.exam_passed"]))
        actor = UserFactory(is_superuser=True)
        with pytest.raises(ValidationError):
            override_gate(
                certificate_type=kind,
                learner=enrolment.learner,
                gate_key="core.exam_passed",
                reason="  ",
                actor=actor,
            )
        override_gate(
            certificate_type=kind,
            learner=enrolment.learner,
            gate_key="core.exam_passed",
            reason="امتحان ورقي",
            actor=actor,
        )

        certificate = issue_certificate(enrolment=enrolment, certificate_type=kind)

        assert certificate.status == CertificateStatus.ACTIVE
        assert kind.overrides.get().reason == "امتحان ورقي"

    @pytest.mark.parametrize("state", [EnrolmentState.INVITED, EnrolmentState.WITHDRAWN])
    def test_person_not_in_training_gets_none(self, state: EnrolmentState) -> None:
        enrolment, kind = enrolled()
        Enrolment.objects.filter(pk=enrolment.pk).update(state=state)

        with pytest.raises(ValidationError):
            issue_certificate(enrolment=enrolment, certificate_type=kind)

    def test_certificate_of_another_tier_is_refused(self) -> None:
        enrolment, _kind = enrolled()

        with pytest.raises(ValidationError):
            issue_certificate(enrolment=enrolment, certificate_type=CertificateTypeFactory())

    def test_name_that_cannot_be_certified_is_refused(self) -> None:
        enrolment, kind = enrolled(learner__name_ar="\u200f", learner__name_en="")

        with pytest.raises(ValidationError):
            issue_certificate(enrolment=enrolment, certificate_type=kind)
        assert not Entry.objects.filter(type="issue").exists()

    def test_key_that_others_can_read_stops_issuing(self, settings, tmp_path) -> None:
        settings.SANAD_KEYS_DIR = tmp_path
        issued()
        (tmp_path / "issuing.pem").chmod(0o644)
        enrolment, kind = enrolled()

        with pytest.raises(KeyFileError):
            issue_certificate(enrolment=enrolment, certificate_type=kind)
        assert not Certificate.objects.filter(enrolment=enrolment).exists()

    def test_missing_key_is_never_made_in_production(self, settings, tmp_path) -> None:
        settings.SANAD_KEYS_DIR = tmp_path
        settings.SANAD_ALLOW_DEVELOPMENT_KEYS = False
        enrolment, kind = enrolled()

        with pytest.raises(NoIssuingKeyError):
            issue_certificate(enrolment=enrolment, certificate_type=kind)
        assert list(tmp_path.iterdir()) == []

    def test_gate_that_raises_blocks(self) -> None:
        def broken(learner: object, certificate_type: object) -> GateResult:
            raise RuntimeError("out of order")

        gate = CertificateGate("faulty.gate", "Faulty", broken)
        plugin = make_plugin("faulty", certificate_gates=lambda: [gate])
        enrolment, kind = enrolled(CertificateTypeFactory(required_gates=["faulty.gate"]))

        with plugin_registered(plugin), pytest.raises(CertificateBlockedError):
            issue_certificate(enrolment=enrolment, certificate_type=kind)
        assert not Certificate.objects.exists() and not Entry.objects.exists()

    def test_waiving_needs_the_permission(self) -> None:
        enrolment, kind = enrolled(CertificateTypeFactory(required_gates=["core.exam_passed"]))
        for actor in (UserFactory(), UserFactory(is_superuser=True, is_active=False)):
            with pytest.raises(PermissionDenied):
                override_gate(
                    certificate_type=kind,
                    learner=enrolment.learner,
                    gate_key="core.exam_passed",
                    reason="x",
                    actor=actor,
                )
        assert not kind.overrides.exists()

    def test_gate_that_the_certificate_does_not_require_cannot_be_waived(self) -> None:
        enrolment, kind = enrolled()
        with pytest.raises(ValidationError):
            override_gate(
                certificate_type=kind,
                learner=enrolment.learner,
                gate_key="core.exam_passed",
                reason="x",
                actor=UserFactory(is_superuser=True),
            )

    def test_closed_account_gets_none(self) -> None:
        enrolment, kind = enrolled()
        User.objects.filter(pk=enrolment.learner_id).update(is_active=False)
        with pytest.raises(ValidationError):
            issue_certificate(enrolment=enrolment, certificate_type=kind)
        assert not Entry.objects.filter(type="issue").exists()

    def test_expired_issuing_key_stops_issuing(self, settings) -> None:
        issued()
        settings.SANAD_ALLOW_DEVELOPMENT_KEYS = False
        yesterday = timezone.localdate() - timedelta(days=1)
        IssuingKey.objects.update(not_before=yesterday - timedelta(days=9), expires=yesterday)
        enrolment, kind = enrolled()
        with pytest.raises(NoIssuingKeyError):
            issue_certificate(enrolment=enrolment, certificate_type=kind)


class TestChain:
    def test_certificate_names_the_trainers_certificate_and_its_index(self) -> None:
        trainer_type = CertificateTypeFactory(tier__level=1)
        trainer_certificate = issued(trainer_type)
        observer_tier = TierFactory(programme=trainer_type.tier.programme, level=2)
        cohort: Cohort = CohortFactory(tier=observer_tier, trainer=trainer_certificate.holder)
        enrolment, kind = enrolled(CertificateTypeFactory(tier=observer_tier), cohort=cohort)
        qualification = Qualification.objects.get(certificate_number=trainer_certificate.number)
        session = cohort.sessions.create(
            title="x",
            place="y",
            materials_version="1",
            trainer=cohort.trainer,
            trainer_qualification=qualification,
        )
        SessionDay.objects.create(
            session=session, date=timezone.localdate(), starts_at="09:00", ends_at="12:00"
        )
        Training.objects.create(
            session=session,
            trainer=cohort.trainer,
            trainer_qualification=qualification,
            learner=enrolment.learner,
            date=timezone.localdate(),
            place="y",
            materials_version="1",
        )

        certificate = issue_certificate(enrolment=enrolment, certificate_type=kind)

        assert certificate.trainer_certificate == trainer_certificate
        claims = credential.parse(bytes(certificate.payload)).claims
        assert claims.trainer_index == trainer_certificate.register_index

    def test_certificate_of_the_top_tier_has_nobody_above(self) -> None:
        assert issued(CertificateTypeFactory(tier__level=1)).trainer_certificate is None


class TestEvents:
    def test_revocation_is_registered_and_ends_the_qualification(self) -> None:
        certificate, actor = issued(), UserFactory()

        revoked = revoke_certificate(certificate=certificate, reason="انتحال صفة", actor=actor)

        assert revoked.status == CertificateStatus.REVOKED
        event = CertificateEvent.objects.get(type="revoke")
        record = decode_record(bytes(Entry.objects.get(index=event.register_index).record))
        assert record.subject == certificate.register_index
        assert record.sha256 == sha256_of(bytes(certificate.payload))
        qualification = Qualification.objects.get(certificate_number=certificate.number)
        assert not qualification.is_valid_on(timezone.localdate())

    def test_suspended_certificate_is_restored(self) -> None:
        certificate, actor = issued(), UserFactory()

        suspend_certificate(certificate=certificate, reason="شكوى", actor=actor)
        assert Certificate.objects.get().status == CertificateStatus.SUSPENDED
        restore_certificate(certificate=certificate, reason="رُدّت الشكوى", actor=actor)

        assert Certificate.objects.get().status == CertificateStatus.ACTIVE
        assert Qualification.objects.get().is_valid_on(timezone.localdate())
        assert list(CertificateEvent.objects.values_list("type", flat=True)) == [
            "issue",
            "suspend",
            "restore",
        ]

    def test_revoked_certificate_takes_no_further_step(self) -> None:
        certificate, actor = issued(), UserFactory()
        revoke_certificate(certificate=certificate, reason="x", actor=actor)
        size = RegisterHead.objects.get().size

        for step in (revoke_certificate, suspend_certificate, restore_certificate):
            with pytest.raises(ValidationError):
                step(certificate=certificate, reason="x", actor=actor)
        assert RegisterHead.objects.get().size == size

    def test_step_without_reason_is_refused(self) -> None:
        certificate = issued()

        with pytest.raises(ValidationError):
            revoke_certificate(certificate=certificate, reason="  ", actor=UserFactory())
        assert Certificate.objects.get().status == CertificateStatus.ACTIVE

    def test_revoked_holder_is_no_longer_certified(self) -> None:
        certificate = issued()

        revoke_certificate(certificate=certificate, reason="x", actor=UserFactory())

        assert Enrolment.objects.get().state == EnrolmentState.COMPLETED

    def test_revoked_holder_is_certified_again_only_by_somebody_who_may_issue(self) -> None:
        certificate = issued()
        office = UserFactory(is_superuser=True)
        revoke_certificate(certificate=certificate, reason="خطأ في الاسم", actor=office)

        with pytest.raises(ValidationError):
            issue_certificate(
                enrolment=certificate.enrolment, certificate_type=certificate.type, actor=certificate.holder
            )
        again = issue_certificate(
            enrolment=certificate.enrolment, certificate_type=certificate.type, actor=office
        )

        assert again.number != certificate.number and again.register_index > certificate.register_index


def issue_to_all(kind: CertificateType, actor: User | None = None) -> list[IssueOutcome]:
    rounds = issue_in_rounds(enrolments=awaiting_issue(kind), certificate_type=kind, actor=actor)
    return list(chain.from_iterable(rounds))


class TestMany:
    def test_everybody_ready_is_issued_and_the_others_learn_why_not(self) -> None:
        kind = CertificateTypeFactory(required_gates=["core.exam_passed"])
        ready, _kind = enrolled(kind)
        waiting, _kind = enrolled(kind, cohort=ready.cohort)
        actor = UserFactory(is_superuser=True)
        override_gate(
            certificate_type=kind,
            learner=ready.learner,
            gate_key="core.exam_passed",
            reason="امتحان ورقي",
            actor=actor,
        )

        outcomes = {outcome.enrolment: outcome for outcome in issue_to_all(kind, actor)}

        assert outcomes[ready].certificate is not None
        assert outcomes[waiting].certificate is None and outcomes[waiting].reasons
        assert [outcome.enrolment for outcome in issue_to_all(kind)] == [waiting]

    def test_one_whom_nothing_can_be_issued_to_keeps_nobody_else_waiting(self) -> None:
        kind = CertificateTypeFactory()
        first, _kind = enrolled(kind)
        nameless, _kind = enrolled(kind)
        last, _kind = enrolled(kind)
        User.objects.filter(pk=nameless.learner_id).update(name_ar="", name_en="\u202e")

        outcomes = {outcome.enrolment: outcome for outcome in issue_to_all(kind)}

        assert outcomes[first].certificate and outcomes[last].certificate
        assert outcomes[nameless].reasons and not Certificate.objects.filter(enrolment=nameless).exists()

    def test_a_round_is_signed_as_a_whole_and_each_certificate_holds_its_own_place(self) -> None:
        kind = CertificateTypeFactory()
        enrolments = [enrolled(kind)[0] for _ in range(5)]
        heads = Checkpoint.objects.count()

        outcomes = issue_to_all(kind)

        certificates = [outcome.certificate for outcome in outcomes if outcome.certificate]
        assert [outcome.enrolment for outcome in outcomes] == enrolments
        for certificate in certificates:
            parsed = credential.parse(bytes(certificate.payload))
            entry = Entry.objects.get(index=certificate.register_index)
            assert parsed.claims.index == certificate.register_index
            assert parsed.claims.name == certificate.name_ar
            assert decode_record(bytes(entry.record)).sha256 == sha256_of(bytes(certificate.payload))
        # The first issuing also publishes the keyset, under a head of its own.
        assert Checkpoint.objects.count() <= heads + 2
        assert Qualification.objects.count() == CertificateEvent.objects.count() == 5
        assert set(Enrolment.objects.values_list("state", flat=True)) == {EnrolmentState.CERTIFIED}

    def test_statements_grow_by_the_audit_log_alone(self) -> None:
        kind = CertificateTypeFactory(required_gates=["core.attendance"])
        actor = UserFactory(is_superuser=True)
        counts = []
        for size in (1, 3, 30):
            for _ in range(size):
                enrolment, _kind = enrolled(kind)
                override_gate(
                    certificate_type=kind,
                    learner=enrolment.learner,
                    gate_key="core.attendance",
                    reason="حضر في دفعة أخرى",
                    actor=actor,
                )
            with CaptureQueriesContext(connection) as queries:
                assert sum(outcome.certificate is not None for outcome in issue_to_all(kind)) == size
            # The log checks its content type each time; an append of more entries reads more of the tree.
            others = ("wagtailcore_modellogentry", "django_content_type", "register_treenode")
            counts.append(sum(not any(name in query["sql"] for name in others) for query in queries))
        # The first round also makes the development key and publishes its keyset.
        assert counts[1] == counts[2] <= 25


class TestPaper:
    def test_paper_keeps_the_wording_of_its_day(self) -> None:
        certificate = issued()
        before = certificate_pdf(Certificate.objects.get())

        certificate.type.statement_ar = "نص آخر"
        certificate.type.signatory_en = "Somebody else"
        certificate.type.save()

        assert certificate_pdf(Certificate.objects.get()) == before


class TestDatabase:
    def test_two_standing_certificates_of_one_person_are_refused(self) -> None:
        certificate = issued()
        certificate.pk = None
        certificate.number = "0" * 16
        certificate.register_index += 100

        with pytest.raises(IntegrityError), transaction.atomic():
            certificate.save()

    def test_certificate_that_ends_before_it_begins_is_refused(self) -> None:
        certificate = issued()
        certificate.expires_on = certificate.issued_on - timedelta(days=1)

        with pytest.raises(IntegrityError), transaction.atomic():
            certificate.save()


@pytest.mark.django_db(transaction=True)
def test_two_issuings_at_once_give_one_certificate_and_no_gap() -> None:
    enrolment, kind = enrolled()
    issued()
    start = threading.Barrier(2)
    numbers: list[str] = []

    def work() -> None:
        try:
            start.wait()
            numbers.append(issue_certificate(enrolment=enrolment, certificate_type=kind).number)
        finally:
            connection.close()

    threads = [threading.Thread(target=work) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert len(numbers) == 2 and len(set(numbers)) == 1
    assert Certificate.objects.filter(enrolment=enrolment).count() == 1
    indexes = list(Entry.objects.order_by("index").values_list("index", flat=True))
    assert indexes == list(range(RegisterHead.objects.get().size))
