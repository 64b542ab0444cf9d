"""The site itself: its languages, its home pages, its address."""

from urllib.parse import urlsplit

from django.conf import settings
from django.db import transaction
from wagtail.models import Locale, Page, Site

from .front_page import FRONT_PAGE
from .models import HomePage


@transaction.atomic
def ensure_site() -> Site:
    """An Arabic home page as the root of the site and its English translation, made where they are missing.

    Texts are a beginning that editors change; what is there already keeps its own.
    """
    arabic, english = (Locale.objects.get_or_create(language_code=code)[0] for code in ("ar", "en"))
    home = HomePage.objects.filter(locale=arabic).order_by("pk").first() or _make_home(arabic)
    if home.get_translation_or_none(english) is None:
        translated = home.copy_for_translation(english)
        for field, text in FRONT_PAGE["en"].items():
            setattr(translated, field, text)
        translated.save_revision().publish()
    return _make_site(home)


def _make_home(locale: Locale) -> HomePage:
    """Wagtail's first migration leaves a page that says Wagtail was installed, under the slug we want."""
    root = Page.get_first_root_node()
    for welcome in root.get_children().filter(slug="home").exact_type(Page):
        welcome.slug = "welcome"
        welcome.save(clean=False)
    home = HomePage(locale=locale, live=False, **FRONT_PAGE["ar"])
    root.add_child(instance=home)
    home.save_revision().publish()
    home.refresh_from_db()
    return home


def _make_site(home: HomePage) -> Site:
    site = Site.objects.filter(is_default_site=True).first() or Site(is_default_site=True)
    if site.root_page_id != home.pk:
        address = urlsplit(settings.SANAD_BASE_URL)
        site.root_page = home
        site.hostname = address.hostname or "localhost"
        site.port = address.port or (443 if address.scheme == "https" else 80)
        site.site_name = settings.WAGTAIL_SITE_NAME
        site.save()
        for welcome in Page.objects.filter(depth=2, slug="welcome").exact_type(Page):
            welcome.delete()
    return site
