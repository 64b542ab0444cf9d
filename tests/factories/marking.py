"""Exams with open questions, sat and waiting for markers."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from lms.assessments.bankfile import BankFile
from lms.assessments.content import Bilingual, Criterion
from lms.assessments.models import Attempt, Exam, Marking, QuestionBank
from lms.assessments.services.answers import AnswerEntry, save_answers
from lms.assessments.services.bank import import_question_bank
from lms.assessments.services.markers import Given, mark_answer
from lms.assessments.services.sitting import submit_attempt
from lms.people.models import User
from tests.factories.assessments import (
    AREAS,
    NOON,
    ExamFactory,
    enrol,
    question_entry,
    right_places,
    started_attempt,
    wrong_places,
)
from tests.factories.people import UserFactory
from tests.factories.questions import both, content_of, entry_of

#: Two rows of two marks each.
RUBRIC = (Criterion("a", both("Names the rule"), Decimal(2)), Criterion("b", both("Says why"), Decimal(2)))


def open_exam(*, singles: int = 6, opens: int = 2, **fields: Any) -> Exam:
    """An exam in which every form holds all questions: single choice of one mark, open text of four."""
    number = QuestionBank.objects.count()
    entries = [question_entry(f"S{n:02d}") for n in range(singles)]
    entries += [
        entry_of("open_text", f"O{n:02d}", content=content_of("open_text", rubric=RUBRIC))
        for n in range(opens)
    ]
    bank_file = BankFile(f"OPEN-{number}", Bilingual("بنك", "Bank"), AREAS, tuple(entries))
    import_question_bank(bank_file=bank_file, at=NOON)
    bank = QuestionBank.objects.get(code=bank_file.code)
    return ExamFactory(bank=bank, question_count=singles + opens, **fields)


def sit_open(
    exam: Exam,
    learner: User | None = None,
    *,
    right: int,
    texts: Sequence[str] | None = None,
    at: datetime = NOON,
) -> Attempt:
    """A sitting with so many single choices right and every open question answered, ten minutes long."""
    attempt = started_attempt(exam, learner or enrol(exam).learner, at)
    said = iter(texts if texts is not None else ["The polling hall opens at eight."] * exam.question_count)
    entries = []
    for slot in attempt.slots.select_related("version").order_by("position"):
        value: Any
        if slot.version.kind == "open_text":
            value = next(said, "") or None
        else:
            places = right_places if right > 0 else wrong_places
            right -= 1
            value = list(places(attempt, slot.position))
        if value is not None:
            entries.append(AnswerEntry(slot.position, 1, value))
    save_answers(attempt_id=attempt.public_id, learner=attempt.learner, entries=entries, at=at)
    return submit_attempt(attempt=attempt, at=at + timedelta(minutes=10))


def give(marking: Marking, marker: User | None = None, marks: str = "2", at: datetime = NOON) -> Marking:
    """Mark an answer with so many marks for the first row of the rubric and none for the second."""
    a = min(Decimal(marks), Decimal(2))
    given = {"a": Given(a, "Good"), "b": Given(Decimal(marks) - a)}
    return mark_answer(marking_id=marking.public_id, marker=marker or UserFactory(), given=given, at=at)


def mark_all(attempt: Attempt, marks: str, *, turn: int = 1, marker: User | None = None) -> Attempt:
    """One person marks every open answer of an attempt with so many marks each."""
    marker = marker or UserFactory()
    for marking in Marking.objects.filter(slot__attempt=attempt, turn=turn).order_by("slot__position"):
        give(marking, marker, marks)
    return Attempt.objects.get(pk=attempt.pk)
