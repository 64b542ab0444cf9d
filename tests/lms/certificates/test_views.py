"""The holder's pages, seen from outside: whose they are, what they show, what they cost."""

import logging
from io import BytesIO

import pytest
from django.contrib.auth.models import Permission
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from lms.certificates.models import Certificate, CertificateEvent
from lms.certificates.paper import certificate_pdf, qr_text
from lms.people.models import User
from lms.register.models import RegisterHead
from tests.codes import read_codes
from tests.factories.certificates import CertificateTypeFactory, enrolled, issued
from tests.factories.people import UserFactory

pytestmark = pytest.mark.django_db

MINE = "certificates:mine"


def signed_in(user: User) -> Client:
    client = Client()
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    return client


def claim_url(enrolment: object, kind: object) -> str:
    return reverse("certificates:claim", args=[enrolment.public_id, kind.code])  # type: ignore[attr-defined]


class TestWhoMaySee:
    @pytest.mark.parametrize("view", ["certificates:detail", "certificates:file"])
    def test_holder_sees_own_certificate_and_nobody_elses(self, view: str) -> None:
        mine, theirs = issued(), issued()
        client = signed_in(mine.holder)

        assert client.get(reverse(view, args=[mine.number])).status_code == 200
        assert client.get(reverse(view, args=[theirs.number])).status_code == 404
        assert client.get(reverse(view, args=["0" * 16])).status_code == 404

    @pytest.mark.parametrize("view", ["certificates:detail", "certificates:file"])
    def test_stranger_is_asked_to_sign_in(self, view: str, client: Client) -> None:
        url = reverse(view, args=[issued().number])
        response = client.get(url)
        assert response.status_code == 302
        assert response.headers["Location"].startswith(reverse("account_login"))

    def test_list_asks_a_stranger_to_sign_in(self, client: Client) -> None:
        assert client.get(reverse(MINE)).status_code == 302

    @pytest.mark.parametrize("view", ["certificates:detail", "certificates:file"])
    def test_permission_to_view_certificates_opens_any(self, view: str) -> None:
        reader = UserFactory()
        reader.user_permissions.add(Permission.objects.get(codename="view_certificate"))
        assert signed_in(reader).get(reverse(view, args=[issued().number])).status_code == 200

    def test_pages_are_never_stored(self) -> None:
        certificate = issued()
        response = signed_in(certificate.holder).get(reverse("certificates:file", args=[certificate.number]))
        assert "no-store" in response.headers["Cache-Control"]
        assert response.headers["Content-Type"] == "application/pdf"


class TestClaiming:
    def test_certificate_is_claimed_once_and_twice_is_the_same(self) -> None:
        enrolment, kind = enrolled()
        client = signed_in(enrolment.learner)

        first = client.post(claim_url(enrolment, kind))
        size = RegisterHead.objects.get().size
        second = client.post(claim_url(enrolment, kind))

        certificate = Certificate.objects.get()
        assert first.url == second.url == reverse("certificates:detail", args=[certificate.number])
        assert RegisterHead.objects.get().size == size
        assert CertificateEvent.objects.get().actor == enrolment.learner

    def test_another_persons_enrolment_does_not_exist(self) -> None:
        enrolment, kind = enrolled()
        assert signed_in(UserFactory()).post(claim_url(enrolment, kind)).status_code == 404
        assert not Certificate.objects.exists()

    def test_type_of_another_tier_does_not_exist(self) -> None:
        enrolment, _kind = enrolled()
        url = claim_url(enrolment, CertificateTypeFactory())
        assert signed_in(enrolment.learner).post(url).status_code == 404

    def test_reading_the_address_issues_nothing(self) -> None:
        enrolment, kind = enrolled()
        assert signed_in(enrolment.learner).get(claim_url(enrolment, kind)).status_code == 405

    def test_forged_request_is_refused(self) -> None:
        enrolment, kind = enrolled()
        client = Client(enforce_csrf_checks=True)
        client.force_login(enrolment.learner, backend="django.contrib.auth.backends.ModelBackend")
        assert client.post(claim_url(enrolment, kind)).status_code == 403
        assert not Certificate.objects.exists()

    def test_closed_gate_sends_back_to_what_is_missing(self) -> None:
        enrolment, kind = enrolled(CertificateTypeFactory(required_gates=["core.exam_passed"]))
        response = signed_in(enrolment.learner).post(claim_url(enrolment, kind), follow=True)
        assert response.redirect_chain == [(reverse(MINE), 302)]
        assert reverse("assessments:index") in response.content.decode()
        assert not Certificate.objects.exists()

    def test_missing_key_is_a_sentence_and_an_entry_in_the_log(self, settings, tmp_path, caplog) -> None:
        settings.SANAD_KEYS_DIR = tmp_path
        settings.SANAD_ALLOW_DEVELOPMENT_KEYS = False
        enrolment, kind = enrolled()

        with caplog.at_level(logging.ERROR, logger="lms.certificates.views"):
            response = signed_in(enrolment.learner).post(claim_url(enrolment, kind), follow=True)

        assert response.status_code == 200
        assert "يتعذّر توقيع الشهادات" in response.content.decode()
        assert "no_active_key" in caplog.text
        assert not Certificate.objects.exists()

    def test_closed_account_gets_none(self) -> None:
        enrolment, kind = enrolled()
        client = signed_in(enrolment.learner)
        User.objects.filter(pk=enrolment.learner_id).update(is_active=False)
        assert client.post(claim_url(enrolment, kind)).url.startswith(reverse("account_login"))
        assert not Certificate.objects.exists()


class TestPages:
    def test_missing_condition_leads_to_where_it_is_met(self) -> None:
        enrolment, _kind = enrolled(CertificateTypeFactory(required_gates=["core.exam_passed"]))
        page = signed_in(enrolment.learner).get(reverse(MINE)).content.decode()
        assert "اجتياز امتحان الاعتماد" in page
        assert f'href="{reverse("assessments:index")}"' in page

    def test_person_without_enrolment_is_told_what_to_do(self) -> None:
        page = signed_in(UserFactory()).get(reverse(MINE)).content.decode()
        assert "لا توجد شهادة بعد" in page

    def test_ready_certificate_can_be_asked_for(self) -> None:
        enrolment, kind = enrolled()
        page = signed_in(enrolment.learner).get(reverse(MINE)).content.decode()
        assert f'action="{claim_url(enrolment, kind)}"' in page

    def test_markup_in_a_name_is_only_a_name(self) -> None:
        hostile = "<script>alert(1)</script> & فاطمة"
        certificate = issued(learner__name_ar=hostile)
        url = reverse("certificates:detail", args=[certificate.number])
        page = signed_in(certificate.holder).get(url).content.decode()
        assert "<script>alert" not in page
        assert "&lt;script&gt;alert(1)&lt;/script&gt; &amp; فاطمة" in page

    def test_number_of_queries_is_the_same_for_any_number_of_certificates(self) -> None:
        holder = UserFactory()
        client = signed_in(holder)
        counts = []
        for more in (1, 2, 27):
            for _ in range(more):
                issued(learner=holder)
            client.get(reverse(MINE))
            with CaptureQueriesContext(connection) as queries:
                client.get(reverse(MINE))
            counts.append(len(queries))
        assert len(set(counts)) == 1, counts


class TestPaper:
    def test_code_on_the_paper_is_the_code_of_the_row(self) -> None:
        import pypdfium2

        certificate = issued(learner__name_ar="<b>#</b> عبد السلام $1 \\u{41}")
        pdf = certificate_pdf(certificate)

        document = pypdfium2.PdfDocument(BytesIO(pdf))
        [code] = read_codes(document[0].render(scale=300 / 72).to_pil())
        assert code.text == qr_text(certificate)
        text = document[0].get_textpage().get_text_range()
        assert "<b>#</b>" in text and str(certificate) in text

    def test_same_row_gives_the_same_bytes(self) -> None:
        certificate = issued()
        assert certificate_pdf(certificate) == certificate_pdf(Certificate.objects.get(pk=certificate.pk))
