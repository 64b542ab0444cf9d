"""XML by strangers: parsed without document types, entities or anything from elsewhere, and within bounds."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any
from xml.etree.ElementTree import Element, ParseError, TreeBuilder

from defusedxml import DefusedXmlException, DTDForbidden, EntitiesForbidden
from defusedxml.ElementTree import DefusedXMLParser

from .model import InterchangeError

MOST_DEPTH = 64
MOST_ELEMENTS = 300_000
MOST_ATTRIBUTES = 64
#: An image may be in an attribute, as a data address.
MOST_ATTRIBUTE = 4 * 1024 * 1024


@dataclass(slots=True)
class Document:
    """The tree of an XML file, and the line on which each element begins."""

    root: Element
    lines: dict[Element, int] = field(default_factory=dict)

    def line(self, element: Element) -> int:
        return self.lines.get(element, 0)


class _BoundedBuilder(TreeBuilder):
    """Builds the tree, and stops at the first thing that no file of questions needs."""

    def __init__(self, where: str) -> None:
        super().__init__(insert_pis=True)
        self.where = where
        self.parser: Any = None
        self.lines: dict[Element, int] = {}
        self.depth = 0

    def start(self, tag: str, attrs: dict[str, str], /) -> Element:
        self.depth += 1
        if self.depth > MOST_DEPTH:
            raise self.refusal("xml_too_deep", MOST_DEPTH)
        if len(self.lines) >= MOST_ELEMENTS:
            raise self.refusal("xml_too_many_elements", MOST_ELEMENTS)
        if len(attrs) > MOST_ATTRIBUTES or any(len(value) > MOST_ATTRIBUTE for value in attrs.values()):
            raise self.refusal("xml_attribute_too_long", tag.rpartition("}")[2][:60])
        element = super().start(tag, attrs)
        self.lines[element] = self.parser.CurrentLineNumber
        return element

    def end(self, tag: str, /) -> Element:
        self.depth -= 1
        return super().end(tag)

    def refusal(self, code: str, detail: object = "") -> InterchangeError:
        line = getattr(self.parser, "CurrentLineNumber", 0)
        return InterchangeError(code, at_line(self.where, line), detail)


def at_line(where: str, line: int) -> str:
    """The place of a line, such as `items/q1.xml:12` or `line 12` in the file itself."""
    return f"{where}:{line}" if where else f"line {line}"


def parse_xml(data: bytes, where: str = "") -> Document:
    """The document in `data`. `where` names the file inside a package.

    Raises InterchangeError for what is not well formed, for any document type or entity of its own, for an
    unknown encoding, and for nesting, attributes or numbers of elements beyond all use.
    """
    builder = _BoundedBuilder(where)
    parser = DefusedXMLParser(target=builder, forbid_dtd=True)
    builder.parser = parser.parser
    try:
        parser.feed(data)
        root = parser.close()
    except DTDForbidden as refusal:
        raise builder.refusal("xml_dtd", str(refusal.sysid or refusal.name)[:200]) from refusal
    except EntitiesForbidden as refusal:
        raise builder.refusal("xml_entity", str(refusal.name)[:60]) from refusal
    except DefusedXmlException as refusal:
        raise builder.refusal("xml_external") from refusal
    except ParseError as error:
        raise InterchangeError("xml_malformed", at_line(where, error.position[0]), error) from error
    except (LookupError, UnicodeError, ValueError) as error:
        raise InterchangeError("xml_encoding", where, str(error)[:200]) from error
    if root is None:
        raise InterchangeError("xml_malformed", where)
    return Document(root, builder.lines)


def local(tag: object) -> str:
    """The name of an element without its namespace; blank for a comment."""
    return tag.rpartition("}")[2] if isinstance(tag, str) else ""


def children(element: Element, name: str = "") -> Iterator[Element]:
    """The elements right below one, all or those of a name."""
    for child in element:
        if isinstance(child.tag, str) and (not name or local(child.tag) == name):
            yield child


def child(element: Element, name: str) -> Element | None:
    return next(children(element, name), None)


def text_of(element: Element | None) -> str:
    """All the words in an element, or nothing where there is no element."""
    return "" if element is None else "".join(element.itertext())
