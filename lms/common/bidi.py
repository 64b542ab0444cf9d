"""Text of both directions in plain text: e-mails, messages, CSV cells, titles. Pure: imports no Django.

In HTML a `<bdi>` keeps a name or a number from disturbing its neighbours. Where there is no markup
the isolates of Unicode do it (UAX #9, explicit directional isolates).
"""

LRI, RLI, FSI, PDI = "\u2066", "\u2067", "\u2068", "\u2069"

# Embeddings, overrides, isolates and marks: all that can make text read otherwise than it is stored.
BIDI_CONTROLS = "\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"

_NO_CONTROLS = str.maketrans("", "", BIDI_CONTROLS)


def isolate(text: str) -> str:
    """The text in the direction of its own first letter, without any effect on what surrounds it."""
    return f"{FSI}{strip_controls(text)}{PDI}"


def isolate_ltr(text: str) -> str:
    """An id, phone number, code or address: always left to right."""
    return f"{LRI}{strip_controls(text)}{PDI}"


def strip_controls(text: str) -> str:
    """The text without direction controls: a name must not be able to reorder the sentence it stands in."""
    return text.translate(_NO_CONTROLS)


def has_controls(text: str) -> bool:
    return any(character in BIDI_CONTROLS for character in text)
