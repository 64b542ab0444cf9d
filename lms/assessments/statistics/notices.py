"""What a reader must be told beside the numbers, as codes that the pages turn into sentences."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

#: Every code there is, so that a test can demand a sentence in both languages for each of them.
CODES = (
    "blank_persons",
    "no_persons",
    "single_person",
    "single_item",
    "no_spread",
    "perfect_scores",
    "blank_item",
    "single_answer_item",
    "constant_item",
    "constant_rest",
    "pair_never_together",
    "two_items",
    "alpha_unknown",
    "form_is_part",
    "max_marks_assumed",
    "too_few_for_models",
    "no_item_for_models",
    "item_not_dichotomous",
    "item_extreme_in_scores",
    "scores_not_connected",
    "no_finite_estimate",
    "not_converged",
    "slope_near_zero",
    "dif_group_too_small",
    "dif_no_second_group",
)


@dataclass(frozen=True, slots=True)
class Notice:
    """Why something is missing or to be read with care. `item` is an item's name, empty for the whole.

    `detail` holds the values a sentence needs; `statistics` names the keys of the result it is about.
    """

    code: str
    item: str = ""
    statistics: tuple[str, ...] = ()
    detail: Mapping[str, str | int | float] = field(default_factory=dict)
