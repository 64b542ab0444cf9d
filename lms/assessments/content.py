"""What a question says, apart from where it is kept.

The same shape is read from a question bank file or from other people's formats, compared with the
bank, checked before publication, sealed with a digest and marked by, so that "unchanged", "complete"
and "right" mean one thing everywhere.

What each kind of question uses besides `stem` and `explanation`:

==========  ===========================================================================================
single      `options`, one correct
multiple    `options`, some correct; `credit`
true_false  `true_false_options(is_true)`
numeric     `numeric`
short_text  `accepted`, compared as `lms.common.arabic.search_key` spells them
matching    `options`: `text` is the prompt and `match` what belongs to it; prompts may share a match; an
            option with a match and without a prompt is a distractor; `credit`
ordering    `options`, each with its `rank` from 1; `credit`
hotspot     `image`; `options`, each with its `region` and its name as `text`, some correct; `credit`
open_text   `rubric`; a person marks it
==========  ===========================================================================================
"""

import hashlib
import json
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Literal, get_args

Kind = Literal[
    "single",
    "multiple",
    "true_false",
    "numeric",
    "short_text",
    "matching",
    "ordering",
    "hotspot",
    "open_text",
]
KINDS: tuple[Kind, ...] = get_args(Kind)

#: How a partly right answer counts; `scoring` has the formulas. The first rule is the kind's usual one.
Credit = Literal["right_minus_wrong", "per_option", "all_or_nothing"]
CREDITS: dict[str, tuple[Credit, ...]] = {
    "multiple": ("right_minus_wrong", "per_option", "all_or_nothing"),
    "hotspot": ("all_or_nothing", "right_minus_wrong", "per_option"),
    "matching": ("per_option", "all_or_nothing"),
    "ordering": ("per_option", "all_or_nothing"),
}

#: Kinds answered by choosing options, kinds answered by writing, kinds whose question is made of options.
CHOICE_KINDS = frozenset({"single", "multiple", "true_false", "hotspot"})
TEXT_KINDS = frozenset({"numeric", "short_text", "open_text"})
OPTION_KINDS = CHOICE_KINDS | {"matching", "ordering"}

FEWEST_OPTIONS = 2
MOST_OPTIONS = 10

Shape = Literal["rect", "circle", "polygon"]
SHAPES: tuple[Shape, ...] = get_args(Shape)


@dataclass(frozen=True, slots=True)
class Bilingual:
    ar: str
    en: str

    @property
    def is_blank(self) -> bool:
        return not (self.ar.strip() or self.en.strip())


NOTHING = Bilingual("", "")


@dataclass(frozen=True, slots=True)
class Region:
    """A part of an image, in thousandths of its width (x, radius) and height (y), from the top left corner.

    rect: x, y, width, height. circle: x, y, radius. polygon: x and y of each corner.
    """

    shape: Shape
    coords: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class OptionContent:
    key: str
    is_correct: bool
    text: Bilingual
    match: Bilingual = NOTHING
    rank: int | None = None
    region: Region | None = None

    @property
    def is_prompt(self) -> bool:
        """Whether an option of a matching question asks for a match; else it is a distractor."""
        return not self.text.is_blank


@dataclass(frozen=True, slots=True)
class ImageContent:
    """An image by its contents. `sha256` is the hex digest of the file; `name` is only where it is kept."""

    sha256: str
    alt: Bilingual
    name: str = ""


@dataclass(frozen=True, slots=True)
class Stimulus:
    """What a scenario tells before its questions; a copy stands with each of them."""

    text: Bilingual
    image: ImageContent | None = None


@dataclass(frozen=True, slots=True)
class NumericKey:
    """Right is `value - tolerance` to `value + tolerance`, both included. `unit` is shown, never typed."""

    value: Decimal
    tolerance: Decimal = Decimal(0)
    unit: Bilingual = NOTHING


@dataclass(frozen=True, slots=True)
class Criterion:
    """What the marker of an open answer looks for, and the most marks that it can earn."""

    key: str
    text: Bilingual
    marks: Decimal


@dataclass(frozen=True, slots=True)
class QuestionContent:
    kind: Kind
    stem: Bilingual
    options: tuple[OptionContent, ...]
    explanation: Bilingual
    source: str = ""
    #: None is the usual rule of the kind.
    credit: Credit | None = None
    numeric: NumericKey | None = None
    accepted: tuple[str, ...] = ()
    rubric: tuple[Criterion, ...] = ()
    image: ImageContent | None = None
    stimulus: Stimulus | None = None

    @property
    def credit_rule(self) -> Credit:
        """The rule for a partly right answer; all or nothing for kinds that know no other."""
        return self.credit or CREDITS.get(self.kind, ("all_or_nothing",))[0]

    @property
    def max_marks(self) -> Decimal:
        """What the question is worth on a form: the marks of its rubric, or one."""
        return sum((criterion.marks for criterion in self.rubric), Decimal(0)) or Decimal(1)

    @property
    def prompts(self) -> tuple[OptionContent, ...]:
        """What a matching question asks about."""
        return tuple(option for option in self.options if option.is_prompt)

    @property
    def match_keys(self) -> dict[str, str]:
        """For each option of a matching question, the key under which its match is shown and stored: that of
        the first option, in the order of keys, which says the same."""
        first: dict[Bilingual, str] = {}
        for option in sorted(self.options, key=lambda one: one.key):
            first.setdefault(option.match, option.key)
        return {option.key: first[option.match] for option in self.options}

    @property
    def options_in_order(self) -> tuple[OptionContent, ...]:
        """The options by rank, where they have one, then by key."""
        return tuple(sorted(self.options, key=lambda one: (one.rank or 0, one.key)))

    @property
    def right_order(self) -> tuple[str, ...]:
        """The keys of an ordering question as they belong."""
        return tuple(option.key for option in self.options_in_order)


def true_false_options(is_true: bool) -> tuple[OptionContent, OptionContent]:
    """The two options of every true-or-false question."""
    return (
        OptionContent("t", is_true, Bilingual("صحيح", "True")),
        OptionContent("f", not is_true, Bilingual("خطأ", "False")),
    )


def digest(content: QuestionContent) -> str:
    """SHA-256 (hex) over the canonical JSON of the content; options count in the order of their keys.

    It seals a published version: whoever changes a row behind the application's back changes its digest.
    What a question does not use is left out, so that a seal outlives the kinds that are added after it.
    """
    sealed: dict[str, Any] = {
        "kind": content.kind,
        "stem": _texts(content.stem),
        "options": [_sealed_option(option) for option in sorted(content.options, key=lambda one: one.key)],
        "explanation": _texts(content.explanation),
        "source": content.source,
    }
    if content.credit_rule != CREDITS.get(content.kind, (content.credit_rule,))[0]:
        sealed["credit"] = content.credit_rule
    if content.numeric is not None:
        sealed["numeric"] = {
            "value": plain_number(content.numeric.value),
            "tolerance": plain_number(content.numeric.tolerance),
            "unit": _texts(content.numeric.unit),
        }
    if content.accepted:
        sealed["accepted"] = list(content.accepted)
    if content.rubric:
        sealed["rubric"] = [
            {"key": one.key, "text": _texts(one.text), "marks": plain_number(one.marks)}
            for one in content.rubric
        ]
    if content.image is not None:
        sealed["image"] = _sealed_image(content.image)
    if content.stimulus is not None:
        sealed["stimulus"] = _sealed_story(content.stimulus)
    return _hashed(sealed)


def digest_of_story(story: Stimulus) -> str:
    """The same for what a scenario tells."""
    return _hashed(_sealed_story(story))


def _hashed(sealed: dict[str, Any]) -> str:
    canonical = json.dumps(sealed, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(canonical.encode()).hexdigest()


def plain_number(value: Decimal) -> str:
    """The one spelling of a number: 3.5 for 3.50, 100 for 1E+2, 0 for -0.0."""
    text = f"{value:f}"
    text = text.rstrip("0").rstrip(".") if "." in text else text
    return "0" if text in ("-0", "") else text


def _texts(text: Bilingual) -> dict[str, str]:
    return {"ar": text.ar, "en": text.en}


def _sealed_option(option: OptionContent) -> dict[str, Any]:
    sealed: dict[str, Any] = {
        "key": option.key,
        "is_correct": option.is_correct,
        "text": _texts(option.text),
    }
    if option.match != NOTHING:
        sealed["match"] = _texts(option.match)
    if option.rank is not None:
        sealed["rank"] = option.rank
    if option.region is not None:
        sealed["region"] = [option.region.shape, *option.region.coords]
    return sealed


def _sealed_image(image: ImageContent) -> dict[str, Any]:
    return {"sha256": image.sha256, "alt": _texts(image.alt)}


def _sealed_story(story: Stimulus) -> dict[str, Any]:
    sealed: dict[str, Any] = {"text": _texts(story.text)}
    if story.image is not None:
        sealed["image"] = _sealed_image(story.image)
    return sealed
