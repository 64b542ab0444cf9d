"""Where a question was asked, how often it was answered, and what the answers say of it."""

from collections import defaultdict
from dataclasses import dataclass, field

from django.db.models import Count, Q, Sum

from .item_board import VerdictLabel, read_board
from .models import AttemptSlot, Exam, Question, QuestionVersion


@dataclass(frozen=True, slots=True)
class ExamUse:
    """One version in one exam. `facility` is the mean share of the marks over everybody who was marked;
    `verdicts` are those of the item analysis, empty before it has anything to say."""

    exam: Exam
    forms: int
    answered: int
    facility: float | None
    verdicts: list[VerdictLabel] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class VersionUse:
    version: QuestionVersion
    exams: list[ExamUse]

    @property
    def forms(self) -> int:
        return sum(use.forms for use in self.exams)

    @property
    def is_as_sealed(self) -> bool:
        return self.version.is_intact()

    @property
    def has_image_as_sealed(self) -> bool:
        try:
            return self.version.has_image_as_sealed()
        except OSError:
            return False


def read_usage(question: Question) -> list[VersionUse]:
    """Every version, newest first, with the exams that asked it; a few queries an exam, none a version."""
    versions = list(question.versions.with_content().order_by("-number"))
    slots = AttemptSlot.objects.filter(version__in=versions).order_by()
    is_marked = Q(marks__isnull=False)
    rows = slots.values("version_id", "attempt__exam_id").annotate(
        forms=Count("pk"),
        answered=Count("pk", filter=Q(answer__isnull=False) & ~Q(answer__value=[])),
        earned=Sum("marks", filter=is_marked),
        possible=Sum("max_marks", filter=is_marked),
    )
    exams = Exam.objects.in_bulk({row["attempt__exam_id"] for row in rows})
    uses: dict[int, list[ExamUse]] = defaultdict(list)
    by_pk = {version.pk: version for version in versions}
    for row in rows:
        exam = exams[row["attempt__exam_id"]]
        facility = float(row["earned"] / row["possible"]) if row["possible"] else None
        verdicts = _verdicts(exam, by_pk[row["version_id"]]) if facility is not None else []
        uses[row["version_id"]].append(ExamUse(exam, row["forms"], row["answered"], facility, verdicts))
    return [
        VersionUse(version, sorted(uses[version.pk], key=lambda use: use.exam.code)) for version in versions
    ]


def _verdicts(exam: Exam, version: QuestionVersion) -> list[VerdictLabel]:
    board = read_board(exam)
    number = board.number_of(version.public_id)
    return board.row(number).verdicts if number is not None else []
