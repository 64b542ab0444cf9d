"""Which lessons exist in which language, for the report of translators and trainers."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils.translation import gettext as _

from ..models import LessonPage


@dataclass(frozen=True, slots=True)
class TranslationRow:
    """A lesson in both languages. Arabic is the original: only an English text can be out of date."""

    arabic: LessonPage | None
    english: LessonPage | None

    @property
    def title(self) -> str:
        page = self.arabic or self.english
        return page.get_admin_display_title() if page else ""

    @property
    def both(self) -> tuple[LessonPage | None, LessonPage | None]:
        return self.arabic, self.english

    @property
    def is_stale(self) -> bool:
        if not (self.arabic and self.english and self.arabic.last_published_at):
            return False
        translated = self.english.last_published_at
        return translated is not None and translated < self.arabic.last_published_at

    @property
    def is_settled(self) -> bool:
        return all(page and page.live for page in self.both) and not self.is_stale

    @property
    def verdict(self) -> str:
        if not self.arabic:
            return _("Not written in Arabic")
        if not self.english:
            return _("Not written in English")
        if not (self.arabic.live and self.english.live):
            return _("Not published in both languages")
        return _("English is older than Arabic") if self.is_stale else _("Up to date")

    @property
    def arabic_state(self) -> str:
        return str(self.arabic.status_string) if self.arabic else ""

    @property
    def english_state(self) -> str:
        return str(self.english.status_string) if self.english else ""

    @property
    def arabic_date(self) -> datetime | None:
        return self.arabic.last_published_at if self.arabic else None

    @property
    def english_date(self) -> datetime | None:
        return self.english.last_published_at if self.english else None


def lessons_once() -> QuerySet[LessonPage]:
    """Every lesson once: its Arabic page, or its English one where there is no Arabic."""
    arabic = LessonPage.objects.filter(locale__language_code="ar")
    has_arabic = Exists(arabic.filter(translation_key=OuterRef("translation_key")))
    return LessonPage.objects.filter(Q(pk__in=arabic.values("pk")) | ~has_arabic).order_by("path")


def translation_rows(pages: Iterable[LessonPage]) -> list[TranslationRow]:
    """The rows of lessons given by one page each. One query."""
    keys = [page.translation_key for page in pages]
    found = LessonPage.objects.filter(translation_key__in=keys).select_related("locale")
    twins = {
        (page.translation_key, page.locale.language_code): page for page in found.defer("body", "sources")
    }
    return [TranslationRow(twins.get((key, "ar")), twins.get((key, "en"))) for key in keys]
