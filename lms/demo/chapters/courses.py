"""The site, the two courses and the certification exam."""

from datetime import datetime, time, timedelta
from pathlib import Path

from django.utils import timezone

from lms.assessments.bankfolder import load_bank
from lms.assessments.models import Exam, QuestionBank
from lms.assessments.services.bank import import_question_bank
from lms.courses.models import Course
from lms.courses.services import import_course
from lms.home.services import ensure_site
from lms.settings.env import PROJECT_ROOT

from ..world import World

CONTENT = PROJECT_ROOT / "content"


def tell(world: World) -> None:
    ensure_site()
    for folder in ("lto", "master"):
        import_course(path=CONTENT / "courses" / folder, user=world.lead)
    world.observer_course = Course.objects.get(code="LTO")
    world.trainer_course = Course.objects.get(code="MASTER")
    world.exam = _open_exam(world, _import_bank(CONTENT / "questions" / "lto-certification.yaml", world))
    practice = _import_bank(CONTENT / "questions" / "lto-practice.yaml", world)
    practice.practice_course = world.observer_course
    practice.save()


def _import_bank(path: Path, world: World) -> QuestionBank:
    bank_file, problems = load_bank(path)
    if bank_file is None:
        raise ValueError(f"{path.name}: {problems}")
    import_question_bank(bank_file=bank_file, actor=world.lead)
    return QuestionBank.objects.get(code=bank_file.code)


def _open_exam(world: World, bank: QuestionBank) -> Exam:
    begin = timezone.make_aware(datetime.combine(world.day(ago=60), time(0)))
    exam = Exam(
        code="LTO-CERT-1",
        course=world.observer_course,
        bank=bank,
        name_ar="امتحان اعتماد المراقب طويل الأمد",
        name_en="Long-term observer certification exam",
        question_count=20,
        duration_minutes=40,
        pass_percent=70,
        max_attempts=2,
        cool_off_hours=24,
        opens_at=begin,
        closes_at=begin + timedelta(days=365),
    )
    exam.full_clean()
    exam.save()
    return exam
