"""Errors, help, offline, the gallery: pages that must come whatever else fails."""

from collections.abc import Iterator
from unittest import mock

import pytest
from django.core.exceptions import BadRequest, PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.test import Client, override_settings
from django.urls import path

from lms.home.services import ensure_site
from lms.people.enums import Role
from lms.plugin_api import DashboardCard, hookimpl
from lms.plugin_api.testing import plugin_registered
from lms.urls import urlpatterns as project_urlpatterns
from tests.factories.people import UserFactory

pytestmark = pytest.mark.django_db


def forbidden(request: HttpRequest) -> HttpResponse:
    raise PermissionDenied


def malformed(request: HttpRequest) -> HttpResponse:
    raise BadRequest


def broken(request: HttpRequest) -> HttpResponse:
    raise RuntimeError("سر لا ينبغي أن يظهر")


urlpatterns = [
    path("ar/forbidden/", forbidden),
    path("ar/malformed/", malformed),
    path("ar/broken/", broken),
    *project_urlpatterns,
]


@pytest.fixture
def failing_client() -> Iterator[Client]:
    with override_settings(ROOT_URLCONF=__name__):
        yield Client(raise_request_exception=False)


@pytest.mark.parametrize(
    ("language", "direction", "words"),
    [("ar", "rtl", "لا توجد هنا صفحة بهذا العنوان"), ("en", "ltr", "There is no such page here")],
)
def test_missing_page_says_so_in_the_language_of_the_address(
    client: Client, language: str, direction: str, words: str
) -> None:
    ensure_site()
    response = client.get(f"/{language}/nowhere/")
    assert response.status_code == 404
    html = response.content.decode()
    assert words in html
    assert f'<html lang="{language}" dir="{direction}">' in html
    assert f'href="/{language}/"' in html


def test_refused_page_tells_what_to_do(failing_client: Client) -> None:
    response = failing_client.get("/ar/forbidden/")
    assert response.status_code == 403
    assert "سجّل الدخول بالحساب المخوَّل" in response.content.decode()
    failing_client.force_login(UserFactory(), backend="django.contrib.auth.backends.ModelBackend")
    assert "اطلب ذلك من مدير البرنامج" in failing_client.get("/ar/forbidden/").content.decode()


def test_malformed_request_gets_both_languages(failing_client: Client) -> None:
    response = failing_client.get("/ar/malformed/")
    assert response.status_code == 400
    assert "الطلب غير مفهوم" in response.content.decode()
    assert "could not be understood" in response.content.decode()


def test_failure_shows_no_detail_and_asks_the_database_nothing(failing_client: Client) -> None:
    with mock.patch("django.db.backends.utils.CursorWrapper.execute", side_effect=AssertionError("a query")):
        response = failing_client.get("/ar/broken/")
    assert response.status_code == 500
    html = response.content.decode()
    assert "تعذّر إتمام الطلب" in html
    assert "سر لا ينبغي" not in html
    assert "style=" not in html


def test_form_without_its_token_is_refused_with_a_way_on() -> None:
    response = Client(enforce_csrf_checks=True).post("/ar/accounts/login/", {"login": "x", "password": "y"})
    assert response.status_code == 403
    assert "لم يُقبل النموذج" in response.content.decode()


def test_offline_page_holds_nothing_of_the_person_who_stored_it(client: Client) -> None:
    anonymous = client.get("/ar/offline/")
    assert anonymous.status_code == 200
    assert "هذا الهاتف غير متصل" in anonymous.content.decode()
    person = UserFactory(name_ar="خديجة بنت أحمد")
    client.force_login(person, backend="django.contrib.auth.backends.ModelBackend")
    assert "خديجة" not in client.get("/ar/offline/").content.decode()


@pytest.mark.parametrize("language", ["ar", "en"])
def test_help_is_open_to_everyone(client: Client, language: str) -> None:
    assert client.get(f"/{language}/help/").status_code == 200


def test_start_asks_to_sign_in(client: Client) -> None:
    response = client.get("/ar/start/")
    assert response.status_code == 302
    assert response.headers["Location"].startswith("/ar/accounts/login/?next=")


def test_start_greets_by_name_and_is_not_stored(client: Client) -> None:
    client.force_login(
        UserFactory(name_ar="خديجة <b>أحمد"), backend="django.contrib.auth.backends.ModelBackend"
    )
    response = client.get("/ar/start/")
    assert "<h1><bdi>خديجة &lt;b&gt;أحمد</bdi></h1>" in response.content.decode()
    assert "no-store" in response.headers["Cache-Control"]


def test_start_shows_the_readers_own_cards_and_none_about_the_programme(client: Client) -> None:
    own = DashboardCard("offered.own", 1, "An own affair", "cascade/_bar.html")
    figures = DashboardCard(
        "offered.all", 2, "Figures", "cascade/_bar.html", permission="cascade.view_dashboard"
    )

    class Hooks:
        @hookimpl
        def dashboard_cards(self) -> list[DashboardCard]:
            return [own, figures]

    client.force_login(UserFactory(role=Role.PROGRAMME_LEAD))
    with plugin_registered(Hooks(), "offered"):
        html = client.get("/en/start/").content.decode()
    assert 'aria-label="An own affair"' in html
    assert 'aria-label="Figures"' not in html


def test_gallery_is_not_there_for_the_public(client: Client) -> None:
    assert client.get("/ar/design/").status_code == 404
    client.force_login(UserFactory(), backend="django.contrib.auth.backends.ModelBackend")
    assert client.get("/ar/design/").status_code == 404


def test_gallery_is_there_for_staff_and_under_debug(client: Client) -> None:
    with override_settings(DEBUG=True):
        assert client.get("/ar/design/").status_code == 200
    client.force_login(UserFactory(is_staff=True), backend="django.contrib.auth.backends.ModelBackend")
    assert client.get("/en/design/").status_code == 200


@pytest.mark.parametrize(
    "address", ["/ar/", "/en/help/", "/ar/accounts/login/", "/ar/offline/", "/ar/nowhere/"]
)
def test_pages_hold_no_inline_style_or_script_and_ask_no_other_host(client: Client, address: str) -> None:
    ensure_site()
    html = client.get(address).content.decode()
    assert " style=" not in html
    assert "<style" not in html
    assert " onclick=" not in html
    assert 'src="http' not in html
    assert 'href="http' not in html
