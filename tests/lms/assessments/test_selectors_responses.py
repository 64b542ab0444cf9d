"""The answers to an exam as a table: who is in it, what a blank means, and how often the database is asked."""

import numpy as np
import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from lms.assessments.enums import AttemptState
from lms.assessments.models import Answer, Attempt, AttemptSlot, Exam
from lms.assessments.selectors.responses import answers_state, exam_responses, exam_table
from lms.people.models import User
from tests.factories.assessments import NOON, answer, enrol, right_places, sit, started_attempt
from tests.factories.item_analysis import sat_exam
from tests.factories.people import MunicipalityFactory

pytestmark = pytest.mark.django_db


def test_a_marked_attempt_is_a_row_and_a_question_version_a_column(exam: Exam, learner: User) -> None:
    sit(exam, learner, right=3)
    table = exam_table(exam)
    assert table.responses.marks.shape == (1, 4)
    assert table.responses.marks.sum() == 3
    assert list(table.responses.items) == sorted(f"{item.name}" for item in table.items)
    assert all(name.endswith(".v1") for name in table.responses.items)
    assert table.responses.form_length == 4
    assert table.responses.most.tolist() == [1.0] * 4


def test_what_is_not_marked_or_void_is_not_counted(exam: Exam, learner: User) -> None:
    started_attempt(exam, learner)
    assert exam_responses(exam).marks.shape == (0, 0)


def test_a_second_attempt_of_a_person_is_left_out() -> None:
    exam = sat_exam(3, 4)
    first = Attempt.objects.order_by("pk").first()
    again = Attempt.objects.create(
        exam=exam, learner=first.learner, number=2, state=AttemptState.RELEASED, base_seconds=60, grace_seconds=0,
        pass_percent=70, started_at=NOON, deadline=NOON, submitted_at=NOON, marks=4, max_marks=4, is_passed=True,
    )  # fmt: skip
    for slot in first.slots.all():
        again.slots.create(
            position=slot.position, version=slot.version, area=slot.area, option_order=[], marks=1
        )
    assert exam_responses(exam).marks.shape[0] == 3


def test_a_blank_before_a_later_answer_earns_nothing_and_after_the_last_one_was_not_reached(
    exam: Exam, learner: User
) -> None:
    attempt = started_attempt(exam, learner)
    answer(attempt, 1, *right_places(attempt, 1))
    answer(attempt, 3, *right_places(attempt, 3))
    from lms.assessments.services.sitting import submit_attempt

    submit_attempt(attempt=attempt, at=NOON)
    versions = list(attempt.slots.order_by("position").values_list("version_id", flat=True))
    table = exam_table(exam)
    column = {item.version_id: n for n, item in enumerate(table.items)}
    marks = [table.responses.marks[0, column[version]] for version in versions]
    assert marks[:3] == [1.0, 0.0, 1.0]
    assert np.isnan(marks[3])


def test_chosen_options_are_known_by_key() -> None:
    exam = sat_exam(50, 4)
    responses = exam_responses(exam)
    choices = responses.choices["Q000.v1"]
    assert choices.keys == {"b"}
    assert sum(flags.sum() for flags in choices.chosen.values()) == 50
    np.testing.assert_array_equal(choices.chosen["b"], responses.marks[:, 0] == 1)


def test_people_are_labelled_by_region_gender_and_language_and_not_named() -> None:
    places = [MunicipalityFactory(), MunicipalityFactory()]
    responses = exam_responses(sat_exam(4, 3, places=places))
    assert responses.groups["region"] == [places[n % 2].region.code for n in range(4)]
    assert responses.groups["gender"] == ["F", "M", "F", "M"]
    assert responses.groups["language"] == ["ar"] * 4


def test_drawn_forms_leave_out_what_was_not_on_them() -> None:
    responses = exam_responses(sat_exam(30, 8, form=3))
    assert (~np.isnan(responses.marks)).sum() == 90
    assert responses.form_length == 3


@pytest.mark.parametrize("persons", [1, 3, 30])
def test_reading_costs_the_same_for_any_number_of_people(persons: int) -> None:
    exam = sat_exam(persons, 5)
    with CaptureQueriesContext(
        connection,
    ) as queries:
        exam_table(exam)
    assert len(queries) == 4


def test_state_changes_with_whatever_happens_to_an_attempt(exam: Exam) -> None:
    before = answers_state(exam)
    sit(exam, enrol(exam).learner, right=2)
    assert answers_state(exam) > before


def test_a_question_that_was_dropped_does_not_count() -> None:
    exam = sat_exam(20, 4)
    AttemptSlot.objects.filter(attempt__exam=exam, version__question__code="Q001").update(is_dropped=True)
    assert exam_responses(exam).items == ("Q000.v1", "Q002.v1", "Q003.v1")


def test_other_exams_do_not_mix_in() -> None:
    exam, other = sat_exam(5, 4, seed=1), sat_exam(7, 4, seed=2)
    assert exam_responses(exam).marks.shape[0] == 5
    assert exam_responses(other).marks.shape[0] == 7
    assert AttemptSlot.objects.count() == Answer.objects.count() == 48
