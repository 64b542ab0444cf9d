"""Questions of every kind in the bank: what is imported is what is kept, sealed, copied and written again."""

from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest
from django.utils import translation
from wagtail.images.models import Image

from lms.assessments.bankfile import BankFile
from lms.assessments.content import KINDS, Kind, digest
from lms.assessments.errors import BankFileError, QuestionIncompleteError
from lms.assessments.models import (
    ImmutableVersionError,
    Option,
    QuestionBank,
    QuestionVersion,
    RubricRow,
    Scenario,
    Stimulus,
)
from lms.assessments.selectors import bank_as_file
from lms.assessments.services.bank import import_question_bank, open_draft, publish_version
from tests.factories.assessments import NOON
from tests.factories.questions import (
    STORY,
    both,
    content_of,
    entry_of,
    every_kind_bank,
    every_kind_file,
    png,
    version_of,
)

pytestmark = pytest.mark.django_db


def of_one(kind: Kind, **changes: Any) -> BankFile:
    return replace(
        every_kind_file(), questions=(entry_of(kind, content=content_of(kind, **changes)),), scenarios=()
    )


@pytest.mark.parametrize("kind", KINDS)
def test_the_bank_says_what_the_file_said(kind: Kind) -> None:
    bank = every_kind_bank()
    [entry] = [entry for entry in every_kind_file().questions if entry.content.kind == kind]
    version = version_of(bank, kind)
    expected = replace(entry.content, stimulus=STORY if entry.scenario else None)
    assert digest(version.content()) == digest(expected) == version.digest
    assert version.is_intact()


def test_importing_the_same_file_again_changes_nothing_and_keeps_one_image() -> None:
    every_kind_bank()
    report = import_question_bank(bank_file=every_kind_file(), at=NOON)
    assert not report.has_changes
    assert Image.objects.count() == 1
    assert Stimulus.objects.count() == 1


def test_a_bank_written_as_a_file_is_the_file_it_came_from() -> None:
    bank = every_kind_bank()
    written = bank_as_file(bank)
    assert {entry.code: digest(entry.content) for entry in written.questions} == {
        entry.code: digest(entry.content) for entry in every_kind_file().questions
    }
    assert [(entry.scenario, entry.scenario_order) for entry in written.questions if entry.scenario] == [
        ("hall-0", 1),
        ("hall-0", 2),
    ]
    assert import_question_bank(bank_file=written, at=NOON).has_changes is False


@pytest.mark.parametrize("kind", KINDS)
def test_a_new_draft_is_a_copy_and_publishing_it_unchanged_gives_the_same_seal(kind: Kind) -> None:
    published = version_of(every_kind_bank(), kind)
    draft = open_draft(question=published.question)
    assert digest(draft.content()) == published.digest
    again = publish_version(version=draft, at=NOON)
    assert (again.number, again.digest) == (published.number + 1, published.digest)
    assert QuestionVersion.objects.get(pk=again.pk).is_intact()


@pytest.mark.parametrize(
    ("kind", "changes", "reason"),
    [
        ("single", {"is_correct": False}, "No option is marked as correct."),
        ("multiple", {"is_correct": True}, "at least one wrong option"),
        ("hotspot", {"region": ""}, "has no region on the image"),
        ("matching", {"match_en": ""}, "has no English text"),
    ],
)
def test_a_question_that_is_not_complete_is_refused_with_the_reason(
    kind: Kind, changes: dict[str, Any], reason: str
) -> None:
    draft = open_draft(question=version_of(every_kind_bank(), kind).question)
    draft.options.update(**changes)
    with translation.override("en"), pytest.raises(QuestionIncompleteError) as refusal:
        publish_version(version=draft, at=NOON)
    assert any(reason in one for one in refusal.value.reasons)
    assert not QuestionVersion.objects.get(pk=draft.pk).is_published


@pytest.mark.parametrize("kind", ["numeric", "short_text"])
def test_a_question_without_its_answer_is_refused(kind: Kind) -> None:
    draft = open_draft(question=version_of(every_kind_bank(), kind).question)
    draft.spec = {}
    draft.save()
    with pytest.raises(QuestionIncompleteError):
        publish_version(version=draft, at=NOON)


def test_what_another_kind_left_behind_is_taken_out_when_a_draft_is_published() -> None:
    draft = open_draft(question=version_of(every_kind_bank(), "open_text").question)
    draft.kind = "short_text"
    draft.spec = {"accepted": ["yes"]}
    draft.save()
    Option.objects.create(version=draft, key="a", text_ar="ا", text_en="a")
    published = QuestionVersion.objects.get(pk=publish_version(version=draft, at=NOON).pk)
    assert published.is_intact()
    assert (published.options.count(), published.rubric.count()) == (0, 0)


def test_the_rubric_of_a_published_version_never_changes() -> None:
    version = version_of(every_kind_bank(), "open_text")
    row = version.rubric.all()[0]
    row.marks = Decimal(9)
    for change in (
        row.save,
        row.delete,
        version.rubric.all().delete,
        lambda: version.rubric.update(marks=9),
        lambda: RubricRow.objects.create(version=version, key="z", marks=1),
        lambda: RubricRow.objects.bulk_create([RubricRow(version=version, key="z", marks=1)]),
    ):
        with pytest.raises(ImmutableVersionError):
            change()


# --- Scenarios


def test_questions_of_a_scenario_keep_the_text_that_they_were_published_with() -> None:
    bank = every_kind_bank()
    version = version_of(bank, "hotspot")
    Scenario.objects.update(text_en="Rewritten")
    assert QuestionVersion.objects.get(pk=version.pk).content().stimulus == replace(
        STORY, image=replace(STORY.image, name=version.stimulus.image.filename)
    )
    draft = open_draft(question=version.question)
    assert draft.content().stimulus.text.en == "Rewritten"
    publish_version(version=draft, at=NOON)
    texts = {one.stimulus.text_en for one in QuestionVersion.objects.filter(question=version.question)}
    assert texts == {STORY.text.en, "Rewritten"}


def test_a_scenario_that_changes_in_the_file_gives_its_questions_new_versions() -> None:
    every_kind_bank()
    story = replace(STORY, text=both("At eleven the hall is empty."))
    bank_file = every_kind_file()
    changed = replace(bank_file, scenarios=(replace(bank_file.scenarios[0], stimulus=story),))
    assert import_question_bank(bank_file=changed, at=NOON).revised == ["HOTSPOT", "OPEN_TEXT"]


def test_a_published_text_of_a_scenario_never_changes() -> None:
    every_kind_bank()
    sealed = Stimulus.objects.get()
    sealed.text_en = "Rewritten"
    with pytest.raises(ImmutableVersionError):
        sealed.save()


# --- Images


def test_an_image_that_is_not_in_the_file_is_refused_whole() -> None:
    with pytest.raises(BankFileError, match=r"hall\.png"):
        import_question_bank(bank_file=replace(of_one("hotspot"), images={}), at=NOON)
    assert not QuestionBank.objects.exists()


@pytest.mark.parametrize("data", [b"", b"<svg/>", b"GIF89a", png()[:60], b"\x89PNG\r\n\x1a\n" + b"\x00" * 40])
def test_a_file_that_is_no_image_is_refused(data: bytes) -> None:
    [sha256] = of_one("hotspot").images
    with pytest.raises(BankFileError):
        import_question_bank(bank_file=replace(of_one("hotspot"), images={sha256: data}), at=NOON)
    assert not Image.objects.exists()


def test_an_image_that_was_exchanged_behind_a_published_question_is_noticed() -> None:
    version = version_of(every_kind_bank(), "hotspot")
    assert version.has_image_as_sealed()
    with version.image.file.storage.open(version.image.file.name, "wb") as file:
        file.write(png(colour="black"))
    assert not QuestionVersion.objects.get(pk=version.pk).has_image_as_sealed()
