"""Practice: right answers at once, for those in the course, and nothing that counts anywhere."""

import re
from typing import Any
from uuid import uuid4

import pytest
from django.db import connection
from django.http import HttpResponse
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import translation

from lms.assessments.answers_format import to_wire
from lms.assessments.content import KINDS, Kind
from lms.assessments.models import Attempt, Question, QuestionBank
from lms.assessments.selectors.practice import PracticePlace, practice_places, practice_question
from lms.cascade.enums import EnrolmentState
from lms.people.models import User
from tests.factories.cascade import EnrolmentFactory
from tests.factories.people import UserFactory
from tests.factories.questions import RIGHT, WRONG, every_kind_bank

pytestmark = pytest.mark.django_db


@pytest.fixture
def learner() -> User:
    return EnrolmentFactory().learner


@pytest.fixture
def bank(learner: User) -> QuestionBank:
    bank = every_kind_bank()
    bank.practice_course = learner.enrolments.get().tier.course
    bank.save()
    return bank


@pytest.fixture
def web(client: Client, learner: User) -> Client:
    client.force_login(learner)
    return client


def at(name: str, *args: Any) -> str:
    with translation.override("en"):
        return reverse(f"assessments:{name}", args=args)


def words(response: HttpResponse) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", response.content.decode()))


def place_of(bank: QuestionBank, kind: Kind) -> PracticePlace:
    return next(place for place in practice_places(bank) if place.candidate.kind == kind)


def try_out(web: Client, bank: QuestionBank, learner: User, kind: Kind, stored: Any) -> HttpResponse:
    place = place_of(bank, kind)
    order = practice_question(place, learner).order
    name, wire = f"q{place.number}", to_wire(kind, stored, order)
    if kind == "matching":
        data = {f"{name}-{line}": match for line, match in enumerate(wire, start=1)}
    elif kind == "ordering":
        data = {f"{name}-{line}": n for n, line in enumerate(wire, start=1)}
    else:
        data = {name: wire}
    return web.post(at("practice_question", bank.public_id, place.number), data)


@pytest.mark.parametrize("kind", RIGHT)
def test_a_right_answer_is_told_at_once_with_the_explanation(
    web: Client, bank: QuestionBank, learner: User, kind: Kind
) -> None:
    place = place_of(bank, kind)
    assert "Secret explanation" not in words(web.get(at("practice_question", bank.public_id, place.number)))
    page = words(try_out(web, bank, learner, kind, RIGHT[kind]))
    assert "Right This earns all the marks." in page
    assert f"Secret explanation of {kind}" in page


@pytest.mark.parametrize("kind", WRONG)
def test_a_wrong_answer_is_told_at_once_with_the_right_one(
    web: Client, bank: QuestionBank, learner: User, kind: Kind
) -> None:
    page = words(try_out(web, bank, learner, kind, WRONG[kind]))
    assert "Not right" in page
    assert f"Secret explanation of {kind}" in page


def test_a_partly_right_answer_says_what_it_would_earn(
    web: Client, bank: QuestionBank, learner: User
) -> None:
    assert "In an exam this earns 0.5 of 1." in words(try_out(web, bank, learner, "multiple", ["a"]))


def test_an_open_answer_is_held_against_the_rubric(web: Client, bank: QuestionBank, learner: User) -> None:
    page = words(try_out(web, bank, learner, "open_text", "Because."))
    assert "Compare for yourself" in page
    assert "Says why (up to 1.5)" in page


def test_no_answer_shows_the_right_one_and_counts_as_nothing(web: Client, bank: QuestionBank) -> None:
    page = words(web.post(at("practice_question", bank.public_id, place_of(bank, "single").number), {}))
    assert "You gave no answer; here is the right one." in page
    assert "So far" not in words(web.get(at("practice", bank.public_id)))


@pytest.mark.parametrize("sent", ["9", "x", ["1", "2"]])
def test_an_impossible_answer_is_refused(web: Client, bank: QuestionBank, sent: Any) -> None:
    place = place_of(bank, "single")
    response = web.post(at("practice_question", bank.public_id, place.number), {f"q{place.number}": sent})
    assert response.status_code == 422
    assert "Secret explanation" not in words(response)


def test_what_was_tried_is_counted_until_it_is_forgotten(
    web: Client, bank: QuestionBank, learner: User
) -> None:
    try_out(web, bank, learner, "single", RIGHT["single"])
    try_out(web, bank, learner, "numeric", WRONG["numeric"])
    try_out(web, bank, learner, "numeric", WRONG["numeric"])
    page = words(web.get(at("practice", bank.public_id)))
    assert f"Tried 2 of {len(KINDS)} " in page
    assert "Right 1 of 2 " in page
    web.post(at("practice_again", bank.public_id))
    assert "So far" not in words(web.get(at("practice", bank.public_id)))


def test_practice_leaves_no_attempt_and_no_answer(web: Client, bank: QuestionBank, learner: User) -> None:
    for kind, stored in RIGHT.items():
        try_out(web, bank, learner, kind, stored)
    assert not Attempt.objects.exists()


def test_my_exams_leads_to_practice(web: Client, bank: QuestionBank) -> None:
    page = web.get(at("index")).content.decode()
    assert at("practice", bank.public_id) in page
    assert "9 questions with explanations" in page


@pytest.mark.parametrize("address", ["practice", "practice_question"])
def test_only_those_in_the_course_may_practise(client: Client, bank: QuestionBank, address: str) -> None:
    args = (bank.public_id, 1) if address == "practice_question" else (bank.public_id,)
    assert client.get(at(address, *args)).status_code == 302
    for stranger in (UserFactory(), EnrolmentFactory().learner, UserFactory(is_superuser=True)):
        client.force_login(stranger)
        assert client.get(at(address, *args)).status_code == 404
        assert at("practice", bank.public_id) not in client.get(at("index")).content.decode()


def test_whoever_has_withdrawn_may_not_practise(web: Client, bank: QuestionBank, learner: User) -> None:
    learner.enrolments.update(state=EnrolmentState.WITHDRAWN)
    assert web.get(at("practice", bank.public_id)).status_code == 404


def test_a_bank_that_is_not_for_practice_does_not_exist_there(web: Client, bank: QuestionBank) -> None:
    QuestionBank.objects.update(practice_course=None)
    assert web.get(at("practice_question", bank.public_id, 1)).status_code == 404
    assert web.get(at("practice", uuid4())).status_code == 404


def test_a_question_that_is_not_there_or_retired_is_not_found(web: Client, bank: QuestionBank) -> None:
    assert web.get(at("practice_question", bank.public_id, 10)).status_code == 404
    assert web.get(at("practice_question", bank.public_id, 0)).status_code == 404
    Question.objects.update(is_retired=True)
    assert web.get(at("practice", bank.public_id)).status_code == 404


def test_queries_do_not_grow_with_the_bank(client: Client) -> None:
    figures = []
    for times in (1, 3):
        learner = EnrolmentFactory().learner
        bank = every_kind_bank(f"K{times}", times=times)
        QuestionBank.objects.filter(pk=bank.pk).update(practice_course=learner.enrolments.get().tier.course)
        client.force_login(learner)
        number = place_of(bank, "single").number
        client.get(at("practice", bank.public_id))
        with CaptureQueriesContext(connection) as queries:
            client.get(at("practice", bank.public_id))
            client.get(at("practice_question", bank.public_id, number))
            client.post(at("practice_question", bank.public_id, number), {})
        figures.append(len(queries))
    assert figures[0] == figures[1], figures
