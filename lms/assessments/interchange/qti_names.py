"""The two spellings of QTI for writing: version 3.0 and, after its names, version 2.2."""

import re
from dataclasses import dataclass
from xml.etree.ElementTree import Element

#: Elements of QTI itself; everything else in an item is HTML.
_HTML = frozenset({"div", "span", "p", "br", "img", "object"})
_CAMEL = re.compile(r"-([a-z0-9])")


@dataclass(frozen=True, slots=True)
class Version:
    """`items`, `manifest` and `rules` are the namespaces of items and manifest and where the templates are."""

    name: str
    items: str
    manifest: str
    metadata: str
    schema: str
    schema_version: str
    item_type: str
    stimulus_type: str
    rules: str


QTI_3 = Version(
    name="qti",
    items="http://www.imsglobal.org/xsd/imsqtiasi_v3p0",
    manifest="http://www.imsglobal.org/xsd/qti/qtiv3p0/imscp_v1p1",
    metadata="http://ltsc.ieee.org/xsd/LOM",
    schema="QTI Package",
    schema_version="3.0.0",
    item_type="imsqti_item_xmlv3p0",
    stimulus_type="imsqti_stimulus_xmlv3p0",
    rules="https://purl.imsglobal.org/spec/qti/v3p0/rptemplates/{}.xml",
)
QTI_22 = Version(
    name="qti22",
    items="http://www.imsglobal.org/xsd/imsqti_v2p2",
    manifest="http://www.imsglobal.org/xsd/imscp_v1p1",
    metadata="http://ltsc.ieee.org/xsd/LOM",
    schema="QTIv2.2 Package",
    schema_version="1.0.0",
    item_type="imsqti_item_xmlv2p2",
    stimulus_type="",
    rules="http://www.imsglobal.org/question/qti_v2p2/rptemplates/{}",
)


def spelt(root: Element, version: Version) -> Element:
    """A tree written in the names of version 3 without namespaces, in the names and namespace of a version."""
    if version is not QTI_3:
        _without_content_bodies(root)
    for element in root.iter():
        if not isinstance(element.tag, str):
            continue
        is_qti = element.tag not in _HTML
        if version is QTI_3:
            element.tag = f"{{{version.items}}}{'qti-' if is_qti else ''}{element.tag}"
            continue
        element.tag = f"{{{version.items}}}{_CAMEL.sub(_upper, element.tag)}"
        for name in [name for name in element.attrib if "-" in name and not name.startswith(("data-", "{"))]:
            element.set(_CAMEL.sub(_upper, name), element.attrib.pop(name))
    return root


def _without_content_bodies(root: Element) -> None:
    """Version 2 has the contents of feedback and rubrics right in them."""
    for element in root.iter():
        if len(element) and element[0].tag == "content-body":
            element[:] = list(element[0])


def _upper(match: re.Match[str]) -> str:
    return match[1].upper()
