"""One tree for all versions of QTI: names as in version 2, `qti-simple-choice` of version 3 as `simpleChoice`.

1EdTech, "QTI Assessment, Section and Item Information Model" 2.1, 2.2 and 3.0.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from xml.etree.ElementTree import Element

from .safe_xml import Document, local
from .texts import Flow, Speech

XML_LANG = "{http://www.w3.org/XML/1998/namespace}lang"
_KEBAB = re.compile(r"-([a-z0-9])")

#: Parts of a body that are not shown before the answer, or not to whoever answers.
_FEEDBACK = frozenset({"feedbackInline", "feedbackBlock", "modalFeedback"})
_ASIDE = frozenset(
    {"rubricBlock", "catalogInfo", "stylesheet", "companionMaterialsInfo", "templateBlock", "templateInline"}
)
BLANK = "_____"
#: How version 2 says that a text belongs to several items.
SHARED = "sharedstimulus"


@dataclass(slots=True)
class Node:
    """An element by its name in version 2, with attributes named so too. `words` and `tail` as in ElementTree."""

    name: str
    attributes: dict[str, str]
    words: str
    tail: str
    line: int
    children: list["Node"] = field(default_factory=list)

    def get(self, name: str, default: str = "") -> str:
        return self.attributes.get(name, default).strip()

    def walk(self) -> Iterator["Node"]:
        """The node and everything in it, in the order of the document."""
        yield self
        for child in self.children:
            yield from child.walk()

    def all(self, *names: str) -> Iterator["Node"]:
        return (node for node in self.walk() if node.name in names)

    def first(self, *names: str) -> "Node | None":
        return next(self.all(*names), None)

    @property
    def text(self) -> str:
        return self.words + "".join(child.text + child.tail for child in self.children)


def as_node(document: Document) -> tuple[Node, str]:
    """The document as a node, and what stands in its first processing instruction of ours."""
    root = document.root
    extras = ""
    for element in root.iter():
        if not isinstance(element.tag, str) and (element.text or "").startswith("sanad ") and not extras:
            extras = (element.text or "").removeprefix("sanad ")
    return _node(root, document), extras


def _node(element: Element, document: Document) -> Node:
    node = Node(
        name=_camel(local(element.tag)),
        attributes={_attribute(name): value for name, value in element.attrib.items()},
        words=element.text or "",
        tail=element.tail or "",
        line=document.line(element),
    )
    for child in element:
        if isinstance(child.tag, str):
            node.children.append(_node(child, document))
        elif node.children:
            node.children[-1].tail += child.tail or ""
        else:
            node.words += child.tail or ""
    return node


def _camel(name: str) -> str:
    if name.startswith("qti-"):
        return _KEBAB.sub(lambda match: match[1].upper(), name[4:])
    return name


def _attribute(name: str) -> str:
    if name == XML_LANG:
        return "lang"
    bare = local(name)
    if bare.startswith(("data-", "aria-")):
        return bare
    return _KEBAB.sub(lambda match: match[1].upper(), bare)


class BodyReader:
    """Reads the words of a body around its interaction, and keeps aside what is not part of the question.

    `mark` stands for the interaction where it is in the middle of words, and not by itself.
    """

    def __init__(self, *, skip: Node | None = None, mark: str = "") -> None:
        self.flow = Flow(knows_mlang=False)
        self.feedback: list[str] = []
        self.rubrics: list[Node] = []
        self.asides: list[str] = []
        self.stories: list[Node] = []
        self._skip = skip
        self._mark = mark

    def read(self, node: Node) -> Speech:
        self._inside(node)
        return self.flow.speech

    def _inside(self, node: Node) -> None:
        self.flow.words(node.words)
        marked = _languages_side_by_side(node.children)
        for number, child in enumerate(node.children):
            if child is not self._skip:
                self._element(child, marked.get(number, ""))
            elif len(node.children) > 1 or node.words.strip() or child.tail.strip():
                self.flow.words(self._mark)
            self.flow.words(child.tail)

    def _element(self, node: Node, language: str) -> None:
        if node.name in _FEEDBACK:
            self.feedback.append(" ".join(node.text.split()))
        elif node.name == "rubricBlock" and node.get("use") == SHARED:
            self.stories.append(node)
        elif node.name == "rubricBlock" and "candidate" not in node.get("view").split():
            self.rubrics.append(node)
        elif node.name in _ASIDE - {"rubricBlock"}:
            self.asides.append(node.name)
        elif node.name == "object" and node.get("type").startswith("image/"):
            self.flow.start("img", {"src": node.get("data"), "alt": " ".join(node.text.split())})
        else:
            tag = "div" if node.name in ("rubricBlock", "prompt", "itemBody", "stimulusBody") else node.name
            self.flow.start(tag, node.attributes, language)
            self._inside(node)
            self.flow.end(tag)


def _languages_side_by_side(nodes: list[Node]) -> dict[int, str]:
    """Which of the nodes say the same in several languages: those in a row that name different ones, and those
    that say so by Moodle's class. A foreign word inside a sentence has no such neighbour."""
    marked: dict[int, str] = {}
    before: tuple[int, str] | None = None
    for number, node in enumerate(nodes):
        language = node.get("lang").lower().replace("_", "-").partition("-")[0]
        if language and "multilang" in node.get("class").split():
            marked[number] = language
        if language and before and before[1] != language:
            marked[before[0]], marked[number] = before[1], language
        if language:
            before = (number, language)
        elif node.name != "br":
            before = None
        if node.tail.strip():
            before = None
    return marked
