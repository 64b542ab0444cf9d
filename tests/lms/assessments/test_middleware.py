"""The short way of batches: everything that a batch needs is on it, and nothing else takes it."""

import json
from http import HTTPStatus

import pytest
from django.conf import LazySettings, settings
from django.http import HttpResponse
from django.test import Client, RequestFactory

from lms.assessments.middleware import BatchMiddleware
from lms.assessments.models import Attempt, Operation
from tests.factories.phone import Phone

pytestmark = pytest.mark.django_db


@pytest.fixture
def phone(attempt: Attempt) -> Phone:
    return Phone(attempt)


@pytest.fixture
def web(client: Client, phone: Phone) -> Client:
    client.force_login(phone.learner)
    return client


def path(phone: Phone, language: str = "ar") -> str:
    return f"/{language}/exams/attempts/{phone.name}/ops/"


def post(web: Client, address: str, data: object = "", **more: str) -> HttpResponse:
    return web.post(address, json.dumps(data), content_type="application/json", **more)


def test_it_stands_before_the_middleware_of_pages_and_behind_that_of_security() -> None:
    before = settings.MIDDLEWARE[: settings.MIDDLEWARE.index("lms.assessments.middleware.BatchMiddleware")]
    assert before == ["django.middleware.security.SecurityMiddleware"]


def test_a_refusal_speaks_the_language_of_the_address(web: Client, phone: Phone) -> None:
    said = {
        language: json.loads(post(web, path(phone, language)).content)["message"] for language in ("ar", "en")
    }
    assert said["en"].isascii()
    assert "ا" in said["ar"]


def test_headers_keep_the_reply_from_caches_frames_and_guesses_at_its_kind(web: Client, phone: Phone) -> None:
    headers = post(web, path(phone)).headers
    assert headers["Content-Type"] == "application/json"
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Content-Security-Policy"] == "default-src 'none'; frame-ancestors 'none'"
    assert "no-store" in headers["Cache-Control"]
    assert "private" in headers["Cache-Control"]


def test_another_host_is_not_answered(web: Client, phone: Phone, settings: LazySettings) -> None:
    settings.ALLOWED_HOSTS = ["sanad.example"]
    response = post(web, path(phone), HTTP_HOST="evil.example")
    assert response.status_code == HTTPStatus.BAD_REQUEST


def test_what_came_unencrypted_is_led_to_the_encrypted_address(
    web: Client, phone: Phone, settings: LazySettings
) -> None:
    settings.SECURE_SSL_REDIRECT = True
    response = post(web, path(phone))
    assert (response.status_code, response["Location"][:8]) == (HTTPStatus.MOVED_PERMANENTLY, "https://")


def test_the_form_s_token_is_asked_for(phone: Phone) -> None:
    web = Client(enforce_csrf_checks=True)
    web.force_login(phone.learner)
    assert post(web, path(phone)).status_code == HTTPStatus.FORBIDDEN
    web.cookies["csrftoken"] = "a" * 32
    assert post(web, path(phone), HTTP_X_CSRFTOKEN="b" * 32).status_code == HTTPStatus.FORBIDDEN
    assert post(web, path(phone), HTTP_X_CSRFTOKEN="a" * 32).status_code == HTTPStatus.UNPROCESSABLE_ENTITY
    assert not Operation.objects.exists()


def test_reading_is_not_offered(web: Client, phone: Phone) -> None:
    assert web.get(path(phone)).status_code == HTTPStatus.METHOD_NOT_ALLOWED


def test_a_session_that_nobody_began_is_told_to_sign_in(phone: Phone) -> None:
    web = Client()
    for key in ("", "x", "a" * 32, "../../etc/passwd"):
        web.cookies["sessionid"] = key
        assert post(web, path(phone)).status_code == HTTPStatus.UNAUTHORIZED


@pytest.mark.parametrize(
    "address",
    [
        "/ar/exams/attempts/{name}/state/",
        "/fr/exams/attempts/{name}/ops/",
        "/ar/exams/attempts/{name}/ops",
        "/ar/exams/attempts/{name}/ops//",
        "/ar/exams/attempts/{name}x/ops/",
        "//ar/exams/attempts/{name}/ops/",
    ],
)
def test_every_other_address_goes_the_way_of_pages(rf: RequestFactory, phone: Phone, address: str) -> None:
    request = rf.post(address.format(name=phone.name))
    assert BatchMiddleware(lambda _request: HttpResponse("a page"))(request).content == b"a page"
