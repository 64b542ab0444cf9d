"""A real browser against a real server.

`open_page("ar")` gives a page of a phone's width in that language; `page_ar` and `page_en` are the
two usual ones. Whatever the browser reports as an error while a test runs fails that test: scripts
that throw, and anything the content security policy refused.
"""

import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from unittest import mock

import pytest
from django.conf import settings
from django.core.handlers.wsgi import WSGIHandler
from django.db import connections
from django.test import Client, testcases
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, sync_playwright

from lms.assessments.lane import Lane

#: The light shell first: it opens a page for a quarter of the processor time that the whole browser takes.
BROWSERS = ("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome", "chrome")
QUIET = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
PHONE, DESK = 360, 1280

# Playwright's driver runs an event loop in the test's thread, where Django would refuse its database.
os.environ.setdefault("DJANGO_ALLOW_ASYNC_UNSAFE", "true")

OpenPage = Callable[..., Page]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    here = Path(__file__).parent
    for item in items:
        if here in item.path.parents:
            item.add_marker(pytest.mark.e2e)
            if "live_server" in getattr(item, "fixturenames", ()):
                # The server has connections of its own.
                item.add_marker(pytest.mark.django_db(transaction=True))


@pytest.fixture(scope="session", autouse=True)
def _whole_server() -> Iterator[None]:
    """The live server runs what the real one runs: Django behind the lane of batches."""
    with mock.patch.object(testcases, "WSGIHandler", lambda: Lane(WSGIHandler())):
        yield


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    executable = next(filter(None, map(shutil.which, BROWSERS)), None)
    if executable is None:
        message = f"BROWSER TESTS DID NOT RUN: none of {', '.join(BROWSERS)} is installed."
        if os.environ.get("SANAD_REQUIRE_BROWSER") == "1":
            pytest.fail(message)
        pytest.skip(message)
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=executable, args=list(QUIET))
        yield chromium
        chromium.close()
        # While the driver's loop runs, Django gives this thread another set of connections (asgiref's Local).
        connections.close_all()


@pytest.fixture
def home_pages(transactional_db: None) -> None:
    from lms.home.services import ensure_site

    ensure_site()


@pytest.fixture
def problems() -> Iterator[list[str]]:
    """What the browser complained about: a test that means to provoke it empties the list."""
    found: list[str] = []
    yield found
    assert not found, "the browser reported:\n" + "\n".join(found)


def session_of(user: Any, url: str) -> Any:
    """The cookie of somebody who has signed in."""
    client = Client()
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    cookie = client.cookies[settings.SESSION_COOKIE_NAME]
    return {"name": cookie.key, "value": cookie.value, "url": url}


def sign_in(page: Page, user: Any) -> None:
    """Somebody else takes the phone and signs in."""
    page.context.add_cookies([session_of(user, page.evaluate("location.origin"))])


def _equip(context: BrowserContext, script: str, media: bytes) -> None:
    if media:
        context.route("**/media/**", lambda route: route.fulfill(body=media, content_type="image/png"))
    if script:
        context.add_init_script(script)


@pytest.fixture
def open_page(
    browser: Browser, live_server: Any, home_pages: None, problems: list[str]
) -> Iterator[OpenPage]:
    """Opens pages; `open_page("en", width=DESK, user=somebody)` signs somebody in without the form."""
    contexts = []

    def listen(message: ConsoleMessage) -> None:
        if message.type == "error" and not is_expected(message.text):
            problems.append(message.text)

    def is_expected(text: str) -> bool:
        """A test may open a page that is not there; the browser then reports the answer's status."""
        return "Failed to load resource" in text and "status of 4" in text

    def open_one(
        language: str = "ar",
        *,
        width: int = PHONE,
        user: Any = None,
        script: str = "",
        media: bytes = b"",
        **options: Any,
    ) -> Page:
        """`script` runs in each page before its own; `media` stands for every upload."""
        context = browser.new_context(
            base_url=options.pop("base_url", live_server.url),
            viewport={"width": width, "height": 800},
            locale={"ar": "ar-LY", "en": "en-GB"}[language],
            timezone_id="Africa/Tripoli",
            reduced_motion="reduce",
            **options,
        )
        contexts.append(context)
        if user is not None:
            context.add_cookies([session_of(user, live_server.url)])
        _equip(context, script, media)
        page = context.new_page()
        page.on("console", listen)
        page.on("pageerror", lambda error: problems.append(str(error)))
        page.goto(f"/{language}/")
        return page

    yield open_one
    for context in contexts:
        context.close()


@pytest.fixture
def page_ar(open_page: OpenPage) -> Page:
    return open_page("ar")


@pytest.fixture
def page_en(open_page: OpenPage) -> Page:
    return open_page("en")
