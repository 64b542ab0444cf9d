"""The fields of the keying page: digits of both scripts, blank and illegible in so many words, nothing guessed."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from django.http import QueryDict

from lms.assessments.keyed_fields import Keyed, read_keyed
from lms.assessments.keying import BLANK, ILLEGIBLE, TIMES
from lms.assessments.selectors.log import FormSlot
from lms.assessments.timing import to_ms
from lms.common.dates import TRIPOLI

pytestmark = pytest.mark.once
NOW = datetime(2026, 11, 25, 18, 0, tzinfo=TRIPOLI)
PRINTED = datetime(2026, 11, 24, 9, 0, tzinfo=TRIPOLI)
MATCHING = {"prompts": ["a", "b"], "matches": ["x", "y", "z"]}
FORM = {
    1: FormSlot(1, 1, "single", ["a", "b", "c"]),
    2: FormSlot(2, 2, "multiple", ["a", "b", "c"]),
    3: FormSlot(3, 3, "numeric", []),
    4: FormSlot(4, 4, "matching", MATCHING),
    5: FormSlot(5, 5, "ordering", ["a", "b", "c"]),
    6: FormSlot(6, 6, "open_text", []),
}
GOOD_TIMES = {"day": "25/11/2026", "began": "09:00", "handed": "10:30"}


def keyed(place: int, **fields: Any) -> Keyed:
    data = QueryDict(mutable=True)
    for name, value in fields.items():
        data.setlist(name.replace("_", "-"), value if isinstance(value, list) else [value])
    return read_keyed(FORM, [place], data, printed_at=PRINTED, now=NOW)


@pytest.mark.parametrize(
    ("place", "fields", "wire"),
    [
        (1, {"q1": "2"}, [2]),
        (2, {"q2": ["1", "3"]}, [1, 3]),
        (3, {"q3": "٣٫٥"}, "3.5"),
        (4, {"q4_1": "3", "q4_2": "blank"}, [3, 0]),
        (5, {"q5_1": "٢", "q5_2": "۱", "q5_3": "3"}, [2, 1, 3]),
        (6, {"q6": " The hall \r\n was full. "}, "The hall\nwas full."),
    ],
)
def test_what_is_written_becomes_the_answer_as_a_device_would_send_it(
    place: int, fields: dict[str, Any], wire: Any
) -> None:
    assert keyed(place, **fields).readings[place].wire == wire


@pytest.mark.parametrize(
    ("place", "fields", "what"),
    [
        (1, {"q1": "blank"}, BLANK),
        (1, {"q1": "illegible"}, ILLEGIBLE),
        (2, {"q2_is": "blank"}, BLANK),
        (5, {"q5_is": "illegible", "q5_1": "", "q5_2": "", "q5_3": ""}, ILLEGIBLE),
        (4, {"q4_1": "blank", "q4_2": "blank"}, BLANK),
        (4, {"q4_1": "blank", "q4_2": "illegible"}, ILLEGIBLE),
    ],
)
def test_blank_and_illegible_are_said(place: int, fields: dict[str, Any], what: str) -> None:
    assert keyed(place, **fields).readings[place].what == what


@pytest.mark.parametrize(
    ("place", "fields"),
    [
        (1, {}),
        (1, {"q1": "4"}),
        (1, {"q1": ["1", "2"]}),
        (2, {"q2": "1", "q2_is": "blank"}),
        (2, {"q2_is": ["blank", "illegible"]}),
        (3, {"q3": "about three"}),
        (3, {"q3": " "}),
        (4, {"q4_1": "1"}),
        (4, {"q4_1": "4", "q4_2": "1"}),
        (4, {"q4_1": "0", "q4_2": "1"}),
        (5, {"q5_1": "1", "q5_2": "1", "q5_3": "2"}),
        (5, {"q5_is": "blank", "q5_1": "1"}),
        (6, {"q6": "x" * 8001}),
        (6, {"q6": "a\x00b"}),
    ],
)
def test_what_is_no_reading_is_refused_with_a_sentence(place: int, fields: dict[str, Any]) -> None:
    found = keyed(place, **fields)
    assert not found.readings
    assert found.errors[place].endswith(".")


@pytest.mark.parametrize(
    "fields",
    [
        GOOD_TIMES,
        {"day": "٢٥/١١/٢٠٢٦", "began": "٠٩:٠٠", "handed": "١٠٫٣٠"},
        {"day": "2026-11-25", "began": "900", "handed": "1030"},
    ],
)
def test_times_are_taken_in_all_digits(fields: dict[str, str]) -> None:
    began = datetime(2026, 11, 25, 9, 0, tzinfo=TRIPOLI)
    value = keyed(TIMES, **fields).readings[TIMES].value
    assert value == [to_ms(began), to_ms(began + timedelta(minutes=90))]


@pytest.mark.parametrize(
    "change",
    [
        {"day": ""},
        {"day": "31/2/2026"},
        {"day": "26/11/2026"},
        {"day": "23/11/2026"},
        {"began": "25:00"},
        {"handed": "ten"},
        {"handed": "08:00"},
        {"handed": "18:30"},
    ],
)
def test_times_that_cannot_be_are_refused(change: dict[str, str]) -> None:
    found = keyed(TIMES, **{**GOOD_TIMES, **change})
    assert TIMES in found.errors
