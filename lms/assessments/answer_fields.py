"""What the fields of a question page mean: from a sent form to the answer on the wire.

The fields of question 3 are `q3` (places, as often as chosen, or a text) and, for matching and ordering,
`q3-1`, `q3-2` and so on: for each line the place of its match, or the place that the line itself takes.
Nothing chosen is no answer (None), never an empty one.
"""

from collections.abc import Callable, Mapping
from typing import Protocol

from django.utils.translation import gettext as _

from lms.common.digits import western_digits

from .answers_format import MOST_CHARACTERS, Wire
from .content import CHOICE_KINDS, MOST_OPTIONS
from .errors import AnswerRefusedError
from .spec import read_number


class Fields(Protocol):
    """The part of Django's QueryDict that is used."""

    def getlist(self, key: str) -> list[str]: ...


def read_answer(kind: str, fields: Fields, name: str) -> Wire | None:
    """The answer that the fields hold, None if they hold none.

    Raises AnswerRefusedError, with what to do, for fields that make no answer of that kind. Whether the
    question offers that answer is for `answers_format.to_stored` to say.
    """
    reader = _READERS.get(kind)
    if reader is None:
        raise AnswerRefusedError
    return reader(fields, name)


def _choices(fields: Fields, name: str) -> Wire | None:
    return sorted({_place(text) for text in fields.getlist(name)}) or None


def _number(fields: Fields, name: str) -> Wire | None:
    text = _text(fields, name, "numeric")
    if text and read_number(text) is None:
        raise AnswerRefusedError(_("Write a number such as 12 or 3.5, with nothing else beside it."))
    return text


def _short_text(fields: Fields, name: str) -> Wire | None:
    return _text(fields, name, "short_text")


def _open_text(fields: Fields, name: str) -> Wire | None:
    return _text(fields, name, "open_text")


def _matches(fields: Fields, name: str) -> Wire | None:
    places = _lines(fields, name)
    return places if any(places) else None


def _order(fields: Fields, name: str) -> Wire | None:
    places = _lines(fields, name)
    if not any(places):
        return None
    if not all(places):
        raise AnswerRefusedError(_("Give every line a place before you save this question."))
    if max(places) > len(places):
        raise AnswerRefusedError
    if len(set(places)) < len(places):
        raise AnswerRefusedError(_("Two lines have the same place. Give each place once."))
    return [1 + places.index(place) for place in range(1, len(places) + 1)]


def _lines(fields: Fields, name: str) -> list[int]:
    """The values of the numbered fields in order; 0 for a line left open."""
    values = (fields.getlist(f"{name}-{line}") for line in range(1, MOST_OPTIONS + 1))
    return [_place(sent[-1]) for sent in values if sent]


def _place(text: str) -> int:
    plain = western_digits(text)
    if not (plain.isascii() and plain.isdigit() and len(plain) <= len("10")):
        raise AnswerRefusedError
    return int(plain)


def _text(fields: Fields, name: str, kind: str) -> str | None:
    """Lines end in one way, whatever browser sent them."""
    text = "".join(fields.getlist(name)[-1:]).replace("\r\n", "\n")
    if len(text) > MOST_CHARACTERS[kind]:
        message = _("This answer is longer than {most} characters. Shorten it, then save again.")
        raise AnswerRefusedError(message.format(most=MOST_CHARACTERS[kind]))
    return text if text.strip() else None


_READERS: Mapping[str, Callable[[Fields, str], Wire | None]] = {
    **dict.fromkeys(CHOICE_KINDS, _choices),
    "numeric": _number,
    "short_text": _short_text,
    "open_text": _open_text,
    "matching": _matches,
    "ordering": _order,
}
