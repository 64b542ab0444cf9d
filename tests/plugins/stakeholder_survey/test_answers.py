"""Which questions are asked, and which answers are taken."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from plugins.stakeholder_survey.answers import (
    MAX_TEXT,
    asked_questions,
    asked_sections,
    check_answers,
    check_questions,
    page_questions,
    relevant_answers,
)
from tests.factories.stakeholder_survey import small_questionnaire

SMALL = small_questionnaire()
PLACES = {"misrata"}
COMPLETE = {"q_role": 1, "q_trust": 2}


def faults(raw: dict[str, Any]) -> list[tuple[str, str]]:
    _answers, found = check_answers(SMALL, {**COMPLETE, **raw}, PLACES)
    return [(fault.question, fault.code) for fault in found]


def accepted(raw: dict[str, Any]) -> dict[str, Any]:
    answers, found = check_answers(SMALL, {**COMPLETE, **raw}, PLACES)
    assert found == []
    return answers


def test_answers_are_kept_in_one_form_in_the_order_of_the_questions() -> None:
    raw = {
        "q_people": " ٢٥ ",
        "q_trust": "3",
        "q_needs": ["7", "1", 1],
        "q_other": "  حافلات\r\nللناخبين ",
        "q_place": "misrata",
        "q_role": "2",
        "q_region": "",
    }
    assert list(accepted(raw).items()) == [
        ("q_role", 2),
        ("q_place", "misrata"),
        ("q_needs", [1, 7]),
        ("q_other", "حافلات\nللناخبين"),
        ("q_trust", 3),
        ("q_people", 25),
    ]


@pytest.mark.parametrize(
    ("raw", "expected"),
    [
        ({"q_role": 3}, ("q_role", "unknown_code")),
        ({"q_role": "<b>1</b>"}, ("q_role", "unknown_code")),
        ({"q_role": [1, 2]}, ("q_role", "unknown_code")),
        ({"q_role": True}, ("q_role", "unknown_code")),
        ({"q_role": ""}, ("q_role", "required")),
        ({"q_needs": [1, 99]}, ("q_needs", "unknown_code")),
        ({"q_needs": [[1]]}, ("q_needs", "unknown_code")),
        ({"q_needs": [1, 8]}, ("q_needs", "exclusive")),
        ({"q_needs": [8, 9]}, ("q_needs", "exclusive")),
        ({"q_place": "atlantis"}, ("q_place", "unknown_place")),
        ({"q_place": ["misrata"]}, ("q_place", "unknown_place")),
        ({"q_role": 2, "q_people": "many"}, ("q_people", "not_a_number")),
        ({"q_role": 2, "q_people": "1.5"}, ("q_people", "not_a_number")),
        ({"q_role": 2, "q_people": "9" * 5000}, ("q_people", "not_a_number")),
        ({"q_role": 2, "q_people": -1}, ("q_people", "too_small")),
        ({"q_role": 2, "q_people": 5001}, ("q_people", "too_large")),
        ({"q_needs": [7], "q_other": "x" * (MAX_TEXT + 1)}, ("q_other", "too_long")),
        ({"q_needs": [7], "q_other": "a\x00b"}, ("q_other", "bad_character")),
        ({"q_needs": [7], "q_other": "\ud800"}, ("q_other", "bad_character")),
        ({"q_needs": [7], "q_other": ["x"]}, ("q_other", "not_a_text")),
        ({"q_needs": [7], "q_other": "   "}, ("q_other", "required")),
        ({"q_surprise": 1}, ("q_surprise", "unknown_question")),
    ],
)
def test_what_was_not_asked_for_is_refused(raw: dict[str, Any], expected: tuple[str, str]) -> None:
    assert faults(raw) == [expected]


@pytest.mark.parametrize("alone", [8, 9])
def test_an_exclusive_answer_alone_is_taken(alone: int) -> None:
    assert accepted({"q_needs": [alone]})["q_needs"] == [alone]


def test_html_and_formulas_are_texts_like_any_other() -> None:
    text = '=HYPERLINK("x")<script>alert(1)</script>'
    assert accepted({"q_needs": [7], "q_other": text})["q_other"] == text


def test_a_question_is_asked_when_its_condition_holds() -> None:
    asked = [question.code for _section, question in asked_questions(SMALL, {"q_role": 2, "q_needs": [1, 7]})]
    assert {"q_other", "q_people"} <= set(asked)
    asked = [question.code for _section, question in asked_questions(SMALL, {"q_role": 1, "q_needs": [1]})]
    assert not {"q_other", "q_people"} & set(asked)


def test_a_section_without_a_question_to_ask_is_left_out() -> None:
    assert [section.code for section in asked_sections(SMALL, {"q_role": 1})] == ["about", "views"]
    assert [section.code for section in asked_sections(SMALL, {"q_role": 2})] == ["about", "views", "cso"]


def test_answers_to_questions_not_asked_are_dropped_without_a_fault() -> None:
    assert accepted({"q_people": 30, "q_other": "left over"}) == COMPLETE


def test_a_changed_answer_closes_what_it_had_opened() -> None:
    kept = relevant_answers(
        SMALL, {"q_role": 1, "q_people": 30, "q_needs": [1], "q_other": "x", "q_trust": 1}
    )
    assert kept == {"q_role": 1, "q_needs": [1], "q_trust": 1}


def test_conditions_chain() -> None:
    """What opens a question must itself have been asked."""
    from plugins.stakeholder_survey.reading import read_questionnaire
    from tests.factories.stakeholder_survey import options, pair, small_data

    data = small_data()
    chain = {
        "code": "q_second",
        "kind": "single",
        "label": pair("Second"),
        "options": options(1, 2),
        "show_if": {"question": "q_role", "equals": [2]},
    }
    last = {**chain, "code": "q_third", "show_if": {"question": "q_second", "equals": [1]}}
    data["sections"][2]["questions"] += [chain, last]
    questionnaire = read_questionnaire(data)
    left_over = {"q_role": 1, "q_trust": 1, "q_second": 1, "q_third": 2}
    assert relevant_answers(questionnaire, left_over) == {"q_role": 1, "q_trust": 1}


def test_a_page_shows_what_may_still_be_asked_on_it() -> None:
    views = SMALL.sections[1]
    assert [question.code for question in page_questions(views, {"q_role": 1})] == [
        "q_needs",
        "q_other",
        "q_trust",
    ]
    assert page_questions(SMALL.sections[2], {"q_role": 1}) == []


def test_the_good_answers_of_a_page_are_kept_beside_the_bad() -> None:
    answers, found = check_questions(SMALL.sections[0].questions, {}, {"q_role": 1, "q_region": 77}, PLACES)
    assert answers == {"q_role": 1}
    assert [fault.question for fault in found] == ["q_region"]


raw_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    st.lists,
)


@given(st.dictionaries(st.sampled_from([*SMALL.questions, "q_surprise"]), raw_values))
def test_any_input_gives_answers_or_faults_and_what_is_accepted_is_accepted_again(
    raw: dict[str, Any],
) -> None:
    answers, found = check_answers(SMALL, raw, PLACES)
    again, found_again = check_answers(SMALL, answers, PLACES)
    assert again == answers
    assert {fault.code for fault in found_again} <= {"required"}
    assert relevant_answers(SMALL, answers) == answers
    if not found:
        assert {"q_role", "q_trust"} <= answers.keys()
