"""The main job, from a CSV file to a certificate that a stranger verifies, in a real browser.

Everything is done the way people do it: files are uploaded, links opened, passwords typed, answers
chosen. Only what lies before the story (places, course, question bank, a certified trainer) is set
up through the services.
"""

import re
from datetime import time, timedelta
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
import yaml
from django.urls import reverse
from django.utils import timezone, translation
from playwright.sync_api import Page, expect

from lms.assessments.bankfile import read_bank
from lms.assessments.models import AttemptSlot, Exam, Option, QuestionBank
from lms.assessments.services.bank import import_question_bank
from lms.cascade.models import Cohort, Enrolment
from lms.cascade.services import Day, record_attendance, schedule_session
from lms.certificates.models import Certificate, CertificateType
from lms.certificates.services.issuing import issue_certificate
from lms.courses.models import Course, LessonPage
from lms.courses.selectors import materials_version
from lms.courses.services import import_course
from lms.people.enums import Role
from lms.people.models import Municipality, User
from lms.people.services import load_places, sync_roles
from lms.settings.env import PROJECT_ROOT
from plugins.code_of_conduct.services import load_draft, publish_version, read_source
from tests.codes import read_codes
from tests.factories.cascade import CohortFactory, EnrolmentFactory, TierFactory
from tests.factories.certificates import CertificateTypeFactory
from tests.factories.people import UserFactory

from .conftest import DESK, OpenPage

PASSWORD = "a-long-password-2026"
CONTENT = PROJECT_ROOT / "content"


class Story:
    """What stands before the first click: a programme with one certified trainer and her empty cohort."""

    def __init__(self) -> None:
        load_places()
        sync_roles()
        self.lead = self.staff("lead@example.org", Role.PROGRAMME_LEAD)
        self.trainer = self.staff("trainer@example.org", Role.MASTER_TRAINER, name_ar="سالمة الفيتوري")
        import_course(path=CONTENT / "courses" / "lto", user=self.lead)
        publish_version(
            code=load_draft(source=read_source()), number="1.0", date=timezone.localdate(), user=self.lead
        )
        self.course = Course.objects.get(code="LTO")
        self.exam = self.open_exam()
        self.certify_trainer()
        self.cohort: Cohort = CohortFactory(
            tier=self.observer_tier,
            trainer=self.trainer,
            municipality=Municipality.objects.get(code="sebha"),
            name_ar="دفعة سبها",
            name_en="Sebha cohort",
            ends_on=timezone.localdate() + timedelta(days=30),
        )

    def staff(self, email: str, role: Role, **fields: Any) -> User:
        from django.contrib.auth.models import Group

        person = UserFactory(email=email, is_staff=True, **fields)
        person.set_password(PASSWORD)
        person.save()
        person.groups.add(Group.objects.get(name=role.value))
        return person

    def open_exam(self) -> Exam:
        path = CONTENT / "questions" / "lto-certification.yaml"
        bank_file, _problems = read_bank(yaml.safe_load(path.read_text(encoding="utf-8")))
        assert bank_file is not None
        import_question_bank(bank_file=bank_file)
        now = timezone.now()
        return Exam.objects.create(
            code="E2E",
            course=self.course,
            bank=QuestionBank.objects.get(),
            name_ar="امتحان الاعتماد",
            name_en="Certification exam",
            question_count=20,
            duration_minutes=40,
            opens_at=now - timedelta(hours=1),
            closes_at=now + timedelta(days=1),
        )

    def certify_trainer(self) -> None:
        trainer_tier = TierFactory(level=1)
        self.observer_tier = TierFactory(
            level=2, programme=trainer_tier.programme, course=self.course, target=700
        )
        kind = CertificateTypeFactory(tier=trainer_tier, code="TRAINER")
        self.kind: CertificateType = CertificateTypeFactory(
            tier=self.observer_tier,
            code="OBSERVER",
            required_gates=[
                "core.lessons_completed",
                "core.attendance",
                "core.exam_passed",
                "code_of_conduct.signed",
            ],
        )
        enrolment = EnrolmentFactory(cohort__tier=trainer_tier, cohort__trainer=None, learner=self.trainer)
        self.trainer_certificate = issue_certificate(enrolment=enrolment, certificate_type=kind)

    def hold_session(self, learner: User) -> None:
        """The workshop of today, at which the learner was present."""
        session = schedule_session(
            cohort=self.cohort,
            title="ورشة المراقبين",
            place="سبها",
            materials_version=materials_version(self.course),
            days=[Day(timezone.localdate(), time(9), time(15))],
        )
        enrolment = Enrolment.objects.get(cohort=self.cohort, learner=learner)
        record_attendance(day=session.days.get(), presence={enrolment.pk: True}, actor=self.trainer)


@pytest.fixture
def story(home_pages: None) -> Story:
    return Story()


@pytest.mark.parametrize("language", ["ar", "en"])
def test_a_trainee_of_a_list_becomes_an_observer_whom_anybody_can_check(
    language: str, open_page: OpenPage, story: Story, tmp_path: Path, settings: Any, live_server: Any
) -> None:
    settings.SANAD_BASE_URL = live_server.url
    with translation.override(language):
        import_trainees(open_page, story, language, tmp_path)
        edit_lesson(open_page, story)
        trainee, page = accept_invitation(open_page, language)
        story.hold_session(trainee)
        read_lessons(page, language)
        sign_the_code(page)
        take_the_exam(page, story)
        certificate = claim_certificate(page)
        check_the_paper(open_page, page, certificate, language, story)
        revoke(open_page, story, certificate)
        look_at_the_dashboard(open_page, story, language)


def sign_in(page: Page, email: str) -> None:
    page.goto(reverse("account_login"))
    page.fill("input[name=login]", email)
    page.fill("input[name=password]", PASSWORD)
    page.press("input[name=password]", "Enter")
    page.wait_for_url(lambda url: "login" not in url)


def import_trainees(open_page: OpenPage, story: Story, language: str, tmp_path: Path) -> None:
    """First a list with faults, of which nobody comes in; then the corrected one, in Windows-1256."""
    page = open_page(language, width=DESK)
    sign_in(page, story.lead.email or "")
    page.goto(reverse("cascade_import"))
    heading = "الاسم,name_en,الهاتف,البريد,الجنس,البلدية"
    good = "خديجة سالم القماطي,Khadija Salem Al-Gmati,٠٩١٢٣٤٥٦٧٨,khadija@example.org,أنثى,سبها"
    faulty = tmp_path / "faulty.csv"
    faulty.write_text(
        f"{heading}\n{good}\nبلا وسيلة,,,,أنثى,سبها\nمكررة,,0912345678,,أنثى,سبها\n", encoding="utf-8-sig"
    )
    upload(page, story, faulty)
    expect(page.locator("table.listing tbody tr")).not_to_have_count(0)
    assert not User.objects.filter(email="khadija@example.org").exists()
    corrected = tmp_path / "list.csv"
    # Windows-1256 has no Arabic digits.
    western = good.translate(str.maketrans("٠١٢٣٤٥٦٧٨٩", "0123456789"))
    corrected.write_bytes(f"{heading}\r\n{western}\r\n".encode("cp1256"))
    page.goto(reverse("cascade_import"))
    upload(page, story, corrected)
    page.locator("form[method=post] button.button").last.click()
    expect(page.locator(f"a[href*='{story.cohort.public_id}']")).to_be_visible()
    enrolment = Enrolment.objects.get(learner__email="khadija@example.org")
    assert enrolment.cohort == story.cohort and enrolment.state == "invited"


def upload(page: Page, story: Story, path: Path) -> None:
    page.select_option("select[name=cohort]", str(story.cohort.pk))
    page.set_input_files("input[name=file]", path)
    page.locator("form[enctype] button.button").click()


def edit_lesson(open_page: OpenPage, story: Story) -> None:
    """The trainer changes the first lesson's title in both languages in the admin and publishes it."""
    page = open_page("ar", width=DESK)
    sign_in(page, story.trainer.email or "")
    for language, title in (("ar", "ما هو المراقب؟ نسخة منقحة"), ("en", "What an observer is, revised")):
        lesson = LessonPage.objects.filter(locale__language_code=language).order_by("path").first()
        assert lesson is not None
        page.goto(reverse("wagtailadmin_pages:edit", args=[lesson.pk]))
        page.fill("textarea[name=title], input[name=title]", title)
        page.locator("footer [data-w-dropdown-target=toggle], footer button[aria-expanded]").last.click()
        page.locator("button[name=action-publish]").click()
        page.wait_for_load_state("networkidle")
        lesson.refresh_from_db()
        assert lesson.title == title and lesson.live


def accept_invitation(open_page: OpenPage, language: str) -> tuple[User, Page]:
    from lms.people.invitations import make_invitation

    trainee = User.objects.get(email="khadija@example.org")
    page = open_page(language)
    page.goto(reverse("invitation:accept", args=[make_invitation(trainee)]))
    expect(page.locator("h1")).to_contain_text(trainee.name)
    for field in page.locator("input[type=password]").all():
        field.fill(PASSWORD)
    page.locator("main form button.button").click()
    page.wait_for_url(lambda url: "invitation" not in url)
    trainee.refresh_from_db()
    assert Enrolment.objects.get(learner=trainee).state == "active"
    return trainee, page


def read_lessons(page: Page, language: str) -> None:
    page.goto(reverse("courses:my_learning"))
    revised = {"ar": "ما هو المراقب؟ نسخة منقحة", "en": "What an observer is, revised"}[language]
    lessons = LessonPage.objects.live().filter(locale__language_code=language).order_by("path")
    for number, lesson in enumerate(lessons):
        page.goto(lesson.get_url())
        if number == 0:
            expect(page.locator("h1")).to_have_text(revised)
        page.locator("section.next-step form button").click()
        page.wait_for_load_state()


def sign_the_code(page: Page) -> None:
    """The certificate page says what is missing and leads there; signing leads back."""
    page.goto(reverse("certificates:mine"))
    page.locator("main a[href*='code-of-conduct']").first.click()
    for box in page.locator(".conduct-consents input[type=checkbox]").all():
        assert not box.is_checked()
        box.check()
    page.locator(".conduct-sign button.button").first.click()
    page.wait_for_load_state()
    page.goto(reverse("certificates:mine"))
    expect(page.locator("main a[href*='code-of-conduct']")).to_have_count(0)


def take_the_exam(page: Page, story: Story) -> None:
    page.goto(reverse("assessments:exam", args=[story.exam.public_id]))
    page.locator("form[action*='start'] button").click()
    for position in range(1, story.exam.question_count + 1):
        expect(page.locator(f"[data-slot='{position}']")).to_be_visible()
        choose_right_options(page, position)
        page.locator("[data-go=next]").click()
    page.locator("[data-hand-in]").click()
    page.locator("[data-result]").click()
    page.wait_for_url(re.compile("result"))


def choose_right_options(page: Page, position: int) -> None:
    slot = AttemptSlot.objects.get(position=position, attempt__state="STARTED")
    keys = set(Option.objects.filter(version=slot.version, is_correct=True).values_list("key", flat=True))
    for place, key in enumerate(slot.option_order, 1):
        if key in keys:
            page.locator(f"input[name=q{position}][value='{place}']").check()


def claim_certificate(page: Page) -> Certificate:
    page.goto(reverse("certificates:mine"))
    page.locator("form[action*='claim'] button").click()
    page.wait_for_url(lambda url: "claim" not in url)
    certificate = Certificate.objects.get(type__code="OBSERVER")
    expect(page.locator("main")).to_contain_text(str(certificate))
    return certificate


def check_the_paper(
    open_page: OpenPage, holder: Page, certificate: Certificate, language: str, story: Story
) -> None:
    """The code on the rasterised PDF opens the check, which a stranger reads without an account."""
    pdf = holder.request.get(reverse("certificates:file", args=[certificate.number])).body()
    stranger = open_page(language)
    stranger.goto(decode_qr(pdf))
    stranger.wait_for_selector("[data-verdict]")
    assert stranger.locator("[data-verdict]").get_attribute("data-verdict") == "valid"
    main = stranger.locator("main")
    for text in (certificate.name_ar, str(certificate), "LTO", str(story.trainer_certificate)):
        expect(main).to_contain_text(text)
    assert "#" not in stranger.url


def decode_qr(pdf: bytes) -> str:
    import pypdfium2

    picture = pypdfium2.PdfDocument(BytesIO(pdf))[0].render(scale=300 / 72).to_pil()
    [code] = read_codes(picture)
    return str(code.text)


def revoke(open_page: OpenPage, story: Story, certificate: Certificate) -> None:
    page = open_page("ar", width=DESK)
    sign_in(page, story.lead.email or "")
    page.goto(reverse("certificate_step", args=[certificate.pk, "revoke"]))
    page.fill("textarea[name=reason]", "ثبت انتحال الصفة")
    page.locator("form button.serious").click()
    page.wait_for_url(re.compile("inspect"))
    stranger = open_page("ar")
    stranger.goto("/v")
    stranger.fill("input[name=text]", str(certificate))
    stranger.press("input[name=text]", "Enter")
    stranger.wait_for_selector("[data-verdict]")
    assert stranger.locator("[data-verdict]").get_attribute("data-verdict") == "revoked"


def look_at_the_dashboard(open_page: OpenPage, story: Story, language: str) -> None:
    page = open_page(language, width=DESK)
    sign_in(page, story.lead.email or "")
    page.goto(reverse("cascade:dashboard"))
    main = page.locator("main")
    expect(main).to_contain_text("700")
    expect(main).to_contain_text(Municipality.objects.get(code="sebha").name)
