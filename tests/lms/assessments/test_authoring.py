"""Writing questions of every kind in the administration, as a person does: open the page, fill it in, send it."""

from decimal import Decimal
from typing import Any

import pytest
from bs4 import BeautifulSoup
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import translation
from wagtail.images.models import Image
from wagtail.users.models import UserProfile

from lms.assessments.content import KINDS, Kind, Region, digest
from lms.assessments.models import Exam, Question, QuestionBank, QuestionVersion, Scenario
from lms.assessments.services.bank import open_draft, publish_version
from lms.people.enums import Role
from lms.people.services import sync_roles
from tests.factories.assessments import NOON, ExamFactory, enrol, sit
from tests.factories.people import UserFactory
from tests.factories.questions import every_kind_bank, png, version_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def bank(db: None) -> QuestionBank:
    return every_kind_bank()


def client_of(role: Role) -> Client:
    sync_roles()
    client = Client()
    user = UserFactory(role=role, is_staff=True)
    UserProfile.objects.create(user=user, preferred_language="en")
    client.force_login(user)
    return client


@pytest.fixture
def lead() -> Client:
    return client_of(Role.PROGRAMME_LEAD)


@pytest.fixture
def trainer() -> Client:
    return client_of(Role.MASTER_TRAINER)


def at(name: str, *args: Any) -> str:
    with translation.override("en"):
        return reverse(name, args=args)


def fields_of(html: bytes) -> dict[str, Any]:
    """What the browser would send for the edit form of a page, without its buttons."""
    form = BeautifulSoup(html, "html.parser").select_one(
        "form[method=POST], form[data-edit-form], #w-editor-form"
    )
    assert form is not None
    data: dict[str, Any] = {}
    for field in form.select("input[name], select[name], textarea[name]"):
        name, kind = field["name"], field.get("type", "")
        if "__prefix__" in name or name == "next" or kind in ("submit", "file"):
            continue
        if kind in ("checkbox", "radio"):
            if field.has_attr("checked"):
                data[name] = field.get("value", "on")
        elif field.name == "select":
            chosen = field.select_one("option[selected]")
            data[name] = chosen["value"] if chosen else ""
        elif field.name == "textarea":
            data[name] = field.text.removeprefix("\n")
        else:
            data[name] = field.get("value", "")
    return data


def draft_of(bank: QuestionBank, kind: Kind) -> QuestionVersion:
    return open_draft(question=version_of(bank, kind).question)


def edit(client: Client, draft: QuestionVersion, **changes: Any) -> Any:
    address = at("question_versions:edit", draft.pk)
    return client.post(address, fields_of(client.get(address).content) | changes, follow=True)


def errors_on(response: Any) -> str:
    soup = BeautifulSoup(response.content, "html.parser")
    return " ".join(
        one.get_text(" ", strip=True) for one in soup.select(".w-field__errors, .messages, .help-critical")
    )


@pytest.mark.parametrize("kind", KINDS)
def test_a_draft_of_any_kind_is_opened_saved_and_published_without_losing_anything(
    lead: Client, bank: QuestionBank, kind: Kind
) -> None:
    published = version_of(bank, kind)
    draft = draft_of(bank, kind)
    edit(lead, draft)
    saved = QuestionVersion.objects.get(pk=draft.pk)
    assert digest(saved.content()) == published.digest
    edit(lead, draft, **{"action-publish": "1"})
    assert QuestionVersion.objects.get(pk=draft.pk).digest == published.digest


@pytest.mark.parametrize("kind", KINDS)
def test_arabic_and_english_stand_side_by_side(lead: Client, bank: QuestionBank, kind: Kind) -> None:
    html = lead.get(at("question_versions:edit", draft_of(bank, kind).pk)).content
    soup = BeautifulSoup(html, "html.parser")
    names = [field["name"] for field in soup.select("textarea[name]")]
    for name in ("stem", "explanation", "image_alt"):
        assert names.index(f"{name}_en") == names.index(f"{name}_ar") + 1
        assert soup.select_one(f"[name={name}_ar]")["dir"] == "rtl"
        assert soup.select_one(f"[name={name}_en]")["dir"] == "ltr"
    assert [name for name in names if name.endswith("text_ar")] == [
        name.replace("_en", "_ar") for name in names if name.endswith("text_en")
    ]


def test_a_kind_is_chosen_and_brings_its_own_fields(lead: Client, bank: QuestionBank) -> None:
    draft = draft_of(bank, "single")
    page = edit(lead, draft, kind="numeric").content.decode()
    assert 'name="tolerance"' in page
    assert 'name="options-0-text_ar"' not in page
    edit(lead, draft, right_number="٣٫٥", tolerance="0,25", unit_ar="كم", unit_en="km")
    key = QuestionVersion.objects.get(pk=draft.pk).content().numeric
    assert (key.value, key.tolerance, key.unit.en) == (Decimal("3.5"), Decimal("0.25"), "km")
    edit(lead, draft, **{"action-publish": "1"})
    published = QuestionVersion.objects.get(pk=draft.pk)
    assert published.is_published
    assert published.is_intact()
    assert not published.options.exists()


@pytest.mark.parametrize("kind", KINDS)
def test_a_new_question_of_any_kind_begins_with_an_empty_draft(
    trainer: Client, bank: QuestionBank, kind: Kind
) -> None:
    question = Question.objects.create(
        bank=bank, code="NEW", area=bank.areas.first(), topic="t", difficulty="easy"
    )
    page = trainer.get(at("questions:inspect", question.pk)).content.decode()
    assert f'<option value="{kind}">' in page
    response = trainer.post(at("assessments_open_draft", question.public_id), {"kind": kind}, follow=True)
    assert response.status_code == 200
    assert question.versions.get().kind == kind


def test_an_unknown_kind_is_refused(lead: Client, bank: QuestionBank) -> None:
    question = bank.questions.first()
    assert lead.post(at("assessments_open_draft", question.public_id), {"kind": "essay"}).status_code == 400


def test_what_is_no_number_is_told_at_its_field(lead: Client, bank: QuestionBank) -> None:
    draft = draft_of(bank, "numeric")
    before = QuestionVersion.objects.get(pk=draft.pk).spec
    response = edit(lead, draft, right_number="about ten")
    assert "Write a number" in errors_on(response)
    assert QuestionVersion.objects.get(pk=draft.pk).spec == before


def test_what_is_no_region_is_told_at_its_field(lead: Client, bank: QuestionBank) -> None:
    response = edit(lead, draft_of(bank, "hotspot"), **{"options-0-region": "10, 20"})
    assert "Write the numbers only" in errors_on(response)


def test_regions_are_kept_in_one_spelling(lead: Client, bank: QuestionBank) -> None:
    draft = draft_of(bank, "hotspot")
    edit(lead, draft, **{"options-0-region": " ١٠, 20 ,30 40"})
    saved = QuestionVersion.objects.get(pk=draft.pk)
    assert saved.options.get(key="a").region == "10 20 30 40"
    assert saved.content().options[0].region == Region("rect", (10, 20, 30, 40))


def test_the_page_of_a_hotspot_shows_its_image_with_a_grid(lead: Client, bank: QuestionBank) -> None:
    draft = draft_of(bank, "hotspot")
    page = lead.get(at("question_versions:edit", draft.pk)).content.decode()
    assert page.count("exam-guide-line") == 9
    assert page.count("exam-spot-mark") == 3
    QuestionVersion.objects.filter(pk=draft.pk).update(image=None)
    assert "Choose the image and save" in lead.get(at("question_versions:edit", draft.pk)).content.decode()


def test_steps_are_right_in_the_order_in_which_they_are_arranged(lead: Client, bank: QuestionBank) -> None:
    draft = draft_of(bank, "ordering")
    page = fields_of(lead.get(at("question_versions:edit", draft.pk)).content)
    orders = {name: page[name] for name in page if name.endswith("-ORDER")}
    assert sorted(orders.values()) == ["1", "2", "3"]
    first, *rest = orders
    edit(lead, draft, **{first: "3", rest[0]: "1", rest[1]: "2"})
    texts = [page[name.replace("ORDER", "text_en")] for name in (rest[0], rest[1], first)]
    content = QuestionVersion.objects.get(pk=draft.pk).content()
    assert [option.text.en for option in content.options_in_order] == texts


def test_a_true_or_false_question_needs_only_its_answer(lead: Client, bank: QuestionBank) -> None:
    draft = draft_of(bank, "true_false")
    edit(lead, draft, is_true="true")
    options = QuestionVersion.objects.get(pk=draft.pk).content().options
    assert {option.key: option.is_correct for option in options} == {"t": True, "f": False}


@pytest.mark.parametrize(
    ("kind", "credit", "kept"),
    [
        ("multiple", "per_option", "per_option"),
        ("multiple", "right_minus_wrong", None),
        ("matching", "all_or_nothing", "all_or_nothing"),
    ],
)
def test_the_usual_rule_for_partly_right_answers_is_not_written_down(
    lead: Client, bank: QuestionBank, kind: Kind, credit: str, kept: str | None
) -> None:
    draft = draft_of(bank, kind)
    edit(lead, draft, credit=credit)
    content = QuestionVersion.objects.get(pk=draft.pk).content()
    assert content.credit == kept
    assert content.credit_rule == credit


def test_a_criterion_added_to_a_rubric_gets_a_free_key(lead: Client, bank: QuestionBank) -> None:
    draft = draft_of(bank, "open_text")
    new = {
        "rubric-2-id": "",
        "rubric-2-text_ar": "ا",
        "rubric-2-text_en": "x",
        "rubric-2-marks": "2",
        "rubric-2-ORDER": "3",
    }
    edit(lead, draft, **{"rubric-TOTAL_FORMS": "3"}, **new)
    rubric = QuestionVersion.objects.get(pk=draft.pk).content().rubric
    assert [(one.key, one.marks) for one in rubric] == [("a", 1), ("b", Decimal("1.5")), ("c", 2)]


@pytest.mark.parametrize(
    ("kind", "changes", "reason"),
    [
        ("short_text", {"accepted": " \n "}, "No accepted answer is given."),
        ("numeric", {"right_number": ""}, "The right number is missing."),
        ("hotspot", {"image_alt_en": ""}, "The image is not described in English."),
        ("matching", {"options-0-match_en": ""}, "The match of option a has no English text."),
    ],
)
def test_an_incomplete_draft_is_saved_and_not_published_with_the_reason(
    lead: Client, bank: QuestionBank, kind: Kind, changes: dict[str, str], reason: str
) -> None:
    draft = draft_of(bank, kind)
    page = edit(lead, draft, **changes, **{"action-publish": "1"}).content.decode()
    assert "The draft is saved but not published." in page
    assert reason in page
    assert not QuestionVersion.objects.get(pk=draft.pk).is_published


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("language", ["ar", "en"])
def test_the_preview_shows_any_kind_as_on_the_phone(
    lead: Client, bank: QuestionBank, kind: Kind, language: str
) -> None:
    draft = draft_of(bank, kind)
    page = lead.get(at("assessments_preview_phone", draft.public_id, language)).content.decode()
    assert (draft.stem_ar if language == "ar" else draft.stem_en) in page
    assert 'name="q1' in page


# --- Usage


def test_the_page_of_a_question_says_where_it_was_asked_and_how_well(lead: Client) -> None:
    exam = ExamFactory(question_count=6)
    for _person in range(3):
        sit(exam, enrol(exam).learner, right=6)
    question = exam.bank.questions.first()
    words = BeautifulSoup(lead.get(at("questions:inspect", question.pk)).content, "html.parser").get_text(
        " ", strip=True
    )
    assert "on 3 forms" in words
    assert f"{exam.name_en} 3 3 100%" in words


def test_a_seal_that_was_broken_and_an_image_that_was_exchanged_are_told(
    lead: Client, bank: QuestionBank
) -> None:
    version = version_of(bank, "hotspot")
    address = at("questions:inspect", version.question_id)
    assert "no longer" not in lead.get(address).content.decode()
    version.image.file.storage.delete(version.image.file.name)
    assert "no longer the one that was sealed" in lead.get(address).content.decode()


def test_queries_of_the_pages_of_questions_do_not_grow(lead: Client) -> None:
    figures = []
    for times in (1, 3):
        bank = every_kind_bank(f"K{times}", times=times)
        exam = ExamFactory(bank=bank, question_count=8)
        sit_nothing = enrol(exam).learner
        assert sit_nothing
        lead.get(at("questions:index"))
        with CaptureQueriesContext(connection) as queries:
            lead.get(at("questions:index"), {"bank": bank.pk})
        figures.append(len(queries))
    assert figures[0] == figures[1], figures


# --- Images


def test_an_image_of_a_published_question_cannot_be_deleted_or_exchanged(
    lead: Client, bank: QuestionBank
) -> None:
    image = Image.objects.get()
    lead.post(at("wagtailimages:delete", image.pk))
    assert Image.objects.filter(pk=image.pk).exists()
    name, address = image.file.name, at("wagtailimages:edit", image.pk)
    data = fields_of(lead.get(address).content) | {"title": "Another hall"}
    page = lead.post(address, data | {"file": SimpleUploadedFile("new.png", png(), "image/png")})
    assert "must stay as people saw it" in page.content.decode()
    assert Image.objects.get().file.name == name
    lead.post(address, data)
    assert (Image.objects.get().title, Image.objects.get().file.name) == ("Another hall", name)


def test_an_image_that_no_published_question_shows_may_be_exchanged(lead: Client) -> None:
    image = Image.objects.create(title="A draft", file=SimpleUploadedFile("old.png", png(), "image/png"))
    address = at("wagtailimages:edit", image.pk)
    data = fields_of(lead.get(address).content)
    lead.post(address, data | {"file": SimpleUploadedFile("new.png", png(), "image/png")})
    assert "new" in Image.objects.get(pk=image.pk).file.name


# --- Scenarios


def test_a_new_text_of_a_scenario_is_published_to_its_questions(lead: Client, bank: QuestionBank) -> None:
    scenario = Scenario.objects.get()
    address = at("scenarios:edit", scenario.pk)
    page = lead.get(address)
    assert "HOTSPOT" in page.content.decode()
    data = fields_of(page.content) | {"text_en": "Rewritten"}
    lead.post(address, data)
    assert version_count(bank) == len(KINDS)
    words = lead.post(address, data | {"action-publish": "1"}, follow=True).content.decode()
    assert "2 questions have been published with this text." in words
    current = QuestionVersion.objects.filter(question__scenario=scenario).current()
    assert {version.stimulus.text_en for version in current} == {"Rewritten"}


def test_a_scenario_waits_for_the_drafts_of_its_questions(lead: Client, bank: QuestionBank) -> None:
    draft_of(bank, "open_text")
    scenario = Scenario.objects.get()
    address = at("scenarios:edit", scenario.pk)
    data = fields_of(lead.get(address).content) | {"text_en": "Rewritten", "action-publish": "1"}
    words = lead.post(address, data, follow=True).content.decode()
    assert "OPEN_TEXT: this question has an unpublished draft" in words
    assert version_count(bank) == len(KINDS)


def version_count(bank: QuestionBank) -> int:
    return QuestionVersion.objects.filter(question__bank=bank, published_at__isnull=False).count()


def test_a_trainer_may_not_publish_a_scenario(trainer: Client, bank: QuestionBank) -> None:
    address = at("scenarios:edit", Scenario.objects.get().pk)
    data = fields_of(trainer.get(address).content) | {"text_en": "Rewritten", "action-publish": "1"}
    trainer.post(address, data)
    assert version_count(bank) == len(KINDS)


# --- Practice banks


def test_a_bank_of_an_exam_never_becomes_one_for_practice(lead: Client) -> None:
    exam: Exam = ExamFactory()
    address = at("question_banks:edit", exam.bank.pk)
    data = fields_of(lead.get(address).content)
    response = lead.post(address, data | {"practice_course": exam.course.pk})
    assert "An exam draws from this bank" in errors_on(response)


def test_an_exam_never_draws_from_a_practice_bank(lead: Client) -> None:
    exam: Exam = ExamFactory()
    QuestionBank.objects.update(practice_course=exam.course)
    address = at("exams:edit", exam.pk)
    response = lead.post(address, fields_of(lead.get(address).content))
    assert "This bank is for practice" in errors_on(response)


def test_a_published_draft_is_what_new_forms_ask(lead: Client, bank: QuestionBank) -> None:
    draft = draft_of(bank, "numeric")
    publish_version(version=draft, at=NOON)
    assert QuestionVersion.objects.filter(question=draft.question).current().get() == draft
