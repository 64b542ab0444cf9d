"""Somebody answers the survey on a phone, with and without JavaScript."""

import re

import pytest
from playwright.sync_api import Page, expect

from plugins.stakeholder_survey.models import Response, Survey
from tests.e2e import axe
from tests.e2e.conftest import DESK, PHONE, OpenPage
from tests.factories.stakeholder_survey import outline_data, publish, respond, west

GIVEN = {
    "q_role": 1,
    "q_region": 1,
    "q_sex": 1,
    "q_age": 2,
    "q_vote_intention": 1,
    "q_accept_commitment": 1,
    "q_influence": 2,
}


@pytest.fixture
def survey(transactional_db: None) -> Survey:
    west()
    version = publish(outline_data(), results_public=True)
    for number in range(30):
        respond(version, {**GIVEN, "q_age": 1 + number % 2})
    return version.survey


def send(page: Page) -> None:
    page.locator("main form .button").first.click()


def choose(page: Page, question: str, *codes: int) -> None:
    for code in codes:
        page.locator(f'[name="{question}"][value="{code}"]').check()


def consent(page: Page, language: str) -> None:
    page.goto(f"/{language}/survey/")
    page.locator("[name=agree]").check()
    send(page)


def reach_guarantees(page: Page) -> None:
    for question in ("q_role", "q_region", "q_sex", "q_age"):
        choose(page, question, 2 if question == "q_role" else 1)
    send(page)
    choose(page, "q_vote_intention", 1)
    send(page)
    choose(page, "q_accept_commitment", 2)


@pytest.mark.parametrize("width", [PHONE, DESK])
@pytest.mark.parametrize("language", ["ar", "en"])
def test_somebody_answers_from_consent_to_receipt(
    open_page: OpenPage, survey: Survey, language: str, width: int
) -> None:
    page = open_page(language, width=width)
    page.goto(f"/{language}/survey/")
    axe.assert_accessible(page)
    consent(page, language)
    axe.assert_accessible(page)
    send(page)
    expect(page.locator(".error-summary")).to_be_focused()
    axe.assert_accessible(page)
    reach_guarantees(page)
    choose(page, "q_guarantees", 1, 7)
    page.locator("[name=q_guarantees_other]").fill("تمديد ساعات الاقتراع")
    axe.assert_accessible(page)
    send(page)
    choose(page, "q_influence", 1)
    axe.assert_accessible(page)
    for _section in ("trust", "barriers", "conduct"):
        send(page)
    page.locator("[name=q_cso_observers]").fill("٢٥")
    send(page)
    send(page)
    axe.assert_accessible(page)
    send(page)
    expect(page.locator("main")).to_contain_text(re.compile(r"[0-9A-Z]{4}-[0-9A-Z]{4}"))
    axe.assert_accessible(page)
    answers = Response.objects.latest("pk").answers
    assert answers["q_cso_observers"] == 25
    assert answers["q_guarantees_other"] == "تمديد ساعات الاقتراع"


def test_a_question_appears_with_the_answer_that_opens_it(open_page: OpenPage, survey: Survey) -> None:
    page = open_page("ar")
    consent(page, "ar")
    reach_guarantees(page)
    other = page.locator("[name=q_guarantees_other]")
    expect(other).to_be_hidden()
    choose(page, "q_guarantees", 7)
    expect(other).to_be_visible()
    page.locator('[name="q_guarantees"][value="7"]').uncheck()
    expect(other).to_be_hidden()


def test_an_answer_that_stands_alone_unticks_the_others(open_page: OpenPage, survey: Survey) -> None:
    page = open_page("en")
    consent(page, "en")
    reach_guarantees(page)
    choose(page, "q_guarantees", 1, 2, 8)
    assert page.locator('[name="q_guarantees"]:checked').count() == 1
    choose(page, "q_guarantees", 3)
    assert page.locator('[name="q_guarantees"][value="8"]').is_checked() is False


def test_without_javascript_every_question_is_there(open_page: OpenPage, survey: Survey) -> None:
    page = open_page("ar", java_script_enabled=False)
    consent(page, "ar")
    reach_guarantees(page)
    expect(page.locator("[name=q_guarantees_other]")).to_be_visible()
    expect(page.get_by_text("فقط إذا اخترت أعلاه: ضمانات أخرى")).to_be_visible()
    choose(page, "q_guarantees", 1)
    page.locator("[name=q_guarantees_other]").fill("لم يُسأل عنه")
    send(page)
    expect(page.locator("h1")).to_have_text("المشاركة والثقة")


def test_answers_survive_going_back_a_reload_and_the_other_language(
    open_page: OpenPage, survey: Survey
) -> None:
    page = open_page("ar")
    consent(page, "ar")
    reach_guarantees(page)
    page.locator("[name=back]").click()
    expect(page.locator('[name="q_vote_intention"][value="1"]')).to_be_checked()
    page.reload()
    page.locator(".header-link[data-language]").click()
    expect(page.locator("h1")).to_have_text("Registering and voting")
    expect(page.locator('[name="q_vote_intention"][value="1"]')).to_be_checked()


@pytest.mark.parametrize("width", [PHONE, DESK])
@pytest.mark.parametrize("language", ["ar", "en"])
def test_results_are_accessible(open_page: OpenPage, survey: Survey, language: str, width: int) -> None:
    page = open_page(language, width=width)
    page.goto(f"/{language}/survey/{survey.code}/results/")
    for summary in page.locator("summary").all()[:3]:
        if summary.is_visible():
            summary.click()
    axe.assert_accessible(page)
