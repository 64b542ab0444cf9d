"""Reading a question bank file: strict, complete in its complaints, and never half."""

from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest

from lms.assessments.bankfile import BankFile, read_bank
from lms.assessments.bankfolder import images_by_name, load_bank, save_bank
from lms.assessments.bankwriter import write_bank
from lms.assessments.content import KINDS
from lms.assessments.filereader import Problem
from lms.assessments.messages import problem_sentence
from tests.factories.questions import every_kind_file

GOOD: dict[str, Any] = {
    "code": "LTO",
    "title": {"ar": "بنك", "en": "Bank"},
    "questions": [
        {
            "code": "L1",
            "area": "law",
            "topic": "silence-day",
            "objective": "6.1",
            "difficulty": "easy",
            "kind": "single",
            "stem": {"ar": "سؤال؟", "en": "Question?"},
            "options": [
                {"key": "a", "correct": True, "text": {"ar": "نعم", "en": "Yes"}},
                {"key": "b", "correct": False, "text": {"ar": "لا", "en": "No"}},
            ],
            "explanation": {"ar": "شرح", "en": "Because"},
        }
    ],
}


def changed(**changes: Any) -> dict[str, Any]:
    """The good file with one value changed: `question__kind="x"`, `option__key=1`, `code=None`."""
    data = deepcopy(GOOD)
    for path, value in changes.items():
        owner, _, key = path.rpartition("__")
        question = data["questions"][0]
        place = {"": data, "question": question, "option": question["options"][1]}[owner]
        place[key] = value
    return data


def test_a_good_file_is_read_whole() -> None:
    bank, problems = read_bank(GOOD)
    assert problems == []
    assert bank is not None
    [entry] = bank.questions
    assert (bank.code, bank.title.ar, entry.code, entry.objective) == ("LTO", "بنك", "L1", "6.1")
    assert [option.is_correct for option in entry.content.options] == [True, False]
    assert entry.content.source == ""


def test_areas_come_in_the_order_of_the_file_then_as_they_appear() -> None:
    bank, _problems = read_bank(changed(areas={"counting": {"ar": "الفرز", "en": "Counting"}}))
    assert bank is not None
    assert bank.area_codes() == ["counting", "law"]


@pytest.mark.parametrize(
    ("data", "problem"),
    [
        (changed(code=None), Problem("code", "missing")),
        (changed(code=12), Problem("code", "not_text")),
        (changed(code="x" * 41), Problem("code", "too_long", "40")),
        (changed(colour="red"), Problem("", "unknown_key", "colour")),
        (changed(title="Bank"), Problem("title", "not_a_mapping")),
        (changed(title={"ar": "بنك", "en": " "}), Problem("title.en", "missing")),
        (changed(questions=[]), Problem("questions", "not_a_list")),
        (changed(questions={"a": 1}), Problem("questions", "not_a_list")),
        (changed(question__area="a b"), Problem("questions[1] L1.area", "not_a_slug", "a b")),
        (
            changed(question__difficulty="brutal"),
            Problem("questions[1] L1.difficulty", "not_a_choice", "easy, medium, hard"),
        ),
        (
            changed(question__kind="essay"),
            Problem("questions[1] L1.kind", "not_a_choice", ", ".join(KINDS)),
        ),
        (changed(question__objective=6.1), Problem("questions[1] L1.objective", "not_text")),
        (changed(option__correct="yes"), Problem("questions[1] L1.options[2].correct", "not_boolean")),
        (changed(option__correct=True), Problem("questions[1] L1", "correct_many_in_single")),
        (changed(option__key="a"), Problem("questions[1] L1", "option_key_repeated", "a")),
        (
            changed(questions=[GOOD["questions"][0]] * 2),
            Problem("questions[2] L1", "repeated_code", "L1"),
        ),
    ],
)
def test_one_fault_is_one_problem_with_its_place(data: dict[str, Any], problem: Problem) -> None:
    bank, problems = read_bank(data)
    assert bank is None
    assert problems == [problem]
    assert problem.where in problem_sentence(problem)


@pytest.mark.parametrize("data", [None, [], "text", 3])
def test_something_that_is_no_bank_is_refused(data: object) -> None:
    bank, problems = read_bank(data)
    assert bank is None
    assert problems[0] == Problem("", "not_a_mapping")


def test_all_faults_are_reported_at_once() -> None:
    _bank, problems = read_bank(changed(code=None, question__topic=None, option__text={"ar": "لا"}))
    assert [problem.where for problem in problems] == [
        "code",
        "questions[1] L1.topic",
        "questions[1] L1.options[2].text.en",
    ]


def test_the_bank_of_the_project_is_complete_and_good() -> None:
    path = Path(__file__).parents[3] / "content" / "questions" / "lto-certification.yaml"
    bank, problems = load_bank(path)
    assert problems == []
    assert bank is not None
    assert len(bank.questions) >= 20
    assert set(bank.area_codes()) == set(bank.areas), "every area needs its names"


def test_the_practice_bank_of_the_project_is_good_and_holds_every_new_kind() -> None:
    path = Path(__file__).parents[3] / "content" / "questions" / "lto-practice.yaml"
    bank, problems = load_bank(path)
    assert problems == []
    assert bank is not None
    kinds = {entry.content.kind for entry in bank.questions}
    assert kinds == set(KINDS) - {"single"}
    assert set(bank.area_codes()) == set(bank.areas)
    assert all(entry.content.source for entry in bank.questions)


# --- Every kind


def read_back(bank: BankFile, **changes: Any) -> tuple[BankFile | None, list[Problem]]:
    images = images_by_name(bank)
    return read_bank(write_bank(bank) | changes, images.get)


def test_a_bank_of_every_kind_comes_back_as_it_was_written() -> None:
    bank = every_kind_file()
    assert {entry.content.kind for entry in bank.questions} == set(KINDS)
    assert read_back(bank) == (bank, [])


def test_a_bank_of_every_kind_comes_back_from_disk_with_its_images(tmp_path: Path) -> None:
    bank = every_kind_file()
    save_bank(bank, tmp_path / "bank.yaml")
    assert (tmp_path / "images" / "hall.png").is_file()
    assert load_bank(tmp_path / "bank.yaml") == (bank, [])


def test_an_image_outside_of_the_folder_is_not_read(tmp_path: Path) -> None:
    (tmp_path / "secret.png").write_bytes(b"x")
    folder = tmp_path / "bank"
    folder.mkdir()
    save_bank(every_kind_file(), folder / "bank.yaml")
    text = (folder / "bank.yaml").read_text(encoding="utf-8").replace("images/hall.png", "../secret.png")
    (folder / "bank.yaml").write_text(text, encoding="utf-8")
    bank, problems = load_bank(folder / "bank.yaml")
    assert bank is None
    assert problems == [Problem("questions[8] HOTSPOT.image.file", "image_not_found", "../secret.png")]


def row_of(kind: str, **changes: Any) -> dict[str, Any]:
    [row] = [row for row in write_bank(every_kind_file())["questions"] if row["kind"] == kind]
    return {**row, **changes}


@pytest.mark.parametrize(
    ("row", "problem"),
    [
        (row_of("true_false", answer="yes"), Problem(".answer", "not_boolean")),
        (row_of("true_false", options=[]), Problem("", "unknown_key", "options")),
        (row_of("numeric", answer={"value": "ten"}), Problem(".answer.value", "not_a_number", "ten")),
        (row_of("numeric", answer={}), Problem(".answer.value", "missing")),
        (row_of("numeric", answer=3), Problem(".answer", "not_a_mapping")),
        (row_of("numeric", answer={"value": 3.5}), Problem(".answer.value", "not_text")),
        (row_of("short_text", accepted=[]), Problem(".accepted", "not_a_list")),
        (row_of("short_text", accepted=["a", 2]), Problem(".accepted[2]", "not_text")),
        (row_of("short_text", accepted=["أحمد", "احمد"]), Problem("", "accepted_repeated", "احمد")),
        (row_of("matching", pairs="x"), Problem(".pairs", "not_a_list")),
        (row_of("matching", credit="x"), Problem(".credit", "not_a_choice", "per_option, all_or_nothing")),
        (row_of("single", credit="per_option"), Problem("", "unknown_key", "credit")),
        (row_of("ordering", steps=[]), Problem(".steps", "not_a_list")),
        (row_of("hotspot", image=None), Problem("", "image_missing")),
        (row_of("hotspot", image={"file": "x"}), Problem(".image.file", "image_not_found", "x")),
        (row_of("open_text", rubric=[]), Problem(".rubric", "not_a_list")),
        (row_of("single", scenario="nowhere"), Problem(".scenario", "not_a_choice", "hall-0")),
    ],
)  # fmt: skip
def test_a_fault_of_a_kind_has_its_place(row: dict[str, Any], problem: Problem) -> None:
    bank, problems = read_back(every_kind_file(), questions=[row])
    assert bank is None
    where = f"questions[1] {row['code']}{problem.where}"
    assert problems[0] == Problem(where, problem.code, problem.detail)
    assert problem_sentence(problems[0])
