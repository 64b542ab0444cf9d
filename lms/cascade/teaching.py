"""Who may teach a tier, and on which days."""

from collections.abc import Iterable
from datetime import date

from django.core.exceptions import ValidationError
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from lms.common.dates import format_day
from lms.people.models import User

from .models import Qualification, Tier


def find_teaching_qualification(
    *, trainer: User | None, tier: Tier, days: Iterable[date]
) -> Qualification | None:
    """The certificate under which a trainer teaches a tier on all of the days; None where the programme
    itself trains.

    It must be for a tier of the same programme strictly above, that is of a lower level. Raises
    ValidationError that names the first day without a valid certificate and says what is wrong with the
    certificate there is.
    """
    if trainer is None:
        if tier.level > 1:
            raise ValidationError(
                _("Choose the trainer: the tier “%(tier)s” is taught by certified trainers.")
                % {"tier": tier.name},
                code="no_trainer",
            )
        return None
    held = list(
        Qualification.objects.filter(
            holder=trainer, tier__programme=tier.programme_id, tier__level__lt=tier.level
        )
        .select_related("tier")
        .order_by("-valid_from")
    )
    wanted = sorted(set(days))
    for qualification in held:
        if all(qualification.is_valid_on(day) for day in wanted):
            return qualification
    raise ValidationError(_why_not(trainer, tier, held, wanted), code="not_qualified")


def _why_not(trainer: User, tier: Tier, held: list[Qualification], days: list[date]) -> str:
    if not held:
        return _("%(person)s holds no trainer's certificate for a tier above “%(tier)s”.") % {
            "person": trainer.name,
            "tier": tier.name,
        }
    best = max(held, key=lambda qualification: sum(qualification.is_valid_on(day) for day in days))
    day = next(day for day in days if not best.is_valid_on(day))
    facts = {
        "person": trainer.name,
        "number": str(best),
        "day": _day(day),
    }
    if day < best.valid_from:
        facts["since"] = _day(best.valid_from)
        return (
            _(
                "On %(day)s, %(person)s is not yet a certified trainer: "
                "certificate %(number)s is valid from %(since)s."
            )
            % facts
        )
    if best.withdrawn_on is not None and day >= best.withdrawn_on:
        facts["since"] = _day(best.withdrawn_on)
        return (
            _(
                "On %(day)s, %(person)s is not a certified trainer: "
                "certificate %(number)s was withdrawn on %(since)s."
            )
            % facts
        )
    facts["since"] = _day(best.valid_until or day)
    return (
        _(
            "On %(day)s, %(person)s is not a certified trainer any more: "
            "certificate %(number)s expired on %(since)s."
        )
        % facts
    )


def _day(day: date) -> str:
    return format_day(day, get_language() or "ar")
