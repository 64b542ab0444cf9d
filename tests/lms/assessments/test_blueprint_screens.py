"""Blueprints in the administration: refused where the bank cannot fill them, naming the row; then drawn."""

from typing import Any

import pytest
from django.test import Client

from lms.assessments.errors import ExamNotReadyError
from lms.assessments.models import Blueprint, BlueprintCell, Exam, Question, QuestionArea
from lms.assessments.services.sitting import create_attempt
from tests.factories.assessments import NOON, ExamFactory, enrol, make_bank
from tests.lms.assessments.test_authoring import at, errors_on, fields_of, lead

pytestmark = pytest.mark.django_db

__all__ = ["lead"]


@pytest.fixture
def exam(db: None) -> Exam:
    """An exam whose bank has two easy questions on objective 1, and four hard ones on 2."""
    exam: Exam = ExamFactory(bank=make_bank("FILLED"), question_count=4)
    for n, question in enumerate(exam.bank.questions.order_by("code")):
        is_easy = n < 2
        Question.objects.filter(pk=question.pk).update(
            objective="1" if is_easy else "2", difficulty="easy" if is_easy else "hard"
        )
    return exam


def rows(*cells: tuple[str, str, int], area: str = "") -> dict[str, Any]:
    data: dict[str, Any] = {
        "cells-TOTAL_FORMS": len(cells),
        "cells-INITIAL_FORMS": 0,
        "cells-MIN_NUM_FORMS": 1,
        "cells-MAX_NUM_FORMS": 60,
    }
    for n, (objective, difficulty, count) in enumerate(cells):
        data |= {
            f"cells-{n}-area": area,
            f"cells-{n}-objective": objective,
            f"cells-{n}-difficulty": difficulty,
            f"cells-{n}-count": count,
            f"cells-{n}-DELETE": "",
        }
    return data


def add(lead: Client, exam: Exam, *cells: tuple[str, str, int], **changes: Any) -> Any:
    data = {"code": "B1", "bank": exam.bank.pk, "name_ar": "مواصفات", "name_en": "Blueprint"}
    return lead.post(at("blueprints:add"), data | rows(*cells) | changes)


def test_a_blueprint_that_the_bank_fills_is_saved(lead: Client, exam: Exam) -> None:
    response = add(lead, exam, ("1", "easy", 1), ("2", "", 3))
    assert response.status_code == 302, errors_on(response)
    assert [cell.count for cell in Blueprint.objects.get().cells.order_by("count")] == [1, 3]


def test_a_blueprint_that_the_bank_cannot_fill_names_the_row(lead: Client, exam: Exam) -> None:
    response = add(lead, exam, ("1", "easy", 1), ("2", "hard", 5))
    assert response.status_code == 200
    assert (
        "any area, objective 2, Hard: 5 questions are needed, and the bank has 4 that can be used."
        in errors_on(response)
    )
    assert not Blueprint.objects.exists()


def test_rows_in_which_a_question_counts_twice_are_refused(lead: Client, exam: Exam) -> None:
    response = add(lead, exam, ("1", "", 1), ("", "easy", 1))
    assert "could count both here and in the row" in errors_on(response)
    assert not Blueprint.objects.exists()


def test_a_row_of_another_bank_s_area_is_refused(lead: Client, exam: Exam) -> None:
    other = make_bank("OTHER")
    area = QuestionArea.objects.filter(bank=other).first()
    response = add(lead, exam, ("", "", 1), **{"cells-0-area": area.pk})
    assert "belongs to another question bank" in errors_on(response)


def test_a_blueprint_without_rows_is_refused(lead: Client, exam: Exam) -> None:
    assert add(lead, exam).status_code == 200
    assert not Blueprint.objects.exists()


@pytest.fixture
def blueprint(exam: Exam) -> Blueprint:
    blueprint = Blueprint.objects.create(bank=exam.bank, code="B1", name_ar="مواصفات", name_en="Blueprint")
    BlueprintCell.objects.create(blueprint=blueprint, objective="1", difficulty="easy", count=2)
    BlueprintCell.objects.create(blueprint=blueprint, objective="2", count=1)
    return blueprint


def follow(lead: Client, exam: Exam, blueprint: Blueprint, **changes: Any) -> Any:
    address = at("exams:edit", exam.pk)
    return lead.post(address, fields_of(lead.get(address).content) | {"blueprint": blueprint.pk} | changes)


def test_an_exam_takes_its_length_from_its_blueprint_and_draws_by_it(
    lead: Client, exam: Exam, blueprint: Blueprint
) -> None:
    response = follow(lead, exam, blueprint, question_count="")
    assert response.status_code == 302, errors_on(response)
    exam.refresh_from_db()
    assert exam.question_count == 3
    attempt = create_attempt(exam=exam, learner=enrol(exam).learner, at=NOON)
    objectives = sorted(attempt.slots.values_list("version__question__objective", flat=True))
    assert objectives == ["1", "1", "2"]


def test_an_exam_is_refused_when_the_bank_no_longer_fills_its_blueprint(
    lead: Client, exam: Exam, blueprint: Blueprint
) -> None:
    Question.objects.filter(objective="1").update(is_retired=True)
    response = follow(lead, exam, blueprint)
    assert "objective 1, Easy: 2 questions are needed, and the bank has 0" in errors_on(response)


def test_an_exam_keeps_to_blueprints_of_its_bank(lead: Client, exam: Exam) -> None:
    other = Blueprint.objects.create(bank=make_bank("OTHER"), code="B2", name_ar="م", name_en="B")
    assert "of another question bank" in errors_on(follow(lead, exam, other))


def test_without_a_blueprint_an_exam_needs_its_number_of_questions(lead: Client, exam: Exam) -> None:
    address = at("exams:edit", exam.pk)
    response = lead.post(address, fields_of(lead.get(address).content) | {"question_count": ""})
    assert "This field is required" in errors_on(response)


def test_a_changed_blueprint_changes_the_length_of_its_exams(
    lead: Client, exam: Exam, blueprint: Blueprint
) -> None:
    Exam.objects.update(blueprint=blueprint, question_count=3)
    address = at("blueprints:edit", blueprint.pk)
    data = fields_of(lead.get(address).content)
    [name] = [name for name in data if name.endswith("-count") and data[name] == "1"]
    assert lead.post(address, data | {name: "4"}).status_code == 302
    exam.refresh_from_db()
    assert exam.question_count == 6


def test_the_page_of_a_blueprint_shows_what_the_bank_has(
    lead: Client, exam: Exam, blueprint: Blueprint
) -> None:
    Question.objects.filter(objective="1").update(is_retired=True)
    page = lead.get(at("blueprints:inspect", blueprint.pk)).content.decode()
    assert "too few" in page


def test_a_learner_is_told_when_the_blueprint_cannot_be_filled(exam: Exam, blueprint: Blueprint) -> None:
    Exam.objects.update(blueprint=blueprint, question_count=3)
    Question.objects.filter(objective="1").update(is_retired=True)
    exam.refresh_from_db()
    with pytest.raises(ExamNotReadyError):
        create_attempt(exam=exam, learner=enrol(exam).learner, at=NOON)


@pytest.mark.parametrize("closes", ["2026-01-01 10:00", "2025-12-31 10:00"])
def test_a_window_that_ends_before_it_starts_is_refused(lead: Client, exam: Exam, closes: str) -> None:
    address = at("exams:edit", exam.pk)
    data = fields_of(lead.get(address).content) | {"opens_at": "2026-01-01 10:00", "closes_at": closes}
    assert "must close after it opens" in errors_on(lead.post(address, data))
