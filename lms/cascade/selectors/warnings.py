"""What a programme lead should look at: municipalities, shares, trainers without a certificate, and so on.

Each is a warning and not a refusal: reality does not wait for a plan, but somebody must know.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from django.db.models import Count, Q
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from ..enums import EnrolmentState
from ..models import Cohort, Enrolment, Programme, Qualification, SessionDay, Tier

#: A share of women says nothing about fewer people than this.
FEWEST_LEARNERS = 5
INVITATION_PATIENCE = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class ProgrammeWarning:
    """One sentence, the kind by which it can be filtered, and the cohort it is about, if it is about one."""

    kind: str
    text: str
    cohort: Cohort | None = None


def programme_warnings(programme: Programme, today: date) -> list[ProgrammeWarning]:
    """Everything that needs attention, in a constant number of queries."""
    tiers = list(programme.tiers.all())
    if not tiers:
        return [ProgrammeWarning("tiers", _("The programme has no tier yet."))]
    cohorts = list(
        Cohort.objects.filter(tier__in=tiers).select_related("tier", "trainer", "municipality").with_numbers()
    )
    observers = [cohort for cohort in cohorts if cohort.tier_id == tiers[-1].pk]
    return [
        *_municipalities(programme, observers),
        *_womens_share(programme, observers),
        *_trainers(cohorts, tiers, today),
        *_sizes(cohorts, today),
        *_unrecorded_days(tiers, today),
        *_unopened_invitations(tiers, today),
        *_womens_share_of_cohorts(programme, observers),
    ]


def _municipalities(programme: Programme, cohorts: list[Cohort]) -> Iterator[ProgrammeWarning]:
    """A municipality is active once somebody learns there."""
    active = len({cohort.municipality_id for cohort in cohorts if cohort.learners})
    low, high = programme.municipalities_min, programme.municipalities_max
    if active and not low <= active <= high:
        text = ngettext(
            "%(count)d municipality is active; the programme plans %(low)d to %(high)d.",
            "%(count)d municipalities are active; the programme plans %(low)d to %(high)d.",
            active,
        )
        yield ProgrammeWarning("municipalities", text % {"count": active, "low": low, "high": high})


def _womens_share(programme: Programme, cohorts: list[Cohort]) -> Iterator[ProgrammeWarning]:
    learners = sum(cohort.learners for cohort in cohorts)
    women = sum(cohort.women for cohort in cohorts)
    if _is_below(women, learners, programme.women_share_target):
        text = _("Women are %(share)d%% of the programme; the target is %(target)d%%.")
        yield ProgrammeWarning(
            "women", text % {"share": 100 * women // learners, "target": programme.women_share_target}
        )


def _womens_share_of_cohorts(programme: Programme, cohorts: list[Cohort]) -> Iterator[ProgrammeWarning]:
    for cohort in cohorts:
        target = (
            programme.women_share_target if cohort.women_share_target is None else cohort.women_share_target
        )
        if _is_below(cohort.women, cohort.learners, target):
            share = 100 * cohort.women // cohort.learners
            text = _("Women are %(share)d%% of %(cohort)s; the target is %(target)d%%.")
            yield ProgrammeWarning(
                "cohort_women", text % {"share": share, "cohort": cohort.name, "target": target}, cohort
            )


def _is_below(women: int, learners: int, target: int) -> bool:
    return learners >= FEWEST_LEARNERS and 100 * women < target * learners


def _trainers(cohorts: list[Cohort], tiers: list[Tier], today: date) -> Iterator[ProgrammeWarning]:
    """Cohorts that have not ended and whose trainer cannot teach them today, or not to the end."""
    levels = {tier.pk: tier.level for tier in tiers}
    until: dict[tuple[int, int], date] = {}
    for held in Qualification.objects.filter(tier__in=tiers).in_force(today):
        key = (held.holder_id, levels[held.tier_id])
        until[key] = max(until.get(key, date.min), held.valid_until or date.max)
    for cohort in cohorts:
        level = levels[cohort.tier_id]
        if level == 1 or cohort.ends_on < today:
            continue
        names = {"cohort": cohort.name, "person": cohort.trainer.name if cohort.trainer else ""}
        if cohort.trainer_id is None:
            yield ProgrammeWarning("no_trainer", _("%(cohort)s has no trainer.") % names, cohort)
            continue
        last = max(until.get((cohort.trainer_id, above), date.min) for above in range(1, level))
        if last == date.min:
            text = _("%(person)s trains %(cohort)s and holds no valid trainer's certificate.")
            yield ProgrammeWarning("not_qualified", text % names, cohort)
        elif last < cohort.ends_on:
            text = _("The certificate of %(person)s ends before %(cohort)s does.")
            yield ProgrammeWarning("qualification_ends", text % names, cohort)


def _sizes(cohorts: list[Cohort], today: date) -> Iterator[ProgrammeWarning]:
    for cohort in cohorts:
        learners: int = cohort.learners
        if learners > cohort.capacity:
            text = _("%(cohort)s has %(count)d learners for %(capacity)d places.")
            names = {"cohort": cohort.name, "count": learners, "capacity": cohort.capacity}
            yield ProgrammeWarning("capacity", text % names, cohort)
        elif not learners and cohort.starts_on <= today <= cohort.ends_on:
            yield ProgrammeWarning(
                "empty", _("%(cohort)s has begun and has no learner.") % {"cohort": cohort.name}, cohort
            )


def _unrecorded_days(tiers: list[Tier], today: date) -> Iterator[ProgrammeWarning]:
    """Past days without any record of presence, counted a cohort."""
    cohorts = (
        Cohort.objects.filter(tier__in=tiers)
        .annotate(
            unrecorded=Count(
                "sessions__days",
                filter=Q(
                    sessions__days__in=SessionDay.objects.filter(date__lt=today, attendance__isnull=True)
                ),
                distinct=True,
            )
        )
        .filter(unrecorded__gt=0)
    )
    for cohort in cohorts:
        text = ngettext(
            "Attendance is missing for %(count)d past day of %(cohort)s.",
            "Attendance is missing for %(count)d past days of %(cohort)s.",
            cohort.unrecorded,
        )
        yield ProgrammeWarning(
            "attendance", text % {"count": cohort.unrecorded, "cohort": cohort.name}, cohort
        )


def _unopened_invitations(tiers: list[Tier], today: date) -> Iterator[ProgrammeWarning]:
    count = Enrolment.objects.filter(
        tier__in=tiers,
        state=EnrolmentState.INVITED,
        enrolled_at__date__lt=today - INVITATION_PATIENCE,
    ).count()
    if count:
        text = ngettext(
            "%(count)d person has not opened the invitation for a week.",
            "%(count)d people have not opened their invitation for a week.",
            count,
        )
        yield ProgrammeWarning("invitations", text % {"count": count})
