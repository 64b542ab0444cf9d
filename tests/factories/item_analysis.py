"""Exams that many people sat, written straight into the tables: a hundred sittings in one breath, for reading only."""

from datetime import timedelta

import numpy as np

from lms.assessments.enums import AttemptState
from lms.assessments.models import Answer, Attempt, AttemptSlot, Exam, QuestionVersion
from lms.people.models import Municipality, User

from .assessments import NOON, ExamFactory, make_bank


def sat_exam(
    persons: int = 40,
    questions: int = 6,
    *,
    form: int | None = None,
    seed: int = 1,
    slope: float = 1.3,
    places: list[Municipality] | None = None,
    wrong_key: int | None = None,
    omit: float = 0.0,
) -> Exam:
    """A closed exam with one released attempt a person; questions from easy to hard, answers by ability.

    With `form` each person got so many of the questions. Where a question has a wrong key (by its number), the able
    choose "c" although "b" is marked as right. A share `omit` of the answers is missing.
    """
    chance = np.random.default_rng(seed)
    exam = ExamFactory(
        bank=make_bank(f"ITEMS-{User.objects.count()}-{seed}", questions=questions),
        question_count=form or questions,
    )
    versions = list(QuestionVersion.objects.filter(question__bank=exam.bank).order_by("question__code"))
    difficulty = np.linspace(-1.2, 1.2, len(versions))
    ability = chance.normal(size=persons)
    attempts = _attempts(exam, _people(persons, places), chance)
    slots, answers = [], []
    for row, attempt in enumerate(attempts):
        drawn = sorted(chance.permutation(len(versions))[: form or questions])
        for position, column in enumerate(drawn, start=1):
            knows = chance.random() < 1 / (1 + np.exp(-slope * (ability[row] - difficulty[column])))
            liked = "c" if column == wrong_key else "b"
            key = liked if knows else str(chance.choice([one for one in "abcd" if one != liked]))
            is_answered = chance.random() >= omit
            slots.append(
                AttemptSlot(
                    attempt=attempt,
                    position=position,
                    version=versions[column],
                    area_id=versions[column].question.area_id,
                    option_order=list("abcd"),
                    max_marks=1,
                    marks=int(is_answered and key == "b"),
                )
            )
            answers.append(
                Answer(slot=slots[-1], value=[key] if is_answered else [], sequence=1, saved_at=NOON)
            )
    AttemptSlot.objects.bulk_create(slots)
    Answer.objects.bulk_create(answers)
    return exam


def _people(persons: int, places: list[Municipality] | None) -> list[User]:
    start = User.objects.count()
    return User.objects.bulk_create(
        User(
            email=f"sitter-{start + n}@example.org",
            name_ar=f"مرشّح {start + n}",
            sex="FM"[n % 2],
            municipality=places[n % len(places)] if places else None,
        )
        for n in range(persons)
    )


def _attempts(exam: Exam, people: list[User], chance: np.random.Generator) -> list[Attempt]:
    return Attempt.objects.bulk_create(
        Attempt(
            exam=exam,
            learner=person,
            number=1,
            state=AttemptState.RELEASED,
            base_seconds=1800,
            grace_seconds=60,
            pass_percent=70,
            started_at=NOON,
            deadline=NOON + timedelta(minutes=30),
            submitted_at=NOON + timedelta(minutes=int(chance.integers(5, 30))),
            released_at=NOON + timedelta(days=1),
            marks=0,
            max_marks=exam.question_count,
            is_passed=False,
        )
        for person in people
    )
