"""What holders do with their certificates, seen from outside: files, links, requests, photo."""

from datetime import timedelta
from io import BytesIO
from pathlib import Path
from typing import Any

import pypdfium2
import pytest
from django.contrib.auth.models import Permission
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import CommandError, call_command
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import override
from PIL import Image

from lms.certificates.cards import Flip
from lms.certificates.enums import CorrectionState
from lms.certificates.models import BadgePhoto, Certificate, NameCorrection, ShareLink
from lms.certificates.paper import cards_of, qr_text, sheets_pdf
from lms.certificates.services.photos import keep_photo
from lms.certificates.services.sharing import MAX_OPEN, open_link
from lms.certificates.services.standing import restore_certificate, revoke_certificate, suspend_certificate
from lms.people.models import User
from lms.people.privacy import erase_person, export_person
from tests.codes import read_codes
from tests.factories.certificates import CertificateTypeFactory, enrolled, issued
from tests.factories.people import UserFactory
from tests.factories.pictures import photo

pytestmark = pytest.mark.django_db
FILES = ["certificates:file", "certificates:badge", "certificates:phone_file", "certificates:open_badge"]
OWN = ["certificates:wallet", "certificates:correct_name"]


def signed_in(user: User, *codenames: str) -> Client:
    user.user_permissions.add(*Permission.objects.filter(codename__in=codenames))
    client = Client()
    client.force_login(User.objects.get(pk=user.pk), backend="django.contrib.auth.backends.ModelBackend")
    return client


def address(name: str, certificate: Certificate, *more: object) -> str:
    return reverse(name, args=[certificate.number, *more])


class TestFiles:
    @pytest.mark.parametrize("view", FILES)
    def test_files_are_the_holders_and_the_offices(self, view: str) -> None:
        certificate = issued()
        url = address(view, certificate)
        response = signed_in(certificate.holder).get(url)
        assert response.status_code == 200
        assert "no-store" in response["Cache-Control"]
        assert signed_in(UserFactory(), "view_certificate").get(url).status_code == 200
        assert signed_in(UserFactory()).get(url).status_code == 404
        assert Client().get(url).status_code == 302

    @pytest.mark.parametrize("view", OWN)
    def test_what_is_the_holders_alone_is_not_even_the_offices(self, view: str) -> None:
        certificate = issued()
        assert signed_in(certificate.holder).get(address(view, certificate)).status_code == 200
        assert signed_in(UserFactory(), "view_certificate").get(address(view, certificate)).status_code == 404

    @pytest.mark.parametrize("view", [*FILES, "certificates:wallet"])
    def test_paper_of_a_withdrawn_certificate_is_not_given_out(self, view: str) -> None:
        certificate = issued()
        office = UserFactory()
        url, page = address(view, certificate), address("certificates:detail", certificate)
        client = signed_in(certificate.holder)
        suspend_certificate(certificate=certificate, reason="شكوى", actor=office)
        assert client.get(url).status_code == 410
        assert url not in client.get(page).content.decode()

        restore_certificate(certificate=certificate, reason="لا شيء فيها", actor=office)
        assert client.get(url).status_code == 200
        revoke_certificate(certificate=certificate, reason="تزوير", actor=office)
        refused = client.get(url)
        assert refused.status_code == 410 and "غير سارية اليوم" in refused.content.decode()
        assert signed_in(UserFactory()).get(url).status_code == 404

    def test_expired_certificate_says_so_itself_and_is_given_out(self) -> None:
        certificate = issued()
        Certificate.objects.update(issued_on="2024-01-01", expires_on="2024-12-31")
        assert signed_in(certificate.holder).get(address("certificates:file", certificate)).status_code == 200

    def test_picture_for_the_phone_bears_the_code_and_no_photo(self) -> None:
        certificate = issued()
        before = signed_in(certificate.holder).get(address("certificates:phone_file", certificate)).content
        keep_photo(holder=certificate.holder, data=photo(), consent="نعم")
        after = signed_in(certificate.holder).get(address("certificates:phone_file", certificate)).content
        [code] = read_codes(Image.open(BytesIO(after)))
        assert before == after
        assert code.text == qr_text(certificate)


class TestSharing:
    def shared(self, link: ShareLink, client: Client | None = None) -> Any:
        return (client or Client()).get(reverse("certificates:shared", args=[link.token]))

    def test_stranger_with_the_link_sees_the_certificate_until_it_is_switched_off(self) -> None:
        certificate = issued()
        holder = signed_in(certificate.holder)
        holder.post(address("certificates:share", certificate), {"days": "7"})
        link = ShareLink.objects.get()

        page = self.shared(link)
        assert certificate.name_ar in page.content.decode()
        assert page["X-Robots-Tag"] == "noindex, nofollow" and page["Referrer-Policy"] == "no-referrer"
        picture = Client().get(reverse("certificates:shared_picture", args=[link.token]))
        assert picture["Content-Type"] == "image/png"

        holder.post(address("certificates:unshare", certificate, link.public_id))
        assert self.shared(link).status_code == 404
        assert Client().get(reverse("certificates:shared_picture", args=[link.token])).status_code == 404

    def test_link_to_a_withdrawn_certificate_shows_no_code(self) -> None:
        certificate = issued()
        link = open_link(certificate=certificate, days=7)
        picture = reverse("certificates:shared_picture", args=[link.token])
        assert picture in self.shared(link).content.decode()
        revoke_certificate(certificate=certificate, reason="تزوير", actor=UserFactory())
        page = self.shared(link).content.decode()
        assert certificate.name_ar in page and picture not in page and '<svg viewBox="0 0 ' not in page
        assert Client().get(picture).status_code == 404

    def test_link_ends_by_itself(self) -> None:
        link = open_link(certificate=issued(), days=7)
        ShareLink.objects.update(
            created_at=timezone.now() - timedelta(days=8), expires_at=timezone.now() - timedelta(seconds=1)
        )
        assert self.shared(link).status_code == 404

    def test_openings_are_counted_but_not_the_holders(self) -> None:
        certificate = issued()
        link = open_link(certificate=certificate, days=7)
        self.shared(link)
        self.shared(link)
        Client().head(reverse("certificates:shared", args=[link.token]))
        self.shared(link, signed_in(certificate.holder))
        link.refresh_from_db()
        assert link.views == 2
        assert {f.name for f in ShareLink._meta.fields} == {
            "id", "public_id", "certificate", "token", "expires_at", "closed_at", "views", "created_at",
        }  # fmt: skip

    def test_guessing_is_slowed_down(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr("lms.certificates.views_sharing.OPENINGS_PER_MINUTE", 3)
        codes = [
            Client().get(reverse("certificates:shared", args=[f"guess{n}"])).status_code for n in range(5)
        ]
        assert codes == [404, 404, 404, 429, 429]

    def test_others_neither_open_nor_close_links(self) -> None:
        certificate = issued()
        link = open_link(certificate=certificate, days=7)
        stranger = signed_in(UserFactory(), "view_certificate")
        assert stranger.post(address("certificates:share", certificate), {"days": "7"}).status_code == 404
        assert stranger.post(address("certificates:unshare", certificate, link.public_id)).status_code == 404
        mine = issued()
        crossed = signed_in(mine.holder).post(address("certificates:unshare", mine, link.public_id))
        assert crossed.status_code == 404
        link.refresh_from_db()
        assert link.is_open

    @pytest.mark.parametrize("days", ["", "8", "9999999", "x"])
    def test_odd_lifetimes_are_refused_with_a_sentence(self, days: str) -> None:
        certificate = issued()
        page = signed_in(certificate.holder).post(
            address("certificates:share", certificate), {"days": days}, follow=True
        )
        assert page.status_code == 200
        assert not ShareLink.objects.exists()

    def test_lifetimes_are_offered_in_the_readers_language(self) -> None:
        certificate = issued()
        client = signed_in(certificate.holder)
        pages = {}
        for language in ("ar", "en"):
            with override(language):
                pages[language] = client.get(address("certificates:detail", certificate)).content.decode()
        assert "30 يومًا" in pages["ar"] and "7 أيام" in pages["ar"]
        assert "30 days" in pages["en"]

    def test_links_do_not_pile_up(self) -> None:
        certificate = issued()
        client = signed_in(certificate.holder)
        for _ in range(MAX_OPEN + 2):
            client.post(address("certificates:share", certificate), {"days": "7"})
        assert ShareLink.objects.count() == MAX_OPEN


class TestCorrection:
    def test_request_and_decision_through_the_pages(self) -> None:
        certificate = issued()
        holder = signed_in(certificate.holder)
        data = {"name_ar": "سالمة الورفلي", "name_en": "Salma", "reason": "خطأ في الاسم"}
        assert holder.post(address("certificates:correct_name", certificate), data).status_code == 302
        correction = NameCorrection.objects.get()
        office = signed_in(
            UserFactory(is_staff=True), "access_admin", "decide_namecorrection", "view_namecorrection"
        )
        decide = reverse("name_correction_decide", args=[correction.pk])
        assert "سالمة الورفلي" in office.get(decide).content.decode()
        assert office.post(decide, {"decision": "accept"}).status_code == 302

        new = Certificate.objects.latest("register_index")
        correction.refresh_from_db()
        assert correction.state == CorrectionState.ACCEPTED
        old_page = holder.get(address("certificates:detail", certificate)).content.decode()
        new_page = holder.get(address("certificates:detail", new)).content.decode()
        assert str(new) in old_page and str(certificate) in new_page

    def test_bad_request_keeps_what_was_typed(self) -> None:
        certificate = issued()
        response = signed_in(certificate.holder).post(
            address("certificates:correct_name", certificate), {"name_ar": "", "reason": "كتبت كثيرًا"}
        )
        assert response.status_code == 400
        assert "كتبت كثيرًا" in response.content.decode()

    def test_decision_page_is_closed_to_others(self) -> None:
        certificate = issued()
        signed_in(certificate.holder).post(
            address("certificates:correct_name", certificate), {"name_ar": "سالمة", "reason": "خطأ"}
        )
        decide = reverse("name_correction_decide", args=[NameCorrection.objects.get().pk])
        office = signed_in(UserFactory(is_staff=True), "access_admin", "view_namecorrection")
        assert office.get(decide).status_code in (302, 403)


class TestRenewalPage:
    def test_button_renews_and_leads_to_the_new_certificate(self) -> None:
        certificate = issued(CertificateTypeFactory(validity_days=30))
        holder = signed_in(certificate.holder)
        renew = address("certificates:renew", certificate)
        assert renew in holder.get(address("certificates:detail", certificate)).content.decode()
        assert signed_in(UserFactory()).post(renew).status_code == 404
        response = holder.post(renew)
        new = Certificate.objects.latest("register_index")
        assert response.url == address("certificates:detail", new)
        assert holder.get(renew).status_code == 405


class TestPhoto:
    URL = "certificates:photo"

    def upload(self, client: Client, data: bytes, **fields: str) -> Any:
        return client.post(reverse(self.URL), {"photo": SimpleUploadedFile("me.jpg", data), **fields})

    def test_photo_is_kept_only_with_consent_and_deleted_at_a_word(self) -> None:
        person = UserFactory()
        client = signed_in(person)
        assert self.upload(client, photo()).status_code == 400
        assert not BadgePhoto.objects.exists()
        assert self.upload(client, photo(), consent="on").status_code == 302
        kept = BadgePhoto.objects.get(holder=person)
        assert kept.consent and b"Maker of phones" not in bytes(kept.content)
        assert client.get(reverse("certificates:photo_file"))["Content-Type"] == "image/jpeg"
        client.post(reverse("certificates:photo_delete"))
        assert not BadgePhoto.objects.exists()
        assert client.get(reverse("certificates:photo_file")).status_code == 404

    def test_what_is_no_photo_is_a_sentence(self) -> None:
        response = self.upload(signed_in(UserFactory()), b"%PDF-1.7", consent="on")
        assert response.status_code == 400
        assert "ليس صورة" in response.content.decode()

    def test_badge_bears_the_photo_of_its_holder_only(self) -> None:
        mine, other = issued(), issued()
        keep_photo(holder=mine.holder, data=photo(), consent="نعم")
        assert [card.photo is not None for card in cards_of([other, mine])] == [False, True]


class TestPrinting:
    def test_queries_are_as_many_for_one_badge_as_for_thirty(self) -> None:
        kind, counts = CertificateTypeFactory(), []
        for more in (1, 2, 27):
            for _ in range(more):
                issued(kind)
            rows = list(Certificate.objects.all())
            with CaptureQueriesContext(connection) as queries:
                cards_of(rows)
            counts.append(len(queries))
        assert len(set(counts)) == 1, counts

    def test_cohort_is_printed_from_the_office_and_from_the_shell(self, tmp_path: Path) -> None:
        certificate = issued()
        cohort = certificate.enrolment.cohort
        office = signed_in(UserFactory(is_staff=True), "access_admin", "issue_certificate")
        response = office.post(reverse("certificates_print_badges"), {"cohort": cohort.pk, "flip": "short"})
        assert response["Content-Type"] == "application/pdf"
        output = tmp_path / "badges.pdf"
        call_command("print_badges", cohort=str(cohort.public_id), output=output)
        back = pypdfium2.PdfDocument(output)[1].render(scale=3).to_pil()
        assert [found.text for found in read_codes(back)] == [qr_text(certificate)]
        assert output.stat().st_mode & 0o077 == 0
        day = timezone.localdate()
        assert output.read_bytes() == sheets_pdf([certificate], flip=Flip.LONG, title=str(cohort), day=day)

    def test_cohort_without_certificates_is_a_sentence(self, tmp_path: Path) -> None:
        enrolment, _kind = enrolled()
        office = signed_in(UserFactory(is_staff=True), "access_admin", "issue_certificate")
        response = office.post(
            reverse("certificates_print_badges"), {"cohort": enrolment.cohort_id, "flip": "long"}
        )
        assert response.context["form"].errors["cohort"]
        for cohort in (str(enrolment.cohort.public_id), "nonsense"):
            with pytest.raises(CommandError):
                call_command("print_badges", cohort=cohort, output=tmp_path / "x.pdf")
        assert not list(tmp_path.iterdir())

    def test_only_who_may_issue_prints(self) -> None:
        office = signed_in(UserFactory(is_staff=True), "access_admin", "view_certificate")
        assert office.get(reverse("certificates_print_badges")).status_code in (302, 403)

    def test_pdfs_are_written_once_and_a_cut_off_run_is_resumed(
        self, tmp_path: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        kind = CertificateTypeFactory()
        enrolled(kind)
        enrolled(kind)
        call_command("issue_certificates", kind.code, pdf=tmp_path)
        written = sorted(tmp_path.iterdir())
        assert len(written) == 2
        kept = written[0].stat().st_mtime_ns
        written[1].unlink()
        call_command("issue_certificates", kind.code, pdf=tmp_path)
        assert sorted(tmp_path.iterdir()) == written
        assert written[0].stat().st_mtime_ns == kept
        out = capsys.readouterr().out
        assert "2 PDFs written" in out and "1 PDFs written" in out and "a second" in out


class TestPrivacy:
    def test_copy_and_erasure_know_links_photo_and_requests(self) -> None:
        certificate = issued()
        holder = certificate.holder
        open_link(certificate=certificate, days=7)
        keep_photo(holder=holder, data=photo(), consent="نعم")
        signed_in(holder).post(
            address("certificates:correct_name", certificate), {"name_ar": "سالمة", "reason": "خطأ"}
        )
        import zipfile

        names = zipfile.ZipFile(BytesIO(export_person(holder).content)).namelist()
        for kind in ("sharelink", "badgephoto", "namecorrection"):
            assert f"certificates/{kind}.json" in names
        erase_person(person=holder, actor=UserFactory(), dry_run=False)
        assert not ShareLink.objects.exists() and not BadgePhoto.objects.exists()
        assert not NameCorrection.objects.exists()
        assert Certificate.objects.filter(pk=certificate.pk).exists()
