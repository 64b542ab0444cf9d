"""Every kind on the learner's pages: shown, answered by plain forms, marked, and explained."""

import re
from collections.abc import Callable
from copy import deepcopy
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from django.http import HttpResponse
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import translation
from wagtail.images.models import Image

from lms.assessments.answers_format import to_wire
from lms.assessments.content import KINDS, Kind
from lms.assessments.enums import AttemptState, FeedbackPolicy
from lms.assessments.models import Answer, Attempt, AttemptSlot, Exam
from lms.assessments.selectors.bodies import IMAGE_FILTER
from lms.people.models import User
from tests.factories.assessments import NOON, ExamFactory, enrol, started_attempt
from tests.factories.questions import RIGHT, WRONG, every_kind_bank

pytestmark = pytest.mark.django_db


@pytest.fixture(scope="module")
def every_kind(build_once: Callable[..., Exam]) -> Exam:
    """An exam that holds a question of each kind, with explanations after it is over."""
    return build_once(
        lambda: ExamFactory(
            bank=every_kind_bank(),
            question_count=len(KINDS),
            feedback=FeedbackPolicy.WHEN_FINAL,
            max_attempts=1,
        )
    )


@pytest.fixture
def exam(every_kind: Exam) -> Exam:
    return deepcopy(every_kind)


@pytest.fixture
def attempt(exam: Exam, learner: User) -> Attempt:
    return started_attempt(exam, learner)


@pytest.fixture
def learner(exam: Exam) -> User:
    return enrol(exam).learner


@pytest.fixture
def web(client: Client, learner: User, time_machine: Any) -> Client:
    time_machine.move_to(NOON, tick=False)
    client.force_login(learner)
    return client


def slot_of(attempt: Attempt, kind: Kind) -> AttemptSlot:
    return attempt.slots.select_related("version").get(version__kind=kind)


def page(name: str, *args: Any, language: str = "en") -> str:
    with translation.override(language):
        return reverse(f"assessments:{name}", args=args)


def fields(slot: AttemptSlot, stored: Any) -> dict[str, Any]:
    """What a plain form sends for an answer as it is kept."""
    name, kind = f"q{slot.position}", slot.version.kind
    wire = to_wire(kind, stored, slot.option_order)
    common = {"sequence": 1, "kind": kind}
    if kind == "matching":
        return common | {f"{name}-{line}": match for line, match in enumerate(wire, start=1)}
    if kind == "ordering":
        return common | {f"{name}-{line}": place for place, line in enumerate(wire, start=1)}
    return common | {name: wire}


def send(web: Client, attempt: Attempt, kind: Kind, stored: Any, **more: Any) -> HttpResponse:
    slot = slot_of(attempt, kind)
    return web.post(page("question", attempt.public_id, slot.position), fields(slot, stored) | more)


OPEN = "لأن القانون يقول ذلك.\nوهذا سطر ثان."


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("language", ["ar", "en"])
def test_a_question_is_shown_with_fields_named_by_its_position(
    web: Client, attempt: Attempt, kind: Kind, language: str
) -> None:
    slot = slot_of(attempt, kind)
    html = web.get(page("question", attempt.public_id, slot.position, language=language)).content.decode()
    stem = slot.version.stem_en if language == "en" else slot.version.stem_ar
    assert stem in html
    assert re.findall(rf'name="(q{slot.position}(?:-\d)?)"', html)
    assert f'name="kind" value="{kind}"' in html
    assert "Secret explanation" not in html
    assert re.search(r' style="|<script(?! type="module")', html) is None


@pytest.mark.parametrize("kind", KINDS)
def test_an_answer_by_a_plain_form_is_kept_and_shown_again(web: Client, attempt: Attempt, kind: Kind) -> None:
    stored = OPEN if kind == "open_text" else RIGHT[kind]
    assert send(web, attempt, kind, stored).status_code == 302
    slot = slot_of(attempt, kind)
    html = web.get(page("question", attempt.public_id, slot.position)).content.decode()
    shown = re.findall(r"<option[^>]* selected|<input[^>]* checked", html)
    if kind in ("numeric", "short_text", "open_text"):
        assert stored in html
    else:
        assert len(shown) == len(stored)
    web.post(page("submit", attempt.public_id))
    assert Answer.objects.get(slot=slot).value == stored


def test_an_order_that_is_not_complete_is_refused_with_what_was_typed(web: Client, attempt: Attempt) -> None:
    slot = slot_of(attempt, "ordering")
    name = f"q{slot.position}"
    data = {"sequence": 1, "kind": "ordering", f"{name}-1": 2, f"{name}-2": 2, f"{name}-3": 0}
    response = web.post(page("question", attempt.public_id, slot.position), data)
    html = response.content.decode()
    assert response.status_code == 422
    assert "Give every line a place" in html
    assert html.count("<option selected>2</option>") == 2
    assert not Answer.objects.exists()


def test_what_is_no_number_is_refused_with_what_was_typed(web: Client, attempt: Attempt) -> None:
    response = send(web, attempt, "numeric", "<b>ten")
    assert response.status_code == 422
    assert "Write a number" in response.content.decode()
    assert 'value="&lt;b&gt;ten"' in response.content.decode()


def test_the_answer_of_one_kind_is_none_of_another(web: Client, attempt: Attempt) -> None:
    slot = slot_of(attempt, "matching")
    data = {"sequence": 1, "kind": "single", f"q{slot.position}": 1}
    assert web.post(page("question", attempt.public_id, slot.position), data).status_code == 422
    assert not Answer.objects.exists()


def test_the_questions_of_a_scenario_follow_each_other_under_their_text(
    web: Client, attempt: Attempt
) -> None:
    first, second = slot_of(attempt, "hotspot"), slot_of(attempt, "open_text")
    assert second.position == first.position + 1
    for slot in (first, second):
        html = web.get(page("question", attempt.public_id, slot.position)).content.decode()
        assert "At ten o&#x27;clock the hall is full." in html


def hand_in(web: Client, attempt: Attempt, answers: dict[str, Any]) -> Attempt:
    for kind, stored in answers.items():
        assert send(web, attempt, kind, stored).status_code == 302
    web.post(page("submit", attempt.public_id))
    return Attempt.objects.get(pk=attempt.pk)


def test_every_kind_is_marked_at_once_where_nobody_has_to_read(web: Client, attempt: Attempt) -> None:
    attempt = hand_in(web, attempt, RIGHT)
    assert attempt.state == AttemptState.RELEASED
    assert (attempt.marks, attempt.max_marks) == (Decimal(8), Decimal("10.5"))


def test_an_open_answer_waits_for_a_marker_and_the_result_with_it(web: Client, attempt: Attempt) -> None:
    attempt = hand_in(web, attempt, {**RIGHT, "open_text": OPEN})
    assert attempt.state == AttemptState.MODERATION
    assert slot_of(attempt, "open_text").marks is None
    html = web.get(page("result", attempt.public_id)).content.decode()
    assert "being marked" in html.lower()
    assert "Secret explanation" not in html


@pytest.mark.parametrize("answers", [RIGHT, WRONG, {}])
def test_the_result_shows_each_answer_beside_the_right_one(
    web: Client, attempt: Attempt, answers: dict[str, Any]
) -> None:
    attempt = hand_in(web, attempt, answers)
    html = web.get(page("result", attempt.public_id)).content.decode()
    words = re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", html))
    assert words.count("Secret explanation") == len(KINDS)
    assert "from 3.4 to 3.6 hours" in words
    assert "المفوضية or HNEC" in words
    assert "belongs to it: first" in words
    assert "Says why (up to 1.5)" in words
    assert words.count("You gave no answer.") == len(KINDS) - len(answers)
    if answers is WRONG:
        assert "your choice: third" in words
        assert "your place: 3" in words


@pytest.fixture
def pictures(web: Client, attempt: Attempt) -> list[str]:
    """Where the images of the question with regions lie: that of its story, and its own."""
    position = slot_of(attempt, "hotspot").position
    html = web.get(page("question", attempt.public_id, position)).content.decode()
    return re.findall(r'exam-picture"><img src="([^"]+)"', html)


@pytest.fixture
def address(pictures: list[str]) -> str:
    return pictures[-1]


class TestPictures:
    """Images of a form come from this site, so that the page can keep them, and to nobody but its candidate."""

    def test_one_is_named_by_its_contents_and_kept_by_the_browser(
        self, web: Client, attempt: Attempt, address: str
    ) -> None:
        seal = slot_of(attempt, "hotspot").version.image_sha256
        assert address == page("picture", attempt.public_id, seal)
        response = web.get(address)
        assert (response.status_code, response["Content-Type"]) == (200, "image/webp")
        assert b"".join(response.streaming_content).startswith(b"RIFF")
        assert "private" in response["Cache-Control"] and "immutable" in response["Cache-Control"]

    def test_that_of_a_story_comes_from_this_site_too(self, web: Client, pictures: list[str]) -> None:
        story, _own = pictures
        assert "/pictures/" in story
        assert web.get(story).status_code == 200

    def test_the_page_with_the_whole_form_has_the_same(
        self, web: Client, attempt: Attempt, address: str
    ) -> None:
        assert f'<img src="{address}"' in web.get(page("paper", attempt.public_id)).content.decode()

    def test_nobody_else_sees_one(self, client: Client, exam: Exam, address: str) -> None:
        client.force_login(enrol(exam).learner)
        assert client.get(address).status_code == 404
        client.logout()
        assert client.get(address).status_code == 302

    def test_before_the_start_there_is_none(self, web: Client, attempt: Attempt, address: str) -> None:
        Attempt.objects.filter(pk=attempt.pk).update(state=AttemptState.READY, started_at=None, deadline=None)
        assert web.get(address).status_code == 404

    def test_an_image_of_another_form_is_not_in_this_one(self, web: Client, attempt: Attempt) -> None:
        assert web.get(page("picture", attempt.public_id, "0" * 64)).status_code == 404


def test_queries_do_not_grow_with_questions_of_any_kind(client: Client, time_machine: Any) -> None:
    time_machine.move_to(NOON, tick=False)
    figures = []
    for times in (1, 3):
        bank = every_kind_bank(f"KINDS-{times}", times=times)
        exam = ExamFactory(bank=bank, question_count=times * len(KINDS), max_attempts=1)
        attempt = started_attempt(exam, enrol(exam).learner)
        client.force_login(attempt.learner)
        for image in Image.objects.all():
            image.get_rendition(IMAGE_FILTER)
        client.get(page("question", attempt.public_id, 1))
        with CaptureQueriesContext(connection) as queries:
            client.post(page("submit", attempt.public_id))
            client.get(page("result", attempt.public_id))
        figures.append(len(queries))
    assert figures[0] == figures[1], figures
