# ruff: noqa: F811
"""What a candidate was granted, on the phone: breaks without a signal, large print, reading aloud."""

import os

import pytest
from playwright.sync_api import Page, expect

from lms.assessments.enums import AttemptState
from lms.assessments.models import Attempt, Exam
from lms.people.models import User
from tests.factories.accommodations import grant

from . import axe
from .conftest import PHONE
from .line import Line
from .test_exam_client import (  # noqa: F401
    ON_PHONE,
    Open,
    choose,
    counted,
    exam,
    go,
    hand_in,
    learner,
    line,
    lost_signals,
    open_exam,
    state,
)

pytestmark = pytest.mark.django_db(transaction=True)

#: A phone with one Arabic and one English voice, which writes down what it says.
VOICES = """
  window.said = [];
  const voices = ["ar-LY", "en-GB"].map((lang) => ({ lang, localService: true, name: lang }));
  class Utterance extends EventTarget { constructor(text) { super(); this.text = text; } }
  const synthesis = { getVoices: () => voices, cancel() {} };
  synthesis.speak = (one) => window.said.push([one.voice.lang, one.text]);
  Object.defineProperty(window, "speechSynthesis", { value: synthesis });
  window.SpeechSynthesisUtterance = Utterance;
"""
NO_VOICES = VOICES.replace('["ar-LY", "en-GB"]', "[]").replace(
    "getVoices: ()", "addEventListener() {}, getVoices: ()"
)


def clock(page: Page) -> int:
    """Seconds left as shown."""
    parts = page.locator("[data-face]").inner_text().split(":")
    return sum(int(part) * 60**place for place, part in enumerate(reversed(parts)))


def look(page: Page, name: str) -> None:
    if folder := os.environ.get("LOOK"):
        page.screenshot(path=f"{folder}/{name}.png", full_page=True)


def test_a_break_without_a_signal_stops_the_clock_and_survives_a_reload(
    open_exam: Open,
    exam: Exam,
    learner: User,
    line: Line,
) -> None:
    grant(learner, exam, break_minutes=10, large_print=True)
    page = open_exam(width=PHONE)
    attempt = Attempt.objects.get()
    choose(page, 1, 2)
    expect(page.locator("[data-shaky]")).to_be_hidden()
    page.wait_for_function("() => navigator.serviceWorker.controller !== null")
    look(page, "granted")
    line.cut()
    before = clock(page)
    page.locator("[data-take-break]").click()
    expect(page.locator("[data-screen=break] h1")).to_be_focused()
    expect(page.locator("[data-slot='1']")).to_be_hidden()
    axe.assert_accessible(page)
    look(page, "break")
    page.wait_for_timeout(2500)
    assert before - clock(page) <= 1
    page.reload()
    expect(page.locator("[data-screen=break]")).to_be_visible()
    page.wait_for_timeout(2000)
    page.locator("[data-resume]").click()
    expect(page.locator("[data-slot='1']")).to_be_visible()
    assert before - clock(page) <= 2
    choose(page, 1, 3)
    state(page).to_have_text(ON_PHONE)
    line.restore()
    hand_in(page)
    expect(page.locator("[data-screen=done]")).to_be_visible(timeout=20_000)
    attempt.refresh_from_db()
    assert 5 <= attempt.break_seconds <= 15
    assert counted(attempt) == {1: ([3], "A")}


def test_a_break_with_a_signal_pauses_the_attempt_and_a_grant_appears_while_it_runs(
    open_exam: Open,
    exam: Exam,
    learner: User,
) -> None:
    page = open_exam()
    before = clock(page)
    expect(page.locator("[data-take-break]")).to_be_hidden()
    grant(learner, exam, break_minutes=1, multiplier="2", at=Attempt.objects.get().started_at)
    choose(page, 1, 2)
    expect(page.locator("[data-take-break]")).to_be_visible(timeout=10_000)
    assert clock(page) > before * 1.8
    page.locator("[data-take-break]").click()
    expect(page.locator("[data-screen=break]")).to_be_visible()
    page.wait_for_timeout(800)
    attempt = Attempt.objects.get()
    assert (attempt.state, attempt.is_on_break) == (AttemptState.PAUSED, True)
    page.locator("[data-resume]").click()
    choose(page, 1, 3)
    expect(page.locator("[data-state-of-paper]")).to_have_text("All on the server", timeout=10_000)
    assert Attempt.objects.get().state == AttemptState.STARTED


@pytest.mark.parametrize("language", ["ar", "en"])
def test_questions_and_options_are_read_aloud_by_the_keyboard_without_a_signal(
    open_exam: Open,
    exam: Exam,
    learner: User,
    line: Line,
    language: str,
) -> None:
    grant(learner, exam, read_aloud=True)
    page = open_exam(language, width=PHONE, script=VOICES)
    expect(page.locator("[data-shaky]")).to_be_hidden()
    page.wait_for_function("() => navigator.serviceWorker.controller !== null")
    line.cut()
    question = page.locator("[data-slot='1'] .aloud-wide")
    question.focus()
    page.keyboard.press("Enter")
    expect(question).to_have_attribute("aria-pressed", "true")
    said = page.evaluate("window.said")
    assert said[0][0].startswith(language)
    assert said[0][1] in page.locator("[data-slot='1'] legend").inner_text() + "."
    option = page.locator("[data-slot='1'] .choices .aloud").nth(1)
    option.focus()
    page.keyboard.press("Space")
    label = page.locator("[data-slot='1'] .choices label > span:last-child").nth(1).inner_text()
    assert page.evaluate("window.said").pop()[1] == label
    assert page.locator("[data-slot='1'] input:checked").count() == 0
    axe.assert_accessible(page)
    look(page, f"aloud-{language}")
    go(page, 2)
    expect(question).to_have_attribute("aria-pressed", "false")


def test_a_phone_without_a_voice_says_so(open_exam: Open, exam: Exam, learner: User) -> None:
    grant(learner, exam, read_aloud=True)
    page = open_exam(script=NO_VOICES)
    expect(page.locator("[data-no-voice]")).to_be_visible(timeout=10_000)
    assert page.locator(".aloud").count() == 0
