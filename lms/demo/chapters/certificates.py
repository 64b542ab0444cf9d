"""Certificates: first the trainers', then those of the observers whose gates are open; a few are revoked."""

from collections.abc import Iterator
from itertools import chain

from lms.cascade.models import Enrolment, Tier
from lms.certificates.models import CertificateType
from lms.certificates.services.issuing import IssueOutcome, issue_in_rounds
from lms.certificates.services.standing import revoke_certificate, suspend_certificate
from lms.plugin_api.host import certificate_gates

from ..world import World

REVOKED = (
    "ثبت الإدلاء بتصريح انتخابي مؤيد لأحد المترشحين",
    "طلب حامل الشهادة إلغاءها لترشحه للانتخابات البلدية",
    "صدرت بالاسم الخطأ، ويعاد إصدارها بعد التصحيح",
    "ثبت إفشاء بيانات سرية من تقرير ميداني",
)
SUSPENDED = ("شكوى قيد النظر",)
CORE_GATES = ["core.lessons_completed", "core.attendance", "core.exam_passed"]


def define_types(world: World) -> None:
    # A gate of a plugin is required where the plugin is there; the core names none.
    offered = [key for key in certificate_gates() if key.endswith(".signed")]
    world.trainer_certificate = _define(
        "TRAINER",
        world.trainer_tier,
        ["core.attendance", *offered],
        name_ar="شهادة مدرب رئيسي",
        name_en="Master trainer certificate",
    )
    world.observer_certificate = _define(
        "OBSERVER",
        world.observer_tier,
        [*CORE_GATES, *offered],
        name_ar="شهادة مراقب طويل الأمد",
        name_en="Long-term observer certificate",
    )


def certify_trainers(world: World) -> None:
    enrolments = world.enrolments[world.trainer_cohort.pk]
    for outcome in _issue(world, enrolments, world.trainer_certificate):
        assert outcome.certificate, outcome.reasons  # noqa: S101 - the world needs its trainers


def certify_observers(world: World) -> None:
    enrolments = [e for cohort in world.cohorts for e in world.enrolments[cohort.pk]]
    outcomes = world.track(
        _issue(world, enrolments, world.observer_certificate), "certificates", len(enrolments)
    )
    issued = [outcome.certificate for outcome in outcomes if outcome.certificate]
    for certificate, reason in zip(world.random.sample(issued, len(REVOKED)), REVOKED, strict=True):
        revoke_certificate(certificate=certificate, reason=reason, actor=world.lead)
        issued.remove(certificate)
    for certificate, reason in zip(world.random.sample(issued, len(SUSPENDED)), SUSPENDED, strict=True):
        suspend_certificate(certificate=certificate, reason=reason, actor=world.lead)


def _issue(world: World, enrolments: list[Enrolment], kind: CertificateType) -> Iterator[IssueOutcome]:
    rounds = issue_in_rounds(enrolments=enrolments, certificate_type=kind, actor=world.lead)
    return chain.from_iterable(rounds)


def _define(code: str, tier: Tier, gates: list[str], *, name_ar: str, name_en: str) -> CertificateType:
    kind = CertificateType(
        code=code,
        tier=tier,
        name_ar=name_ar,
        name_en=name_en,
        validity_days=730,
        required_gates=gates,
        statement_ar="أتم بنجاح برنامج التدريب المقرر، والتزم بمدونة السلوك، واستوفى متطلبات الاعتماد.",
        statement_en="has completed the required training, is bound by the code of conduct, and has met the "
        "requirements for certification.",
        signatory_ar="د. سالمة عبد الله الفيتوري",
        signatory_en="Dr Salma Abdullah Al-Fituri",
        signatory_title_ar="مديرة البرنامج",
        signatory_title_en="Programme director",
    )
    kind.full_clean()
    kind.save()
    return kind
