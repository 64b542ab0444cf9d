# ruff: noqa: F811
"""The kinds of questions on the exam page: answered by keyboard alone, and shown without a signal."""

import re
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone
from playwright.sync_api import Locator, Page, expect

from lms.assessments.models import Attempt, Exam
from lms.people.models import User
from tests.factories.assessments import ExamFactory
from tests.factories.questions import KINDS, every_kind_bank

from .line import Line
from .test_exam_client import (  # noqa: F401
    ON_SERVER,
    Open,
    choose,
    go,
    learner,
    line,
    lost_signals,
    notice,
    on_server,
    open_exam,
    state,
)

pytestmark = pytest.mark.django_db(transaction=True)

#: The page says when something could not be kept, not when everything has been.
EVERYTHING_KEPT = """async () => {
  const { files } = JSON.parse(document.getElementById("paper-data").textContent);
  const used = [...document.querySelectorAll("link[href], script[src], img")].map((part) => part.href || part.src);
  const imported = performance.getEntriesByType("resource").map((entry) => entry.name);
  const wanted = [...files, ...used, ...imported].filter((url) => /\\.(js|css|woff2|webp)$/.test(url));
  return (await Promise.all(wanted.map((url) => caches.match(url)))).every(Boolean);
}"""
#: As in a browser from before Web Locks.
NO_LOCKS = "Object.defineProperty(navigator, 'locks', { value: undefined });"


@pytest.fixture
def exam(home_pages: None, settings: Any) -> Exam:
    # Pictures on the disk, where the test's server finds them.
    files = {"BACKEND": "django.core.files.storage.FileSystemStorage"}
    settings.STORAGES = {**settings.STORAGES, "default": files}
    now = timezone.now()
    return ExamFactory(
        bank=every_kind_bank(),
        question_count=len(KINDS),
        opens_at=now - timedelta(hours=1),
        closes_at=now + timedelta(hours=1),
    )


def question(page: Page, kind: str) -> tuple[int, Locator]:
    section = page.locator(f"[data-kind='{kind}']")
    slot = int(section.get_attribute("data-slot") or 0)
    go(page, slot)
    return slot, section


def test_matching_ordering_and_hotspot_are_answered_by_keyboard(open_exam: Open, exam: Exam) -> None:
    page = open_exam()
    matching, section = question(page, "matching")
    for select in section.locator("select").all():
        select.focus()
        page.keyboard.press("ArrowDown")
    ordering, section = question(page, "ordering")
    expect(section.locator(".exam-move").first).to_be_visible()
    first = section.locator("li").first
    first.locator(".exam-move").last.focus()
    page.keyboard.press("Enter")
    page.keyboard.press("Enter")
    expect(section.locator(".exam-move:focus")).to_have_count(1)
    hotspot, section = question(page, "hotspot")
    section.locator("input").first.focus()
    page.keyboard.press("Space")
    state(page).to_have_text(ON_SERVER)
    said = on_server(Attempt.objects.get())
    assert said[matching] == [1] * len(said[matching])
    assert sorted(said[ordering]) == [1, 2, 3]
    assert said[ordering][2] == 1
    assert said[hotspot] == [1]


def test_images_of_questions_are_shown_without_a_signal_after_a_reload(
    open_exam: Open, exam: Exam, line: Line
) -> None:
    page = open_exam()
    expect(page.locator("[data-shaky]")).to_be_hidden()
    page.wait_for_function("() => navigator.serviceWorker.controller !== null")
    page.wait_for_function(EVERYTHING_KEPT)
    slot, _ = question(page, "hotspot")
    line.cut()
    page.reload()
    image = page.locator(f"[data-slot='{slot}'] img").first
    expect(image).to_be_visible()
    assert image.evaluate("(image) => image.complete && image.naturalWidth > 0")


def test_without_web_locks_two_windows_still_have_one_writer(
    open_exam: Open, exam: Exam, learner: User
) -> None:
    page = open_exam(script=NO_LOCKS)
    assert page.evaluate("navigator.locks === undefined")
    slot, _section = question(page, "single")
    other = page.context.new_page()
    other.goto(page.url)
    expect(notice(other, "window")).to_be_visible()
    choose(page, slot, 2)
    other.locator("[data-steal]").click()
    expect(notice(page, "window")).to_be_visible()
    expect(other.locator(f"[name=q{slot}][value='2']")).to_be_checked()
    choose(other, slot, 3)
    expect(other.locator("[data-state-of-question]")).to_have_text(re.compile(ON_SERVER))
    other.goto("about:blank")
    expect(notice(page, "window")).to_be_hidden(timeout=10_000)
    choose(page, slot, 1)
    state(page).to_have_text(ON_SERVER)
    assert on_server(Attempt.objects.get())[slot] == [1]
