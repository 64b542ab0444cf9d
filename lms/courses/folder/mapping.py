"""Strict reading and canonical writing of YAML mappings.

YAML is read as a tree of nodes and never as objects: a scalar is the text its author wrote (`no`
is the word no), nothing is constructed, aliases are refused (a few lines of them can fill any
memory), a key stands once, and every fault knows its line.
"""

from collections.abc import Collection
from typing import Any

import yaml

from .faults import Place

LANGUAGE_NAMES = {"ar": "Arabic", "en": "English"}
_NULL = "tag:yaml.org,2002:null"


class _Loader(yaml.SafeLoader):
    def compose_node(self, parent: yaml.Node | None, index: Any) -> yaml.Node | None:
        if self.check_event(yaml.AliasEvent):
            mark = self.peek_event().start_mark  # type: ignore[no-untyped-call]
            raise yaml.composer.ComposerError(None, None, "aliases are not allowed", mark)
        return super().compose_node(parent, index)


class _Dumper(yaml.SafeDumper):
    def increase_indent(self, flow: bool = False, indentless: bool = False) -> None:
        super().increase_indent(flow, False)

    def ignore_aliases(self, data: Any) -> bool:
        return True


class Prose(str):
    """A text that is always written as a block of its own lines, however short it is."""


def _represent_text(dumper: yaml.SafeDumper, text: str) -> yaml.ScalarNode:
    style = "|" if isinstance(text, Prose) or "\n" in text else None
    return dumper.represent_scalar("tag:yaml.org,2002:str", str(text), style=style)


_Dumper.add_representer(str, _represent_text)
_Dumper.add_representer(Prose, _represent_text)


def write_mapping(mapping: dict[str, Any]) -> str:
    """The one way a mapping is written: block style, keys in the order given, long lines kept."""
    written: str = yaml.dump(mapping, Dumper=_Dumper, allow_unicode=True, sort_keys=False, width=float("inf"))
    return written


class Mapping:
    """One YAML mapping, read key by key. What is missing or wrong becomes a fault and reads as empty."""

    def __init__(self, node: yaml.MappingNode, origin: Place) -> None:
        self._origin = origin
        self._values: dict[str, yaml.Node] = {}
        self._keys: dict[str, yaml.Node] = {}
        self._asked: set[str] = set()
        self.place = self._at(node)
        for key, value in node.value:
            if key.value in self._values:
                self._at(key).fault(f"the key {key.value!r} stands twice")
            self._keys[str(key.value)] = key
            self._values[str(key.value)] = value

    def _at(self, node: yaml.Node) -> Place:
        return self._origin.below(node.start_mark.line)

    def place_of(self, key: str) -> Place:
        return self._at(self._keys[key]) if key in self._keys else self.place

    def _value(self, key: str, optional: bool = False) -> yaml.Node | None:
        self._asked.add(key)
        value = self._values.get(key)
        if value is None and not optional:
            self.place.fault(f"the key {key!r} is missing")
        return value

    def text(self, key: str, *, optional: bool = False) -> str:
        value = self._value(key, optional)
        if value is None:
            return ""
        return self._scalar(value, key)

    def _scalar(self, node: yaml.Node, name: str) -> str:
        if not isinstance(node, yaml.ScalarNode):
            self._at(node).fault(f"{name!r} must be a text")
            return ""
        if node.tag == _NULL or not node.value.strip():
            self._at(node).fault(f"{name!r} is empty")
            return ""
        return str(node.value)

    def integer(self, key: str, *, most: int = 32_767) -> int:
        """A whole number from 1 to `most`."""
        value = self.text(key)
        number = int(value) if value.isdecimal() else 0
        if value and not 1 <= number <= most:
            self.place_of(key).fault(f"{key!r} must be a whole number from 1 to {most}, not {value!r}")
        return number

    def choice(self, key: str, allowed: Collection[str]) -> str:
        value = self.text(key)
        if value and value not in allowed:
            self.place_of(key).fault(f"{key!r} must be one of {', '.join(allowed)}, not {value!r}")
        return value

    def flag(self, key: str) -> bool:
        return self.choice(key, ("true", "false")) == "true"

    def bilingual(self, key: str) -> dict[str, str]:
        value = self._value(key)
        if value is None:
            return dict.fromkeys(LANGUAGE_NAMES, "")
        return self._both_languages(value, key)

    def _both_languages(self, node: yaml.Node, name: str) -> dict[str, str]:
        texts = dict.fromkeys(LANGUAGE_NAMES, "")
        if not isinstance(node, yaml.MappingNode):
            self._at(node).fault(f"{name!r} must be given in Arabic (ar) and English (en)")
            return texts
        mapping = Mapping(node, self._origin)
        for language, language_name in LANGUAGE_NAMES.items():
            if language in mapping._values:
                texts[language] = mapping.text(language)
            else:
                mapping.place.fault(f"{name!r} has no {language_name} ({language})")
        mapping._asked.update(LANGUAGE_NAMES)
        mapping.close()
        return texts

    def _items(self, key: str, optional: bool) -> list[yaml.Node]:
        value = self._value(key, optional)
        if value is None:
            return []
        if not isinstance(value, yaml.SequenceNode):
            self._at(value).fault(f"{key!r} must be a list")
            return []
        return list(value.value)

    def texts(self, key: str) -> list[str]:
        return [self._scalar(item, key) for item in self._items(key, optional=False)]

    def bilinguals(self, key: str) -> list[dict[str, str]]:
        return [self._both_languages(item, key) for item in self._items(key, optional=False)]

    def mappings(self, key: str, *, optional: bool = False) -> list["Mapping"]:
        items = self._items(key, optional)
        for item in items:
            if not isinstance(item, yaml.MappingNode):
                self._at(item).fault(f"each of {key!r} must have keys and values")
        return [Mapping(item, self._origin) for item in items if isinstance(item, yaml.MappingNode)]

    def close(self) -> None:
        """Call when every known key has been asked for: the others are faults."""
        for key in self._values.keys() - self._asked:
            self.place_of(key).fault(f"the key {key!r} is not known here")


def read_mapping(text: str, origin: Place) -> Mapping | None:
    """The mapping in a YAML text whose first line stands at `origin`; None, and a fault, if it is none."""
    try:
        node = yaml.compose(text, Loader=_Loader)
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        reason = getattr(error, "problem", None) or getattr(error, "reason", None) or "cannot be read"
        origin.below(mark.line if mark else 0).fault(f"not YAML: {reason}")
        return None
    except RecursionError:
        origin.fault("not YAML: nested too deeply")
        return None
    if not isinstance(node, yaml.MappingNode):
        origin.fault("expected keys and values here")
        return None
    return Mapping(node, origin)
