"""What the headers say of language: caches may keep one copy of what has none."""

import pytest
from django.http import HttpRequest, HttpResponse
from django.test import Client, RequestFactory

from lms.common.middleware import ArabicFirstLocaleMiddleware
from lms.home.services import ensure_site

pytestmark = pytest.mark.django_db


def answered(path: str, kind: str = "text/html; charset=utf-8", **headers: str) -> HttpResponse:
    def view(request: HttpRequest) -> HttpResponse:
        request.resolver_match = None
        return HttpResponse("x", content_type=kind, headers=headers)

    response = ArabicFirstLocaleMiddleware(view)(RequestFactory().get(path))
    assert isinstance(response, HttpResponse)
    return response


def varies(response: HttpResponse) -> set[str]:
    return {name.strip() for name in response.headers.get("Vary", "").split(",")} - {""}


def test_page_under_a_language_varies_by_nothing_and_names_its_language() -> None:
    page = answered("/en/help/")
    assert (varies(page), page.headers["Content-Language"]) == (set(), "en")


def test_page_without_a_language_in_its_address_depends_on_the_reader_s_choice() -> None:
    page = answered("/admin/")
    assert (varies(page), page.headers["Content-Language"]) == ({"Cookie"}, "ar")


def test_what_is_the_same_for_all_does_not() -> None:
    assert varies(answered("/v", **{"Cache-Control": "public, max-age=60"})) == set()


@pytest.mark.parametrize("kind", ["application/octet-stream", "text/plain; charset=utf-8", "image/webp"])
def test_files_have_no_language(kind: str) -> None:
    file = answered("/register/tile/0/000", kind, Vary="Accept-Encoding")
    assert varies(file) == {"Accept-Encoding"}
    assert "Content-Language" not in file.headers


def test_no_page_says_that_it_depends_on_the_browser_s_setting(client: Client) -> None:
    ensure_site()
    for path in ("/", "/ar/", "/ar/help/", "/v", "/admin/", "/nothing-there/"):
        assert "Accept-Language" not in varies(client.get(path)), path
