"""Questions of every kind on their way between a bank and a file."""

import io
from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal
from hashlib import sha256

from PIL import Image

from lms.assessments.content import (
    Bilingual,
    Criterion,
    ImageContent,
    Kind,
    NumericKey,
    OptionContent,
    QuestionContent,
    Region,
    Stimulus,
    digest,
    true_false_options,
)
from lms.assessments.interchange.model import Item, Reading, Tags


def both(text: str) -> Bilingual:
    return Bilingual(f"{text} بالعربية", f"{text} in English")


def png(width: int = 40, height: int = 30, colour: str = "#0b5") -> bytes:
    buffer = io.BytesIO()
    Image.new("RGB", (width, height), colour).save(buffer, "PNG")
    return buffer.getvalue()


PICTURE = png()
PICTURE_SHA = sha256(PICTURE).hexdigest()
PICTURE_CONTENT = ImageContent(PICTURE_SHA, both("A map"), f"{PICTURE_SHA[:12]}.png")

#: Signs that mean something in one format or another.
TRICKY = Bilingual(
    "ما معنى ~ = # { } : \\ و%50% و-> و<b> و&amp;؟\n\n  سطر ثالث [html] {mlang en}",
    "What do ~ = # { } : \\ and %50% and -> and <b> and &amp; mean?\n\n  Third line // [html] {mlang ar}",
)


def content(kind: Kind, **fields: object) -> QuestionContent:
    """A complete question of a kind."""
    whole = QuestionContent(kind=kind, stem=both(kind), options=(), explanation=both("Because"))
    return replace(whole, **{**_PARTS[kind], **fields})  # type: ignore[arg-type]


def options(right: str, keys: str = "abcd") -> tuple[OptionContent, ...]:
    return tuple(OptionContent(key, key in right, both(f"Option {key}")) for key in keys)


_PARTS: dict[str, dict[str, object]] = {
    "single": {"options": options("b")},
    "multiple": {"options": options("acd")},
    "true_false": {"options": true_false_options(is_true=False)},
    "numeric": {"numeric": NumericKey(Decimal("3.5"), Decimal("0.25"), Bilingual("ساعة", "hours"))},
    "short_text": {"accepted": ("المفوضية", "HNEC", "a*b | 50% [html]")},
    "matching": {
        "options": (
            OptionContent("a", False, both("Prompt a"), both("Match 1")),
            OptionContent("b", False, both("Prompt b -> ="), both("Match 2")),
            OptionContent("c", False, both("Prompt c"), both("Match 1")),
            OptionContent("d", False, Bilingual("", ""), both("Distractor")),
        )
    },
    "ordering": {
        "options": (
            OptionContent("a", False, both("// Second {x} #### \\"), rank=2),
            OptionContent("b", False, both("First = ~ :"), rank=1),
            OptionContent("c", False, both("[plain] Third"), rank=3),
        )
    },
    "hotspot": {
        "image": PICTURE_CONTENT,
        "options": (
            OptionContent("a", True, both("Box"), region=Region("rect", (100, 200, 300, 333))),
            OptionContent("b", False, both("Door"), region=Region("circle", (501, 502, 77))),
            OptionContent("c", True, both("Desk"), region=Region("polygon", (1, 2, 301, 4, 205, 606))),
        ),
    },
    "open_text": {
        "rubric": (
            Criterion("a", both("Says when"), Decimal("2.00")),
            Criterion("b", both("Says who"), Decimal("0.50")),
        )
    },
}
KINDS: Sequence[Kind] = tuple(_PARTS)  # type: ignore[arg-type]
TAGS = Tags("law", both("Law"), "silence-day", "6.1", "hard")


def item(code: str, asked: QuestionContent, **fields: object) -> Item:
    wanted = [one for one in (asked.image, asked.stimulus.image if asked.stimulus else None) if one]
    images = {one.sha256: PICTURE for one in wanted}
    return replace(Item("", code, code, TAGS, asked, images=images), **fields)  # type: ignore[arg-type]


def every_kind() -> list[Item]:
    """All kinds, all rules for partly right answers, tricky signs, images, other keys, and a scenario."""
    story = Stimulus(both("A station at noon"), replace(PICTURE_CONTENT, alt=both("A station")))
    return [
        *(item(f"K-{kind}", content(kind)) for kind in KINDS),
        item("C-1", content("multiple", credit="per_option")),
        item("C-2", content("multiple", credit="all_or_nothing")),
        item("C-3", content("matching", credit="all_or_nothing")),
        item("C-4", content("ordering", credit="all_or_nothing")),
        item("C-5", content("hotspot", credit="all_or_nothing")),
        item("T-1", content("single", stem=TRICKY, explanation=TRICKY, source="Law 59 ?> -- (2012)")),
        item("T-2", content("single", options=options("7", keys="3579"))),
        item("T-3", content("single", image=PICTURE_CONTENT)),
        item("T-4", content("numeric", numeric=NumericKey(Decimal("-1E+2"), Decimal(0)))),
        item("S-1", content("single", stimulus=story), scenario="SC-1", scenario_order=1),
        item("S-2", content("true_false", stimulus=story), scenario="SC-1", scenario_order=2),
    ]


def said(item: Item) -> tuple[object, ...]:
    """What must be the same after a way through a file: everything but names of images and readers' notes."""
    return item.code, item.tags, item.scenario, item.scenario_order, digest(item.content)


def by_code(reading: Reading) -> dict[str, Item]:
    return {one.code: one for one in reading.items}
