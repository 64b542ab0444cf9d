"""Bytes of a first visit to a real lesson, compressed: 60 kB, of which 10 for the HTML."""

import gzip
import re
from collections.abc import Callable
from pathlib import Path

import brotli
import pytest
from django.contrib.staticfiles import finders
from django.test import Client

from lms.courses.models import Course, LessonPage
from lms.courses.services import import_course
from lms.home.services import ensure_site
from lms.people.models import User
from tests.factories.courses import enrol_in

pytestmark = pytest.mark.django_db

CONTENT = Path(__file__).parents[3] / "content" / "courses"
STATIC = re.compile(r'(?:href|src)="/static/([^"]+)"')
FONT = re.compile(r'url\("\.\./fonts/([^"]+)"\)')


def static_bytes(name: str) -> bytes:
    path = finders.find(name)
    assert isinstance(path, str), name
    return Path(path).read_bytes()


@pytest.fixture
def reader(as_user: Callable[[User], Client]) -> Client:
    ensure_site()
    import_course(path=CONTENT / "lto")
    return as_user(enrol_in(Course.objects.get()))


@pytest.mark.parametrize("language", ["ar", "en"])
def test_heaviest_lesson_keeps_to_the_budget(reader: Client, language: str) -> None:
    pages = LessonPage.objects.filter(locale__language_code=language)
    responses = [reader.get(page.url) for page in pages]
    assert len(responses) == 8
    assert all(response.status_code == 200 for response in responses)
    html = max((response.content for response in responses), key=len)
    assert len(gzip.compress(html, 6)) <= 10_000
    files = set(STATIC.findall(html.decode()))
    assert {
        "home/css/sanad.css",
        "home/css/pages.css",
        "home/js/sanad.js",
        "courses/lesson.css",
        "courses/quick_check.js",
    } <= files
    fonts = {f"home/fonts/{name}" for name in FONT.findall(static_bytes("home/css/sanad.css").decode())}
    texts = [name for name in files - fonts if not name.endswith(".woff2")]
    total = len(gzip.compress(html, 6)) + sum(len(static_bytes(name)) for name in fonts)
    total += sum(len(brotli.compress(static_bytes(name))) for name in texts)
    assert total <= 60_000, total


def test_lesson_asks_nobody_else_for_anything(reader: Client) -> None:
    body = reader.get(LessonPage.objects.filter(locale__language_code="ar")[0].url).content.decode()
    assert not re.findall(r'(?:src|srcset)="(?:https?:)?//', body)
    assert " style=" not in body
    assert not re.findall(r"<script(?![^>]*\bsrc=)", body)
