"""Whether a colour can be read on white: the contrast ratio of WCAG 2.2."""

import re

TEXT_CONTRAST = 4.5
GRAPHIC_CONTRAST = 3.0
_HEX = re.compile(r"#[0-9a-f]{6}")
_LINEAR_BELOW = 0.04045


def is_colour(text: str) -> bool:
    """Whether `text` is `#rrggbb` in lower case."""
    return _HEX.fullmatch(text) is not None


def contrast(one: str, other: str = "#ffffff") -> float:
    """The ratio from 1 to 21 (https://www.w3.org/TR/WCAG22/#dfn-contrast-ratio)."""
    darker, lighter = sorted((_luminance(one), _luminance(other)))
    return (lighter + 0.05) / (darker + 0.05)


def _luminance(colour: str) -> float:
    red, green, blue = (_linear(int(colour[start : start + 2], 16) / 255) for start in (1, 3, 5))
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _linear(channel: float) -> float:
    return channel / 12.92 if channel <= _LINEAR_BELOW else ((channel + 0.055) / 1.055) ** 2.4
