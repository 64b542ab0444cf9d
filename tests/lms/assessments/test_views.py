"""The learner's pages from outside: with and without JavaScript, in time and late, one's own and another's."""

import gzip
import re
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
import time_machine
from django.db import connection
from django.http import HttpResponse
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from lms.assessments import views
from lms.assessments.content import Bilingual, OptionContent, QuestionContent
from lms.assessments.enums import AttemptState, FeedbackPolicy
from lms.assessments.models import Attempt, Exam, QuestionBank
from lms.assessments.services.bank import import_question_bank
from lms.assessments.services.sitting import create_attempt
from lms.cascade.enums import EnrolmentState
from lms.people.models import User
from tests.factories.assessments import (
    NOON,
    ExamFactory,
    answer,
    enrol,
    make_bank,
    on_record,
    question_entry,
    right_places,
    sit,
    started_attempt,
)
from tests.factories.people import UserFactory

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("noon")]


def url(name: str, *args: object, language: str = "en") -> str:
    return re.sub(r"^/(ar|en)/", f"/{language}/", reverse(f"assessments:{name}", args=args))


def of(attempt: Attempt, name: str, *args: object, language: str = "en") -> str:
    return url(name, attempt.public_id, *args, language=language)


def text(response: HttpResponse) -> str:
    """The words of a page, without markup and with single spaces."""
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", response.content.decode()))


def save(web: Client, attempt: Attempt, position: int, **data: Any) -> HttpResponse:
    """Send a plain form; `choice` is what is ticked in a single-choice question."""
    if "choice" in data:
        data[f"q{position}"] = data.pop("choice")
    return web.post(of(attempt, "question", position), {"sequence": 1, "kind": "single", **data})


# --- Before the exam


def test_a_stranger_is_asked_to_sign_in(client: Client, attempt: Attempt) -> None:
    for address in (url("index"), url("exam", attempt.exam.public_id), of(attempt, "question", 1)):
        response = client.get(address)
        assert response.status_code == 302
        assert "login" in response["Location"]


def test_my_exams_shows_what_can_be_done_in_each(web: Client, exam: Exam) -> None:
    page = text(web.get(url("index")))
    assert exam.name_en in page
    assert "You can start now." in page
    assert "pass mark 70%" in page


def test_my_exams_without_exams_says_what_to_do(client: Client) -> None:
    client.force_login(UserFactory())
    assert "No exams yet" in text(client.get(url("index")))


def test_my_exams_hides_exams_of_other_courses_and_after_withdrawal(
    web: Client, exam: Exam, learner: User
) -> None:
    other = ExamFactory(name_en="Somebody else's exam")
    enrol(other)
    learner.enrolments.update(state=EnrolmentState.WITHDRAWN)
    page = text(web.get(url("index")))
    assert exam.name_en not in page
    assert other.name_en not in page
    assert web.get(url("exam", exam.public_id)).status_code == 404


def test_instructions_promise_the_true_minutes(web: Client, exam: Exam, learner: User) -> None:
    Exam.objects.filter(pk=exam.pk).update(
        hard_close=True, closes_at=NOON + timedelta(minutes=12, seconds=30)
    )
    page = text(web.get(url("exam", exam.public_id)))
    assert "If you start now you have 12 minutes instead of 30." in page
    Exam.objects.filter(pk=exam.pk).update(hard_close=False)
    assert "instead of" not in text(web.get(url("exam", exam.public_id)))


def test_instructions_say_why_a_start_is_not_possible(web: Client, exam: Exam, learner: User) -> None:
    sit(exam, learner, right=0)
    response = web.get(url("exam", exam.public_id))
    assert "Your next attempt is possible from 2 March 2026, 12:10." in text(response)
    assert "<form" not in response.content.decode().split("<main")[1]


def test_an_exam_of_nobody_s_course_or_without_existence_is_not_found(web: Client) -> None:
    assert web.get(url("exam", ExamFactory().public_id)).status_code == 404
    assert web.get(url("exam", uuid4())).status_code == 404


def test_start_leads_to_the_first_question_and_again_to_the_same_attempt(
    web: Client, exam: Exam, learner: User
) -> None:
    for _ in range(2):
        response = web.post(url("start", exam.public_id), follow=True)
        assert "Question 1 of 4" in text(response)
    attempt = Attempt.objects.get()
    assert (attempt.learner, attempt.state) == (learner, AttemptState.STARTED)


def test_a_start_that_is_refused_says_why(web: Client, exam: Exam) -> None:
    Exam.objects.filter(pk=exam.pk).update(closes_at=NOON)
    response = web.post(url("start", exam.public_id))
    assert response.status_code == 409
    assert "The exam has closed." in text(response)
    assert not Attempt.objects.exists()


def test_a_start_needs_a_post_and_a_token(exam: Exam, learner: User) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(learner)
    assert client.get(url("start", exam.public_id)).status_code == 405
    assert client.post(url("start", exam.public_id)).status_code == 403
    assert not Attempt.objects.exists()


def test_starting_too_often_is_slowed(web: Client, exam: Exam, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(views, "STARTS_A_MINUTE", 2)
    statuses = [web.post(url("start", exam.public_id)).status_code for _ in range(3)]
    assert statuses == [302, 302, 429]


# --- Answering without JavaScript


def test_the_whole_exam_works_with_plain_forms(web: Client, exam: Exam) -> None:
    page = web.post(url("start", exam.public_id), follow=True)
    attempt = Attempt.objects.get()
    for position in (1, 2, 3):
        sequence = re.search(r'name="sequence" value="(\d+)"', page.content.decode())[1]
        page = web.post(
            of(attempt, "question", position),
            {
                "sequence": sequence,
                "kind": "single",
                f"q{position}": right_places(attempt, position),
                "go": position + 1,
            },
            follow=True,
        )
        assert f"Question {position + 1} of 4" in text(page)
    page = save(web, attempt, 4, flag="1", go="review")
    page = web.get(page["Location"])
    assert "1 question has no answer" in text(page)
    assert "Without an answer Question 4 Marked to come back to Question 4 Hand in" in text(page)
    page = web.post(of(attempt, "submit"), follow=True)
    assert "Passed" in text(page)
    assert "3 of 4 questions" in text(page)
    assert "75%" in text(page)


def test_a_saved_answer_is_shown_again_with_its_time(web: Client, attempt: Attempt) -> None:
    save(web, attempt, 2, choice=3, flag="1")
    page = web.get(of(attempt, "question", 2)).content.decode()
    assert 'value="3" checked' in page
    assert 'name="flag" value="1" checked' in page
    assert "Saved on the server at" in page
    assert 'name="sequence" value="2"' in page


def test_a_form_without_a_choice_never_wipes_an_answer_out(web: Client, attempt: Attempt) -> None:
    save(web, attempt, 1, choice=2)
    save(web, attempt, 1, sequence=2, go="2")
    assert on_record(attempt)[1].value == [2]


def test_an_answer_can_be_taken_back_with_its_own_button(web: Client, attempt: Attempt) -> None:
    save(web, attempt, 1, choice=2)
    response = save(web, attempt, 1, sequence=2, choice=2, clear="1")
    assert response["Location"] == of(attempt, "question", 1)
    assert on_record(attempt)[1].value is None


def test_a_page_that_is_out_of_date_changes_nothing_and_says_so(web: Client, attempt: Attempt) -> None:
    save(web, attempt, 1, sequence=5, choice=2)
    response = save(web, attempt, 1, sequence=2, choice=3, go="2")
    assert response.status_code == 409
    assert "answered in another window at 12:00" in text(response)
    assert 'value="2" checked' in response.content.decode()
    assert on_record(attempt)[1].sequence == 5


def test_arabic_digits_are_understood(web: Client, attempt: Attempt) -> None:
    save(web, attempt, 1, choice="٣", sequence="٢")
    assert (on_record(attempt)[1].sequence, on_record(attempt)[1].value) == (2, [3])


@pytest.mark.parametrize(
    "data", [{"choice": "9"}, {"choice": "a"}, {"choice": ["1", "2"]}, {"sequence": "0"}, {"sequence": "x"}]
)
def test_an_impossible_answer_is_refused_with_a_sentence(
    web: Client, attempt: Attempt, data: dict[str, object]
) -> None:
    response = save(web, attempt, 1, **{"choice": "1", **data})
    assert response.status_code == 422
    assert "does not belong to the question" in text(response)
    assert not on_record(attempt)


def test_a_question_that_is_not_on_the_form_is_not_found(web: Client, attempt: Attempt) -> None:
    assert web.get(of(attempt, "question", 5)).status_code == 404
    assert save(web, attempt, 5, choice=1).status_code == 404
    assert web.get(of(attempt, "question", 0)).status_code == 404


@pytest.mark.parametrize("go", ["", "7x", "-1", "0", "//evil.example", "²"])
def test_a_button_leads_only_to_pages_of_the_exam(web: Client, attempt: Attempt, go: str) -> None:
    assert save(web, attempt, 1, choice=1, go=go)["Location"] == of(attempt, "question", 1)


def test_resume_leads_to_the_first_unanswered_question_then_to_the_review(
    web: Client, attempt: Attempt
) -> None:
    answer(attempt, 1, 1)
    assert web.get(of(attempt, "attempt"))["Location"] == of(attempt, "question", 2)
    for position in (2, 3, 4):
        answer(attempt, position, 1)
    assert web.get(of(attempt, "attempt"))["Location"] == of(attempt, "review")


def test_saving_needs_a_token(attempt: Attempt, learner: User) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(learner)
    assert (
        client.post(of(attempt, "question", 1), {"sequence": 1, "kind": "single", "q1": 1}).status_code == 403
    )
    assert not on_record(attempt)


# --- Saves that are refused


def test_a_save_after_the_deadline_hands_in_and_leads_to_the_result(
    web: Client, attempt: Attempt, noon: time_machine.Traveller
) -> None:
    answer(attempt, 1, *right_places(attempt, 1))
    noon.move_to(attempt.deadline + timedelta(seconds=61))
    response = save(web, attempt, 2, sequence=1, choice=1)
    assert response.headers["Location"] == of(attempt, "result")
    stored = Attempt.objects.get(pk=attempt.pk)
    assert (stored.state, stored.marks) == (AttemptState.RELEASED, 1)


def test_an_impossible_answer_is_refused_with_422(web: Client, attempt: Attempt) -> None:
    assert save(web, attempt, 1, sequence=1, choice=9).status_code == 422
    assert not on_record(attempt)


def test_saving_too_often_is_slowed_and_nothing_is_lost(
    web: Client, attempt: Attempt, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(views, "SAVES_A_MINUTE", 1)
    assert save(web, attempt, 1, sequence=1, choice=1).status_code == 302
    assert save(web, attempt, 1, sequence=2, choice=2).status_code == 429
    assert on_record(attempt)[1].sequence == 1


def test_the_clock_is_the_server_s(web: Client, attempt: Attempt, noon: time_machine.Traveller) -> None:
    assert web.get(of(attempt, "clock")).json() == {"running": True, "remaining": 1800}
    noon.move_to(NOON + timedelta(minutes=20))
    assert web.get(of(attempt, "clock")).json() == {"running": True, "remaining": 600}
    noon.move_to(NOON + timedelta(hours=2))
    assert web.get(of(attempt, "clock")).json() == {"running": False, "remaining": 0}


# --- The end


def test_any_page_after_the_deadline_hands_in_and_leads_to_the_result(
    web: Client, attempt: Attempt, noon: time_machine.Traveller
) -> None:
    noon.move_to(NOON + timedelta(hours=1))
    for name, args in (("question", (1,)), ("review", ()), ("attempt", ())):
        assert web.get(of(attempt, name, *args))["Location"] == of(attempt, "result")
    page = text(web.get(of(attempt, "result")))
    assert "The time was up" in page
    assert "Not passed" in page


def test_a_plain_form_after_the_deadline_is_told_so(
    web: Client, attempt: Attempt, noon: time_machine.Traveller
) -> None:
    noon.move_to(NOON + timedelta(hours=1))
    response = web.post(of(attempt, "question", 1), {"sequence": 1, "kind": "single", "q1": 1}, follow=True)
    assert "The time is up. The answers saved until then have been handed in." in text(response)
    assert not on_record(attempt)


def test_my_exams_closes_what_is_due(web: Client, attempt: Attempt, noon: time_machine.Traveller) -> None:
    noon.move_to(NOON + timedelta(hours=1))
    assert "Not passed 0%" in text(web.get(url("index")))


def test_submit_twice_shows_the_same_result(web: Client, attempt: Attempt) -> None:
    first = web.post(of(attempt, "submit"), follow=True)
    second = web.post(of(attempt, "submit"), follow=True)
    assert text(first).split("Hand-in receipt")[1] == text(second).split("Hand-in receipt")[1]
    assert attempt.events.filter(to_state=AttemptState.SUBMITTED).count() == 1


def test_a_form_that_was_not_started_has_no_questions_to_show(web: Client, exam: Exam, learner: User) -> None:
    attempt = create_attempt(exam=exam, learner=learner)
    for name, args in (("question", (1,)), ("review", ()), ("result", ()), ("attempt", ())):
        assert web.get(of(attempt, name, *args))["Location"] == url("exam", exam.public_id)
    assert web.post(of(attempt, "submit"))["Location"] == of(attempt, "attempt")


def test_the_result_says_what_comes_next_after_a_failure(web: Client, exam: Exam, learner: User) -> None:
    attempt = sit(exam, learner, right=1, at=NOON - timedelta(hours=2))
    page = text(web.get(of(attempt, "result")))
    assert "Not passed" in page
    assert "25% · pass mark 70%" in page
    assert "Your next attempt is possible from 2 March 2026, 10:10." in page
    assert "1 attempt left." in page


def test_the_result_says_what_comes_next_after_a_pass(web: Client, exam: Exam, learner: User) -> None:
    attempt = sit(exam, learner, right=4)
    page = text(web.get(of(attempt, "result")))
    assert "Passed" in page
    assert "See what else your certificate needs" in page
    assert str(attempt.public_id) in page


# --- Other people's things


@pytest.mark.parametrize("method", ["get", "post"])
@pytest.mark.parametrize(
    ("name", "args"),
    [("attempt", ()), ("clock", ()), ("question", (1,)), ("review", ()), ("submit", ()), ("result", ())],
)
def test_another_person_s_attempt_does_not_exist(
    *, client: Client, attempt: Attempt, method: str, name: str, args: tuple[int, ...]
) -> None:
    client.force_login(enrol(attempt.exam).learner)
    response = getattr(client, method)(of(attempt, name, *args), {"sequence": 1, "kind": "single", "q1": 1})
    allowed = {405} if (method == "get") == (name == "submit") and name != "question" else {404}
    assert response.status_code in allowed
    assert Attempt.objects.get(pk=attempt.pk).state == AttemptState.STARTED
    assert not on_record(attempt)


def test_not_even_a_superuser_sits_for_somebody_else(client: Client, attempt: Attempt) -> None:
    client.force_login(UserFactory(is_superuser=True, is_staff=True))
    assert client.get(of(attempt, "question", 1)).status_code == 404


# --- Answer keys


def pages_of_a_sitting(web: Client, attempt: Attempt) -> list[bytes]:
    """Everything a learner can fetch before release, without the tokens that differ every time."""
    responses = [web.get(of(attempt, "question", position)) for position in (1, 2, 3, 4)]
    responses += [web.get(of(attempt, "review")), web.get(of(attempt, "clock")), web.get(url("index"))]
    responses += [web.get(url("exam", attempt.exam.public_id))]
    responses += [web.post(of(attempt, "question", 1), {"sequence": 1, "kind": "single", "q1": 1})]
    return [re.sub(rb'csrfmiddlewaretoken" value="\w+"', b"", response.content) for response in responses]


def flip_keys() -> None:
    with connection.cursor() as cursor:
        cursor.execute("UPDATE assessments_option SET is_correct = NOT is_correct")
        cursor.execute("UPDATE assessments_questionversion SET explanation_en = 'x', explanation_ar = 'x'")


def test_nothing_sent_before_release_depends_on_the_key(web: Client, attempt: Attempt) -> None:
    answer(attempt, 1, 1)
    before = pages_of_a_sitting(web, attempt)
    assert not any(b"Secret explanation" in page for page in before)
    flip_keys()
    assert pages_of_a_sitting(web, attempt) == before


def test_pages_name_options_by_place_and_never_by_the_key_of_the_bank(web: Client, attempt: Attempt) -> None:
    page = web.get(of(attempt, "question", 1)).content.decode()
    assert re.findall(r'name="q1" value="(\w+)"', page) == ["1", "2", "3", "4"]


@pytest.mark.parametrize("feedback", FeedbackPolicy.values)
def test_after_a_failure_with_attempts_left_there_are_area_scores_only(
    web: Client, exam: Exam, learner: User, feedback: str
) -> None:
    Exam.objects.filter(pk=exam.pk).update(feedback=feedback)
    attempt = sit(exam, learner, right=1)
    page = web.get(of(attempt, "result"))
    assert "Legal framework" in text(page)
    assert "Secret explanation" not in text(page)
    assert "your choice" not in text(page)
    assert "What is right in case" not in text(page)


def test_explanations_come_after_a_pass(web: Client, exam: Exam, learner: User) -> None:
    attempt = sit(exam, learner, right=3)
    page = text(web.get(of(attempt, "result")))
    assert page.count("Secret explanation") == 4
    assert page.count("your choice") == 4


def test_explanations_come_when_no_attempt_is_left(web: Client, exam: Exam, learner: User) -> None:
    first = sit(exam, learner, right=0, at=NOON - timedelta(days=3))
    assert "Secret explanation" not in text(web.get(of(first, "result")))
    sit(exam, learner, right=0, at=NOON - timedelta(days=1))
    assert "Secret explanation" in text(web.get(of(first, "result")))


def test_explanations_after_close_wait_for_the_last_possible_sitting(
    web: Client, exam: Exam, learner: User, noon: time_machine.Traveller
) -> None:
    Exam.objects.filter(pk=exam.pk).update(feedback=FeedbackPolicy.AFTER_CLOSE)
    attempt = sit(exam, learner, right=4)
    last = exam.closes_at + timedelta(minutes=30, seconds=60)
    noon.move_to(last)
    web.force_login(learner)
    assert "Secret explanation" not in text(web.get(of(attempt, "result")))
    noon.move_to(last + timedelta(seconds=1))
    assert "Secret explanation" in text(web.get(of(attempt, "result")))


def test_explanations_never_come_where_the_exam_says_so(web: Client, exam: Exam, learner: User) -> None:
    Exam.objects.filter(pk=exam.pk).update(feedback=FeedbackPolicy.AREAS_ONLY)
    attempt = sit(exam, learner, right=4)
    assert "Secret explanation" not in text(web.get(of(attempt, "result")))


def test_an_unreleased_attempt_shows_no_score(web: Client, attempt: Attempt) -> None:
    Attempt.objects.filter(pk=attempt.pk).update(state=AttemptState.SUBMITTED, submitted_at=NOON)
    page = text(web.get(of(attempt, "result")))
    assert "Your answers are safe on the server." in page
    assert "By area" not in page
    assert "pass mark" not in page


# --- Hostile text, languages, weight, queries


def test_markup_in_a_question_is_text(client: Client) -> None:
    evil = Bilingual("<script>alert(1)</script>", "<img src=x onerror=alert(1)>")
    content = QuestionContent(
        kind="single",
        stem=evil,
        options=(OptionContent("a", True, evil), OptionContent("b", False, Bilingual("<b>ب", "<b>b"))),
        explanation=evil,
        source="<i>",
    )
    bank_file = make_evil_bank(content)
    exam = ExamFactory(bank=bank_file, question_count=1)
    attempt = started_attempt(exam)
    client.force_login(attempt.learner)
    pages = [
        client.get(of(attempt, "question", 1)).content,
        client.get(of(attempt, "question", 1, language="ar")).content,
    ]
    answer(attempt, 1, *right_places(attempt, 1))
    client.post(of(attempt, "submit"))
    pages.append(client.get(of(attempt, "result")).content)
    for page in pages:
        assert b"<img src=x" not in page
        assert b"<script>alert" not in page


def make_evil_bank(content: QuestionContent) -> QuestionBank:
    from dataclasses import replace

    from lms.assessments.bankfile import BankFile

    entry = replace(question_entry("E1"), content=content)
    import_question_bank(bank_file=BankFile("EVIL", Bilingual("ش", "E"), {}, (entry,)))
    return QuestionBank.objects.get(code="EVIL")


def test_the_same_question_is_read_in_either_language(web: Client, attempt: Attempt) -> None:
    stem = attempt.slots.get(position=1).version
    arabic, english = web.get(of(attempt, "question", 1, language="ar")), web.get(of(attempt, "question", 1))
    assert stem.stem_ar in text(arabic)
    assert stem.stem_en not in text(arabic)
    assert stem.stem_en in text(english)
    assert 'dir="rtl"' in arabic.content.decode()


def test_a_page_of_a_forty_question_form_stays_small() -> None:
    exam = ExamFactory(bank=make_bank(questions=40), question_count=40)
    attempt = started_attempt(exam)
    client = Client()
    client.force_login(attempt.learner)
    sizes = [
        len(gzip.compress(client.get(of(attempt, "question", position, language="ar")).content))
        for position in (1, 40)
    ]
    assert max(sizes) <= 10_000
    assert sum(sizes) / 2 * 40 <= 200_000


def count_queries(client: Client, address: str) -> tuple[int, int]:
    """All queries of a page, and those that are the exam's own: the frame of the page has some too."""
    client.get(address)
    with CaptureQueriesContext(connection) as queries:
        assert client.get(address).status_code == 200
    return len(queries), sum("assessments_" in query["sql"] for query in queries)


@pytest.mark.parametrize("name", ["question", "review", "result"])
def test_queries_of_a_page_do_not_grow_with_the_form(client: Client, name: str) -> None:
    counts = set()
    for size in (1, 3, 30):
        exam = ExamFactory(bank=make_bank(f"N{size}", questions=size), question_count=size)
        attempt = started_attempt(exam)
        if name == "result":
            attempt = sit(exam, attempt.learner, right=size)
        client.force_login(attempt.learner)
        counts.add(count_queries(client, of(attempt, name, *([1] if name == "question" else []))))
    assert len(counts) == 1, counts
    assert counts.pop()[1] <= 11


def test_queries_of_my_exams_do_not_grow_with_exams_and_attempts(client: Client) -> None:
    learner = UserFactory()
    client.force_login(learner)
    counts = set()
    bank = make_bank(questions=1)
    for size in (1, 2, 27):
        for _ in range(size):
            exam = ExamFactory(bank=bank, question_count=1)
            enrol(exam, learner)
            sit(exam, learner, right=0)
        counts.add(count_queries(client, url("index")))
    assert len(counts) == 1, counts
    assert counts.pop()[1] <= 5


def test_a_sitting_of_twenty_questions_stays_within_its_budget_of_queries(client: Client) -> None:
    exam = ExamFactory(bank=make_bank(questions=20), question_count=20)
    client.force_login(enrol(exam).learner)
    with CaptureQueriesContext(connection) as queries:
        client.get(url("exam", exam.public_id))
        client.post(url("start", exam.public_id))
        attempt = Attempt.objects.get()
        for position in range(1, 21):
            client.post(
                of(attempt, "question", position),
                {"sequence": 1, "kind": "single", f"q{position}": 1},
            )
        client.post(of(attempt, "submit"))
        client.get(of(attempt, "result"))
    assert len(queries) <= 190, len(queries)
