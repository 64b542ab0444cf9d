"""The key pages, each with somebody of the demo world who has something to see there."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from django.urls import NoReverseMatch, reverse
from django.utils import translation

from lms.assessments.enums import PaperState
from lms.assessments.models import Attempt, Exam, Paper, QuestionBank, QuestionVersion
from lms.assessments.services.bank import open_draft
from lms.cascade.models import Cohort
from lms.certificates.models import Certificate, CertificateType
from lms.certificates.paper import qr_text
from lms.certificates.services.sharing import LIFETIMES, open_link
from lms.courses.models import LessonPage, ModulePage
from lms.demo.guide import next_to_certificate
from lms.people.models import User

from .screen_desk import make_desk


@dataclass(frozen=True)
class Screen:
    name: str
    path: Callable[[str], str]
    user: User | None = None


def named(view: str, *args: object) -> Callable[[str], str]:
    def path(language: str) -> str:
        with translation.override(language):
            return reverse(view, args=args)

    return path


def fixed(path: str) -> Callable[[str], str]:
    return lambda language: path.replace("{lang}", language)


def page(key: object) -> Callable[[str], str]:
    """The page of a lesson or module in each language."""

    def path(language: str) -> str:
        from wagtail.models import Page

        return Page.objects.get(translation_key=key, locale__language_code=language).specific.get_url()

    return path


def screens() -> Iterator[Screen]:
    yield from public()
    yield from learner()
    yield from holder()
    yield from staff()


def public() -> Iterator[Screen]:
    module = ModulePage.objects.filter(number=1).first()
    yield Screen("home", fixed("/{lang}/"))
    yield Screen("sign-in", named("account_login"))
    yield Screen("password-reset", named("account_reset_password"))
    yield Screen("help", named("home:help"))
    yield Screen("offline", named("home:offline"))
    yield Screen("not-found", fixed("/{lang}/no-such-page/"))
    yield Screen("courses", fixed("/{lang}/courses/"))
    yield Screen("module", page(module.translation_key))
    yield Screen("verify", fixed("/v"))
    certificate = Certificate.objects.filter(status="active", trainer_certificate__isnull=False).first()
    revoked = Certificate.objects.filter(status="revoked").first()
    yield Screen("verify-valid", fixed("/v" + qr_text(certificate).split("/v", 1)[1]))
    yield Screen("verify-revoked", fixed("/v" + qr_text(revoked).split("/v", 1)[1]))
    yield Screen("verify-forged", fixed("/v#" + "1234567890123456" * 24))
    for name, view in PLUGIN_PAGES.items():
        try:
            path = named(view)
            path("ar")
        except NoReverseMatch:
            continue
        yield Screen(name, path)
    yield Screen("survey-results", fixed("/{lang}/survey/stakeholder-2026/results/"))


PLUGIN_PAGES = {
    "code": "code_of_conduct:text",
    "code-sign": "code_of_conduct:sign",
    "code-register": "code_of_conduct:register",
    "survey": "stakeholder_survey:index",
}


def learner() -> Iterator[Screen]:
    person = next_to_certificate()
    exam = Exam.objects.get(code="LTO-CERT-1")
    lesson = LessonPage.objects.order_by("path").first()
    scenario = LessonPage.objects.filter(kind="scenario").order_by("path").first()
    yield Screen("my-page", named("home:start"), person)
    yield Screen("my-learning", named("courses:my_learning"), person)
    yield Screen("lesson", page(lesson.translation_key), person)
    yield Screen("scenario", page(scenario.translation_key), person)
    yield Screen("my-exams", named("assessments:index"), person)
    yield Screen("exam", named("assessments:exam", exam.public_id), person)
    yield Screen("my-certificates-missing", named("certificates:mine"), person)
    yield Screen("code-sign-learner", named("code_of_conduct:sign"), person)
    passed = Attempt.objects.filter(is_passed=True).first()
    failed = Attempt.objects.filter(is_passed=False).first()
    yield Screen("result-passed", named("assessments:attempt", passed.public_id), passed.learner)
    yield Screen("result-failed", named("assessments:attempt", failed.public_id), failed.learner)


def holder() -> Iterator[Screen]:
    certificate = Certificate.objects.filter(status="active", trainer_certificate__isnull=False).first()
    yield Screen("my-certificates", named("certificates:mine"), certificate.holder)
    yield Screen("certificate", named("certificates:detail", certificate.number), certificate.holder)
    yield Screen("certificate-phone", named("certificates:wallet", certificate.number), certificate.holder)
    yield Screen("badge-photo", named("certificates:photo"), certificate.holder)
    yield Screen("correct-name", named("certificates:correct_name", certificate.number), certificate.holder)
    link = certificate.share_links.first() or open_link(certificate=certificate, days=LIFETIMES[0])
    yield Screen("certificate-shared", named("certificates:shared", link.token))


def staff() -> Iterator[Screen]:
    lead = User.objects.get(email="lead@demo.example")
    trainer = User.objects.get(email="trainer1@demo.example")
    cohort = Cohort.objects.get(trainer=trainer)
    yield Screen("dashboard", named("cascade:dashboard"), lead)
    yield Screen("trainer-cohorts", named("cascade:my_cohorts"), trainer)
    yield Screen("cohort", named("cascade:cohort", cohort.public_id), trainer)
    yield Screen("papers", named("assessments:papers"), lead)
    exam = Exam.objects.get(code="LTO-CERT-1")
    yield Screen("paper-exam", named("assessments:paper_exam", exam.public_id), lead)
    once = Paper.objects.filter(exam=exam, state=PaperState.KEYED_ONCE).first()
    yield Screen("paper-printed", named("assessments:printed_paper", once.number), lead)
    yield Screen("paper-key", named("assessments:key_paper", once.number), lead)
    yield Screen("admin-home", fixed("/admin/"), lead)
    yield Screen("mass-revocations", named("mass_revocations:index"), lead)
    yield Screen("mass-revocation-propose", named("mass_revocation_propose"), lead)
    kind = CertificateType.objects.first()
    yield Screen("admin-design", fixed(f"/admin/certificates/design/{kind.pk}/"), lead)
    yield Screen("admin-print-badges", fixed("/admin/certificates/badges/"), lead)
    yield from desk(lead)
    yield from authoring(lead)


def desk(lead: User) -> Iterator[Screen]:
    world = make_desk(lead)
    exam, sitter = world.exam, world.running
    yield Screen("paper", named("assessments:paper", sitter.public_id), sitter.learner)
    yield Screen("paper-plain", named("assessments:question", sitter.public_id, 1), sitter.learner)
    yield Screen("paper-break", named("assessments:break", sitter.public_id), sitter.learner)
    yield Screen("exam-running", named("assessments:exam", exam.public_id), sitter.learner)
    aided = world.accommodation.learner
    own = Attempt.objects.filter(exam=exam, learner=aided).latest("pk")
    yield Screen("exam-granted", named("assessments:exam", exam.public_id), aided)
    yield Screen("paper-granted", named("assessments:paper", own.public_id), aided)
    yield Screen("paper-plain-granted", named("assessments:question", own.public_id, 1), aided)
    yield Screen("paper-break-granted", named("assessments:break", own.public_id), aided)
    yield Screen("boards", named("assessments:boards"), lead)
    yield Screen("board", named("assessments:board", exam.public_id), lead)
    yield Screen("board-attempt", named("assessments:board_attempt", own.public_id), lead)
    yield Screen("desk-queues", named("assessments_marking"), lead)
    yield Screen("desk-answer", named("assessments_marking_answer", world.marking.public_id), lead)
    yield Screen("desk-moderations", named("moderations:index"), lead)
    yield Screen("desk-case", named("assessments_case", world.case.public_id), lead)
    yield Screen("desk-appeals", named("appeals:index"), lead)
    yield Screen("desk-appeal", named("assessments_appeal", world.appeal.public_id), lead)
    yield Screen("desk-results", named("assessments_results", exam.public_id), lead)
    yield Screen("desk-regrade", named("assessments_regrade", exam.public_id), lead)
    yield Screen("accommodations", named("accommodations:index"), lead)
    yield Screen("accommodation-add", named("accommodations:add"), lead)
    yield Screen("accommodation", named("accommodations:inspect", world.accommodation.pk), lead)


def authoring(lead: User) -> Iterator[Screen]:
    """Drafts of the newer kinds as their authors see them, the preview on a phone, practice, and question files."""
    for kind in ("numeric", "short_text", "matching", "ordering", "hotspot", "open_text"):
        version = QuestionVersion.objects.filter(kind=kind, question__scenario=None).first()
        version = version or QuestionVersion.objects.filter(kind=kind).first()
        if version is None:
            continue
        draft = open_draft(question=version.question, actor=lead)
        yield Screen(f"author-{kind}", named("question_versions:edit", draft.pk), lead)
    version = QuestionVersion.objects.filter(kind="matching").first()
    yield Screen("author-preview", named("assessments_preview", version.public_id), lead)
    yield Screen("author-preview-phone", preview_phone(version), lead)
    yield Screen("question-files", named("assessments_question_files"), lead)
    bank = QuestionBank.objects.exclude(practice_course=None).first()
    learner = User.objects.filter(enrolments__tier__course=bank.practice_course, is_active=True).first()
    yield Screen("practice", named("assessments:practice", bank.public_id), learner)
    yield Screen("practice-question", named("assessments:practice_question", bank.public_id, 1), learner)


def preview_phone(version: QuestionVersion) -> Callable[[str], str]:
    return lambda language: reverse("assessments_preview_phone", args=[version.public_id, language])
