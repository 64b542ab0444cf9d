"""Putting forms on paper, and taking them back.

Who is given a paper sits on paper: the electronic start is refused until the paper is taken back, so that nobody
sits twice. Whoever may do it is for the views to say.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from django.db import transaction
from django.db.models import Max, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _
from wagtail.log_actions import log

from lms.assessments.enums import OPEN_STATES, AttemptState, EventKind, PaperState
from lms.assessments.errors import InterventionRefusedError
from lms.assessments.machine import By
from lms.assessments.messages import verdict_sentence
from lms.assessments.models import Attempt, Exam, Paper, Printing
from lms.assessments.selectors.standing import attempts_of, standing_in
from lms.people.models import User

from .lifecycle import lock_attempt, move_attempt, record_event, require_reason
from .preparing import prepare_attempts

#: What one file holds at most: a hall, and half a minute of the server.
MOST_PAPERS = 60


@dataclass(slots=True)
class Printed:
    """What was put on paper, and for whom not, each with the reason; `printing` is None if for nobody."""

    printing: Printing | None = None
    left_out: list[tuple[User, str]] = field(default_factory=list)


def print_papers(
    *,
    exam: Exam,
    learners: QuerySet[User],
    actor: User | None,
    language: str = "ar",
    is_large: bool = False,
    at: datetime | None = None,
) -> Printed:
    """Put the forms of these people on paper; a form that nobody prepared is frozen first.

    Doing it again prints the same papers, with the same numbers. `actor` is None for the operator of the server.
    Raises InterventionRefusedError for more people than one file holds, and ExamNotReadyError when the bank cannot
    fill a form.
    """
    at = at or timezone.now()
    people = list(learners.order_by("pk")[: MOST_PAPERS + 1])
    if len(people) > MOST_PAPERS:
        message = _("One file holds at most {most} papers. Choose a smaller group.")
        raise InterventionRefusedError(message.format(most=MOST_PAPERS))
    told = Printed()
    with transaction.atomic():
        # The candidate numbers of an exam are given by one request at a time.
        exam = Exam.objects.select_for_update().get(pk=exam.pk)
        prepare_attempts(exam=exam, learners=User.objects.filter(pk__in=[one.pk for one in people]), at=at)
        papers = _papers(exam, people, told, actor=actor, at=at)
        if papers:
            told.printing = Printing.objects.create(
                exam=exam, language=language, is_large=is_large, printed_by=actor, at=at
            )
            told.printing.papers.set(papers)
            data = {"papers": len(papers), "language": language, "large": is_large}
            log(instance=exam, action="assessments.print_papers", user=actor, data=data)
    return told


def _papers(
    exam: Exam, people: Sequence[User], told: Printed, *, actor: User | None, at: datetime
) -> list[Paper]:
    open_attempts = {
        attempt.learner_id: attempt.pk
        for attempt in Attempt.objects.filter(exam=exam, learner__in=people, state__in=OPEN_STATES)
    }
    known = {
        paper.attempt_id: paper
        for paper in Paper.objects.filter(attempt__in=open_attempts.values()).exclude(
            state=PaperState.WITHDRAWN
        )
    }
    highest = Paper.objects.filter(exam=exam).aggregate(last=Max("candidate_no"))["last"] or 0
    papers: list[Paper] = []
    for person in people:
        attempt = lock_attempt(pk=open_attempts[person.pk]) if person.pk in open_attempts else None
        if attempt is None or attempt.state not in (AttemptState.READY, AttemptState.ON_PAPER):
            told.left_out.append((person, _why_not(exam, person, at)))
            continue
        paper = known.get(attempt.pk)
        if paper is None:
            highest += 1
            paper = Paper.objects.create(exam=exam, attempt=attempt, candidate_no=highest, created_at=at)
        _put_on_paper(attempt, paper, actor=actor, at=at)
        papers.append(paper)
    return papers


def _put_on_paper(attempt: Attempt, paper: Paper, *, actor: User | None, at: datetime) -> None:
    if attempt.state == AttemptState.READY:
        by = By.INVIGILATOR if actor else By.CLOCK
        move_attempt(attempt=attempt, to=AttemptState.ON_PAPER, at=at, by=by, actor=actor)
    record_event(
        attempt=attempt, kind=EventKind.PAPER_PRINTED, at=at, actor=actor, details={"paper": paper.number}
    )


def _why_not(exam: Exam, person: User, at: datetime) -> str:
    past = attempts_of(learner=person, exam=exam)
    standing = standing_in(exam, past, learner=person, at=at)
    return verdict_sentence(standing.verdict, standing.next_at)


def withdraw_paper(*, paper: Paper, actor: User, reason: str, at: datetime | None = None) -> Paper:
    """Take a paper back before it is settled: its candidate may sit the exam on a device again. What was keyed
    from it is kept, and counts for nothing."""
    return _end(paper, AttemptState.READY, actor=actor, reason=reason, at=at)


def mark_absent(*, paper: Paper, actor: User, reason: str, at: datetime | None = None) -> Paper:
    """Say that the candidate did not come: the paper was not used, and uses up no attempt."""
    return _end(paper, AttemptState.NOT_TAKEN, actor=actor, reason=reason, at=at)


def void_paper(*, paper: Paper, actor: User, reason: str, at: datetime | None = None) -> Paper:
    """Decide that a sitting on paper does not count: it uses up no attempt, and what was keyed is kept."""
    return _end(paper, AttemptState.VOIDED, actor=actor, reason=reason, at=at)


def _end(paper: Paper, to: AttemptState, *, actor: User, reason: str, at: datetime | None) -> Paper:
    require_reason(reason)
    at = at or timezone.now()
    with transaction.atomic():
        attempt = lock_attempt(pk=paper.attempt_id)
        paper = Paper.objects.get(pk=paper.pk)
        is_open = paper.state not in (PaperState.COMPLETE, PaperState.WITHDRAWN)
        if attempt.state != AttemptState.ON_PAPER or not is_open:
            raise InterventionRefusedError(_("This paper has been settled or taken back before."))
        if actor.pk == attempt.learner_id:
            raise InterventionRefusedError(_("Nobody decides on their own paper."))
        paper.state = PaperState.WITHDRAWN
        paper.save(update_fields=["state"])
        move_attempt(attempt=attempt, to=to, at=at, by=By.INVIGILATOR, actor=actor, reason=reason)
        data = {"paper": paper.number, "to": to.value, "reason": reason.strip()}
        log(instance=paper.exam, action="assessments.withdraw_paper", user=actor, data=data)
    return paper
