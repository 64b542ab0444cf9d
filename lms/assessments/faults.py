"""What keeps a question from being published. Pure; `messages` has the sentence for each fault."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from lms.common.arabic import search_key

from .content import (
    CREDITS,
    FEWEST_OPTIONS,
    KINDS,
    MOST_OPTIONS,
    NOTHING,
    OPTION_KINDS,
    Bilingual,
    ImageContent,
    QuestionContent,
    Region,
    true_false_options,
)


@dataclass(frozen=True, slots=True)
class Fault:
    """Why a question may not be published. `code` is one of `FAULTS`; `at` is the option's key or empty."""

    code: str
    at: str = ""


FAULTS = (
    "kind_unknown",
    "stem_ar_blank",
    "stem_en_blank",
    "explanation_ar_blank",
    "explanation_en_blank",
    "stimulus_ar_blank",
    "stimulus_en_blank",
    "image_ar_blank",
    "image_en_blank",
    "options_too_few",
    "options_too_many",
    "options_unused",
    "option_key_repeated",
    "option_ar_blank",
    "option_en_blank",
    "option_text_repeated",
    "correct_none",
    "correct_many_in_single",
    "correct_all_in_multiple",
    "credit_unknown",
    "true_false_options_other",
    "numeric_value_missing",
    "numeric_tolerance_negative",
    "numeric_unit_one_language",
    "accepted_none",
    "accepted_blank",
    "accepted_repeated",
    "match_ar_blank",
    "match_en_blank",
    "match_repeated_in_distractor",
    "matches_too_few",
    "ranks_not_in_order",
    "image_missing",
    "region_missing",
    "region_outside",
    "rubric_none",
    "criterion_key_repeated",
    "criterion_ar_blank",
    "criterion_en_blank",
    "criterion_marks_not_positive",
)

#: The edge of an image in the coordinates of its regions.
FULL = 1000
FEWEST_CORNERS = 3


def faults(content: QuestionContent) -> list[Fault]:
    """Everything that keeps the question from being published, in reading order; empty when nothing does."""
    if content.kind not in KINDS:
        return [Fault("kind_unknown"), *_text_faults(content)]
    return [
        *_text_faults(content),
        *_credit_faults(content),
        *_options(content),
        *_BY_KIND[content.kind](content),
    ]


def _blank(name: str, text: Bilingual, at: str = "") -> Iterator[Fault]:
    if not text.ar.strip():
        yield Fault(f"{name}_ar_blank", at)
    if not text.en.strip():
        yield Fault(f"{name}_en_blank", at)


def _text_faults(content: QuestionContent) -> Iterator[Fault]:
    yield from _blank("stem", content.stem)
    yield from _blank("explanation", content.explanation)
    yield from _image_faults(content.image)
    if content.stimulus is not None:
        yield from _blank("stimulus", content.stimulus.text)
        yield from _image_faults(content.stimulus.image)


def _image_faults(image: ImageContent | None) -> Iterator[Fault]:
    """An image without words is nothing to whoever cannot see it."""
    if image is not None:
        yield from _blank("image", image.alt)


def _credit_faults(content: QuestionContent) -> Iterator[Fault]:
    if content.credit is not None and content.credit not in CREDITS.get(content.kind, ()):
        yield Fault("credit_unknown")


def _options(content: QuestionContent) -> Iterator[Fault]:
    if content.kind in OPTION_KINDS:
        yield from _count_faults(content)
        yield from _option_faults(content)
    elif content.options:
        yield Fault("options_unused")


def _count_faults(content: QuestionContent) -> Iterator[Fault]:
    if len(content.prompts if content.kind == "matching" else content.options) < FEWEST_OPTIONS:
        yield Fault("options_too_few")
    if len(content.options) > MOST_OPTIONS:
        yield Fault("options_too_many")


def _option_faults(content: QuestionContent) -> Iterator[Fault]:
    keys: set[str] = set()
    texts: set[str] = set()
    for option in content.options:
        if option.key in keys:
            yield Fault("option_key_repeated", option.key)
        keys.add(option.key)
        if content.kind != "matching" or option.is_prompt:
            yield from _blank("option", option.text, option.key)
        said = _said(option.text)
        if said & texts:
            yield Fault("option_text_repeated", option.key)
        texts |= said


def _said(text: Bilingual) -> set[str]:
    return {text.ar.strip(), text.en.strip().casefold()} - {""}


def _one_correct(content: QuestionContent) -> Iterator[Fault]:
    correct = sum(option.is_correct for option in content.options)
    if not correct:
        yield Fault("correct_none")
    elif correct > 1:
        yield Fault("correct_many_in_single")


def _some_correct(content: QuestionContent) -> Iterator[Fault]:
    correct = sum(option.is_correct for option in content.options)
    if not correct:
        yield Fault("correct_none")
    elif correct == len(content.options):
        yield Fault("correct_all_in_multiple")


def _true_false(content: QuestionContent) -> Iterator[Fault]:
    if {(one.key, one.text) for one in content.options} != {
        (one.key, one.text) for one in true_false_options(is_true=True)
    }:
        yield Fault("true_false_options_other")
    yield from _one_correct(content)


def _numeric(content: QuestionContent) -> Iterator[Fault]:
    key = content.numeric
    if key is None or not key.value.is_finite():
        yield Fault("numeric_value_missing")
        return
    if not key.tolerance.is_finite() or key.tolerance < 0:
        yield Fault("numeric_tolerance_negative")
    if bool(key.unit.ar.strip()) != bool(key.unit.en.strip()):
        yield Fault("numeric_unit_one_language")


def _short_text(content: QuestionContent) -> Iterator[Fault]:
    if not content.accepted:
        yield Fault("accepted_none")
    seen: set[str] = set()
    for text in content.accepted:
        spelt = search_key(text)
        if not spelt:
            yield Fault("accepted_blank", text)
        elif spelt in seen:
            yield Fault("accepted_repeated", text)
        seen.add(spelt)


def _matching(content: QuestionContent) -> Iterator[Fault]:
    asked = [option for option in content.options if option.is_prompt]
    right = set[str]()
    for option in asked:
        yield from _blank("match", option.match, option.key)
        right |= _said(option.match)
    for option in content.options:
        if not option.is_prompt:
            yield from _blank("match", option.match, option.key)
            if _said(option.match) & right:
                yield Fault("match_repeated_in_distractor", option.key)
    if len({option.match for option in content.options} - {NOTHING}) < FEWEST_OPTIONS:
        yield Fault("matches_too_few")


def _ordering(content: QuestionContent) -> Iterator[Fault]:
    ranks = sorted(option.rank or 0 for option in content.options)
    if ranks != list(range(1, len(ranks) + 1)):
        yield Fault("ranks_not_in_order")


def _hotspot(content: QuestionContent) -> Iterator[Fault]:
    if content.image is None:
        yield Fault("image_missing")
    for option in content.options:
        if option.region is None:
            yield Fault("region_missing", option.key)
        elif not is_inside(option.region):
            yield Fault("region_outside", option.key)
    yield from _some_correct(content)


def _open_text(content: QuestionContent) -> Iterator[Fault]:
    if not content.rubric:
        yield Fault("rubric_none")
    keys: set[str] = set()
    for criterion in content.rubric:
        if criterion.key in keys:
            yield Fault("criterion_key_repeated", criterion.key)
        keys.add(criterion.key)
        yield from _blank("criterion", criterion.text, criterion.key)
        if not criterion.marks.is_finite() or criterion.marks <= 0:
            yield Fault("criterion_marks_not_positive", criterion.key)


def is_inside(region: Region) -> bool:
    """Whether the region is a shape with an area that lies within its image."""
    if any(not 0 <= coord <= FULL for coord in region.coords):
        return False
    match region.shape, region.coords:
        case "rect", (x, y, width, height):
            return width > 0 and height > 0 and x + width <= FULL and y + height <= FULL
        case "circle", (_, _, radius):
            return radius > 0
        case "polygon", coords if len(coords) % 2 == 0:
            return len(set(zip(coords[::2], coords[1::2], strict=True))) >= FEWEST_CORNERS
    return False


_BY_KIND: dict[str, Callable[[QuestionContent], Iterator[Fault]]] = {
    "single": _one_correct,
    "multiple": _some_correct,
    "true_false": _true_false,
    "numeric": _numeric,
    "short_text": _short_text,
    "matching": _matching,
    "ordering": _ordering,
    "hotspot": _hotspot,
    "open_text": _open_text,
}
