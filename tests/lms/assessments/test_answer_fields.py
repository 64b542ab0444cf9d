"""Plain forms of every kind: what the fields mean, and what they leave as it is."""

from typing import Any

import pytest
from django.http import QueryDict
from django.utils import translation

from lms.assessments.answer_fields import read_answer
from lms.assessments.errors import AnswerRefusedError


def read(kind: str, sent: str) -> Any:
    return read_answer(kind, QueryDict(sent), "q3")


@pytest.mark.parametrize(
    ("kind", "sent", "wire"),
    [
        ("single", "q3=2", [2]),
        ("single", "q3=%D9%A2", [2]),
        ("multiple", "q3=4&q3=1", [1, 4]),
        ("true_false", "q3=1", [1]),
        ("hotspot", "q3=3&q3=2", [2, 3]),
        ("numeric", "q3=%D9%A3%D9%AB%D9%A5", "٣٫٥"),
        ("short_text", "q3=+a+", " a "),
        ("open_text", "q3=a%0D%0Ab", "a\nb"),
        ("matching", "q3-1=3&q3-2=0&q3-3=1", [3, 0, 1]),
        ("ordering", "q3-1=2&q3-2=3&q3-3=1", [3, 1, 2]),
    ],
)
def test_fields_make_an_answer(kind: str, sent: str, wire: Any) -> None:
    assert read(kind, sent) == wire


@pytest.mark.parametrize(
    ("kind", "sent"),
    [
        ("single", ""),
        ("multiple", "q4=1"),
        ("numeric", "q3="),
        ("short_text", "q3=++"),
        ("open_text", "q3=%0D%0A"),
        ("matching", "q3-1=0&q3-2=0"),
        ("ordering", "q3-1=0&q3-2=0"),
        ("ordering", ""),
    ],
)
def test_nothing_given_is_no_answer(kind: str, sent: str) -> None:
    assert read(kind, sent) is None


@pytest.mark.parametrize(
    ("kind", "sent", "sentence"),
    [
        ("ordering", "q3-1=1&q3-2=0", "Give every line a place"),
        ("ordering", "q3-1=1&q3-2=1", "same place"),
        ("ordering", "q3-1=1&q3-2=3", "does not belong"),
        ("numeric", "q3=ten", "Write a number"),
        ("short_text", "q3=" + "x" * 501, "longer than 500"),
        ("single", "q3=a", "does not belong"),
        ("single", "q3=%C2%B2", "does not belong"),
        ("single", "q3=111", "does not belong"),
        ("essay", "q3=1", "does not belong"),
    ],
)
def test_fields_that_make_no_answer_are_refused_with_what_to_do(kind: str, sent: str, sentence: str) -> None:
    with translation.override("en"), pytest.raises(AnswerRefusedError) as refusal:
        read(kind, sent)
    with translation.override("en"):
        assert sentence in str(refusal.value)
