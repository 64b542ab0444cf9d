"""The cascade as a tree: a trainer, the cohorts, their learners, the cohorts of those."""

from dataclasses import dataclass, field

from django.utils import timezone

from lms.people.models import User

from ..enums import EnrolmentState
from ..models import Cohort, Enrolment, Qualification


@dataclass(slots=True)
class Branch:
    """A person in a cascade and the cohorts that the person trains, to any depth."""

    person: User
    state: str = ""
    certificate: Qualification | None = None
    cohorts: list["CohortBranch"] = field(default_factory=list)

    @property
    def size(self) -> int:
        """How many people are below."""
        return sum(len(cohort.learners) + sum(one.size for one in cohort.learners) for cohort in self.cohorts)


@dataclass(slots=True)
class CohortBranch:
    cohort: Cohort
    learners: list[Branch] = field(default_factory=list)

    @property
    def certified(self) -> int:
        return sum(learner.state == EnrolmentState.CERTIFIED for learner in self.learners)


def cascade_below(trainer: User) -> Branch:
    """The tree under a trainer: cohorts, their learners, the cohorts of those, and so on.

    Four queries a level, whatever the number of people. Somebody who is met again further down keeps the
    first place, so that the walk ends.
    """
    root = Branch(trainer)
    known = {trainer.pk}
    level = {trainer.pk: root}
    while level:
        _add_certificates(level)
        cohorts = {
            cohort.pk: CohortBranch(cohort)
            for cohort in Cohort.objects.filter(trainer__in=level).select_related("tier", "municipality")
        }
        for held in cohorts.values():
            level[held.cohort.trainer_id].cohorts.append(held)  # type: ignore[index]
        below: dict[int, Branch] = {}
        enrolments = (
            Enrolment.objects.filter(cohort__in=cohorts)
            .exclude(state=EnrolmentState.WITHDRAWN)
            .select_related("learner")
            .order_by("learner__name_ar", "pk")
        )
        for enrolment in enrolments:
            if enrolment.learner_id in known:
                continue
            known.add(enrolment.learner_id)
            branch = Branch(enrolment.learner, enrolment.state)
            cohorts[enrolment.cohort_id].learners.append(branch)
            below[enrolment.learner_id] = branch
        level = below
    return root


def _add_certificates(people: dict[int, Branch]) -> None:
    today = timezone.localdate()
    held = Qualification.objects.filter(holder__in=people).in_force(today).order_by("tier__level")
    for qualification in held.select_related("tier"):
        branch = people[qualification.holder_id]
        branch.certificate = branch.certificate or qualification
