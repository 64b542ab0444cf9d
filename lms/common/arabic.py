"""One normaliser of Arabic for searching and for finding duplicates.

People type أحمد as احمد, مصراتة as مصراته and leave out vowel marks. What is stored for searching and what
somebody searches for pass through the same function, so both databases find the same rows.
"""

import re
import unicodedata

_SAME_LETTERS = str.maketrans(
    {
        "أ": "ا",
        "إ": "ا",
        "آ": "ا",
        "ٱ": "ا",
        "ى": "ي",
        "ی": "ي",
        "ئ": "ي",
        "ؤ": "و",
        "ة": "ه",
        "ک": "ك",
        "ـ": None,
    }
)
_COMPOUND = re.compile(r"\b(عبد|ابو|بن|ال)\s+")
_NOT_A_WORD = re.compile(r"[^\w]+")


def search_key(text: str) -> str:
    """The text as it is compared: compatibility forms and marks removed, letters that are confused made one,
    lower case, Western digits, single spaces, and compound names such as عبد الله and عبدالله alike.

    Guaranteed to be idempotent: `search_key(search_key(x)) == search_key(x)`.
    """
    folded = unicodedata.normalize("NFKD", text).casefold()
    letters = unicodedata.normalize("NFKD", folded.translate(_SAME_LETTERS)).translate(_SAME_LETTERS)
    bare = "".join(
        str(unicodedata.digit(c, c)) for c in letters if not unicodedata.category(c).startswith(("M", "C"))
    )
    words = _NOT_A_WORD.sub(" ", bare.replace("_", " ")).strip()
    return _COMPOUND.sub(r"\1", words)
