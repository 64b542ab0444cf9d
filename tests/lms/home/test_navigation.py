"""The frame: where the language link leads, and what the menus hold."""

import re
from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Any

import pytest
from django.conf import LazySettings
from django.contrib.auth.models import Permission
from django.core.cache import cache
from django.db import connection
from django.http import HttpRequest
from django.test import Client, RequestFactory, override_settings
from django.test.utils import CaptureQueriesContext
from django.utils import translation
from wagtail.models import Page

from lms.home.models import ContentPage
from lms.home.navigation import Frame, Pages, other_language
from lms.home.services import ensure_site
from lms.people.models import User
from lms.plugin_api.manager import enabled_plugins
from tests.factories.people import UserFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def visit() -> Callable[..., HttpRequest]:
    def make(path: str, user: User | None = None) -> HttpRequest:
        from django.contrib.auth.models import AnonymousUser

        request = RequestFactory().get(path)
        request.user = user or AnonymousUser()
        return request

    return make


def text_page(slug: str = "privacy") -> ContentPage:
    home = ensure_site().root_page
    page: ContentPage = home.add_child(instance=ContentPage(title="الخصوصية", slug=slug, body="<p>نص</p>"))
    return page


def test_language_link_keeps_the_address_and_its_query(visit: Callable[..., HttpRequest]) -> None:
    with translation.override("ar"):
        other = other_language(visit("/ar/help/?page=2"), None)
    assert (other.url, other.code, other.direction, other.is_same_page) == (
        "/en/help/?page=2",
        "en",
        "ltr",
        True,
    )


def test_language_link_of_an_address_without_language_goes_through_the_cookie(
    client: Client, visit: Callable[..., HttpRequest]
) -> None:
    with translation.override("ar"):
        url = other_language(visit("/v"), None).url
    assert url == "/en/language/?next=%2Fv"
    response = client.get(url)
    assert response.headers["Location"] == "/v"
    assert response.cookies["django_language"].value == "en"


def test_language_choice_never_leads_to_another_site(client: Client) -> None:
    for target in ("https://evil.example/", "//evil.example", "javascript:alert(1)"):
        response = client.get("/en/language/", {"next": target})
        assert response.headers["Location"] == "/en/"


def test_language_link_of_a_page_leads_to_its_translation(visit: Callable[..., HttpRequest]) -> None:
    page = text_page()
    english_home = Page.objects.get(slug="home-en")
    translated = page.copy_for_translation(english_home.locale)
    translated.slug = "privacy-notice"
    translated.save_revision().publish()
    with translation.override("ar"):
        other = other_language(visit("/ar/privacy/"), page)
    assert (other.url, other.is_same_page) == ("/en/privacy-notice/", True)


def test_language_link_of_an_untranslated_page_leads_home(visit: Callable[..., HttpRequest]) -> None:
    with translation.override("ar"):
        other = other_language(visit("/ar/privacy/"), text_page())
    assert (other.url, other.is_same_page) == ("/en/", False)


def test_draft_translation_is_not_linked(visit: Callable[..., HttpRequest]) -> None:
    page = text_page()
    draft = page.copy_for_translation(Page.objects.get(slug="home-en").locale)
    assert not draft.live
    with translation.override("ar"):
        assert other_language(visit("/ar/privacy/"), page).url == "/en/"


def test_visitor_is_offered_to_sign_in_and_come_back(visit: Callable[..., HttpRequest]) -> None:
    with translation.override("ar"):
        (entry,) = Frame(visit("/ar/help/")).account
    assert entry.url == "/ar/accounts/login/?next=%2Far%2Fhelp%2F"


@pytest.mark.parametrize("path", ["/ar/", "/ar/accounts/login/", "/ar/accounts/password/reset/"])
def test_sign_in_does_not_come_back_to_itself(visit: Callable[..., HttpRequest], path: str) -> None:
    with translation.override("ar"):
        (entry,) = Frame(visit(path)).account
    assert entry.url == "/ar/accounts/login/"


def test_administration_is_offered_to_those_who_may_enter_it(visit: Callable[..., HttpRequest]) -> None:
    trainee, editor = UserFactory(), UserFactory()
    editor.user_permissions.add(Permission.objects.get(codename="access_admin"))
    for person, count in ((trainee, 1), (editor, 2)):
        with translation.override("ar"):
            assert len(Frame(visit("/ar/", User.objects.get(pk=person.pk))).account) == count


def test_current_entry_is_marked(visit: Callable[..., HttpRequest]) -> None:
    with translation.override("ar"):
        menu = Frame(visit("/v")).menu
    assert [(entry.url, entry.current) for entry in menu if entry.current] == [("/v", "page")]


def test_footer_lists_text_pages_that_are_shown_in_menus(client: Client) -> None:
    page = text_page()
    assert "الخصوصية" not in client.get("/ar/help/").content.decode()
    page.show_in_menus = True
    page.save()
    assert re.search(r'<a href="/ar/privacy/">الخصوصية</a>', client.get("/ar/help/").content.decode())
    assert "الخصوصية" not in client.get("/en/help/").content.decode()


def test_frame_costs_the_same_however_many_pages_there_are(client: Client) -> None:
    costs = []
    for count in (1, 3, 30):
        home = ensure_site().root_page
        for index in range(count):
            slug = f"text-{count}-{index}"
            home.add_child(instance=ContentPage(title=slug, slug=slug, body="<p/>", show_in_menus=True))
        client.get("/ar/help/")
        with CaptureQueriesContext(connection) as queries:
            assert client.get("/ar/help/").status_code == 200
        costs.append(len(queries))
    assert len(set(costs)) == 1


@pytest.mark.django_db(transaction=True)
def test_plugins_add_no_query_to_a_page(client: Client) -> None:
    """Without a transaction round the page, as in operation: inside of one every plugin has a savepoint."""
    plugins = [plugin.name.rpartition(".")[2] for plugin in enabled_plugins()]
    assert plugins

    def queries(paused: list[str]) -> int:
        with override_settings(LMS_PLUGINS_PAUSED=paused), CaptureQueriesContext(connection) as captured:
            client.get("/en/help/")
        return len(captured)

    queries([])
    assert queries([]) == queries(plugins)


def footer(client: Client) -> str:
    return client.get("/ar/help/").content.decode()


@pytest.fixture
def frame_kept(settings: LazySettings, client: Client) -> None:
    """What the frame shows of pages stays in the cache, as in operation."""
    settings.FRAME_KEPT_SECONDS = 60


def test_pages_in_the_frame_are_read_once(frame_kept: None, client: Client) -> None:
    footer(client)
    with CaptureQueriesContext(connection) as queries:
        footer(client)
    assert not [query for query in queries if "contentpage" in query["sql"] or "courseindex" in query["sql"]]


def test_whoever_reads_before_a_change_is_committed_does_not_keep_the_old_for_others(
    frame_kept: None,
    client: Client,
    django_capture_on_commit_callbacks: Callable[..., AbstractContextManager[Any]],
) -> None:
    page = text_page()
    page.show_in_menus = True
    footer(client)
    with django_capture_on_commit_callbacks(execute=True):
        page.save_revision().publish()
        cache.set("frame:ar", Pages("/ar/", []))
    assert 'href="/ar/privacy/"' in footer(client)


def test_frame_follows_at_once_when_a_page_is_published_renamed_withdrawn_or_deleted(
    frame_kept: None, client: Client
) -> None:
    page = text_page()
    page.show_in_menus = True
    footer(client)
    page.save_revision().publish()
    assert 'href="/ar/privacy/"' in footer(client)
    page.slug = "notice"
    page.save_revision().publish()
    assert 'href="/ar/notice/"' in footer(client)
    page.unpublish()
    assert 'href="/ar/notice/"' not in footer(client)
    page.save_revision().publish()
    assert 'href="/ar/notice/"' in footer(client)
    page.delete()
    assert 'href="/ar/notice/"' not in footer(client)
