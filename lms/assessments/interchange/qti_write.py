"""Writing QTI 3.0, or 2.2: one item as XML, or a content package of all of them.

Both languages of a text stand side by side, each marked with its language and direction, so that every player
shows both. How the marks come about is written as rules, so that another system marks as we do where it can.
What QTI has no word for is a processing instruction of ours, which others pass over.
"""

import io
import json
import zipfile
from collections.abc import Callable, Iterable, Mapping
from xml.etree import ElementTree
from xml.etree.ElementTree import Element, ProcessingInstruction, SubElement

from ..content import CREDITS, Bilingual, ImageContent, OptionContent, QuestionContent, Stimulus
from .extras import extras_losses, write_extras, written_options
from .images import Picture, inspect, media_type
from .model import InterchangeError, Item, Left, Loss, Writing
from .qti_names import QTI_3, Version, spelt
from .qti_nodes import SHARED, XML_LANG
from .qti_regions import write_coords
from .qti_rules import add_rules, declare, identifier
from .tags import write_tags
from .texts import without_controls

_DIRECTIONS = (("ar", "rtl"), ("en", "ltr"))
_LOM_DIFFICULTY = {"easy": "easy", "medium": "medium", "hard": "difficult"}
_EPOCH = (1980, 1, 1, 0, 0, 0)


def write_qti_file(items: Iterable[Item], version: Version = QTI_3) -> Writing:
    """A single XML file. Raises InterchangeError unless there is exactly one question, without images or a
    shared text: these need a package."""
    rows = list(items)
    if len(rows) != 1 or rows[0].images or rows[0].scenario:
        raise InterchangeError("qti_needs_package", detail=len(rows))
    losses = _losses(rows[0])
    return Writing(version.name, _xml(_item(rows[0], version)), {rows[0].code: losses} if losses else {})


def write_qti_package(items: Iterable[Item], version: Version = QTI_3) -> Writing:
    """A content package. The same questions always make the same bytes."""
    package = _Package(version)
    losses: dict[str, tuple[Loss, ...]] = {}
    left: list[Left] = []
    for number, item in enumerate(items, start=1):
        if item.content.kind == "hotspot" and item.content.image is None:
            left.append(Left(item.code, item.name, "hotspot", Loss("draft_without_answer")))
            continue
        package.add(item, f"q{number:04d}")
        if found := _losses(item):
            losses[item.code] = found
    return Writing(version.name, package.packed(), losses, tuple(left))


def _losses(item: Item) -> tuple[Loss, ...]:
    content = item.content
    found = extras_losses(_extras(item), "credit", "explanation", "scenario", "rubric")
    if content.kind in ("multiple", "hotspot") and content.credit_rule == "per_option":
        found.append(Loss("credit_there", content.credit_rule))
    if any(
        _is_spaced(text)
        for text in (content.stem, content.explanation, *(one.text for one in content.options))
    ):
        found.append(Loss("spacing"))
    return tuple(found)


def _is_spaced(text: Bilingual) -> bool:
    """Whether spaces stand in rows or at the ends of lines, which markup does not keep."""
    return any(line != " ".join(line.split()) for line in f"{text.ar}\n{text.en}".split("\n"))


def _extras(item: Item) -> str:
    """What QTI has no word for. Tags too, for an item that travels without its manifest; the rule for partly
    right answers, because rules are not read back."""
    content = item.content
    extras = json.loads(write_extras(item) or "{}")
    extras.pop("keys", None)
    options = _asked_first(content)
    if any(identifier(option.key) != option.key for option in options) or content.kind == "matching":
        extras["keys"] = [option.key for option in options]
    if _identifier_of(item) != item.code:
        extras["code"] = item.code
    if tags := write_tags(item.tags):
        extras["tags"] = tags
    if content.kind in CREDITS:
        extras["credit"] = content.credit_rule
    if content.stimulus is not None and content.stimulus.image is not None:
        extras["stimulus_alt"] = {"ar": content.stimulus.image.alt.ar, "en": content.stimulus.image.alt.en}
    if content.kind == "hotspot":
        extras["regions"] = [[one.region.shape, *one.region.coords] if one.region else [] for one in options]
        extras["labels"] = [{"ar": one.text.ar, "en": one.text.en} for one in options]
    # A processing instruction ends at ?>.
    return json.dumps(extras, ensure_ascii=False, separators=(",", ":")).replace(">", "\\u003e")


def _asked_first(content: QuestionContent) -> list[OptionContent]:
    """The options in the order in which reading the item finds them: of a matching question, the prompts
    first."""
    options = written_options(content)
    return sorted(options, key=lambda one: not one.is_prompt) if content.kind == "matching" else options


def _identifier_of(item: Item) -> str:
    bare = "".join(c if c.isascii() and (c.isalnum() or c in "-_.") else "_" for c in item.code)
    return bare if bare[:1].isalpha() or bare[:1] == "_" else f"_{bare}"


class _Package:
    """The files of a package, as they come together."""

    def __init__(self, version: Version) -> None:
        self.version = version
        self.files: dict[str, bytes] = {}
        self.manifest = Element("manifest", identifier="sanad-questions")
        metadata = SubElement(self.manifest, "metadata")
        SubElement(metadata, "schema").text = version.schema
        SubElement(metadata, "schemaversion").text = version.schema_version
        SubElement(self.manifest, "organizations")
        self.resources = SubElement(self.manifest, "resources")

    def add(self, item: Item, name: str) -> None:
        href = f"items/{name}.xml"
        used = self._add_images(item.content.image, item.images)
        told = item.content.stimulus
        if told is not None and self.version is QTI_3:
            self._add_stimulus(item, told)
        elif told is not None:
            used += self._add_images(told.image, item.images)
        self.files[href] = _xml(_item(item, self.version))
        resource = self._resource(name, self.version.item_type, href)
        _metadata(resource, item)
        for path in (href, *used):
            SubElement(resource, "file", href=path)

    def _resource(self, name: str, kind: str, href: str) -> Element:
        return SubElement(self.resources, "resource", identifier=name, type=kind, href=href)

    def _add_images(self, image: ImageContent | None, images: Mapping[str, bytes]) -> list[str]:
        picture = picture_of(image, images)
        if image is None or picture is None:
            return []
        path = f"images/{image.sha256[:16]}.{picture.extension}"
        self.files[path] = picture.data
        return [path]

    def _add_stimulus(self, item: Item, told: Stimulus) -> None:
        """A shared text is a file of its own, once."""
        href = _stimulus_href(item)
        if href in self.files:
            return
        root = Element("assessment-stimulus", identifier=item.scenario, title=item.scenario)
        root.set(XML_LANG, "ar")
        body = SubElement(root, "stimulus-body")
        _show_image(body, told.image, item.images)
        say(SubElement(body, "div"), told.text)
        used = self._add_images(told.image, item.images)
        self.files[href] = _xml(spelt(root, self.version))
        resource = self._resource(f"s{len(self.files):04d}", self.version.stimulus_type, href)
        for path in (href, *used):
            SubElement(resource, "file", href=path)

    def packed(self) -> bytes:
        for element in self.manifest.iter():
            if isinstance(element.tag, str) and not element.tag.startswith("{"):
                element.tag = f"{{{self.version.manifest}}}{element.tag}"
        ElementTree.register_namespace("", self.version.manifest)
        ElementTree.register_namespace("lom", self.version.metadata)
        buffer = io.BytesIO()
        with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
            for name, data in {"imsmanifest.xml": _xml(self.manifest), **self.files}.items():
                archive.writestr(zipfile.ZipInfo(name, _EPOCH), data, zipfile.ZIP_DEFLATED)
        return buffer.getvalue()


def _metadata(resource: Element, item: Item) -> None:
    """Tags as keywords and the difficulty in LOM, for catalogues of other systems."""
    space = f"{{{QTI_3.metadata}}}"
    lom = SubElement(SubElement(resource, "metadata"), f"{space}lom")
    general = SubElement(lom, f"{space}general")
    for tag in write_tags(item.tags):
        if not tag.startswith("difficulty:"):
            SubElement(SubElement(general, f"{space}keyword"), f"{space}string").text = tag
    if word := _LOM_DIFFICULTY.get(item.tags.difficulty):
        difficulty = SubElement(SubElement(lom, f"{space}educational"), f"{space}difficulty")
        SubElement(difficulty, f"{space}source").text = "LOMv1.0"
        SubElement(difficulty, f"{space}value").text = word


def _stimulus_href(item: Item) -> str:
    return f"stimuli/{''.join(c if c.isascii() and c.isalnum() else '-' for c in item.scenario)}.xml"


def picture_of(image: ImageContent | None, images: Mapping[str, bytes]) -> Picture | None:
    data = images.get(image.sha256) if image else None
    return inspect(data) if data else None


def _item(item: Item, version: Version) -> Element:
    content = item.content
    root = Element(
        "assessment-item",
        {
            "identifier": _identifier_of(item),
            "title": item.name or item.code,
            "time-dependent": "false",
            XML_LANG: "ar",
        },
    )
    if version is not QTI_3:
        root.set("adaptive", "false")
    root.append(ProcessingInstruction("sanad", without_controls(_extras(item))))
    declare(root, content)
    if item.scenario and version is QTI_3:
        SubElement(
            root, "assessment-stimulus-ref", identifier=item.scenario, href=f"../{_stimulus_href(item)}"
        )
    body = SubElement(root, "item-body")
    if content.stimulus is not None and version is not QTI_3:
        story = SubElement(body, "rubric-block", {"view": "candidate", "use": SHARED, "label": item.scenario})
        _show_image(story, content.stimulus.image, item.images)
        say(SubElement(story, "div"), content.stimulus.text)
    if content.kind != "hotspot":
        _show_image(body, content.image, item.images)
    say(SubElement(body, "div"), content.stem)
    _BODIES[content.kind](body, item)
    add_rules(root, content, version)
    if not content.explanation.is_blank:
        feedback = SubElement(
            root,
            "modal-feedback",
            {"outcome-identifier": "EXPLANATION", "identifier": "explanation", "show-hide": "show"},
        )
        say(SubElement(SubElement(feedback, "content-body"), "div"), content.explanation)
    return spelt(root, version)


def say(parent: Element, text: Bilingual) -> None:
    """Both languages, one below the other."""
    said = [(language, direction) for language, direction in _DIRECTIONS if getattr(text, language).strip()]
    for number, (language, direction) in enumerate(said):
        if number:
            SubElement(parent, "br")
        span = SubElement(parent, "span", {XML_LANG: language, "dir": direction, "class": "multilang"})
        lines = without_controls(getattr(text, language)).strip().split("\n")
        span.text = lines[0]
        for line in lines[1:]:
            SubElement(span, "br").tail = line


def _show_image(parent: Element, image: ImageContent | None, images: Mapping[str, bytes]) -> None:
    if image is not None and (picture := picture_of(image, images)) is not None:
        path = f"../images/{image.sha256[:16]}.{picture.extension}"
        size = {"width": str(picture.width), "height": str(picture.height)}
        SubElement(
            SubElement(parent, "div"), "img", {"src": path, "alt": image.alt.ar or image.alt.en, **size}
        )


def _choices(body: Element, item: Item) -> None:
    is_single = item.content.kind != "multiple"
    interaction = SubElement(
        body,
        "choice-interaction",
        {"response-identifier": "RESPONSE", "shuffle": "true", "max-choices": "1" if is_single else "0"},
    )
    for option in written_options(item.content):
        say(SubElement(interaction, "simple-choice", identifier=identifier(option.key)), option.text)


def _steps(body: Element, item: Item) -> None:
    attributes = {"response-identifier": "RESPONSE", "shuffle": "true"}
    interaction = SubElement(body, "order-interaction", attributes)
    for option in sorted(item.content.options, key=lambda one: one.key):
        say(SubElement(interaction, "simple-choice", identifier=identifier(option.key)), option.text)


def _pairs(body: Element, item: Item) -> None:
    content = item.content
    keys = content.match_keys
    options = _asked_first(content)
    interaction = SubElement(
        body,
        "match-interaction",
        {"response-identifier": "RESPONSE", "shuffle": "true", "max-associations": str(len(content.prompts))},
    )
    first = SubElement(interaction, "simple-match-set")
    second = SubElement(interaction, "simple-match-set")
    for option in options:
        if option.is_prompt:
            attributes = {"identifier": f"p_{option.key}", "match-max": "1"}
            say(SubElement(first, "simple-associable-choice", attributes), option.text)
        if keys[option.key] == option.key:
            attributes = {"identifier": f"m_{option.key}", "match-max": "0"}
            say(SubElement(second, "simple-associable-choice", attributes), option.match)


def _entry(body: Element, item: Item) -> None:
    SubElement(SubElement(body, "div"), "text-entry-interaction", {"response-identifier": "RESPONSE"})


def _essay(body: Element, item: Item) -> None:
    SubElement(body, "extended-text-interaction", {"response-identifier": "RESPONSE"})
    for criterion in item.content.rubric:
        block = SubElement(body, "rubric-block", {"view": "scorer", "use": "scoring"})
        say(SubElement(SubElement(block, "content-body"), "div"), criterion.text)


def _regions(body: Element, item: Item) -> None:
    content = item.content
    picture = picture_of(content.image, item.images)
    right = sum(option.is_correct for option in content.options)
    most = "1" if right == 1 else "0"
    attributes = {"response-identifier": "RESPONSE", "max-choices": most}
    interaction = SubElement(body, "hotspot-interaction", attributes)
    if content.image is None or picture is None:
        return
    address = f"../images/{content.image.sha256[:16]}.{picture.extension}"
    size = {"width": str(picture.width), "height": str(picture.height)}
    alt = content.image.alt.ar or content.image.alt.en
    SubElement(
        interaction, "object", {"data": address, "type": media_type(picture.extension), **size}
    ).text = alt
    for option in written_options(content):
        if option.region is not None:
            shape, coords = write_coords(option.region, picture.width, picture.height)
            choice = {"identifier": identifier(option.key), "shape": shape, "coords": coords}
            label = without_controls(option.text.ar or option.text.en)
            SubElement(interaction, "hotspot-choice", {**choice, "hotspot-label": label})


def _xml(root: Element) -> bytes:
    ElementTree.register_namespace("", root.tag.partition("}")[0].removeprefix("{"))
    data: bytes = ElementTree.tostring(root, encoding="utf-8", xml_declaration=True)
    return data + b"\n"


_BODIES: dict[str, Callable[[Element, Item], None]] = {
    "single": _choices,
    "multiple": _choices,
    "true_false": _choices,
    "numeric": _entry,
    "short_text": _entry,
    "matching": _pairs,
    "ordering": _steps,
    "hotspot": _regions,
    "open_text": _essay,
}
