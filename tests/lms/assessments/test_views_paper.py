"""The page that holds a whole exam, as the server sends it, and its worker."""

import json
import re
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from lms.assessments.enums import AttemptState
from lms.assessments.models import Attempt, Exam
from tests.factories.assessments import ExamFactory, answer, enrol, make_bank, started_attempt

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("noon")]


@pytest.fixture
def begun(web: Client, exam: Exam) -> Attempt:
    """An attempt that a script has started, as start.js makes the form do."""
    web.post(f"/en/exams/{exam.public_id}/start/", {"client": "1"})
    return Attempt.objects.get()


def paper_of(attempt: Attempt, language: str = "en") -> str:
    return f"/{language}/exams/attempts/{attempt.public_id}/paper/"


def data_of(html: str) -> dict[str, Any]:
    return json.loads(re.search(r'<script id="paper-data" type="application/json">(.*?)</script>', html)[1])


def test_the_worker_is_served_above_the_pages_and_in_no_language(client: Client) -> None:
    response = client.get("/exam-worker.js")
    assert response.status_code == 200
    assert response["Content-Type"] == "text/javascript; charset=utf-8"
    assert "no-cache" in response["Cache-Control"]
    assert "worker-src" not in response["Content-Security-Policy"]
    assert "script-src 'self'" in response["Content-Security-Policy"]
    assert not response.cookies


def test_a_start_by_script_leads_to_the_page_and_a_plain_one_to_the_first_question(
    web: Client, exam: Exam
) -> None:
    plain = web.get(f"/en/exams/{exam.public_id}/").content.decode()
    assert '<input type="hidden" name="client" value="1" disabled data-client>' in plain
    response = web.post(f"/en/exams/{exam.public_id}/start/", {"client": "1"})
    assert response["Location"] == paper_of(Attempt.objects.get())


def test_the_page_holds_every_question_and_how_things_stand(web: Client, begun: Attempt) -> None:
    html = web.get(paper_of(begun)).content.decode()
    assert re.findall(r'data-slot="(\d+)"', html) == ["1", "2", "3", "4"]
    data = data_of(html)
    assert (data["state"], data["lease"], data["holder"], data["ack_seq"]) == ("STARTED", 1, True, 0)
    assert data["deadline"] - data["server_now"] == 30 * 60 * 1000
    assert data["answers"] == {}
    assert data["urls"]["ops"] == f"/en/exams/attempts/{begun.public_id}/ops/"


def test_on_another_device_the_page_knows_that_it_does_not_hold_the_exam(begun: Attempt) -> None:
    other = Client()
    other.force_login(begun.learner)
    assert data_of(other.get(paper_of(begun)).content.decode())["holder"] is False


def test_answers_of_plain_forms_are_on_the_page(web: Client, attempt: Attempt) -> None:
    answer(attempt, 2, 3)
    assert data_of(web.get(paper_of(attempt)).content.decode())["answers"] == {
        "2": {"value": [3], "flag": False}
    }


def test_a_paused_exam_and_one_that_waits_for_unsent_answers_have_a_page(web: Client, begun: Attempt) -> None:
    Attempt.objects.filter(pk=begun.pk).update(state=AttemptState.PAUSED, paused_at=timezone.now())
    assert web.get(paper_of(begun)).status_code == 200
    Attempt.objects.filter(pk=begun.pk).update(state=AttemptState.SYNC_OWED)
    assert web.get(paper_of(begun)).status_code == 200


def test_after_the_hand_in_the_page_leads_to_the_receipt(web: Client, begun: Attempt) -> None:
    web.post(f"/en/exams/attempts/{begun.public_id}/submit/")
    assert web.get(paper_of(begun))["Location"] == f"/en/exams/attempts/{begun.public_id}/result/"


def test_another_person_s_page_does_not_exist(client: Client, attempt: Attempt) -> None:
    client.force_login(enrol(attempt.exam).learner)
    assert client.get(paper_of(attempt)).status_code == 404
    assert Client().get(paper_of(attempt)).status_code == 302


def test_no_shared_cache_keeps_the_page(web: Client, begun: Attempt) -> None:
    response = web.get(paper_of(begun))
    assert "no-store" in response["Cache-Control"]
    assert "private" in response["Cache-Control"]


def test_nothing_on_the_page_depends_on_the_key(web: Client, begun: Attempt) -> None:
    def page() -> str:
        html = web.get(paper_of(begun)).content.decode()
        return re.sub(r'csrfmiddlewaretoken" value="\w+"', "", html)

    before = page()
    assert "Secret explanation" not in before
    with connection.cursor() as cursor:
        cursor.execute("UPDATE assessments_option SET is_correct = NOT is_correct")
        cursor.execute("UPDATE assessments_questionversion SET explanation_en = 'x', explanation_ar = 'x'")
    assert page() == before


def test_queries_do_not_grow_with_the_form(client: Client) -> None:
    counts = set()
    for size in (1, 3, 30):
        exam = ExamFactory(bank=make_bank(f"N{size}", questions=size), question_count=size)
        attempt = started_attempt(exam)
        client.force_login(attempt.learner)
        client.get(paper_of(attempt))
        with CaptureQueriesContext(connection) as queries:
            assert client.get(paper_of(attempt)).status_code == 200
        counts.add(sum("assessments_" in query["sql"] for query in queries))
    assert len(counts) == 1, counts
    assert counts.pop() <= 8


def test_time_that_is_up_is_told_by_the_clock_of_the_server(
    web: Client, begun: Attempt, noon: time_machine.Traveller
) -> None:
    noon.move_to(begun.deadline + timedelta(minutes=5))
    response = web.get(paper_of(begun))
    assert data_of(response.content.decode())["state"] == AttemptState.SYNC_OWED
