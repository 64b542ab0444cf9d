"""The holder's pages in a browser: readable by everybody, in both languages, on a phone."""

from typing import Any

import pytest
from django.urls import reverse
from django.utils import translation
from playwright.sync_api import expect

from lms.certificates.services.photos import keep_photo
from lms.certificates.services.sharing import open_link
from tests.e2e import axe
from tests.e2e.conftest import OpenPage
from tests.factories.certificates import CertificateTypeFactory, issued
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
