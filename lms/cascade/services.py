"""What happens in a cascade: cohorts open, people join and move on, sessions are held, presence is recorded.

Every refusal is a ValidationError with one sentence for the person who asked. Every change of an enrolment is
written to Wagtail's audit log and told to plugins once it has been committed.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, time
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from wagtail.log_actions import log

from lms.people.models import Municipality, User
from lms.plugin_api.host import fire_enrolment_changed

from .enums import ENROLMENT_MOVES, EnrolmentState
from .models import (
    Attendance,
    Cohort,
    Enrolment,
    Qualification,
    SessionDay,
    Tier,
    Training,
    TrainingSession,
)
from .teaching import find_teaching_qualification


@dataclass(frozen=True, slots=True)
class Day:
    """One day of a session, on the clock of the place where it is held."""

    date: date
    starts_at: time
    ends_at: time


@transaction.atomic
def open_cohort(
    *,
    tier: Tier,
    municipality: Municipality,
    name_ar: str,
    name_en: str,
    starts_on: date,
    ends_on: date,
    trainer: User | None = None,
    actor: User | None = None,
    **details: Any,
) -> Cohort:
    """Open a cohort; `details` are its other fields (`capacity`, `women_share_target`).

    The trainer may still be on the way to a certificate: what a cohort cannot do without one is hold a
    session.
    """
    cohort = Cohort(
        tier=tier,
        municipality=municipality,
        name_ar=name_ar,
        name_en=name_en,
        starts_on=starts_on,
        ends_on=ends_on,
        trainer=trainer,
        **details,
    )
    cohort.full_clean()
    cohort.save()
    log(cohort, "wagtail.create", user=actor, content_changed=True)
    return cohort


@transaction.atomic
def enrol_learner(*, cohort: Cohort, learner: User, actor: User | None = None) -> Enrolment:
    """Give a person a place in a cohort; a place they withdrew from is theirs again.

    Who has a password already joins at once, all others wait for their invitation. A cohort above its
    capacity is a warning on the dashboard and not a refusal here. Raises ValidationError when the person
    cannot learn in this cohort.
    """
    learner = User.objects.select_for_update().get(pk=learner.pk)
    _refuse_impossible_learner(cohort, learner)
    former = Enrolment.objects.select_for_update().filter(cohort=cohort, learner=learner).first()
    state = EnrolmentState.ACTIVE if learner.has_usable_password() else EnrolmentState.INVITED
    if former is not None:
        return move_enrolment(enrolment=former, to_state=state, actor=actor)
    enrolment = Enrolment.objects.create(cohort=cohort, tier_id=cohort.tier_id, learner=learner, state=state)
    log(enrolment, "cascade.enrol", user=actor, data={"state": state.value})
    fire_enrolment_changed(enrolment, old_state="")
    return enrolment


def _refuse_impossible_learner(cohort: Cohort, learner: User) -> None:
    names = {"person": learner.name, "cohort": cohort.name}
    if not learner.is_active:
        raise ValidationError(_("The account of %(person)s is closed.") % names, code="inactive")
    if cohort.trainer_id == learner.pk:
        raise ValidationError(
            _("%(person)s trains %(cohort)s and so cannot learn in it.") % names, code="own_trainer"
        )
    other = (
        Enrolment.objects.filter(tier_id=cohort.tier_id, learner=learner)
        .exclude(state=EnrolmentState.WITHDRAWN)
        .select_related("cohort")
        .first()
    )
    if other is not None:
        names["cohort"] = other.cohort.name
        raise ValidationError(_("%(person)s is already enrolled in %(cohort)s.") % names, code="enrolled")


def move_enrolment(
    *, enrolment: Enrolment, to_state: str, actor: User | None = None, reason: str = ""
) -> Enrolment:
    """Move an enrolment along ENROLMENT_MOVES and return it as it now is. To where it already stands changes
    nothing.

    Raises ValidationError for any other move.
    """
    (moved,) = move_enrolments(enrolments=[enrolment], to_state=to_state, actor=actor, reason=reason)
    return moved


@transaction.atomic
def move_enrolments(
    *, enrolments: Sequence[Enrolment], to_state: str, actor: User | None = None, reason: str = ""
) -> list[Enrolment]:
    """The same for several; all of them or none."""
    now = timezone.now()
    rows = Enrolment.objects.select_for_update().filter(pk__in=[enrolment.pk for enrolment in enrolments])
    current = {row.pk: row for row in rows.order_by("pk")}
    old_states = {pk: row.state for pk, row in current.items() if row.state != to_state}
    for pk in old_states:
        _refuse_move(current[pk], to_state)
        current[pk].state, current[pk].changed_at = to_state, now
    Enrolment.objects.filter(pk__in=old_states).update(state=to_state, changed_at=now)
    for pk, old_state in old_states.items():
        data = {"from": old_state, "to": str(to_state), "reason": reason}
        log(current[pk], "cascade.move_enrolment", user=actor, data=data)
        fire_enrolment_changed(current[pk], old_state=old_state)
    for enrolment in enrolments:
        enrolment.state = to_state
    return [current[enrolment.pk] for enrolment in enrolments]


def _refuse_move(enrolment: Enrolment, to_state: str) -> None:
    if to_state not in ENROLMENT_MOVES[enrolment.state]:
        raise ValidationError(
            _("An enrolment cannot go from “%(old)s” to “%(new)s”.")
            % {"old": EnrolmentState(enrolment.state).label, "new": EnrolmentState(to_state).label},
            code="illegal_move",
        )
    if enrolment.state == EnrolmentState.WITHDRAWN:
        _refuse_impossible_learner(enrolment.cohort, enrolment.learner)


@transaction.atomic
def schedule_session(
    *,
    cohort: Cohort,
    title: str,
    place: str,
    materials_version: str,
    days: Sequence[Day],
    trainer: User | None = None,
    actor: User | None = None,
) -> TrainingSession:
    """Plan a session of one or more days, taught by the cohort's trainer unless another is named.

    Raises ValidationError, saying which day fails and why, unless one certificate for a tier above the
    cohort's is valid on every day.
    """
    if not days:
        raise ValidationError(_("Give the session at least one day."), code="no_days")
    trainer = trainer or cohort.trainer
    qualification = find_teaching_qualification(
        trainer=trainer, tier=cohort.tier, days=[day.date for day in days]
    )
    session = TrainingSession(
        cohort=cohort,
        trainer=trainer,
        trainer_qualification=qualification,
        title=title,
        place=place,
        materials_version=materials_version,
    )
    session.full_clean()
    session.save()
    for day in days:
        session_day = SessionDay(session=session, date=day.date, starts_at=day.starts_at, ends_at=day.ends_at)
        session_day.full_clean()
        session_day.save()
    log(session, "wagtail.create", user=actor, content_changed=True)
    return session


@dataclass(frozen=True, slots=True)
class Recorded:
    """What recording presence changed: attendance rows written, people for whom the session became their
    training.
    """

    changed: int
    trained: int


@transaction.atomic
def record_attendance(*, day: SessionDay, presence: Mapping[int, bool], actor: User) -> Recorded:
    """Record who was there on a day: enrolment row number to present or not. Saying the same twice changes
    nothing.

    The first presence in a session writes the edge "trainer trained learner" with date, place and materials.
    Raises ValidationError for a day that has not come, a trainer whose certificate was not valid on it,
    people who are not in the cohort, and the absence of somebody whose certificate already stands on it.
    """
    day = SessionDay.objects.select_for_update().select_related("session__cohort__tier").get(pk=day.pk)
    _refuse_day(day)
    enrolments = {
        enrolment.pk: enrolment
        for enrolment in day.session.cohort.enrolments.filter(pk__in=presence)
        .exclude(state=EnrolmentState.WITHDRAWN)
        .select_related("learner")
    }
    if strangers := set(presence) - set(enrolments):
        raise ValidationError(
            _("%(count)d of the people are not in this cohort any more. Open the list again.")
            % {"count": len(strangers)},
            code="strangers",
        )
    known = dict(
        Attendance.objects.filter(day=day, enrolment__in=enrolments).values_list("enrolment_id", "is_present")
    )
    changed = {pk: present for pk, present in presence.items() if known.get(pk) != present}
    withdrawn = [enrolments[pk] for pk, present in changed.items() if not present and known.get(pk)]
    _refuse_absence_of_certified(withdrawn)
    Attendance.objects.bulk_create(
        [
            Attendance(
                day=day, enrolment_id=pk, is_present=present, recorded_by=actor, recorded_at=timezone.now()
            )
            for pk, present in changed.items()
        ],
        update_conflicts=True,
        unique_fields=["day", "enrolment"],
        update_fields=["is_present", "recorded_by", "recorded_at"],
    )
    _take_back_training(day.session, withdrawn)
    trained = _write_training(day, [enrolments[pk] for pk, present in changed.items() if present])
    if changed:
        data = {"date": day.date.isoformat(), "present": sum(changed.values()), "changed": len(changed)}
        log(day.session, "cascade.record_attendance", user=actor, data=data)
    return Recorded(len(changed), trained)


def _refuse_day(day: SessionDay) -> None:
    if day.date > timezone.localdate():
        raise ValidationError(_("This day has not come yet."), code="future")
    if day.session.trainer_id is not None:
        find_teaching_qualification(
            trainer=day.session.trainer, tier=day.session.cohort.tier, days=[day.date]
        )


def _refuse_absence_of_certified(enrolments: Iterable[Enrolment]) -> None:
    for enrolment in enrolments:
        if enrolment.state == EnrolmentState.CERTIFIED:
            raise ValidationError(
                _("%(person)s is certified, so this presence cannot be taken back.")
                % {"person": enrolment.learner.name},
                code="certified",
            )


def _write_training(day: SessionDay, present: Sequence[Enrolment]) -> int:
    """Write the missing edges for people who were there, and say how many."""
    session = day.session
    learners = {enrolment.learner_id for enrolment in present}
    learners -= set(
        Training.objects.filter(session=session, learner__in=learners).values_list("learner_id", flat=True)
    )
    Training.objects.bulk_create(
        Training(
            session=session,
            trainer_id=session.trainer_id,
            trainer_qualification_id=session.trainer_qualification_id,
            learner_id=learner,
            date=day.date,
            place=session.place,
            materials_version=session.materials_version,
        )
        for learner in sorted(learners)
    )
    return len(learners)


def _take_back_training(session: TrainingSession, absent: Sequence[Enrolment]) -> None:
    """Remove the edges of people who turn out not to have been at the session on any day."""
    still_there = Attendance.objects.filter(
        day__session=session, enrolment__in=absent, is_present=True
    ).values_list("enrolment_id", flat=True)
    gone = [enrolment.learner_id for enrolment in absent if enrolment.pk not in set(still_there)]
    if gone:
        Training.objects.filter(session=session, learner__in=gone).delete()


@transaction.atomic
@transaction.atomic
def withdraw_qualification(*, certificate_number: str, on: date) -> Qualification:
    """End what a certificate entitles to, from the given day on. Call it in the transaction that revokes or
    suspends.

    A second withdrawal keeps the earlier day. Raises Qualification.DoesNotExist for an unknown number.
    """
    qualification = Qualification.objects.select_for_update().get(certificate_number=certificate_number)
    if qualification.withdrawn_on is None or on < qualification.withdrawn_on:
        qualification.withdrawn_on = on
        qualification.save(update_fields=["withdrawn_on"])
    return qualification


@transaction.atomic
def restore_qualification(*, certificate_number: str) -> Qualification:
    """Undo a withdrawal, as when a suspension ends; in the transaction that restores the certificate."""
    qualification = Qualification.objects.select_for_update().get(certificate_number=certificate_number)
    qualification.withdrawn_on = None
    qualification.save(update_fields=["withdrawn_on"])
    return qualification
