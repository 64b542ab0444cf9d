"""The administration's screens: who may do what, and what they show."""

from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from lms.api import Role
from plugins.stakeholder_survey.files import OUTLINE
from plugins.stakeholder_survey.models import QuestionnaireVersion, Response
from plugins.stakeholder_survey.reading import read_questionnaire
from plugins.stakeholder_survey.services import add_version
from tests.factories.people import UserFactory
from tests.factories.stakeholder_survey import SurveyFactory, pair, publish, respond, small_data, west

pytestmark = pytest.mark.django_db


@pytest.fixture
def lead(client: Client) -> Client:
    client.force_login(UserFactory(role=Role.PROGRAMME_LEAD, language="en"))
    client.cookies["django_language"] = "en"
    return client


@pytest.fixture
def superuser(client: Client) -> Client:
    client.force_login(UserFactory(is_superuser=True, is_staff=True))
    client.cookies["django_language"] = "en"
    return client


def overview(version: QuestionnaireVersion) -> str:
    return reverse("stakeholder_surveys:inspect", args=[version.survey_id])


def upload(client: Client, survey: Any, content: bytes) -> Any:
    file = SimpleUploadedFile("q.yaml", content, "application/yaml")
    return client.post(reverse("stakeholder_survey_add", args=[survey.pk]), {"file": file})


def test_leads_see_surveys_with_live_counts(lead: Client) -> None:
    west()
    version = publish()
    respond(version, {"q_role": 2, "q_region": 1, "q_trust": 1})
    assert version.survey.name_en in lead.get(reverse("stakeholder_surveys:index")).text
    page = lead.get(overview(version)).text
    assert "1 / 1,000" in page
    assert "<dt>West</dt><dd>1</dd>" in page
    assert version.sha256 in page


def test_a_survey_is_made_and_edited_but_keeps_its_code(lead: Client) -> None:
    fields = {"code": "wave-2", "name_ar": "الموجة الثانية", "name_en": "Second wave", "target": 500}
    assert lead.post(reverse("stakeholder_surveys:add"), fields).status_code == 302
    survey = SurveyFactory._meta.model.objects.get()
    lead.post(
        reverse("stakeholder_surveys:edit", args=[survey.pk]), {**fields, "code": "other", "target": 900}
    )
    survey.refresh_from_db()
    assert (survey.code, survey.target) == ("wave-2", 900)


def test_a_questionnaire_is_added_from_a_file_read_and_published(lead: Client) -> None:
    survey = SurveyFactory()
    page = upload(lead, survey, OUTLINE.read_bytes())
    version = survey.versions.get()
    assert page.headers["Location"] == reverse("stakeholder_survey_questionnaire", args=[version.pk])
    shown = lead.get(page.headers["Location"]).text
    assert "ما مدى ثقتك في القضاء؟" in shown
    assert "How much do you trust the judiciary?" in shown
    lead.post(reverse("stakeholder_survey_publish", args=[version.pk]))
    version.refresh_from_db()
    assert version.is_published
    assert version.published_by is not None
    assert lead.get(f"/en/survey/{survey.code}/").status_code == 200


def test_a_faulty_file_is_refused_with_every_fault_and_its_place(lead: Client) -> None:
    survey = SurveyFactory()
    page = upload(lead, survey, "code: X\ntitle: {ar: عنوان}\nsections: []\n".encode())
    assert page.status_code == 422
    assert "title.en: a text is missing" in page.text
    assert "file.sections: a list with at least one entry is expected here" in page.text
    assert not survey.versions.exists()


@pytest.mark.parametrize(
    ("content", "sentence"),
    [(b"\xff\xfe", "this is not a YAML file"), (b"#" * (512 * 1024 + 1), "larger than 512 kB")],
)
def test_an_unreadable_or_huge_file_is_refused(lead: Client, content: bytes, sentence: str) -> None:
    page = upload(lead, SurveyFactory(), content)
    assert page.status_code == 422
    assert sentence in page.text


def test_publishing_what_does_not_fit_is_refused_with_the_question(lead: Client) -> None:
    version = publish()
    data = small_data()
    data["sections"][2]["questions"][0] = {"code": "q_people", "kind": "text", "label": pair("People")}
    draft = add_version(questionnaire=read_questionnaire(data), survey=version.survey)
    page = lead.post(reverse("stakeholder_survey_publish", args=[draft.pk]))
    assert page.status_code == 409
    assert "q_people" in page.text
    draft.refresh_from_db()
    assert not draft.is_published


def test_responses_are_listed_filtered_and_shown_without_identity(lead: Client) -> None:
    west()
    version = publish()
    respond(version, {"q_role": 2, "q_region": 1, "q_trust": 1, "q_needs": [7], "q_other": "<b>حافلات</b>"})
    respond(version, flags=["too_fast"])
    index = reverse("stakeholder_responses:index")
    assert lead.get(index).context["object_list"].count() == 2
    assert lead.get(index, {"flagged": "yes"}).context["object_list"].count() == 1
    assert lead.get(index, {"population": "cso"}).context["object_list"].count() == 1
    response = Response.objects.get(population="cso")
    page = lead.get(reverse("stakeholder_responses:inspect", args=[response.pk])).text
    assert "&lt;b&gt;حافلات&lt;/b&gt;" in page
    assert "Option 2 in English" in page
    assert str(response.client_uuid) not in page


@pytest.mark.parametrize("view", ["add", "edit", "delete"])
def test_nobody_writes_responses_in_a_form(superuser: Client, view: str) -> None:
    response = respond(publish())
    arguments = [] if view == "add" else [response.pk]
    superuser.post(reverse(f"stakeholder_responses:{view}", args=arguments), {"mode": "paper"})
    response.refresh_from_db()
    assert (Response.objects.count(), response.mode) == (1, "web")


def test_a_survey_with_responses_cannot_be_deleted(superuser: Client) -> None:
    version = publish()
    respond(version)
    address = reverse("stakeholder_surveys:delete", args=[version.survey_id])
    assert superuser.post(address).status_code == 302
    assert Response.objects.count() == 1


@pytest.mark.parametrize("role", [Role.MASTER_TRAINER, Role.AUDITOR, None])
def test_others_neither_see_responses_nor_publish(client: Client, role: Role | None) -> None:
    draft = add_version(questionnaire=read_questionnaire(small_data()))
    published = publish({**small_data(), "code": "SECOND"})
    response = respond(published)
    client.force_login(UserFactory(role=role))
    addresses = [
        reverse("stakeholder_responses:index"),
        reverse("stakeholder_responses:inspect", args=[response.pk]),
        reverse("stakeholder_survey_add", args=[published.survey_id]),
    ]
    for address in addresses:
        assert client.get(address).status_code in {302, 403}
    assert client.post(reverse("stakeholder_survey_publish", args=[draft.pk])).status_code in {302, 403}
    draft.refresh_from_db()
    assert not draft.is_published


def test_auditors_read_questionnaires_and_see_no_counts(client: Client) -> None:
    version = publish()
    client.force_login(UserFactory(role=Role.AUDITOR))
    client.cookies["django_language"] = "en"
    page = client.get(overview(version))
    assert page.status_code == 200
    assert "Being answered now" not in page.text
    assert client.get(reverse("stakeholder_survey_questionnaire", args=[version.pk])).status_code == 200


def test_queries_of_the_list_do_not_grow_with_responses(lead: Client) -> None:
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    west()
    version = publish()
    numbers = set()
    for _round in range(3):
        for _one in range(5):
            respond(version, {"q_role": 1, "q_region": 1, "q_place": "misrata", "q_trust": 1})
        with CaptureQueriesContext(connection) as captured:
            lead.get(reverse("stakeholder_responses:index"))
        numbers.add(len(captured))
    assert len(numbers) == 1, numbers
