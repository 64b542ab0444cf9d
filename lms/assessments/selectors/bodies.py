"""Questions as they are shown, for every kind: on the exam, in practice, in the preview.

Nothing here reads which option is correct. Places count from 1 as shown; keys of the bank stay on the
server. Field names carry the position (`q3`, `q3-1`), so that a page may hold any number of questions.
"""

from collections.abc import Iterable, Mapping, Sequence, Set
from dataclasses import dataclass, field, replace
from typing import Any
from uuid import UUID

from django.http import QueryDict
from django.utils.translation import get_language
from wagtail.images.models import Image, Rendition

from lms.assessments.answers_format import MOST_CHARACTERS, to_wire
from lms.assessments.content import CHOICE_KINDS, TEXT_KINDS, Region
from lms.assessments.faults import FULL
from lms.assessments.models import IllustratedModel, Option, QuestionVersion
from lms.assessments.models.scenarios import StoryModel
from lms.assessments.spec import read_region

#: The one size in which images of questions are made: as wide as the reading column.
IMAGE_FILTER = "max-720x960|format-webp"

_SHOWN = ("version", "key", "text_ar", "text_en", "match_ar", "match_en", "region")


@dataclass(frozen=True, slots=True)
class Outline:
    """A region over an image, in the image's own pixels: the numbers of its shape, the middle where its own
    number stands, and the box round it as x, y, width and height."""

    shape: str
    numbers: tuple[float, ...]
    middle: tuple[float, float]
    box: tuple[float, float, float, float]

    @property
    def points(self) -> str:
        """The corners of a polygon as SVG wants them."""
        return " ".join(f"{number:g}" for number in self.numbers)


@dataclass(frozen=True, slots=True)
class Picture:
    """`seal`: of the file that was published; blank in a draft."""

    url: str
    width: int
    height: int
    alt: str
    seal: str = ""
    rendition: Rendition | None = field(default=None, repr=False, compare=False)


@dataclass(frozen=True, slots=True)
class Choice:
    """An option, a match or a region as shown."""

    place: int
    text: str
    is_chosen: bool = False
    outline: Outline | None = None

    @property
    def letter(self) -> str:
        letters = "ABCDEFGHIJ" if get_language() == "en" else "أبجدهوزحطي"
        return letters[self.place - 1]


@dataclass(frozen=True, slots=True)
class Line:
    """A prompt of a matching question, with the place of its chosen match; or an item of an ordering
    question, with the place that it was given. 0: none yet."""

    place: int
    text: str
    chosen: int = 0


@dataclass(frozen=True, slots=True)
class Story:
    """What a scenario tells before its questions. `ident` is the same for questions of one story."""

    ident: int
    text: str
    picture: Picture | None


@dataclass(frozen=True, slots=True)
class QuestionBody:
    """A question and the answer of record in it."""

    position: int
    kind: str
    stem: str
    story: Story | None = None
    picture: Picture | None = None
    choices: list[Choice] = field(default_factory=list)
    lines: list[Line] = field(default_factory=list)
    text: str = ""
    unit: str = ""

    @property
    def name(self) -> str:
        """The name of the form field, and the start of its ids."""
        return f"q{self.position}"

    @property
    def template(self) -> str:
        return f"assessments/components/kinds/{self.kind}.html"

    @property
    def most_characters(self) -> int:
        return MOST_CHARACTERS[self.kind]

    @property
    def places(self) -> range:
        return range(1, len(self.lines) + 1)

    def retyped(self, data: QueryDict) -> "QuestionBody":
        """The question with what a refused form held, so that nobody has to type it again."""
        chosen = data.getlist(self.name)
        return replace(
            self,
            choices=[replace(one, is_chosen=str(one.place) in chosen) for one in self.choices]
            if self.kind in CHOICE_KINDS
            else self.choices,
            lines=[
                replace(line, chosen=_place_in(data.get(f"{self.name}-{line.place}", "")))
                for line in self.lines
            ],
            text=data.get(self.name, "")[: 2 * self.most_characters] if self.kind in TEXT_KINDS else "",
        )


@dataclass(frozen=True, slots=True)
class Asked:
    """A question to show: which version, in which order of options, with which kept answer (None: none)."""

    position: int
    version_id: int
    order: Any
    stored: Any = None


@dataclass(frozen=True, slots=True)
class _Shown:
    """A version and its options by their keys, without what only explains."""

    version: QuestionVersion
    options: dict[str, Option]


_READ: dict[tuple[UUID, str], _Shown] = {}
MOST_READ = 5_000


def read_bodies(asked: Sequence[Asked]) -> list[QuestionBody]:
    """The questions in the order asked for: one query, two more for what this process has not read yet, and two if
    there are images."""
    shown = _shown({one.version_id for one in asked})
    versions = {pk: one.version for pk, one in shown.items()}
    return _bodies(asked, versions, {pk: one.options for pk, one in shown.items()})


def _shown(asked: Set[int]) -> dict[int, _Shown]:
    """What a published version says never changes: a hall of candidates opens the same questions hundreds of times."""
    seals = QuestionVersion.objects.filter(pk__in=asked).order_by().values_list("pk", "public_id", "digest")
    names = {pk: (public_id, seal) for pk, public_id, seal in seals}
    # Asked once each: another thread may empty it in between.
    shown = {pk: one for pk, name in names.items() if (one := _READ.get(name)) is not None}
    if asked - shown.keys():
        shown |= _read_shown(asked - shown.keys())
    if len(_READ) > MOST_READ:
        _READ.clear()
    _READ.update((names[pk], one) for pk, one in shown.items() if one.version.is_published)
    return shown


def _read_shown(asked: Set[int]) -> dict[int, _Shown]:
    versions = (
        QuestionVersion.objects.select_related("stimulus")
        .defer("explanation_ar", "explanation_en", "source")
        .order_by()
        .in_bulk(asked)
    )
    shown = {pk: _Shown(version, {}) for pk, version in versions.items()}
    for option in Option.objects.filter(version__in=versions).order_by().only(*_SHOWN):
        shown[option.version_id].options[option.key] = option
    return shown


def bodies_from(asked: Sequence[Asked], versions: Mapping[int, QuestionVersion]) -> list[QuestionBody]:
    """The same from versions read with their content: no query, and two if there are images."""
    options = {pk: {option.key: option for option in one.options.all()} for pk, one in versions.items()}
    return _bodies(asked, versions, options)


def _bodies(
    asked: Sequence[Asked],
    versions: Mapping[int, QuestionVersion],
    options: Mapping[int, Mapping[str, Option]],
) -> list[QuestionBody]:
    pictures = read_pictures(versions.values())
    return [_body(one, versions[one.version_id], options[one.version_id], pictures) for one in asked]


def show_version(version: QuestionVersion) -> QuestionBody:
    """A version as a learner would meet it, with its options in the order of their keys."""
    content = version.content()
    keys = [option.key for option in content.options]
    order: Any = keys
    if version.kind == "matching":
        prompts = [option.key for option in content.prompts]
        order = {"prompts": prompts, "matches": list(dict.fromkeys(content.match_keys[key] for key in keys))}
    options = {option.key: option for option in version.options.all()}
    scenario = None if version.is_published else version.question.scenario
    pictures = read_pictures([version, *([scenario] if scenario else [])])
    body = _body(Asked(1, version.pk, order), version, options, pictures)
    return replace(body, story=_story(scenario, pictures)) if scenario else body


def read_pictures(rows: Iterable[IllustratedModel]) -> dict[int, Rendition]:
    """The images of versions and of their stories in the size that pages show, by the image's id."""
    wanted = {row.image_id for row in rows}
    wanted |= {row.stimulus.image_id for row in rows if isinstance(row, QuestionVersion) and row.stimulus}
    wanted -= {None}
    if not wanted:
        return {}
    images = Image.objects.prefetch_renditions(IMAGE_FILTER).filter(pk__in=wanted)
    return {image.pk: image.get_rendition(IMAGE_FILTER) for image in images}


def _body(
    one: Asked,
    version: QuestionVersion,
    options: Mapping[str, Option],
    pictures: Mapping[int, Rendition],
) -> QuestionBody:
    picture = _picture(version, pictures)
    body = QuestionBody(
        position=one.position,
        kind=version.kind,
        stem=version.stem,
        story=_story(version.stimulus, pictures) if version.stimulus else None,
        picture=picture,
    )
    given: Any = to_wire(version.kind, one.stored, one.order) if one.stored else None
    if version.kind in TEXT_KINDS:
        numeric = version.spec.get("numeric", {})
        unit = numeric.get("unit_en" if get_language() == "en" else "unit_ar", "")
        return replace(body, text=given or "", unit=unit)
    if version.kind == "matching":
        return replace(body, **_pairs(one.order, options, given))
    if version.kind == "ordering":
        return replace(body, lines=_items(one.order, options, given))
    return replace(
        body,
        choices=[
            Choice(place, options[key].text, place in (given or ()), _outline(options[key].region, picture))
            for place, key in enumerate(one.order, start=1)
        ],
    )


def _pairs(order: Mapping[str, Sequence[str]], options: Mapping[str, Option], given: Any) -> dict[str, Any]:
    chosen = given or [0] * len(order["prompts"])
    prompts = zip(order["prompts"], chosen, strict=True)
    return {
        "lines": [Line(n, options[key].text, match) for n, (key, match) in enumerate(prompts, start=1)],
        "choices": [Choice(n, options[key].match) for n, key in enumerate(order["matches"], start=1)],
    }


def _items(order: Sequence[str], options: Mapping[str, Option], given: Any) -> list[Line]:
    given_place = {place: n for n, place in enumerate(given or (), start=1)}
    return [Line(n, options[key].text, given_place.get(n, 0)) for n, key in enumerate(order, start=1)]


def _story(story: StoryModel, pictures: Mapping[int, Rendition]) -> Story:
    return Story(story.pk, story.text, _picture(story, pictures))


def _picture(row: IllustratedModel, pictures: Mapping[int, Rendition]) -> Picture | None:
    shown = pictures.get(row.image_id or 0)
    if shown is None:
        return None
    return Picture(shown.url, shown.width, shown.height, row.image_alt, row.image_sha256, shown)


def _outline(written: str, picture: Picture | None) -> Outline | None:
    region = read_region(written) if picture else None
    return outline(region, picture.width, picture.height) if region and picture else None


def outline(region: Region, width: int, height: int) -> Outline:
    """A region in the pixels of an image of that size."""
    coords = region.coords
    if region.shape == "circle":
        x, y, radius = coords[0] * width / FULL, coords[1] * height / FULL, coords[2] * width / FULL
        return Outline("circle", (x, y, radius), (x, y), (x - radius, y - radius, 2 * radius, 2 * radius))
    scaled = tuple(value * (height if n % 2 else width) / FULL for n, value in enumerate(coords))
    if region.shape == "rect":
        left, top, wide, high = scaled
        return Outline("rect", scaled, (left + wide / 2, top + high / 2), (left, top, wide, high))
    across, down = scaled[::2], scaled[1::2]
    left, top = min(across), min(down)
    middle = (sum(across) / len(across), sum(down) / len(down))
    return Outline("polygon", scaled, middle, (left, top, max(across) - left, max(down) - top))


def _place_in(text: str) -> int:
    return int(text) if text.isascii() and text.isdigit() and len(text) <= len("99") else 0
