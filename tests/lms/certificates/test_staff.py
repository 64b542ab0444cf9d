"""The office's screens: who may do what, and what they cost."""

from typing import Any

import pytest
from django.contrib.auth.models import Permission
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from wagtail.models import ModelLogEntry

from lms.certificates.models import Certificate, CertificateType, GateOverride
from lms.people.models import User
from lms.register.models import Checkpoint, Entry
from tests.factories.certificates import CertificateTypeFactory, enrolled, issued
from tests.factories.people import UserFactory

pytestmark = pytest.mark.django_db

LIST = "issued_certificates:index"


def staff(*permissions: str, **fields: Any) -> User:
    """Somebody who may enter the administration and do just these things."""
    user = UserFactory(is_staff=True, **fields)
    for codename in ("access_admin", *permissions):
        user.user_permissions.add(*Permission.objects.filter(codename=codename))
    return user


def signed_in(user: User) -> Client:
    client = Client()
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    return client


def refused(response: Any) -> bool:
    """Wagtail sends whoever may not back to its start page with a message."""
    return response.status_code in {403, 404} or (
        response.status_code == 302 and response.url == reverse("wagtailadmin_home")
    )


class TestList:
    def test_it_needs_the_permission_to_view(self) -> None:
        issued()
        assert refused(signed_in(staff()).get(reverse(LIST)))
        assert signed_in(staff("view_certificate")).get(reverse(LIST)).status_code == 200

    def test_nobody_adds_changes_or_deletes_a_certificate(self) -> None:
        certificate = issued()
        client = signed_in(staff(is_superuser=True))
        assert refused(client.get(reverse("issued_certificates:add")))
        for view in ("edit", "delete"):
            assert refused(client.post(reverse(f"issued_certificates:{view}", args=[certificate.pk])))
        assert Certificate.objects.filter(pk=certificate.pk).exists()

    def test_number_of_queries_is_the_same_for_any_number_of_rows(self) -> None:
        client = signed_in(staff("view_certificate"))
        counts = []
        for more in (1, 2, 17):
            for _ in range(more):
                issued()
            client.get(reverse(LIST))
            with CaptureQueriesContext(connection) as queries:
                client.get(reverse(LIST))
            counts.append(len(queries))
        assert len(set(counts)) == 1, counts

    def test_export_runs_no_formula(self) -> None:
        issued(learner__name_ar="=HYPERLINK(1)", learner__name_en="@SUM(1)")
        response = signed_in(staff("view_certificate")).get(reverse(LIST), {"export": "csv"})
        text = b"".join(response.streaming_content).decode()  # type: ignore[attr-defined]
        assert "'=HYPERLINK(1)" in text and "'@SUM(1)" in text
        assert ",=HYPERLINK" not in text and ",@SUM" not in text

    def test_history_escapes_what_people_wrote(self) -> None:
        certificate = issued()
        lead = staff("view_certificate", "revoke_certificate")
        client = signed_in(lead)
        step = reverse("certificate_step", args=[certificate.pk, "revoke"])
        client.post(step, {"reason": "<script>alert(1)</script>"})
        page = client.get(reverse("issued_certificates:inspect", args=[certificate.pk])).content.decode()
        assert "<script>alert(1)" not in page and "&lt;script&gt;alert(1)" in page


class TestSteps:
    @pytest.mark.parametrize("step", ["revoke", "suspend", "restore"])
    def test_they_need_the_permission(self, step: str) -> None:
        certificate = issued()
        url = reverse("certificate_step", args=[certificate.pk, step])
        for client in (Client(), signed_in(UserFactory()), signed_in(staff("view_certificate"))):
            assert client.post(url, {"reason": "x"}).status_code in {302, 403}
        certificate.refresh_from_db()
        assert certificate.status == "active" and certificate.events.count() == 1

    def test_they_are_taken_with_a_reason_and_an_actor(self) -> None:
        certificate, lead = issued(), staff("view_certificate", "revoke_certificate")
        client = signed_in(lead)
        for step, status in (("suspend", "suspended"), ("restore", "active"), ("revoke", "revoked")):
            url = reverse("certificate_step", args=[certificate.pk, step])
            assert client.post(url, {"reason": f"سبب {step}"}).status_code == 302
            certificate.refresh_from_db()
            assert certificate.status == status
            event = certificate.events.last()
            assert (event.actor, event.reason) == (lead, f"سبب {step}")

    def test_step_without_reason_or_out_of_order_is_told(self) -> None:
        certificate = issued()
        client = signed_in(staff("revoke_certificate"))
        for step, reason in (("revoke", " "), ("restore", "x")):
            url = reverse("certificate_step", args=[certificate.pk, step])
            assert client.post(url, {"reason": reason}).status_code == 200
        certificate.refresh_from_db()
        assert certificate.status == "active"

    def test_missing_key_is_a_sentence(self, settings, tmp_path) -> None:
        certificate = issued()
        settings.SANAD_KEYS_DIR, settings.SANAD_ALLOW_DEVELOPMENT_KEYS = tmp_path, False
        url = reverse("certificate_step", args=[certificate.pk, "revoke"])
        response = signed_in(staff("revoke_certificate")).post(url, {"reason": "x"})
        assert response.status_code == 200 and "توقيع الشهادات" in response.content.decode()
        certificate.refresh_from_db()
        assert certificate.status == "active"


class TestWaivers:
    URL = "gate_overrides:add"

    def fields(self, kind: CertificateType, login: str, **changes: str) -> dict[str, str]:
        return {
            "type": str(kind.pk),
            "learner": login,
            "gate_key": "core.exam_passed",
            "reason": "امتحان ورقي بحضور اللجنة",
            **changes,
        }

    def test_waiver_is_recorded_with_reason_actor_and_log(self) -> None:
        enrolment, kind = enrolled(CertificateTypeFactory(required_gates=["core.exam_passed"]))
        lead = staff("override_gate", "view_certificate")
        response = signed_in(lead).post(reverse(self.URL), self.fields(kind, enrolment.learner.email))
        assert response.status_code == 302, response.context["form"].errors
        waiver = GateOverride.objects.get()
        assert (waiver.learner, waiver.actor) == (enrolment.learner, lead)
        assert ModelLogEntry.objects.filter(action="certificates.override_gate", user=lead).exists()

    @pytest.mark.parametrize("write", [str, lambda phone: "0" + str(phone)[4:]])
    def test_person_is_found_by_phone_as_it_is_written_here(self, write: Any) -> None:
        enrolment, kind = enrolled(
            CertificateTypeFactory(required_gates=["core.exam_passed"]), learner__phone="+218912345678"
        )
        lead = staff("override_gate", "view_certificate")
        signed_in(lead).post(reverse(self.URL), self.fields(kind, write(enrolment.learner.phone)))
        assert GateOverride.objects.get().learner == enrolment.learner

    @pytest.mark.parametrize(
        "changes", [{"reason": " "}, {"learner": "nobody@example.org"}, {"gate_key": "core.attendance"}]
    )
    def test_wrong_entry_is_told_and_recorded_nowhere(self, changes: dict[str, str]) -> None:
        enrolment, kind = enrolled(CertificateTypeFactory(required_gates=["core.exam_passed"]))
        client = signed_in(staff("override_gate", "view_certificate"))
        response = client.post(reverse(self.URL), self.fields(kind, enrolment.learner.email, **changes))
        assert response.status_code == 200 and response.context["form"].errors
        assert not GateOverride.objects.exists()

    def test_only_the_permission_opens_the_form(self) -> None:
        enrolment, kind = enrolled(CertificateTypeFactory(required_gates=["core.exam_passed"]))
        client = signed_in(staff("view_certificate", "revoke_certificate"))
        assert client.get(reverse("gate_overrides:index")).status_code == 200
        assert refused(client.get(reverse(self.URL)))
        assert refused(client.post(reverse(self.URL), self.fields(kind, enrolment.learner.email)))
        assert not GateOverride.objects.exists()

    def test_waiver_is_never_changed_or_removed(self) -> None:
        enrolment, kind = enrolled(CertificateTypeFactory(required_gates=["core.exam_passed"]))
        lead = staff("override_gate", "view_certificate", is_superuser=True)
        client = signed_in(lead)
        client.post(reverse(self.URL), self.fields(kind, enrolment.learner.email))
        waiver = GateOverride.objects.get()
        for view in ("edit", "delete"):
            assert refused(client.post(reverse(f"gate_overrides:{view}", args=[waiver.pk])))
        assert GateOverride.objects.filter(pk=waiver.pk).exists()


class TestRegister:
    def test_auditors_read_entries_and_heads_word_for_word(self) -> None:
        issued()
        entry, head = Entry.objects.last(), Checkpoint.objects.last()
        client = signed_in(staff("view_entry", "view_checkpoint"))
        for name in ("register_entries", "register_checkpoints"):
            assert client.get(reverse(f"{name}:index")).status_code == 200
        page = client.get(reverse("register_entries:inspect", args=[entry.pk])).content.decode()
        assert bytes(entry.leaf_hash).hex() in page.replace("<wbr>", "")
        page = client.get(reverse("register_checkpoints:inspect", args=[head.pk])).content.decode()
        assert bytes(head.root_hash).hex() in page.replace("<wbr>", "")

    def test_nobody_else_reads_and_nobody_writes(self) -> None:
        issued()
        assert refused(signed_in(staff("view_certificate")).get(reverse("register_entries:index")))
        boss = signed_in(staff(is_superuser=True))
        for name, pk in (("register_entries", 0), ("register_checkpoints", Checkpoint.objects.last().pk)):
            assert refused(boss.get(reverse(f"{name}:add")))
            for view in ("edit", "delete"):
                assert refused(boss.post(reverse(f"{name}:{view}", args=[pk])))
