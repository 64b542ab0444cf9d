"""Words as a search compares them. Pure: imports no Django."""

import re

from lms.common.arabic import search_key

#: And-the, in-the, like-the, for-the: what Arabic writes in one with the word.
_PREFIX = re.compile(r"\b[وف]?(?:[بك]?ال|لل)(?=\w{3})")


def search_words(text: str) -> str:
    """The words of a text without marks, variants of letters and the article, so that تعهد finds والتعهد."""
    return _PREFIX.sub("", search_key(text))
