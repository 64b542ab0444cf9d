"""Taking values out of untyped data: every fault is noted with its place. Pure."""

import hashlib
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from .content import NOTHING, Bilingual, ImageContent, Region
from .spec import read_number, read_region

SLUG = re.compile(r"[-a-zA-Z0-9_]+")

#: The contents of an image that the file names, or None if there is none.
ImageReader = Callable[[str], bytes | None]


@dataclass(frozen=True, slots=True)
class Problem:
    """What is wrong and where; `code` says which sentence explains it and `detail` fills it in."""

    where: str
    code: str
    detail: str = ""


@dataclass(slots=True)
class Reader:
    """Reading goes on after a fault, so that one run shows all of them."""

    read_image: ImageReader
    problems: list[Problem] = field(default_factory=list)
    images: dict[str, bytes] = field(default_factory=dict)

    def note(self, where: str, code: str, detail: str = "") -> None:
        self.problems.append(Problem(where, code, detail))

    def mapping(self, data: object, where: str, known: Sequence[str] | None = None) -> Mapping[str, Any]:
        if not isinstance(data, Mapping):
            self.note(where, "not_a_mapping")
            return {}
        self.only(data, where, tuple(data) if known is None else known)
        return data

    def only(self, data: Mapping[str, Any], where: str, known: Sequence[str]) -> None:
        for key in data:
            if key not in known:
                self.note(where, "unknown_key", str(key))

    def rows(self, data: Mapping[str, Any], key: str, where: str) -> list[Any]:
        value = data.get(key)
        if not isinstance(value, list) or not value:
            self.note(join(where, key), "not_a_list")
            return []
        return value

    def text(
        self, data: Mapping[str, Any], key: str, where: str, *, most: int = 10_000, optional: bool = False
    ) -> str:
        value = data.get(key)
        if value is None or (isinstance(value, str) and not value.strip()):
            if not optional:
                self.note(join(where, key), "missing")
            return ""
        if not isinstance(value, str):
            self.note(join(where, key), "not_text")
            return ""
        if len(value.strip()) > most:
            self.note(join(where, key), "too_long", str(most))
        return value.strip()

    def slug(self, data: Mapping[str, Any], key: str, where: str, *, most: int) -> str:
        value = self.text(data, key, where, most=most)
        if value and not SLUG.fullmatch(value):
            self.note(join(where, key), "not_a_slug", value)
        return value

    def choice(self, data: Mapping[str, Any], key: str, where: str, choices: Sequence[str]) -> str:
        value = self.text(data, key, where)
        if value and value not in choices:
            self.note(join(where, key), "not_a_choice", ", ".join(choices))
            return ""
        return value

    def number(self, data: Mapping[str, Any], key: str, where: str, *, missing: str = "") -> Decimal:
        text = self.text(data, key, where, optional=bool(missing)) or missing
        value = read_number(text)
        if text and value is None:
            self.note(join(where, key), "not_a_number", text)
        return value or Decimal(0)

    def region(self, data: Mapping[str, Any], where: str) -> Region | None:
        try:
            return read_region(self.text(data, "region", where))
        except ValueError:
            self.note(join(where, "region"), "not_a_region")
            return None

    def image(self, data: object, where: str) -> ImageContent | None:
        if data is None:
            return None
        image = self.mapping(data, where, ("file", "alt"))
        name = self.text(image, "file", where, most=200)
        contents = self.read_image(name) if name else None
        if name and contents is None:
            self.note(join(where, "file"), "image_not_found", name)
        sha256 = hashlib.sha256(contents or b"").hexdigest()
        self.images[sha256] = contents or b""
        return ImageContent(sha256, self.bilingual(image.get("alt"), join(where, "alt")), name)

    def bilingual(self, data: object, where: str, *, most: int = 10_000, optional: bool = False) -> Bilingual:
        if data is None and optional:
            return NOTHING
        texts = self.mapping(data, where, ("ar", "en"))
        return Bilingual(
            self.text(texts, "ar", where, most=most) if texts else "",
            self.text(texts, "en", where, most=most) if texts else "",
        )


def join(where: str, key: str) -> str:
    return f"{where}.{key}".rstrip(".") if where else key
