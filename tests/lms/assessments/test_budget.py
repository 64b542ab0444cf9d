"""Bytes of a started exam, compressed, cold: the page with every question, and all that it fetches to go on alone."""

import gzip
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
import time_machine
import yaml
from django.conf import LazySettings
from django.core.cache import cache
from django.core.management import call_command
from django.test import Client

from lms.assessments.bankfile import read_bank
from lms.assessments.models import QuestionBank
from lms.assessments.services.bank import import_question_bank
from lms.assessments.views_paper import LATER
from lms.home.services import ensure_site
from tests.factories.assessments import NOON, ExamFactory, enrol

pytestmark = pytest.mark.django_db

BANK = Path(__file__).parents[3] / "content/questions/lto-certification.yaml"
STATIC = re.compile(r'"/static/([^"]+)"')
DIGEST = re.compile(r"\.[0-9a-f]{12}(?=\.)")
FONTS = {
    "ar": ("sanad-arabic-400", "sanad-arabic-600", "sanad-latin-400"),
    "en": ("sanad-latin-400", "sanad-latin-600", "sanad-arabic-400"),
}
OF_OTHER_PAGES = ["wagtail*", "admin", "allauth", "certificates", "courses", "*.map"]


@pytest.fixture(autouse=True)
def noon() -> Iterator[None]:
    cache.clear()
    with time_machine.travel(NOON, tick=False):
        yield


@pytest.fixture
def bank(db: None) -> QuestionBank:
    """The bank of the certification exam, as it is delivered."""
    ensure_site()
    bank_file, problems = read_bank(yaml.safe_load(BANK.read_text(encoding="utf-8")))
    assert bank_file is not None, problems
    import_question_bank(bank_file=bank_file)
    return QuestionBank.objects.get()


@pytest.fixture
def production_files(settings: LazySettings, tmp_path: Path) -> Path:
    """Static files as production serves them: under names with digests, which cost bytes too."""
    settings.STATIC_ROOT = tmp_path
    backend = "lms.common.storage.HashedStaticFilesStorage"
    settings.STORAGES = {**settings.STORAGES, "staticfiles": {"BACKEND": backend}}
    call_command("collectstatic", interactive=False, verbosity=0, ignore_patterns=OF_OTHER_PAGES)
    return tmp_path


def page_of(client: Client, bank: QuestionBank, language: str, questions: int) -> bytes:
    exam = ExamFactory(bank=bank, question_count=questions)
    client.force_login(enrol(exam).learner)
    response = client.post(f"/{language}/exams/{exam.public_id}/start/", {"client": "1"}, follow=True)
    assert response.request["PATH_INFO"].endswith("/paper/")
    return response.content


def weight(client: Client, html: bytes, language: str, folder: Path) -> tuple[int, int]:
    """What must come before the first question: the page as GZipMiddleware sends it, its files as whitenoise stores
    them, the fonts. And with what is fetched when the question stands there, to go on alone: the worker, and what
    may be needed without a signal."""
    size = {
        DIGEST.sub("", name): (folder / f"{name}.br").stat().st_size
        for name in STATIC.findall(html.decode())
        if not name.endswith(".woff2")
    }
    assert {
        "assessments/js/paper.js",
        "assessments/js/emergency.js",
        "assessments/css/exam.css",
    } <= size.keys()
    later = sum(size.pop(f"assessments/js/{name}.js", 0) for name in LATER.values())
    fonts = sum((folder / f"home/fonts/{name}.woff2").stat().st_size for name in FONTS[language])
    first = len(gzip.compress(html, 6)) + fonts + sum(size.values())
    return first, first + later + len(gzip.compress(client.get("/exam-worker.js").content))


@pytest.mark.parametrize("language", ["ar", "en"])
def test_a_whole_exam_costs_at_most_60_kilobytes(
    client: Client, bank: QuestionBank, language: str, production_files: Path
) -> None:
    html = page_of(client, bank, language, 20)
    first, whole = weight(client, html, language, production_files)
    assert first <= 60_000
    assert whole <= 62_000
