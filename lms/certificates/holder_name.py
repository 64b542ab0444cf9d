"""The name as it may be signed: one spelling for what a reader sees, nothing invisible.

A checker compares the name on the screen with the name on the paper and on an identity card. So a
signed name is in Unicode NFC, has single blanks between its words, and holds no control, no
bidirectional mark and no other invisible character that could make two names look alike. The
zero-width joiners stay, because some scripts are misspelt without them.
"""

import re
import unicodedata

from lms.register.errors import CodedError

BIDI_CONTROLS = frozenset("\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
_JOINERS = frozenset("\u200c\u200d")
_HIDDEN_CATEGORIES = frozenset({"Cc", "Cf", "Cs", "Co", "Zl", "Zp"})


class HolderNameError(CodedError):
    """A name that must not be signed, or that a signed message must not carry."""


def tidy_name(text: str) -> str:
    """The name as it is signed: NFC, single blanks, without what nobody can see.

    Names pasted from a word processor or a chat bring direction marks and no-break spaces along;
    losing them changes nothing that a person reads. The result still has to pass `require_name`.
    """
    visible = (char for char in text if char.isspace() or not _is_hidden(char))
    return unicodedata.normalize("NFC", " ".join("".join(visible).split()))


def require_name(name: str) -> None:
    """Raise `HolderNameError` unless `name` is exactly as it may be signed."""
    if not name:
        raise HolderNameError("name_empty", "the name is empty")
    if BIDI_CONTROLS & set(name):
        raise HolderNameError("name_bidi_control", "the name holds a bidirectional control")
    if any(_is_hidden(char) for char in name):
        raise HolderNameError("name_control", "the name holds an invisible or private character")
    if not unicodedata.is_normalized("NFC", name):
        raise HolderNameError("name_not_nfc", "the name is not in Unicode NFC")
    if re.search(r"^ |  | $", name) or any(char.isspace() and char != " " for char in name):
        raise HolderNameError("name_spacing", "the name has other than single blanks between words")


def _is_hidden(char: str) -> bool:
    return char not in _JOINERS and unicodedata.category(char) in _HIDDEN_CATEGORIES
