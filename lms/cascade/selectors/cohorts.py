"""Cohorts, who is in them, and when they meet."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from django.contrib.auth.base_user import AbstractBaseUser
from django.db.models import Count, Min, Prefetch, Q, QuerySet
from django.utils import timezone

from lms.people.models import User

from ..enums import EnrolmentState
from ..models import Attendance, Cohort, Enrolment, Programme, SessionDay, Tier, TrainingSession


def current_programme() -> Programme | None:
    """The programme that started last."""
    return Programme.objects.order_by("-starts_on", "-pk").first()


def attendance_among(learners: Sequence[AbstractBaseUser], tier: Tier) -> dict[int, tuple[int, int]]:
    """On how many of the training days of their cohort in a tier learners were present, and of how many, by
    primary key; who is not enrolled in the tier is left out. Two queries.

    All days of a session that has begun count, so that nobody is complete after the first of five; a session
    still to come does not, so that planning one takes nothing from those who are complete.
    """
    enrolments = (
        Enrolment.objects.filter(learner__in=[learner.pk for learner in learners], tier=tier)
        .exclude(state=EnrolmentState.WITHDRAWN)
        .annotate(present=Count("attendance", filter=Q(attendance__is_present=True)))
        .values_list("learner", "cohort", "present")
    )
    rows = list(enrolments)
    begun = TrainingSession.objects.filter(
        cohort__in={cohort for _learner, cohort, _present in rows}, days__date__lte=timezone.localdate()
    )
    days = dict(
        SessionDay.objects.filter(session__in=begun)
        .order_by()
        .values_list("session__cohort")
        .annotate(days=Count("pk"))
    )
    return {learner: (present, days.get(cohort, 0)) for learner, cohort, present in rows}


def taught_by(trainer: User) -> QuerySet[Cohort]:
    """The cohorts of a trainer with their numbers, the current ones first."""
    return (
        Cohort.objects.filter(trainer=trainer)
        .select_related("tier", "municipality__region")
        .with_numbers()
        .order_by("-ends_on", "name_ar")
    )


@dataclass(frozen=True, slots=True)
class RosterRow:
    """A learner of a cohort as the trainer sees them."""

    enrolment: Enrolment
    days_present: int
    days_recorded: int

    @property
    def awaits_invitation(self) -> bool:
        return not self.enrolment.learner.has_usable_password()

    @property
    def is_withdrawn(self) -> bool:
        return self.enrolment.state == EnrolmentState.WITHDRAWN

    @property
    def is_certified(self) -> bool:
        return self.enrolment.state == EnrolmentState.CERTIFIED


def roster(cohort: Cohort) -> list[RosterRow]:
    """Everybody in a cohort, the withdrawn ones last, with presence so far. One query."""
    enrolments = (
        cohort.enrolments.select_related("learner")
        .annotate(
            present=Count("attendance", filter=Q(attendance__is_present=True)), recorded=Count("attendance")
        )
        .order_by("learner__name_ar", "pk")
    )
    rows = [RosterRow(enrolment, enrolment.present, enrolment.recorded) for enrolment in enrolments]
    return sorted(rows, key=lambda row: row.is_withdrawn)


def sessions_of(cohort: Cohort) -> QuerySet[TrainingSession]:
    """The sessions of a cohort in time, with their days and how many people were present on each."""
    days = SessionDay.objects.annotate(
        present=Count("attendance", filter=Q(attendance__is_present=True)), recorded=Count("attendance")
    ).order_by("date")
    return (
        cohort.sessions.select_related("trainer", "trainer_qualification")
        .prefetch_related(Prefetch("days", queryset=days, to_attr="days_with_presence"))
        .annotate(first_day=Min("days__date"))
        .order_by("first_day", "pk")
    )


def next_day(cohort: Cohort, today: date | None = None) -> SessionDay | None:
    """The next day on which the cohort meets, today included."""
    return (
        SessionDay.objects.filter(session__cohort=cohort, date__gte=today or timezone.localdate())
        .select_related("session")
        .order_by("date", "starts_at")
        .first()
    )


def next_days(cohorts: Iterable[Cohort], today: date) -> dict[int, SessionDay]:
    """The next day of each of some cohorts that has one, by the cohort's row number. One query."""
    days = (
        SessionDay.objects.filter(session__cohort__in=cohorts, date__gte=today)
        .select_related("session")
        .order_by("-date", "-starts_at")
    )
    return {day.session.cohort_id: day for day in days}


def latest_materials(tier: Tier) -> str:
    """The materials version that the tier's sessions used last, as a proposal for the next; else the month."""
    session = TrainingSession.objects.filter(cohort__tier=tier).order_by("-pk").first()
    return session.materials_version if session else f"{timezone.localdate():%Y-%m}"


def presence_on(day: SessionDay) -> dict[int, bool]:
    """Who was there: enrolment row number to presence, for those about whom it was recorded."""
    return dict(Attendance.objects.filter(day=day).values_list("enrolment_id", "is_present"))
