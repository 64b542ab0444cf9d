"""Practice: questions whose right answers are shown at once, kept apart from every exam and certificate."""

from dataclasses import dataclass
from decimal import Decimal
from random import Random
from typing import Any
from uuid import UUID

from django.db.models import Count, Exists, OuterRef, Q, QuerySet

from lms.assessments.drawing import Candidate, Order, shown_order
from lms.assessments.models import QuestionBank, QuestionVersion
from lms.assessments.scoring import score
from lms.cascade.enums import EnrolmentState
from lms.cascade.models import Enrolment
from lms.people.models import User

from .bodies import Asked, QuestionBody, bodies_from
from .pools import candidates_in
from .reviews import ReviewedQuestion, review_question


@dataclass(frozen=True, slots=True)
class PracticePlace:
    """One question of a practice bank: its number from 1, and where it belongs."""

    number: int
    version_id: int
    code: str
    area: str
    candidate: Candidate


@dataclass(frozen=True, slots=True)
class PracticeQuestion:
    """A question as it is practised. `order` is the one in which this person always sees it."""

    place: PracticePlace
    version: QuestionVersion
    order: Any
    body: QuestionBody


def practice_banks(learner: User) -> QuerySet[QuestionBank]:
    """The practice banks of the courses that the person takes or took, with their number of questions."""
    enrolled = Enrolment.objects.filter(learner=learner, tier__course=OuterRef("practice_course")).exclude(
        state=EnrolmentState.WITHDRAWN
    )
    is_asked = Q(questions__is_retired=False, questions__versions__published_at__isnull=False)
    return (
        QuestionBank.objects.filter(Exists(enrolled))
        .annotate(asked=Count("questions", filter=is_asked, distinct=True))
        .filter(asked__gt=0)
        .select_related("practice_course")
    )


def practice_bank(learner: User, public_id: UUID) -> QuestionBank | None:
    """The bank with that public id, if it is one to practise with for this person."""
    return practice_banks(learner).filter(public_id=public_id).first()


def practice_places(bank: QuestionBank) -> list[PracticePlace]:
    """Every question of the bank, area by area, scenarios together."""
    candidates = {candidate.version_id: candidate for candidate in candidates_in(bank.pk)}
    versions = (
        QuestionVersion.objects.filter(pk__in=candidates)
        .select_related("question__area")
        .only("pk", "question__code", "question__area", "question__scenario", "question__scenario_order")
    )
    in_order = sorted(
        versions,
        key=lambda one: (
            one.question.area.order,
            one.question.area.code,
            one.question.scenario_id or 0,
            one.question.scenario_order,
            one.question.code,
        ),
    )
    return [
        PracticePlace(number, one.pk, one.question.code, one.question.area.name, candidates[one.pk])
        for number, one in enumerate(in_order, start=1)
    ]


def practice_question(place: PracticePlace, learner: User, stored: Any = None) -> PracticeQuestion:
    """The question with an answer in it, if one is given."""
    version = QuestionVersion.objects.with_content().get(pk=place.version_id)
    # Nothing has to be kept from anybody: a person only gets used to no order of options by heart.
    chance = Random(f"{learner.pk} {place.version_id}")  # noqa: S311
    order = _as_kept(shown_order(place.candidate, chance))
    [body] = bodies_from([Asked(place.number, version.pk, order, stored)], {version.pk: version})
    return PracticeQuestion(place, version, order, body)


def practice_review(question: PracticeQuestion, stored: Any) -> ReviewedQuestion:
    """The answer beside the right one, with its marks; None where a person would have to mark."""
    content = question.version.content()
    marks: Decimal | None = score(content=content, answer=stored, max_marks=content.max_marks)
    return review_question(
        question.body, question.version, order=question.order, marks=marks, max_marks=content.max_marks
    )


def _as_kept(order: Order) -> Any:
    return order if isinstance(order, dict) else list(order)
