"""A question while it is being read, and how it becomes one of ours."""

import hashlib
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from decimal import Decimal

from ..content import (
    NOTHING,
    Bilingual,
    Credit,
    Criterion,
    ImageContent,
    Kind,
    NumericKey,
    OptionContent,
    QuestionContent,
    Region,
    Stimulus,
    true_false_options,
)
from . import images
from .model import LANGUAGES, MOST_OPTIONS_READ, Item, Language, Loss, Tags, UnsupportedError
from .texts import Speech

LETTERS = "abcdefghijklmnopqrstuvwxyz"
MOST_CODE = 40
LEAST_MARKS, MOST_MARKS = Decimal("0.01"), Decimal("999.99")
_KEY = re.compile(r"[A-Za-z0-9_-]{1,4}")
_ARABIC = re.compile("[\u0621-\u064a\u0671-\u06d3]")
_LATIN = re.compile("[A-Za-z]")
#: Letters of neither script, without the Greek ones of formulas.
_OTHER = re.compile(
    "[\u0400-\u05ff\u0700-\u074f\u0780-\u089f\u0900-\u1cff\u2d80-\u2dff\u3040-\ud7ff\U00020000-\U0003ffff]"
)


@dataclass(slots=True)
class DraftOption:
    text: Speech = field(default_factory=Speech)
    is_correct: bool = False
    key: str = ""
    match: Speech = field(default_factory=Speech)
    rank: int | None = None
    region: Region | None = None


@dataclass(slots=True)
class DraftCriterion:
    text: Speech
    marks: Decimal
    key: str = ""


@dataclass(slots=True)
class Draft:
    """What a reader has understood of a question. `foreign_kind` is the name of its type in the file."""

    where: str
    foreign_kind: str
    kind: Kind = "single"
    name: str = ""
    code: str = ""
    #: What the file says it is in, such as `he`; tools write their own language there more than the author's.
    declared: str = ""
    tags: Tags = field(default_factory=Tags)
    stem: Speech = field(default_factory=Speech)
    explanation: Speech = field(default_factory=Speech)
    options: list[DraftOption] = field(default_factory=list)
    source: str = ""
    credit: Credit | None = None
    value: Decimal | None = None
    tolerance: Decimal = Decimal(0)
    unit: Speech = field(default_factory=Speech)
    accepted: list[str] = field(default_factory=list)
    rubric: list[DraftCriterion] = field(default_factory=list)
    image: images.Picture | None = None
    alt: Speech = field(default_factory=Speech)
    scenario: str = ""
    stimulus: Speech | None = None
    stimulus_image: images.Picture | None = None
    stimulus_alt: Speech = field(default_factory=Speech)
    find: images.Finder = lambda source: None
    losses: list[Loss] = field(default_factory=list)

    def note(self, code: str, detail: object = "") -> None:
        loss = Loss(code, str(detail)[:300])
        if loss not in self.losses:
            self.losses.append(loss)

    def finish(self, language: Language | None) -> Item:
        """The question as one of ours. A text that marks no language is in `language`, or in the language in
        whose letters it is written. Raises UnsupportedError for texts or options beyond our bounds."""
        if (count := max(len(self.options), len(self.accepted), len(self.rubric))) > MOST_OPTIONS_READ:
            raise UnsupportedError("too_many_options", count)
        self.take_pictures()
        spoken = self._languages(language)
        self._note_texts()
        return Item(
            where=self.where,
            name=self.name[:200],
            code=self._code(),
            tags=self.tags,
            content=self._content(spoken),
            losses=tuple(self.losses),
            scenario=self.scenario,
            images={digest_of(one): one.data for one in (self.image, self.stimulus_image) if one},
        )

    def _texts(self) -> Iterator[Speech]:
        yield self.stem
        yield self.explanation
        for option in self.options:
            yield from (option.text, option.match)
        yield from (criterion.text for criterion in self.rubric)
        yield self.unit
        if self.stimulus is not None:
            yield self.stimulus

    def _languages(self, language: Language | None) -> list[Language]:
        marked = frozenset[str]().union(*(text.languages for text in self._texts()))
        if marked:
            return [one for one in LANGUAGES if one in marked]
        if language is not None:
            return [language]
        words = self.stem.text() + "".join(
            option.text.text() + option.match.text() for option in self.options
        )
        arabic, latin, other = (len(one.findall(words)) for one in (_ARABIC, _LATIN, _OTHER))
        if other > arabic + latin or (self.declared and self.declared not in LANGUAGES):
            self.note("other_language", self.declared)
        return ["ar" if arabic >= max(1, latin) or (arabic and self.declared == "ar") else "en"]

    def _note_texts(self) -> None:
        for text in (*self._texts(), self.alt, self.stimulus_alt):
            for loss in text.noted():
                self.note(loss.code, loss.detail)

    def take_pictures(self) -> None:
        """The first image of the question, or of its scenario, is its own; all others are lost."""
        self.image = self._take_picture(self.stem, self.image, self.alt)
        if self.stimulus is not None:
            self.stimulus_image = self._take_picture(self.stimulus, self.stimulus_image, self.stimulus_alt)
        for text in (self.explanation, *(part for one in self.options for part in (one.text, one.match))):
            for picture in text.pictures:
                self.note("image_in_part", picture.alt or picture.source[:80])

    def _take_picture(self, text: Speech, image: images.Picture | None, alt: Speech) -> images.Picture | None:
        for picture in text.pictures:
            if image is not None:
                self.note("image_second", picture.alt or picture.source[:80])
                continue
            found = images.load(picture.source, self.find)
            if isinstance(found, Loss):
                self.note(found.code, found.detail or picture.alt)
                continue
            image = found
            if alt.is_blank:
                alt.runs = Speech.plain(picture.alt).runs
        text.pictures.clear()
        return image

    def _code(self) -> str:
        code = self.code.strip()
        if len(code) > MOST_CODE or not code.isprintable():
            self.note("code_changed", code[:80])
            return ""
        return code

    def _content(self, spoken: list[Language]) -> QuestionContent:
        is_numeric = self.kind == "numeric" and self.value is not None
        return QuestionContent(
            kind=self.kind,
            stem=self.stem.bilingual(spoken),
            options=tuple(self._option_contents(spoken)),
            explanation=self.explanation.bilingual(spoken),
            source=self.source,
            credit=self.credit,
            numeric=NumericKey(self.value, self.tolerance, self.unit.bilingual(spoken))
            if is_numeric and self.value is not None
            else None,
            accepted=tuple(dict.fromkeys(filter(None, map(str.strip, self.accepted)))),
            rubric=tuple(
                Criterion(one.key or str(number), one.text.bilingual(spoken), one.marks)
                for number, one in enumerate(self.rubric, start=1)
            ),
            image=self._image_content(self.image, self.alt, spoken),
            stimulus=None
            if self.stimulus is None
            else Stimulus(
                self.stimulus.bilingual(spoken),
                self._image_content(self.stimulus_image, self.stimulus_alt, spoken),
            ),
        )

    def _option_contents(self, spoken: list[Language]) -> Iterator[OptionContent]:
        if self.kind == "true_false":
            yield from true_false_options(any(one.key == "t" and one.is_correct for one in self.options))
            return
        given = [one.key for one in self.options]
        is_given = len(set(given)) == len(given) and all(map(_KEY.fullmatch, given))
        for number, option in enumerate(self.options):
            yield OptionContent(
                key=option.key if is_given else letter(number),
                is_correct=option.is_correct,
                text=option.text.bilingual(spoken),
                match=option.match.bilingual(spoken) if self.kind == "matching" else NOTHING,
                rank=option.rank,
                region=option.region,
            )

    def _image_content(
        self, image: images.Picture | None, alt: Speech, spoken: list[Language]
    ) -> ImageContent | None:
        if image is None:
            return None
        said = alt.bilingual(spoken) if alt.languages or len(spoken) == 1 else in_its_language(alt.text())
        sha256 = digest_of(image)
        return ImageContent(sha256, said, f"{sha256[:12]}.{image.extension}")


def rubric_marks(marks: Decimal) -> Decimal:
    """The marks of a criterion as the bank keeps them: more than nothing, two places, less than a thousand."""
    if not marks.is_finite():
        return Decimal(1)
    return min(max(marks, LEAST_MARKS), MOST_MARKS).quantize(LEAST_MARKS)


def letter(number: int) -> str:
    """The key of an option by its place from 0: a to z, then o27 and so on."""
    return LETTERS[number] if number < len(LETTERS) else f"o{number + 1}"


def digest_of(image: images.Picture) -> str:
    return hashlib.sha256(image.data).hexdigest()


def in_its_language(text: str) -> Bilingual:
    """A text of which only the letters say in which language it is."""
    return Bilingual(text, "") if _ARABIC.search(text) else Bilingual("", text)
