"""The exam on paper, for three who had no device on the day: one paper waits for its second keying, one for a decision,
and one that two people keyed alike is marked."""

from datetime import datetime, timedelta
from operator import attrgetter

from lms.assessments.enums import AttemptState
from lms.assessments.keying import ANSWER, BLANK, TIMES, Reading
from lms.assessments.models import Attempt, Paper
from lms.assessments.services.keying import key_paper
from lms.assessments.services.printing import print_papers
from lms.assessments.timing import to_ms
from lms.people.models import User

from ..guide import next_to_certificate
from ..world import LAST_DAY, World
from .exams import right_options

PAPERS = 3
SAT = timedelta(minutes=40)
#: The hour of the day at which the papers are keyed.
KEYED_AT = 16


def tell(world: World) -> None:
    ready = Attempt.objects.filter(exam=world.exam, state=AttemptState.READY)
    # One stays for whoever wants to sit the exam in this world.
    people = ready.exclude(learner=next_to_certificate()).order_by("learner__email")
    chosen = User.objects.filter(pk__in=list(people.values_list("learner", flat=True)[:PAPERS]))
    told = print_papers(exam=world.exam, learners=chosen, actor=world.lead)
    if told.printing is None:
        return
    papers = told.printing.papers.select_related("attempt").order_by("candidate_no")
    began = world.clock.now().replace(second=0, microsecond=0) + timedelta(minutes=10)
    world.clock.reach(world.day(ago=LAST_DAY), KEYED_AT)
    trainers = {
        enrolment.learner_id: cohort.trainer
        for cohort in world.cohorts
        for enrolment in world.enrolments[cohort.pk]
        if cohort.trainer is not None
    }
    right = right_options(world)
    everybody = sorted(set(trainers.values()), key=attrgetter("email"))
    for number, paper in enumerate(papers, start=1):
        readings, first = _right(paper, right, began), trainers[paper.attempt.learner_id]
        key_paper(paper=paper, readings=readings, actor=first)
        if number > 1:
            differing = {1: Reading(BLANK)} if number == PAPERS - 1 else {}
            # Not the programme lead, who is the third person and decides where the two differ.
            second = next(trainer for trainer in everybody if trainer != first)
            key_paper(paper=paper, readings=readings | differing, actor=second)


def _right(paper: Paper, right: dict[int, set[str]], began: datetime) -> dict[int, Reading]:
    """What stands on a paper whose candidate knew everything but the last question."""
    slots = list(paper.attempt.slots.order_by("position"))
    readings = {
        slot.position: Reading(
            ANSWER, [place for place, key in enumerate(slot.option_order, 1) if key in right[slot.version_id]]
        )
        for slot in slots
    }
    readings[slots[-1].position] = Reading(BLANK)
    readings[TIMES] = Reading(ANSWER, [to_ms(began), to_ms(began + SAT)])
    return readings
