"""What the fields of the keying page mean: from a sent form to what somebody read on a paper.

The field of question 3 is `q3`, for the lines of a matching or an ordering `q3-1`, `q3-2` and so on; `q3-is`
holds `blank` or `illegible` where that is what was read. Choices and lines of a matching may say so in their own
field. The times of the cover are `day`, `began` and `handed`. Arabic and Latin digits are the same.
"""

import re
from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import NamedTuple

from django.utils.translation import gettext as _

from lms.common.dates import TRIPOLI
from lms.common.digits import western_digits

from .answer_fields import Fields, read_answer
from .answers_format import to_stored
from .content import CHOICE_KINDS, TEXT_KINDS
from .errors import AnswerRefusedError
from .keying import ANSWER, BLANK, ILLEGIBLE, ILLEGIBLE_LINE, NO_ANSWERS, TIMES, Reading, tidy_text
from .selectors.log import FormSlot
from .timing import to_ms

_DAY = re.compile(r"(\d{1,2})\s*[-/.]\s*(\d{1,2})\s*[-/.]\s*(\d{4})")
_ISO_DAY = re.compile(r"(\d{4})\s*[-/.]\s*(\d{1,2})\s*[-/.]\s*(\d{1,2})")
_CLOCK = re.compile(r"(\d{1,2})\s*[:.٫]?\s*(\d{2})")
#: Nobody sits an exam for longer; a longer time is a slip of the pen or of the finger.
MOST_SITTING = timedelta(hours=14)


class Keyed(NamedTuple):
    """What was read, and for each place that could not be taken, why."""

    readings: dict[int, Reading]
    errors: dict[int, str]


def read_keyed(
    form: Mapping[int, FormSlot],
    places: Sequence[int],
    fields: Fields,
    *,
    printed_at: datetime,
    now: datetime,
) -> Keyed:
    """Read the fields of the places asked for."""
    keyed = Keyed({}, {})
    for place in places:
        try:
            if place == TIMES:
                keyed.readings[place] = _times(fields, printed_at, now)
            else:
                keyed.readings[place] = _reading(form[place], fields, f"q{place}")
        except AnswerRefusedError as refusal:
            keyed.errors[place] = str(refusal)
    return keyed


def _reading(slot: FormSlot, fields: Fields, name: str) -> Reading:
    said = fields.getlist(name)
    what = {one for one in (*fields.getlist(f"{name}-is"), *said) if one in NO_ANSWERS}
    has_more = any(one.strip() for one in said if one not in what) or _has_lines(slot, fields, name)
    if len(what) > 1 or (what and has_more):
        raise AnswerRefusedError(_("Say one thing: what is written, blank, or illegible."))
    if what:
        return Reading(BLANK if BLANK in what else ILLEGIBLE)
    if slot.kind == "ordering" and not all(_said_in(slot, fields, name)):
        raise AnswerRefusedError(_("Key every line, or say that it is blank or illegible."))
    value = _matches(slot, fields, name) if slot.kind == "matching" else read_answer(slot.kind, fields, name)
    if value is None:
        raise AnswerRefusedError(_("Key what is written, or say that it is blank or illegible."))
    if isinstance(value, list) and slot.kind == "matching" and not any(one > 0 for one in value):
        return Reading(ILLEGIBLE if ILLEGIBLE_LINE in value else BLANK)
    reading = Reading(ANSWER, tidy_text(slot.kind, value) if isinstance(value, str) else value)
    check_reading(slot, reading)
    return reading


def check_reading(slot: FormSlot, reading: Reading) -> None:
    """Raise AnswerRefusedError for an answer that the form does not offer."""
    if reading.what != ANSWER:
        return
    try:
        to_stored(slot.kind, reading.wire, slot.order)
    except ValueError:
        raise AnswerRefusedError(_("The form does not offer this answer.")) from None


def _has_lines(slot: FormSlot, fields: Fields, name: str) -> bool:
    if slot.kind in CHOICE_KINDS or slot.kind in TEXT_KINDS:
        return False
    return any(_said_in(slot, fields, name))


def _said_in(slot: FormSlot, fields: Fields, name: str) -> list[str]:
    """What stands in the field of each line of a matching or an ordering."""
    count = len(slot.order["prompts"] if slot.kind == "matching" else slot.order)
    return ["".join(fields.getlist(f"{name}-{line}")[-1:]).strip() for line in range(1, count + 1)]


def _matches(slot: FormSlot, fields: Fields, name: str) -> list[int]:
    values: list[int] = []
    for said in _said_in(slot, fields, name):
        if said in NO_ANSWERS:
            values.append(0 if said == BLANK else ILLEGIBLE_LINE)
        else:
            values.append(_place(said))
    return values


def _place(text: str) -> int:
    plain = western_digits(text)
    if not plain:
        raise AnswerRefusedError(_("Key every line, or say that it is blank or illegible."))
    if not (plain.isascii() and plain.isdigit() and len(plain) <= len("10") and int(plain)):
        raise AnswerRefusedError
    return int(plain)


def _times(fields: Fields, printed_at: datetime, now: datetime) -> Reading:
    day = _day(_last(fields, "day"))
    began, handed = (_moment(day, _last(fields, name)) for name in ("began", "handed"))
    if handed <= began:
        # A sitting over midnight is possible, a sitting of twenty hours is not.
        handed += timedelta(days=1)
    if handed - began > MOST_SITTING:
        raise AnswerRefusedError(_("The paper was handed in before it was begun. Look at both times again."))
    if handed > now:
        raise AnswerRefusedError(_("This time has not come yet. Look at the day and the times again."))
    if began < printed_at - timedelta(minutes=1):
        raise AnswerRefusedError(_("At this time the paper had not been printed. Look at the day again."))
    return Reading(ANSWER, [to_ms(began), to_ms(handed)])


def _last(fields: Fields, name: str) -> str:
    return western_digits("".join(fields.getlist(name)[-1:])).strip()


def _day(text: str) -> date:
    """A day as people write it: 3/5/2026 is the third of May."""
    if found := _ISO_DAY.fullmatch(text):
        numbers = found.groups()
    elif found := _DAY.fullmatch(text):
        numbers = found.groups()[::-1]
    else:
        raise AnswerRefusedError(_("Write the day as day/month/year, such as 25/11/2026."))
    try:
        year, month, day = (int(number) for number in numbers)
        return date(year, month, day)
    except ValueError:
        raise AnswerRefusedError(_("There is no such day.")) from None


def _moment(day: date, text: str) -> datetime:
    found = _CLOCK.fullmatch(text)
    try:
        if found is None:
            raise ValueError(text)
        return datetime(day.year, day.month, day.day, int(found[1]), int(found[2]), tzinfo=TRIPOLI)
    except ValueError:
        raise AnswerRefusedError(
            _("Write both times with hours and minutes, such as 09:05 or 14:30.")
        ) from None
