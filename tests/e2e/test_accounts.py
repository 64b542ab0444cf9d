"""Signing in and the second step, as people do it, in pages that anyone can use."""

import base64
import time
from typing import Any

import pytest
from allauth.account.models import EmailAddress
from cryptography.hazmat.primitives.hashes import SHA1
from cryptography.hazmat.primitives.twofactor.totp import TOTP
from playwright.sync_api import Page, expect

from tests.e2e import axe
from tests.e2e.conftest import OpenPage
from tests.factories.people import UserFactory

PASSWORD = "سند-مأمون-2026"


@pytest.fixture
def person(home_pages: None) -> Any:
    user = UserFactory(password=PASSWORD, email="khadija@example.org", phone="+218912345678")
    EmailAddress.objects.create(user=user, email=user.email, verified=True, primary=True)
    return user


def sign_in(page: Page, login: str, password: str = PASSWORD, language: str = "ar") -> None:
    page.goto(f"/{language}/accounts/login/")
    page.locator("[name=login]").fill(login)
    page.locator("[name=password]").fill(password)
    page.locator("main button:not([form])").click()


def code_of(secret: str) -> str:
    """What an authenticator app shows for the secret now (RFC 6238)."""
    return TOTP(base64.b32decode(secret), 6, SHA1(), 30).generate(int(time.time())).decode()


@pytest.mark.parametrize("login", ["khadija@example.org", "0912345678", "٠٩١٢٣٤٥٦٧٨"])
def test_signing_in_leads_to_the_persons_own_page(page_ar: Page, person: Any, login: str) -> None:
    sign_in(page_ar, login)
    page_ar.wait_for_url("**/ar/start/")
    expect(page_ar.locator("h1")).to_have_text(person.name_ar)


def test_wrong_password_is_told_without_saying_which_half_was_wrong(page_ar: Page, person: Any) -> None:
    sign_in(page_ar, "khadija@example.org", "خطأ")
    expect(page_ar.locator(".error-summary")).to_be_focused()
    expect(page_ar.locator("[name=login]")).to_have_value("khadija@example.org")
    axe.assert_accessible(page_ar)


def test_signing_out_takes_one_press(page_ar: Page, person: Any) -> None:
    sign_in(page_ar, "khadija@example.org")
    page_ar.wait_for_url("**/ar/start/")
    page_ar.locator(".menu > summary").click()
    page_ar.locator(".menu-panel form button").click()
    page_ar.wait_for_url("**/ar/")
    page_ar.goto("/ar/start/")
    page_ar.wait_for_url("**/accounts/login/**")


@pytest.mark.parametrize("language", ["ar", "en"])
def test_second_step_is_set_up_and_then_asked_for(open_page: OpenPage, person: Any, language: str) -> None:
    page = open_page(language)
    sign_in(page, person.email, language=language)
    page.wait_for_url("**/start/")
    page.goto(f"/{language}/accounts/2fa/totp/activate/")
    page.wait_for_url("**/reauthenticate/**")
    axe.assert_accessible(page)
    page.locator("[name=password]").fill(PASSWORD)
    page.locator("main form button").click()
    page.wait_for_url("**/totp/activate/")
    axe.assert_accessible(page)
    page.locator("[name=code]").fill(code_of(page.locator("#authenticator_secret").input_value()))
    page.locator("main form button").click()
    page.wait_for_url("**/2fa/recovery-codes/**")
    axe.assert_accessible(page)
    recovery_code = page.locator("#recovery_codes").input_value().split()[0]
    for path in ("", "webauthn/", "webauthn/add/", "recovery-codes/generate/", "totp/deactivate/"):
        page.goto(f"/{language}/accounts/2fa/{path}")
        axe.assert_accessible(page)

    other_phone = open_page(language)
    sign_in(other_phone, person.email, language=language)
    other_phone.wait_for_url("**/2fa/authenticate/")
    axe.assert_accessible(other_phone)
    other_phone.locator("[name=code]").fill(recovery_code)
    other_phone.locator("main form button").first.click()
    other_phone.wait_for_url("**/start/")


@pytest.mark.parametrize("language", ["ar", "en"])
def test_forgotten_password_is_chosen_anew_through_the_link(
    open_page: OpenPage, person: Any, language: str, mailoutbox: list[Any]
) -> None:
    page = open_page(language)
    page.goto(f"/{language}/accounts/password/reset/")
    page.locator("[name=email]").fill(person.email)
    page.locator("main form button").click()
    page.wait_for_url("**/password/reset/done/")
    axe.assert_accessible(page)
    (link,) = (word for word in mailoutbox[0].body.split() if "/password/reset/key/" in word)
    page.goto(link)
    axe.assert_accessible(page)
    for field in ("password1", "password2"):
        page.locator(f"[name={field}]").fill("مفتاح-جديد-2026")
    page.locator("main form button").first.click()
    page.wait_for_url("**/key/done/")
    axe.assert_accessible(page)
    page.goto(link)
    axe.assert_accessible(page)
    expect(page.locator("main form")).to_have_count(0)
    sign_in(page, person.email, "مفتاح-جديد-2026", language)
    page.wait_for_url("**/start/")
