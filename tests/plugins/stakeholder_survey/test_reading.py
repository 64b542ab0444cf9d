"""Reading questionnaires: what is right comes back the same, what is wrong is named with its place."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from plugins.stakeholder_survey.files import OUTLINE, read_file
from plugins.stakeholder_survey.questionnaire import Kind, digest, merge
from plugins.stakeholder_survey.reading import QuestionnaireError, read_questionnaire
from tests.factories.stakeholder_survey import options, outline_data, pair, small_data, small_questionnaire


def problems(data: object) -> set[tuple[str, str]]:
    with pytest.raises(QuestionnaireError) as caught:
        read_questionnaire(data)
    return {(problem.where, problem.code) for problem in caught.value.problems}


def question(data: dict[str, Any], code: str) -> dict[str, Any]:
    return next(q for section in data["sections"] for q in section["questions"] if q["code"] == code)


def test_outline_questionnaire_holds_what_the_domain_asks_for() -> None:
    outline = read_file(OUTLINE.read_bytes())
    assert [section.code for section in outline.sections] == [
        "about",
        "voting",
        "results",
        "trust",
        "barriers",
        "conduct",
        "cso",
        "closing",
    ]
    assert outline.profile.regions == {1: "west", 2: "east", 3: "south"}
    assert outline.profile.cso == {2}
    multiples = [q for q in outline.questions.values() if q.kind is Kind.MULTIPLE]
    assert {frozenset(q.exclusive) for q in multiples} == {frozenset({8, 9})}
    assert outline.questions["q_influence"].missing == {8, 9}
    assert outline.questions["q_trust_hnec"].missing == {9}


@pytest.mark.parametrize("data", [small_data(), outline_data()], ids=["small", "outline"])
def test_stored_content_reads_as_the_same_questionnaire(data: dict[str, Any]) -> None:
    """Conventions of the file are spelt out in what is stored, and storing again changes nothing."""
    questionnaire = read_questionnaire(data)
    content = questionnaire.content()
    assert "conventions" not in content
    assert read_questionnaire(content) == questionnaire
    assert digest(read_questionnaire(content).content()) == digest(content)


def test_digest_changes_with_a_single_letter() -> None:
    data = small_data()
    before = digest(read_questionnaire(data).content())
    question(data, "q_trust")["label"]["ar"] += "."
    assert digest(read_questionnaire(data).content()) != before


def test_every_fault_is_named_with_its_place() -> None:
    data = small_data()
    data["title"] = {"ar": "عنوان"}
    data["surprise"] = 1
    question(data, "q_other")["kind"] = "stars"
    question(data, "q_needs")["exclusive"] = [8, 77]
    question(data, "q_people")["show_if"] = {"question": "q_later", "equals": [1]}
    question(data, "q_role")["options"][0]["code"] = 2
    assert problems(data) == {
        ("title.en", "missing_text"),
        ("file", "unknown_key"),
        ("q_other.kind", "unknown_kind"),
        ("q_needs.exclusive", "unknown_code"),
        ("q_people.show_if", "no_earlier_question"),
        ("q_role.options", "repeated"),
    }


@pytest.mark.parametrize(
    ("code", "change", "expected"),
    [
        ("q_people", {"max": 40_000}, ("q_people.max", "out_of_range")),
        ("q_people", {"min": -1}, ("q_people.min", "out_of_range")),
        ("q_people", {"min": 9, "max": 3}, ("q_people.min", "out_of_range")),
        (
            "q_other",
            {"show_if": {"question": "q_other", "equals": [7]}},
            ("q_other.show_if", "no_earlier_question"),
        ),
        (
            "q_other",
            {"show_if": {"question": "q_place", "equals": [7]}},
            ("q_other.show_if", "no_earlier_question"),
        ),
        ("q_trust", {"code": "Q Trust"}, ("views[3].code", "bad_code")),
        ("q_trust", {"code": "q_needs"}, ("q_needs", "repeated")),
        ("q_trust", {"options": options(1, 1000)}, ("q_trust.options[2]", "out_of_range")),
        ("q_trust", {"options": [{"code": True, **pair("x")}]}, ("q_trust.options[1]", "out_of_range")),
        ("q_trust", {"label": {"ar": "a\x00", "en": "b"}}, ("q_trust.label.ar", "bad_character")),
        ("q_trust", {"missing": "9"}, ("q_trust.missing", "not_a_list")),
    ],
)
def test_a_faulty_question_is_refused(code: str, change: dict[str, Any], expected: tuple[str, str]) -> None:
    data = small_data()
    question(data, code).update(change)
    assert expected in problems(data)


def test_profile_names_only_questions_that_fit() -> None:
    data = small_data()
    data["profile"] = {"population": {"question": "q_needs", "cso": [1]}, "municipality": "q_role"}
    assert problems(data) == {("profile", "no_earlier_question")}


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.text(max_size=5),
        lambda inner: (
            st.lists(inner, max_size=3)
            | st.dictionaries(
                st.sampled_from(
                    ["code", "kind", "options", "questions", "sections", "show_if", "ar", "profile"]
                ),
                inner,
            )
        ),
    )
)
def test_nonsense_is_always_refused_and_never_crashes(data: object) -> None:
    with pytest.raises(QuestionnaireError):
        read_questionnaire(data)


@pytest.mark.parametrize(
    "file",
    [b"\xff\xfe", b"a: [", b"just words", b"", b"- 1\n- 2", b"[" * 3000],
    ids=lambda file: repr(file[:12]),
)
def test_a_file_that_is_no_questionnaire_is_refused(file: bytes) -> None:
    with pytest.raises(QuestionnaireError):
        read_file(file)


def test_merging_keeps_what_only_older_versions_asked() -> None:
    newer = small_data()
    question(newer, "q_trust")["options"] = options(1, 2, 9)
    question(newer, "q_trust")["label"] = pair("Trust, reworded")
    newer["sections"][1]["questions"].append({"code": "q_new", "kind": "text", "label": pair("New")})
    del newer["sections"][2]
    merged = merge([read_questionnaire(newer), small_questionnaire()])
    assert list(merged.questions) == [
        "q_role",
        "q_region",
        "q_place",
        "q_needs",
        "q_other",
        "q_trust",
        "q_new",
        "q_people",
    ]
    assert merged.questions["q_trust"].label.en == "Trust, reworded in English"
    assert [option.code for option in merged.questions["q_trust"].options] == [1, 2, 9, 3]
    assert [section.code for section in merged.sections] == ["about", "views", "cso"]


def test_merging_one_version_changes_nothing() -> None:
    assert merge([small_questionnaire()]) == small_questionnaire()
