"""What Moodle's ways of marking become in ours; shared by the readers of its two formats and of QTI."""

import re
from collections.abc import Sequence, Sized
from decimal import Decimal
from fractions import Fraction

from lms.common.arabic import search_key
from lms.common.digits import western_digits

from . import weights
from .draft import Draft
from .model import InterchangeError, UnsupportedError

FEWEST = 2
MOST_POWER = 15
#: As many items as an ordering question shows that does not say how many.
MOST_SHOWN = 6
_NUMBER = re.compile(r"[+-]?(?:[0-9]{1,20}(?:\.[0-9]{0,20})?|\.[0-9]{1,20})(?:[eE][+-]?[0-9]{1,2})?")


def take_choices(draft: Draft, credit: Sequence[Fraction], *, is_single: bool) -> None:
    """Which of the options are right by the share of the marks that each earns."""
    if is_single:
        draft.kind, right, losses = "single", weights.right_ones(credit), weights.single_losses(credit)
    else:
        draft.kind, right, losses = "multiple", [one > 0 for one in credit], weights.multiple_losses(credit)
    for option, is_right in zip(draft.options, right, strict=True):
        option.is_correct = is_right
    draft.losses += losses


def take_accepted(draft: Draft, said: str, credit: Fraction) -> None:
    """A text that counts as right, if it does so fully and names every letter: `*` stands for any, `\\*` for
    itself. Half credit is lost; no credit is what every other answer gets."""
    if weights.CLOSE < credit < weights.FULL - weights.CLOSE:
        draft.note("weights", f"{said}: {weights.percent(credit)} %")
    elif credit >= weights.FULL - weights.CLOSE:
        spelt = search_key(said.replace("\\*", "*"))
        if "*" in said.replace("\\*", ""):
            draft.note("wildcard", said)
        elif all(search_key(one) != spelt for one in draft.accepted):
            draft.accepted.append(said.replace("\\*", "*"))


def require_accepted(draft: Draft) -> None:
    """Raises UnsupportedError when no text counts as right."""
    if not draft.accepted:
        has_wildcards = any(loss.code == "wildcard" for loss in draft.losses)
        raise UnsupportedError("only_wildcards" if has_wildcards else "no_full_answer")


def note_ordering(draft: Draft, settings: list[str], shown: int) -> None:
    """What a question of qtype_ordering can ask for and ours cannot: only some of the items, other marking.
    Where it says nothing, Moodle shows some, and marks by which item comes next."""
    if not {"ALL", "EXACT"} & set(settings) and 0 < shown < len(draft.options):
        draft.note("ordering_subset", shown)
    if "ALL_OR_NOTHING" in settings:
        draft.credit = "all_or_nothing"
    elif not {"ABSOLUTE_POSITION", "ABSOLUTE", "ABS"} & set(settings):
        rules = [word for word in settings if word.startswith(("RELATIVE", "LONGEST"))]
        draft.note("weights", rules[0] if rules else "RELATIVE_NEXT_EXCLUDE_LAST")


def take_number(draft: Draft, right: list[tuple[Decimal, Decimal]]) -> None:
    """The one right number with its tolerance. Raises UnsupportedError where there are several or none."""
    if len(set(right)) != 1:
        raise UnsupportedError("several_numbers" if right else "no_full_answer")
    draft.value, draft.tolerance = right[0]


def number(text: str) -> Decimal:
    """A number in Arabic or Latin digits. Raises InterchangeError for anything else, also for a wildcard."""
    plain = western_digits(text).strip()
    if plain == "*":
        raise UnsupportedError("any_number")
    value = Decimal(plain) if _NUMBER.fullmatch(plain) else None
    if value is None or not -MOST_POWER <= value.adjusted() <= MOST_POWER:
        raise InterchangeError("not_a_number", detail=text.strip()[:60])
    return value


def need(answers: Sized) -> None:
    """Raises InterchangeError where there is nothing to choose between."""
    if len(answers) < FEWEST:
        raise InterchangeError("too_few_answers", detail=FEWEST)
