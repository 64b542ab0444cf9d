"""The frame and the components as people use them: with a thumb, a keyboard, a screen reader."""

from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.e2e import axe
from tests.e2e.conftest import DESK, PHONE, OpenPage
from tests.factories.people import UserFactory

PAGES = ("", "help/", "accounts/login/", "accounts/password/reset/", "offline/", "nowhere/")
NAMES = {"ar": ("القائمة", "انتقل إلى المحتوى"), "en": ("Menu", "Skip to the content")}


@pytest.fixture
def member_of_staff(home_pages: None) -> Any:
    return UserFactory(is_staff=True, name_ar="عبد الرحمن محمد المختار بن عبد السلام الشريف الورفلي")


def focused(page: Page) -> str:
    text: str = page.evaluate("document.activeElement.textContent.trim()")
    return text


@pytest.mark.parametrize("width", [PHONE, DESK])
@pytest.mark.parametrize("language", ["ar", "en"])
def test_every_component_is_accessible(
    open_page: OpenPage, member_of_staff: Any, language: str, width: int
) -> None:
    page = open_page(language, width=width, user=member_of_staff)
    page.goto(f"/{language}/design/")
    axe.assert_accessible(page)


@pytest.mark.parametrize("width", [PHONE, DESK])
@pytest.mark.parametrize("language", ["ar", "en"])
def test_public_pages_are_accessible(open_page: OpenPage, language: str, width: int) -> None:
    page = open_page(language, width=width)
    for path in PAGES:
        page.goto(f"/{language}/{path}")
        axe.assert_accessible(page)


@pytest.mark.parametrize("path", ["accounts/password/change/", "accounts/2fa/", "accounts/email/", "start/"])
@pytest.mark.parametrize("language", ["ar", "en"])
def test_account_pages_are_accessible(
    open_page: OpenPage, member_of_staff: Any, language: str, path: str
) -> None:
    page = open_page(language, user=member_of_staff)
    page.goto(f"/{language}/{path}")
    axe.assert_accessible(page)


def test_pages_read_in_the_direction_of_their_language(page_ar: Page, page_en: Page) -> None:
    assert page_ar.locator("html").get_attribute("dir") == "rtl"
    assert page_en.locator("html").get_attribute("dir") == "ltr"
    for page, comes_first in ((page_ar, False), (page_en, True)):
        brand, menu = page.locator(".brand").bounding_box(), page.locator(".menu > summary").bounding_box()
        assert brand and menu
        assert (brand["x"] < menu["x"]) is comes_first


@pytest.mark.parametrize("language", ["ar", "en"])
def test_first_tab_skips_to_the_content(open_page: OpenPage, language: str) -> None:
    page = open_page(language)
    page.keyboard.press("Tab")
    assert focused(page) == NAMES[language][1]
    box = page.locator(".skip").bounding_box()
    assert box and box["y"] >= 0
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "main"


@pytest.mark.parametrize("language", ["ar", "en"])
def test_menu_opens_by_key_and_escape_gives_the_focus_back(open_page: OpenPage, language: str) -> None:
    page = open_page(language)
    summary = page.locator(".menu > summary")
    summary.focus()
    page.keyboard.press("Enter")
    expect(page.locator(".menu-panel")).to_be_visible()
    axe.assert_accessible(page)
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.closest('.menu-panel') !== null")
    page.keyboard.press("Escape")
    expect(page.locator(".menu-panel")).to_be_hidden()
    assert focused(page) == NAMES[language][0]


def test_menu_closes_when_something_else_is_touched(page_ar: Page) -> None:
    page_ar.locator(".menu > summary").click()
    expect(page_ar.locator(".menu-panel")).to_be_visible()
    page_ar.locator(".site-footer p").click()
    expect(page_ar.locator(".menu-panel")).to_be_hidden()


def test_menu_lies_open_on_a_desk_and_works_without_scripts(open_page: OpenPage) -> None:
    desk = open_page("ar", width=DESK)
    expect(desk.locator(".menu-panel")).to_be_visible()
    phone = open_page("ar", java_script_enabled=False)
    phone.locator(".menu > summary").click()
    expect(phone.locator(".menu-panel")).to_be_visible()


def test_focus_is_always_visible(page_ar: Page) -> None:
    page_ar.goto("/ar/accounts/login/")
    for _ in range(8):
        page_ar.keyboard.press("Tab")
        width = page_ar.evaluate("parseFloat(getComputedStyle(document.activeElement).outlineWidth)")
        assert width >= 2, page_ar.evaluate("document.activeElement.outerHTML")


def test_language_link_leads_to_the_same_page_and_is_remembered(page_ar: Page) -> None:
    page_ar.goto("/ar/help/")
    page_ar.locator("[data-language]").click()
    page_ar.wait_for_url("**/en/help/")
    assert page_ar.locator("html").get_attribute("lang") == "en"
    page_ar.goto("/")
    page_ar.wait_for_url("**/en/")


def test_form_with_mistakes_takes_the_focus_to_the_summary(open_page: OpenPage) -> None:
    page = open_page("en")
    page.goto("/en/accounts/login/")
    page.locator("main button:not([form])").click()
    summary = page.locator(".error-summary")
    expect(summary).to_be_focused()
    summary.locator("a").first.click()
    assert page.evaluate("document.activeElement.name") == "login"
    axe.assert_accessible(page)


def test_zoom_to_four_hundred_percent_needs_no_sideways_scrolling(
    open_page: OpenPage, member_of_staff: Any
) -> None:
    """1280 px at 400 % are 320 px (WCAG 1.4.10)."""
    page = open_page("ar", width=320, user=member_of_staff)
    page.goto("/ar/design/")
    assert axe.sideways(page) <= 0


def test_copy_button_copies_and_says_so(open_page: OpenPage, member_of_staff: Any) -> None:
    page = open_page("en", user=member_of_staff, permissions=["clipboard-read", "clipboard-write"])
    page.goto("/en/design/")
    page.get_by_role("button", name="Copy").click()
    expect(page.locator("[data-announcer]")).to_have_text("Copied")
    assert page.evaluate("navigator.clipboard.readText()") == "LTO-2026-00417"
