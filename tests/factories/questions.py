"""Complete questions of every kind, and a bank that holds them."""

import hashlib
from decimal import Decimal
from functools import cache
from io import BytesIO
from typing import Any

from PIL import Image as PillowImage

from lms.assessments.bankfile import BankFile, QuestionEntry, ScenarioEntry
from lms.assessments.content import (
    KINDS,
    Bilingual,
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
from lms.assessments.models import QuestionBank, QuestionVersion
from lms.assessments.services.bank import import_question_bank
from tests.factories.assessments import AREAS, NOON


@cache
def png(width: int = 100, height: int = 50, colour: str = "white") -> bytes:
    file = BytesIO()
    PillowImage.new("RGB", (width, height), colour).save(file, "PNG")
    return file.getvalue()


def both(text: str) -> Bilingual:
    return Bilingual(f"{text} ع", text)


def picture(name: str = "images/hall.png") -> ImageContent:
    return ImageContent(hashlib.sha256(png()).hexdigest(), both("A polling hall"), name)


def choices(keys: str = "abcd", correct: str = "b") -> tuple[OptionContent, ...]:
    return tuple(OptionContent(key, key in correct, both(f"Option {key}")) for key in keys)


PARTS: dict[str, dict[str, Any]] = {
    "single": {"options": choices()},
    "multiple": {"options": choices(correct="ac")},
    "true_false": {"options": true_false_options(is_true=False)},
    "numeric": {"numeric": NumericKey(Decimal("3.5"), Decimal("0.1"), Bilingual("ساعة", "hours"))},
    "short_text": {"accepted": ("المفوضية", "HNEC")},
    "matching": {
        "options": (
            OptionContent("a", False, both("Prompt a"), both("first")),
            OptionContent("b", False, both("Prompt b"), both("second")),
            OptionContent("c", False, both("Prompt c"), both("first")),
            OptionContent("d", False, Bilingual("", ""), both("third")),
        )
    },
    "ordering": {
        "options": tuple(
            OptionContent(key, False, both(f"Step {key}"), rank=rank)
            for rank, key in enumerate("cab", start=1)
        )
    },
    "hotspot": {
        "image": picture(),
        "options": tuple(
            OptionContent(key, key == "b", both(f"Place {key}"), region=region)
            for key, region in {
                "a": Region("rect", (0, 0, 200, 200)),
                "b": Region("circle", (500, 500, 100)),
                "c": Region("polygon", (700, 700, 900, 700, 800, 900)),
            }.items()
        ),
    },
    "open_text": {
        "rubric": (
            Criterion("a", both("Names the rule"), Decimal(1)),
            Criterion("b", both("Says why"), Decimal("1.5")),
        )
    },
}


def content_of(kind: Kind, **changes: Any) -> QuestionContent:
    """A complete question of that kind; the keys of its right answer are in PARTS."""
    parts: dict[str, Any] = {
        "options": (),
        "stem": both(f"A question of kind {kind}"),
        "explanation": both(f"Secret explanation of {kind}"),
        "source": "Law 59 of 2012",
        **PARTS[kind],
        **changes,
    }
    return QuestionContent(kind=kind, **parts)


#: For each kind an answer as it is kept that earns everything, and one that earns nothing.
RIGHT: dict[str, Any] = {
    "single": ["b"],
    "multiple": ["a", "c"],
    "true_false": ["f"],
    "numeric": "٣٫٥",
    "short_text": "المفوضيّة",
    "matching": {"a": "a", "b": "b", "c": "a"},
    "ordering": ["c", "a", "b"],
    "hotspot": ["b"],
}
WRONG: dict[str, Any] = {
    "single": ["a"],
    "multiple": ["b", "d"],
    "true_false": ["t"],
    "numeric": "4",
    "short_text": "البلدية",
    "matching": {"a": "d", "b": "a"},
    "ordering": ["a", "b", "c"],
    "hotspot": ["a"],
}

STORY = Stimulus(both("At ten o'clock the hall is full."), picture("images/story.png"))


def entry_of(kind: Kind, code: str = "", **fields: Any) -> QuestionEntry:
    return QuestionEntry(
        code or kind.upper(),
        "law",
        "silence-day",
        "6.1",
        "medium",
        fields.pop("content", content_of(kind)),
        **fields,
    )


def every_kind_file(code: str = "KINDS", *, times: int = 1) -> BankFile:
    """A bank with so many questions of each kind; the last two of nine belong to a scenario."""
    entries = [
        entry_of(
            kind,
            f"{kind.upper()}-{time}" if time else kind.upper(),
            scenario=f"hall-{time}" if n >= len(KINDS) - 2 else "",
            scenario_order=max(0, n - len(KINDS) + 3),
        )
        for time in range(times)
        for n, kind in enumerate(KINDS)
    ]
    image = png()
    return BankFile(
        code,
        Bilingual("بنك", "Bank"),
        AREAS,
        tuple(entries),
        tuple(ScenarioEntry(f"hall-{time}", STORY) for time in range(times)),
        {hashlib.sha256(image).hexdigest(): image},
    )


def every_kind_bank(code: str = "KINDS", *, times: int = 1) -> QuestionBank:
    import_question_bank(bank_file=every_kind_file(code, times=times), at=NOON)
    return QuestionBank.objects.get(code=code)


def version_of(bank: QuestionBank, kind: Kind) -> QuestionVersion:
    return QuestionVersion.objects.with_content().get(question__bank=bank, kind=kind)
