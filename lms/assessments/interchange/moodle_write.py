"""Writing Moodle XML that Moodle imports and `moodle_read` reads back letter by letter."""

import base64
import html
from collections.abc import Callable, Iterable
from urllib.parse import quote
from xml.etree import ElementTree
from xml.etree.ElementTree import Element, SubElement

from ..content import ImageContent, QuestionContent, plain_number
from .extras import extras_losses, write_extras, write_scenario_extras, written_options
from .gift_write import category_path, credit_losses, option_weights
from .model import Item, Left, Loss, Writing
from .moodle_read import EXTRAS_NAMESPACE, PLUGIN_FILE
from .tags import write_tags
from .texts import to_multilang, without_controls
from .weights import percent

_TYPES = {
    "single": "multichoice",
    "multiple": "multichoice",
    "true_false": "truefalse",
    "numeric": "numerical",
    "short_text": "shortanswer",
    "matching": "matching",
    "ordering": "ordering",
    "open_text": "essay",
}


def write_moodle(items: Iterable[Item], bank: str) -> Writing:
    """A Moodle XML file of the questions, in categories by area."""
    ElementTree.register_namespace("sanad", EXTRAS_NAMESPACE)
    quiz = Element("quiz")
    losses: dict[str, tuple[Loss, ...]] = {}
    left: list[Left] = []
    area = scenario = None
    for item in items:
        if item.content.kind not in _TYPES:
            left.append(
                Left(item.code, item.name, item.content.kind, Loss("kind_unknown_there", "Moodle XML"))
            )
            continue
        if item.tags.area != area:
            area = item.tags.area
            _text(
                SubElement(SubElement(quiz, "question", type="category"), "category"),
                category_path(bank, area),
            )
        if item.scenario and item.scenario != scenario:
            scenario = item.scenario
            _scenario(quiz, item)
        extras = write_extras(item)
        _question(quiz, item, extras)
        found = (*extras_losses(extras), *credit_losses(item.content))
        if found:
            losses[item.code] = found
    ElementTree.indent(quiz)
    data = ElementTree.tostring(quiz, encoding="utf-8", xml_declaration=True)
    return Writing("moodle", data + b"\n", losses, tuple(left))


def _question(quiz: Element, item: Item, extras: str) -> None:
    content = item.content
    question = SubElement(quiz, "question", type=_TYPES[content.kind])
    _text(SubElement(question, "name"), item.name or item.code)
    _illustrated(
        SubElement(question, "questiontext", format="html"), item, to_multilang(content.stem), content.image
    )
    _text(SubElement(question, "generalfeedback", format="html"), to_multilang(content.explanation))
    SubElement(question, "defaultgrade").text = plain_number(content.max_marks)
    SubElement(question, "penalty").text = "0"
    SubElement(question, "hidden").text = "0"
    SubElement(question, "idnumber").text = without_controls(item.code)
    _ANSWERS[content.kind](question, content)
    tags = SubElement(question, "tags")
    for tag in write_tags(item.tags):
        _text(SubElement(tags, "tag"), tag)
    if extras:
        SubElement(question, f"{{{EXTRAS_NAMESPACE}}}extra").text = without_controls(extras)


def _scenario(quiz: Element, item: Item) -> None:
    told = item.content.stimulus
    question = SubElement(quiz, "question", type="description")
    _text(SubElement(question, "name"), item.scenario)
    text = SubElement(question, "questiontext", format="html")
    if told is not None:
        _illustrated(text, item, to_multilang(told.text), told.image)
    SubElement(question, "idnumber").text = without_controls(item.scenario)
    SubElement(question, f"{{{EXTRAS_NAMESPACE}}}extra").text = without_controls(write_scenario_extras(item))


def _illustrated(element: Element, item: Item, markup: str, image: ImageContent | None) -> None:
    data = item.images.get(image.sha256) if image else None
    if image is None or data is None:
        _text(element, markup)
        return
    alt = html.escape(without_controls(image.alt.ar or image.alt.en))
    name = without_controls(image.name).rpartition("/")[2] or image.sha256[:12]
    _text(element, f'<img src="{PLUGIN_FILE}/{quote(name)}" alt="{alt}">{markup}')
    file = SubElement(element, "file", name=name, path="/", encoding="base64")
    file.text = base64.b64encode(data).decode()


def _text(element: Element, text: str) -> None:
    SubElement(element, "text").text = without_controls(text)


def _answer(question: Element, fraction: str, text: str, kind: str = "html") -> Element:
    answer = SubElement(question, "answer", fraction=fraction, format=kind)
    _text(answer, text)
    return answer


def _choices(question: Element, content: QuestionContent) -> None:
    SubElement(question, "single").text = str(content.kind == "single").lower()
    SubElement(question, "shuffleanswers").text = "true"
    SubElement(question, "answernumbering").text = "abc"
    for option, worth in zip(written_options(content), option_weights(content), strict=True):
        _answer(question, percent(worth), to_multilang(option.text))


def _true_false(question: Element, content: QuestionContent) -> None:
    is_true = any(one.key == "t" and one.is_correct for one in content.options)
    for word, is_right in (("true", is_true), ("false", not is_true)):
        _answer(question, "100" if is_right else "0", word, "moodle_auto_format")


def _numeric(question: Element, content: QuestionContent) -> None:
    if content.numeric is not None:
        answer = _answer(question, "100", plain_number(content.numeric.value), "moodle_auto_format")
        SubElement(answer, "tolerance").text = plain_number(content.numeric.tolerance)


def _short_text(question: Element, content: QuestionContent) -> None:
    SubElement(question, "usecase").text = "0"
    for text in content.accepted:
        _answer(question, "100", text.replace("*", "\\*"), "plain_text")


def _pairs(question: Element, content: QuestionContent) -> None:
    SubElement(question, "shuffleanswers").text = "true"
    for option in written_options(content):
        pair = SubElement(question, "subquestion", format="html")
        _text(pair, to_multilang(option.text))
        _text(SubElement(pair, "answer"), to_multilang(option.match))


def _steps(question: Element, content: QuestionContent) -> None:
    SubElement(question, "layouttype").text = "VERTICAL"
    SubElement(question, "selecttype").text = "ALL"
    SubElement(question, "selectcount").text = str(len(content.options))
    is_strict = content.credit_rule == "all_or_nothing"
    SubElement(question, "gradingtype").text = "ALL_OR_NOTHING" if is_strict else "ABSOLUTE_POSITION"
    SubElement(question, "showgrading").text = "SHOW"
    for rank, option in enumerate(written_options(content), start=1):
        _answer(question, str(rank), to_multilang(option.text))


def _essay(question: Element, content: QuestionContent) -> None:
    SubElement(question, "responseformat").text = "editor"
    SubElement(question, "responserequired").text = "1"
    SubElement(question, "attachments").text = "0"
    rows = "".join(f"<li>{to_multilang(one.text)} ({plain_number(one.marks)})</li>" for one in content.rubric)
    _text(SubElement(question, "graderinfo", format="html"), f"<ul>{rows}</ul>" if rows else "")


_ANSWERS: dict[str, Callable[[Element, QuestionContent], None]] = {
    "single": _choices,
    "multiple": _choices,
    "true_false": _true_false,
    "numeric": _numeric,
    "short_text": _short_text,
    "matching": _pairs,
    "ordering": _steps,
    "open_text": _essay,
}
