"""Tables that programme leads hand to donors and to the commission."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from django.db.models import Count, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from .models import Cohort, Enrolment, Programme, Qualification, Training
from .selectors import programme_figures

Rows = Iterator[Iterable[Any]]


@dataclass(frozen=True, slots=True)
class Report:
    """A table: what it is, who may have it ("app_label.codename"), headings, and rows of a programme."""

    key: str
    label: Any
    hint: Any
    permission: str
    headings: tuple[Any, ...]
    rows: Callable[[Programme], Rows]


def _tiers(programme: Programme) -> Rows:
    for tier in programme_figures(programme, timezone.localdate()).tiers:
        yield (
            tier.tier.name_ar,
            tier.tier.name_en,
            tier.tier.target,
            tier.learners,
            tier.women,
            tier.certified,
            tier.expired,
            tier.withdrawn,
            tier.disability_answers if tier.shows_disability else "",
            tier.disability if tier.shows_disability else "",
        )


def _municipalities(programme: Programme) -> Rows:
    for place in programme_figures(programme, timezone.localdate()).municipalities:
        yield place.region, place.name, place.cohorts, place.learners, place.women, place.certified


def _cohorts(programme: Programme) -> Rows:
    cohorts = (
        Cohort.objects.filter(tier__programme=programme)
        .select_related("tier", "trainer", "municipality__region")
        .with_numbers()
        .order_by("tier__level", "name_ar")
    )
    for cohort in cohorts.iterator(chunk_size=200):
        yield (
            cohort.name_ar,
            cohort.name_en,
            cohort.tier.name,
            cohort.trainer.name if cohort.trainer else "",
            cohort.municipality.region.name,
            cohort.municipality.name,
            cohort.starts_on.isoformat(),
            cohort.ends_on.isoformat(),
            cohort.capacity,
            cohort.learners,
            cohort.women,
            cohort.certified,
        )


def _people(programme: Programme) -> Rows:
    certificates = dict(
        Qualification.objects.filter(tier__programme=programme)
        .in_force(timezone.localdate())
        .values_list("holder", "certificate_number")
    )
    enrolments = (
        Enrolment.objects.filter(tier__programme=programme)
        .select_related("learner", "cohort__trainer", "cohort__municipality", "tier")
        .annotate(days=Count("attendance", filter=Q(attendance__is_present=True)))
        .order_by("tier__level", "cohort__name_ar", "learner__name_ar")
    )
    for enrolment in enrolments.iterator(chunk_size=200):
        person, cohort = enrolment.learner, enrolment.cohort
        yield (
            person.name_ar,
            person.name_en,
            person.get_sex_display() if person.sex else "",
            person.phone or "",
            person.email or "",
            cohort.municipality.name,
            enrolment.tier.name,
            cohort.name,
            cohort.trainer.name if cohort.trainer else "",
            enrolment.get_state_display(),
            enrolment.days,
            certificates.get(person.pk, ""),
        )


def _training(programme: Programme) -> Rows:
    edges = (
        Training.objects.filter(session__cohort__tier__programme=programme)
        .select_related("learner", "trainer", "trainer_qualification", "session__cohort")
        .order_by("date", "pk")
    )
    for edge in edges.iterator(chunk_size=200):
        yield (
            edge.date.isoformat(),
            edge.session.title,
            edge.session.cohort.name,
            edge.place,
            edge.materials_version,
            edge.trainer.name if edge.trainer else "",
            edge.trainer_qualification.certificate_number if edge.trainer_qualification else "",
            edge.learner.name,
        )


REPORTS: tuple[Report, ...] = (
    Report(
        "targets",
        _("People against targets"),
        _("A row a tier, without names."),
        "cascade.view_dashboard",
        (
            _("Tier in Arabic"),
            _("Tier in English"),
            _("Target"),
            _("Learners"),
            _("Women"),
            _("Certified"),
            _("Expired"),
            _("Withdrawn"),
            _("Answered on disability"),
            _("Live with a disability"),
        ),
        _tiers,
    ),
    Report(
        "municipalities",
        _("Municipalities"),
        _("A row a municipality, without names."),
        "cascade.view_dashboard",
        (
            _("Region"),
            _("Municipality"),
            _("Cohorts"),
            _("Learners"),
            _("Women"),
            _("Certified"),
        ),
        _municipalities,
    ),
    Report(
        "cohorts",
        _("Cohorts"),
        _("A row a cohort, with the trainer's name."),
        "cascade.view_dashboard",
        (
            _("Name in Arabic"),
            _("Name in English"),
            _("Tier"),
            _("Trainer"),
            _("Region"),
            _("Municipality"),
            _("Starts on"),
            _("Ends on"),
            _("Capacity"),
            _("Learners"),
            _("Women"),
            _("Certified"),
        ),
        _cohorts,
    ),
    Report(
        "people",
        _("People"),
        _("A row an enrolment, with names and contacts: handle with care."),
        "people.view_user",
        (
            _("Name in Arabic"),
            _("Name in Latin letters"),
            _("Sex"),
            _("Phone"),
            _("E-mail"),
            _("Municipality"),
            _("Tier"),
            _("Cohort"),
            _("Trainer"),
            _("State"),
            _("Days present"),
            _("Certificate"),
        ),
        _people,
    ),
    Report(
        "training",
        _("Who trained whom"),
        _("A row a person and session, with date, place, materials and the trainer's certificate."),
        "people.view_user",
        (
            _("Date"),
            _("Session"),
            _("Cohort"),
            _("Place"),
            _("Materials version"),
            _("Trainer"),
            _("Trainer's certificate"),
            _("Learner"),
        ),
        _training,
    ),
)
