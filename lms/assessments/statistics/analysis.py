"""Everything at once: from a table of answers to all that can be said, and why the rest cannot."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from . import classical, conditional, dif, distractors, marginal, persons, verdicts
from .notices import Notice
from .report import as_json

if TYPE_CHECKING:
    from .responses import Bools, Floats, Responses

#: Below so many people only classical statistics are shown, with their intervals.
FEWEST_FOR_MODELS = 100

MODEL_KEYS = {"rasch": "rasch_mml_slope1", "1pl": "one_pl_mml", "2pl": "two_pl_mml"}
_REST = ("item_rest_r", "discriminative_efficiency_percent")
_RELIABILITY = ("alpha", "guttman_lambda2", "sem", "alpha_if_deleted")
_CONDITIONAL_KEYS = ("rasch_cml_sum_zero", "wle", "infit", "outfit")


@dataclass(slots=True)
class Analysis:
    """What the answers say. Lists are in the order of `responses.items`; None is what cannot be computed.

    `rasch` and each of `marginal` speak of some of the items only: `in_models` flags those of all items that have
    right and wrong answers and nothing between, and `rasch.items` flags those of them that it could place.
    """

    responses: Responses
    totals: Floats
    total_mean: float | None = None
    total_sd: float | None = None
    items: list[classical.ItemStatistics] = field(default_factory=list)
    reliability: classical.Reliability | None = None
    options: list[list[distractors.OptionRow]] = field(default_factory=list)
    verdicts: list[tuple[str, ...]] = field(default_factory=list)
    in_models: Bools | None = None
    rasch: conditional.RaschFit | None = None
    wle: list[tuple[float, float]] = field(default_factory=list)
    marginal: dict[str, marginal.MarginalFit] = field(default_factory=dict)
    dif: list[dif.GroupDif] = field(default_factory=list)
    notices: list[Notice] = field(default_factory=list)

    @property
    def persons(self) -> int:
        return len(self.totals)

    def note(self, code: str, item: str = "", *statistics: str, **detail: str | int | float) -> None:
        self.notices.append(Notice(code, item, statistics, detail))

    def to_json(self) -> dict[str, Any]:
        """The result as plain dictionaries, lists, numbers and None, in full precision; keys as docs/statistics.md."""
        return as_json(self)


def analyse(responses: Responses) -> Analysis:
    """Analyse a table of answers. Never raises for what the answers are: what cannot be computed is None and noted."""
    import numpy as np

    reached = responses.answered()
    analysis = Analysis(reached, np.nansum(reached.marks, axis=1))
    blank = len(responses.marks) - analysis.persons
    if blank:
        analysis.note("blank_persons", n=blank)
    if not analysis.persons:
        analysis.note("no_persons", "", "total_mean", "total_sd", *_RELIABILITY)
    _describe_totals(analysis)
    _describe_items(analysis)
    _describe_reliability(analysis)
    if analysis.persons >= FEWEST_FOR_MODELS:
        _fit_models(analysis)
        _compare_groups(analysis)
    else:
        keys = (*_CONDITIONAL_KEYS, *MODEL_KEYS.values())
        analysis.note("too_few_for_models", "", *keys, n=analysis.persons, needed=FEWEST_FOR_MODELS)
    return analysis


def _describe_totals(analysis: Analysis) -> None:
    totals, n = analysis.totals, analysis.persons
    if not n:
        return
    analysis.total_mean = float(totals.mean())
    if n == 1:
        analysis.note("single_person", "", "total_sd", "item_sd", "d27", *_REST, *_RELIABILITY)
        return
    analysis.total_sd = float(totals.std(ddof=1))
    if analysis.total_sd < classical.TINY:
        is_perfect = bool(abs(totals - analysis.responses.highest().sum()).max() < classical.TINY)
        code = "perfect_scores" if is_perfect else "no_spread"
        analysis.note(code, "", "item_rest_r", *_RELIABILITY)


def _describe_items(analysis: Analysis) -> None:
    responses = analysis.responses
    highest = responses.highest()
    for i, item in enumerate(responses.items):
        marks = responses.marks[:, i]
        statistics = classical.item_statistics(marks, analysis.totals, float(highest[i]))
        options = distractors.option_table(marks, analysis.totals, responses.choices.get(item))
        analysis.items.append(statistics)
        analysis.options.append(options)
        analysis.verdicts.append(verdicts.verdicts(statistics, options))
        _note_item(analysis, item, statistics)
        if responses.most is None and highest[i] != 1:
            analysis.note("max_marks_assumed", item, "facility", "d27", highest=float(highest[i]))


def _note_item(analysis: Analysis, item: str, statistics: classical.ItemStatistics) -> None:
    if not statistics.reached:
        analysis.note("blank_item", item, "facility", "item_sd", "d27", *_REST)
    elif statistics.sd is None:
        if analysis.persons > 1:
            analysis.note("single_answer_item", item, "item_sd", "d27", *_REST)
    elif statistics.sd < classical.TINY:
        analysis.note("constant_item", item, *_REST)
    elif statistics.rest_r is None:
        analysis.note("constant_rest", item, *_REST)


def _describe_reliability(analysis: Analysis) -> None:
    import numpy as np

    responses = analysis.responses
    reached: Bools = np.any(~np.isnan(responses.marks), axis=0)
    length = min(responses.form_length or len(responses.items), int(reached.sum()))
    if length < 2 and analysis.persons:
        analysis.note("single_item", "", "item_rest_r", *_RELIABILITY)
    if length < 2 or analysis.persons < 2:
        return
    covariance = classical.covariances(responses.marks[:, reached])
    if length < int(reached.sum()):
        analysis.note("form_is_part", "", "guttman_lambda2", length=length, items=int(reached.sum()))
    elif np.isnan(covariance).any():
        analysis.note("pair_never_together", "", "guttman_lambda2")
    found = classical.reliability(
        covariance, length=length, persons=analysis.persons, total_sd=analysis.total_sd
    )
    without: list[float | None] = [None] * len(reached)
    for place, alpha in zip(np.flatnonzero(reached), found.without, strict=True):
        without[place] = alpha
    found.without[:] = without
    analysis.reliability = found
    _note_reliability(analysis, found, length)


def _note_reliability(analysis: Analysis, found: classical.Reliability, length: int) -> None:
    if length == 2:
        analysis.note("two_items", "", "alpha_if_deleted")
    figures = zip(
        _RELIABILITY, (found.alpha, found.lambda2, found.sem, min(found.without, key=_is_known)), strict=True
    )
    explained = {key for notice in analysis.notices for key in notice.statistics}
    missing = [key for key, value in figures if value is None and key not in explained]
    if missing:
        analysis.note("alpha_unknown", "", *missing)


def _is_known(value: float | None) -> bool:
    return value is not None


def _fit_models(analysis: Analysis) -> None:
    import numpy as np

    shares = analysis.responses.shares()
    whole = (np.isnan(shares) | (shares == 0) | (shares == 1)).all(axis=0)
    analysis.in_models = whole & marginal.is_mixed(shares)
    for item in np.array(analysis.responses.items)[~whole]:
        analysis.note("item_not_dichotomous", str(item), *MODEL_KEYS.values(), *_CONDITIONAL_KEYS)
    if analysis.in_models.sum() < 2:
        analysis.note("no_item_for_models", "", *MODEL_KEYS.values(), *_CONDITIONAL_KEYS)
        return
    answers = shares[:, analysis.in_models]
    answers = answers[~np.isnan(answers).all(axis=1)]
    _fit_conditional(analysis, answers)
    for model, key in MODEL_KEYS.items():
        _fit_marginal(analysis, answers, model, key)  # type: ignore[arg-type]  # the keys are the models


def _fit_conditional(analysis: Analysis, answers: Floats) -> None:
    import numpy as np

    names = np.array(analysis.responses.items)[analysis.in_models]
    try:
        fit = conditional.fit_rasch(answers)
    except conditional.NotConnectedError:
        analysis.note("scores_not_connected", "", *_CONDITIONAL_KEYS)
        return
    except ValueError:
        analysis.note("no_item_for_models", "", *_CONDITIONAL_KEYS)
        return
    if not fit.is_found:
        analysis.note("not_converged", "", *_CONDITIONAL_KEYS)
        return
    for item in names[~fit.items]:
        analysis.note("item_extreme_in_scores", str(item), *_CONDITIONAL_KEYS)
    analysis.rasch = fit
    n = len(fit.difficulty)
    ability, error = persons.weighted_likelihood(
        np.arange(n + 1.0), np.ones((n + 1, n), dtype=bool), fit.difficulty
    )
    analysis.wle = list(zip(ability.tolist(), error.tolist(), strict=True))


def _fit_marginal(analysis: Analysis, answers: Floats, model: marginal.Model, key: str) -> None:
    import numpy as np

    fit = marginal.fit_marginal(answers, model)
    if not fit.is_finite or not fit.is_found:
        analysis.note("not_converged" if fit.is_finite else "no_finite_estimate", "", key)
        return
    analysis.marginal[model] = fit
    for item in np.array(analysis.responses.items)[analysis.in_models][np.isnan(fit.difficulty)]:
        analysis.note("slope_near_zero", str(item), key)


def _compare_groups(analysis: Analysis) -> None:
    import numpy as np

    if analysis.in_models is None or not analysis.in_models.any():
        return
    answers = np.where(analysis.in_models, analysis.responses.shares(), np.nan)
    for variable, labels in analysis.responses.groups.items():
        found, small = dif.group_dif(answers, analysis.totals, variable, list(labels))
        for name, size in small.items():
            analysis.note(
                "dif_group_too_small",
                "",
                "dif",
                variable=variable,
                group=name,
                n=size,
                needed=dif.SMALLEST_GROUP,
            )
        if not found:
            analysis.note("dif_no_second_group", "", "dif", variable=variable)
        analysis.dif.extend(found)
