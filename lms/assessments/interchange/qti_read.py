"""Reading assessment items of QTI 2.1, 2.2 and 3.0."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from fractions import Fraction

from ..content import CREDITS
from .collector import Collector
from .draft import Draft, DraftCriterion, DraftOption, rubric_marks
from .extras import give_stimulus, read_extras
from .images import Finder
from .marking import need, number, take_accepted, take_choices
from .model import InterchangeError, Language, Loss, Reading, Tags, UnsupportedError
from .qti_nodes import BLANK, BodyReader, Node, as_node
from .qti_pairs import read_associate, read_match
from .qti_regions import read_region
from .qti_scoring import (
    Response,
    Rule,
    max_score,
    read_response,
    read_rule,
    read_tolerance,
    standing_feedback,
)
from .safe_xml import at_line, parse_xml
from .tags import read_tags
from .texts import Speech, base_languages

NOT_OURS = {
    "gapMatchInteraction": "gaps",
    "hottextInteraction": "hottext",
    "selectPointInteraction": "select_point",
    "graphicOrderInteraction": "drag_on_image",
    "graphicAssociateInteraction": "drag_on_image",
    "graphicGapMatchInteraction": "drag_on_image",
    "positionObjectInteraction": "drag_on_image",
    "sliderInteraction": "slider",
    "uploadInteraction": "upload",
    "drawingInteraction": "drawing",
}
#: Interactions that answer nothing.
_IDLE = frozenset({"endAttemptInteraction", "mediaInteraction"})
_INLINE = frozenset({"textEntryInteraction", "inlineChoiceInteraction"})
_TRUE, _FALSE = frozenset({"true", "صحيح", "صح"}), frozenset({"false", "خطأ", "خطا"})
_SCORING_LOSSES = frozenset({"custom_scoring", "weights"})
FEWEST = 2


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What a package knows of an item: where it is, its tags and keywords, and its images and shared texts."""

    where: str = ""
    tags: Tags = field(default_factory=Tags)
    keywords: tuple[str, ...] = ()
    find: Finder = lambda source: None
    find_stimulus: "Callable[[str], Node | None]" = lambda address: None


def read_qti_file(data: bytes, language: Language | None = None) -> Reading:
    """The question in a single XML file. Raises InterchangeError for what is not well formed or is no item."""
    collector = Collector("qti", language)
    add_item(collector, data, Surroundings())
    return collector.reading()


def add_item(collector: Collector, data: bytes, around: Surroundings) -> None:
    """Read one item into the collector. Raises InterchangeError for a file that is no item."""
    document = parse_xml(data, around.where)
    item, extras = as_node(document)
    if item.name != "assessmentItem":
        raise InterchangeError(_no_item(item.name), around.where, item.name[:60])
    reader = ItemReader(item, extras, around.find_stimulus)
    draft = Draft(
        around.where or at_line("", item.line),
        reader.interaction.name if reader.interaction else "item",
        name=item.get("title") or item.get("identifier"),
        code=item.get("identifier"),
        declared=next(iter(base_languages(item.get("lang"))), ""),
        tags=around.tags,
        find=around.find,
    )

    def fill(one: Draft) -> bool:
        read_tags(one, around.keywords)
        reader.fill(one)
        return True

    collector.take(draft, fill)


def _no_item(name: str) -> str:
    return {
        "questestinterop": "qti_1",
        "assessmentTest": "qti_test",
        "manifest": "qti_manifest_alone",
        "quiz": "qti_is_moodle",
    }.get(name, "not_qti")


class ItemReader:
    def __init__(self, item: Node, extras: str, find_stimulus: Callable[[str], Node | None]) -> None:
        self.item = item
        self.extras = extras
        self.find_stimulus = find_stimulus
        body = item.first("itemBody")
        self.body = body or Node("itemBody", {}, "", "", item.line)
        self.interactions = [
            node for node in self.body.walk() if node.name.endswith("Interaction") and node.name not in _IDLE
        ]
        self.interaction = self.interactions[0] if self.interactions else None
        self.rule: Rule = "none"
        self.response = Response()
        self.rubrics: list[Node] = []

    def fill(self, draft: Draft) -> None:
        interaction = self._check()
        read = _READERS.get(interaction.name)
        if read is None:
            raise UnsupportedError(NOT_OURS.get(interaction.name, "interaction_unknown"), interaction.name)
        self.rule = read_rule(self.item)
        self.response = read_response(self.item, interaction.get("responseIdentifier"))
        draft.stem = self._stem(draft, interaction)
        self._take_feedback(draft)
        self._take_stimulus(draft)
        read(self, draft, interaction)
        self._note_scoring(draft)
        if self.rubrics:
            draft.note("aside", "rubricBlock")
        if self.extras:
            draft.losses = [loss for loss in draft.losses if loss.code not in _SCORING_LOSSES]
            read_extras(draft, self.extras)
        if draft.credit == CREDITS.get(draft.kind, (None,))[0]:
            draft.credit = None

    def _check(self) -> Node:
        """The one interaction of the item, where it has just one and nothing that changes it."""
        if self.item.get("adaptive") == "true":
            raise UnsupportedError("adaptive")
        if any(self.item.all("templateDeclaration", "templateProcessing", "printedVariable")):
            raise UnsupportedError("template")
        if self.interaction is None:
            raise UnsupportedError("no_interaction")
        if len(self.interactions) > 1:
            raise UnsupportedError("several_answers", len(self.interactions))
        return self.interaction

    def _stem(self, draft: Draft, interaction: Node) -> Speech:
        """Everything around the choices. An answer inside a sentence leaves a blank there."""
        reader = BodyReader(skip=interaction, mark=BLANK if interaction.name in _INLINE else "")
        stem = reader.read(self.body)
        for prompt in interaction.children:
            if prompt.name == "prompt":
                asked = BodyReader()
                stem.add_line(asked.read(prompt))
                reader.feedback += asked.feedback
        self.rubrics = reader.rubrics
        for story in reader.stories[:1]:
            inner = Node("stimulusBody", {}, story.words, "", story.line, story.children)
            give_stimulus(draft, story.get("label"), BodyReader().read(inner))
        for text in filter(None, reader.feedback):
            draft.note("option_feedback", text)
        for aside in dict.fromkeys(reader.asides):
            draft.note("aside", aside)
        if any(self.item.all("catalogInfo")):
            draft.note("aside", "catalogInfo")
        return stem

    def _take_feedback(self, draft: Draft) -> None:
        standing, depending = standing_feedback(self.item)
        for node in standing:
            draft.explanation.add_line(BodyReader().read(node))
        if said := [" ".join(node.text.split()) for node in depending]:
            draft.note("overall_feedback", " / ".join(filter(None, said)))

    def _take_stimulus(self, draft: Draft) -> None:
        for reference in self.item.all("assessmentStimulusRef"):
            node = self.find_stimulus(reference.get("href"))
            if node is None:
                draft.note("stimulus_missing", reference.get("href"))
                continue
            body = node.first("stimulusBody") or node
            give_stimulus(
                draft, node.get("identifier") or reference.get("identifier"), BodyReader().read(body)
            )
        for node in self.body.all("include"):
            draft.note("include", node.get("href"))

    def _note_scoring(self, draft: Draft) -> None:
        if (
            self.rule == "custom"
            and draft.kind != "open_text"
            and not (draft.kind == "numeric" and any(self.item.all("equal")))
        ):
            draft.note("custom_scoring")
        marks = max_score(self.item)
        if marks is not None and marks != 1 and draft.kind != "open_text":
            draft.note("marks", f"{marks:f}")

    def option(self, draft: Draft, node: Node) -> DraftOption:
        reader = BodyReader()
        text = reader.read(node)
        for feedback in filter(None, reader.feedback):
            draft.note("option_feedback", feedback)
        if node.get("fixed") == "true":
            draft.note("fixed_order")
        return DraftOption(text=text, key=node.get("identifier"))


def _choices(reader: ItemReader, draft: Draft, interaction: Node) -> None:
    nodes = list(interaction.all("simpleChoice", "inlineChoice"))
    need(nodes)
    draft.options = [reader.option(draft, node) for node in nodes]
    if interaction.get("shuffle", "false") != "true":
        draft.note("fixed_order")
    _take_right_ones(reader, draft, [node.get("identifier") for node in nodes])
    most = interaction.get("maxChoices")
    if draft.kind == "multiple" and most.isdecimal() and 1 < int(most) < len(nodes):
        draft.note("choice_limit", most)
    _take_true_false(draft)


def _take_right_ones(reader: ItemReader, draft: Draft, identifiers: list[str]) -> None:
    is_single = reader.response.cardinality == "single"
    credit = reader.response.shares(identifiers, reader.rule)
    if reader.rule == "map_response" or is_single:
        take_choices(draft, credit, is_single=is_single)
        return
    draft.kind, draft.credit = "multiple", "all_or_nothing"
    for option, share in zip(draft.options, credit, strict=True):
        option.is_correct = share > 0


def _take_true_false(draft: Draft) -> None:
    """QTI has no type for true or false: it is a choice between these two words."""
    if draft.kind != "single" or len(draft.options) != FEWEST:
        return
    said = [
        {word.strip().lower() for word in option.text.text().splitlines()} - {""} for option in draft.options
    ]
    for true, false in ((0, 1), (1, 0)):
        if said[true] and said[false] and said[true] <= _TRUE and said[false] <= _FALSE:
            draft.kind = "true_false"
            draft.options[true].key, draft.options[false].key = "t", "f"
            draft.losses = [loss for loss in draft.losses if loss.code != "fixed_order"]
            for option in draft.options:
                option.text = Speech()
            return


def _order(reader: ItemReader, draft: Draft, interaction: Node) -> None:
    nodes = {node.get("identifier"): node for node in interaction.all("simpleChoice")}
    need(nodes)
    draft.kind = "ordering"
    right = reader.response.correct
    if sorted(right) != sorted(nodes):
        raise UnsupportedError("order_of_some", f"{len(right)} / {len(nodes)}")
    draft.options = [reader.option(draft, nodes[identifier]) for identifier in right]
    for rank, option in enumerate(draft.options, start=1):
        option.rank = rank
    draft.losses = [loss for loss in draft.losses if loss.code != "fixed_order"]
    draft.credit = "all_or_nothing" if reader.rule != "custom" else None


def _text_entry(reader: ItemReader, draft: Draft, interaction: Node) -> None:
    response = reader.response
    if response.base_type in ("integer", "float"):
        _number_entry(reader, draft)
        return
    draft.kind = "short_text"
    worths = dict.fromkeys(response.correct, Fraction(1))
    if reader.rule == "map_response" and response.mapped:
        full = max(response.mapped.values())
        worths = {said: worth / full for said, worth in response.mapped.items()} if full > 0 else {}
    for said, worth in worths.items():
        take_accepted(draft, said.replace("*", "\\*"), worth)
    if not draft.accepted:
        raise UnsupportedError("no_full_answer")
    if response.minds_case(reader.rule) and any(said.swapcase() != said for said in draft.accepted):
        draft.note("letter_case")


def _number_entry(reader: ItemReader, draft: Draft) -> None:
    draft.kind = "numeric"
    full = max(reader.response.mapped.values(), default=Fraction(0))
    mapped = [said for said, worth in reader.response.mapped.items() if worth == full > 0]
    values = {number(said) for said in reader.response.correct or mapped}
    if len(values) != 1:
        raise UnsupportedError("several_numbers" if values else "no_full_answer")
    if any(worth != full for worth in reader.response.mapped.values() if worth > 0):
        draft.note("weights", ", ".join(reader.response.mapped))
    draft.value, draft.tolerance = read_tolerance(reader.item, values.pop())


def _extended_text(reader: ItemReader, draft: Draft, interaction: Node) -> None:
    draft.kind = "open_text"
    marks = max_score(reader.item) or Decimal(1)
    if rubric := [text for node in reader.rubrics if not (text := BodyReader().read(node)).is_blank]:
        draft.rubric = [DraftCriterion(text, rubric_marks(marks / len(rubric))) for text in rubric]
    reader.rubrics = []


def _hotspot(reader: ItemReader, draft: Draft, interaction: Node) -> None:
    picture = interaction.first("object", "img")
    nodes = list(interaction.all("hotspotChoice"))
    need(nodes)
    if picture is not None:
        source = Node("div", {}, "", "", picture.line, [picture])
        draft.stem.pictures[:0] = BodyReader().read(source).pictures
    draft.take_pictures()
    if draft.image is None or picture is None:
        raise UnsupportedError(
            "hotspot_without_image", picture.get("src") or picture.get("data") if picture else ""
        )
    for node in nodes:
        option = DraftOption(text=Speech.plain(node.get("hotspotLabel")), key=node.get("identifier"))
        option.region = read_region(node, picture, draft.image)
        draft.options.append(option)
    _take_right_ones(reader, draft, [node.get("identifier") for node in nodes])
    if draft.kind == "single":
        draft.losses = [loss for loss in draft.losses if loss != Loss("fixed_order")]
    draft.kind = "hotspot"


_READERS: Mapping[str, Callable[[ItemReader, Draft, Node], None]] = {
    "choiceInteraction": _choices,
    "inlineChoiceInteraction": _choices,
    "orderInteraction": _order,
    "matchInteraction": read_match,
    "associateInteraction": read_associate,
    "textEntryInteraction": _text_entry,
    "extendedTextInteraction": _extended_text,
    "hotspotInteraction": _hotspot,
}
