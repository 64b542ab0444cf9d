"""Reading in a browser: accessible in both languages and widths; quick checks with scripts and without."""

import re
from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page, expect

from lms.courses.models import Course
from lms.courses.services import import_course
from lms.people.models import User
from tests.factories.courses import enrol_in

from . import axe
from .conftest import DESK, PHONE, OpenPage

pytestmark = pytest.mark.django_db(transaction=True)

CONTENT = Path(__file__).parents[2] / "content" / "courses"
COURSE = "courses/lto/"
LESSON = f"{COURSE}01-principles/01-what-an-observer-is/"
MODULES = (f"{COURSE}01-principles/", f"{COURSE}05-registration/")
PLACES = ("courses/", "courses/?q=HNEC", COURSE, *MODULES, LESSON, "learn/")


@pytest.fixture
def learner(home_pages: None) -> User:
    import_course(path=CONTENT / "lto")
    user: User = enrol_in(Course.objects.get(code="LTO"))
    return user


def first_check(page: Page) -> Locator:
    return page.locator("[data-quick-check]").first


@pytest.mark.parametrize("width", [PHONE, DESK])
@pytest.mark.parametrize("language", ["ar", "en"])
def test_pages_of_a_course_are_accessible(
    open_page: OpenPage, learner: User, language: str, width: int
) -> None:
    page = open_page(language, width=width, user=learner)
    for place in PLACES:
        page.goto(f"/{language}/{place}")
        axe.assert_accessible(page)


def test_quick_check_is_answered_by_keyboard_and_tried_again(open_page: OpenPage, learner: User) -> None:
    page = open_page("en", user=learner)
    page.goto(f"/en/{LESSON}")
    check = first_check(page)
    button, result = check.get_by_role("button"), check.get_by_role("status")
    button.press("Enter")
    expect(result).to_have_text("Choose an answer first.")
    options = check.get_by_role("radio")
    options.nth(0).focus()
    page.keyboard.press("Space")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(result).to_contain_text("Not quite")
    axe.assert_accessible(page)
    button.press("Enter")
    expect(options.nth(0)).not_to_be_checked()
    expect(result).to_be_empty()
    options.nth(1).check()
    button.press("Enter")
    expect(result).to_contain_text("Correct")
    expect(button).to_be_hidden()


def test_quick_check_opens_to_its_feedback_without_scripts(open_page: OpenPage, learner: User) -> None:
    page = open_page("ar", user=learner, java_script_enabled=False)
    page.goto(f"/ar/{LESSON}")
    option = first_check(page).locator("details").nth(1)
    expect(option.get_by_text("أحسنت")).to_be_hidden()
    option.locator("summary").click()
    expect(option.get_by_text("أحسنت")).to_be_visible()


def test_learner_reads_on_from_where_they_left(open_page: OpenPage, learner: User) -> None:
    page = open_page("en", user=learner)
    page.goto("/en/learn/")
    page.get_by_role("link", name="Start").click()
    expect(page).to_have_url(re.compile(LESSON))
    page.get_by_role("button", name="Mark as completed").click()
    expect(page.get_by_role("status").first).to_contain_text("Lesson completed")
    expect(page.get_by_role("heading", level=1)).to_contain_text("The pledge")
    page.goto("/ar/learn/")
    expect(page.locator(".next-step")).to_contain_text("التعهد")
    expect(page.locator("main")).to_contain_text("1 من 8")
