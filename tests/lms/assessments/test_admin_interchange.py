"""Files of questions in the administration: read, reported on, confirmed; banks downloaded by those who may."""

from datetime import timedelta
from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from wagtail.users.models import UserProfile

from lms.assessments.interchange.files import FORMATS, read_questions
from lms.assessments.models import Question, QuestionBank, QuestionImport, QuestionVersion
from lms.assessments.services.bank import open_draft
from lms.people.enums import Role
from lms.people.models import User
from lms.people.services import sync_roles
from tests.factories.assessments import make_bank
from tests.factories.people import UserFactory

pytestmark = pytest.mark.django_db

START = "assessments_question_files"
COMPLETE = (
    '// [id:A]\n::A::[html]<span lang="ar" class="multilang">سؤال</span>'
    '<span lang="en" class="multilang">Asked</span>'
    "{TRUE####\\{mlang ar\\}لأن\\{mlang\\}\\{mlang en\\}Because\\{mlang\\}}\n\nOnly English?{=yes#Right ~no}\n"
)
MOODLE = Path(__file__).resolve().parents[2] / "fixtures/questions/moodle-kinds.xml"


def staff(role: Role) -> User:
    sync_roles()
    return UserFactory(role=role, is_staff=True)


def client_of(user: User) -> Client:
    """Somebody who has chosen English for the administration."""
    profile = UserProfile.get_for_user(user)
    profile.preferred_language = "en"
    profile.save()
    client = Client()
    client.force_login(user)
    return client


@pytest.fixture
def user() -> User:
    return staff(Role.PROGRAMME_LEAD)


@pytest.fixture
def lead(user: User) -> Client:
    return client_of(user)


@pytest.fixture
def bank() -> QuestionBank:
    return make_bank("NEW", questions=2)


def upload(
    web: Client, bank: QuestionBank, data: str | bytes, name: str = "q.gift", **fields: str
) -> HttpResponse:
    content = data.encode() if isinstance(data, str) else data
    form = {
        "bank": bank.pk,
        "file": SimpleUploadedFile(name, content),
        "format": "auto",
        "language": "",
        **fields,
    }
    return web.post(reverse(START), form)


def staged(web: Client, bank: QuestionBank, data: str = COMPLETE) -> str:
    response = upload(web, bank, data)
    assert response.status_code == 302
    return str(response["Location"])


def page(response: HttpResponse) -> str:
    return response.content.decode()


@pytest.mark.parametrize("role", [Role.MASTER_TRAINER, Role.REVIEWER, Role.AUDITOR])
def test_nobody_else_reads_imports_or_exports(role: Role, bank: QuestionBank, lead: Client) -> None:
    address = staged(lead, bank)
    web = client_of(staff(role))
    exporting = reverse("assessments_export_bank", args=[bank.public_id])
    for response in (
        *(web.get(reverse(START)), web.get(address), web.post(address)),
        web.post(exporting, {"format": "gift"}),
    ):
        assert response.status_code == 302
    assert upload(web, bank, COMPLETE).status_code == 302
    assert QuestionImport.objects.count() == 1
    assert Question.objects.count() == 2


def test_strangers_are_asked_to_sign_in() -> None:
    assert Client().get(reverse(START)).status_code == 302


def test_a_file_is_only_for_whoever_uploaded_it(lead: Client, bank: QuestionBank) -> None:
    address = staged(lead, bank)
    other = client_of(staff(Role.PROGRAMME_LEAD))
    assert other.get(address, follow=True).status_code == 404
    other.post(address)
    assert QuestionImport.objects.get().imported_at is None


def test_a_file_is_read_reported_on_and_imported_when_confirmed(lead: Client, bank: QuestionBank) -> None:
    address = staged(lead, bank)
    report = page(lead.get(address))
    assert QuestionVersion.objects.filter(published_at=None).count() == 0
    for text in ("True or false", "Only English?", "single answer is lost: Right", "It is in English only"):
        assert text in report
    assert lead.post(address).status_code == 302
    assert QuestionVersion.objects.filter(question__bank=bank, published_at=None).count() == 2
    done = QuestionImport.objects.get()
    assert (bytes(done.content), done.created_count, done.revised_count) == (b"", 2, 0)
    assert lead.get(address).status_code == 200
    lead.post(address)
    assert bank.questions.count() == 4


def test_complete_questions_are_published_on_request(lead: Client, bank: QuestionBank) -> None:
    lead.post(staged(lead, bank), {"publish": "on"})
    assert [one.code for one in Question.objects.filter(versions__published_at__isnull=False, code="A")] == [
        "A"
    ]


def test_publishing_needs_its_own_permission(bank: QuestionBank, user: User) -> None:
    from django.contrib.auth.models import Permission

    sync_roles()
    helper = UserFactory(role=Role.MASTER_TRAINER, is_staff=True)
    helper.user_permissions.add(Permission.objects.get(codename="import_questions"))
    web = client_of(helper)
    address = staged(web, bank)
    assert 'name="publish"' not in page(web.get(address))
    web.post(address, {"publish": "on"})
    assert QuestionVersion.objects.get(question__code="A").published_at is None
    assert "assessments_export_bank" not in page(web.get(reverse(START)))
    assert reverse("assessments_export_bank", args=[bank.public_id]) not in page(web.get(reverse(START)))


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        ("Two { three", "Line 1: A brace has no partner."),
        (b'<!DOCTYPE quiz [<!ENTITY x "y">]><quiz/>', "declares a document type"),
        (b"PK\x03\x04broken", "The archive is damaged"),
        ("سؤال؟{T}".encode("windows-1256"), "not in UTF-8"),
    ],
)
def test_a_refused_file_says_why_and_is_not_kept(
    lead: Client, bank: QuestionBank, data: str | bytes, reason: str
) -> None:
    response = upload(lead, bank, data)
    assert response.status_code == 422
    assert reason in page(response)
    assert not QuestionImport.objects.exists()


def test_a_file_that_is_too_large_is_not_even_read(lead: Client, bank: QuestionBank) -> None:
    assert upload(lead, bank, b"x" * (20 * 1024 * 1024 + 1)).status_code == 422
    assert not QuestionImport.objects.exists()


def test_a_bank_that_changed_meanwhile_refuses_the_import_whole(lead: Client, bank: QuestionBank) -> None:
    lead.post(staged(lead, bank), {"publish": "on"})
    address = staged(lead, bank, COMPLETE.replace("Asked", "Asked otherwise"))
    draft = open_draft(question=Question.objects.get(code="A"))
    QuestionVersion.objects.filter(pk=draft.pk).update(stem_en="In work")
    before = QuestionVersion.objects.count()
    response = lead.post(address)
    assert response.status_code == 200
    assert 'role="alert"' in page(response)
    assert QuestionVersion.objects.count() == before


def test_undecided_files_go_after_a_day(lead: Client, bank: QuestionBank) -> None:
    staged(lead, bank)
    QuestionImport.objects.update(uploaded_at=timezone.now() - timedelta(days=2))
    staged(lead, bank)
    assert QuestionImport.objects.count() == 1


def test_every_type_of_a_moodle_file_is_reported(lead: Client, bank: QuestionBank) -> None:
    response = upload(lead, bank, MOODLE.read_bytes(), "moodle.xml")
    report = page(lead.get(str(response["Location"])))
    for text in ("Silence day", "ddwtos", "SD-1", "Look at the calendar."):
        assert text in report


def test_what_a_file_says_is_shown_as_text(lead: Client, bank: QuestionBank) -> None:
    evil = "::<script>alert(1)</script>::What?{=a#<img src=x onerror=alert(1)> ~b}"
    report = page(lead.get(staged(lead, bank, evil)))
    assert "<script>alert(1)" not in report
    assert "onerror=alert" not in report.replace("onerror=alert(1)&gt;", "")


@pytest.mark.parametrize("format_name", FORMATS)
def test_a_bank_is_downloaded_in_every_format(lead: Client, bank: QuestionBank, format_name: str) -> None:
    address = reverse("assessments_export_bank", args=[bank.public_id])
    response = lead.post(address, {"format": format_name})
    assert response.status_code == 200
    assert "no-store" in response["Cache-Control"]
    assert response["Content-Disposition"].startswith('attachment; filename="NEW')
    assert len(read_questions(response.content).items) == 2


def test_a_download_is_never_a_link(lead: Client, bank: QuestionBank) -> None:
    address = reverse("assessments_export_bank", args=[bank.public_id])
    assert lead.get(address).status_code == 405
    assert lead.post(address, {"format": "docx"}).status_code == 400


def test_an_empty_bank_cannot_be_downloaded(lead: Client) -> None:
    bank = QuestionBank.objects.create(code="EMPTY", name_ar="ف", name_en="E")
    address = reverse("assessments_export_bank", args=[bank.public_id])
    assert lead.post(address, {"format": "gift"}).status_code == 302
    assert address not in page(lead.get(reverse(START)))


@pytest.mark.parametrize("count", [1, 3, 30])
def test_the_page_of_files_reads_banks_at_once(
    lead: Client, count: int, django_assert_max_num_queries: object
) -> None:
    for number in range(count):
        QuestionBank.objects.create(code=f"B{number}", name_ar="ب", name_en="B")
    with django_assert_max_num_queries(45):  # type: ignore[operator]
        assert lead.get(reverse(START)).status_code == 200
