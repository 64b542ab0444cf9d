"""What the public may count."""

from dataclasses import dataclass
from datetime import date

from django.db.models import Count
from django.utils.translation import gettext as _

from lms.cascade.models import Cohort, Qualification
from lms.cascade.selectors import current_programme
from lms.people.enums import Sex


@dataclass(frozen=True, slots=True)
class Figure:
    label: str
    value: int
    total: int = 0


def public_figures(today: date) -> list[Figure]:
    """Where the current programme stands: qualified people a tier against its target, women, municipalities.

    A constant number of queries whatever the size of the programme. Empty before the first programme.
    """
    programme = current_programme()
    if programme is None:
        return []
    in_force = Qualification.objects.in_force(today).filter(tier__programme=programme)
    people = dict(
        in_force.order_by("tier").values_list("tier").annotate(holders=Count("holder", distinct=True))
    )
    women = in_force.filter(holder__sex=Sex.FEMALE).values("holder").distinct().count()
    places = Cohort.objects.filter(tier__programme=programme).values("municipality").distinct().count()
    return [
        *(Figure(tier.name, people.get(tier.pk, 0), tier.target) for tier in programme.tiers.all()),
        Figure(_("Women among them"), women),
        Figure(_("Municipalities with training"), places),
    ]
