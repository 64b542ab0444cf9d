"""What our questions say and other formats have no word for, as one line of JSON beside a question.

GIFT keeps it in a comment, Moodle XML in an element that Moodle passes over:

    {"keys": ["a", "c"], "credit": "per_option", "source": "…", "unit": {"ar": "…", "en": "…"},
     "rubric": [{"key": "a", "ar": "…", "en": "…", "marks": "2"}], "alt": {"ar": "…", "en": "…"},
     "area": {"ar": "…", "en": "…"}, "scenario": "SC-1", "explanation": {"ar": "…", "en": "…"}}

Only what differs from the usual is written. Whoever edits such a file by hand can delete the line.
"""

import json
import re
from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal, InvalidOperation
from typing import Any, get_args

from ..content import NOTHING, SHAPES, Bilingual, Credit, QuestionContent, Region, plain_number
from .draft import MOST_CODE, Draft, DraftCriterion, letter, rubric_marks
from .model import MOST_TEXT, Item, Loss
from .tags import read_tags
from .texts import Speech, spoken

MOST_JSON = 200_000
MOST_NAME = 200
_CREDITS: dict[str, Credit] = {name: name for name in get_args(Credit)}


#: What readers other than ours do not see.
EXTRAS_LOST = ("credit", "source", "unit", "rubric", "explanation", "scenario")


def write_extras(item: Item, *, has_explanation: bool = True) -> str:
    """The JSON of a question, or nothing where the format says everything. `has_explanation` is whether the
    format has a place for it."""
    content = item.content
    keys = [option.key for option in written_options(content)]
    is_usual = content.kind == "true_false" or keys == [letter(number) for number in range(len(keys))]
    unit = content.numeric.unit if content.numeric else NOTHING
    extras: dict[str, Any] = {
        "keys": [] if is_usual else keys,
        "credit": content.credit,
        "source": content.source,
        "explanation": None if has_explanation else _both(content.explanation),
        "unit": _both(unit),
        "rubric": [
            {"key": one.key, "ar": one.text.ar, "en": one.text.en, "marks": plain_number(one.marks)}
            for one in content.rubric
        ],
        "alt": _both(content.image.alt) if content.image else None,
        "area": _both(item.tags.area_name),
        "scenario": item.scenario,
    }
    said = {name: value for name, value in extras.items() if value}
    return json.dumps(said, ensure_ascii=False, separators=(",", ":")) if said else ""


def extras_losses(extras: str, *shown: str) -> list[Loss]:
    """What of the JSON is nowhere else in the file, so that only our reader finds it; `shown` is."""
    found = json.loads(extras) if extras else {}
    hidden = [name for name in EXTRAS_LOST if name in found and name not in shown]
    return [Loss("only_ours", ", ".join(hidden))] if hidden else []


def write_scenario_extras(item: Item) -> str:
    """The JSON beside the text of the scenario of a question."""
    extras: dict[str, Any] = {"scenario": item.scenario}
    told = item.content.stimulus
    if told is not None and told.image is not None and (alt := _both(told.image.alt)):
        extras["alt"] = alt
    return json.dumps(extras, ensure_ascii=False, separators=(",", ":"))


def written_options(content: QuestionContent) -> list[Any]:
    """The options in the order in which a file has them: of an ordering question, the right one."""
    if content.kind == "ordering":
        by_key = {option.key: option for option in content.options}
        return [by_key[key] for key in content.right_order]
    return sorted(content.options, key=lambda option: option.key)


class Scenarios:
    """The texts that several questions share. A file tells each before its questions, as a description."""

    def __init__(self) -> None:
        self._texts: dict[str, Draft] = {}

    def keep(self, draft: Draft, extras: str) -> bool:
        """Whether a description is the text of a scenario of ours; then it is kept."""
        read_extras(draft, extras)
        if draft.scenario:
            draft.take_pictures()
            self._texts[draft.scenario] = draft
        return bool(draft.scenario)

    def join(self, draft: Draft) -> None:
        """Give a question the text of its scenario."""
        if not draft.scenario:
            return
        if (told := self._texts.get(draft.scenario)) is None:
            draft.note("scenario_missing", draft.scenario)
            draft.scenario = ""
            return
        give_stimulus(draft, draft.scenario, told.stem)
        draft.stimulus_image, draft.stimulus_alt = told.image, told.alt
        for loss in told.losses:
            draft.note(loss.code, loss.detail)


def give_stimulus(draft: Draft, code: str, text: Speech) -> None:
    bare = re.sub(r"[^-A-Za-z0-9_]+", "-", code.strip()).strip("-")
    draft.scenario, draft.stimulus = bare[:MOST_CODE] or "scenario", text


def read_extras(draft: Draft, text: str) -> None:
    """Give a draft, whose options have been read, what the JSON says. What is no such JSON is noted as lost."""
    if not text:
        return
    try:
        if len(text) > MOST_JSON:
            raise ValueError("too long")
        extras = json.loads(text)
        if not isinstance(extras, dict):
            raise TypeError("not an object")
        _apply(draft, extras)
    except (ValueError, TypeError, KeyError, AttributeError, InvalidOperation, RecursionError):
        draft.note("extras")


def _apply(draft: Draft, extras: dict[str, Any]) -> None:
    for name, give in _GIVE.items():
        if name in extras:
            give(draft, extras[name])


def _give_credit(draft: Draft, name: Any) -> None:
    draft.credit = _CREDITS[name]


def _give_source(draft: Draft, text: Any) -> None:
    draft.source = _text(text)


def _give_explanation(draft: Draft, text: Any) -> None:
    draft.explanation = _spoken(text)


def _give_unit(draft: Draft, text: Any) -> None:
    draft.unit = _spoken(text)


def _give_alt(draft: Draft, text: Any) -> None:
    draft.alt = _spoken(text)


def _give_stimulus_alt(draft: Draft, text: Any) -> None:
    draft.stimulus_alt = _spoken(text)


def _give_rubric(draft: Draft, rows: Any) -> None:
    draft.rubric = [_criterion(row) for row in rows]


def _give_area(draft: Draft, name: Any) -> None:
    ar, en = _text(name["ar"])[:MOST_NAME], _text(name["en"])[:MOST_NAME]
    draft.tags = replace(draft.tags, area_name=Bilingual(ar, en))


def _give_code(draft: Draft, code: Any) -> None:
    draft.code = _text(code)


def _give_tags(draft: Draft, tags: Any) -> None:
    read_tags(draft, map(_text, tags))


def _give_scenario(draft: Draft, code: Any) -> None:
    draft.scenario = _text(code)[:MOST_CODE]


def _give_regions(draft: Draft, regions: Any) -> None:
    for option, region in zip(draft.options, regions, strict=True):
        option.region = _region(*region) if region else None


def _give_labels(draft: Draft, labels: Any) -> None:
    for option, label in zip(draft.options, labels, strict=True):
        option.text = _spoken(label)


def _give_keys(draft: Draft, keys: Any) -> None:
    for option, key in zip(draft.options, keys, strict=True):
        option.key = _text(key)


def _criterion(data: dict[str, Any]) -> DraftCriterion:
    return DraftCriterion(_spoken(data), rubric_marks(Decimal(_text(data["marks"]))), _text(data["key"])[:4])


def _region(shape: Any, *coords: Any) -> Region:
    if shape not in SHAPES or not all(isinstance(one, int) and 0 <= one <= 1000 for one in coords):  # noqa: PLR2004
        raise ValueError("no region")
    return Region(shape, coords)


def _spoken(data: Any) -> Speech:
    return spoken(_text(data["ar"]), _text(data["en"]))


def _text(value: Any) -> str:
    if not isinstance(value, str) or len(value) > MOST_TEXT:
        raise TypeError("text is expected")
    return value.strip()


def _both(text: Bilingual) -> dict[str, str] | None:
    return None if text == NOTHING else {"ar": text.ar, "en": text.en}


_GIVE: dict[str, Callable[[Draft, Any], None]] = {
    "keys": _give_keys,
    "credit": _give_credit,
    "source": _give_source,
    "explanation": _give_explanation,
    "unit": _give_unit,
    "rubric": _give_rubric,
    "alt": _give_alt,
    "stimulus_alt": _give_stimulus_alt,
    "area": _give_area,
    "code": _give_code,
    "tags": _give_tags,
    "regions": _give_regions,
    "labels": _give_labels,
    "scenario": _give_scenario,
}
