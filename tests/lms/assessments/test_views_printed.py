"""The pages of papers, from outside: whom they exist for, what the keying page shows and keeps, what it costs."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone, translation

from lms.assessments.enums import AttemptState, PaperState
from lms.assessments.keying import BLANK, Reading
from lms.assessments.models import Attempt, Exam, Paper, Printing
from lms.assessments.services.keying import key_paper
from lms.assessments.services.sitting import create_attempt, start_attempt
from lms.people.enums import Role
from lms.people.models import User
from tests.factories.assessments import ExamFactory, enrol
from tests.factories.papers import fields_for, officer, paper_exam, place_of, printed, right_readings
from tests.factories.people import UserFactory

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def english() -> Any:
    with translation.override("en"):
        yield


@pytest.fixture
def exam() -> Exam:
    now = timezone.now()
    return ExamFactory(opens_at=now - timedelta(days=1), closes_at=now + timedelta(days=1))


@pytest.fixture
def paper() -> Paper:
    """A paper with a question of each kind."""
    return printed(paper_exam())[0]


def signed_in(user: User) -> Client:
    client = Client()
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    return client


def url(name: str, *args: Any) -> str:
    return reverse(f"assessments:{name}", args=args)


def pages_of(paper: Paper) -> list[str]:
    return [
        url("paper_exam", paper.exam.public_id),
        url("printed_paper", paper.number),
        url("paper_page", paper.number, 3),
        url("key_paper", paper.number),
    ]


def state_of(paper: Paper) -> str:
    return Paper.objects.get(pk=paper.pk).state


class TestWhoMay:
    @pytest.mark.parametrize("names", [("view_every_attempt", "invigilate_attempt"), ("add_exam",)])
    def test_without_a_permission_for_papers_there_are_none(
        self, paper: Paper, names: tuple[str, ...]
    ) -> None:
        client = signed_in(officer(*names))
        for page in (url("papers"), *pages_of(paper), url("settle_paper", paper.number)):
            assert client.get(page).status_code == 404
        assert client.post(url("key_paper", paper.number), {}).status_code == 404
        assert client.post(url("end_paper", paper.number, "void"), {"reason": "no"}).status_code == 404
        file = url("paper_file", paper.printings.get().public_id)
        assert client.get(file).status_code == 404
        assert state_of(paper) == PaperState.PRINTED

    def test_a_visitor_is_asked_to_sign_in(self, paper: Paper) -> None:
        for page in (url("papers"), *pages_of(paper)):
            assert Client().get(page).status_code == 302

    def test_a_trainer_finds_the_papers_of_the_own_cohorts_alone(self, exam: Exam) -> None:
        trainer = officer("print_paper", "key_paper")
        own, foreign = printed(exam, enrol(exam, cohort__trainer=trainer).learner, enrol(exam).learner)
        client = signed_in(trainer)
        for page in pages_of(own):
            assert client.get(page).status_code == 200
        for page in pages_of(foreign)[1:]:
            assert client.get(page).status_code == 404
        listed = client.get(url("paper_exam", exam.public_id)).content.decode()
        assert own.number in listed.replace(" ", "")
        assert foreign.number not in listed.replace(" ", "")

    def test_a_file_shows_a_trainer_only_the_own_candidates(self, exam: Exam) -> None:
        printed(exam, enrol(exam).learner)
        assert (
            signed_in(officer("print_paper"))
            .get(url("paper_file", Printing.objects.get().public_id))
            .status_code
            == 404
        )

    def test_a_candidate_who_is_staff_does_not_find_the_own_paper(self, exam: Exam) -> None:
        staff = officer()
        [paper] = printed(exam, enrol(exam, staff).learner)
        for page in pages_of(paper)[1:]:
            assert signed_in(staff).get(page).status_code == 404

    def test_whoever_may_only_key_neither_prints_nor_decides_nor_takes_back(self, paper: Paper) -> None:
        client = signed_in(officer("key_paper", "view_every_attempt"))
        assert client.get(url("paper_file", paper.printings.get().public_id)).status_code == 404
        assert client.get(url("settle_paper", paper.number)).status_code == 404
        assert client.post(url("end_paper", paper.number, "withdraw"), {"reason": "x"}).status_code == 404
        assert 'name="cohort"' not in client.get(url("paper_exam", paper.exam.public_id)).content.decode()

    def test_void_needs_the_invigilators_permission_too(self, paper: Paper) -> None:
        client = signed_in(officer("print_paper", "view_every_attempt"))
        assert client.post(url("end_paper", paper.number, "void"), {"reason": "x"}).status_code == 404
        assert client.post(url("end_paper", paper.number, "burn"), {"reason": "x"}).status_code == 404

    @pytest.mark.parametrize(
        ("role", "status"), [(Role.PROGRAMME_LEAD, 200), (Role.MASTER_TRAINER, 200), (Role.AUDITOR, 404)]
    )
    def test_roles(self, role: Role, status: int) -> None:
        assert signed_in(UserFactory(role=role)).get(url("papers")).status_code == status

    def test_numbers_cannot_be_tried_out(self, paper: Paper, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr("lms.assessments.views_printed.LOOKS_A_MINUTE", 3)
        client = signed_in(officer())
        statuses = [client.get(url("printed_paper", f"{n:012d}")).status_code for n in range(4)]
        assert statuses == [404, 404, 404, 429]


class TestFinding:
    @pytest.mark.parametrize("spell", ["{0}", "{1} {2} {3}", "{1}-{2}-{3}", "arabic"])
    def test_the_number_is_found_however_it_is_typed(self, paper: Paper, spell: str) -> None:
        number = paper.number
        typed = number.translate(str.maketrans("0123456789", "٠١٢٣٤٥٦٧٨٩"))
        if spell != "arabic":
            typed = spell.format(number, number[:4], number[4:8], number[8:])
        reply = signed_in(officer()).get(url("papers"), {"number": typed})
        assert reply.url == url("printed_paper", number)

    def test_what_is_no_number_is_said(self, paper: Paper) -> None:
        assert signed_in(officer()).get(url("papers"), {"number": "12"}).status_code == 422
        assert signed_in(officer()).get(url("printed_paper", "abc")).status_code == 404


class TestPrinting:
    def test_a_cohort_is_shown_and_those_chosen_are_printed(self, exam: Exam) -> None:
        enrolment = enrol(exam)
        other = enrol(exam, cohort=enrolment.cohort)
        client, page = signed_in(officer()), url("paper_exam", exam.public_id)
        cohort = str(enrolment.cohort.public_id)
        shown = client.get(page, {"cohort": cohort}).content.decode()
        assert str(enrolment.learner.public_id) in shown
        data = {
            "cohort": cohort,
            "people": [str(other.learner.public_id)],
            "language": "en",
            "is_large": "on",
        }
        assert client.post(page, data).status_code == 302
        assert Paper.objects.get().attempt.learner == other.learner
        printing = Printing.objects.get()
        assert (printing.language, printing.is_large) == ("en", True)
        reply = client.get(url("paper_file", printing.public_id))
        assert reply["Content-Type"] == "application/pdf"
        assert reply.content.startswith(b"%PDF")

    def test_a_file_without_papers_that_are_out_is_none(self, paper: Paper) -> None:
        client = signed_in(officer())
        client.post(url("end_paper", paper.number, "withdraw"), {"reason": "Lost"})
        assert client.get(url("paper_file", paper.printings.get().public_id)).status_code == 404

    def test_nobody_chosen_and_strangers_are_refused(self, exam: Exam) -> None:
        enrolment = enrol(exam)
        client, page = signed_in(officer()), url("paper_exam", exam.public_id)
        data = {"cohort": str(enrolment.cohort.public_id), "language": "ar"}
        assert client.post(page, data).status_code == 422
        assert client.post(page, {**data, "people": str(UserFactory().public_id)}).status_code == 422
        assert client.post(page, {**data, "people": "x", "language": "fr"}).status_code == 422
        assert client.get(page, {"cohort": "x"}).status_code == 404
        assert not Paper.objects.exists()

    def test_another_trainers_cohort_does_not_exist(self, exam: Exam) -> None:
        trainer = officer("print_paper")
        enrol(exam, cohort__trainer=trainer)
        foreign = enrol(exam)
        reply = signed_in(trainer).get(
            url("paper_exam", exam.public_id), {"cohort": foreign.cohort.public_id}
        )
        assert reply.status_code == 404

    def test_who_could_not_be_printed_is_named(self, exam: Exam) -> None:
        enrolment = enrol(exam)
        start_attempt(attempt=create_attempt(exam=exam, learner=enrolment.learner))
        page = url("paper_exam", exam.public_id)
        data = {
            "cohort": str(enrolment.cohort.public_id),
            "people": str(enrolment.learner.public_id),
            "language": "ar",
        }
        reply = signed_in(officer()).post(page, data, follow=True)
        assert "Not printed" in reply.content.decode()
        assert not Paper.objects.exists()


class TestCandidate:
    def test_the_start_page_says_that_the_exam_is_on_paper(self, exam: Exam) -> None:
        learner = enrol(exam).learner
        printed(exam, learner)
        client = signed_in(learner)
        page = client.get(url("exam", exam.public_id)).content.decode()
        assert "You sit this exam on paper." in page
        assert url("start", exam.public_id) not in page
        refused = client.post(url("start", exam.public_id), {"client": "1"})
        assert refused.status_code == 409
        assert "on paper" in refused.content.decode()
        assert Attempt.objects.get().state == AttemptState.ON_PAPER
        attempt = Attempt.objects.get()
        for name in ("attempt", "result"):
            assert client.get(url(name, attempt.public_id)).url == url("exam", exam.public_id)
        assert client.get(url("index")).status_code == 200


class TestKeying:
    def test_two_people_key_the_whole_paper_by_its_pages(self, paper: Paper) -> None:
        fields = fields_for(paper.attempt, right_readings(paper.attempt))
        for keyer in (officer(), officer()):
            reply = signed_in(keyer).post(url("key_paper", paper.number), fields)
            assert reply.status_code == 302, reply.context["errors"]
        assert state_of(paper) == PaperState.COMPLETE
        assert Attempt.objects.get().marks == 8

    def test_the_second_sees_nothing_of_the_first(self, paper: Paper) -> None:
        secret = Reading("answer", "Zuwara by night")
        place = place_of(paper.attempt, "open_text")
        first, second = officer(), officer()
        client = signed_in(second)
        before = client.get(url("key_paper", paper.number)).content.decode()
        key_paper(paper=paper, readings=right_readings(paper.attempt, **{f"q{place}": secret}), actor=first)
        after = client.get(url("key_paper", paper.number)).content.decode()
        token = 'name="csrfmiddlewaretoken" value="'
        bare = [page.split(token)[0] + page.split(token)[1].split('"', 1)[1] for page in (before, after)]
        assert bare[0] == bare[1]
        assert "checked" not in after
        assert "Zuwara" not in client.get(url("printed_paper", paper.number)).content.decode()

    def test_the_page_holds_no_question_and_no_key(self, paper: Paper) -> None:
        page = signed_in(officer()).get(url("key_paper", paper.number)).content.decode()
        for text in ("A question of kind", "Secret explanation", "Option a", "المفوضية", "3.5"):
            assert text not in page

    def test_what_is_missing_is_said_and_nothing_has_to_be_keyed_again(self, paper: Paper) -> None:
        fields = fields_for(paper.attempt, right_readings(paper.attempt))
        place = place_of(paper.attempt, "single")
        fields.pop(f"q{place}")
        fields["began"] = "half past"
        reply = signed_in(officer()).post(url("key_paper", paper.number), fields)
        page = reply.content.decode()
        assert reply.status_code == 422
        assert [field.position for field in reply.context["errors"]] == [0, place]
        assert f'href="#k{place}"' in page
        assert 'value="half past"' in page
        assert page.count("checked") >= 6
        assert not paper.keyings.exists()

    def test_the_same_person_is_refused_a_second_time(self, paper: Paper) -> None:
        client = signed_in(officer())
        fields = fields_for(paper.attempt, right_readings(paper.attempt))
        client.post(url("key_paper", paper.number), fields)
        assert client.get(url("key_paper", paper.number)).status_code == 409
        assert client.post(url("key_paper", paper.number), fields).status_code == 409
        assert paper.keyings.count() == 1

    def test_the_third_sees_both_readings_and_decides(self, paper: Paper) -> None:
        place = place_of(paper.attempt, "multiple")
        readings = right_readings(paper.attempt)
        key_paper(paper=paper, readings=readings, actor=officer())
        other = {**readings, place: Reading(BLANK)}
        second = officer()
        key_paper(paper=paper, readings=other, actor=second)
        assert signed_in(second).get(url("settle_paper", paper.number)).status_code == 409
        client = signed_in(officer())
        assert (
            url("settle_paper", paper.number)
            in client.get(url("printed_paper", paper.number)).content.decode()
        )
        page = client.get(url("settle_paper", paper.number))
        assert [pair.field.position for pair in page.context["pairs"]] == [place]
        assert [str(said) for _label, said in page.context["pairs"][0].readings][1] == "Blank"
        no_reason = client.post(url("settle_paper", paper.number), {f"q{place}": readings[place].value})
        assert no_reason.status_code == 422
        data = {f"q{place}": readings[place].value, "reason": "Two marks are clear"}
        assert client.post(url("settle_paper", paper.number), data).status_code == 302
        assert Attempt.objects.get().marks == 8

    def test_after_differing_the_keyers_are_asked_for_the_difference_alone(self, paper: Paper) -> None:
        place = place_of(paper.attempt, "single")
        readings = right_readings(paper.attempt)
        keyers = [officer(), officer()]
        for keyer, reading in zip(keyers, (readings[place], Reading(BLANK)), strict=True):
            key_paper(paper=paper, readings={**readings, place: reading}, actor=keyer)
        for keyer in keyers:
            client = signed_in(keyer)
            page = client.get(url("key_paper", paper.number))
            assert [field.position for field in page.context["fields"]] == [place]
            assert "checked" not in page.content.decode()
            assert client.post(url("key_paper", paper.number), {f"q{place}": "blank"}).status_code == 302
        assert state_of(paper) == PaperState.COMPLETE


class TestEnding:
    @pytest.mark.parametrize(
        ("key", "state"),
        [("withdraw", AttemptState.READY), ("absent", AttemptState.NOT_TAKEN), ("void", AttemptState.VOIDED)],
    )
    def test_each_ending_asks_for_its_reason(self, paper: Paper, key: str, state: AttemptState) -> None:
        client, page = signed_in(officer()), url("end_paper", paper.number, key)
        assert client.post(page, {"reason": " "}).status_code == 422
        assert client.post(page, {"reason": "As agreed"}).status_code == 302
        assert Attempt.objects.get().state == state
        assert client.post(page, {"reason": "Again"}).status_code == 409
        assert client.get(url("printed_paper", paper.number)).status_code == 200


@pytest.mark.parametrize("page", ["paper_exam", "papers"])
def test_a_list_costs_the_same_for_1_3_and_30_papers(exam: Exam, page: str) -> None:
    client, address = signed_in(officer()), url(page, *([exam.public_id] if page == "paper_exam" else []))
    costs = []
    for more in (1, 2, 27):
        printed(exam, *(enrol(exam).learner for _ in range(more)))
        client.get(address)
        with CaptureQueriesContext(
            connection,
        ) as queries:
            assert client.get(address).status_code == 200
        costs.append(len(queries))
    assert len(set(costs)) == 1, costs
