"""The results page: simple counts in both languages, with small groups hidden."""

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import translation

from plugins.stakeholder_survey.models import QuestionnaireVersion
from plugins.stakeholder_survey.reading import read_questionnaire
from plugins.stakeholder_survey.selectors import progress, public_results
from plugins.stakeholder_survey.services import add_version, publish_version
from tests.factories.stakeholder_survey import pair, publish, respond, small_data, west

pytestmark = pytest.mark.django_db

RESULTS = "/en/survey/small-1/results/"


@pytest.fixture
def version() -> QuestionnaireVersion:
    return publish(results_public=True)


def several(version: QuestionnaireVersion, number: int, **answers: object) -> None:
    for _one in range(number):
        respond(version, {"q_role": 1, "q_trust": 2, **answers})


def counts(version: QuestionnaireVersion, code: str) -> dict[object, int | None]:
    found = public_results(version.survey)
    return next(
        dict(result.counts)
        for section in found.sections
        for result in section.results
        if result.question.code == code
    )


def test_results_that_are_not_public_are_not_found(client: Client) -> None:
    publish()
    assert client.get(RESULTS).status_code == 404


def test_fewer_than_ten_responses_show_nothing(client: Client, version: QuestionnaireVersion) -> None:
    several(version, 9)
    page = client.get(RESULTS).text
    assert "No results yet" in page
    assert "Role in English" not in page


def test_results_show_counts_shares_and_bases_and_say_what_they_are(
    client: Client, version: QuestionnaireVersion
) -> None:
    several(version, 30)
    several(version, 10, q_trust=3)
    page = client.get(RESULTS).text
    assert "40 responses are counted, unweighted" in page
    assert "not a probability sample" in page
    assert "Answers: 40" in page
    assert '<progress value="30" max="40" aria-label="Option 2 in English">' in page
    assert '<th scope="row">Option 2 in English</th><td class="num">30</td><td class="num">75%</td>' in page


def test_the_arabic_page_speaks_arabic(client: Client, version: QuestionnaireVersion) -> None:
    several(version, 20)
    page = client.get(RESULTS.replace("/en/", "/ar/")).text
    assert "احتُسبت 20 مشاركة" in page
    assert "ليست عينة احتمالية" in page
    assert "Trust بالعربية" in page


def test_small_counts_are_hidden_with_what_would_give_them_away(
    client: Client, version: QuestionnaireVersion
) -> None:
    several(version, 30)
    several(version, 14, q_trust=3)
    several(version, 6, q_trust=9)
    assert counts(version, "q_trust") == {1: 0, 2: 30, 3: None, 9: None}
    page = client.get(RESULTS).text
    table = page.split('id="q_trust"')[1].split("</table>")[0]
    assert ">14<" not in table
    assert ">6<" not in table
    assert table.count("hidden</td>") == 2


def test_a_question_asked_of_few_is_hidden(client: Client, version: QuestionnaireVersion) -> None:
    several(version, 21)
    several(version, 9, q_role=2, q_people=40)
    assert counts(version, "q_people") == {}
    assert "Fewer than ten people answered this question" in client.get(RESULTS).text


def test_numbers_are_shown_in_bands(version: QuestionnaireVersion) -> None:
    several(version, 20, q_role=2, q_people=30)
    several(version, 10, q_role=2, q_people=0)
    assert counts(version, "q_people") == {0: 10, 1: 0, 10: 20, 50: 0, 200: 0, 1000: 0}


def test_open_texts_are_not_published(client: Client, version: QuestionnaireVersion) -> None:
    several(version, 20, q_needs=[7], q_other="عبارة لا تُنشر")
    page = client.get(RESULTS).text
    assert "عبارة لا تُنشر" not in page
    assert "Answers in people&#x27;s own words are not published." in page


def test_municipalities_with_few_answers_are_not_named(client: Client, version: QuestionnaireVersion) -> None:
    from tests.factories.people import MunicipalityFactory

    west()
    MunicipalityFactory(code="ghat", name_en="Ghat")
    several(version, 37, q_place="misrata")
    several(version, 3, q_place="ghat")
    page = client.get(RESULTS).text
    assert "Ghat" not in page
    assert "2 further municipalities have too few answers" in page


def test_results_move_in_steps_of_ten(version: QuestionnaireVersion) -> None:
    several(version, 20)
    before = public_results(version.survey)
    several(version, 9, q_trust=1)
    assert public_results(version.survey) == before
    several(version, 1, q_trust=1)
    assert public_results(version.survey).total == 30


def test_the_same_responses_are_not_read_again(version: QuestionnaireVersion) -> None:
    several(version, 10)
    first = public_results(version.survey)
    with CaptureQueriesContext(connection) as captured:
        assert public_results(version.survey) == first
    assert not any('"answers"' in query["sql"] for query in captured.captured_queries)


def test_all_versions_count_together(version: QuestionnaireVersion) -> None:
    several(version, 10)
    data = small_data()
    data["sections"][1]["questions"].append(
        {"code": "q_new", "kind": "number", "label": pair("New"), "max": 40}
    )
    newer = publish_version(
        version=add_version(questionnaire=read_questionnaire(data), survey=version.survey), actor=None
    )
    several(newer, 10, q_new=12)
    assert public_results(version.survey).total == 20
    assert counts(version, "q_trust")[2] == 20
    assert counts(version, "q_new") == {0: 0, 1: 0, 10: 10}


def test_staff_see_exact_counts(version: QuestionnaireVersion) -> None:
    west()
    several(version, 2, q_region=1)
    respond(version, {"q_role": 2, "q_trust": 1}, flags=["too_fast"])
    with translation.override("ar"):
        found = progress(version.survey)
    assert (found.total, found.citizens, found.organisations, found.flagged) == (3, 2, 1, 1)
    assert [(region.name, region.count) for region in found.regions] == [("الغرب", 2)]
    assert found.last_sent_at is not None
