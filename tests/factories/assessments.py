"""Banks, exams and sittings for tests. Attempts are made through the services, as everywhere else."""

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from typing import Any

import factory
from factory.django import DjangoModelFactory

from lms.assessments.bankfile import BankFile, QuestionEntry
from lms.assessments.content import Bilingual, Kind, OptionContent, QuestionContent
from lms.assessments.models import Attempt, Exam, QuestionBank
from lms.assessments.selectors.log import OnRecord, answers_on_record
from lms.assessments.services.answers import AnswerEntry, SavedAnswer, save_answers
from lms.assessments.services.bank import import_question_bank
from lms.assessments.services.sitting import create_attempt, start_attempt, submit_attempt
from lms.cascade.models import Enrolment
from lms.people.models import User
from tests.factories.cascade import EnrolmentFactory

#: The moment at which sittings in tests take place.
NOON = datetime(2026, 3, 1, 10, 0, tzinfo=UTC)

AREAS = {
    "principles": Bilingual("المبادئ", "Principles"),
    "law": Bilingual("الإطار القانوني", "Legal framework"),
    "election-day": Bilingual("يوم الاقتراع", "Election day"),
}


def question_content(
    name: str = "1", *, kind: Kind = "single", correct: Iterable[str] = "b"
) -> QuestionContent:
    """A complete question of four options, with an explanation that is easy to find where it must not be."""
    return QuestionContent(
        kind=kind,
        stem=Bilingual(f"ما الصواب في الحالة {name}؟", f"What is right in case {name}?"),
        options=tuple(
            OptionContent(
                key, key in set(correct), Bilingual(f"الخيار {key} {name}", f"Option {key} of {name}")
            )
            for key in "abcd"
        ),
        explanation=Bilingual(f"شرح سري {name}", f"Secret explanation {name}"),
        source="Law 59 of 2012",
    )


def question_entry(code: str, area: str = "law", **content: Any) -> QuestionEntry:
    return QuestionEntry(code, area, "silence-day", "6.1", "medium", question_content(code, **content))


def make_bank(code: str = "BANK", *, questions: int = 6, multiple: int = 0) -> QuestionBank:
    """A bank with published questions, spread over the areas; the first `multiple` have two right options."""
    names = list(AREAS)
    entries = [
        question_entry(f"Q{n:03d}", names[n % len(names)], kind="multiple", correct="ac")
        if n < multiple
        else question_entry(f"Q{n:03d}", names[n % len(names)])
        for n in range(questions)
    ]
    bank_file = BankFile(code, Bilingual("بنك", "Bank"), AREAS, tuple(entries))
    import_question_bank(bank_file=bank_file, at=NOON)
    return QuestionBank.objects.get(code=code)


class ExamFactory(DjangoModelFactory[Exam]):
    """An exam open at NOON: four questions in 30 minutes, a minute of grace, two attempts a day apart."""

    class Meta:
        model = Exam

    code = factory.Sequence(lambda n: f"EXAM-{n}")
    name_ar = "امتحان الاعتماد"
    name_en = "Certification exam"
    course = factory.SubFactory("tests.factories.courses.CourseFactory")
    bank = factory.LazyAttribute(lambda exam: make_bank(f"BANK-{exam.code}"))
    question_count = 4
    duration_minutes = 30
    opens_at = NOON - timedelta(days=10)
    closes_at = NOON + timedelta(days=30)


def enrol(exam: Exam, learner: User | None = None, **fields: Any) -> Enrolment:
    """Somebody in training for the course of the exam."""
    if learner is not None:
        fields["learner"] = learner
    return EnrolmentFactory(cohort__tier__course=exam.course, **fields)


def started_attempt(exam: Exam | None = None, learner: User | None = None, at: datetime = NOON) -> Attempt:
    exam = exam or ExamFactory()
    if learner is None:
        learner = enrol(exam).learner
    return start_attempt(attempt=create_attempt(exam=exam, learner=learner, at=at), at=at)


def right_places(attempt: Attempt, position: int) -> tuple[int, ...]:
    """Where the correct options of a question stand on this form."""
    slot = attempt.slots.get(position=position)
    correct = set(slot.version.options.filter(is_correct=True).values_list("key", flat=True))
    return tuple(n for n, key in enumerate(slot.option_order, start=1) if key in correct)


def wrong_places(attempt: Attempt, position: int) -> tuple[int, ...]:
    right = right_places(attempt, position)
    return (next(place for place in range(1, 5) if place not in right),)


def answer(
    attempt: Attempt,
    position: int,
    *chosen: int,
    sequence: int = 1,
    at: datetime = NOON,
    is_flagged: bool = False,
    keep: bool = False,
) -> SavedAnswer:
    """Choose these places; none clears the answer, unless it is to be kept."""
    is_cleared = not (chosen or keep)
    entry = AnswerEntry(position, sequence, list(chosen) or None, is_flagged, is_cleared)
    receipt = save_answers(attempt_id=attempt.public_id, learner=attempt.learner, entries=[entry], at=at)
    return receipt.answers[0]


def on_record(attempt: Attempt) -> dict[int, OnRecord]:
    """What the operations log has, by position."""
    return answers_on_record(Attempt.objects.get(pk=attempt.pk))


def sit(exam: Exam, learner: User, *, right: int, at: datetime = NOON) -> Attempt:
    """A whole sitting with so many right answers, the others wrong; ten minutes long."""
    attempt = started_attempt(exam, learner, at)
    for position in range(1, exam.question_count + 1):
        places = right_places(attempt, position) if position <= right else wrong_places(attempt, position)
        answer(attempt, position, *places, at=at)
    return submit_attempt(attempt=attempt, at=at + timedelta(minutes=10))
