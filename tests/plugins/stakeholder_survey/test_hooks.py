"""What the plugin tells the platform."""

import random
from types import SimpleNamespace
from typing import Any

import h5py
import pytest
from django.contrib.auth.models import AnonymousUser, Group
from django.test import RequestFactory, TestCase
from django.utils import timezone, translation

from lms.api import Role
from lms.people.services import load_places
from lms.plugin_api.host import (
    dashboard_cards,
    data_exports,
    erase_personal_data,
    export_personal_data,
    find_data_export,
    navigation_items,
    personal_data_inventory,
    write_data_export,
)
from lms.plugin_api.testing import PluginContractTests
from plugins.stakeholder_survey import demo
from plugins.stakeholder_survey.models import Draft, QuestionnaireVersion, Response
from plugins.stakeholder_survey.selectors import codes_by_region
from tests.factories.people import UserFactory
from tests.factories.stakeholder_survey import publish, respond, west

pytestmark = pytest.mark.django_db

PLUGIN = "stakeholder_survey"


class SurveyContractTests(PluginContractTests, TestCase):
    plugin = PLUGIN

    def make_subject(self) -> Any:
        subject = UserFactory()
        publish(actor=subject)
        return subject


def member(role: Role) -> Any:
    return UserFactory(role=role)


def request_of(user: Any) -> Any:
    request = RequestFactory().get("/")
    request.user = user
    return request


def cards(user: Any) -> list[Any]:
    return [card for card in dashboard_cards(request_of(user)) if card.plugin == PLUGIN]


# --- Roles -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("role", "may"),
    [
        (Role.PROGRAMME_LEAD, True),
        (Role.MASTER_TRAINER, False),
        (Role.REVIEWER, False),
        (Role.AUDITOR, False),
    ],
)
def test_only_programme_leads_see_and_export_responses(role: Role, may: bool) -> None:
    user = member(role)
    assert user.has_perm("stakeholder_survey.view_response") is may
    assert user.has_perm("stakeholder_survey.export_response") is may
    assert user.has_perm("stakeholder_survey.publish_questionnaireversion") is may


def test_nobody_may_change_or_delete_responses() -> None:
    names = Group.objects.values_list("permissions__codename", flat=True)
    assert not {"add_response", "change_response", "delete_response"} & set(names)


# --- Pages -----------------------------------------------------------------------------------


def test_menu_leads_everybody_to_the_survey() -> None:
    entries = navigation_items(request_of(AnonymousUser()))
    assert "/survey/" in next(entry.url for entry in entries if entry.plugin == PLUGIN)


def test_card_shows_responses_against_the_target_and_by_region() -> None:
    west()
    version = publish(target=1000)
    respond(version, {"q_role": 1, "q_region": 1, "q_trust": 1})
    respond(version)
    (card,) = cards(member(Role.PROGRAMME_LEAD))
    assert '<progress value="2" max="1000"' in card.html
    assert '<dd class="num">1</dd>' in card.html


def test_card_is_not_for_others_nor_before_a_survey_is_published() -> None:
    assert cards(member(Role.PROGRAMME_LEAD)) == []
    publish()
    assert cards(member(Role.MASTER_TRAINER)) == []
    assert cards(AnonymousUser()) == []


# --- Exports ---------------------------------------------------------------------------------


def test_leads_download_archive_and_table(tmp_path: Any) -> None:
    respond(publish())
    lead = member(Role.PROGRAMME_LEAD)
    offered = {export.filename for export in data_exports(lead) if export.plugin == PLUGIN}
    assert offered == {"small-1.h5", "small-1.csv"}
    archive = find_data_export(lead, "stakeholder_survey.small-1-hdf5")
    assert archive is not None
    with write_data_export(archive) as file, h5py.File(file) as opened:
        assert opened["X"].shape[0] == 1
    table = find_data_export(lead, "stakeholder_survey.small-1-csv")
    assert table is not None
    with write_data_export(table) as file:
        assert file.read().count(b"\r\n") == 2


def test_others_are_offered_nothing() -> None:
    publish()
    for role in (Role.MASTER_TRAINER, Role.AUDITOR):
        assert find_data_export(member(role), "stakeholder_survey.small-1-hdf5") is None


# --- Privacy ---------------------------------------------------------------------------------


def test_subject_access_says_that_answers_cannot_be_found_by_person() -> None:
    respond(publish())
    with translation.override("ar"):
        file = export_personal_data(UserFactory()).files["stakeholder_survey/survey.txt"]
    assert "الإجابات عن الاستبيانات مجهولة المصدر" in file.content.decode()


def test_erasure_leaves_anonymous_answers_and_says_so() -> None:
    subject = UserFactory()
    respond(publish(actor=subject))
    report = erase_personal_data(subject, dry_run=False)
    entries = {entry.model: entry for part in report if part.plugin == PLUGIN for entry in part.entries}
    assert (entries["stakeholder_survey.Response"].count, Response.objects.count()) == (0, 1)
    assert entries["stakeholder_survey.QuestionnaireVersion"].count == 1
    assert all(entry.reason for entry in entries.values())


def test_record_of_personal_data_names_open_texts() -> None:
    (own,) = [part for part in personal_data_inventory() if part.plugin == PLUGIN]
    fields = {(field.model, field.field) for field in own.fields}
    assert ("stakeholder_survey.Response", "answers") in fields
    assert ("stakeholder_survey.Draft", "answers") in fields


# --- The demo world --------------------------------------------------------------------------


def world(seed: int = 7) -> Any:
    return SimpleNamespace(
        random=random.Random(seed),
        now=timezone.now(),
        leads=[],
        trainers=[],
        observers=[],
        track=lambda items, label, total: items,
    )


@pytest.fixture
def demo_world() -> Any:
    load_places()
    built = world()
    demo.build(built)
    return built


def share(code: str, *codes: int) -> float:
    given = [
        answers[code] for answers in Response.objects.values_list("answers", flat=True) if code in answers
    ]
    return sum(answer in codes for answer in given) / len(given)


def test_demo_publishes_and_answers_as_a_real_sample_might(demo_world: Any) -> None:
    version = QuestionnaireVersion.objects.get()
    assert version.is_published
    assert Response.objects.count() == demo.RESPONSES == 1024
    assert 0.60 < share("q_accept_commitment", 1, 2) < 0.70
    assert 0.68 < share("q_influence", 1, 2) < 0.76
    assert Response.objects.filter(population="cso").count() > 100
    assert Response.objects.exclude(flags=[]).count() > 0
    assert not Draft.objects.exists()


def test_demo_answers_go_together(demo_world: Any) -> None:
    """Who trusts the commission supports the commitment; the South trusts less."""
    answers = list(Response.objects.values_list("answers", flat=True))

    def support(trusting: bool) -> float:
        group = [a for a in answers if a.get("q_trust_hnec", 9) < 9 and (a["q_trust_hnec"] >= 4) is trusting]
        return sum(a["q_accept_commitment"] in {1, 2} for a in group) / len(group)

    def trust(region: int) -> float:
        given = [
            a["q_trust_council"]
            for a in answers
            if a["q_region"] == region and a.get("q_trust_council", 9) < 9
        ]
        return sum(given) / len(given)

    assert support(True) > support(False) + 0.15
    assert trust(3) < trust(2)


def test_demo_stays_in_its_weeks_and_places(demo_world: Any) -> None:
    regions = codes_by_region()
    for response in Response.objects.select_related("region", "municipality").iterator():
        assert response.version.published_at <= response.submitted_at <= demo_world.now
        if response.municipality:
            assert response.municipality.code in regions[response.region.code]


def test_demo_is_the_same_for_the_same_seed() -> None:
    load_places()
    built = world()
    demo.build(built)
    first = list(Response.objects.order_by("pk").values_list("client_uuid", "answers", "submitted_at"))
    Response.objects.all().delete()
    again = world()
    again.now = built.now
    demo.build(again)
    assert (
        list(Response.objects.order_by("pk").values_list("client_uuid", "answers", "submitted_at")) == first
    )


def test_demo_without_places_leaves_municipalities_out() -> None:
    demo.build(world())
    assert not Response.objects.filter(municipality__isnull=False).exists()
