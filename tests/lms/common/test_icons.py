import re
from pathlib import Path

import pytest

from lms.common import icons

ROOT = Path(__file__).resolve().parents[3]
USED = re.compile(r"{% (?:icon|empty_state) \"([a-z0-9-]+)\"")


@pytest.mark.parametrize("name", icons.names())
def test_every_icon_is_a_drawing_without_colours_of_its_own(name: str) -> None:
    drawing = icons.drawing(name)
    assert drawing.startswith("<")
    assert "fill=" not in drawing or 'fill="currentColor"' in drawing
    assert "<script" not in drawing


def test_unknown_icon_names_those_there_are() -> None:
    with pytest.raises(LookupError, match="check"):
        icons.drawing("unicorn")


def test_mirrored_icons_exist() -> None:
    assert set(icons.names()) >= icons.MIRRORED


def test_every_icon_that_a_template_asks_for_exists() -> None:
    templates = [
        path for folder in ("lms", "plugins") for path in (ROOT / folder).rglob("templates/**/*.html")
    ]
    used = {
        (path.name, name) for path in templates for name in USED.findall(path.read_text(encoding="utf-8"))
    }
    assert used
    assert sorted((path, name) for path, name in used if name not in icons.names()) == []
