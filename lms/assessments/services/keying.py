"""Keying papers: two people, each without the other's entry, and a third where they differ.

What is settled goes into the attempt through the same operations log as everything else, and is marked in the same
way. The first operation says that the lease was keyed from paper, and when the paper was handed in (`evidence`).
Who may do it is for the views to say.
"""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from wagtail.log_actions import log

from lms.assessments.enums import AttemptState, EventKind, PaperState
from lms.assessments.errors import AnswerRefusedError, InterventionRefusedError
from lms.assessments.keyed_fields import check_reading
from lms.assessments.keying import (
    BLANK,
    DECISION,
    FIRST,
    ILLEGIBLE,
    SECOND,
    TIMES,
    Outcome,
    Readings,
    write_readings,
)
from lms.assessments.machine import By
from lms.assessments.models import Attempt, Paper, PaperKeying
from lms.assessments.oplog import PAPER, Op, genesis, seal
from lms.assessments.selectors.clock import deadline_of
from lms.assessments.selectors.keying import may_decide, outcome_of, why_not_key
from lms.assessments.selectors.log import form_of
from lms.people.models import User

from .closing import end_waiting
from .lifecycle import lock_attempt, record_event, require_reason
from .log import rows_of, write


def key_paper(*, paper: Paper, readings: Readings, actor: User, at: datetime | None = None) -> Paper:
    """One person's keying of what is open of a paper: all of it, or after differing keyings what differed.

    The first of two is kept and nothing else; the second is compared with it, and what then is complete is handed
    in and marked. Raises InterventionRefusedError for somebody who has keyed already, for the candidate, and for a
    paper that takes no keying; AnswerRefusedError for readings that are not those of the open places.
    """
    at = at or timezone.now()
    with transaction.atomic():
        paper, attempt = _locked(paper)
        found = outcome_of(paper)
        refusal = why_not_key(paper, actor)
        if refusal:
            raise InterventionRefusedError(refusal)
        _require_open(attempt, found, readings)
        is_second = found.keyed == FIRST
        number = found.round if is_second else found.round + 1
        place = SECOND if is_second else FIRST
        _keep(paper, attempt, readings, actor=actor, number=number, place=place, at=at)
        if not is_second:
            _set_state(paper, PaperState.KEYED_ONCE)
        else:
            _compare(paper, attempt, actor=actor, at=at)
    return paper


def settle_paper(
    *, paper: Paper, readings: Readings, actor: User, reason: str, at: datetime | None = None
) -> Paper:
    """A third person says what the paper says where two keyings differ; it is then handed in and marked.

    Raises ReasonMissingError; InterventionRefusedError for a paper on which nothing differs, for its candidate, and
    for anybody who has keyed it; AnswerRefusedError for readings that are not those of the places that differ.
    """
    at = at or timezone.now()
    require_reason(reason)
    with transaction.atomic():
        paper, attempt = _locked(paper)
        found = outcome_of(paper)
        if not found.is_waiting or not may_decide(paper, actor):
            raise InterventionRefusedError(
                _("Only somebody who has not keyed this paper can decide, and only where two keyings differ.")
            )
        _require_open(attempt, found, readings)
        _keep(
            paper,
            attempt,
            readings,
            actor=actor,
            number=found.round,
            place=DECISION,
            reason=reason.strip(),
            at=at,
        )
        data = {"paper": paper.number, "places": sorted(readings), "reason": reason.strip()}
        log(instance=paper.exam, action="assessments.settle_paper", user=actor, data=data)
        _hand_in(paper, attempt, outcome_of(paper), actor=actor, at=at)
    return paper


def _locked(paper: Paper) -> tuple[Paper, Attempt]:
    """The paper and its attempt as they are now; the lock on the attempt is that of its papers."""
    attempt = lock_attempt(pk=paper.attempt_id)
    paper = Paper.objects.select_related("exam").get(pk=paper.pk)
    if attempt.state != AttemptState.ON_PAPER or paper.state in (PaperState.COMPLETE, PaperState.WITHDRAWN):
        raise InterventionRefusedError(_("This paper has been settled or taken back before."))
    return paper, attempt


def _require_open(attempt: Attempt, found: Outcome, readings: Readings) -> None:
    if set(readings) != set(found.open):
        raise AnswerRefusedError(_("The paper has changed since this page was opened. Open it again."))
    form = form_of(attempt.public_id)
    for place, reading in readings.items():
        if place != TIMES:
            check_reading(form[place], reading)


def _keep(
    paper: Paper,
    attempt: Attempt,
    readings: Readings,
    *,
    actor: User,
    number: int,
    place: int,
    at: datetime,
    reason: str = "",
) -> None:
    try:
        with transaction.atomic():
            PaperKeying.objects.create(
                paper=paper,
                round=number,
                place=place,
                person=actor,
                readings=write_readings(readings),
                reason=reason,
                at=at,
            )
    except IntegrityError:
        raise InterventionRefusedError(
            _("You have keyed this paper. Somebody else must do it now.")
        ) from None
    details = {"paper": paper.number, "round": number, "keying": place}
    record_event(
        attempt=attempt, kind=EventKind.PAPER_KEYED, at=at, actor=actor, reason=reason, details=details
    )
    log(instance=paper.exam, action="assessments.key_paper", user=actor, data=details)


def _compare(paper: Paper, attempt: Attempt, *, actor: User, at: datetime) -> None:
    found = outcome_of(paper)
    if found.is_complete:
        _hand_in(paper, attempt, found, actor=actor, at=at)
        return
    _set_state(paper, PaperState.DIFFERS)
    record_event(
        attempt=attempt,
        kind=EventKind.PAPER_DIFFERS,
        at=at,
        actor=actor,
        details={"paper": paper.number, "round": found.round, "places": list(found.open)},
    )


def _set_state(paper: Paper, state: PaperState) -> None:
    paper.state = state
    paper.save(update_fields=["state"])


def _hand_in(paper: Paper, attempt: Attempt, found: Outcome, *, actor: User, at: datetime) -> None:
    """Take over what is settled: the times of the cover, then the answers, under a lease of their own."""
    began, handed = (
        datetime(1970, 1, 1, tzinfo=UTC) + timedelta(milliseconds=ms) for ms in found.settled[TIMES].value
    )
    attempt.started_at = began
    # Nobody measures a break on paper: those that were granted count in full.
    attempt.break_seconds = attempt.break_seconds_allowed
    record_event(
        attempt=attempt,
        kind=EventKind.PAPER_SETTLED,
        at=at,
        actor=actor,
        details=_summary(paper, found),
        started_at=began,
        deadline=deadline_of(attempt),
        break_seconds=attempt.break_seconds,
        lease=attempt.lease + 1,
    )
    write(attempt, rows_of(_ops(attempt, found, began, handed), at=at))
    _set_state(paper, PaperState.COMPLETE)
    end_waiting(attempt=attempt, at=at, by=By.EXAMINER, actor=actor, submitted_at=handed)


def _summary(paper: Paper, found: Outcome) -> dict[str, object]:
    by = PaperKeying.objects.filter(paper=paper).values_list("place", "person__public_id")
    return {
        "paper": paper.number,
        "keyed_by": sorted({str(person) for place, person in by if place != DECISION}),
        "decided_by": sorted({str(person) for place, person in by if place == DECISION}),
        "rounds": found.round,
        "blank": [place for place, one in sorted(found.settled.items()) if one.what == BLANK],
        "illegible": [place for place, one in sorted(found.settled.items()) if one.what == ILLEGIBLE],
    }


def _ops(attempt: Attempt, found: Outcome, began: datetime, handed: datetime) -> Sequence[Op]:
    """The log of a paper. Every operation bears the time at which it was handed in: nothing shows an earlier one."""
    name, wall = str(attempt.public_id), int(handed.timestamp() * 1000)
    mono, head = int((handed - began).total_seconds() * 1000), genesis(name, attempt.lease)
    says: list[tuple[int, str, object]] = [(0, PAPER, None)]
    says += [
        (place, "answer", reading.wire)
        for place, reading in sorted(found.settled.items())
        if place != TIMES and reading.wire is not None
    ]
    ops: list[Op] = []
    for seq, (slot, kind, value) in enumerate(says, start=1):
        op = seal(name, Op(attempt.lease, seq, slot, kind, value, mono, wall, prev_hash=head))  # type: ignore[arg-type]
        ops.append(op)
        head = op.hash
    return ops
