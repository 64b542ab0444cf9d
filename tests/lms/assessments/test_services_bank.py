"""Writing, publishing and importing questions."""

from dataclasses import replace
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from wagtail.models import ModelLogEntry

from lms.assessments.bankfile import BankFile
from lms.assessments.content import Bilingual
from lms.assessments.errors import BankFileError, QuestionIncompleteError
from lms.assessments.models import ImmutableVersionError, Question, QuestionBank, QuestionVersion
from lms.assessments.services.bank import import_question_bank, lock_draft, open_draft, publish_version
from tests.factories.assessments import AREAS, NOON, make_bank, question_content, question_entry
from tests.factories.people import UserFactory

pytestmark = pytest.mark.django_db

PROJECT_BANK = Path(__file__).parents[3] / "content" / "questions" / "lto-certification.yaml"


@pytest.fixture
def question() -> Question:
    return make_bank(questions=1).questions.get()


def bank_file(*entries, code: str = "BANK") -> BankFile:  # type: ignore[no-untyped-def]
    return BankFile(code, Bilingual("بنك", "Bank"), AREAS, entries)


# --- Drafts and publishing


def test_open_draft_copies_the_newest_version(question: Question) -> None:
    draft = open_draft(question=question)
    assert (draft.number, draft.published_at) == (2, None)
    assert draft.content() == question.versions.get(number=1).content()


def test_open_draft_returns_the_draft_there_is(question: Question) -> None:
    assert open_draft(question=question).pk == open_draft(question=question).pk


def test_open_draft_of_a_new_question_is_empty(question: Question) -> None:
    new = Question.objects.create(bank=question.bank, code="NEW", area=question.area, difficulty="easy")
    assert open_draft(question=new).number == 1


def test_publish_seals_the_version_and_makes_it_current(question: Question) -> None:
    draft = open_draft(question=question)
    draft.stem_en = "Better?"
    draft.save()
    published = publish_version(version=draft, actor=UserFactory(), at=NOON)
    assert (published.number, published.published_at) == (2, NOON)
    assert QuestionVersion.objects.current().get() == published
    assert QuestionVersion.objects.get(pk=published.pk).is_intact()
    assert ModelLogEntry.objects.filter(action="assessments.publish_version").count() == 1


def test_publish_twice_changes_nothing(question: Question) -> None:
    draft = open_draft(question=question)
    first = publish_version(version=draft, at=NOON)
    assert publish_version(version=draft).published_at == first.published_at


def test_a_draft_overtaken_by_a_newer_version_still_becomes_the_current_one(question: Question) -> None:
    draft = open_draft(question=question)
    QuestionVersion.objects.filter(pk=draft.pk).update(number=9)
    overtaken = QuestionVersion.objects.get(pk=draft.pk)
    publish_version(version=overtaken)
    QuestionVersion.objects.create(question=question, number=4, kind="single")
    late = open_draft(question=question)
    assert late.number == 4
    for option in question_content().options:
        late.options.create(
            key=option.key, is_correct=option.is_correct, text_ar=option.text.ar, text_en=option.text.en
        )
    late.stem_ar, late.stem_en, late.explanation_ar, late.explanation_en = "س", "s", "ش", "e"
    late.save()
    assert publish_version(version=late).number == 10
    assert QuestionVersion.objects.current().get() == late


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        (lambda draft: draft.options.filter(is_correct=True).update(is_correct=False), "No option is marked"),
        (lambda draft: draft.options.update(is_correct=True), "only one correct option"),
        (lambda draft: draft.options.filter(key="a").update(text_ar=" "), "Option a has no Arabic text"),
        (lambda draft: QuestionVersion.objects.filter(pk=draft.pk).update(stem_en=""), "no English text"),
        (lambda draft: draft.options.exclude(key="b").delete(), "at least two options"),
    ],
)
def test_publish_refuses_an_incomplete_question_with_the_reason(
    question: Question, change, reason: str, settings
) -> None:  # type: ignore[no-untyped-def]
    settings.LANGUAGE_CODE = "en"
    draft = open_draft(question=question)
    change(draft)
    with pytest.raises(QuestionIncompleteError) as refusal:
        publish_version(version=draft)
    assert any(reason in text for text in refusal.value.reasons)
    assert not QuestionVersion.objects.get(pk=draft.pk).is_published


def test_lock_draft_refuses_what_was_published_meanwhile(question: Question) -> None:
    draft = open_draft(question=question)
    publish_version(version=draft)
    with pytest.raises(ImmutableVersionError):
        lock_draft(version=draft)


# --- Import


def test_import_creates_published_questions_with_their_areas() -> None:
    report = import_question_bank(
        bank_file=bank_file(question_entry("Q1"), question_entry("Q2", "principles"))
    )
    assert report.created == ["Q1", "Q2"]
    bank = QuestionBank.objects.get(code="BANK")
    assert QuestionVersion.objects.filter(question__bank=bank).current().count() == 2
    assert [area.code for area in bank.areas.all()] == list(AREAS)
    assert bank.questions.get(code="Q2").area.name_en == "Principles"


def test_import_of_the_same_file_again_changes_nothing() -> None:
    entries = (question_entry("Q1"), question_entry("Q2"))
    import_question_bank(bank_file=bank_file(*entries))
    before = list(QuestionVersion.objects.values())
    report = import_question_bank(bank_file=bank_file(*entries))
    assert report.unchanged == ["Q1", "Q2"]
    assert not report.has_changes
    assert list(QuestionVersion.objects.values()) == before


def test_import_of_a_changed_question_writes_a_new_version_and_keeps_the_old() -> None:
    import_question_bank(bank_file=bank_file(question_entry("Q1"), question_entry("Q2")))
    changed = replace(question_entry("Q1"), content=question_content("other"))
    report = import_question_bank(bank_file=bank_file(changed, question_entry("Q2")))
    assert (report.revised, report.unchanged) == (["Q1"], ["Q2"])
    first, second = QuestionVersion.objects.filter(question__code="Q1").order_by("number")
    assert first.content() == question_content("Q1")
    assert second.content() == question_content("other")
    assert second in QuestionVersion.objects.current()


def test_import_files_a_question_elsewhere_without_a_new_version() -> None:
    import_question_bank(bank_file=bank_file(question_entry("Q1", "law")))
    moved = replace(question_entry("Q1", "principles"), difficulty="hard")
    report = import_question_bank(bank_file=bank_file(moved))
    assert report.retagged == ["Q1"]
    question = Question.objects.get(code="Q1")
    assert (question.area.code, question.difficulty, question.versions.count()) == ("principles", "hard", 1)


def test_import_leaves_questions_that_the_file_does_not_hold_and_names_them() -> None:
    import_question_bank(bank_file=bank_file(question_entry("Q1"), question_entry("Q2")))
    report = import_question_bank(bank_file=bank_file(question_entry("Q2")))
    assert report.absent == ["Q1"]
    assert Question.objects.get(code="Q1").versions.count() == 1


def test_a_dry_run_says_the_same_and_writes_nothing() -> None:
    report = import_question_bank(bank_file=bank_file(question_entry("Q1")), dry_run=True)
    assert report.created == ["Q1"]
    assert not QuestionBank.objects.exists()


def test_import_does_not_overwrite_somebody_s_draft_and_imports_nothing_at_all(question: Question) -> None:
    open_draft(question=question)
    changed = replace(question_entry(question.code), content=question_content("other"))
    with pytest.raises(BankFileError, match=question.code):
        import_question_bank(bank_file=bank_file(question_entry("Q900"), changed))
    assert not Question.objects.filter(code="Q900").exists()


def test_import_keeps_area_names_given_in_the_office_unless_the_file_names_them() -> None:
    import_question_bank(bank_file=bank_file(question_entry("Q1")))
    nameless = BankFile(
        "BANK", Bilingual("بنك", "Bank"), {}, (question_entry("Q1", "law"), question_entry("Q2", "new-area"))
    )
    import_question_bank(bank_file=nameless)
    areas = {area.code: area.name_en for area in QuestionBank.objects.get(code="BANK").areas.all()}
    assert areas["law"] == "Legal framework"
    assert areas["new-area"] == "New area"


@pytest.mark.parametrize("count", [1, 8])
def test_importing_unchanged_questions_costs_the_same_number_of_queries(
    count: int, django_assert_num_queries
) -> None:  # type: ignore[no-untyped-def]
    entries = tuple(question_entry(f"Q{n}") for n in range(count))
    import_question_bank(bank_file=bank_file(*entries))
    with django_assert_num_queries(11):
        import_question_bank(bank_file=bank_file(*entries))


# --- Command


def test_command_imports_the_bank_of_the_project_twice_without_change() -> None:
    out = StringIO()
    call_command("import_question_bank", PROJECT_BANK, stdout=out)
    assert QuestionVersion.objects.current().count() >= 20
    versions = QuestionVersion.objects.count()
    call_command("import_question_bank", PROJECT_BANK, stdout=out)
    assert QuestionVersion.objects.count() == versions
    assert all(version.is_intact() for version in QuestionVersion.objects.prefetch_related("options"))


def test_command_dry_run_writes_nothing() -> None:
    call_command("import_question_bank", PROJECT_BANK, "--dry-run", stdout=StringIO())
    assert not QuestionBank.objects.exists()


@pytest.mark.parametrize(
    "text", ["code: [unclosed", "- a\n- b\n", "code: X\ntitle: {ar: س, en: s}\nquestions: []\n", ""]
)
def test_command_refuses_a_bad_file_whole(tmp_path: Path, text: str) -> None:
    path = tmp_path / "bank.yaml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(CommandError):
        call_command("import_question_bank", path, stdout=StringIO())
    assert not QuestionBank.objects.exists()


def test_command_refuses_a_missing_file_and_a_file_in_another_encoding(tmp_path: Path) -> None:
    with pytest.raises(CommandError):
        call_command("import_question_bank", tmp_path / "none.yaml")
    path = tmp_path / "cp1256.yaml"
    path.write_bytes("code: اسم".encode("cp1256"))
    with pytest.raises(CommandError):
        call_command("import_question_bank", path)
