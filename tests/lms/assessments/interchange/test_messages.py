"""Everything that a reader or writer reports has a sentence, and every sentence has a use."""

import re
from pathlib import Path

import pytest
from django.utils import translation

from lms.assessments import interchange
from lms.assessments.interchange.html_scanner import NAMES
from lms.assessments.interchange.model import Loss, Problem
from lms.assessments.interchange_messages import (
    LOSS_SENTENCES,
    PROBLEM_SENTENCES,
    loss_text,
    problem_text,
    where_text,
)

SOURCES = "\n".join(
    path.read_text(encoding="utf-8")
    for folder in (Path(interchange.__file__).parent, Path(interchange.__file__).parents[1] / "services")
    for path in sorted(folder.glob("*.py"))
)
STRINGS = frozenset(re.findall(r'"([a-z][a-z0-9_]+)"', SOURCES))
CALLED = {
    "problem": frozenset(re.findall(r'(?:InterchangeError|Problem|refusal)\(\s*"([a-z0-9_]+)"', SOURCES)),
    "loss": frozenset(re.findall(r'(?:UnsupportedError|Loss|\.note|setdefault)\(\s*"([a-z0-9_]+)"', SOURCES)),
}


def test_every_refusal_and_loss_of_the_code_has_a_sentence() -> None:
    assert CALLED["problem"] - set(PROBLEM_SENTENCES) == set()
    assert CALLED["loss"] - set(LOSS_SENTENCES) == set()


def test_every_sentence_has_a_use() -> None:
    used = STRINGS | set(re.findall(r'"([a-z0-9_]+)": "', SOURCES)) | NAMES
    assert (set(PROBLEM_SENTENCES) | set(LOSS_SENTENCES)) - used == set()


@pytest.mark.parametrize("language", ["ar", "en"])
def test_every_sentence_can_be_said_with_any_detail(language: str) -> None:
    with translation.override(language):
        for code in PROBLEM_SENTENCES:
            assert problem_text(Problem(code, "line 3", "{x} %s"))
        for code in LOSS_SENTENCES:
            assert loss_text(Loss(code, "{x} %s"))


def test_places_are_said_in_words_and_files_by_their_names() -> None:
    with translation.override("en"):
        assert where_text("line 12") == "Line 12"
        assert where_text("row 3") == "Row 3"
        assert where_text("items/a.xml:4") == "items/a.xml:4"
        assert problem_text(Problem("empty")) == "The file is empty."
        assert problem_text(Problem("gift_brace", "line 2")).startswith(
            "Line 2: A brace has no partner. Write \\{ or"
        )
