"""The frame round every page: menus composed from the core and the plugins, and the other language."""

from dataclasses import dataclass
from functools import cached_property
from typing import cast
from urllib.parse import urlencode

from django.conf import settings
from django.core.cache import cache
from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import get_language, get_language_info
from django.utils.translation import gettext as _
from wagtail.models import Page

from lms.assessments.selectors.keying import handles_papers
from lms.cascade.selectors import taught_by
from lms.courses.models import CourseIndexPage
from lms.people.models import User
from lms.plugin_api.host import navigation_items

from .models import ContentPage

# Printed inside every QR code, so it can never change and is no route name.
VERIFY = "/v"


@dataclass(frozen=True, slots=True)
class Entry:
    label: str
    url: str
    current: str = ""
    """The value of aria-current: "page" for this very page, "true" for one of those below it."""
    icon: str = ""


@dataclass(frozen=True, slots=True)
class OtherLanguage:
    """The same page in the language that the reader does not read now."""

    code: str
    name: str
    direction: str
    url: str
    is_same_page: bool


@dataclass(frozen=True, slots=True)
class Pages:
    """What the frame shows of Wagtail's pages in one language: the address of the catalogue, which saves a slow phone
    the round trip of a redirect, and titles and addresses of the notices that editors put into the menus."""

    catalogue: str
    texts: list[tuple[str, str]]


class Frame:
    """What the header and footer of a page show. Each part is worked out when a template asks for it."""

    def __init__(self, request: HttpRequest) -> None:
        self.request = request

    @cached_property
    def menu(self) -> list[Entry]:
        """The core's entries and those of the plugins, by order."""
        core = [
            (10, _("Courses"), self._pages.catalogue),
            (20, _("Verify a certificate"), VERIFY),
        ]
        offered = [(item.order, item.label, item.url) for item in navigation_items(self.request)]
        entries = sorted([*core, *offered], key=lambda item: item[0])
        return [self._entry(label, url) for _order, label, url in entries]

    @cached_property
    def ways(self) -> list[Entry]:
        """What the home page offers below its own large entry for checking a certificate."""
        return [entry for entry in self.menu if entry.url != VERIFY]

    @cached_property
    def account(self) -> list[Entry]:
        user = self.request.user
        if not user.is_authenticated:
            return [self._entry(_("Sign in"), self._login_address(), icon="log-in")]
        own = [self._entry(str(user), reverse("home:start"), icon="user")]
        if self._may_administer:
            own.append(self._entry(_("Administration"), reverse("wagtailadmin_home"), icon="settings"))
        return own

    @cached_property
    def _may_administer(self) -> bool:
        """Whether the way to the administration is shown, kept in the cache: for nearly everybody it is not, and
        finding that out takes two queries. The administration itself asks anew."""
        user, kept_under = self.request.user, f"frame-administers:{self.request.user.pk}"
        may: bool | None = cache.get(kept_under)
        if may is None:
            may = user.has_perm("wagtailadmin.access_admin")
            cache.set(kept_under, may, settings.FRAME_KEPT_SECONDS)
        return may

    @cached_property
    def own_pages(self) -> list[Entry]:
        """What belongs to the person who is signed in, beside what plugins put on their page."""
        user = cast(User, self.request.user)
        work = []
        if user.has_perm("cascade.view_dashboard"):
            work.append(
                self._entry(_("Programme dashboard"), reverse("cascade:dashboard"), icon="chart-column")
            )
        if taught_by(user).exists():
            work.append(self._entry(_("My cohorts"), reverse("cascade:my_cohorts"), icon="users"))
        if user.has_perm("assessments.invigilate_attempt"):
            work.append(self._entry(_("Invigilation"), reverse("assessments:boards"), icon="eye"))
        if handles_papers(user):
            work.append(self._entry(_("Exam papers"), reverse("assessments:papers"), icon="file-text"))
        return [
            *work,
            self._entry(_("My learning"), reverse("courses:my_learning"), icon="book-open"),
            self._entry(_("My exams"), reverse("assessments:index"), icon="clipboard-check"),
            self._entry(_("My certificates"), reverse("certificates:mine"), icon="award"),
            self._entry(_("My details"), reverse("people:profile"), icon="user"),
            self._entry(_("Password and security"), reverse("account_change_password"), icon="key-round"),
            self._entry(_("My data"), reverse("people:my_data"), icon="lock"),
        ]

    @cached_property
    def footer(self) -> list[Entry]:
        return [
            self._entry(_("Help"), reverse("home:help")),
            self._entry(_("Verify a certificate"), VERIFY),
            *(self._entry(title, url) for title, url in self._pages.texts),
        ]

    @cached_property
    def _pages(self) -> "Pages":
        """Kept in the cache: two queries and their addresses would be a quarter of a simple page's time."""
        kept: Pages | None = cache.get(_kept_under(get_language()))
        if kept is None:
            kept = self._read_pages()
            cache.set(_kept_under(get_language()), kept, settings.FRAME_KEPT_SECONDS)
        return kept

    def _read_pages(self) -> "Pages":
        index = CourseIndexPage.objects.live().filter(locale__language_code=get_language()).first()
        catalogue = (index and index.get_url(self.request)) or reverse("courses:catalogue")
        shown = ContentPage.objects.live().public().in_menu()
        texts = shown.filter(locale__language_code=get_language()).order_by("path")
        return Pages(catalogue, [(page.title, page.get_url(self.request)) for page in texts])

    def _login_address(self) -> str:
        """Sign-in that comes back here, except from the home page and from sign-in itself."""
        login, here = reverse(settings.LOGIN_URL), self.request.path
        is_away = here != f"/{get_language()}/" and not here.startswith(login.removesuffix("login/"))
        return login + ("?" + urlencode({"next": here}) if is_away else "")

    def _entry(self, label: str, url: str, icon: str = "") -> Entry:
        path, here = url.split("?", 1)[0], self.request.path
        current = "page" if here == path else "true" if here.startswith(path) else ""
        return Entry(label, url, current, icon)


def forget_pages() -> None:
    """The next page reads anew what it shows of Wagtail's pages."""
    cache.delete_many([_kept_under(code) for code, _name in settings.LANGUAGES])


def _kept_under(language: str | None) -> str:
    return f"frame:{language}"


def other_language(request: HttpRequest, page: Page | None) -> OtherLanguage:
    """Where the language link leads: the page's translation, or the same address in the other language.

    A page that has no published translation leads to the home page of the other language rather
    than to an error.
    """
    code = "en" if get_language() == "ar" else "ar"
    url, is_same_page = _page_address(page, code) if page else (_same_address(request, code), True)
    info = get_language_info(code)
    return OtherLanguage(code, info["name_local"], "rtl" if info["bidi"] else "ltr", url, is_same_page)


def _page_address(page: Page, code: str) -> tuple[str, bool]:
    translation = page.get_translations().filter(locale__language_code=code, live=True).first()
    url = translation and translation.get_url()
    return (url, True) if url else (f"/{code}/", False)


def _same_address(request: HttpRequest, code: str) -> str:
    """Only the first step of an address names the language; an address without one takes it from a cookie."""
    first, _slash, rest = request.path.lstrip("/").partition("/")
    if first in dict(settings.LANGUAGES):
        query = request.META.get("QUERY_STRING", "") if request.method == "GET" else ""
        return f"/{code}/{rest}" + (f"?{query}" if query else "")
    return f"/{code}/language/?" + urlencode({"next": request.path})
