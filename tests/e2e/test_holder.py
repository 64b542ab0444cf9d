"""The holder's pages in a browser: readable by everybody, in both languages, on a phone."""

from typing import Any

import pytest
from django.urls import reverse
from django.utils import translation
from playwright.sync_api import Error as PlaywrightError
from playwright.sync_api import expect

from lms.certificates.services.photos import keep_photo
from lms.certificates.services.sharing import open_link
from lms.certificates.services.standing import revoke_certificate
from tests.e2e import axe
from tests.e2e.conftest import OpenPage, sign_in
from tests.factories.certificates import CertificateTypeFactory, issued
from tests.factories.people import UserFactory
from tests.factories.pictures import photo

pytestmark = [pytest.mark.e2e, pytest.mark.django_db(transaction=True)]
LONG = "عبد الرحمن مصطفى عبد الحفيظ عبد الله الورفلي المصراتي"


@pytest.mark.parametrize("language", ["ar", "en"])
def test_holders_pages_are_accessible_and_a_link_can_be_switched_off(
    open_page: OpenPage, language: str
) -> None:
    certificate = issued(CertificateTypeFactory(validity_days=60), learner__name_ar=LONG)
    keep_photo(holder=certificate.holder, data=photo(), consent="نعم")
    link = open_link(certificate=certificate, days=7)
    page: Any = open_page(language, user=certificate.holder)

    def go(name: str, *args: object) -> None:
        with translation.override(language):
            page.goto(reverse(f"certificates:{name}", args=args))

    for name, args in (
        ("mine", ()),
        ("wallet", (certificate.number,)),
        ("photo", ()),
        ("correct_name", (certificate.number,)),
        ("shared", (link.token,)),
        ("detail", (certificate.number,)),
    ):
        go(name, *args)
        axe.assert_accessible(page)
    page.get_by_role("button", name={"ar": "إيقاف", "en": "Switch off"}[language]).click()
    expect(page.locator(".share-address")).to_have_count(0)
    go("shared", link.token)
    expect(page.locator("dl.ledger")).to_have_count(0)


def test_phone_keeps_the_page_until_the_holder_signs_out(open_page: OpenPage, problems: list[str]) -> None:
    certificate = issued(learner__name_ar="فاطمة الزهراء عبد السلام")
    page: Any = open_page("ar", user=certificate.holder)
    address = reverse("certificates:wallet", args=[certificate.number])
    page.goto(address)
    expect(page.locator("[data-wallet]")).to_be_visible()

    def shown() -> bool:
        """Whether the phone shows the certificate without a connection."""
        page.goto("about:blank")
        page.context.set_offline(True)
        try:
            page.goto(address)
            expect(page.locator(".wallet-name")).to_have_text(certificate.name_ar)
            expect(page.locator(".wallet-code svg")).to_be_visible()
            styled = "getComputedStyle(document.querySelector('.wallet')).backgroundColor"
            return bool(page.evaluate(styled) == "rgb(255, 255, 255)")
        except PlaywrightError:
            return False
        finally:
            page.context.set_offline(False)
            problems.clear()

    assert shown()
    page.goto("/ar/")
    page.locator("[data-menu] summary").click()
    page.locator("[data-menu] form button").click()
    page.wait_for_function("caches.keys().then((names) => !names.some((name) => name.includes('wallet')))")
    assert not shown()


def test_phone_lets_go_of_what_it_kept_for_somebody_else(open_page: OpenPage) -> None:
    certificate, other = issued(), issued()
    page: Any = open_page("en", user=certificate.holder)
    with translation.override("en"):
        address = reverse("certificates:wallet", args=[certificate.number])
        mine = reverse("certificates:wallet", args=[other.number])
    kept = "caches.keys().then((names) => names.filter((name) => name.startsWith('sanad-wallet:')))"
    page.goto(address)
    expect(page.locator("[data-wallet]")).to_be_visible()
    [before] = page.evaluate(kept)

    page.context.clear_cookies()
    sign_in(page, other.holder)
    page.goto(address)
    assert page.locator(".wallet-name").count() == 0
    page.goto(mine)
    expect(page.locator("[data-wallet]")).to_be_visible()
    page.wait_for_function(f"{kept}.then(({{ length }}) => length === 1)")
    assert page.evaluate(kept) == [
        before.replace(str(certificate.holder.public_id), str(other.holder.public_id))
    ]


def test_withdrawn_certificate_is_dropped_from_the_phone(open_page: OpenPage) -> None:
    certificate = issued()
    page: Any = open_page("en", user=certificate.holder)
    with translation.override("en"):
        address = reverse("certificates:wallet", args=[certificate.number])
    page.goto(address)
    expect(page.locator("[data-wallet]")).to_be_visible()
    revoke_certificate(certificate=certificate, reason="x", actor=UserFactory())
    assert page.goto(address).status == 410
    assert page.evaluate("caches.match(location.pathname).then(Boolean)") is False
