"""Marking open answers: who takes which, the marks they give, and what follows from them.

Markers know neither the candidate nor each other. When every open answer of an attempt has its first marks, a result
further than one standard error from the pass mark stands; a nearer one is marked again by other people who know
nothing of the first. Where the two agree the mean counts; where they differ too far, or disagree on who passes, a
third person decides (`services.moderation`).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from uuid import UUID

from django.db import transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from lms.assessments.cut import CENT, to_cents
from lms.assessments.enums import AttemptState, EventKind, ModerationCause
from lms.assessments.errors import MarkingRefusedError
from lms.assessments.machine import By
from lms.assessments.models import Attempt, AttemptSlot, CriterionMark, Exam, Marking, RubricRow
from lms.assessments.models.marking import FIRST, SECOND
from lms.assessments.scoring import Result
from lms.assessments.selectors.cut import standard_error
from lms.assessments.selectors.markers import is_taught_by, markings_for
from lms.assessments.selectors.marks import total_of
from lms.people.models import User

from .lifecycle import lock_attempt, move_attempt, record_event
from .marking import call_markers, open_case, release_attempt, unmarked_slots

#: For so long an answer is kept for whoever opened it.
RESERVED = timedelta(minutes=30)


@dataclass(frozen=True, slots=True)
class Given:
    """What a marker gives for one row of the rubric."""

    marks: Decimal
    comment: str = ""


def reserve_next(
    *, exam: Exam, marker: User, after: Marking | None = None, at: datetime | None = None
) -> Marking | None:
    """The next answer for this marker, kept for them for half an hour; None when nothing waits for them.

    Answers to one question follow each other, so that they are marked by the same measure. `after` is one that
    the marker leaves to others: it is let go, and comes again when all the others have been seen.
    """
    at = at or timezone.now()
    if after is not None:
        Marking.objects.filter(pk=after.pk, marker=marker, marked_at__isnull=True).update(
            marker=None, reserved_until=None
        )
    waiting = markings_for(marker, at=at).filter(slot__attempt__exam=exam).order_by("slot__version", "pk")
    for pk in _in_turn(list(waiting.values_list("slot__version_id", "pk")), after):
        free = Q(marker__isnull=True) | Q(marker=marker) | Q(reserved_until__lt=at)
        open_ = Marking.objects.filter(free, pk=pk, marked_at__isnull=True)
        if open_.update(marker=marker, reserved_until=at + RESERVED):
            return Marking.objects.get(pk=pk)
    return None


def _in_turn(places: Sequence[tuple[int, int]], after: Marking | None) -> list[int]:
    """The keys of the queue, from the one after `after` round to it."""
    if after is None:
        return [pk for _version, pk in places]
    here = (after.slot.version_id, after.pk)
    return [pk for _v, pk in [p for p in places if p > here] + [p for p in places if p <= here]]


def why_not(*, marking: Marking, marker: User, at: datetime) -> str:
    """Why this person may not mark this answer now, as a sentence; blank if they may."""
    return _conflict(marking, marker) or _too_late(marking, marker, at)


def _conflict(marking: Marking, marker: User) -> str:
    slot = marking.slot
    if slot.attempt.learner_id == marker.pk:
        return _("This is your own answer.")
    if is_taught_by(marker, slot.attempt.learner_id):
        return _("You teach or have taught this candidate, so somebody else must mark the answer.")
    if slot.markings.filter(marker=marker).exclude(pk=marking.pk).exists():
        return _("You have marked this answer before, so somebody else must mark it now.")
    return ""


def _too_late(marking: Marking, marker: User, at: datetime) -> str:
    slot = marking.slot
    if marking.marked_at is not None:
        return _("This answer has been marked already.")
    if marking.marker_id not in (None, marker.pk) and marking.reserved_until and marking.reserved_until >= at:
        return _("Somebody else is marking this answer at the moment.")
    if slot.attempt.state != AttemptState.MODERATION or slot.is_dropped or slot.marks is not None:
        return _("This answer no longer waits for marks.")
    return ""


@transaction.atomic
def mark_answer(
    *, marking_id: UUID, marker: User, given: Mapping[str, Given], at: datetime | None = None
) -> Marking:
    """Write down what the marker gives for every row of the rubric, and take the attempt on if it was the last.

    Doing it again changes nothing: marks are given once. Raises Marking.DoesNotExist, and MarkingRefusedError with
    the sentence why.
    """
    at = at or timezone.now()
    attempt = lock_attempt(
        pk=Marking.objects.select_related("slot").get(public_id=marking_id).slot.attempt_id
    )
    marking = Marking.objects.select_related("slot__attempt").get(public_id=marking_id)
    if marking.marked_at is not None and marking.marker_id == marker.pk:
        return marking
    if refusal := why_not(marking=marking, marker=marker, at=at):
        raise MarkingRefusedError(refusal)
    rows = list(RubricRow.objects.filter(version=marking.slot.version_id))
    _check(rows, given)
    marking.marker, marking.marked_at, marking.reserved_until = marker, at, None
    marking.marks = sum((given[row.key].marks for row in rows), Decimal(0))
    marking.save(update_fields=["marker", "marked_at", "reserved_until", "marks"])
    CriterionMark.objects.bulk_create(
        CriterionMark(
            marking=marking, criterion=row, marks=given[row.key].marks, comment=given[row.key].comment.strip()
        )
        for row in rows
    )
    details = {"question": marking.slot.position, "turn": marking.turn}
    record_event(attempt=attempt, kind=EventKind.MARKED, at=at, actor=marker, details=details)
    settle(attempt=attempt, actor=marker, at=at)
    return marking


def _check(rows: Sequence[RubricRow], given: Mapping[str, Given]) -> None:
    if set(given) != {row.key for row in rows}:
        raise MarkingRefusedError(_("Give marks for every row of the rubric, 0 included."))
    for row in rows:
        if not is_mark(given[row.key].marks, row.marks):
            raise MarkingRefusedError(
                _("Marks lie between 0 and %(most)s, with at most two decimals.") % {"most": row.marks}
            )


def is_mark(marks: Decimal, most: Decimal) -> bool:
    """Whether this is a mark that can be given where `most` can be earned."""
    return marks.is_finite() and 0 <= marks <= most and marks == marks.quantize(CENT)


def settle(*, attempt: Attempt, actor: User, at: datetime) -> None:
    """See what follows from the marks that the open answers have so far. The caller holds the lock on the attempt,
    which is in MODERATION."""
    slots = unmarked_slots(attempt)
    firsts, seconds = _given(slots, FIRST), _given(slots, SECOND)
    if not slots or len(firsts) < len(slots):
        return
    if not Marking.objects.filter(slot__in=slots, turn=SECOND).exists():
        error, result = standard_error(attempt), _if_marked(attempt, firsts)
        if error.is_near(result.marks, result.max_marks, attempt.pass_percent):
            call_markers(slots, turn=SECOND)
            details = {"error": str(error.marks), "source": error.source}
            record_event(attempt=attempt, kind=EventKind.SECOND_MARKER, at=at, details=details)
        else:
            finish(attempt=attempt, marks=firsts, actor=actor, at=at)
    elif len(seconds) == len(slots) and not attempt.moderations.filter(closed_at__isnull=True).exists():
        _compare(attempt, slots, firsts, seconds, actor=actor, at=at)


def _given(slots: Sequence[AttemptSlot], turn: int) -> dict[int, Decimal]:
    done = Marking.objects.filter(slot__in=slots, turn=turn, marked_at__isnull=False)
    return {slot: marks for slot, marks in done.values_list("slot_id", "marks") if marks is not None}


def _if_marked(attempt: Attempt, marks: Mapping[int, Decimal]) -> Result:
    """The result that the attempt would have with these marks."""
    slots = list(attempt.slots.all())
    for slot in slots:
        slot.marks = marks.get(slot.pk, slot.marks)
    return total_of(slots, attempt.pass_percent)


def _compare(
    attempt: Attempt,
    slots: Sequence[AttemptSlot],
    firsts: Mapping[int, Decimal],
    seconds: Mapping[int, Decimal],
    *,
    actor: User,
    at: datetime,
) -> None:
    limit = attempt.exam.marker_difference_percent
    is_split = _if_marked(attempt, firsts).is_passed != _if_marked(attempt, seconds).is_passed
    disputed = {
        slot.pk
        for slot in slots
        if abs(firsts[slot.pk] - seconds[slot.pk]) * 100 > (0 if is_split else limit * slot.max_marks)
    }
    means = {slot.pk: to_cents((firsts[slot.pk] + seconds[slot.pk]) / 2) for slot in slots}
    if not disputed:
        finish(attempt=attempt, marks=means, actor=actor, at=at)
        return
    _write([slot for slot in slots if slot.pk not in disputed], means)
    open_case(attempt=attempt, cause=ModerationCause.DIFFERING, error=standard_error(attempt), at=at)
    record_event(attempt=attempt, kind=EventKind.SENT_TO_THIRD, at=at)


def finish(
    *,
    attempt: Attempt,
    marks: Mapping[int, Decimal],
    actor: User,
    at: datetime,
    is_reviewed: bool = False,
) -> None:
    """Give the open answers (slots by primary key) their marks, and take the attempt out of MODERATION. The caller
    holds the lock on the attempt, of which no other answer waits for marks."""
    slots = list(attempt.slots.order_by("position"))
    _write([slot for slot in slots if slot.pk in marks], marks)
    result = total_of(slots, attempt.pass_percent)
    move_attempt(
        attempt=attempt,
        to=AttemptState.GRADED,
        at=at,
        by=By.EXAMINER,
        actor=actor,
        marks=result.marks,
        max_marks=result.max_marks,
        is_passed=result.is_passed,
    )
    release_attempt(attempt=attempt, at=at, is_reviewed=is_reviewed)


def _write(slots: Sequence[AttemptSlot], marks: Mapping[int, Decimal]) -> None:
    for slot in slots:
        slot.marks = marks[slot.pk]
    AttemptSlot.objects.bulk_update(slots, ["marks"])
