"""The world that the benchmark plays in: an exam, people in training for it, frozen forms, and their sessions.

Run in a process of its own, because the settings decide on the database:

    python -m benchmarks.exam.world PEOPLE SITTINGS      writes JSON to standard output
"""

import json
import os
import sys
from datetime import timedelta
from importlib import import_module
from typing import Any

QUESTIONS_IN_BANK = 80
QUESTIONS_ON_FORM = 40
QUESTIONS_OF_SITTING = 20
CSRF = "b" * 32

STEM_AR = (
    "في مركز الاقتراع رقم {n} طلب أحد المراقبين الاطلاع على محضر الفتح قبل وصول رئيس المركز. "
    "ما التصرف الصحيح وفق دليل المراقبة؟"
)
STEM_EN = (
    "At polling centre {n} an observer asks to see the opening record before the head of the centre arrives. "
    "What is right?"
)
OPTION_AR = "ينتظر رئيس المركز ثم يطلب المحضر ويدوّن الوقت في الاستمارة {key}"
OPTION_EN = "Waits for the head of the centre, asks for the record and notes the time on form {key}"


def main(people: int, sittings: int) -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "lms.settings.dev")
    import django

    django.setup()
    from django.core.management import call_command

    call_command("migrate", verbosity=0, interactive=False)
    call_command("collectstatic", verbosity=0, interactive=False)
    from lms.home.services import ensure_site

    ensure_site()
    hall = build_exam("BENCH", QUESTIONS_ON_FORM, people)
    desk = build_exam("DESK", QUESTIONS_OF_SITTING, sittings)
    print(json.dumps({"hall": hall, "desk": desk, "csrf": CSRF}))


def build_exam(code: str, questions: int, people: int) -> dict[str, Any]:
    """An open exam with so many questions on a form, and as many people with frozen forms and sessions."""
    from django.utils import timezone

    from lms.assessments.services.preparing import prepare_attempts
    from lms.cascade.enums import EnrolmentState
    from lms.cascade.models import Enrolment
    from lms.people.models import User
    from tests.factories.assessments import ExamFactory
    from tests.factories.cascade import CohortFactory

    now = timezone.now()
    exam = ExamFactory(
        code=code,
        bank=make_bank(code),
        question_count=questions,
        duration_minutes=120,
        opens_at=now - timedelta(hours=1),
        closes_at=now + timedelta(days=1),
    )
    cohort = CohortFactory(tier__course=exam.course)
    learners = User.objects.bulk_create(
        User(email=f"{code.lower()}-{n}@example.org", name_ar=f"مرشّح {n}", password="!")
        for n in range(people)
    )
    Enrolment.objects.bulk_create(
        Enrolment(cohort=cohort, tier=cohort.tier, learner=learner, state=EnrolmentState.ACTIVE)
        for learner in learners
    )
    prepare_attempts(exam=exam)
    return {
        "exam": str(exam.public_id),
        "questions": questions,
        "sessions": [session_of(learner) for learner in learners],
    }


def make_bank(code: str) -> Any:
    """A bank of questions as long as real ones, for the page's size."""
    from lms.assessments.bankfile import BankFile, QuestionEntry
    from lms.assessments.content import Bilingual, OptionContent, QuestionContent
    from lms.assessments.models import QuestionBank
    from lms.assessments.services.bank import import_question_bank
    from tests.factories.assessments import AREAS

    areas = list(AREAS)
    entries = tuple(
        QuestionEntry(
            f"Q{n:03d}",
            areas[n % len(areas)],
            "polling-day",
            "6.1",
            "medium",
            QuestionContent(
                kind="single",
                stem=Bilingual(STEM_AR.format(n=n), STEM_EN.format(n=n)),
                options=tuple(
                    OptionContent(
                        key, key == "b", Bilingual(OPTION_AR.format(key=key), OPTION_EN.format(key=key))
                    )
                    for key in "abcd"
                ),
                explanation=Bilingual("شرح", "Explanation"),
                source="Law 59 of 2012",
            ),
        )
        for n in range(QUESTIONS_IN_BANK)
    )
    import_question_bank(bank_file=BankFile(code, Bilingual("بنك", "Bank"), AREAS, entries))
    return QuestionBank.objects.get(code=code)


def session_of(learner: Any) -> str:
    """The key of a session in which the learner is signed in."""
    from django.conf import settings
    from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY

    session = import_module(settings.SESSION_ENGINE).SessionStore()
    session[SESSION_KEY] = str(learner.pk)
    session[BACKEND_SESSION_KEY] = "django.contrib.auth.backends.ModelBackend"
    session[HASH_SESSION_KEY] = learner.get_session_auth_hash()
    session.save()
    return str(session.session_key)


if __name__ == "__main__":
    main(int(sys.argv[1]), int(sys.argv[2]))
