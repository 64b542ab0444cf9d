import pytest
from django.core.management import call_command
from django.test import Client
from wagtail.models import Page, Site

from lms.home.models import HomePage
from lms.home.services import ensure_site
from lms.people.models import Municipality

pytestmark = pytest.mark.django_db


def test_home_pages_exist_in_both_languages_and_are_translations_of_each_other() -> None:
    site = ensure_site()
    arabic = site.root_page.specific
    english = arabic.get_translations().get()
    assert (arabic.locale.language_code, english.locale.language_code) == ("ar", "en")
    assert arabic.live
    assert english.live
    assert Site.objects.get(is_default_site=True) == site


def test_creating_home_pages_again_changes_nothing() -> None:
    home = ensure_site().root_page
    home.title = "عنوان غيّره المحرر"
    home.save()
    assert ensure_site().root_page.title == "عنوان غيّره المحرر"
    assert HomePage.objects.count() == 2


def test_welcome_page_of_wagtail_goes() -> None:
    ensure_site()
    assert not Page.objects.filter(title__startswith="Welcome").exists()
    assert Page.find_problems() == ([], [], [], [], [])


@pytest.mark.parametrize(("language", "words"), [("ar", "ما هو سند؟"), ("en", "What is Sanad?")])
def test_home_page_is_served_in_its_language(client: Client, language: str, words: str) -> None:
    ensure_site()
    response = client.get(f"/{language}/")
    assert response.status_code == 200
    assert words in response.content.decode()


def test_bare_address_leads_to_arabic(client: Client) -> None:
    response = client.get("/", headers={"accept-language": "en"})
    assert response.headers["Location"] == "/ar/"


def test_set_up_gives_an_empty_database_home_pages_and_municipalities(
    client: Client, capsys: pytest.CaptureFixture[str]
) -> None:
    for _twice in range(2):
        call_command("set_up")

    assert client.get("/ar/").status_code == 200
    assert HomePage.objects.count() == 2
    assert Municipality.objects.count() == 29
    assert "29 municipalities" in capsys.readouterr().out
