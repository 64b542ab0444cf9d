"""The line icons of the design system, written into the page so that none costs a request."""

import re
from functools import cache
from pathlib import Path

FOLDER = Path(__file__).parent / "icons"

# These point along the line of reading and turn round with it; all others mean the same either way.
MIRRORED = frozenset({"arrow-right", "chevron-right", "external-link", "log-in", "log-out", "send", "undo-2"})

_DRAWING = re.compile(r"<svg[^>]*>(.*)</svg>", re.DOTALL)


@cache
def drawing(name: str) -> str:
    """The inside of the icon's SVG. Raises LookupError that lists the icons there are."""
    if name not in names():
        raise LookupError(f"There is no icon {name!r}. Icons: {', '.join(names())}.")
    source = (FOLDER / f"{name}.svg").read_text(encoding="utf-8")
    found = _DRAWING.search(source)
    if found is None:
        raise LookupError(f"The icon {name!r} is not an SVG drawing.")
    return re.sub(r"\s*\n\s*", "", found[1]).replace(" />", "/>")


@cache
def names() -> tuple[str, ...]:
    return tuple(sorted(path.stem for path in FOLDER.glob("*.svg")))
