"""A person's data: the record of it, a copy of it, and erasure."""

import io
import json
import zipfile
from types import ModuleType

import pytest
from allauth.account.models import EmailAddress
from django.apps import apps
from django.contrib.auth import get_user_model
from django.core.exceptions import ValidationError
from django.db.models import ForeignKey
from django.urls import reverse
from django.utils import timezone, translation
from wagtail.log_actions import log
from wagtail.models import ModelLogEntry

from lms.assessments.services.release import release_results
from lms.cascade import services as cascade
from lms.courses.models import LessonProgress
from lms.people import privacy
from lms.people.enums import Role
from lms.people.holdings import HOLDINGS, fields_of
from lms.people.models import User
from lms.plugin_api import ErasureAction, ErasureEntry, PersonalDataFile, hookimpl
from lms.plugin_api.host import PluginError
from lms.plugin_api.testing import plugin_registered
from tests.factories.assessments import NOON
from tests.factories.cascade import EnrolmentFactory, TrainingSessionFactory
from tests.factories.courses import CourseFactory
from tests.factories.marking import mark_all, open_exam, sit_open
from tests.factories.people import OrganisationFactory, UserFactory

pytestmark = pytest.mark.django_db

CORE = {"people", "courses", "cascade", "assessments", "register", "certificates", "home"}


@pytest.fixture(autouse=True)
def english(client):
    client.cookies["django_language"] = "en"
    with translation.override("en"):
        yield


def plugin(**functions):
    module = ModuleType("shelf")
    for name, function in functions.items():
        setattr(module, name, hookimpl(function))
    return module


def trained_person():
    """Somebody with an address, a session, presence, a lesson and an audit entry."""
    person = UserFactory(
        name_ar="خديجة الترهوني",
        name_en="Khadija Tarhuni",
        email="khadija@example.org",
        phone="+218912345678",
        password="a-Word-77",
        has_disability=True,
        organisation=OrganisationFactory(),
    )
    EmailAddress.objects.create(user=person, email=person.email)
    session = TrainingSessionFactory()
    enrolment = EnrolmentFactory(cohort=session.cohort, learner=person)
    cascade.record_attendance(day=session.days.get(), presence={enrolment.pk: True}, actor=session.trainer)
    LessonProgress.objects.create(
        learner=person,
        course=CourseFactory(),
        lesson_key="01a1fdc0-bbf9-7c45-a2b5-bd5451f68a13",
        opened_at=timezone.now(),
    )
    log(person, "wagtail.edit", user=person)
    return person


def unzip(content):
    with zipfile.ZipFile(io.BytesIO(content)) as bundle:
        return {name: bundle.read(name).decode() for name in bundle.namelist()}


class TestRecord:
    def test_every_core_model_that_points_at_people_is_on_record(self):
        listed = {holding.model for holding in HOLDINGS}
        missing = {
            field.model._meta.label
            for model in apps.get_models()
            if model._meta.app_label in CORE
            for field in model._meta.concrete_fields
            if isinstance(field, ForeignKey) and field.related_model is get_user_model()
            # A page inherits its pointers from Wagtail's own model, which is on record.
            if field.model._meta.label not in listed
        }
        assert not missing

    def test_every_holding_can_be_looked_up_and_says_why(self):
        person = UserFactory()
        for holding in HOLDINGS:
            assert holding.rows(person).count() >= 0
            assert list(fields_of(holding))
            assert holding.purpose and holding.retention
            if holding.on_erasure is ErasureAction.RETAINED:
                assert holding.reason

    def test_privacy_page_lists_the_core_and_plugins_and_open_requests(self, client):
        person = UserFactory(name_en="Khadija", erasure_requested_at=timezone.now())
        client.force_login(UserFactory(role=Role.AUDITOR))
        text = client.get(reverse("people_privacy_record")).content.decode()
        assert "full name in Arabic" in text
        assert person.name_en in text

    def test_privacy_page_names_a_plugin_that_cannot_answer(self, client):
        def explode():
            raise RuntimeError

        client.force_login(UserFactory(role=Role.PROGRAMME_LEAD))
        with plugin_registered(plugin(personal_data_inventory=explode), "shelf"):
            text = client.get(reverse("people_privacy_record")).content.decode()
        assert "“shelf” could not say what it holds" in text

    def test_privacy_page_is_closed_to_trainers(self, client):
        client.force_login(UserFactory(role=Role.MASTER_TRAINER))
        assert client.get(reverse("people_privacy_record")).status_code == 302


class TestCopy:
    def test_export_person_holds_everything_about_the_person_and_nobody_else(self):
        other = trained_person_of_another_name()
        person = trained_person()
        files = unzip(privacy.export_person(person).content)
        account = json.loads(files["people/user.json"])
        assert account[0]["name_ar"] == "خديجة الترهوني"
        assert account[0]["phone"] == "+218912345678"
        assert json.loads(files["cascade/training.json"])[0]["place"]
        assert {"cascade/attendance.json", "courses/lessonprogress.json", "account/emailaddress.json"} <= set(
            files
        )
        everything = "".join(files.values())
        assert other.name_ar not in everything
        assert "password" not in account[0]
        assert person.password not in everything

    def test_export_person_brings_the_files_of_plugins(self):
        def offer(subject):
            return [PersonalDataFile("notes.json", "application/json", b'{"a": 1}')]

        with plugin_registered(plugin(export_personal_data=offer), "shelf"):
            archive = privacy.export_person(UserFactory())
        assert unzip(archive.content)["shelf/notes.json"] == '{"a": 1}'
        assert archive.incomplete == ()

    def test_export_person_names_a_plugin_whose_part_is_missing_in_both_languages(self):
        def explode(subject):
            raise RuntimeError

        with plugin_registered(plugin(export_personal_data=explode), "shelf"):
            archive = privacy.export_person(UserFactory())
        assert archive.incomplete == ("shelf",)
        readme = unzip(archive.content)["README.txt"]
        assert "The part of “shelf” is missing" in readme
        assert "ينقص الجزء الخاص" in readme

    def test_export_person_tells_no_result_before_its_release(self):
        exam = open_exam(release="by_hand")
        attempt = mark_all(sit_open(exam, right=6), "4")
        assert attempt.marks is not None and not attempt.is_released
        files = unzip(privacy.export_person(attempt.learner).content)
        row = json.loads(files["assessments/attempt.json"])[0]
        assert (row["state"], row["marks"], row["max_marks"], row["is_passed"]) == (None, None, None, None)
        slots = json.loads(files["assessments/attemptslot.json"])
        assert {slot["marks"] for slot in slots} == {None}
        assert not {"marking", "criterionmark", "moderation", "resultchange"} & {
            name.split("/")[-1].removesuffix(".json") for name in files
        }
        assert "GRADED" not in files["assessments/attemptevent.json"]
        assert "SUBMITTED" in files["assessments/attemptevent.json"]
        release_results(exam=exam, actor=UserFactory(), at=NOON)
        files = unzip(privacy.export_person(attempt.learner).content)
        assert json.loads(files["assessments/attempt.json"])[0]["marks"] == str(attempt.marks)
        assert "assessments/marking.json" in files

    def test_copy_is_downloaded_by_its_owner_only(self, client):
        address = reverse("people:download_my_data")
        assert client.post(address).status_code == 302
        person = UserFactory()
        client.force_login(person)
        assert client.get(address).status_code == 405
        answer = client.post(address)
        assert answer["Content-Type"] == "application/zip"
        assert "no-store" in answer["Cache-Control"]
        assert json.loads(unzip(answer.content)["people/user.json"])[0]["email"] == person.email


def trained_person_of_another_name():
    person = UserFactory(name_ar="سالم المقرحي", name_en="Salem", password="a-Word-77")
    EnrolmentFactory(learner=person)
    return person


class TestErasure:
    def test_erase_person_strips_the_account_and_keeps_the_nameless_record(self):
        person, lead = trained_person(), UserFactory()
        report = privacy.erase_person(person=person, actor=lead, dry_run=False)
        person.refresh_from_db()
        assert (person.email, person.phone, person.name_ar, person.name_en, person.search_name) == (
            None,
            None,
            "",
            "",
            "",
        )
        assert (person.birth_year, person.has_disability, person.organisation) == (None, None, None)
        assert not person.is_active
        assert not person.has_usable_password()
        assert str(person) == "Person whose data was erased"
        assert person.trainings_received.count() == 1
        assert not LessonProgress.objects.exists()
        assert not EmailAddress.objects.exists()
        actions = {entry.model: (entry.action, entry.count) for entry in report.core}
        assert actions["people.User"] == (ErasureAction.ANONYMISED, 1)
        assert actions["courses.LessonProgress"] == (ErasureAction.ERASED, 1)
        assert actions["cascade.Training"] == (ErasureAction.RETAINED, 1)
        assert all(entry.reason for entry in report.core if entry.action is ErasureAction.RETAINED)

    def test_erase_person_takes_the_name_out_of_the_audit_log_and_enters_itself(self):
        person, lead = trained_person(), UserFactory()
        privacy.erase_person(person=person, actor=lead, dry_run=False)
        assert not ModelLogEntry.objects.filter(label__contains="Khadija").exists()
        assert not ModelLogEntry.objects.filter(label__contains="خديجة").exists()
        assert ModelLogEntry.objects.get(action="people.erase").user == lead

    def test_erase_person_in_a_dry_run_reports_the_same_and_changes_nothing(self):
        person, lead = trained_person(), UserFactory()
        trial = privacy.erase_person(person=person, actor=lead, dry_run=True)
        person.refresh_from_db()
        assert person.is_active and person.name_en == "Khadija Tarhuni"
        assert LessonProgress.objects.exists()
        assert not ModelLogEntry.objects.filter(action="people.erase").exists()
        assert privacy.erase_person(person=person, actor=lead, dry_run=False).core == trial.core

    @pytest.mark.parametrize(
        ("victim", "sentence"),
        [
            ({"role": Role.AUDITOR}, "still has a role"),
            ({"is_superuser": True}, "still has a role"),
        ],
    )
    def test_erase_person_refuses_accounts_with_rights(self, victim, sentence):
        with pytest.raises(ValidationError, match=sentence):
            privacy.erase_person(person=UserFactory(**victim), actor=UserFactory(), dry_run=False)

    def test_erase_person_refuses_oneself_and_a_second_time(self):
        person, lead = UserFactory(), UserFactory()
        with pytest.raises(ValidationError, match="himself"):
            privacy.erase_person(person=person, actor=person, dry_run=False)
        privacy.erase_person(person=person, actor=lead, dry_run=False)
        with pytest.raises(ValidationError, match="erased already"):
            privacy.erase_person(person=person, actor=lead, dry_run=False)

    def test_erase_person_does_nothing_when_a_plugin_fails(self):
        def explode(subject, dry_run):
            raise RuntimeError

        person = trained_person()
        with (
            plugin_registered(plugin(erase_personal_data=explode), "shelf"),
            pytest.raises(PluginError),
        ):
            privacy.erase_person(person=person, actor=UserFactory(), dry_run=False)
        person.refresh_from_db()
        assert person.is_active
        assert LessonProgress.objects.exists()

    def test_erased_person_cannot_sign_in_by_an_open_session(self, client):
        person = UserFactory()
        client.force_login(person)
        privacy.erase_person(person=person, actor=UserFactory(), dry_run=False)
        assert client.get(reverse("people:profile")).status_code == 302


class TestErasureScreen:
    def test_lead_reads_the_dry_run_and_then_erases(self, client):
        def answer(subject, dry_run):
            return [ErasureEntry("people.User", ErasureAction.RETAINED, 3, "The law wants it.")]

        person = trained_person()
        client.force_login(UserFactory(role=Role.PROGRAMME_LEAD))
        address = reverse("people_erase", args=[person.public_id])
        with plugin_registered(plugin(erase_personal_data=answer), "shelf"):
            text = client.get(address).content.decode()
            assert "Nothing has happened yet" in text
            assert "The law wants it." in text
            person.refresh_from_db()
            assert person.is_active
            assert client.post(address).status_code == 200
            person.refresh_from_db()
            assert person.is_active, "a POST without the confirmation is still a dry run"
            assert client.post(address, {"confirm": "yes"}).status_code == 302
        person.refresh_from_db()
        assert person.erased_at is not None

    def test_screen_names_a_plugin_that_fails_and_erases_nothing(self, client):
        def explode(subject, dry_run):
            raise RuntimeError

        person = UserFactory()
        client.force_login(UserFactory(role=Role.PROGRAMME_LEAD))
        with plugin_registered(plugin(erase_personal_data=explode), "shelf"):
            answer = client.post(reverse("people_erase", args=[person.public_id]), {"confirm": "yes"})
        assert answer.status_code == 409
        assert "“shelf” could not say what it would erase" in answer.content.decode()
        person.refresh_from_db()
        assert person.is_active

    def test_screen_is_for_those_who_may_erase(self, client):
        person = UserFactory()
        for role in (Role.AUDITOR, Role.MASTER_TRAINER, Role.REVIEWER):
            client.force_login(UserFactory(role=role))
            client.post(reverse("people_erase", args=[person.public_id]), {"confirm": "yes"})
        person.refresh_from_db()
        assert person.is_active


class TestOwnPages:
    def test_pages_need_a_sign_in(self, client):
        for name in ("profile", "my_data"):
            assert client.get(reverse(f"people:{name}")).status_code == 302

    def test_profile_changes_spelling_phone_and_language_and_answers_in_it(self, client):
        person = UserFactory(name_ar="خديجة", name_en="")
        client.force_login(person)
        answer = client.post(
            reverse("people:profile"),
            {"name_ar": "اسم آخر", "name_en": "Khadija  Tarhuni", "phone": "٠٩١٢٣٤٥٦٧٨", "language": "ar"},
        )
        assert answer["Location"] == "/ar/people/profile/"
        person.refresh_from_db()
        assert (person.name_ar, person.name_en, str(person.phone)) == (
            "خديجة",
            "Khadija Tarhuni",
            "+218912345678",
        )

    def test_profile_lets_an_empty_arabic_name_be_filled_in(self, client):
        person = UserFactory(name_ar="")
        client.force_login(person)
        client.post(
            reverse("people:profile"), {"name_ar": "خديجة", "name_en": "K", "phone": "", "language": "en"}
        )
        person.refresh_from_db()
        assert person.name_ar == "خديجة"

    @pytest.mark.parametrize(
        ("phone", "sentence"), [("12", "Enter a valid phone number"), ("0912345678", "already exists")]
    )
    def test_profile_refuses_a_bad_phone_and_loses_nothing(self, client, phone, sentence):
        UserFactory(phone="+218912345678")
        person = UserFactory()
        client.force_login(person)
        text = client.post(
            reverse("people:profile"), {"name_en": "New spelling", "phone": phone, "language": "en"}
        ).content.decode()
        assert sentence in text
        assert "New spelling" in text

    def test_profile_keeps_a_way_to_reach_the_person(self, client):
        person = UserFactory(email=None)
        client.force_login(person)
        text = client.post(
            reverse("people:profile"), {"name_en": "K", "phone": "", "language": "en"}
        ).content.decode()
        assert "Give an e-mail address or a phone number." in text

    def test_request_for_erasure_is_kept_with_its_first_date(self, client):
        person = UserFactory()
        client.force_login(person)
        client.post(reverse("people:ask_for_erasure"))
        first = User.objects.get(pk=person.pk).erasure_requested_at
        assert first is not None
        client.post(reverse("people:ask_for_erasure"))
        assert User.objects.get(pk=person.pk).erasure_requested_at == first
        assert "You have asked for erasure" in client.get(reverse("people:my_data")).content.decode()
