"""The board of item analysis: who sees it, what it shows, in which order, and how often the database is asked."""

import csv
import io
import json
import re

import pytest
from django.core.cache import cache
from django.core.management import call_command
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils.translation import override

from lms.assessments.item_board import ItemBoard, read_board
from lms.assessments.models import Exam
from lms.people.enums import Role
from lms.people.models import User
from lms.people.services import sync_roles
from tests.factories.assessments import ExamFactory, enrol, sit
from tests.factories.item_analysis import sat_exam
from tests.factories.people import UserFactory

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def fresh_cache() -> None:
    cache.clear()


def client_for(role: Role | None) -> Client:
    sync_roles()
    client = Client()
    client.force_login(UserFactory(role=role, is_staff=True) if role else UserFactory())
    return client


@pytest.fixture
def lead() -> Client:
    return client_for(Role.PROGRAMME_LEAD)


@pytest.fixture
def exam() -> Exam:
    return sat_exam(40, 6)


def board_url(exam: Exam, view: str = "assessments_item_board") -> str:
    return reverse(view, args=[exam.public_id])


def item_url(exam: Exam, number: int = 0) -> str:
    return reverse("assessments_item", args=[exam.public_id, read_board(exam).items[number].public_id])


VIEWS = ["assessments_item_board", "assessments_item_board_csv", "assessments_item_board_json"]


@pytest.mark.parametrize("view", VIEWS)
def test_only_those_who_may_read_questions_and_attempts_see_it(exam: Exam, view: str) -> None:
    url = board_url(exam, view)
    assert Client().get(url).status_code == 302
    assert client_for(None).get(url).status_code == 302
    assert client_for(Role.REVIEWER).get(url).status_code in (302, 403)
    assert client_for(Role.AUDITOR).get(url).status_code in (302, 403)
    assert client_for(Role.MASTER_TRAINER).get(url).status_code == 200
    assert client_for(Role.PROGRAMME_LEAD).get(url).status_code == 200


def test_an_item_page_is_closed_in_the_same_way(exam: Exam) -> None:
    assert client_for(Role.AUDITOR).get(item_url(exam)).status_code in (302, 403)
    assert client_for(Role.MASTER_TRAINER).get(item_url(exam)).status_code == 200


def test_unknown_exams_and_questions_of_other_exams_are_not_found(exam: Exam, lead: Client) -> None:
    other = sat_exam(5, 3, seed=9)
    unknown = "0190a0a0-0000-7000-8000-000000000000"
    assert lead.get(reverse("assessments_item_board", args=[unknown]), follow=True).status_code == 404
    foreign = read_board(other).items[0].public_id
    assert (
        lead.get(reverse("assessments_item", args=[exam.public_id, foreign]), follow=True).status_code == 404
    )


def test_nobody_is_named(exam: Exam, lead: Client) -> None:
    User.objects.filter(attempts__exam=exam).update(name_ar="اسم لا يظهر")
    for url in (board_url(exam), item_url(exam), board_url(exam, "assessments_item_board_json")):
        assert "اسم لا يظهر" not in lead.get(url).content.decode()


def test_before_anybody_is_marked_it_says_what_will_come(lead: Client) -> None:
    response = lead.get(board_url(ExamFactory()))
    assert response.status_code == 200
    assert response.context["rows"] == []
    assert b"items-table" not in response.content


def test_below_a_hundred_people_it_says_so_and_draws_no_curve(exam: Exam, lead: Client) -> None:
    response = lead.get(board_url(exam))
    board: ItemBoard = response.context["board"]
    assert any(notice.code == "too_few_for_models" for notice in board.analysis.notices)
    assert b"item-curve" not in response.content
    assert b"item-dot" in response.content


def test_with_a_hundred_people_each_question_has_its_curve(lead: Client) -> None:
    exam = sat_exam(140, 6)
    response = lead.get(board_url(exam))
    assert response.content.count(b"item-curve") == 6
    page = lead.get(item_url(exam, 2)).content.decode()
    assert '<polyline class="item-curve"' in page
    assert "style=" not in re.sub(
        r"<head>.*?</head>", "", page[page.index('class="items"') :], flags=re.DOTALL
    )


def test_a_wrong_key_is_suspected_and_comes_first(lead: Client) -> None:
    exam = sat_exam(150, 8, wrong_key=4, slope=2.0)
    rows = lead.get(board_url(exam)).context["rows"]
    assert rows[0].item.name == "Q004.v1"
    assert rows[0].verdicts[0].code == "suspected_wrong_key"
    page = lead.get(item_url(exam, 4)).content.decode()
    assert "item-judgement-bad" in page


@pytest.mark.parametrize("key", ["name", "facility", "rest_r", "d27"])
def test_the_table_is_ordered_as_asked(exam: Exam, lead: Client, key: str) -> None:
    def values(order: str) -> list:
        rows = lead.get(board_url(exam), {"order": order}).context["rows"]
        return [row.item.name if key == "name" else getattr(row.statistics, key) for row in rows]

    assert values(key) == sorted(values(key))
    assert values(f"-{key}") == sorted(values(key), reverse=True)


def test_an_order_that_does_not_exist_is_the_usual_one(exam: Exam, lead: Client) -> None:
    usual = [row.item.name for row in lead.get(board_url(exam)).context["rows"]]
    for order in ("", "-", "password", "--name"):
        response = lead.get(board_url(exam), {"order": order})
        assert [row.item.name for row in response.context["rows"]] == usual


def test_headings_say_how_the_table_is_ordered(exam: Exam, lead: Client) -> None:
    page = lead.get(board_url(exam), {"order": "facility"}).content.decode()
    assert page.count('aria-sort="ascending"') == 1
    assert 'href="?order=-facility"' in page


def test_an_item_page_has_options_numbers_and_the_dots_as_a_table(exam: Exam, lead: Client) -> None:
    response = lead.get(item_url(exam, 1))
    page = response.content.decode()
    assert [row.option for row, _text in response.context["options"]] == ["a", "b", "c", "d"]
    assert sum(row.count for row, _text in response.context["options"]) == 40
    assert len(response.context["figures"]) == 6
    assert response.context["models"] == []
    assert page.count("<circle") == len(response.context["points"])


@pytest.mark.parametrize("language", ["ar", "en"])
def test_both_languages_have_words_for_everything(exam: Exam, language: str) -> None:
    lead = UserFactory(role=Role.PROGRAMME_LEAD, is_staff=True, language=language)
    sync_roles()
    client = Client(headers={"accept-language": language})
    client.force_login(lead)
    with override(language):
        board = read_board(exam)
        labels = {label.name for row in board.rows() for label in row.verdicts}
        assert labels
        assert all(("ا" in label or "ي" in label) == (language == "ar") for label in labels)


def test_the_csv_holds_a_row_a_question(exam: Exam, lead: Client) -> None:
    text = b"".join(lead.get(board_url(exam, "assessments_item_board_csv"))).decode("utf-8-sig")
    rows = list(csv.reader(io.StringIO(text)))
    assert len(rows) == 7
    assert rows[1][0] == "Q000.v1"
    assert len({len(row) for row in rows}) == 1


def test_the_json_is_what_the_command_prints(
    exam: Exam, lead: Client, capsys: pytest.CaptureFixture[str]
) -> None:
    call_command("item_analysis", "--exam", exam.code, "--json")
    printed = json.loads(capsys.readouterr().out)
    assert json.loads(lead.get(board_url(exam, "assessments_item_board_json")).content) == printed
    assert printed["n_persons"] == 40


@pytest.mark.parametrize(("persons", "questions"), [(1, 1), (3, 3), (30, 30)])
def test_the_board_asks_the_database_equally_often(lead: Client, persons: int, questions: int) -> None:
    exam = sat_exam(persons, questions)
    lead.get(board_url(exam))
    cache.clear()
    with CaptureQueriesContext(connection) as first:
        lead.get(board_url(exam))
    with CaptureQueriesContext(connection) as again:
        lead.get(board_url(exam))
    mine = [query for query in first.captured_queries if "assessments_" in query["sql"]]
    assert len(mine) == 6
    assert len([query for query in again.captured_queries if "assessments_" in query["sql"]]) == 2


def test_an_analysis_is_kept_until_something_is_marked() -> None:
    exam = ExamFactory()
    sit(exam, enrol(exam).learner, right=2)
    assert read_board(exam).analysis.persons == 1
    sit(exam, enrol(exam).learner, right=3)
    assert read_board(exam).analysis.persons == 2


def test_the_ways_from_an_exam_are_on_the_list_and_its_pages(exam: Exam, lead: Client) -> None:
    pages = (
        reverse("exams:index"),
        *(reverse(f"exams:{name}", args=[exam.pk]) for name in ("inspect", "edit")),
    )
    for url in pages:
        text = lead.get(url).content.decode()
        assert board_url(exam) in text
        for name in ("assessments_results", "assessments_regrade"):
            assert reverse(name, args=[exam.public_id]) in text
