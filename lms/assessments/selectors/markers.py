"""The markers' queue: which open answers wait, for whom, and what a marker sees of one. Names are never read."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from uuid import UUID

from django.db.models import Count, Exists, OuterRef, Q, QuerySet

from lms.assessments.enums import AttemptState
from lms.assessments.models import Exam, Marking, RubricRow
from lms.cascade.models import Enrolment, Training
from lms.people.models import User

from .bodies import Asked, QuestionBody, read_bodies

SLOT = "slot__attempt"


def taught_by(person: User, learner: str) -> Q:
    """Whether the learner of a row, found by that path, sits in a cohort of the person's or was taught by them."""
    return Q(Exists(Enrolment.objects.filter(learner=OuterRef(learner), cohort__trainer=person))) | Q(
        Exists(Training.objects.filter(learner=OuterRef(learner), trainer=person))
    )


def is_taught_by(person: User, learner_id: int) -> bool:
    """The same for one learner."""
    return (
        Enrolment.objects.filter(learner=learner_id, cohort__trainer=person).exists()
        or Training.objects.filter(learner=learner_id, trainer=person).exists()
    )


def waiting_markings() -> QuerySet[Marking]:
    """Every open answer that waits for marks."""
    return Marking.objects.filter(
        marked_at__isnull=True,
        slot__marks__isnull=True,
        slot__is_dropped=False,
        slot__attempt__state=AttemptState.MODERATION,
    )


def markings_for(marker: User, *, at: datetime) -> QuerySet[Marking]:
    """What this person may mark now: not the own answers, those of people they taught, those they have marked
    before, and those that somebody else has open."""
    done = Marking.objects.filter(slot=OuterRef("slot"), marker=marker).exclude(pk=OuterRef("pk"))
    free = Q(marker__isnull=True) | Q(marker=marker) | Q(reserved_until__lt=at)
    return (
        waiting_markings()
        .filter(free)
        .exclude(slot__attempt__learner=marker)
        .exclude(Exists(done))
        .exclude(taught_by(marker, f"{SLOT}__learner"))
    )


@dataclass(frozen=True, slots=True)
class MarkingQueue:
    """The open answers of one exam: `mine` wait for this marker, `waiting` for anybody; `done` this marker has
    marked."""

    exam: Exam
    mine: int
    waiting: int
    done: int


def marking_queues(marker: User, *, at: datetime) -> list[MarkingQueue]:
    """Every exam with answers that wait, or that this marker has marked; four queries."""
    exam = f"{SLOT}__exam"
    waiting = _count_by(waiting_markings(), exam)
    mine = _count_by(markings_for(marker, at=at), exam)
    done = _count_by(Marking.objects.filter(marker=marker, marked_at__isnull=False), exam)
    exams = Exam.objects.filter(pk__in={*waiting, *done}).select_related("course").order_by("closes_at", "pk")
    return [
        MarkingQueue(one, mine.get(one.pk, 0), waiting.get(one.pk, 0), done.get(one.pk, 0)) for one in exams
    ]


def _count_by(rows: QuerySet[Marking], path: str) -> dict[int, int]:
    return dict(rows.order_by().values_list(path).annotate(Count("pk")))


@dataclass(frozen=True, slots=True)
class CriterionToMark:
    key: str
    text: str
    most: Decimal


@dataclass(frozen=True, slots=True)
class MarkingSheet:
    """One open answer as a marker sees it: the question, the answer, the rubric, and how much is left. Nothing
    tells whose it is, which turn this is, or what anybody else thought of it."""

    marking: Marking
    exam: Exam
    body: QuestionBody
    explanation: str
    criteria: list[CriterionToMark]
    left: int
    done: int


def marking_sheet(marking_id: UUID, marker: User, *, at: datetime) -> MarkingSheet | None:
    """The sheet of a marking that exists; six queries, eight with images. Whether this person may mark it is for
    `services.markers` to say."""
    marking = (
        Marking.objects.select_related("slot__answer", "slot__version", "slot__attempt__exam")
        .filter(public_id=marking_id)
        .first()
    )
    if marking is None:
        return None
    slot = marking.slot
    exam = slot.attempt.exam
    [body] = read_bodies([Asked(1, slot.version_id, slot.option_order, slot.answer.value)])
    rows = RubricRow.objects.filter(version=slot.version_id).order_by("rank", "key")
    of_exam = {f"{SLOT}__exam": exam}
    return MarkingSheet(
        marking=marking,
        exam=exam,
        body=body,
        explanation=slot.version.explanation,
        criteria=[CriterionToMark(row.key, row.text, row.marks) for row in rows],
        left=markings_for(marker, at=at).filter(**of_exam).count(),
        done=Marking.objects.filter(marker=marker, marked_at__isnull=False, **of_exam).count(),
    )
