"""The office's screens: who sees and changes what, and that a published question stays as it is."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from lms.assessments.models import Attempt, Exam, Option, Question, QuestionArea, QuestionVersion
from lms.assessments.services.bank import open_draft, publish_version
from lms.people.enums import Role
from lms.people.models import User
from lms.people.services import sync_roles
from tests.factories.assessments import NOON, ExamFactory, enrol, make_bank, sit, started_attempt
from tests.factories.people import UserFactory

pytestmark = pytest.mark.django_db


def staff(role: Role) -> User:
    sync_roles()
    return UserFactory(role=role, is_staff=True)


def client_of(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


@pytest.fixture
def lead() -> Client:
    return client_of(staff(Role.PROGRAMME_LEAD))


@pytest.fixture
def trainer() -> User:
    return staff(Role.MASTER_TRAINER)


@pytest.fixture
def question() -> Question:
    return make_bank(questions=1).questions.get()


@pytest.fixture
def draft(question: Question) -> QuestionVersion:
    return open_draft(question=question)


def form_of(draft: QuestionVersion, **changes: Any) -> dict[str, Any]:
    """What the edit page of a draft sends."""
    options = list(draft.options.order_by("key"))
    data: dict[str, Any] = {
        "kind": draft.kind,
        "stem_ar": draft.stem_ar,
        "stem_en": draft.stem_en,
        "explanation_ar": draft.explanation_ar,
        "explanation_en": draft.explanation_en,
        "source": draft.source,
        "options-TOTAL_FORMS": len(options),
        "options-INITIAL_FORMS": len(options),
        "options-MIN_NUM_FORMS": 2,
        "options-MAX_NUM_FORMS": 10,
    }
    for number, option in enumerate(options):
        data |= {
            f"options-{number}-id": option.pk,
            f"options-{number}-text_ar": option.text_ar,
            f"options-{number}-text_en": option.text_en,
            f"options-{number}-DELETE": "",
        }
        if option.is_correct:
            data[f"options-{number}-is_correct"] = "on"
    return data | changes


def edit(draft: QuestionVersion) -> str:
    return reverse("question_versions:edit", args=[draft.pk])


# --- Who may enter


SCREENS = ["questions", "question_versions", "question_areas", "question_banks", "exams", "attempts"]


@pytest.mark.parametrize("screen", SCREENS)
def test_learners_and_strangers_see_no_office_screen(screen: str, learner: User) -> None:
    address = reverse(f"{screen}:index")
    assert Client().get(address).status_code == 302
    assert client_of(learner).get(address).status_code == 302


@pytest.mark.parametrize("role", [Role.PROGRAMME_LEAD, Role.MASTER_TRAINER])
@pytest.mark.parametrize("screen", SCREENS)
def test_leads_and_trainers_see_the_screens(screen: str, role: Role, attempt: Attempt) -> None:
    assert client_of(staff(role)).get(reverse(f"{screen}:index")).status_code == 200


@pytest.mark.parametrize("screen", ["questions", "question_versions", "question_banks"])
@pytest.mark.parametrize("role", [Role.REVIEWER, Role.AUDITOR])
def test_reviewers_and_auditors_see_no_questions(screen: str, role: Role) -> None:
    assert client_of(staff(role)).get(reverse(f"{screen}:index")).status_code == 302


def test_a_trainer_cannot_change_exams_or_banks(trainer: User, exam: Exam) -> None:
    web = client_of(trainer)
    for address in ("exams:add", "question_banks:add", "question_areas:add"):
        assert web.get(reverse(address)).status_code == 302
    assert web.get(reverse("exams:edit", args=[exam.pk])).status_code == 302


# --- Writing questions


def test_a_new_draft_is_opened_by_post_alone(lead: Client, question: Question) -> None:
    address = reverse("assessments_open_draft", args=[question.public_id])
    assert lead.get(address).status_code == 405
    assert question.versions.count() == 1
    response = lead.post(address)
    assert response["Location"] == edit(question.versions.get(number=2))


def test_a_draft_is_opened_only_by_those_who_may_write(question: Question, learner: User) -> None:
    address = reverse("assessments_open_draft", args=[question.public_id])
    assert client_of(learner).post(address).status_code in (302, 403)
    assert client_of(staff(Role.AUDITOR)).post(address).status_code in (302, 403)
    assert question.versions.count() == 1


def test_a_trainer_writes_a_draft_in_both_languages(trainer: User, draft: QuestionVersion) -> None:
    web = client_of(trainer)
    page = web.get(edit(draft)).content.decode()
    assert 'lang="ar" dir="rtl"' in page
    assert "action-publish" not in page
    response = web.post(edit(draft), form_of(draft, stem_ar="ما الأصح؟", stem_en="What is best?"))
    assert response["Location"] == edit(draft)
    fresh = QuestionVersion.objects.get(pk=draft.pk)
    assert (fresh.stem_ar, fresh.stem_en, fresh.is_published) == ("ما الأصح؟", "What is best?", False)


def test_options_added_to_a_draft_get_free_keys(lead: Client, draft: QuestionVersion) -> None:
    draft.options.get(key="b").delete()
    data = form_of(draft)
    data |= {
        "options-TOTAL_FORMS": 5,
        "options-3-id": "",
        "options-3-text_ar": "جديد",
        "options-3-text_en": "New",
        "options-4-id": "",
        "options-4-text_ar": "أحدث",
        "options-4-text_en": "Newer",
    }
    assert lead.post(edit(draft), data).status_code == 302
    assert sorted(draft.options.values_list("key", flat=True)) == ["a", "b", "c", "d", "e"]
    assert Option.objects.get(version=draft, text_en="New").key == "b"


def test_a_trainer_cannot_publish(trainer: User, draft: QuestionVersion) -> None:
    response = client_of(trainer).post(edit(draft), form_of(draft, **{"action-publish": "1"}))
    assert response.status_code in (302, 403)
    assert not QuestionVersion.objects.get(pk=draft.pk).is_published


def test_a_lead_saves_and_publishes_in_one_step(lead: Client, draft: QuestionVersion) -> None:
    response = lead.post(edit(draft), form_of(draft, stem_en="Better?", **{"action-publish": "1"}))
    assert response["Location"] == reverse("questions:inspect", args=[draft.question_id])
    published = QuestionVersion.objects.get(pk=draft.pk)
    assert published.is_published
    assert published.is_intact()
    assert published.stem_en == "Better?"


def test_an_incomplete_draft_is_saved_but_not_published_and_every_reason_is_told(
    lead: Client, draft: QuestionVersion
) -> None:
    data = form_of(draft, stem_en="", explanation_ar="", **{"action-publish": "1"})
    data.pop("options-1-is_correct")
    page = lead.post(edit(draft), data, follow=True).content.decode()
    for reason in ("ليس للسؤال نص إنجليزي.", "ليس للشرح نص عربي.", "لم يُحدَّد أي خيار صحيح."):
        assert reason in page
    fresh = QuestionVersion.objects.get(pk=draft.pk)
    assert (fresh.stem_en, fresh.is_published) == ("", False)


def test_a_published_version_has_no_edit_and_no_delete_page(lead: Client, question: Question) -> None:
    version = question.versions.get()
    before = version.content()
    target = reverse("questions:inspect", args=[question.pk])
    delete = reverse("question_versions:delete", args=[version.pk])
    assert lead.get(edit(version))["Location"] == target
    assert lead.post(edit(version), form_of(version, stem_en="Other"))["Location"] == target
    assert lead.post(delete)["Location"] == target
    assert QuestionVersion.objects.get(pk=version.pk).content() == before


def test_a_form_opened_before_somebody_else_published_changes_nothing(
    lead: Client, draft: QuestionVersion, monkeypatch: pytest.MonkeyPatch
) -> None:
    from lms.assessments.viewsets import versions

    def overtaken(*, version: QuestionVersion) -> QuestionVersion:
        publish_version(version=version)
        return original(version=version)

    original = versions.lock_draft
    monkeypatch.setattr(versions, "lock_draft", overtaken)
    response = lead.post(edit(draft), form_of(draft, stem_en="Too late"))
    assert response["Location"] == reverse("questions:inspect", args=[draft.question_id])
    fresh = QuestionVersion.objects.get(pk=draft.pk)
    assert fresh.stem_en != "Too late"
    assert fresh.is_intact()


def test_a_draft_can_be_deleted(lead: Client, draft: QuestionVersion) -> None:
    lead.post(reverse("question_versions:delete", args=[draft.pk]))
    assert draft.question.versions.count() == 1


def test_nobody_adds_a_version_out_of_nothing(lead: Client) -> None:
    assert lead.get(reverse("question_versions:add")).status_code == 302


def test_a_new_question_leads_to_its_page_and_keeps_to_the_areas_of_its_bank(
    lead: Client, question: Question
) -> None:
    other = QuestionArea.objects.filter(bank=make_bank("OTHER", questions=1)).first()
    data = {
        "bank": question.bank_id,
        "area": other.pk,
        "code": "NEW",
        "topic": "opening",
        "difficulty": "easy",
    }
    assert lead.post(reverse("questions:add"), data).status_code == 200
    assert not Question.objects.filter(code="NEW").exists()
    data["area"] = question.area_id
    response = lead.post(reverse("questions:add"), data)
    assert response["Location"] == reverse("questions:inspect", args=[Question.objects.get(code="NEW").pk])


def test_a_question_never_moves_to_another_bank(lead: Client, question: Question) -> None:
    other = make_bank("OTHER", questions=1)
    data = {
        "bank": other.pk,
        "area": question.area_id,
        "code": "RENAMED",
        "topic": "opening",
        "difficulty": "hard",
    }
    lead.post(reverse("questions:edit", args=[question.pk]), data)
    fresh = Question.objects.get(pk=question.pk)
    assert (fresh.bank, fresh.code, fresh.difficulty) == (question.bank, "RENAMED", "hard")


def test_the_page_of_a_question_shows_every_version_and_a_broken_seal(
    lead: Client, draft: QuestionVersion
) -> None:
    address = reverse("questions:inspect", args=[draft.question_id])
    page = lead.get(address).content.decode()
    assert page.count(draft.stem_en) == 2
    assert "ختمه" not in page
    with connection.cursor() as cursor:
        cursor.execute("UPDATE assessments_questionversion SET source = 'x' WHERE number = 1")
    assert "ختمه" in lead.get(address).content.decode()


def test_the_preview_is_the_learner_s_page_in_each_language_without_the_key(
    lead: Client, draft: QuestionVersion, learner: User
) -> None:
    assert lead.get(reverse("assessments_preview", args=[draft.public_id])).status_code == 200
    for language, stem in (("ar", draft.stem_ar), ("en", draft.stem_en)):
        address = reverse("assessments_preview_phone", args=[draft.public_id, language])
        response = lead.get(address)
        page = response.content.decode()
        assert stem in page
        assert f'<html lang="{language}"' in page
        assert response["X-Frame-Options"] == "SAMEORIGIN"
        assert client_of(learner).get(address).status_code in (302, 403)


# --- Exams


def exam_data(exam: Exam, **changes: Any) -> dict[str, Any]:
    return {
        "code": exam.code,
        "course": exam.course_id,
        "bank": exam.bank_id,
        "name_ar": exam.name_ar,
        "name_en": exam.name_en,
        "question_count": exam.question_count,
        "duration_minutes": exam.duration_minutes,
        "grace_seconds": exam.grace_seconds,
        "pass_percent": exam.pass_percent,
        "max_attempts": exam.max_attempts,
        "cool_off_hours": exam.cool_off_hours,
        "opens_at": "2026-03-01 08:00",
        "closes_at": "2026-03-20 18:00",
        "feedback": exam.feedback,
        "release": exam.release,
        "marker_difference_percent": exam.marker_difference_percent,
        "appeal_days": exam.appeal_days,
    } | changes


def save_exam(lead: Client, exam: Exam, **changes: Any) -> bool:
    address = reverse("exams:edit", args=[exam.pk])
    return lead.post(address, exam_data(exam, **changes)).status_code == 302


def test_a_lead_changes_an_exam(lead: Client, exam: Exam) -> None:
    assert save_exam(lead, exam, pass_percent=80)
    assert Exam.objects.get(pk=exam.pk).pass_percent == 80


@pytest.mark.parametrize(
    "changes",
    [
        {"question_count": 7},
        {"question_count": 0},
        {"duration_minutes": 0},
        {"pass_percent": 101},
        {"max_attempts": 0},
        {"closes_at": "2026-03-01 08:00"},
        {"closes_at": "2026-02-01 08:00"},
    ],
)
def test_an_impossible_exam_is_refused(lead: Client, exam: Exam, changes: dict[str, Any]) -> None:
    before = Exam.objects.values().get(pk=exam.pk)
    assert not save_exam(lead, exam, **changes)
    assert Exam.objects.values().get(pk=exam.pk) == before


def test_an_exam_with_attempts_keeps_its_course_and_bank(lead: Client, exam: Exam, attempt: Attempt) -> None:
    other = ExamFactory()
    assert not save_exam(lead, exam, bank=other.bank_id)
    assert not save_exam(lead, exam, course=other.course_id)
    assert save_exam(lead, exam, max_attempts=3)


def test_retired_questions_do_not_count_for_a_form(lead: Client, exam: Exam) -> None:
    for question in exam.bank.questions.all()[:3]:
        Question.objects.filter(pk=question.pk).update(is_retired=True)
    assert not save_exam(lead, exam, question_count=4)
    assert save_exam(lead, exam, question_count=3)


# --- Attempts


def cohort_of(trainer: User, exam: Exam) -> User:
    return enrol(exam, cohort__trainer=trainer).learner


def names_on(web: Client, **query: Any) -> str:
    return str(web.get(reverse("attempts:index"), query).content.decode())


def test_a_trainer_sees_the_attempts_of_the_own_cohorts_only(trainer: User, exam: Exam) -> None:
    own, other = cohort_of(trainer, exam), enrol(exam).learner
    mine, theirs = started_attempt(exam, own), started_attempt(exam, other)
    web = client_of(trainer)
    page = names_on(web)
    assert own.name_ar in page
    assert reverse("attempts:inspect", args=[mine.pk]) in page
    assert reverse("attempts:inspect", args=[theirs.pk]) not in page
    assert web.get(reverse("attempts:inspect", args=[mine.pk])).status_code == 200
    assert web.get(reverse("attempts:inspect", args=[theirs.pk]), follow=True).status_code == 404


def test_a_trainer_does_not_see_exams_that_people_sit_for_another_course(trainer: User, exam: Exam) -> None:
    own = cohort_of(trainer, exam)
    other = ExamFactory()
    enrol(other, own)
    elsewhere = started_attempt(other, own)
    address = reverse("attempts:inspect", args=[elsewhere.pk])
    assert client_of(trainer).get(address, follow=True).status_code == 404


@pytest.mark.parametrize("role", [Role.PROGRAMME_LEAD, Role.AUDITOR])
def test_leads_and_auditors_see_every_attempt(role: Role, attempt: Attempt) -> None:
    web = client_of(staff(role))
    assert attempt.learner.name_ar in names_on(web)
    page = web.get(reverse("attempts:inspect", args=[attempt.pk])).content.decode()
    assert str(attempt.public_id) in page
    assert "1 مارس 2026، 12:00" in page


def test_attempts_are_filtered_by_state_exam_and_cohort(lead: Client, exam: Exam, learner: User) -> None:
    attempt = sit(exam, learner, right=4)
    running = started_attempt(exam, enrol(exam).learner)
    cohort = learner.enrolments.get().cohort_id
    for query in ({"state": "RELEASED"}, {"cohort": cohort}, {"is_passed": "true"}):
        page = names_on(lead, **query)
        assert reverse("attempts:inspect", args=[attempt.pk]) in page
        assert reverse("attempts:inspect", args=[running.pk]) not in page


def test_attempts_are_found_by_a_name_however_it_is_spelt(lead: Client, exam: Exam) -> None:
    found = started_attempt(exam, enrol(exam, learner=UserFactory(name_ar="أحمد المصراتي")).learner)
    page = names_on(lead, q="احمد مصراتي")
    assert reverse("attempts:inspect", args=[found.pk]) in page
    assert reverse("attempts:inspect", args=[found.pk]) not in names_on(lead, q="خديجة")


@pytest.mark.parametrize("screen", ["add", "edit", "delete"])
def test_nobody_writes_attempts_in_a_form_not_even_a_superuser(attempt: Attempt, screen: str) -> None:
    web = client_of(UserFactory(is_superuser=True, is_staff=True))
    args = [] if screen == "add" else [attempt.pk]
    assert web.post(reverse(f"attempts:{screen}", args=args), {}).status_code == 302
    assert Attempt.objects.filter(pk=attempt.pk).exists()


def test_an_export_runs_no_formulas(lead: Client, exam: Exam) -> None:
    learner = enrol(exam, learner=UserFactory(name_ar="=HYPERLINK(1)")).learner
    started_attempt(exam, learner)
    response = lead.get(reverse("attempts:index"), {"export": "csv"})
    content = b"".join(response.streaming_content).decode()
    assert "'=HYPERLINK(1)" in content
    assert ",=HYPERLINK" not in content


# --- Queries


def count_queries(web: Client, address: str) -> int:
    web.get(address)
    with CaptureQueriesContext(connection) as queries:
        assert web.get(address).status_code == 200
    return len(queries)


def test_queries_of_the_lists_do_not_grow(lead: Client) -> None:
    counts: dict[str, set[int]] = {screen: set() for screen in SCREENS}
    for size in (1, 3, 14):
        exam = ExamFactory(bank=make_bank(f"B{size}", questions=size), question_count=1)
        for _ in range(size):
            sit(exam, enrol(exam).learner, right=0, at=NOON - timedelta(days=1))
        for screen in SCREENS:
            counts[screen].add(count_queries(lead, reverse(f"{screen}:index")))
    assert {screen: len(seen) for screen, seen in counts.items()} == dict.fromkeys(SCREENS, 1), counts
