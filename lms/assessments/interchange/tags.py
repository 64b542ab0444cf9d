"""Areas, topics, objectives and difficulties as tags and categories of other systems."""

import hashlib
import re
from collections.abc import Iterable
from dataclasses import replace

from ..bankfile import DIFFICULTIES
from ..content import NOTHING, Bilingual
from ..filereader import SLUG
from .draft import Draft, in_its_language
from .model import Tags

MOST_AREA = 40
MOST_TOPIC = 60
MOST_OBJECTIVE = 20
MOST_AREA_NAME = 200
_NO_AREA = re.compile(r"top|\$.*\$|Default for .*")


def write_tags(tags: Tags) -> list[str]:
    """`area:law`, `topic:silence-day`, `objective:6.1`, `difficulty:easy`."""
    said = (
        ("area", tags.area),
        ("topic", tags.topic),
        ("objective", tags.objective),
        ("difficulty", tags.difficulty),
    )
    return [f"{name}:{value}" for name, value in said if value]


def read_tags(draft: Draft, words: Iterable[str]) -> None:
    """Take our own tags out of `words`; all others are noted as lost."""
    tags, lost = draft.tags, []
    for word in words:
        name, _, value = word.strip().partition(":")
        value = value.strip()
        if name == "area" and _is_slug(value, MOST_AREA):
            tags = replace(tags, area=value)
        elif name == "topic" and _is_slug(value, MOST_TOPIC):
            tags = replace(tags, topic=value)
        elif name == "objective" and 0 < len(value) <= MOST_OBJECTIVE:
            tags = replace(tags, objective=value)
        elif name == "difficulty" and value in DIFFICULTIES:
            tags = replace(tags, difficulty=value)
        elif word.strip():
            lost.append(word.strip())
    draft.tags = tags
    if lost:
        draft.note("tags", ", ".join(lost))


def category_tags(path: str) -> Tags:
    """The area that the last part of a Moodle category means: `$course$/top/Law` is the area `law`.

    `//` in a path is a slash in a name. The top itself and the default category are no areas.
    """
    parts = [part.replace("\0", "/").strip() for part in path.replace("//", "\0").split("/")]
    named = [part for part in parts if part and not _NO_AREA.fullmatch(part)]
    if not named:
        return Tags()
    name = re.sub(r"<[^<>]*>", "", named[-1]).strip()[:MOST_AREA_NAME]
    code = area_code(name)
    return Tags(area=code, area_name=NOTHING if name == code else _named(name)) if code else Tags()


def area_code(name: str) -> str:
    """A code for an area of that name: Latin letters and digits stay; a name without any gets a digest."""
    latin = re.sub(r"[^a-z0-9_]+", "-", name.lower()).strip("-")[:MOST_AREA].strip("-")
    if latin or not name:
        return latin
    return f"area-{hashlib.sha256(name.encode()).hexdigest()[:8]}"


def _named(name: str) -> Bilingual:
    """Both names are needed; the one that is not there says the same."""
    said = in_its_language(name)
    return Bilingual(said.ar or name, said.en or name)


def _is_slug(value: str, most: int) -> bool:
    return bool(SLUG.fullmatch(value)) and len(value) <= most
