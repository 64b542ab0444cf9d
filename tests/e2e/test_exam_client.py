"""The exam on a phone whose signal comes and goes: no answer is lost, and none is said to be where it is not."""

import json
import re
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.test import Client
from django.utils import timezone
from playwright.sync_api import Locator, Page, expect

from lms.assessments.enums import AttemptState
from lms.assessments.models import Answer, Attempt, Exam
from lms.assessments.selectors.log import answers_on_record
from lms.assessments.services.emergency import import_emergency_file
from lms.people.models import User
from tests.factories.assessments import ExamFactory, enrol, make_bank

from . import axe
from .conftest import DESK, PHONE, OpenPage
from .line import Line

pytestmark = pytest.mark.django_db(transaction=True)

CASES = Path(__file__).parents[1] / "vectors" / "exam_cases.json"
ON_PHONE = "Kept on this phone, not yet on the server"
ON_SERVER = re.compile(r"On the server since \d\d:\d\d")

LEFT_ON_PHONE = """async (attempt) => {
  const database = await new Promise((resolve) => {
    const request = indexedDB.open("sanad-exam");
    request.onsuccess = () => resolve(request.result);
  });
  const count = (name) => new Promise((resolve) => {
    const request = database.transaction(name).objectStore(name).count();
    request.onsuccess = () => resolve(request.result);
  });
  const rows = (await count("ops")) + (await count("notes"));
  database.close();
  const workers = await navigator.serviceWorker.getRegistrations();
  return { rows, pages: await caches.keys(), workers: workers.length };
}"""

KEPT_ADDRESSES = """async () => {
  const names = await caches.keys();
  const stores = await Promise.all(names.map((name) => caches.open(name)));
  const requests = await Promise.all(stores.map((store) => store.keys()));
  return requests.flat().map((request) => new URL(request.url).pathname);
}"""

RUN_CASES = """async (cases) => {
  const log = await import("/static/assessments/js/oplog.js");
  const timing = await import("/static/assessments/js/timing.js");
  const breaks = await import("/static/assessments/js/breaks.js");
  const run = {
    genesis: ({ attempt, lease }) => log.genesis(attempt, lease),
    hash: ({ attempt, op }) => log.hashOf(attempt, op),
    digest: ({ value }) => log.answerDigest(value),
    unbroken: ({ attempt, lease, ops }) => log.unbroken(attempt, lease, ops),
    fold: ({ ops }) => log.fold(ops),
    seconds_left: ({ deadline, now }) => timing.secondsLeft(deadline, now),
    breaks: ({ ops, allowed }) => breaks.countBreaks(ops, allowed),
    has_jumped: ({ mono, wall }) => timing.hasJumped(mono, wall),
  };
  return cases.filter(({ fn }) => run[fn]).map(({ fn, input }) => run[fn](input));
}"""
BOTH_RUN = {"breaks", "genesis", "hash", "digest", "unbroken", "fold", "seconds_left", "has_jumped"}

Open = Callable[..., Page]


@pytest.fixture
def exam(home_pages: None) -> Exam:
    now = timezone.now()
    bank = make_bank(questions=4)
    return ExamFactory(bank=bank, opens_at=now - timedelta(hours=1), closes_at=now + timedelta(hours=1))


@pytest.fixture
def learner(exam: Exam) -> User:
    return enrol(exam).learner


@pytest.fixture
def line(live_server: Any) -> Iterator[Line]:
    with Line(live_server.url) as line:
        yield line


@pytest.fixture(autouse=True)
def lost_signals(problems: list[str]) -> Iterator[None]:
    """Requests that a test lets fail are no mistake of the page."""
    yield
    problems[:] = [problem for problem in problems if "net::ERR_" not in problem]


@pytest.fixture
def open_exam(open_page: OpenPage, exam: Exam, learner: User, line: Line) -> Open:
    """Opens the exam on a phone of its own, from the instructions on."""

    def open_one(language: str = "en", **options: Any) -> Page:
        page = open_page(language, user=learner, base_url=line.url, **options)
        page.goto(f"/{language}/exams/{exam.public_id}/")
        page.locator(".next-step .button").click()
        page.wait_for_url("**/paper/**")
        expect(page.locator("[data-bar]")).to_be_visible()
        return page

    return open_one


@pytest.fixture
def page(open_exam: Open) -> Page:
    return open_exam()


@pytest.fixture
def attempt(page: Page) -> Attempt:
    return Attempt.objects.get()


def choose(page: Page, slot: int, *places: int) -> None:
    for place in places:
        page.locator(f"[name=q{slot}][value='{place}']").click()


def go(page: Page, slot: int | str) -> None:
    page.evaluate("(where) => (location.hash = where)", str(slot))
    expect(
        page.locator(f"[data-slot='{slot}']" if slot != "review" else "[data-screen=review]")
    ).to_be_visible()


def state(page: Page) -> Any:
    return expect(page.locator("[data-state-of-question]"))


def notice(page: Page, name: str) -> Locator:
    return page.locator(f"[data-when={name}]")


def hand_in(page: Page) -> None:
    go(page, "review")
    page.locator("[data-hand-in]").click()


def on_server(attempt: Attempt) -> dict[int, Any]:
    """What the server has, by question, as it travelled."""
    return {slot: kept.value for slot, kept in answers_on_record(attempt).items() if kept.value is not None}


def counted(attempt: Attempt) -> dict[int, tuple[list[int], str]]:
    """What counts after the hand-in: places and class of evidence by question."""
    answers = Answer.objects.filter(slot__attempt=attempt).select_related("slot")
    return {
        answer.slot.position: (
            sorted(answer.slot.option_order.index(key) + 1 for key in answer.value),
            answer.evidence,
        )
        for answer in answers
        if answer.value
    }


def test_each_answer_says_where_it_is(page: Page, attempt: Attempt) -> None:
    state(page).to_have_text("Not answered yet")
    choose(page, 1, 2)
    state(page).to_have_text(ON_PHONE)
    state(page).to_have_text(ON_SERVER)
    expect(page.locator("[data-state-of-paper]")).to_have_text("All on the server")
    assert on_server(attempt) == {1: [2]}


def test_without_a_signal_nothing_is_lost_to_the_end(page: Page, attempt: Attempt, line: Line) -> None:
    """The signal goes; the page is loaded again, twice; answers change; the signal comes back; hand in."""
    choose(page, 1, 2)
    state(page).to_have_text(ON_SERVER)
    expect(page.locator("[data-shaky]")).to_be_hidden()
    page.wait_for_function("() => navigator.serviceWorker.controller !== null")
    line.cut()
    go(page, 2)
    choose(page, 2, 1)
    state(page).to_have_text(ON_PHONE)
    expect(notice(page, "offline")).to_be_visible(timeout=10_000)
    page.reload()
    expect(page.locator("[name=q2][value='1']")).to_be_checked()
    state(page).to_have_text(ON_PHONE)
    choose(page, 2, 3)
    go(page, 3)
    choose(page, 3, 4)
    page.goto("about:blank")
    page.goto(f"/en/exams/attempts/{attempt.public_id}/paper/#1")
    expect(page.locator("[name=q1][value='2']")).to_be_checked()
    choose(page, 1, 1)
    assert on_server(attempt) == {1: [2]}
    hand_in(page)
    expect(notice(page, "handing")).to_be_visible()
    line.restore()
    expect(page.locator("[data-screen=done]")).to_be_visible(timeout=20_000)
    assert {slot: places for slot, (places, _) in counted(attempt).items()} == {1: [1], 2: [3], 3: [4]}
    assert page.evaluate(LEFT_ON_PHONE, str(attempt.public_id)) == {"rows": 0, "pages": [], "workers": 0}
    page.locator("[data-result]").click()
    expect(page.locator(".qr")).to_be_visible()


def test_a_line_on_which_nothing_arrives_opens_the_kept_page(
    page: Page, attempt: Attempt, line: Line
) -> None:
    choose(page, 1, 2)
    state(page).to_have_text(ON_SERVER)
    page.wait_for_function("() => navigator.serviceWorker.controller !== null")
    expect(page.locator("[data-shaky]")).to_be_hidden()
    line.hang()
    page.reload(wait_until="commit", timeout=20_000)
    expect(page.locator("[name=q1][value='2']")).to_be_checked(timeout=20_000)


def test_only_the_page_of_the_exam_is_kept(page: Page, attempt: Attempt) -> None:
    expect(page.locator("[data-shaky]")).to_be_hidden()
    page.wait_for_function("async () => (await caches.keys()).length === 1")
    page.wait_for_timeout(500)
    page.goto("/en/people/profile/")
    page.goto("/en/exams/")
    kept = page.evaluate(KEPT_ADDRESSES)
    assert [path for path in kept if not path.startswith("/static/")] == [
        f"/en/exams/attempts/{attempt.public_id}/paper/"
    ]
    assert any(path.endswith("emergency.js") for path in kept)


def test_a_second_window_reads_until_it_takes_over(page: Page, attempt: Attempt) -> None:
    other = page.context.new_page()
    other.goto(page.url)
    expect(notice(other, "window")).to_be_visible()
    expect(other.locator("[name=q1]").first).to_be_disabled()
    choose(page, 1, 2)
    other.locator("[data-steal]").click()
    expect(notice(other, "window")).to_be_hidden()
    expect(notice(page, "window")).to_be_visible()
    expect(other.locator("[name=q1][value='2']")).to_be_checked()
    choose(other, 1, 3)
    state(other).to_have_text(ON_SERVER)
    other.close()
    expect(notice(page, "window")).to_be_hidden()
    expect(page.locator("[name=q1][value='3']")).to_be_checked()
    choose(page, 1, 4)
    state(page).to_have_text(ON_SERVER)
    assert on_server(attempt) == {1: [4]}
    assert Attempt.objects.get().lease == 1


def test_a_second_phone_takes_over_after_a_silence_and_what_the_first_still_had_counts(
    page: Page, attempt: Attempt, open_exam: Open, line: Line
) -> None:
    choose(page, 1, 2)
    state(page).to_have_text(ON_SERVER)
    second = open_exam()
    expect(notice(second, "device")).to_be_visible()
    expect(second.locator("[name=q1][value='2']")).to_be_checked()
    expect(second.locator("[name=q1]").first).to_be_disabled()
    second.locator("[data-take-over]").click()
    expect(notice(second, "wait")).to_be_visible()
    page.context.set_offline(True)
    choose(page, 1, 3)
    go(page, 2)
    choose(page, 2, 4)
    state(page).to_have_text(ON_PHONE)
    fall_silent(attempt)
    second.locator("[data-take-over]").click()
    expect(notice(second, "device")).to_be_hidden()
    choose(second, 1, 1)
    state(second).to_have_text(ON_SERVER)
    page.context.set_offline(False)
    expect(notice(page, "device")).to_be_visible(timeout=15_000)
    expect(page.locator("[name=q2]").first).to_be_disabled()
    expect(page.locator("[data-state-of-paper]")).to_have_text("All on the server")
    assert on_server(attempt) == {1: [1], 2: [4]}


def fall_silent(attempt: Attempt) -> None:
    """The device that holds the exam was last heard of long ago."""
    past = timezone.now() - timedelta(minutes=5)
    Attempt.objects.filter(pk=attempt.pk).update(last_contact_at=past)
    attempt.operations.update(received_at=past)


def test_the_phone_s_clock_gives_and_takes_nothing(open_exam: Open, line: Line) -> None:
    page = open_exam()
    face = page.locator("[data-face]")
    for shift in (3_600_000, -3_600_000):
        before = seconds(face.inner_text())
        page.evaluate("(by) => { const real = Date.now; Date.now = () => real() + by; }", shift)
        page.wait_for_timeout(1500)
        assert 0 <= before - seconds(face.inner_text()) <= 5
    choose(page, 1, 2)
    state(page).to_have_text(ON_SERVER)
    expect(notice(page, "uncertain")).to_be_hidden()
    hand_in(page)
    expect(page.locator("[data-screen=done]")).to_be_visible(timeout=15_000)
    assert counted(Attempt.objects.get()) == {1: ([2], "A")}


def seconds(clock: str) -> int:
    minutes, rest = clock.split(":")
    return int(minutes) * 60 + int(rest)


def test_time_up_without_a_signal_counts_when_it_arrives_within_the_window(
    page: Page, attempt: Attempt, line: Line
) -> None:
    choose(page, 1, 2)
    state(page).to_have_text(ON_SERVER)
    Attempt.objects.filter(pk=attempt.pk).update(
        deadline=timezone.now() + timedelta(seconds=5), grace_seconds=0
    )
    page.evaluate("window.dispatchEvent(new Event('online'))")
    expect(page.locator("[data-face]")).to_have_text(re.compile("0:0"))
    line.cut()
    go(page, 2)
    choose(page, 2, 3)
    expect(notice(page, "owed")).to_be_visible(timeout=15_000)
    expect(page.locator("[name=q2]").first).to_be_disabled()
    page.reload()
    expect(notice(page, "owed")).to_be_visible(timeout=15_000)
    expect(page.locator("[name=q2][value='3']")).to_be_checked()
    line.restore()
    expect(page.locator("[data-screen=done]")).to_be_visible(timeout=20_000)
    assert counted(attempt) == {1: ([2], "A"), 2: ([3], "B")}
    assert Attempt.objects.get().state == AttemptState.RELEASED


def test_nothing_can_be_chosen_before_the_page_can_keep_it(open_exam: Open) -> None:
    page = open_exam(
        script="""
        const request = navigator.locks.request.bind(navigator.locks);
        navigator.locks.request = async (...given) => {
          await new Promise((go) => setTimeout(go, 1500));
          return request(...given);
        };"""
    )
    expect(page.locator("[name=q1]").first).to_be_disabled()
    choose(page, 1, 2)
    state(page).to_have_text(ON_SERVER)


def test_when_the_time_is_up_the_page_hands_in_by_itself(page: Page, attempt: Attempt) -> None:
    Attempt.objects.filter(pk=attempt.pk).update(deadline=timezone.now() + timedelta(seconds=3))
    choose(page, 1, 2)
    expect(page.locator("[data-screen=done]")).to_be_visible(timeout=20_000)
    assert counted(attempt) == {1: ([2], "A")}


def test_extra_time_appears_while_the_exam_runs_and_is_said_aloud(page: Page, attempt: Attempt) -> None:
    before = seconds(page.locator("[data-face]").inner_text())
    Attempt.objects.filter(pk=attempt.pk).update(deadline=attempt.deadline + timedelta(minutes=10))
    page.evaluate("window.dispatchEvent(new Event('online'))")
    expect(page.locator("[data-announcer]")).to_contain_text("The time left has changed")
    assert seconds(page.locator("[data-face]").inner_text()) > before + 500


def test_who_is_signed_out_is_told_and_loses_nothing(page: Page, attempt: Attempt) -> None:
    page.context.clear_cookies(name="sessionid")
    choose(page, 1, 2)
    expect(notice(page, "signed-out")).to_be_visible()
    state(page).to_have_text(ON_PHONE)
    assert on_server(attempt) == {}


def test_whoever_signs_in_again_goes_on_at_once(page: Page, attempt: Attempt, learner: User) -> None:
    """The browser's session is a new one; the server knows the phone again."""
    choose(page, 1, 2)
    state(page).to_have_text(ON_SERVER)
    page.wait_for_function("async () => (await navigator.serviceWorker.getRegistrations()).length === 1")
    expect(page.locator("[data-shaky]")).to_be_hidden()
    sign_in(page, learner)
    choose(page, 1, 3)
    state(page).to_have_text(ON_PHONE)
    state(page).to_have_text(ON_SERVER, timeout=15_000)
    expect(notice(page, "device")).to_be_hidden()
    assert on_server(attempt) == {1: [3]}


def test_the_emergency_file_brings_what_no_signal_did(
    page: Page, attempt: Attempt, learner: User, line: Line
) -> None:
    page.wait_for_function("async () => (await caches.keys()).length === 1")
    expect(page.locator("[data-shaky]")).to_be_hidden()
    page.wait_for_timeout(500)
    line.cut()
    choose(page, 1, 2)
    go(page, 2)
    choose(page, 2, 4)
    go(page, "review")
    page.locator("[data-screen=review] summary").click()
    with page.expect_download() as download:
        page.locator("[data-screen=review] [data-emergency]").click()
    file = Path(download.value.path()).read_bytes()
    assert b"answer" not in file
    report = import_emergency_file(attempt=attempt, data=file, actor=learner)
    assert report.fresh >= 4
    assert on_server(attempt) == {1: [2], 2: [4]}


def sign_in(page: Page, user: User) -> None:
    """A session of its own, as after the sign-in form."""
    client = Client()
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    cookie = client.cookies[settings.SESSION_COOKIE_NAME]
    page.context.add_cookies([{"name": cookie.key, "value": cookie.value, "url": page.url}])


def test_the_keyboard_is_enough(page: Page, attempt: Attempt) -> None:
    page.locator("[name=q1]").first.focus()
    page.keyboard.press("Space")
    page.keyboard.press("Enter")
    expect(page.locator("h1:visible")).to_have_text("Question 2 of 4")
    expect(page.locator("h1:visible")).to_be_focused()
    for _ in range(3):
        page.locator("[data-go=next]").focus()
        page.keyboard.press("Enter")
    expect(page.locator("h1:visible")).to_have_text("Review before handing in")
    page.locator("[data-hand-in]").focus()
    page.keyboard.press("Enter")
    expect(page.locator("[data-screen=done] h1")).to_be_focused(timeout=15_000)
    assert counted(attempt) == {1: ([1], "A")}


def test_phone_and_server_run_the_same_cases(page_en: Page) -> None:
    cases = [case for group in json.loads(CASES.read_text()).values() for case in group]
    shared = [case for case in cases if case["fn"] in BOTH_RUN]
    assert {case["fn"] for case in shared} == BOTH_RUN
    found = page_en.evaluate(RUN_CASES, shared)
    assert found == [case["expected"] for case in shared]


@pytest.mark.parametrize(("language", "width"), [("ar", PHONE), ("en", DESK)])
def test_every_state_of_the_page_is_accessible(
    open_exam: Open, line: Line, language: str, width: int
) -> None:
    page = open_exam(language, width=width)
    if width == PHONE:
        # On a desk the map stands open beside the question.
        page.locator(".exam-map summary").click()
    choose(page, 1, 2)
    axe.assert_accessible(page)
    line.cut()
    page.evaluate("window.dispatchEvent(new Event('online'))")
    expect(notice(page, "offline")).to_be_visible(timeout=10_000)
    go(page, "review")
    axe.assert_accessible(page)
    line.restore()
    page.locator("[data-hand-in]").click()
    expect(page.locator("[data-screen=done]")).to_be_visible(timeout=20_000)
    axe.assert_accessible(page)
