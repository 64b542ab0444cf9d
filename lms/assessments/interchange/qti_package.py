"""Reading content packages of QTI: the manifest, its items, their images and shared texts.

1EdTech, "Content Packaging" 1.1 and 1.2 as QTI 2.1, 2.2 and 3.0 use it.
"""

import posixpath
import re
from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import unquote

from .collector import Collector
from .model import InterchangeError, Language, Reading, Tags
from .qti_nodes import Node, as_node
from .qti_read import Surroundings, add_item
from .safe_xml import parse_xml
from .safe_zip import Package

MANIFEST = "imsmanifest.xml"
_ITEM_TYPE = re.compile(r"imsqti_(item|apipitem)_xmlv(2p[0-2]|3p0).*")
#: Difficulty in the vocabulary of IEEE LOM.
_DIFFICULTY = {
    "very easy": "easy",
    "easy": "easy",
    "medium": "medium",
    "difficult": "hard",
    "very difficult": "hard",
}


@dataclass(frozen=True, slots=True)
class _Resource:
    name: str
    tags: Tags
    keywords: tuple[str, ...]


def read_qti_package(data: bytes, language: Language | None = None) -> Reading:
    """The questions of a package. Raises InterchangeError for an archive or a file in it that is refused."""
    package = Package(data)
    manifest = next((name for name in sorted(package.names, key=len) if _is_manifest(name)), None)
    if manifest is None:
        raise InterchangeError("qti_no_manifest")
    document, _ = as_node(parse_xml(package.read(manifest), manifest))
    if any(resource.get("type").startswith("imsqti_xmlv1") for resource in document.all("resource")):
        raise InterchangeError("qti_1", manifest)
    collector = Collector("qti", language)
    folder = posixpath.dirname(manifest)
    for resource in _items(document, folder):
        if resource.name not in package:
            raise InterchangeError("zip_missing", resource.name)
        files = _Files(package, posixpath.dirname(resource.name))
        around = Surroundings(resource.name, resource.tags, resource.keywords, files.find, files.stimulus)
        add_item(collector, package.read(resource.name), around)
    return collector.reading()


def _is_manifest(name: str) -> bool:
    """In the archive itself or in a single folder, as some desktops pack it."""
    return posixpath.basename(name) == MANIFEST and name.count("/") <= 1


def _items(manifest: Node, folder: str) -> Iterator[_Resource]:
    for resource in manifest.all("resource"):
        if _ITEM_TYPE.fullmatch(resource.get("type")) and (href := resource.get("href")):
            difficulty = _lom(resource, "difficulty")
            tags = Tags(difficulty=_DIFFICULTY.get(difficulty[0].lower(), "") if difficulty else "")
            yield _Resource(_joined(folder, href), tags, tuple(_lom(resource, "keyword")))


def _lom(resource: Node, name: str) -> list[str]:
    """The words of a LOM element, wherever its version keeps them: `langstring`, `string` or `value`."""
    found = []
    for node in resource.all(name):
        parts = [one for one in node.walk() if one.name in ("langstring", "string", "value")]
        # `value` may itself hold a langstring.
        leaves = [one for one in parts if not any(child.name == "langstring" for child in one.children)]
        found += [text for one in leaves or [node] if (text := " ".join(one.text.split()))]
    return found


def _joined(folder: str, href: str) -> str:
    """A place inside the archive. Raises InterchangeError for one that leaves it or is elsewhere."""
    path = unquote(href.partition("#")[0].partition("?")[0])
    if re.match(r"[a-zA-Z][a-zA-Z0-9+.-]*:|[/\\]", path):
        raise InterchangeError("qti_elsewhere", detail=href[:200])
    joined = posixpath.normpath(posixpath.join(folder, path))
    if joined.startswith(".."):
        raise InterchangeError("zip_traversal", detail=href[:200])
    return joined


class _Files:
    """The other files of a package, as an item in a folder of it names them."""

    def __init__(self, package: Package, folder: str) -> None:
        self.package = package
        self.folder = folder

    def find(self, source: str) -> bytes | None:
        name = _joined(self.folder, source)
        return self.package.read(name) if name in self.package else None

    def stimulus(self, href: str) -> Node | None:
        """A shared text, with the addresses of its images as seen from the item's folder."""
        name = _joined(self.folder, href)
        if name not in self.package:
            return None
        node, _ = as_node(parse_xml(self.package.read(name), name))
        base = posixpath.dirname(name)
        for picture in node.all("img", "object"):
            attribute = "src" if picture.name == "img" else "data"
            if source := picture.get(attribute):
                found = posixpath.relpath(_joined(base, source), self.folder or ".")
                picture.attributes[attribute] = source if source.startswith("data:") else found
        return node
