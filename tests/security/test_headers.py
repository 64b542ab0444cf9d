"""What every page sends along, whoever asks: no framing, no foreign or inline script, no half-open doors."""

import re
from collections.abc import Callable

import pytest
from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse

from lms.home.services import ensure_site
from tests.factories.people import UserFactory

pytestmark = pytest.mark.django_db

OPEN_PAGES = ["/ar/", "/en/", "/v", "/ar/accounts/login/", "/ar/help/", "/ar/no-such-page/"]


@pytest.fixture(scope="module", autouse=True)
def site(build_once: Callable[..., object]) -> None:
    build_once(ensure_site)


@pytest.mark.parametrize("path", OPEN_PAGES)
def test_page_cannot_be_framed_and_runs_only_our_scripts(path: str, client: Client) -> None:
    headers = client.get(path).headers

    policy = headers["Content-Security-Policy"]
    assert headers["X-Frame-Options"] == "DENY"
    assert (
        "frame-ancestors 'none'" in policy and "object-src 'none'" in policy and "base-uri 'none'" in policy
    )
    assert "script-src 'self'" in policy and "style-src 'self'" in policy
    # The reader of codes is WebAssembly; no page that holds anything of anybody's runs it.
    reader = "'wasm-unsafe-eval'"
    assert (reader in policy) is (path == "/v")
    assert "unsafe" not in policy.replace(reader, "") and "*" not in policy and "http" not in policy
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Referrer-Policy"] == "same-origin"
    assert (
        "geolocation=()" in headers["Permissions-Policy"] and "microphone=()" in headers["Permissions-Policy"]
    )


@pytest.mark.parametrize("path", OPEN_PAGES)
def test_page_holds_no_inline_script_or_style(path: str, client: Client) -> None:
    html = client.get(path).content.decode()

    # Data for a script is no script.
    assert not re.search(r"<script(?![^>]*\bsrc=)(?![^>]*application/json)[^>]*>", html)
    assert not re.search(r"\son[a-z]+=", html)
    assert "<style" not in html and " style=" not in html


def test_administration_cannot_be_framed(client: Client) -> None:
    client.force_login(UserFactory(is_staff=True, is_superuser=True, email="root@example.org"))

    response = client.get("/admin/")
    assert response.status_code == 200
    assert response.headers["X-Frame-Options"] in {"DENY", "SAMEORIGIN"}


def post_addresses() -> list[str]:
    """Every address of ours, outside of the administration, that needs no argument."""

    def walk(patterns: list[URLPattern | URLResolver], prefix: str = "") -> list[str]:
        found: list[str] = []
        for pattern in patterns:
            name = getattr(pattern, "namespace", None)
            if isinstance(pattern, URLResolver):
                found += walk(pattern.url_patterns, f"{prefix}{name}:" if name else prefix)
            elif pattern.name:
                found.append(prefix + pattern.name)
        return found

    ours = []
    for name in walk(get_resolver().url_patterns):
        if name.startswith(("wagtail", "admin")) or ":wagtail" in name:
            continue
        try:
            ours.append(reverse(name))
        except Exception:
            continue
    return sorted({path for path in ours if not path.startswith(("/admin", "/documents"))})


@pytest.mark.parametrize("path", post_addresses())
def test_post_without_token_is_refused(path: str) -> None:
    """A page of somebody else's cannot act in a signed-in reader's name.

    /v and what belongs to it change nothing and need no token.
    """
    client = Client(enforce_csrf_checks=True)
    client.force_login(UserFactory(), backend="django.contrib.auth.backends.ModelBackend")

    status = client.post(path, {"x": "1"}).status_code

    assert path in {"/v", "/v/number", "/v/read"} or status in {301, 302, 403, 404, 405}
    if status in {301, 302}:
        assert client.get(path).status_code in {301, 302}, "a redirect must not follow from the post"


def test_cookies_are_kept_from_scripts_and_other_sites(client: Client) -> None:
    user = UserFactory(email="somebody@example.org")
    user.set_password("a-long-password-2026")
    user.save()
    client.get(reverse("account_login"))
    client.post(
        reverse("account_login"), {"login": "somebody@example.org", "password": "a-long-password-2026"}
    )

    cookie = client.cookies[settings.SESSION_COOKIE_NAME]
    assert cookie["httponly"] and cookie["samesite"] == "Lax"


PRIVATE = [
    "home:start",
    "courses:my_learning",
    "assessments:index",
    "certificates:mine",
    "cascade:my_cohorts",
    "cascade:dashboard",
    "cascade:reports",
    "people:profile",
    "people:my_data",
]


@pytest.mark.parametrize("view", PRIVATE)
def test_private_page_sends_strangers_to_sign_in(view: str, client: Client) -> None:
    response = client.get(reverse(view))

    assert response.status_code == 302
    assert reverse("account_login") in response.headers["Location"]
    assert isinstance(response.wsgi_request.user, AnonymousUser)


@pytest.mark.parametrize("view", PRIVATE)
def test_private_page_is_kept_by_no_cache(view: str, client: Client) -> None:
    client.force_login(UserFactory(), backend="django.contrib.auth.backends.ModelBackend")

    response = client.get(reverse(view))

    control = response.headers.get("Cache-Control", "")
    assert response.status_code in {403, 404} or "private" in control or "no-store" in control


def test_camera_is_for_the_checkers_page_alone(client: Client) -> None:
    assert "camera=(self)" in client.get("/v").headers["Permissions-Policy"]
    assert "camera=()" in client.get("/ar/").headers["Permissions-Policy"]
