"""What the pages of a regrade show besides its plan: the questions to choose from, and whom it takes a pass from."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import Count, Q, Sum
from django.utils import timezone

from lms.assessments.enums import AttemptState
from lms.assessments.models import Attempt, Exam, QuestionVersion
from lms.assessments.models.attempts import GRADED_STATES
from lms.cascade.models import Qualification

from .marks import Treated, treatments_in_force


@dataclass(frozen=True, slots=True)
class QuestionOfExam:
    """A question version that stands on forms of the exam. `earned` is the share of its marks that people got;
    `others` are the published versions whose key could count instead."""

    version: QuestionVersion
    results: int
    earned: float | None
    treated: Treated
    others: list[QuestionVersion]


def questions_of(exam: Exam) -> list[QuestionOfExam]:
    """Every version on the forms of the exam, those with another published version first; three queries."""
    is_marked = Q(slots__attempt__exam=exam, slots__attempt__state__in=GRADED_STATES)
    versions = list(
        QuestionVersion.objects.filter(slots__attempt__exam=exam)
        .select_related("question")
        .annotate(
            results=Count("slots", filter=is_marked),
            earned=Sum("slots__marks", filter=is_marked),
            possible=Sum("slots__max_marks", filter=is_marked),
        )
        .order_by("question__code", "number")
    )
    published = QuestionVersion.objects.filter(
        question__in={version.question_id for version in versions}, published_at__isnull=False
    )
    siblings: dict[int, list[QuestionVersion]] = defaultdict(list)
    for one in published.order_by("number"):
        siblings[one.question_id].append(one)
    treatments = treatments_in_force(exam.pk)
    rows = [
        QuestionOfExam(
            version=version,
            results=version.results,
            earned=float(version.earned / version.possible) if version.earned is not None else None,
            treated=treatments.get(version.pk, Treated()),
            others=[one for one in siblings[version.question_id] if one.pk != version.pk],
        )
        for version in versions
    ]
    return sorted(rows, key=lambda row: not row.others)


@dataclass(frozen=True, slots=True)
class Endangered:
    """Somebody whose released result is no longer a pass: the certificates that are in force for the course of the
    exam, and whether another attempt has passed it as well."""

    attempt: Attempt
    certificates: list[str]
    has_other_pass: bool


def endangered(exam: Exam, attempts: Iterable[Attempt]) -> list[Endangered]:
    """What may rest on these attempts; two queries. Nothing revokes a certificate but a person."""
    lost = list(attempts)
    people = {attempt.learner_id for attempt in lost}
    certificates: dict[int, list[str]] = defaultdict(list)
    held = Qualification.objects.in_force(timezone.localdate()).filter(
        holder__in=people, tier__course=exam.course_id
    )
    for holder, number in held.order_by("pk").values_list("holder_id", "certificate_number"):
        certificates[holder].append(number)
    passed = Attempt.objects.filter(
        learner__in=people, exam__course=exam.course_id, state=AttemptState.RELEASED, is_passed=True
    ).exclude(pk__in=[attempt.pk for attempt in lost])
    others = set(passed.values_list("learner_id", flat=True))
    return [Endangered(one, certificates[one.learner_id], one.learner_id in others) for one in lost]
