"""Questions from other people's files into a bank, and a bank into their formats."""

import io
import json
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import translation
from wagtail.images.models import Image
from wagtail.models import ModelLogEntry

from lms.assessments.content import digest
from lms.assessments.interchange.files import FORMATS, read_questions, write_questions
from lms.assessments.interchange.gift_read import read_gift
from lms.assessments.interchange.model import MOST_BYTES, Format, InterchangeError, Reading
from lms.assessments.interchange_report import import_data, import_lines
from lms.assessments.models import Question, QuestionArea, QuestionBank, QuestionVersion, Scenario
from lms.assessments.services.bank import open_draft
from lms.assessments.services.interchange import (
    DEFAULT_BANK,
    ImportOutcome,
    bank_items,
    export_questions,
    import_questions,
)
from tests.factories.assessments import NOON, make_bank
from tests.factories.interchange import content, every_kind, item, options, said

pytestmark = pytest.mark.django_db

BOTH = (
    "// [id:{code}] [tag:area:law] [tag:topic:seals] [tag:difficulty:easy]\n"
    '::{code}::[html]<span lang="ar" class="multilang">سؤال {code}</span>'
    '<span lang="en" class="multilang">Asked {code}</span>'
    "{{TRUE####\\{{mlang ar\\}}لأن\\{{mlang\\}}\\{{mlang en\\}}Because\\{{mlang\\}}}}\n\n"
)
WRITTEN = (QuestionBank, QuestionArea, Question, QuestionVersion, Scenario, Image, ModelLogEntry)
FIXTURES = Path(__file__).resolve().parents[2] / "fixtures/questions"
PROJECT_BANK = Path(__file__).resolve().parents[3] / "content/questions/lto-certification.yaml"


def reading_of(*codes: str) -> Reading:
    return read_gift("".join(BOTH.format(code=code) for code in codes))


def rows() -> dict[str, int]:
    return {model.__name__: model.objects.count() for model in WRITTEN}


def import_(reading: Reading, **options: Any) -> ImportOutcome:
    return import_questions(reading=reading, **{"bank_code": "NEW", "at": NOON, **options})


def test_questions_become_drafts_of_a_new_bank() -> None:
    report = import_(reading_of("A", "B"))
    assert (report.is_new_bank, report.codes("created"), report.drafts) == (True, ["A", "B"], ["A", "B"])
    question = Question.objects.get(bank__code="NEW", code="A")
    assert (question.area.code, question.topic, question.difficulty) == ("law", "seals", "easy")
    draft = question.versions.get()
    assert (draft.is_published, draft.stem_ar, draft.stem_en) == (False, "سؤال A", "Asked A")
    assert (draft.explanation_ar, draft.explanation_en) == ("لأن", "Because")


def test_complete_questions_are_published_where_that_is_asked_for() -> None:
    reading = read_gift(BOTH.format(code="A") + "In English only?{T}\n")
    report = import_(reading, publish=True)
    [published] = QuestionVersion.objects.filter(published_at__isnull=False)
    assert (published.question.code, published.published_at, published.is_intact()) == ("A", NOON, True)
    assert [one.is_published for one in report.outcomes] == [True, False]
    assert len(report.drafts) == 1


def test_a_question_in_one_language_says_what_it_waits_for() -> None:
    report = import_(read_gift("In English only?{=a ~b####Because}"), publish=True)
    [outcome] = report.outcomes
    assert {fault.code for fault in outcome.faults} == {
        "stem_ar_blank",
        "explanation_ar_blank",
        "option_ar_blank",
    }
    assert outcome.item.languages == ("en",)


def test_a_dry_run_writes_nothing_at_all() -> None:
    items = every_kind()
    data = write_questions(items, format_name="qti", bank="B").data
    before = rows()
    report = import_(read_questions(data), publish=True, dry_run=True)
    assert len(report.codes("created")) == len(items)
    assert rows() == before


def test_a_file_with_nothing_for_the_bank_makes_no_bank_and_says_so() -> None:
    before = rows()
    report = import_(read_gift("Only told, not asked.\n"))
    assert (report.is_new_bank, rows()) == (False, before)
    data = import_data("x.gift", report, is_dry_run=False)
    assert (data["written"], len(data["skipped"])) == (False, 1)
    with translation.override("en"):
        assert next(import_lines(report, is_dry_run=False)).startswith("Nothing was written")


@pytest.mark.parametrize("publish", [True, False])
def test_the_same_file_again_changes_nothing(publish: bool) -> None:
    import_(reading_of("A", "B"), publish=publish)
    before = rows()
    report = import_(reading_of("A", "B"), publish=publish)
    assert (report.codes("unchanged"), report.drafts) == (["A", "B"], [])
    assert rows() == before


def test_a_file_without_identities_is_known_again_by_what_it_says() -> None:
    text = "One?{T}\n\nTwo?{F}\n\nOne?{T}\n"
    report = import_(read_gift(text))
    assert [one.outcome for one in report.outcomes] == ["created", "created", "repeated"]
    assert len(set(report.codes("created"))) == 2
    assert len(import_(read_gift(text)).codes("unchanged")) == 2


def test_a_changed_question_gets_a_new_version_and_the_old_stays() -> None:
    import_(reading_of("A"), publish=True)
    changed = read_gift(BOTH.format(code="A").replace("Asked A", "Asked again"))
    report = import_(changed)
    assert (report.codes("revised"), report.drafts) == (["A"], ["A"])
    old, new = QuestionVersion.objects.order_by("number")
    assert (old.stem_en, old.is_published, new.stem_en, new.is_published) == (
        "Asked A",
        True,
        "Asked again",
        False,
    )


def test_an_unpublished_draft_is_never_overwritten() -> None:
    import_(reading_of("A", "B"), publish=True)
    draft = open_draft(question=Question.objects.get(code="A"))
    QuestionVersion.objects.filter(pk=draft.pk).update(stem_en="In work")
    changed = "".join(BOTH.format(code=code).replace("Asked", "Other") for code in "BA")
    before = rows()
    with pytest.raises(InterchangeError) as refusal:
        import_(read_gift(changed))
    assert [(one.code, one.detail) for one in refusal.value.problems] == [("draft_exists", "A")]
    assert rows() == before


def test_what_a_file_does_not_say_of_a_known_question_stays() -> None:
    import_(reading_of("A"))
    bare = BOTH.format(code="A").replace(
        "[tag:area:law] [tag:topic:seals] [tag:difficulty:easy]", "[tag:topic:law]"
    )
    report = import_(read_gift(bare))
    question = Question.objects.get(code="A")
    assert (report.codes("retagged"), report.assumed) == (["A"], {})
    assert (question.area.code, question.topic, question.difficulty) == ("law", "law", "easy")


def test_what_a_file_does_not_say_of_a_new_question_is_assumed_and_told() -> None:
    report = import_(read_gift("// [tag:topic:law]\nOne?{T}\n\n$CATEGORY: القانون\n\nTwo?{T}"))
    assert report.assumed == {"area": 1, "topic": 1, "difficulty": 2}
    areas = {area.code: (area.name_ar, area.order) for area in QuestionArea.objects.filter(bank__code="NEW")}
    assert areas == {"imported": ("Imported", 1), "area-01e88ca5": ("القانون", 2)}


def test_other_questions_of_the_bank_stay_as_they_are() -> None:
    bank = make_bank("NEW", questions=3)
    import_(reading_of("A"))
    assert bank.questions.count() == 4
    assert QuestionVersion.objects.filter(question__bank=bank, published_at__isnull=False).count() == 3


def test_an_import_is_on_record() -> None:
    import_(reading_of("A"))
    entry = ModelLogEntry.objects.get(action="assessments.import_bank")
    assert entry.data == {"format": "gift", "created": 1}


@pytest.mark.parametrize("format_name", FORMATS)
def test_every_kind_goes_through_the_database_and_back(format_name: Format) -> None:
    """Written to a file, read into a bank, published, and exported: the same questions."""
    items = every_kind()
    first = write_questions(items, format_name=format_name, bank="B")
    import_(read_questions(first.data), publish=True)
    left = {one.where for one in first.left}
    lossy = {"spacing", "image_there", "accepted_split"}
    changed = {code for code, losses in first.losses.items() if lossy & {one.code for one in losses}}
    kept = {one.code: said(one) for one in bank_items(QuestionBank.objects.get(code="NEW"))}
    for one in items:
        if one.code not in left | changed:
            assert kept[one.code] == said(one)
    again = export_questions(bank=QuestionBank.objects.get(code="NEW"), format_name=format_name)
    report = import_(read_questions(again.data), publish=True)
    assert len(report.codes("unchanged")) == len(kept)


def test_images_are_kept_once_and_scenarios_told_once() -> None:
    data = write_questions(every_kind(), format_name="qti", bank="B").data
    report = import_(read_questions(data))
    assert Image.objects.count() == 1
    scenario = Scenario.objects.get()
    assert (report.scenarios, scenario.questions.count(), scenario.image) == (
        ["SC-1"],
        2,
        Image.objects.get(),
    )


def test_an_import_costs_a_fixed_number_of_statements_a_question() -> None:
    def statements(*codes: str) -> int:
        with CaptureQueriesContext(
            connection,
        ) as context:
            import_(reading_of(*codes))
        return len(context)

    first, second = statements("A", "B"), statements("C", "D", "E", "F")
    assert second - first <= 2 * 8


def test_exporting_costs_the_same_number_of_statements_however_many_questions() -> None:
    def statements(code: str, count: int) -> int:
        bank = make_bank(code, questions=count)
        with CaptureQueriesContext(connection) as context:
            export_questions(bank=bank, format_name="gift")
        return len(context)

    assert statements("B1", 1) == statements("B3", 3) == statements("B30", 30)


def test_an_export_is_on_record_and_leaves_out_drafts_and_retired_questions() -> None:
    bank = make_bank("NEW", questions=3)
    Question.objects.filter(code="Q000").update(is_retired=True)
    import_(reading_of("A"))
    writing = export_questions(bank=bank, format_name="gift")
    assert [one.code for one in read_questions(writing.data).items] == ["Q001", "Q002"]
    assert ModelLogEntry.objects.get(action="assessments.export_bank").data == {"format": "gift"}


def test_a_bank_without_published_questions_is_not_exported() -> None:
    import_(reading_of("A"))
    with pytest.raises(InterchangeError, match="nothing_to_write"):
        export_questions(bank=QuestionBank.objects.get(code="NEW"), format_name="csv")


# --- The commands


def run(*arguments: object) -> str:
    out = io.StringIO()
    call_command(*map(str, arguments), stdout=out)
    return out.getvalue()


def test_the_command_reports_in_words() -> None:
    with translation.override("en"):
        report = run("import_questions", FIXTURES / "moodle-kinds.xml", "--dry-run")
    assert "Dry run: nothing was written." in report
    assert "Single choice: 1" in report
    assert "ddwtos: 1 not imported" in report
    assert "Line 16 SD-1 (Single choice) Silence day" in report
    assert "  - Hints are lost: Look at the calendar." in report
    assert "It is in English only and stays a draft until it has been translated into Arabic." in report
    assert not QuestionBank.objects.exists()


def test_the_command_reports_as_json_with_stable_keys() -> None:
    data = json.loads(run("import_questions", FIXTURES / "moodle-kinds.xml", "--bank", "M", "--json"))
    assert {key: type(value) for key, value in data.items()} == {
        **dict.fromkeys(("file", "format", "bank"), str),
        **dict.fromkeys(("bank_created", "dry_run", "written"), bool),
        **dict.fromkeys(("read", "not_read", "assumed"), dict),
        **dict.fromkeys(
            ("created", "revised", "retagged", "unchanged", "repeated", "published", "drafts"), list
        ),
        **dict.fromkeys(("areas_created", "scenarios_written", "items", "skipped", "refused"), list),
    }
    assert data["read"]["single"] == 1
    assert data["not_read"] == {"calculated": 1, "cloze": 1, "ddwtos": 1, "description": 1}
    item_keys = {"where", "code", "name", "kind", "languages", "outcome", "published", "losses", "faults"}
    assert set(data["items"][0]) == item_keys
    assert set(data["items"][0]["losses"][0]) == {"code", "detail", "text"}
    assert set(data["skipped"][0]) == {"where", "name", "type", "code", "detail", "text"}
    assert Question.objects.filter(bank__code="M").count() == 8


def test_a_refused_file_leaves_nothing_and_says_where(tmp_path: Path) -> None:
    path = tmp_path / "broken.gift"
    path.write_text("One?{T}\n\nTwo { three\n", encoding="utf-8")
    out = io.StringIO()
    with pytest.raises(CommandError, match="3"):
        call_command("import_questions", str(path), "--json", stdout=out)
    data = json.loads(out.getvalue())
    assert [(one["where"], one["code"]) for one in data["refused"]] == [("line 3", "gift_brace")]
    assert not QuestionBank.objects.exists()


def test_files_that_are_not_there_or_too_large_are_refused(tmp_path: Path) -> None:
    with pytest.raises(CommandError):
        call_command("import_questions", str(tmp_path / "none.gift"))
    large = tmp_path / "large.gift"
    with large.open("wb") as file:
        file.truncate(100 * 1024 * 1024)
    with pytest.raises(CommandError, match=str(MOST_BYTES // 1024**2)):
        call_command("import_questions", str(large))


def test_without_a_bank_questions_go_into_one_of_their_own(tmp_path: Path) -> None:
    run("import_questions", FIXTURES / "documented.gift")
    assert QuestionBank.objects.get().code == DEFAULT_BANK


@pytest.mark.parametrize("name", ["bank.gift", "bank.xml", "bank.zip", "bank.csv"])
def test_the_project_bank_round_trips_through_the_commands(tmp_path: Path, name: str) -> None:
    run("import_question_bank", PROJECT_BANK)
    sealed = dict(QuestionVersion.objects.values_list("question__code", "digest"))
    path = tmp_path / name
    report = json.loads(run("export_questions", "LTO-CERT", path, "--json"))
    assert report["skipped"] == [] and report["bytes"] == path.stat().st_size
    assert path.stat().st_mode & 0o077 == 0
    into_itself = json.loads(run("import_questions", path, "--bank", "LTO-CERT", "--json"))
    assert len(into_itself["unchanged"]) == len(sealed) == 24
    into_another = json.loads(run("import_questions", path, "--bank", "COPY", "--publish", "--json"))
    assert into_another["published"] == into_another["created"]
    copies = QuestionVersion.objects.filter(question__bank__code="COPY")
    assert {
        copy.question.code: digest(copy.content()) for copy in copies.select_related("question")
    } == sealed


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["NONE", "x.gift"], "NONE"),
        (["NEW", "x.docx"], "--format"),
        (["NEW", "x.xml", "--format", "qti"], ".zip"),
        (["NEW", "no/such/folder/x.gift"], "no/such"),
    ],
)
def test_exports_that_cannot_be_are_refused(tmp_path: Path, arguments: list[str], message: str) -> None:
    make_bank("NEW", questions=2)
    bank, name, *rest = arguments
    with pytest.raises(CommandError, match=message):
        call_command("export_questions", bank, str(tmp_path / name), *rest)
    assert list(tmp_path.iterdir()) == []


def test_a_question_of_every_kind_is_a_draft_that_the_office_can_open() -> None:
    """Whatever a file brings, its draft says in the database what it said in the file."""
    items = [item(f"K-{one.content.kind}", one.content, images=one.images) for one in every_kind()[:9]]
    import_(Reading("qti", tuple(items)))
    for one in items:
        draft = QuestionVersion.objects.get(question__code=one.code)
        assert digest(draft.content()) == digest(one.content)


def test_what_has_no_right_answer_stays_a_draft_even_where_publishing_is_asked_for() -> None:
    report = import_(Reading("gift", (item("X", content("single", options=options(""))),)), publish=True)
    [outcome] = report.outcomes
    assert (outcome.is_published, [fault.code for fault in outcome.faults]) == (False, ["correct_none"])
