"""Designs: edited as data, versioned for good, and never in force unless the hardest paper can be printed."""

import subprocess
import sys
from io import BytesIO
from typing import Any

import pypdfium2
import pytest
from django.contrib.auth.models import Permission
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from lms.certificates.models import CertificateDesign, CertificateType, PaperPicture
from lms.certificates.paper import badge_pdf, certificate_pdf, look_of
from lms.certificates.pictures import clean_mark
from lms.certificates.services.designs import add_design, keep_picture
from lms.certificates.specimen import HARD_NAMES
from lms.people.models import User
from tests.factories.certificates import CertificateTypeFactory, issued
from tests.factories.people import UserFactory
from tests.factories.pictures import logo

pytestmark = pytest.mark.django_db


def staff(*codenames: str) -> Client:
    person = UserFactory(is_staff=True)
    names = ("access_admin", *codenames)
    person.user_permissions.add(*Permission.objects.filter(codename__in=names))
    client = Client()
    client.force_login(User.objects.get(pk=person.pk), backend="django.contrib.auth.backends.ModelBackend")
    return client


def filled(**changes: Any) -> dict[str, Any]:
    person = {"name_ar": "د. سالم", "name_en": "Dr Salem", "title_ar": "المدير", "title_en": "Director"}
    return {
        "intro_ar": "نشهد بأنّ",
        "intro_en": "We certify that",
        "note_ar": "ملاحظة",
        "note_en": "A note",
        "accent": "#7a1f1f",
        "deep": "#5a1010",
        "ornament": "#336699",
        **{f"person0_{part}": text for part, text in person.items()},
        **changes,
    }


def url(kind: CertificateType) -> str:
    return reverse("certificate_design_new", args=[kind.pk])


def text_of(pdf: bytes) -> str:
    return pypdfium2.PdfDocument(BytesIO(pdf))[0].get_textpage().get_text_range()


class TestVersions:
    def test_issued_certificate_keeps_its_paper(self) -> None:
        kind = CertificateTypeFactory()
        before = issued(kind)
        first = certificate_pdf(before), badge_pdf(before)

        add_design(
            certificate_type=kind,
            actor=UserFactory(),
            intro_en="It is hereby certified that",
            accent="#7a1f1f",
        )
        after = issued(kind)

        assert (certificate_pdf(before), badge_pdf(before)) == first
        assert "It is hereby certified that" in text_of(certificate_pdf(after))

    def test_versions_count_up_for_each_type(self) -> None:
        kind, actor = CertificateTypeFactory(), UserFactory()
        versions = [add_design(certificate_type=kind, actor=actor).version for _ in range(3)]
        assert versions == [1, 2, 3]
        assert add_design(certificate_type=CertificateTypeFactory(), actor=actor).version == 1

    def test_same_picture_is_kept_once(self) -> None:
        assert keep_picture(logo()) == keep_picture(clean_mark(logo()))
        assert PaperPicture.objects.count() == 1


class TestForm:
    def test_design_is_put_in_force_with_logo_and_signature(self) -> None:
        kind = CertificateTypeFactory()
        data = filled(
            logo=SimpleUploadedFile("x.exe", logo("#7a1f1f")),
            person0_signature=SimpleUploadedFile("s.png", logo("#101010")),
        )
        response = staff("add_certificatedesign", "view_certificatedesign").post(url(kind), data)

        design = CertificateDesign.objects.get()
        assert response.status_code == 302
        assert look_of(design).accent == "#7a1f1f" and look_of(design).logo is not None
        assert design.signatories[0]["name"] == {"ar": "د. سالم", "en": "Dr Salem"}
        certificate = issued(kind)
        assert "Dr Salem" in text_of(certificate_pdf(certificate))

    def test_pictures_stay_until_they_are_replaced_or_removed(self) -> None:
        kind = CertificateTypeFactory()
        client = staff("add_certificatedesign", "view_certificatedesign")
        client.post(url(kind), filled(logo=SimpleUploadedFile("x.png", logo())))
        client.post(url(kind), filled(note_en="Another"))
        client.post(url(kind), filled(remove_logo="on"))
        logos = [design.logo_id is not None for design in CertificateDesign.objects.order_by("version")]
        assert logos == [True, True, False]

    @pytest.mark.parametrize(
        "changes",
        [
            {"accent": "#9be0d0"},
            {"ornament": "#fff2cc"},
            {"deep": "red"},
            {"accent": "#0a5c5c;}#evil"},
            {"person1_name_ar": "بلا صفة"},
            {"intro_ar": ""},
            {"intro_en": "x" * 81},
        ],
    )
    def test_what_cannot_be_printed_well_is_refused(self, changes: dict[str, str]) -> None:
        kind = CertificateTypeFactory()
        response = staff("add_certificatedesign").post(url(kind), filled(**changes))
        assert response.status_code == 200
        assert response.context["form"].errors
        assert not CertificateDesign.objects.exists()

    def test_file_that_is_no_picture_is_refused(self) -> None:
        data = filled(logo=SimpleUploadedFile("logo.png", b"<svg onload='alert(1)'/>", "image/png"))
        response = staff("add_certificatedesign").post(url(CertificateTypeFactory()), data)
        assert "logo" in response.context["form"].errors

    def test_texts_that_overflow_the_page_are_refused(self) -> None:
        kind = CertificateTypeFactory(statement_ar="كلام كثير " * 300, statement_en="many words " * 300)
        response = staff("add_certificatedesign").post(url(kind), filled())
        assert response.context["form"].non_field_errors()
        assert not CertificateDesign.objects.exists()

    def test_markup_in_texts_is_only_text(self) -> None:
        kind = CertificateTypeFactory()
        hostile = '#read("/etc/passwd") $x$ *b*'
        staff("add_certificatedesign").post(url(kind), filled(intro_en=hostile))
        assert hostile in text_of(certificate_pdf(issued(kind)))

    def test_preview_shows_the_hardest_names_and_saves_nothing(self) -> None:
        kind = CertificateTypeFactory()
        response = staff("add_certificatedesign").post(url(kind), filled(preview="1"))

        pages = pypdfium2.PdfDocument(BytesIO(response.content))
        words = "".join(page.get_textpage().get_text_range() for page in pages)
        assert response["Content-Type"] == "application/pdf"
        assert len(pages) > len(HARD_NAMES)
        assert all((latin or name) in words for name, latin in HARD_NAMES)
        assert "SPECIMEN" in words
        assert not CertificateDesign.objects.exists() and not PaperPicture.objects.exists()

    def test_only_the_office_designs(self) -> None:
        kind = CertificateTypeFactory()
        assert staff().get(url(kind)).status_code in (302, 403)
        assert Client().get(url(kind)).status_code == 302
        design = add_design(certificate_type=kind, actor=UserFactory())
        preview = reverse("certificate_design_preview", args=[design.pk])
        assert staff().get(preview).status_code in (302, 403)
        assert staff("view_certificatedesign").get(preview).status_code == 200


@pytest.mark.once
def test_paper_is_not_loaded_by_pages_that_need_none() -> None:
    code = "import sys, django; django.setup(); import lms.urls; print({'typst', 'pyld'} & set(sys.modules))"
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert run.stdout.strip() == "set()"
