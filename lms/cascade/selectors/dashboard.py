"""Where a programme stands: people against targets, places, women, states, certificates, training days."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Count, Q

from lms.people.enums import Sex
from lms.people.models import Municipality

from ..enums import EnrolmentState
from ..models import Cohort, Enrolment, Programme, Qualification, SessionDay, Tier, Training

#: Below this many answers a share could point at a person, so it is not shown.
FEWEST_ANSWERS = 5

_WOMEN = Q(learner__sex=Sex.FEMALE)
_CERTIFIED = Q(state=EnrolmentState.CERTIFIED)


@dataclass(frozen=True, slots=True)
class TierFigures:
    """A rung of the cascade. People are counted once, whatever number of certificates they hold."""

    tier: Tier
    learners: int
    women: int
    certified: int
    expired: int
    withdrawn: int
    disability_answers: int
    disability: int

    @property
    def shows_disability(self) -> bool:
        """Enough people consented to be counted for the number to name nobody."""
        return self.disability_answers >= FEWEST_ANSWERS


@dataclass(frozen=True, slots=True)
class PlaceFigures:
    """A region, or a municipality of one."""

    name: str
    region: str
    cohorts: int
    learners: int
    women: int
    certified: int


@dataclass(frozen=True, slots=True)
class ProgrammeFigures:
    """What the dashboard shows. Places and states are of the deepest tier, whose people observe."""

    programme: Programme
    tiers: list[TierFigures]
    regions: list[PlaceFigures]
    municipalities: list[PlaceFigures]
    states: list[tuple[str, int]]
    days_held: int
    days_planned: int
    people_trained: int

    @property
    def observers(self) -> TierFigures | None:
        return self.tiers[-1] if self.tiers else None


def programme_figures(programme: Programme, today: date) -> ProgrammeFigures:
    """Count a programme in a constant number of queries."""
    tiers = list(programme.tiers.select_related("course"))
    deepest = tiers[-1] if tiers else None
    municipalities = _municipalities(deepest)
    days = SessionDay.objects.filter(session__cohort__tier__programme=programme).aggregate(
        held=Count("pk", filter=Q(date__lte=today)), planned=Count("pk", filter=Q(date__gt=today))
    )
    return ProgrammeFigures(
        programme=programme,
        tiers=_tiers(tiers, today),
        regions=_regions(municipalities),
        municipalities=municipalities,
        states=_states(deepest),
        days_held=days["held"],
        days_planned=days["planned"],
        people_trained=Training.objects.filter(session__cohort__tier=deepest)
        .values("learner")
        .distinct()
        .count(),
    )


def _tiers(tiers: list[Tier], today: date) -> list[TierFigures]:
    people = {
        row["tier"]: row
        for row in Enrolment.objects.filter(tier__in=tiers)
        .exclude(state=EnrolmentState.WITHDRAWN)
        .values("tier")
        .order_by("tier")
        .annotate(
            learners=Count("pk"),
            women=Count("pk", filter=_WOMEN),
            answers=Count("pk", filter=Q(learner__has_disability__isnull=False)),
            disability=Count("pk", filter=Q(learner__has_disability=True)),
        )
    }
    held = Qualification.objects.filter(tier__in=tiers)
    in_force = _holders(held.in_force(today))
    withdrawn = _holders(held.filter(withdrawn_on__lte=today))
    expired = _holders(
        held.filter(valid_until__lt=today).filter(Q(withdrawn_on=None) | Q(withdrawn_on__gt=today))
    )
    none = {"learners": 0, "women": 0, "answers": 0, "disability": 0}
    return [
        TierFigures(
            tier=tier,
            learners=(row := people.get(tier.pk, none))["learners"],
            women=row["women"],
            certified=in_force.get(tier.pk, 0),
            expired=expired.get(tier.pk, 0),
            withdrawn=withdrawn.get(tier.pk, 0),
            disability_answers=row["answers"],
            disability=row["disability"],
        )
        for tier in tiers
    ]


def _holders(qualifications: Any) -> dict[int, int]:
    counted = qualifications.values("tier").order_by("tier").annotate(people=Count("holder", distinct=True))
    return {row["tier"]: row["people"] for row in counted}


def _municipalities(tier: Tier | None) -> list[PlaceFigures]:
    """The municipalities where the tier has a cohort, by region, then by name."""
    people = {
        row["cohort__municipality"]: row
        for row in Enrolment.objects.filter(tier=tier)
        .exclude(state=EnrolmentState.WITHDRAWN)
        .values("cohort__municipality")
        .order_by("cohort__municipality")
        .annotate(
            learners=Count("pk"),
            women=Count("pk", filter=_WOMEN),
            certified=Count("pk", filter=_CERTIFIED),
        )
    }
    cohorts = dict(
        Cohort.objects.filter(tier=tier)
        .values_list("municipality")
        .order_by("municipality")
        .annotate(count=Count("pk"))
    )
    none = {"learners": 0, "women": 0, "certified": 0}
    places = Municipality.objects.filter(pk__in=cohorts).select_related("region")
    return [
        PlaceFigures(
            name=place.name,
            region=place.region.name,
            cohorts=cohorts[place.pk],
            learners=(row := people.get(place.pk, none))["learners"],
            women=row["women"],
            certified=row["certified"],
        )
        for place in places
    ]


def _regions(municipalities: list[PlaceFigures]) -> list[PlaceFigures]:
    names = dict.fromkeys(place.region for place in municipalities)
    return [
        PlaceFigures(
            name=name,
            region=name,
            cohorts=sum(place.cohorts for place in municipalities if place.region == name),
            learners=sum(place.learners for place in municipalities if place.region == name),
            women=sum(place.women for place in municipalities if place.region == name),
            certified=sum(place.certified for place in municipalities if place.region == name),
        )
        for name in names
    ]


def _states(tier: Tier | None) -> list[tuple[str, int]]:
    counted = dict(
        Enrolment.objects.filter(tier=tier).values_list("state").order_by("state").annotate(count=Count("pk"))
    )
    return [(str(state.label), counted.get(state.value, 0)) for state in EnrolmentState]
