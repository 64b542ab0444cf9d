"""Writing GIFT that Moodle imports and `gift_read` reads back letter by letter.

Texts are HTML with both languages in spans of Moodle's multi-language filter; codes and tags stand in the
comments where Moodle looks for them; what GIFT cannot say is a comment of ours (see `extras`).
"""

import base64
from collections.abc import Iterable, Iterator, Mapping
from fractions import Fraction

from ..content import FEWEST_OPTIONS, Bilingual, ImageContent, QuestionContent, plain_number
from .extras import extras_losses, write_extras, write_scenario_extras, written_options
from .gift_syntax import EXTRAS, escape
from .images import inspect, media_type
from .model import Item, Left, Loss, Writing
from .tags import write_tags
from .texts import to_multilang
from .weights import percent

_IN_ORDERING = str.maketrans({"\\": "&#92;", "{": "&#123;", "}": "&#125;"})


def write_gift(items: Iterable[Item], bank: str) -> Writing:
    """A GIFT file of the questions, in categories by area."""
    blocks: list[str] = []
    losses: dict[str, tuple[Loss, ...]] = {}
    left: list[Left] = []
    area = scenario = None
    for item in items:
        if reason := _unsayable(item.content):
            left.append(Left(item.code, item.name, item.content.kind, reason))
            continue
        if item.tags.area != area:
            area = item.tags.area
            blocks.append(f"$CATEGORY: {category_path(bank, area)}")
        if item.scenario and item.scenario != scenario:
            scenario = item.scenario
            blocks.append(_scenario(item))
        extras = write_extras(item, has_explanation=item.content.kind != "ordering")
        blocks.append(_question(item, extras))
        losses[item.code] = (*extras_losses(extras), *credit_losses(item.content))
    text = "\n\n".join(blocks) + "\n"
    return Writing(
        "gift", text.encode(), {code: found for code, found in losses.items() if found}, tuple(left)
    )


def _unsayable(content: QuestionContent) -> Loss | None:
    """Why GIFT has no way to ask the question; drafts without an answer would turn into another kind."""
    is_answered = {
        "single": any(option.is_correct for option in content.options),
        "numeric": content.numeric is not None,
        "short_text": bool(content.accepted),
    }
    if content.kind == "hotspot":
        return Loss("kind_unknown_there", "GIFT")
    if any("->" in text for text in content.accepted):
        return Loss("arrow_there")
    if not is_answered.get(content.kind, True) or (
        content.kind in ("single", "multiple", "matching", "ordering")
        and len(content.options) < FEWEST_OPTIONS
    ):
        return Loss("draft_without_answer")
    return None


def credit_losses(content: QuestionContent) -> list[Loss]:
    """Rules for partly right answers that weights cannot say: others mark by the nearest weights."""
    is_other = content.kind == "multiple" and content.credit_rule != "right_minus_wrong"
    return [Loss("credit_there", content.credit_rule)] if is_other else []


def option_weights(content: QuestionContent) -> list[Fraction]:
    """What choosing each option is worth: its share of the right ones, or less its share of the wrong ones."""
    options = written_options(content)
    if content.kind != "multiple":
        return [Fraction(option.is_correct) for option in options]
    right = sum(option.is_correct for option in options)
    wrong = len(options) - right
    return [Fraction(1, right) if option.is_correct else Fraction(-1, wrong) for option in options]


def category_path(bank: str, area: str) -> str:
    """The area inside the bank, as Moodle names categories: a slash in a name is doubled."""
    return "/".join(["$course$", "top", *(name.replace("/", "//") for name in (bank, area) if name)])


def _question(item: Item, extras: str) -> str:
    content = item.content
    stem = _picture(content.image, item.images) + to_multilang(content.stem)
    feedback = "" if content.kind == "ordering" else escape(to_multilang(content.explanation))
    answer = "".join(_ANSWERS[content.kind](content))
    closing = f"####{feedback}" if feedback else ""
    if content.kind in ("single", "multiple", "matching", "short_text") and closing:
        closing = f"\t{closing}\n"
    lines = [
        f"// question: 0  name: {_comment(item.code)}",
        f"// {' '.join([_mark('id', item.code), *(_mark('tag', tag) for tag in write_tags(item.tags))])}",
        *([f"// {EXTRAS} {extras}"] if extras else []),
        f"::{escape(item.name or item.code)}::[html]{escape(stem)}{{{answer}{closing}}}",
    ]
    return "\n".join(lines)


def _scenario(item: Item) -> str:
    told = item.content.stimulus
    text = _picture(told.image, item.images) + to_multilang(told.text) if told else ""
    return (
        f"// {_mark('id', item.scenario)}\n// {EXTRAS} {write_scenario_extras(item)}\n"
        f"::{escape(item.scenario)}::[html]{escape(text)}"
    )


def _picture(image: ImageContent | None, images: Mapping[str, bytes]) -> str:
    """GIFT has no files, so that an image is in the address of its element."""
    if image is None or (data := images.get(image.sha256)) is None:
        return ""
    found = inspect(data)
    kind = media_type(found.extension) if found else "application/octet-stream"
    return f'<img src="data:{kind};base64,{base64.b64encode(data).decode()}" alt="">'


def _mark(name: str, value: str) -> str:
    return f"[{name}:{_comment(value).replace(']', chr(92) + ']')}]"


def _comment(text: str) -> str:
    return " ".join(text.split())


def _choices(content: QuestionContent) -> Iterator[str]:
    yield "\n"
    for option, worth in zip(written_options(content), option_weights(content), strict=True):
        sign = "=" if content.kind == "single" and option.is_correct else "~"
        if content.kind == "multiple":
            sign = f"~%{percent(worth)}%"
        yield f"\t{sign}{escape(to_multilang(option.text))}\n"


def _true_false(content: QuestionContent) -> Iterator[str]:
    yield "TRUE" if any(one.key == "t" and one.is_correct for one in content.options) else "FALSE"


def _numeric(content: QuestionContent) -> Iterator[str]:
    if content.numeric is not None:
        yield f"#{plain_number(content.numeric.value)}:{plain_number(content.numeric.tolerance)}"


def _short_text(content: QuestionContent) -> Iterator[str]:
    yield "\n"
    for text in content.accepted:
        yield f"\t=%100%[plain]{escape(text.replace('*', chr(92) + '*'))}\n"


def _pairs(content: QuestionContent) -> Iterator[str]:
    yield "\n"
    for option in written_options(content):
        yield f"\t={escape(to_multilang(option.text))} -> {escape(to_multilang(option.match))}\n"


def _steps(content: QuestionContent) -> Iterator[str]:
    rule = "ALL_OR_NOTHING" if content.credit_rule == "all_or_nothing" else "ABSOLUTE_POSITION"
    yield f">{len(content.options)} ALL VERTICAL {rule} SHOW\n"
    for option in written_options(content):
        yield f"{_ordering_line(option.text)}\n"


def _ordering_line(text: Bilingual) -> str:
    """Moodle reads the steps of an ordering question as they are, without escapes, one a line."""
    line = to_multilang(text).translate(_IN_ORDERING).replace("####", "&#35;" * 4)
    return f"&#{ord(line[0])};{line[1:]}" if line[:1] in ("/", "[") else line


def _nothing(content: QuestionContent) -> Iterator[str]:
    yield ""


_ANSWERS = {
    "single": _choices,
    "multiple": _choices,
    "true_false": _true_false,
    "numeric": _numeric,
    "short_text": _short_text,
    "matching": _pairs,
    "ordering": _steps,
    "open_text": _nothing,
}
