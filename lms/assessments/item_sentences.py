"""What each number of item analysis says, in a sentence, in the reader's language."""

from collections.abc import Sequence
from math import inf
from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from .statistics.classical import Interval, ItemStatistics
from .statistics.dif import ItemDif

if TYPE_CHECKING:
    from django.utils.functional import _StrPromise

    Bands = Sequence[tuple[float, _StrPromise]]

#: Sentences for a number below each bound.
REST_BANDS: "Bands" = (
    (0.0, gettext_lazy("Those who did better on the rest did worse here.")),
    (0.1, gettext_lazy("It has nothing to do with the rest.")),
    (0.2, gettext_lazy("It goes with the rest, but weakly.")),
    (0.4, gettext_lazy("It goes well with the rest.")),
    (inf, gettext_lazy("It goes very well with the rest.")),
)
#: Wright and Linacre (1994), for tests with consequences.
FIT_BANDS: "Bands" = (
    (0.8, gettext_lazy("More regular than the model expects: it repeats what other questions already say.")),
    (1.2, gettext_lazy("The answers are as regular as the model expects.")),
    (inf, gettext_lazy("More irregular than the model expects: something besides knowledge decides.")),
)
SLOPE_BANDS: "Bands" = (
    (0.0, gettext_lazy("It falls with ability: the able get it wrong.")),
    (0.35, gettext_lazy("Nearly flat: ability hardly matters here.")),
    (0.65, gettext_lazy("Low: ability matters a little.")),
    (1.35, gettext_lazy("Moderate: ability matters.")),
    (inf, gettext_lazy("Steep: it parts those just below from those just above its difficulty.")),
)
ALPHA_BANDS: "Bands" = (
    (0.5, gettext_lazy("Far too little to decide about a person.")),
    (0.7, gettext_lazy("Too little to decide about a person near the pass mark.")),
    (0.8, gettext_lazy("Enough for most decisions.")),
    (inf, gettext_lazy("Enough to decide about a person.")),
)


def _band(value: float, bands: "Bands") -> str:
    return str(next(sentence for bound, sentence in bands if value < bound))


def percent(share: float | None) -> str:
    return "–" if share is None else f"{100 * share:.0f}%"


def figure(value: float | None, digits: int = 2) -> str:
    """A number as both languages print it, with a true minus sign."""
    if value is None:
        return "–"
    # What rounds to zero has no sign.
    return f"{round(value, digits) + 0.0:.{digits}f}".replace("-", "\u2212")


def span(interval: Interval | None, digits: int = 2) -> str:
    """An interval from low to high, which never turns round."""
    return "" if interval is None else f"{figure(interval[0], digits)} … {figure(interval[1], digits)}"


def facility_sentence(one: ItemStatistics, *, is_whole: bool) -> str:
    """`is_whole`: answers are right or wrong, with nothing between."""
    if one.facility is None or one.facility_interval is None:
        return _("Nobody reached this question.")
    low, high = one.facility_interval
    values = {"share": percent(one.facility), "low": percent(low), "high": percent(high), "n": one.reached}
    if is_whole:
        return (
            _(
                "%(share)s of the %(n)s people who reached it got it right; among many such people it would be "
                "between %(low)s and %(high)s."
            )
            % values
        )
    return (
        _(
            "The %(n)s people who reached it earned %(share)s of its marks; among many such people it would be "
            "between %(low)s and %(high)s."
        )
        % values
    )


def rest_sentence(r: float | None) -> str:
    if r is None:
        return _("It cannot be compared with the rest, because nothing varies.")
    return _band(r, REST_BANDS)


def tails_sentence(d27: float | None) -> str:
    if d27 is None:
        return _("There are too few people for a comparison of the best and the weakest.")
    if d27 < 0:
        return _("The weakest 27%% earned more here than the best 27%%.") % ()
    return _("The best 27%% earned %(points)s in a hundred more here than the weakest 27%%.") % {
        "points": f"{100 * d27:.0f}"
    }


def efficiency_sentence(efficiency: float | None) -> str:
    if efficiency is None:
        return _("It cannot tell people apart, because nothing varies.")
    if efficiency < 0:
        return _("It separates people the wrong way round.")
    return _("It separates people %(share)s as well as a question with these marks could.") % {
        "share": f"{efficiency:.0f}%"
    }


def spread_sentence(sd: float | None) -> str:
    if sd is None:
        return _("One person alone does not vary.")
    return _("The marks vary by so much from person to person.")


def fit_sentence(square: float | None) -> str:
    """For infit and outfit."""
    if square is None:
        return _("The Rasch model says nothing of this question.")
    return _band(square, FIT_BANDS)


def difficulty_sentence(difficulty: float | None) -> str:
    if difficulty is None:
        return _("The Rasch model says nothing of this question.")
    if difficulty < 0:
        return _("Easier than the average question of this exam, which stands at 0.")
    return _("Harder than the average question of this exam, which stands at 0, or as hard.")


def slope_sentence(slope: float | None) -> str:
    """Bands after Baker (2001)."""
    if slope is None:
        return _("The model says nothing of this question.")
    return _band(slope, SLOPE_BANDS)


def without_sentence(without: float | None, alpha: float | None) -> str:
    if without is None or alpha is None:
        return _("It cannot be said what the exam would be without it.")
    if without > alpha:
        return _("The exam would be more reliable without it.")
    return _("The exam would not be more reliable without it.")


def alpha_sentence(alpha: float | None) -> str:
    if alpha is None:
        return _("It cannot be said how far the totals can be relied on.")
    share = {"share": percent(max(alpha, 0.0))}
    text = _("%(share)s of the differences between totals are real, the rest is chance.") % share
    return f"{text} {_band(alpha, ALPHA_BANDS)}"


def sem_sentence(sem: float | None) -> str:
    if sem is None:
        return _("It cannot be said how far chance moves a total.")
    return _(
        "Chance alone moves a total by about so many marks; in 95 of 100 sittings by no more than %(twice)s."
    ) % {"twice": figure(1.96 * sem, 1)}


def lambda2_sentence(lambda2: float | None) -> str:
    if lambda2 is None:
        return _("It needs an exam in which everybody has the same questions.")
    return _("Another lower bound of the reliability, never below alpha.")


def dif_sentence(one: ItemDif | None, reference: str, focal: str) -> str:
    """What the comparison of two groups, named in the reader's language, says."""
    if one is None:
        return _("The two groups cannot be compared here.")
    harder = {"group": focal if one.delta < 0 else reference}
    if one.grade == "A":
        return _("No difference worth speaking of between people with the same total.")
    if one.grade == "B":
        return _("With the same total, somewhat harder for: %(group)s. Read the wording again.") % harder
    return (
        _("With the same total, much harder for: %(group)s. Have it reviewed before it is used again.")
        % harder
    )


def cards(analysis: Any) -> list[tuple[str, str, str, str]]:
    """The numbers of the whole exam: name, figure, interval, sentence."""
    found = analysis.reliability
    alpha, sem, lambda2 = (found.alpha, found.sem, found.lambda2) if found else (None, None, None)
    interval = span(found.alpha_interval) if found else ""
    return [
        (_("People"), str(analysis.persons), "", _("The first marked attempt of each person.")),
        (_("Questions"), str(len(analysis.items)), "", _("Versions of a question count one by one.")),
        (_("Mean total"), figure(analysis.total_mean, 1), "", _("In marks.")),
        (_("Standard deviation"), figure(analysis.total_sd, 1), "", _("How far totals lie apart, in marks.")),
        (_("Reliability (alpha)"), figure(alpha), interval, alpha_sentence(alpha)),
        (_("Standard error"), figure(sem, 1), "", sem_sentence(sem)),
        (_("Guttman's lambda-2"), figure(lambda2), "", lambda2_sentence(lambda2)),
    ]
