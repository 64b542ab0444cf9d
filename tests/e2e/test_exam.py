"""The exam page by page, as plain forms: without JavaScript, and with the clock that a script lets run."""

import re
from datetime import timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import Locator, Page, expect

from lms.assessments.enums import AttemptState
from lms.assessments.models import Attempt
from lms.assessments.selectors.log import answers_on_record
from lms.assessments.services.sitting import create_attempt, start_attempt
from tests.factories.assessments import ExamFactory, enrol, make_bank, sit

from . import axe
from .conftest import DESK, PHONE, OpenPage

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def attempt(home_pages: None) -> Attempt:
    now = timezone.now()
    bank = make_bank(questions=4, multiple=4)
    exam = ExamFactory(bank=bank, opens_at=now - timedelta(hours=1), closes_at=now + timedelta(hours=1))
    learner = enrol(exam).learner
    return start_attempt(attempt=create_attempt(exam=exam, learner=learner))


@pytest.fixture
def page(open_page: OpenPage, attempt: Attempt) -> Page:
    page = open_page("en", user=attempt.learner)
    page.goto(question(attempt, 1))
    return page


def question(attempt: Attempt, position: int) -> str:
    return f"/en/exams/attempts/{attempt.public_id}/questions/{position}/"


def choose(page: Page | Locator, *places: int) -> None:
    for place in places:
        page.locator(f"[name^=q][value='{place}']").click()


def kept(attempt: Attempt) -> dict[int, object]:
    """What the server has, by question."""
    return {slot: said.value for slot, said in answers_on_record(attempt).items() if said.value is not None}


def test_the_clock_counts_down_and_does_not_follow_the_clock_of_the_phone(page: Page) -> None:
    clock = page.locator("[data-exam-clock]")
    first = clock.inner_text()
    page.evaluate("Date.now = () => 0")
    page.wait_for_timeout(2200)
    minutes, seconds = (int(part) for part in clock.inner_text().split(":"))
    before = sum(int(part) * unit for part, unit in zip(first.split(":"), (60, 1), strict=True))
    assert 1 <= before - (minutes * 60 + seconds) <= 5


def test_a_choice_is_not_said_to_be_saved_before_a_button_saves_it(page: Page, attempt: Attempt) -> None:
    state = page.locator("[data-exam-state]")
    choose(page, 2)
    expect(state).to_have_text("Not saved yet: a button below saves it")
    page.get_by_role("button", name="Save and go on").click()
    page.wait_for_url(f"**{question(attempt, 2)}")
    page.goto(question(attempt, 1))
    expect(state).to_have_text(re.compile(r"Saved on the server at \d\d:\d\d"))
    assert kept(attempt) == {1: [2]}


def test_when_the_time_is_up_what_is_chosen_is_saved_and_handed_in(page: Page, attempt: Attempt) -> None:
    Attempt.objects.filter(pk=attempt.pk).update(deadline=timezone.now() + timedelta(seconds=4))
    page.reload()
    choose(page, 2)
    page.wait_for_url("**/result/", timeout=20_000)
    assert Attempt.objects.get(pk=attempt.pk).state == AttemptState.RELEASED
    assert kept(attempt) == {1: [2]}


def test_whoever_has_a_script_can_go_on_in_one_page(page: Page, attempt: Attempt) -> None:
    choose(page, 2)
    page.get_by_role("button", name="Save and go on").click()
    page.wait_for_url(f"**{question(attempt, 2)}")
    page.get_by_role("link", name="Open all questions in one page").click()
    expect(page.locator("h1:visible")).to_have_text("Question 2 of 4")
    choose(page.locator("[data-slot='2']"), 3)
    expect(page.locator("[data-state-of-question]")).to_contain_text("On the server since")
    assert kept(attempt) == {1: [2], 2: [3]}


@pytest.mark.parametrize("language", ["ar", "en"])
def test_the_whole_exam_works_without_javascript(
    attempt: Attempt, open_page: OpenPage, language: str
) -> None:
    page = open_page(language, user=attempt.learner, java_script_enabled=False)
    page.goto(question(attempt, 1).replace("/en/", f"/{language}/"))
    for position in (1, 2, 3, 4):
        choose(page, position)
        page.locator("form .actions .button").first.click()
    page.wait_for_url("**/review/")
    page.locator(".next-step button").click()
    page.wait_for_url("**/result/")
    assert kept(attempt) == {1: [1], 2: [2], 3: [3], 4: [4]}
    assert Attempt.objects.get(pk=attempt.pk).state == AttemptState.RELEASED


def test_the_keyboard_is_enough(page: Page, attempt: Attempt) -> None:
    page.locator("[name=q1]").first.focus()
    page.keyboard.press("Space")
    page.keyboard.press("Enter")
    page.wait_for_url(f"**{question(attempt, 2)}")
    assert kept(attempt) == {1: [1]}


@pytest.mark.parametrize("width", [PHONE, DESK])
@pytest.mark.parametrize("language", ["ar", "en"])
def test_every_page_of_the_exam_is_accessible(
    attempt: Attempt, open_page: OpenPage, language: str, width: int
) -> None:
    other = ExamFactory(
        bank=attempt.exam.bank,
        course=attempt.exam.course,
        opens_at=attempt.exam.opens_at,
        closes_at=attempt.exam.closes_at,
    )
    done = sit(other, attempt.learner, right=4, at=timezone.now())
    page = open_page(language, width=width, user=attempt.learner)
    exams, running = f"/{language}/exams/", f"/{language}/exams/attempts/{attempt.public_id}/"
    for address in (
        exams,
        f"{exams}{attempt.exam.public_id}/",
        f"{running}questions/1/",
        f"{running}questions/4/",
        f"{running}review/",
        f"{exams}attempts/{done.public_id}/result/",
    ):
        page.goto(address)
        page.evaluate("() => document.querySelectorAll('main details').forEach((one) => (one.open = true))")
        assert [str(finding) for finding in axe.findings(page)] == [], address
        assert axe.small_targets(page) == [], address
        assert axe.sideways(page) <= 0, address
