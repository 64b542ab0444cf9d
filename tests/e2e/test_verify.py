"""The checker's page in a browser: scanned, pasted, without JavaScript, and in the other language."""

from typing import Any

import pytest
from playwright.sync_api import Page, expect

from lms.certificates.models import Certificate
from lms.certificates.paper import qr_text
from lms.certificates.services.standing import revoke_certificate
from tests.e2e import axe
from tests.factories.certificates import issued
from tests.factories.people import UserFactory

from .conftest import DESK, OpenPage


@pytest.fixture
def certificate(home_pages: None, live_server: Any, settings: Any) -> Certificate:
    settings.SANAD_BASE_URL = live_server.url
    return issued(learner__name_ar="فاطمة الزهراء عبد السلام بن عمر")


def verdict(page: Page) -> str | None:
    return page.locator("[data-verdict]").get_attribute("data-verdict")


def test_scanned_address_is_judged_and_leaves_no_trace(open_page: OpenPage, certificate: Certificate) -> None:
    page = open_page("ar")
    page.goto(qr_text(certificate))
    page.wait_for_selector("[data-verdict]")
    assert verdict(page) == "valid"
    expect(page.locator("main")).to_contain_text(certificate.name_ar)
    assert page.url.endswith("/v") and page.title().startswith("سارية")


def test_answer_survives_a_change_of_language(open_page: OpenPage, certificate: Certificate) -> None:
    page = open_page("ar")
    page.goto(qr_text(certificate))
    page.wait_for_selector("[data-verdict]")
    page.click("header [data-language=en]")
    expect(page.locator("html")).to_have_attribute("lang", "en")
    assert verdict(page) == "valid"
    page.goto("/v")
    expect(page.locator("html")).to_have_attribute("lang", "en")


def test_empty_page_changes_its_language_too(open_page: OpenPage) -> None:
    page = open_page("ar")
    page.goto("/v")
    page.click("header [data-language=en]")
    expect(page.locator("html")).to_have_attribute("lang", "en")
    assert page.url.endswith("/v")


def test_without_javascript_the_text_is_pasted(open_page: OpenPage, certificate: Certificate) -> None:
    revoke_certificate(certificate=certificate, reason="x", actor=UserFactory())
    page = open_page("ar", java_script_enabled=False)
    page.goto("/v")
    page.fill("input[name=text]", qr_text(certificate))
    page.press("input[name=text]", "Enter")
    assert verdict(page) == "revoked"
    page.click("[data-again] button")
    expect(page.locator("html")).to_have_attribute("lang", "en")
    assert verdict(page) == "revoked"


def test_progress_is_shown_until_the_answer_comes(open_page: OpenPage) -> None:
    page = open_page("ar")
    page.goto("/v")
    expect(page.locator("[data-checking]")).to_be_hidden()
    page.fill("input[name=text]", "ABCD-EFGH-JKMN-PQRS")
    # The form is not sent, so that the page stays as it is while a phone waits for its answer.
    page.evaluate(
        """() => {
          addEventListener("submit", (event) => event.preventDefault());
          document.querySelector("[data-check]").requestSubmit();
        }"""
    )
    expect(page.locator("[data-checking]")).to_be_visible()
    expect(page.locator("[data-checking]")).to_contain_text("جارٍ التحقق")


@pytest.mark.parametrize("language", ["ar", "en"])
@pytest.mark.parametrize("width", [360, DESK])
def test_every_state_is_accessible_and_fits(
    language: str, width: int, open_page: OpenPage, certificate: Certificate
) -> None:
    page = open_page(language, width=width)
    page.goto(f"/{language}/language/?next=/v")
    for text in (None, qr_text(certificate), qr_text(certificate)[:-30], str(certificate), "ABCD"):
        page.goto("/v")
        if text is not None:
            page.fill("input[name=text]", text)
            page.press("input[name=text]", "Enter")
            page.wait_for_selector("[data-verdict], .error-summary")
        expect(page.locator("html")).to_have_attribute("lang", language)
        assert axe.findings(page) == []
        assert axe.small_targets(page) == []
        assert axe.sideways(page) <= 0
