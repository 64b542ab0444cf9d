"""Reading Moodle XML, as Moodle's own reader does (`question/format/xml/format.php`, qtype_ordering)."""

import re
from collections.abc import Callable, Iterator, Mapping
from decimal import Decimal
from fractions import Fraction
from urllib.parse import unquote
from xml.etree import ElementTree
from xml.etree.ElementTree import Element

from .collector import Collector
from .draft import Draft, DraftCriterion, DraftOption, rubric_marks
from .extras import Scenarios, read_extras
from .images import decode_base64
from .marking import (
    MOST_SHOWN,
    need,
    note_ordering,
    number,
    require_accepted,
    take_accepted,
    take_choices,
    take_number,
)
from .model import InterchangeError, Language, Reading, Tags, UnsupportedError
from .safe_xml import Document, at_line, child, children, local, parse_xml, text_of
from .tags import category_tags, read_tags
from .texts import Speech, read_html, read_markdown, read_plain

EXTRAS_NAMESPACE = "urn:sanad:questions:1"
PLUGIN_FILE = "@@PLUGINFILE@@"
FORMATS: dict[str, Callable[[str], Speech]] = {
    "html": read_html,
    "moodle_auto_format": lambda text: read_html(text, keeps_lines=True),
    "plain_text": read_plain,
    "markdown": read_markdown,
    "wiki_like": read_plain,
}
#: Why a type of question that Moodle knows is none of ours; any other one is simply not known here.
NOT_OURS = {
    "description": "description",
    "cloze": "cloze",
    "multianswer": "cloze",
    "calculated": "calculated",
    "calculatedsimple": "calculated",
    "calculatedmulti": "calculated",
    "ddwtos": "gaps",
    "gapselect": "gaps",
    "ddimageortext": "drag_on_image",
    "ddmarker": "drag_on_image",
    "randomsamatch": "random_matching",
    "random": "random_matching",
}


def read_moodle(data: bytes, language: Language | None = None) -> Reading:
    """The questions of a Moodle XML file. Raises InterchangeError naming the line of everything malformed."""
    document = parse_xml(data)
    if local(document.root.tag) != "quiz":
        raise InterchangeError("not_moodle", detail=local(document.root.tag)[:60])
    collector = Collector("moodle", language)
    scenarios = Scenarios()
    category = Tags()
    for element in children(document.root, "question"):
        kind = element.get("type", "").strip()
        if kind == "category":
            category = category_tags(text_of(child(element, "category")).strip())
            continue
        question = _Question(element, document)
        draft = Draft(question.where, kind or "unknown", tags=category, find=question.find)
        collector.take(draft, lambda one, own=question: own.fill(one, scenarios))  # type: ignore[misc]
    return collector.reading()


class _Question:
    """One `<question>` and the files in it."""

    def __init__(self, element: Element, document: Document) -> None:
        self.element = element
        self.where = at_line("", document.line(element))
        self._format = "html"

    def find(self, source: str) -> bytes | None:
        """A file of the question, by the address that its texts use."""
        wanted = unquote(source.removeprefix(PLUGIN_FILE).partition("?")[0]).strip("/")
        for file in self.element.iter("file"):
            name = f"{file.get('path', '/').strip('/')}/{file.get('name', '')}".strip("/")
            if name == wanted:
                return decode_base64(text_of(file))
        return None

    def fill(self, draft: Draft, scenarios: Scenarios) -> bool:
        draft.name = self.plain("name")
        draft.code = text_of(child(self.element, "idnumber")).strip()
        self._format = self.format_of(child(self.element, "questiontext"), "html")
        draft.stem = self.speech(child(self.element, "questiontext"))
        draft.name = draft.name or draft.stem.title()
        self._take_old_image(draft)
        draft.explanation = self.speech(child(self.element, "generalfeedback"))
        read_tags(draft, self._tags())
        extras = "".join(text_of(one) for one in self.element if one.tag == f"{{{EXTRAS_NAMESPACE}}}extra")
        if draft.foreign_kind == "description" and scenarios.keep(draft, extras):
            return False
        reader = _READERS.get(draft.foreign_kind)
        if reader is None:
            raise UnsupportedError(NOT_OURS.get(draft.foreign_kind, "type_unknown"), draft.foreign_kind)
        self._note_settings(draft)
        reader(self, draft)
        read_extras(draft, extras)
        scenarios.join(draft)
        return True

    def _tags(self) -> Iterator[str]:
        for name in ("tags", "coursetags"):
            for tag in children(child(self.element, name) or Element(name), "tag"):
                yield text_of(tag).strip()

    def _take_old_image(self, draft: Draft) -> None:
        """Before Moodle 2 an image stood beside the question."""
        data = text_of(child(self.element, "image_base64")).strip()
        if data:
            picture = read_html(f'<img src="data:image/png;base64,{"".join(data.split())}">').pictures
            draft.stem.pictures += picture

    def _note_settings(self, draft: Draft) -> None:
        """What Moodle keeps with every question and we do not."""
        penalty = self.plain("penalty")
        if penalty and _fraction(penalty) > 0 and draft.foreign_kind != "essay":
            draft.note("penalty", penalty)
        marks = self.plain("defaultgrade")
        if marks and draft.foreign_kind != "essay" and _fraction(marks) != 1:
            draft.note("marks", marks)
        if self.plain("hidden") == "1":
            draft.note("hidden")
        if self.is_off("shuffleanswers"):
            draft.note("fixed_order")
        for code, names in (
            ("hints", ("hint",)),
            ("overall_feedback", ("correctfeedback", "partiallycorrectfeedback", "incorrectfeedback")),
        ):
            said = [self.speech(one).text() for name in names for one in children(self.element, name)]
            if any(said):
                draft.note(code, " / ".join(filter(None, said)))

    def plain(self, name: str) -> str:
        """The words of a setting, whether they stand in a `<text>` or not."""
        return text_of(child(self.element, name)).strip()

    def is_off(self, name: str) -> bool:
        return child(self.element, name) is not None and self.plain(name).lower() in ("false", "0", "")

    def format_of(self, element: Element | None, usual: str) -> str:
        name = element.get("format", usual).strip() if element is not None else usual
        return name if name in FORMATS else "html"

    def speech(self, element: Element | None, usual: str = "") -> Speech:
        """The `<text>` of an element in the format it names, else in the one of the question."""
        if element is None:
            return Speech()
        markup = _markup(child(element, "text"))
        return FORMATS[self.format_of(element, usual or self._format)](markup.strip())

    def answers(self, draft: Draft) -> Iterator[tuple[Element, Fraction]]:
        """Each answer with the share of the marks that it earns; feedback on it is noted as lost."""
        for answer in children(self.element, "answer"):
            feedback = self.speech(child(answer, "feedback")).text()
            if feedback:
                draft.note("option_feedback", feedback)
            inner = text_of(child(answer, "fraction")).strip()
            yield answer, _fraction(inner) if inner else _fraction(answer.get("fraction", "0")) / 100


def _markup(element: Element | None) -> str:
    """The words of a `<text>`. Its HTML should be escaped; where it is not, it is taken as it stands."""
    if element is None:
        return ""
    if not len(element):
        return element.text or ""
    inner = "".join(ElementTree.tostring(one, encoding="unicode", method="html") for one in element)
    return (element.text or "") + re.sub(r"(</?)\w+:", r"\1", inner)


def _fraction(text: str) -> Fraction:
    return Fraction(number(text.replace(",", ".") if "." not in text else text))


def _choice(question: _Question, draft: Draft) -> None:
    credit = []
    for answer, share in question.answers(draft):
        credit.append(share)
        draft.options.append(DraftOption(text=question.speech(answer)))
    need(draft.options)
    take_choices(draft, credit, is_single=not question.is_off("single"))


def _all_or_nothing(question: _Question, draft: Draft) -> None:
    """The type `multichoiceset` of a plugin: every right option and no other earns the marks."""
    draft.kind, draft.credit = "multiple", "all_or_nothing"
    for answer, share in question.answers(draft):
        draft.options.append(DraftOption(text=question.speech(answer), is_correct=share > 0))
    need(draft.options)


def _true_false(question: _Question, draft: Draft) -> None:
    """Old exports have the words in their own language, and the true answer first."""
    draft.kind = "true_false"
    is_true = False
    for place, (answer, share) in enumerate(question.answers(draft)):
        word = text_of(child(answer, "text")).strip().lower()
        says_true = word == "true" if word in ("true", "false") else place == 0
        is_true = is_true or (says_true and share > 0)
        draft.options.append(DraftOption(key="t" if says_true else "f", is_correct=share > 0))
    need(draft.options)


def _short_text(question: _Question, draft: Draft) -> None:
    draft.kind = "short_text"
    if question.plain("usecase") == "1":
        draft.note("letter_case")
    for answer, share in question.answers(draft):
        said = child(answer, "text")
        take_accepted(draft, (text_of(said) if said is not None else answer.text or "").strip(), share)
    require_accepted(draft)


def _numeric(question: _Question, draft: Draft) -> None:
    draft.kind = "numeric"
    right: list[tuple[Decimal, Decimal]] = []
    for answer, share in question.answers(draft):
        said = child(answer, "text")
        value = (text_of(said) if said is not None else answer.text or "").strip()
        if share == 1:
            tolerance = text_of(child(answer, "tolerance")).strip()
            right.append((number(value), number(tolerance) if tolerance else Decimal(0)))
        elif share > 0:
            draft.note("weights", f"{value}: {float(share * 100):g} %")
    take_number(draft, right)
    _take_units(question, draft)


def _take_units(question: _Question, draft: Draft) -> None:
    """The unit in which the number is; others, and marks for the unit, are lost."""
    units = list(children(child(question.element, "units") or Element("units"), "unit"))
    for unit in units:
        name, factor = text_of(child(unit, "unit_name")).strip(), text_of(child(unit, "multiplier")).strip()
        if draft.unit.is_blank and _fraction(factor or "1") == 1:
            draft.unit = Speech.plain(name)
        elif name:
            draft.note("units", name)
    if units and question.plain("unitgradingtype") not in ("", "0"):
        draft.note("units", question.plain("unitpenalty"))


def _matching(question: _Question, draft: Draft) -> None:
    draft.kind = "matching"
    for pair in children(question.element, "subquestion"):
        match = child(pair, "answer")
        draft.options.append(
            DraftOption(
                text=question.speech(pair),
                match=question.speech(match, "html") if match is not None else Speech(),
            )
        )
    need(draft.options)


def _ordering(question: _Question, draft: Draft) -> None:
    draft.kind = "ordering"
    for rank, (answer, _) in enumerate(question.answers(draft), start=1):
        draft.options.append(DraftOption(text=question.speech(answer), rank=rank))
    need(draft.options)
    select = question.plain("selecttype") or question.plain("logical")
    rule = question.plain("gradingtype")
    settings = [_SELECT.get(select, select.upper()), _GRADING.get(rule, rule.upper())]
    shown = question.plain("selectcount") or question.plain("studentsee")
    note_ordering(draft, settings, int(shown[:3]) if shown.isascii() and shown.isdigit() else MOST_SHOWN)


#: What qtype_ordering once wrote as numbers.
_SELECT: Mapping[str, str] = {"0": "ALL", "1": "RANDOM", "2": "CONTIGUOUS"}
_GRADING: Mapping[str, str] = {"-1": "ALL_OR_NOTHING", "0": "ABSOLUTE_POSITION", "1": "RELATIVE"}


def _essay(question: _Question, draft: Draft) -> None:
    """What Moodle tells the marker becomes the one criterion, worth all the marks."""
    draft.kind = "open_text"
    info = question.speech(child(question.element, "graderinfo"))
    if not info.is_blank:
        draft.rubric = [DraftCriterion(info, rubric_marks(number(question.plain("defaultgrade") or "1")))]
    if template := question.speech(child(question.element, "responsetemplate")).text():
        draft.note("response_template", template)
    if question.plain("attachments") not in ("", "0"):
        draft.note("attachments", question.plain("attachments"))
    for name in ("minwordlimit", "maxwordlimit"):
        if question.plain(name) not in ("", "0", "$@NULL@$"):
            draft.note("word_limit", question.plain(name))


_READERS: Mapping[str, Callable[[_Question, Draft], None]] = {
    "multichoice": _choice,
    "multichoiceset": _all_or_nothing,
    "truefalse": _true_false,
    "shortanswer": _short_text,
    "numerical": _numeric,
    "matching": _matching,
    "match": _matching,
    "essay": _essay,
    "ordering": _ordering,
}
