"""Importing trainees: every fault is named with row, column and reason, and a list comes in whole or not at all."""

import io
import json
from datetime import timedelta

import pytest
from django.core.exceptions import ValidationError
from django.core.management import CommandError, call_command
from django.utils import timezone, translation

from lms.cascade import imports
from lms.cascade.enums import EnrolmentState
from lms.cascade.models import Enrolment, TraineeImport
from lms.people.models import User
from tests.factories.cascade import CohortFactory, EnrolmentFactory
from tests.factories.people import MunicipalityFactory, UserFactory

pytestmark = pytest.mark.django_db

HEADINGS = "name_ar,name_en,phone,email,sex,municipality,birth_year,disability,cohort"


@pytest.fixture(autouse=True)
def english():
    with translation.override("en"):
        yield


@pytest.fixture
def cohort():
    return CohortFactory(trainer__name_en="Salem Omar")


def csv(*rows, headings=HEADINGS):
    return "\n".join([headings, *rows]).encode()


def run(cohort, *rows, dry_run=False, **kwargs):
    return imports.import_trainees(
        content=csv(*rows, **kwargs), cohort=cohort, actor=cohort.trainer, dry_run=dry_run
    )


def faults(report):
    return [(fault.row, fault.column, fault.value, fault.reason) for fault in report.faults]


def test_import_trainees_reads_arabic_words_and_digits(cohort):
    MunicipalityFactory(name_ar="مصراتة", name_en="Misrata")
    headings = "الاسم,الاسم بالإنجليزية,رقم الهاتف,البريد الإلكتروني,الجنس,البلدية,سنة الميلاد,الإعاقة"
    row = "خديجة  الترهوني,Khadija,٠٩١٢٣٤٥٦٧٨,Khadija@Example.ORG,أنثى,مصراته,١٩٩٠,لا"
    report = run(cohort, row, headings=headings)
    assert (report.created, report.enrolled, report.faults) == (1, 1, ())
    person = User.objects.get(phone="+218912345678")
    assert (person.name_ar, person.email, person.sex, person.birth_year, person.has_disability) == (
        "خديجة الترهوني",
        "khadija@example.org",
        "F",
        1990,
        False,
    )
    assert person.municipality.name_en == "Misrata"
    assert not person.has_usable_password()
    assert person.enrolments.get().state == EnrolmentState.INVITED


def test_import_trainees_reads_windows_1256(cohort):
    content = csv("مبروكة المصراتي,,0912345678,,,,,,").decode().encode("cp1256")
    imports.import_trainees(content=content, cohort=cohort, actor=None, dry_run=False)
    assert User.objects.filter(name_ar="مبروكة المصراتي").exists()


def test_import_trainees_leaves_unknown_things_unknown(cohort):
    run(cohort, "خديجة,,0912345678,,,,,,")
    person = User.objects.get(name_ar="خديجة")
    assert (person.email, person.sex, person.birth_year, person.has_disability) == (None, "", None, None)
    assert person.municipality == cohort.municipality


def test_import_trainees_names_every_fault_and_imports_nobody(cohort):
    report = run(
        cohort,
        "خديجة,,0912345678,,,,,,",
        ",,0912345679,,,,,,",
        "أحمد,,12,not-an-address,?,أتلانتس,1800,ربما,",
        "سالم,,,,,,,,",
        "نجاة,,2.18912E+11,,,,,,",
        "مبروكة,,0913333333,,,,,,الدفعة الوهمية",
        "عمر,,0914444444,,,,,,,,زيادة",
    )
    rows = faults(report)
    assert (3, "Name in Arabic", "", "The name is missing.") in rows
    assert (4, "Phone", "12", "This is not a telephone number. Write it like 0912345678.") in rows
    assert (4, "E-mail", "not-an-address", "Enter a valid email address.") in rows
    assert (4, "Sex", "?", "Write أنثى / ذكر, F / M, or leave the cell empty.") in rows
    assert (4, "Municipality", "أتلانتس", "No municipality has this name.") in rows
    assert next(row[3] for row in rows if row[1] == "Year of birth").startswith("Write the year of birth")
    assert (4, "Disability", "ربما", "Write نعم / لا, yes / no, or leave the cell empty.") in rows
    assert (5, "", "", "Give an e-mail address or a phone number.") in rows
    assert any(row[0] == 6 and "rounded this number" in row[3] for row in rows)
    assert (7, "Cohort", "الدفعة الوهمية", "No cohort of this tier has this name.") in rows
    assert any(row[0] == 8 and "more cells than there are headings" in row[3] for row in rows)
    assert not Enrolment.objects.exists()
    assert not User.objects.exclude(pk=cohort.trainer_id).exists()


def test_import_trainees_in_a_dry_run_changes_nothing(cohort):
    report = run(cohort, "خديجة,,0912345678,,,,,,", "أحمد,,0912345679,,,,,,", dry_run=True)
    assert (report.rows, report.created, report.is_clean) == (2, 2, True)
    assert not Enrolment.objects.exists()
    assert User.objects.count() == 1


@pytest.mark.parametrize(
    ("first", "second", "column"),
    [
        ("خديجة,,0912345678,,,,,,", "أحمد,,+218 91 234 5678,,,,,,", "Phone"),
        ("خديجة,,٠٩١٢٣٤٥٦٧٨,,,,,,", "أحمد,,00218912345678,,,,,,", "Phone"),
        ("خديجة,,,a@example.org,,,,,", "أحمد,,,A@Example.org ,,,,,", "E-mail"),
    ],
)
def test_import_trainees_finds_duplicates_within_the_file(cohort, first, second, column):
    report = run(cohort, first, second)
    assert [(fault.row, fault.column, fault.reason) for fault in report.faults] == [
        (3, column, "Row 2 has the same.")
    ]
    assert not Enrolment.objects.exists()


def test_import_trainees_finds_the_phone_of_somebody_else_in_the_database(cohort):
    UserFactory(name_ar="سالم عمر", name_en="Salem Omar", phone="+218912345678")
    report = run(cohort, "خديجة,,0912345678,,,,,,")
    assert faults(report) == [(2, "Phone", "0912345678", "It belongs to Salem Omar, who is known already.")]


def test_import_trainees_finds_a_row_that_mixes_two_people(cohort):
    UserFactory(name_ar="خديجة الترهوني", phone="+218912345678", email="one@example.org")
    UserFactory(name_ar="خديجة الترهوني", phone="+218912345679", email="two@example.org")
    report = run(cohort, "خديجة الترهوني,,0912345678,two@example.org,,,,,")
    assert report.faults[0].reason == "The phone and the e-mail belong to two different people."


def test_import_trainees_enrols_somebody_known_without_changing_them(cohort):
    person = UserFactory(
        name_ar="أحمد عبد الله", phone="+218912345678", birth_year=1980, password="x-Word-99"
    )
    report = run(cohort, "احمد عبدالله,,0912345678,new@example.org,,,1999,,")
    assert (report.created, report.joined, report.is_clean) == (0, 1, True)
    before = person.email
    person.refresh_from_db()
    assert (person.name_ar, person.email, person.birth_year) == ("أحمد عبد الله", before, 1980)
    assert person.has_usable_password()
    assert person.enrolments.get().cohort == cohort


def test_import_trainees_twice_enrols_nobody_twice(cohort):
    rows = ["خديجة,,0912345678,,,,,,", "أحمد,,0912345679,,,,,,"]
    run(cohort, *rows)
    report = run(cohort, *rows, "مبروكة,,0912345670,,,,,,")
    assert (report.created, report.unchanged, report.is_clean) == (1, 2, True)
    assert Enrolment.objects.count() == 3


def test_import_trainees_names_people_who_learn_in_another_cohort_of_the_tier(cohort):
    other = CohortFactory(tier=cohort.tier, name_en="Other cohort")
    EnrolmentFactory(
        cohort=other, learner__name_ar="خديجة", learner__name_en="Khadija", learner__phone="+218912345678"
    )
    report = run(cohort, "خديجة,,0912345678,,,,,,")
    assert report.faults[0].reason == "Khadija is already enrolled in Other cohort."


def test_import_trainees_obeys_the_cohort_column(cohort):
    other = CohortFactory(tier=cohort.tier, name_ar="دفعة سبها")
    report = run(cohort, "خديجة,,0912345678,,,,,,دفعه سبها", f"أحمد,,0912345679,,,,,,{other.public_id}")
    assert report.is_clean
    assert other.enrolments.count() == 2


def test_import_trainees_keeps_hostile_names_as_they_are_but_without_direction_marks(cohort):
    run(
        cohort,
        '"=HYPERLINK(""http://evil"")",,0912345678,,,,,,',
        "<script>alert(1)</script>,,0912345679,,,,,,",
        "خديجة\u202e الترهوني,,0912345670,,,,,,",
    )
    names = set(User.objects.exclude(pk=cohort.trainer_id).values_list("name_ar", flat=True))
    assert names == {'=HYPERLINK("http://evil")', "<script>alert(1)</script>", "خديجة الترهوني"}


def test_import_trainees_explains_a_file_it_cannot_read(cohort):
    with pytest.raises(ValidationError) as refusal:
        imports.import_trainees(content=b"PK\x03\x04zip", cohort=cohort, actor=None, dry_run=True)
    assert "CSV UTF-8" in refusal.value.messages[0]


def test_import_trainees_queries_a_row_do_not_grow(cohort, django_assert_max_num_queries):
    with django_assert_max_num_queries(30 + 30 * 25):
        run(cohort, *[f"شخص {n},,09123{n:05d},,,,,," for n in range(30)])


def test_confirm_import_imports_once_and_forgets_the_file(cohort):
    lead = UserFactory()
    staged = imports.stage_import(
        file_name="list.csv", content=csv("خديجة,,0912345678,,,,,,"), cohort=cohort, actor=lead
    )
    assert imports.confirm_import(staged=staged, actor=lead).created == 1
    staged.refresh_from_db()
    assert (bytes(staged.content), staged.created_count, staged.enrolled_count) == (b"", 1, 1)
    with pytest.raises(ValidationError, match="imported already"):
        imports.confirm_import(staged=staged, actor=lead)


def test_confirm_import_with_a_new_fault_keeps_the_file_and_imports_nobody(cohort):
    lead = UserFactory()
    content = csv("خديجة,,0912345678,,,,,,", "أحمد,,0912345679,,,,,,")
    staged = imports.stage_import(file_name="list.csv", content=content, cohort=cohort, actor=lead)
    UserFactory(phone="+218912345679", name_ar="سالم")
    assert not imports.confirm_import(staged=staged, actor=lead).is_clean
    staged.refresh_from_db()
    assert staged.imported_at is None
    assert bytes(staged.content) == content
    assert not Enrolment.objects.exists()


def test_stage_import_drops_files_that_nobody_decided_on_for_a_day(cohort):
    lead = UserFactory()
    arguments = {"content": csv("خديجة,,0912345678,,,,,,"), "cohort": cohort, "actor": lead}
    old = imports.stage_import(file_name="old.csv", **arguments)
    TraineeImport.objects.filter(pk=old.pk).update(uploaded_at=timezone.now() - timedelta(hours=25))
    imports.stage_import(file_name="new.csv", **arguments)
    assert [staged.file_name for staged in TraineeImport.objects.all()] == ["new.csv"]


class TestCommand:
    def call(self, cohort, tmp_path, *rows, **options):
        path = tmp_path / "list.csv"
        path.write_bytes(csv(*rows))
        out = io.StringIO()
        call_command("import_trainees", path, cohort=str(cohort.public_id), stdout=out, **options)
        return out.getvalue()

    def test_import_trainees_command_imports(self, cohort, tmp_path):
        output = self.call(cohort, tmp_path, "خديجة,,0912345678,,,,,,")
        assert "1 new people" in output
        assert Enrolment.objects.count() == 1

    def test_import_trainees_command_in_a_dry_run_reports_as_json(self, cohort, tmp_path):
        output = self.call(cohort, tmp_path, "خديجة,,0912345678,,,,,,", dry_run=True, json=True)
        assert json.loads(output)["created"] == 1
        assert not Enrolment.objects.exists()

    def test_import_trainees_command_fails_with_faults(self, cohort, tmp_path):
        with pytest.raises(CommandError, match="nobody has been imported") as failure:
            self.call(cohort, tmp_path, "خديجة,,12,,,,,,")
        assert failure.value.returncode == 1

    def test_import_trainees_command_names_an_unknown_cohort_and_a_missing_file(self, cohort, tmp_path):
        with pytest.raises(CommandError, match="no cohort"):
            call_command("import_trainees", tmp_path / "x", cohort="01a1fdc0-bbf9-7c45-a2b5-bd5451f68a13")
        with pytest.raises(CommandError, match="Cannot read"):
            call_command("import_trainees", tmp_path / "x", cohort=str(cohort.public_id))
