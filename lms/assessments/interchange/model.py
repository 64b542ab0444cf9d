"""What reading and writing a file of questions gives: items, what is lost on the way, and refusals."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from ..content import NOTHING, Bilingual, QuestionContent

#: qti is version 3.0, or any version for reading; qti22 is written only.
Format = Literal["gift", "moodle", "qti", "qti22", "csv"]
Language = Literal["ar", "en"]
LANGUAGES: tuple[Language, ...] = ("ar", "en")

MOST_BYTES = 20 * 1024 * 1024
MOST_ITEMS = 2_000
MOST_TEXT = 10_000
MOST_OPTIONS_READ = 60
MOST_IMAGE_BYTES = 8 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Problem:
    """Why a file is refused: `code` says what, `where` names item or line, `detail` fills the sentence."""

    code: str
    where: str = ""
    detail: str = ""


class InterchangeError(Exception):
    """A file that is refused whole, with everything that was found wrong in it.

    It is the only exception that a reader or writer raises for what is in a file.
    """

    def __init__(self, code: str, where: str = "", detail: object = "", *others: Problem) -> None:
        self.problems = (Problem(code, where, str(detail)[:300]), *others)
        super().__init__("; ".join(f"{one.where} {one.code} {one.detail}".strip() for one in self.problems))


class UnsupportedError(Exception):
    """A question that is well formed but cannot be a question of ours: it is left out and reported."""

    def __init__(self, code: str, detail: object = "") -> None:
        super().__init__(code)
        self.code = code
        self.detail = str(detail)


@dataclass(frozen=True, slots=True)
class Loss:
    """Something that one side can say and the other cannot. `messages` has a sentence for each code."""

    code: str
    detail: str = ""


@dataclass(frozen=True, slots=True)
class Left:
    """A question that was left out, and why."""

    where: str
    name: str
    kind: str
    loss: Loss


@dataclass(frozen=True, slots=True)
class Tags:
    """Where a question belongs; blank is what a file does not say. `difficulty` is easy, medium or hard."""

    area: str = ""
    area_name: Bilingual = NOTHING
    topic: str = ""
    objective: str = ""
    difficulty: str = ""


@dataclass(frozen=True, slots=True)
class Item:
    """A question on its way between a file and a bank.

    `where` is the line, item or row of the file, `name` what its author called it, `code` its identity in the
    file, or blank. `images` holds the bytes of the images of `content` by their SHA-256.
    """

    where: str
    name: str
    code: str
    tags: Tags
    content: QuestionContent
    losses: tuple[Loss, ...] = ()
    scenario: str = ""
    scenario_order: int = 0
    images: Mapping[str, bytes] = field(default_factory=dict)

    @property
    def languages(self) -> tuple[Language, ...]:
        """The languages in which the question is asked."""
        stem = self.content.stem
        return tuple(language for language in LANGUAGES if getattr(stem, language).strip())


@dataclass(frozen=True, slots=True)
class Reading:
    """A whole file as it was understood."""

    format: str
    items: tuple[Item, ...]
    left: tuple[Left, ...] = ()

    @property
    def counts(self) -> dict[str, int]:
        """How many questions of each of our kinds were read."""
        return dict(sorted(Counter(item.content.kind for item in self.items).items()))

    @property
    def left_counts(self) -> dict[str, int]:
        """How many questions of each foreign type were left out."""
        return dict(sorted(Counter(left.kind for left in self.left).items()))


@dataclass(frozen=True, slots=True)
class Writing:
    """A file as it is written, with what a reader of it will not find there, by question code."""

    format: str
    data: bytes
    losses: Mapping[str, tuple[Loss, ...]]
    left: tuple[Left, ...] = ()
