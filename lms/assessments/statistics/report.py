"""An analysis as JSON: the names and shapes that other programs rely on (docs/statistics.md)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict
from math import isfinite
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .analysis import Analysis
    from .marginal import MarginalFit
    from .responses import Bools, Floats


def as_json(analysis: Analysis) -> dict[str, Any]:
    """Plain dictionaries, lists, numbers, texts and None. Lists of items are in the order of `items`."""
    items, found = analysis.items, analysis.reliability
    result = {
        "n_items": len(items),
        "n_persons": analysis.persons,
        "items": list(analysis.responses.items),
        "reached": [one.reached for one in items],
        "facility": [one.facility for one in items],
        "item_sd": [one.sd for one in items],
        "item_rest_r": [one.rest_r for one in items],
        "discriminative_efficiency_percent": [one.efficiency for one in items],
        "d27": [one.d27 for one in items],
        "total_mean": analysis.total_mean,
        "total_sd": analysis.total_sd,
        "alpha": found and found.alpha,
        "sem": found and found.sem,
        "guttman_lambda2": found and found.lambda2,
        "alpha_if_deleted": found.without if found else [None] * len(items),
        "intervals": _intervals(analysis),
        **_models(analysis),
        "dif": _dif(analysis),
        "distractors": {
            item: [asdict(row) for row in rows]
            for item, rows in zip(analysis.responses.items, analysis.options, strict=True)
        },
        "verdicts": [list(codes) for codes in analysis.verdicts],
        "warnings": [asdict(notice) for notice in analysis.notices],
    }
    cleaned: dict[str, Any] = _plain(result)
    return cleaned


def _intervals(analysis: Analysis) -> dict[str, Any]:
    return {
        "level": 0.95,
        "facility": [one.facility_interval for one in analysis.items],
        "item_rest_r": [one.rest_r_interval for one in analysis.items],
        "d27": [one.d27_interval for one in analysis.items],
        "alpha": analysis.reliability and analysis.reliability.alpha_interval,
    }


def _models(analysis: Analysis) -> dict[str, Any]:
    one_pl = _marginal(analysis, "1pl")
    if one_pl is not None:
        one_pl["slope"] = float(analysis.marginal["1pl"].slope[0])
    rasch = _marginal(analysis, "rasch")
    if rasch is not None:
        del rasch["slope"]
    fit = analysis.rasch
    scores = len(fit.difficulty) if fit else len(analysis.items)
    return {
        "rasch_mml_slope1": rasch,
        "one_pl_mml": one_pl,
        "two_pl_mml": _marginal(analysis, "2pl"),
        "rasch_cml_sum_zero": fit
        and {
            "n_non_extreme": fit.informative,
            "difficulty": _placed(analysis, fit.difficulty),
            "loglik": fit.loglik,
        },
        f"wle_for_scores_0_to_{scores}_cml": fit and [ability for ability, _error in analysis.wle],
        "wle": fit
        and [
            {"score": score, "ability": ability, "se": error}
            for score, (ability, error) in enumerate(analysis.wle)
        ],
        "infit": _placed(analysis, fit.infit) if fit else [None] * len(analysis.items),
        "outfit": _placed(analysis, fit.outfit) if fit else [None] * len(analysis.items),
    }


def _marginal(analysis: Analysis, model: str) -> dict[str, Any] | None:
    fit: MarginalFit | None = analysis.marginal.get(model)
    if fit is None or analysis.in_models is None:
        return None
    slope, difficulty = (_spread(values, analysis.in_models) for values in (fit.slope, fit.difficulty))
    return {"slope": slope, "difficulty": difficulty, "loglik": fit.loglik}


def _placed(analysis: Analysis, values: Floats) -> list[float | None]:
    """Values of the items that the Rasch model could place, among all items."""
    if analysis.rasch is None or analysis.in_models is None:
        return [None] * len(analysis.items)
    among = iter(_spread(values, analysis.rasch.items))
    return [next(among) if is_in else None for is_in in analysis.in_models]


def _spread(values: Floats, flags: Bools) -> list[float | None]:
    given = iter(values.tolist())
    return [next(given) if is_in else None for is_in in flags]


def _dif(analysis: Analysis) -> list[dict[str, Any]]:
    names = analysis.responses.items
    return [
        {
            "variable": group.variable,
            "reference": group.reference,
            "focal": group.focal,
            "n_reference": group.n_reference,
            "n_focal": group.n_focal,
            "items": {name: one and asdict(one) for name, one in zip(names, group.items, strict=True)},
        }
        for group in analysis.dif
    ]


def _plain(value: Any) -> Any:
    """The value without NumPy's types; what is no finite number becomes None."""
    if isinstance(value, dict):
        return {str(key): _plain(part) for key, part in value.items()}
    if isinstance(value, str) or value is None or isinstance(value, bool):
        return value
    if isinstance(value, Iterable):
        return [_plain(part) for part in value]
    if isinstance(value, int):
        return value
    number = float(value)
    return number if isfinite(number) else None
