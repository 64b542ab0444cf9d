"""How an exam marks its questions: by their own keys, or as it has been corrected since."""

from collections.abc import Iterable, Mapping, Sequence, Set
from dataclasses import dataclass
from decimal import Decimal
from typing import Any
from uuid import UUID

from lms.assessments.content import QuestionContent, digest
from lms.assessments.correction import carry_over
from lms.assessments.enums import Treatment
from lms.assessments.models import AttemptSlot, Correction, QuestionVersion
from lms.assessments.scoring import Result, score, total

#: What this process has read of published versions, by public id and seal; emptied when it grows beyond the bound.
_READ: dict[tuple[UUID, str], QuestionContent] = {}
MOST_READ = 2048


class BrokenSealError(ValueError):
    """A question no longer says what was published, so nothing may be marked by it."""


@dataclass(frozen=True, slots=True)
class Treated:
    """What is done with a question version; `by_version` is the one whose key counts instead of its own."""

    treatment: Treatment = Treatment.OWN_KEY
    by_version: int | None = None


OWN_KEY = Treated()


@dataclass(frozen=True, slots=True)
class MarkingRule:
    """How answers to one question version are marked in one exam."""

    content: QuestionContent
    treatment: Treatment
    key: QuestionContent | None = None

    def marks(self, answer: Any, max_marks: Decimal) -> Decimal | None:
        """As `scoring.score`: None when a person has to give them. Raises ValueError for an answer that the
        question does not offer."""
        if self.treatment == Treatment.CREDITED:
            return max_marks
        if self.key is None:
            return score(content=self.content, answer=answer, max_marks=max_marks)
        carried = carry_over(answer, self.content, self.key)
        return score(content=self.key, answer=carried, max_marks=max_marks)

    @property
    def is_dropped(self) -> bool:
        return self.treatment == Treatment.DROPPED


def treatments_in_force(exam_id: int) -> dict[int, Treated]:
    """By question version, what regrades of the exam have said last; nothing for the others. One query."""
    said = Correction.objects.filter(regrade__exam=exam_id).order_by("pk")
    return {
        version: Treated(Treatment(treatment), by)
        for version, treatment, by in said.values_list("version_id", "treatment", "by_version_id")
    }


def read_rules(
    versions: Iterable[int], treatments: Mapping[int, Treated], *, afresh: bool = False
) -> dict[int, MarkingRule]:
    """The rules of these versions, in a fixed number of queries; `afresh` trusts nothing read before.

    Raises BrokenSealError.
    """
    asked = set(versions)
    keys = {by for by in (treatments[pk].by_version for pk in asked & set(treatments)) if by is not None}
    if afresh:
        _READ.clear()
    contents = _sealed_contents(asked | keys)
    return {pk: _rule(contents, pk, treatments.get(pk, OWN_KEY)) for pk in asked}


def _sealed_contents(versions: Set[int]) -> dict[int, QuestionContent]:
    """What these versions said when they were published. That never changes, so a process reads it once for
    each seal: a hall of candidates hands in the same questions hundreds of times."""
    seals = (
        QuestionVersion.objects.filter(pk__in=versions).order_by().values_list("pk", "public_id", "digest")
    )
    names = {pk: (public_id, seal) for pk, public_id, seal in seals}
    # Asked once each: another thread may empty it in between.
    contents = {pk: one for pk, name in names.items() if (one := _READ.get(name)) is not None}
    if len(_READ) > MOST_READ:
        _READ.clear()
    for pk, row in (
        QuestionVersion.objects.with_content().order_by().in_bulk(versions - set(contents)).items()
    ):
        contents[pk] = _READ[names[pk]] = _sealed(row)
    return contents


def _rule(contents: Mapping[int, QuestionContent], version: int, treated: Treated) -> MarkingRule:
    key = contents[treated.by_version] if treated.by_version is not None else None
    return MarkingRule(contents[version], treated.treatment, key)


def _sealed(version: QuestionVersion) -> QuestionContent:
    content = version.content()
    if digest(content) != version.digest:
        raise BrokenSealError(f"question version {version.public_id} has been changed")
    return content


def total_of(slots: Sequence[AttemptSlot], pass_percent: int) -> Result:
    """The result over the questions that count; one that a person must still mark earns nothing yet.

    Raises ValueError when no question is left that counts.
    """
    counted = [slot for slot in slots if not slot.is_dropped]
    return total(((slot.marks or Decimal(0), slot.max_marks) for slot in counted), pass_percent)
