"""The public pages: consent first, then section by section to the receipt, without an account or JavaScript."""

import gzip
import re
import uuid
from pathlib import Path
from typing import Any

import pytest
import time_machine
from django.contrib.staticfiles import finders
from django.core.cache import cache
from django.db import connection
from django.test import Client, RequestFactory
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import translation

from plugins.stakeholder_survey import views
from plugins.stakeholder_survey.answers import MAX_TEXT
from plugins.stakeholder_survey.models import Draft, QuestionnaireVersion, Response
from plugins.stakeholder_survey.services import add_version
from plugins.stakeholder_survey.tokens import receipt_code
from tests.factories.people import UserFactory
from tests.factories.stakeholder_survey import (
    NOON,
    outline_data,
    pair,
    publish,
    respond,
    small_data,
    small_questionnaire,
    west,
)

pytestmark = pytest.mark.django_db

BASE = "/en/survey/small-1/"


@pytest.fixture
def version() -> QuestionnaireVersion:
    return publish()


@pytest.fixture
def respondent(client: Client, version: QuestionnaireVersion) -> Client:
    """A browser in which somebody has just consented."""
    client.post(BASE, {"agree": "on"})
    return client


def answer(client: Client, section: str, **data: Any) -> Any:
    return client.post(f"{BASE}section/{section}/", data)


def fill(client: Client) -> None:
    answer(client, "about", q_role="1")
    answer(client, "views", q_trust="2")


# --- Consent ---------------------------------------------------------------------------------


def test_the_one_open_survey_is_at_the_short_address(client: Client, version: QuestionnaireVersion) -> None:
    page = client.get("/ar/survey/")
    assert page.status_code == 200
    assert "What becomes of your answers بالعربية" in page.text


def test_several_open_surveys_are_listed(client: Client, version: QuestionnaireVersion) -> None:
    publish({**small_data(), "code": "SECOND"})
    page = client.get("/en/survey/")
    assert BASE in page.text
    assert "/en/survey/second/" in page.text


def test_without_an_open_survey_the_page_says_so(client: Client) -> None:
    assert "No survey is open now" in client.get("/en/survey/").text


def test_nothing_is_asked_before_consent(client: Client, version: QuestionnaireVersion) -> None:
    for path in ("section/about/", "review/", "thanks/"):
        assert client.get(BASE + path).headers["Location"] == BASE
        assert client.post(BASE + path, {"q_role": "1"}).status_code in {302, 405}
    assert not Draft.objects.exists()


def test_consent_must_be_given(client: Client, version: QuestionnaireVersion) -> None:
    page = client.post(BASE)
    assert page.status_code == 422
    assert "Tick this to take part" in page.text
    assert not Draft.objects.exists()


def test_consent_leads_to_the_first_section_with_a_cookie_that_scripts_cannot_read(
    client: Client, version: QuestionnaireVersion
) -> None:
    page = client.post(BASE, {"agree": "on"})
    assert page.headers["Location"] == f"{BASE}section/about/"
    cookie = page.cookies[f"survey_{version.survey_id}"]
    assert cookie["httponly"]
    assert cookie["samesite"] == "Lax"
    assert len(cookie.value) >= 32


def test_a_begun_response_is_offered_for_continuing_or_deleting(respondent: Client) -> None:
    page = respondent.get(BASE)
    assert "Answers were begun in this browser" in page.text
    assert respondent.post(f"{BASE}discard/").headers["Location"] == BASE
    assert not Draft.objects.exists()
    assert "Answers were begun" not in respondent.get(BASE).text


@pytest.mark.parametrize("path", ["", "small-1/"])
def test_a_visit_to_the_survey_forgets_old_drafts_even_when_it_is_closed(client: Client, path: str) -> None:
    version = publish(closes_at=NOON)
    Draft.objects.create(key="x", version=version, started_at=NOON)
    client.get(f"/en/survey/{path}")
    assert not Draft.objects.exists()


def test_unpublished_unknown_and_closed_surveys(client: Client) -> None:
    add_version(questionnaire=small_questionnaire())
    assert client.get(BASE).status_code == 404
    assert client.get("/en/survey/none/").status_code == 404
    closed = publish({**small_data(), "code": "CLOSED"}, closes_at=NOON)
    page = client.get(f"/en/survey/{closed.survey.code}/")
    assert page.status_code == 410
    assert "This survey has ended" in page.text


def test_a_survey_that_has_not_opened_says_when_it_does(client: Client) -> None:
    publish(opens_at=NOON)
    with time_machine.travel(NOON.replace(year=2025), tick=False):
        page = client.get(BASE)
    assert page.status_code == 410
    assert "1 March 2026" in page.text


# --- Sections --------------------------------------------------------------------------------


def test_a_respondent_walks_from_consent_to_the_receipt(respondent: Client) -> None:
    west()
    assert (
        answer(respondent, "about", q_role="2", q_region="1", q_place="misrata")
        .headers["Location"]
        .endswith("/section/views/")
    )
    assert (
        answer(respondent, "views", q_needs=["1", "7"], q_other="حافلات", q_trust="3")
        .headers["Location"]
        .endswith("/section/cso/")
    )
    assert answer(respondent, "cso", q_people="٢٥").headers["Location"].endswith("/review/")
    review = respondent.get(f"{BASE}review/")
    assert "حافلات" in review.text
    assert "Misrata" in review.text
    sent = respondent.post(f"{BASE}review/", {"submission": Draft.objects.get().client_uuid})
    response = Response.objects.get()
    assert response.answers == {
        "q_role": 2,
        "q_region": 1,
        "q_place": "misrata",
        "q_needs": [1, 7],
        "q_other": "حافلات",
        "q_trust": 3,
        "q_people": 25,
    }
    assert (response.language, response.mode) == ("en", "web")
    thanks = respondent.get(sent.headers["Location"])
    assert receipt_code(response.client_uuid) in thanks.text
    assert not Draft.objects.exists()


def test_a_section_that_is_not_asked_is_skipped(respondent: Client) -> None:
    answer(respondent, "about", q_role="1")
    assert answer(respondent, "views", q_trust="1").headers["Location"] == f"{BASE}review/"
    assert respondent.get(f"{BASE}section/cso/").headers["Location"] == f"{BASE}review/"


def test_an_unknown_section_is_not_found(respondent: Client) -> None:
    assert respondent.get(f"{BASE}section/nothing/").status_code == 404


def test_answers_given_before_are_shown_again(respondent: Client) -> None:
    answer(respondent, "about", q_role="2")
    page = respondent.get(f"{BASE}section/about/").text
    assert re.search(r'name="q_role" value="2"[^>]* checked', page)


def test_back_keeps_what_was_answered_and_complains_of_nothing(respondent: Client) -> None:
    page = answer(respondent, "views", back="1", q_needs=["2"])
    assert page.headers["Location"].endswith("/section/about/")
    assert Draft.objects.get().answers == {"q_needs": [2]}


def test_a_required_question_left_open_is_named_beside_the_question_and_on_top(respondent: Client) -> None:
    page = answer(respondent, "about", q_region="1")
    assert page.status_code == 422
    assert page.text.count("This question needs an answer.") == 2
    assert 'href="#id_q_role_0"' in page.text
    assert Draft.objects.get().answers == {"q_region": 1}


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        ({"q_trust": "77"}, "Choose one of the answers offered."),
        ({"q_trust": "<script>"}, "Choose one of the answers offered."),
        ({"q_trust": "1", "q_needs": ["1", "8"]}, "“Option 8 in English” stands alone"),
        (
            {"q_trust": "1", "q_needs": ["7"], "q_other": "ب" * 1_000_000},
            f"longer than {MAX_TEXT} characters",
        ),
        ({"q_trust": "1", "q_needs": ["7"], "q_other": "a\x00b"}, "cannot be stored"),
    ],
    ids=["unknown code", "markup for a code", "exclusive", "a megabyte", "NUL"],
)
def test_hostile_input_gets_a_sentence_and_loses_nothing(
    respondent: Client, data: dict[str, Any], sentence: str
) -> None:
    answer(respondent, "about", q_role="1")
    page = answer(respondent, "views", **data)
    assert page.status_code == 422
    assert sentence in page.text
    assert Draft.objects.get().answers["q_role"] == 1
    assert not Response.objects.exists()


def test_html_in_a_text_is_shown_as_text(respondent: Client) -> None:
    answer(respondent, "about", q_role="1")
    answer(respondent, "views", q_needs=["7"], q_other="<script>alert(1)</script>", q_trust="1")
    page = respondent.get(f"{BASE}review/").text
    assert "<script>alert(1)" not in page
    assert "&lt;script&gt;alert(1)" in page


def test_html_in_a_questionnaire_is_shown_as_text(client: Client) -> None:
    data = small_data()
    for question in (question for section in data["sections"] for question in section["questions"]):
        question["label"] = question["hint"] = pair("<img src=x>")
    publish(data)
    client.post(BASE, {"agree": "on"})
    page = client.get(f"{BASE}section/about/").text
    assert "<img" not in page
    assert "&lt;img src=x&gt;" in page


def test_a_question_that_another_one_opens_is_on_the_page_and_says_when_it_applies(
    respondent: Client,
) -> None:
    page = respondent.get(f"{BASE}section/views/").text
    assert 'data-shown-by="q_needs" data-shown-for="7"' in page
    assert '<p class="hint" data-condition>Only if you chose above: Option 7 in English</p>' in page


def test_without_javascript_an_answer_that_was_not_asked_for_is_dropped(respondent: Client) -> None:
    answer(respondent, "about", q_role="1")
    assert answer(respondent, "views", q_needs=["1"], q_other="not asked", q_trust="1").status_code == 302
    assert "q_other" not in Draft.objects.get().answers


def test_pages_with_answers_are_kept_by_no_cache(respondent: Client) -> None:
    for path in ("section/about/", "review/"):
        assert "no-store" in respondent.get(BASE + path).headers["Cache-Control"]


def test_another_browser_does_not_see_the_draft(respondent: Client) -> None:
    assert Client().get(f"{BASE}section/about/").status_code == 302


# --- Sending ---------------------------------------------------------------------------------


def test_sending_with_a_required_question_open_leads_back_to_it(respondent: Client) -> None:
    answer(respondent, "about", q_role="1")
    page = respondent.post(f"{BASE}review/")
    assert page.status_code == 422
    assert f'href="{BASE}section/views/#id_q_trust"' in page.text
    assert not Response.objects.exists()


def test_sending_twice_gives_the_same_receipt_and_one_response(respondent: Client) -> None:
    fill(respondent)
    data = {"submission": Draft.objects.get().client_uuid}
    receipts = set()
    for _time in range(2):
        respondent.post(f"{BASE}review/", data)
        receipts |= set(re.findall(r"\b[0-9A-Z]{4}-[0-9A-Z]{4}\b", respondent.get(f"{BASE}thanks/").text))
    assert receipts == {receipt_code(Response.objects.get().client_uuid)}


def test_the_identifier_of_nothing_leads_to_consent(client: Client, version: QuestionnaireVersion) -> None:
    for submission in (str(uuid.uuid4()), "x", ""):
        assert client.post(f"{BASE}review/", {"submission": submission}).headers["Location"] == BASE


def test_a_filled_trap_is_flagged_and_counted(respondent: Client) -> None:
    fill(respondent)
    respondent.post(f"{BASE}review/", {"website": "http://spam.example"})
    assert "honeypot" in Response.objects.get().flags


def test_the_receipt_cannot_be_forged(client: Client, version: QuestionnaireVersion) -> None:
    client.cookies[f"survey_{version.survey_id}_receipt"] = str(uuid.uuid4())
    assert client.get(f"{BASE}thanks/").status_code == 302


def test_a_signed_in_person_is_not_remembered(client: Client, version: QuestionnaireVersion) -> None:
    """Nothing of the account reaches the response, and the address nowhere but a keyed count."""
    client.force_login(UserFactory())
    client.post(BASE, {"agree": "on"}, REMOTE_ADDR="203.0.113.77")
    fill(client)
    client.post(f"{BASE}review/", REMOTE_ADDR="203.0.113.77")
    assert Response.objects.count() == 1
    assert "203.0.113.77" not in str(cache._cache) + str(Response.objects.values().get())


# --- Limits ----------------------------------------------------------------------------------


def test_a_hall_behind_one_address_can_answer(version: QuestionnaireVersion) -> None:
    for _person in range(60):
        person = Client(REMOTE_ADDR="203.0.113.7")
        assert person.post(BASE, {"agree": "on"}).status_code == 302
    assert Draft.objects.count() == 60


def test_too_many_from_one_address_get_a_sentence(
    client: Client, version: QuestionnaireVersion, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(views, "STARTS_AN_HOUR", 2)
    for _time in range(2):
        assert client.post(BASE, {"agree": "on"}).status_code == 302
    page = client.post(BASE, {"agree": "on"})
    assert page.status_code == 429
    assert page.headers["Retry-After"] == "3600"
    assert "Very many answers are coming from your network" in page.text
    assert Client(REMOTE_ADDR="203.0.113.8").post(BASE, {"agree": "on"}).status_code == 302


def test_saving_and_sending_are_limited_too_and_lose_nothing(
    respondent: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    fill(respondent)
    monkeypatch.setattr(views, "SAVES_AN_HOUR", 2)
    assert answer(respondent, "about", q_role="2").status_code == 429
    monkeypatch.setattr(views, "STARTS_AN_HOUR", 0)
    assert respondent.post(f"{BASE}review/").status_code == 429
    assert Draft.objects.get().answers == {"q_role": 1, "q_trust": 2}


# --- Budgets ---------------------------------------------------------------------------------


@pytest.mark.parametrize("language", ["ar", "en"])
def test_first_page_with_all_it_loads_stays_under_fifty_kilobytes(client: Client, language: str) -> None:
    """Over the wire: page, stylesheet, script, icon and the fonts that its language needs."""
    publish(outline_data())
    page = client.get(f"/{language}/survey/")
    total = len(gzip.compress(page.content))
    files = set(re.findall(r'(?:href|src)="/static/([^"]+)"', page.text))
    font = {"ar": "sanad-arabic", "en": "sanad-latin"}[language]
    files |= {f"home/fonts/{font}-{weight}.woff2" for weight in (400, 600)}
    for file in files:
        data = Path(finders.find(file)).read_bytes()
        total += len(data) if file.endswith("woff2") else len(gzip.compress(data))
    assert total < 50_000


def test_queries_do_not_grow_with_responses(client: Client) -> None:
    version = publish(outline_data(), results_public=True)
    place = west()
    given = {
        "q_role": 1,
        "q_region": 1,
        "q_municipality": place.code,
        "q_sex": 1,
        "q_age": 2,
        "q_vote_intention": 1,
        "q_accept_commitment": 1,
        "q_influence": 1,
    }
    base = f"/en/survey/{version.survey.code}/"
    client.post(base, {"agree": "on"})
    pages = ("", "section/about/", "section/trust/", "review/", "results/")
    counts: dict[str, set[int]] = {page: set() for page in pages}
    for _round in range(3):
        for _one in range(10):
            respond(version, given)
        for page in pages:
            with CaptureQueriesContext(connection) as captured:
                assert client.get(base + page).status_code == 200
            counts[page].add(sum(map(is_ours, captured.captured_queries)))
    assert all(len(numbers) == 1 for numbers in counts.values()), counts
    assert max(number for numbers in counts.values() for number in numbers) <= 6, counts


def is_ours(query: dict[str, str]) -> bool:
    """Whether the survey asked, and not the menu round its page."""
    return "stakeholder_survey_" in query["sql"] or "people_municipality" in query["sql"]


def test_every_address_reverses_in_both_languages(version: QuestionnaireVersion) -> None:
    for language in ("ar", "en"):
        with translation.override(language):
            assert reverse("stakeholder_survey:index") == f"/{language}/survey/"


def test_other_methods_are_refused(client: Client, version: QuestionnaireVersion) -> None:
    assert client.delete(BASE).status_code == 405
    assert client.get(f"{BASE}discard/").status_code == 405
    assert views.results(RequestFactory().post("/"), code="small-1").status_code == 405
