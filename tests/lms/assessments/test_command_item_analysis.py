"""`sanad item_analysis`: files in, JSON or plain words out, and a clear sentence for what cannot be read."""

import json
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.utils.translation import override

from lms.assessments.item_words import (
    FILE_SENTENCES,
    NOTICE_SENTENCES,
    VERDICT_WORDS,
    fault_sentence,
    notice_sentence,
)
from lms.assessments.statistics import Notice
from lms.assessments.statistics.notices import CODES
from lms.assessments.statistics.responses_file import FAULTS, Fault
from lms.assessments.statistics.verdicts import VERDICTS

LSAT6 = json.loads((Path(__file__).parents[2] / "fixtures/item_analysis/lsat6.json").read_text())


@pytest.fixture
def lsat6(tmp_path: Path) -> Path:
    path = tmp_path / "lsat6.csv"
    rows = [
        ",".join(f"{number:05b}")
        for number, count in enumerate(LSAT6["pattern_counts"])
        for _person in range(count)
    ]
    path.write_text("\n".join(["i1,i2,i3,i4,i5", *rows]))
    return path


def analysis(capsys: pytest.CaptureFixture[str], *arguments: object) -> dict[str, Any]:
    call_command("item_analysis", *map(str, arguments), "--json")
    return json.loads(capsys.readouterr().out, parse_constant=pytest.fail)


def test_a_file_becomes_json_without_a_database(lsat6: Path, capsys: pytest.CaptureFixture[str]) -> None:
    found = analysis(capsys, "--responses", lsat6)
    assert found["items"] == ["i1", "i2", "i3", "i4", "i5"]
    assert found["alpha"] == pytest.approx(0.295, abs=5e-4)
    assert found["rasch_cml_sum_zero"]["difficulty"][0] == pytest.approx(-1.2561, abs=6e-5)


def test_warnings_are_in_both_languages(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "one.csv"
    path.write_text("a,b\n1,0\n")
    (warning,) = [
        one for one in analysis(capsys, "--responses", path)["warnings"] if one["code"] == "single_person"
    ]
    assert warning["en"] == "Cannot be computed: one person alone does not vary."
    assert "لا يمكن" in warning["ar"]


def test_words_for_people(lsat6: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with override("en"):
        call_command("item_analysis", "--responses", str(lsat6))
    out = capsys.readouterr().out
    assert "Cronbach's alpha: 0.2950" in out
    assert "Too easy" in out


def test_a_bad_cell_is_refused_with_its_place(tmp_path: Path) -> None:
    path = tmp_path / "bad.csv"
    path.write_text("a,b\n1,0\n1,maybe\n")
    with override("en"), pytest.raises(CommandError, match=r"Row 3, column 2 .*maybe.* is no mark"):
        call_command("item_analysis", "--responses", str(path))


def test_a_missing_file_is_refused(tmp_path: Path) -> None:
    with override("en"), pytest.raises(CommandError, match="cannot be read"):
        call_command("item_analysis", "--responses", str(tmp_path / "none.csv"))


def test_groups_and_a_key_are_read(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    answers, key = tmp_path / "answers.csv", tmp_path / "key.csv"
    rows = [f"p{n},{'ms'[n % 2]},{'ab'[n % 3 == 0]},{'ab'[n % 5 == 0]}" for n in range(240)]
    answers.write_text("\n".join(["id,sex,q1,q2", *rows]))
    key.write_text("q1,q2\nb,b\n")
    found = analysis(capsys, "--responses", answers, "--key", key, "--group", "sex", "--leave-out", "id")
    assert found["facility"] == pytest.approx([80 / 240, 48 / 240])
    assert [row["option"] for row in found["distractors"]["q1"]] == ["A", "B"]
    assert [(one["reference"], one["focal"]) for one in found["dif"]] == [("m", "s")]


@pytest.mark.django_db
def test_an_unknown_exam_is_refused() -> None:
    with override("en"), pytest.raises(CommandError, match="There is no exam NONE"):
        call_command("item_analysis", "--exam", "NONE")


@pytest.mark.parametrize("language", ["ar", "en"])
def test_everything_that_can_be_said_has_words(language: str) -> None:
    assert set(CODES) == set(NOTICE_SENTENCES)
    assert set(VERDICTS) == set(VERDICT_WORDS)
    assert set(FAULTS) == set(FILE_SENTENCES)
    values = {
        "n": 3,
        "needed": 100,
        "highest": 2.0,
        "length": 10,
        "items": 30,
        "variable": "region",
        "group": "east",
    }
    with override(language):
        for code in CODES:
            sentence = notice_sentence(Notice(code, "Q1", ("alpha",), values))
            assert "{" not in sentence
            assert any("\u0600" <= letter <= "\u06ff" for letter in sentence) == (language == "ar")
        for code in FAULTS:
            assert "{" not in fault_sentence(Fault(code, 2, 3, "Q1", "x"))
