"""The columns of the archive and the codes of one respondent."""

from plugins.stakeholder_survey.answers import check_answers
from plugins.stakeholder_survey.items import NO_ANSWER, NOT_ASKED, encoder, items_of
from plugins.stakeholder_survey.questionnaire import merge
from plugins.stakeholder_survey.reading import read_questionnaire
from tests.factories.stakeholder_survey import options, pair, small_data, small_questionnaire

SMALL = small_questionnaire()


def codes(answers: dict[str, object]) -> dict[str, int]:
    items = items_of(SMALL)
    kept, _faults = check_answers(SMALL, answers, {"misrata"})
    return dict(zip([item.name for item in items], encoder(items, SMALL)(kept), strict=True))


def test_every_option_of_several_choices_is_an_item_and_texts_and_places_are_none() -> None:
    assert [item.name for item in items_of(SMALL)] == [
        "q_role",
        "q_region",
        "q_needs__1",
        "q_needs__2",
        "q_needs__7",
        "q_needs__8",
        "q_needs__9",
        "q_trust",
        "q_people",
    ]


def test_chosen_and_unchosen_options_are_one_and_zero() -> None:
    given = codes({"q_role": 2, "q_needs": [1, 2], "q_trust": 3, "q_people": 12})
    assert given == {
        "q_role": 2,
        "q_region": NO_ANSWER,
        "q_needs__1": 1,
        "q_needs__2": 1,
        "q_needs__7": 0,
        "q_needs__8": 0,
        "q_needs__9": 0,
        "q_trust": 3,
        "q_people": 12,
    }


def test_not_asked_and_not_answered_are_told_apart() -> None:
    assert codes({"q_role": 1, "q_trust": 1})["q_people"] == NOT_ASKED
    assert codes({"q_role": 2, "q_trust": 1})["q_people"] == NO_ANSWER
    assert codes({"q_role": 1, "q_trust": 1})["q_needs__1"] == NO_ANSWER


def test_an_option_that_a_version_did_not_offer_was_not_asked() -> None:
    newer = small_data()
    needs = newer["sections"][1]["questions"][0]
    needs["options"] = [*options(1, 2, 3, 7, 8, 9)]
    newer["sections"][1]["questions"].append({"code": "q_new", "kind": "number", "label": pair("New")})
    items = items_of(merge([read_questionnaire(newer), SMALL]))
    given = dict(
        zip([item.name for item in items], encoder(items, SMALL)({"q_role": 1, "q_needs": [1]}), strict=True)
    )
    assert (given["q_needs__1"], given["q_needs__2"], given["q_needs__3"]) == (1, 0, NOT_ASKED)
    assert given["q_new"] == NOT_ASKED
