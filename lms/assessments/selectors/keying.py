"""Papers as staff see them: which there are, how far each has come, who may do what with it."""

from collections.abc import Mapping

from django.db.models import Count, Exists, OuterRef, Q, QuerySet, Subquery
from django.utils.translation import gettext as _

from lms.assessments.enums import AttemptState, PaperState
from lms.assessments.keying import DECISION, TIMES, Keyed, Outcome, outcome, read_readings
from lms.assessments.models import Attempt, Exam, Paper, PaperKeying, Printing
from lms.cascade.models import Cohort, Enrolment
from lms.people.models import User

from .log import form_of
from .results import visible_attempts
from .standing import SITTING_STATES

#: Whoever has one of these finds the pages of papers.
PERMISSIONS = ("assessments.print_paper", "assessments.key_paper", "assessments.settle_paper")


def handles_papers(user: User) -> bool:
    return any(user.has_perm(name) for name in PERMISSIONS)


def visible_papers(user: User) -> QuerySet[Paper]:
    """The papers that the user may handle: those of attempts the user may see, and never the user's own."""
    if not handles_papers(user):
        return Paper.objects.none()
    attempts = visible_attempts(user).exclude(learner=user)
    return Paper.objects.filter(attempt__in=attempts.values("pk")).select_related(
        "exam__course", "attempt__learner__municipality"
    )


def paper_exams(user: User) -> QuerySet[Exam]:
    """The exams with papers that the user may handle, with how many are still to be keyed; and, for whoever prints,
    the exams of cohorts whose people may sit them."""
    papers = visible_papers(user).filter(exam=OuterRef("pk")).order_by()
    to_key = (
        papers.filter(state__in=[PaperState.PRINTED, PaperState.KEYED_ONCE, PaperState.DIFFERS])
        .values("exam")
        .annotate(count=Count("pk"))
        .values("count")
    )
    concerned = Q(Exists(papers))
    if user.has_perm("assessments.print_paper"):
        concerned |= Q(Exists(cohorts_to_print(user).filter(tier__course=OuterRef("course"))))
    return (
        Exam.objects.filter(concerned)
        .select_related("course")
        .annotate(to_key=Subquery(to_key))
        .order_by("-opens_at", "code")
    )


def cohorts_to_print(user: User) -> QuerySet[Cohort]:
    """The cohorts for which the user may print: the user's own, or with leave to see everything all."""
    if not user.has_perm("assessments.print_paper"):
        return Cohort.objects.none()
    cohorts = Cohort.objects.select_related("municipality")
    return cohorts if user.has_perm("assessments.view_every_attempt") else cohorts.filter(trainer=user)


def people_to_print(user: User, exam: Exam) -> QuerySet[User]:
    """Whom the user may give a paper of an exam: people in training in those cohorts, never the user."""
    enrolled = Enrolment.objects.filter(
        cohort__in=cohorts_to_print(user), tier__course=exam.course_id, state__in=SITTING_STATES
    )
    people: QuerySet[User] = User.objects.filter(pk__in=enrolled.values("learner"), is_active=True)
    return people.exclude(pk=user.pk)


def members_of(exam: Exam, cohort: Cohort) -> QuerySet[User]:
    """The people of a cohort who are in training for the exam."""
    enrolled = Enrolment.objects.filter(cohort=cohort, tier__course=exam.course_id, state__in=SITTING_STATES)
    people: QuerySet[User] = User.objects.filter(pk__in=enrolled.values("learner"), is_active=True)
    return people


def papers_of(printing: Printing, user: User | None = None) -> QuerySet[Paper]:
    """The papers of a printing that are still out, in the order of their candidate numbers; for a user only those
    that the user may handle."""
    papers = Paper.objects.all() if user is None else visible_papers(user)
    return (
        papers.filter(printings=printing, attempt__state=AttemptState.ON_PAPER)
        .exclude(state=PaperState.WITHDRAWN)
        .select_related("attempt__learner__municipality", "exam__course")
        .order_by("candidate_no")
    )


def kinds_of(attempt: Attempt) -> Mapping[int, str]:
    """What is to be keyed, by place: the times, then every question by its kind."""
    return {TIMES: "times", **{place: slot.kind for place, slot in form_of(attempt.public_id).items()}}


def outcome_of(paper: Paper) -> Outcome:
    """What is settled of a paper and what is open. One query, and one more the first time for a form."""
    rows = PaperKeying.objects.filter(paper=paper).order_by("round", "place")
    keyed = (Keyed(row.round, row.place, read_readings(row.readings)) for row in rows)
    return outcome(kinds_of(paper.attempt), keyed)


def why_not_key(paper: Paper, user: User) -> str:
    """Why somebody may not key a paper now; blank if the person may."""
    if user.pk == paper.attempt.learner_id:
        return _("Nobody keys their own paper.")
    if paper.state in (PaperState.COMPLETE, PaperState.WITHDRAWN):
        return _("This paper has been settled or taken back before.")
    rows = list(PaperKeying.objects.filter(paper=paper).values_list("round", "place", "person_id"))
    last = max((number for number, _place, _person in rows), default=0)
    here = [(place, person) for number, place, person in rows if number == last]
    if len(here) == 1 and here[0][1] == user.pk:
        return _("You have keyed this paper. Somebody else must do it now.")
    return ""


def may_decide(paper: Paper, user: User) -> bool:
    """Whether somebody is the third person: neither the candidate, nor anybody who has keyed the paper."""
    keyed = PaperKeying.objects.filter(paper=paper, person=user).exclude(place=DECISION)
    return user.pk != paper.attempt.learner_id and not keyed.exists()
