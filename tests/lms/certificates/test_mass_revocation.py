"""Revoking many: one proposes, another one decides, and the register says it in one head."""

from typing import Any

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from wagtail.models import ModelLogEntry

from lms.cascade.models import Qualification
from lms.certificates.models import Certificate, CertificateEvent, MassRevocation
from lms.certificates.services.mass_revocation import (
    approve_mass_revocation,
    propose_mass_revocation,
    reject_mass_revocation,
)
from lms.certificates.services.standing import revoke_certificate
from lms.people.enums import Role
from lms.people.models import User
from lms.register.models import Checkpoint, Entry
from tests.factories.certificates import CertificateTypeFactory, issued
from tests.factories.people import UserFactory
from tests.lms.certificates.test_staff import refused, signed_in, staff

pytestmark = pytest.mark.django_db


@pytest.fixture
def wave() -> list[Certificate]:
    kind = CertificateTypeFactory()
    return [issued(kind) for _ in range(3)]


def clerk() -> User:
    return staff("revoke_certificate", "view_massrevocation", "view_certificate")


def second() -> User:
    return staff("approve_massrevocation", "view_massrevocation")


def proposed(wave: list[Certificate], actor: User | None = None) -> MassRevocation:
    return propose_mass_revocation(certificates=wave, reason="مفتاح مسروق", actor=actor or clerk())


def statuses() -> list[str]:
    return list(Certificate.objects.values_list("status", flat=True))


class TestDeciding:
    def test_nothing_ends_before_a_second_person_agrees(self, wave: list[Certificate]) -> None:
        proposal = proposed(wave)
        assert statuses() == ["active"] * 3
        heads = Checkpoint.objects.count()

        decider = second()
        approve_mass_revocation(proposal=proposal, actor=decider)

        assert statuses() == ["revoked"] * 3
        assert Checkpoint.objects.count() == heads + 1
        entries = Entry.objects.order_by("-index")[:3]
        assert {entry.type for entry in entries} == {"revoke"}
        events = CertificateEvent.objects.filter(mass_revocation=proposal)
        assert {event.register_index for event in events} == {entry.index for entry in entries}
        assert {(event.actor_id, event.reason) for event in events} == {(decider.pk, "مفتاح مسروق")}
        assert not any(
            qualification.is_valid_on(timezone.localdate()) for qualification in Qualification.objects.all()
        )

    def test_proposer_cannot_approve_even_with_the_permission(self, wave: list[Certificate]) -> None:
        both = staff("revoke_certificate", "approve_massrevocation")
        proposal = proposed(wave, both)
        with pytest.raises(ValidationError) as refusal:
            approve_mass_revocation(proposal=proposal, actor=both)
        assert refusal.value.code == "same" and statuses() == ["active"] * 3

    def test_database_itself_wants_two_persons(self, wave: list[Certificate]) -> None:
        proposal = proposed(wave)
        for change in (
            {"state": "approved", "decided_by": proposal.proposed_by, "decided_at": timezone.now()},
            {"state": "approved"},
            {"decided_by": second()},
            {"reason": ""},
        ):
            with pytest.raises(IntegrityError), transaction.atomic():
                MassRevocation.objects.filter(pk=proposal.pk).update(**change)

    def test_permissions_are_needed_for_both_steps(self, wave: list[Certificate]) -> None:
        with pytest.raises(PermissionDenied):
            proposed(wave, second())
        proposal = proposed(wave)
        for step in (approve_mass_revocation, reject_mass_revocation):
            with pytest.raises(PermissionDenied):
                step(proposal=proposal, actor=clerk())

    def test_rejected_or_withdrawn_proposal_changes_nothing_and_stays_decided(
        self, wave: list[Certificate]
    ) -> None:
        author = clerk()
        for actor in (second(), author):
            proposal = proposed(wave, author)
            reject_mass_revocation(proposal=proposal, actor=actor)
            with pytest.raises(ValidationError) as refusal:
                approve_mass_revocation(proposal=proposal, actor=second())
            assert refusal.value.code == "decided"
        assert statuses() == ["active"] * 3

    def test_what_ended_in_between_is_passed_over(self, wave: list[Certificate]) -> None:
        proposal = proposed(wave)
        revoke_certificate(certificate=wave[1], reason="x", actor=UserFactory())
        approve_mass_revocation(proposal=proposal, actor=second())
        assert statuses() == ["revoked"] * 3
        assert CertificateEvent.objects.filter(mass_revocation=proposal).count() == 2

    def test_ended_certificates_none_and_no_reason_are_refused(self, wave: list[Certificate]) -> None:
        revoke_certificate(certificate=wave[0], reason="x", actor=UserFactory())
        for certificates, reason in (
            (list(Certificate.objects.all()), "x"),
            ([], "x"),
            (wave[1:], "  "),
        ):
            with pytest.raises(ValidationError):
                propose_mass_revocation(certificates=certificates, reason=reason, actor=clerk())
        assert not MassRevocation.objects.exists()

    def test_failure_in_the_middle_revokes_nobody(self, wave: list[Certificate], monkeypatch) -> None:
        from lms.certificates.services import mass_revocation

        proposal, seen = proposed(wave), []

        def fail_at_the_last(certificate: Certificate, **_: object) -> None:
            seen.append(certificate)
            if len(seen) == 3:
                raise RuntimeError

        monkeypatch.setattr(mass_revocation, "end_entitlement", fail_at_the_last)
        with pytest.raises(RuntimeError):
            approve_mass_revocation(proposal=proposal, actor=second())
        assert statuses() == ["active"] * 3
        assert MassRevocation.objects.get().state == "proposed"

    def test_every_step_is_in_the_audit_log(self, wave: list[Certificate]) -> None:
        approve_mass_revocation(proposal=proposed(wave), actor=second())
        actions = list(ModelLogEntry.objects.values_list("action", flat=True))
        assert actions.count("certificates.revoke") == 3
        assert {"certificates.propose_mass_revocation", "certificates.approve_mass_revocation"} <= set(
            actions
        )


class TestAlone:
    def test_one_person_revokes_so_many_a_day_and_no_more(self, wave: list[Certificate], settings) -> None:
        settings.SANAD_REVOCATIONS_BY_ONE = 2
        actor = UserFactory()
        for certificate in wave[:2]:
            revoke_certificate(certificate=certificate, reason="x", actor=actor)
        with pytest.raises(ValidationError) as refusal:
            revoke_certificate(certificate=wave[2], reason="x", actor=actor)
        assert refusal.value.code == "second_person"
        revoke_certificate(certificate=wave[2], reason="x", actor=UserFactory())

    def test_what_two_persons_decided_does_not_count_as_alone(
        self, wave: list[Certificate], settings
    ) -> None:
        settings.SANAD_REVOCATIONS_BY_ONE = 1
        decider = staff("approve_massrevocation")
        approve_mass_revocation(proposal=proposed(wave), actor=decider)
        revoke_certificate(certificate=issued(), reason="x", actor=decider)

    def test_yesterday_does_not_count(self, wave: list[Certificate], settings) -> None:
        from datetime import timedelta

        settings.SANAD_REVOCATIONS_BY_ONE = 1
        actor = UserFactory()
        revoke_certificate(certificate=wave[0], reason="x", actor=actor)
        CertificateEvent.objects.filter(type="revoke").update(
            at=timezone.now() - timedelta(days=1, minutes=1)
        )
        revoke_certificate(certificate=wave[1], reason="x", actor=actor)


class TestScreens:
    def propose(self, client: Any, numbers: str, reason: str = "مفتاح مسروق") -> Any:
        return client.post(reverse("mass_revocation_propose"), {"numbers": numbers, "reason": reason})

    def test_from_proposal_to_the_end(self, wave: list[Certificate]) -> None:
        answer = self.propose(signed_in(clerk()), "\n".join(str(item) for item in wave[:2]))
        proposal = MassRevocation.objects.get()
        assert answer.url == reverse("mass_revocations:inspect", args=[proposal.pk])

        client = signed_in(second())
        page = client.get(reverse("mass_revocation_decide", args=[proposal.pk, "approve"]))
        assert str(wave[0]) in page.content.decode()
        client.post(reverse("mass_revocation_decide", args=[proposal.pk, "approve"]))
        assert statuses() == ["revoked", "revoked", "active"]
        assert str(wave[0]) in client.get(answer.url).content.decode()

    def test_range_of_the_register_in_arabic_digits(self, wave: list[Certificate]) -> None:
        first, last = wave[0].register_index, wave[2].register_index
        arabic = f"{first}-{last}".translate(str.maketrans("0123456789", "٠١٢٣٤٥٦٧٨٩"))
        self.propose(signed_in(clerk()), arabic)
        assert MassRevocation.objects.get().certificates.count() == 3

    @pytest.mark.parametrize("numbers", ["", "rubbish", "0000-0000-0000-0000", "900-999"])
    def test_mistakes_are_sentences(self, wave: list[Certificate], numbers: str) -> None:
        answer = self.propose(signed_in(clerk()), numbers)
        assert answer.status_code == 200 and not MassRevocation.objects.exists()
        assert answer.context["form"].errors["numbers"]

    def test_others_are_kept_out(self, wave: list[Certificate]) -> None:
        author = clerk()
        proposal = proposed(wave, author)
        decide = reverse("mass_revocation_decide", args=[proposal.pk, "approve"])
        for user in (author, staff("view_massrevocation"), staff("view_certificate")):
            assert refused(signed_in(user).post(decide))
        assert refused(self.propose(signed_in(second()), str(wave[0])))
        assert refused(signed_in(staff()).get(reverse("mass_revocations:index")))
        assert statuses() == ["active"] * 3 and MassRevocation.objects.count() == 1

    @pytest.mark.parametrize("role", [Role.PROGRAMME_LEAD, Role.AUDITOR])
    def test_roles_that_decide_and_audit_see_the_list(self, role: Role, wave: list[Certificate]) -> None:
        proposal = proposed(wave)
        client = signed_in(UserFactory(is_staff=True, role=role))
        assert client.get(reverse("mass_revocations:index")).status_code == 200
        assert client.get(reverse("mass_revocations:inspect", args=[proposal.pk])).status_code == 200

    def test_decided_twice_is_said_and_changes_nothing(self, wave: list[Certificate]) -> None:
        proposal = proposed(wave)
        client = signed_in(second())
        client.post(reverse("mass_revocation_decide", args=[proposal.pk, "reject"]))
        answer = client.post(reverse("mass_revocation_decide", args=[proposal.pk, "approve"]), follow=True)
        assert answer.status_code == 200 and statuses() == ["active"] * 3

    def test_list_costs_the_same_for_any_number_of_rows(self, wave: list[Certificate]) -> None:
        client, costs = signed_in(second()), []
        for count in (1, 3, 30):
            while MassRevocation.objects.count() < count:
                proposed(wave)
            client.get(reverse("mass_revocations:index"))
            with CaptureQueriesContext(
                connection,
            ) as queries:
                assert client.get(reverse("mass_revocations:index")).status_code == 200
            costs.append(len(queries))
        assert costs[0] == costs[1] == costs[2]
