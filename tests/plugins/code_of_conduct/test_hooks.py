"""What the plugin tells the platform, and the contract that every plugin keeps."""

import random

import pytest
from django.contrib.auth.models import AnonymousUser
from django.test import RequestFactory, TestCase
from django.urls import reverse
from django.utils import timezone, translation

from lms.people.enums import Role as PlatformRole
from lms.people.services import load_places
from lms.plugin_api.host import dashboard_cards, evaluate_gates, navigation_items, run_demo_data
from lms.plugin_api.testing import PluginContractTests
from plugins.code_of_conduct.models import Endorsement
from plugins.code_of_conduct.selectors import totals, version_in_force
from plugins.code_of_conduct.services import withdraw_endorsement
from plugins.code_of_conduct.verification import verify_endorsements, verify_versions
from tests.factories.certificates import CertificateTypeFactory
from tests.factories.code_of_conduct import endorse, endorse_as_body, publish
from tests.factories.people import UserFactory


class CodeOfConductContractTests(PluginContractTests, TestCase):
    plugin = "code_of_conduct"

    def make_subject(self) -> object:
        person = UserFactory()
        version = publish()
        withdraw_endorsement(endorsement=endorse(version, person), reason="r", recorded_by=person)
        endorse(version, person)
        endorse_as_body(version, reviewer=person, user=person)
        return person


def cards(user: object) -> dict[str, str]:
    request = RequestFactory().get("/")
    request.user = user
    with translation.override("en"):
        return {card.key: card.html for card in dashboard_cards(request) if card.plugin == "code_of_conduct"}


@pytest.mark.django_db
def test_learner_sees_where_the_own_signature_stands() -> None:
    person = UserFactory()
    assert cards(person) == {}
    version = publish()
    assert "You have not signed" in cards(person)["code_of_conduct.own"]
    endorsement = endorse(version, person)
    assert str(endorsement.public_id) in cards(person)["code_of_conduct.own"]
    withdraw_endorsement(endorsement=endorsement, reason="r", recorded_by=person)
    assert "You have withdrawn" in cards(person)["code_of_conduct.own"]


@pytest.mark.django_db
def test_sectors_are_shown_to_those_who_may_see_endorsements() -> None:
    endorse(publish())
    assert "code_of_conduct.sectors" not in cards(UserFactory())
    assert (
        "1 endorsement in force"
        in cards(UserFactory(role=PlatformRole.PROGRAMME_LEAD))["code_of_conduct.sectors"]
    )


@pytest.mark.django_db
def test_visitor_has_no_cards() -> None:
    publish()
    assert cards(AnonymousUser()) == {}


@pytest.mark.django_db
def test_menu_leads_to_the_text_without_a_query(at_most_queries: object) -> None:
    request = RequestFactory().get("/")
    request.user = AnonymousUser()
    with translation.override("en"), at_most_queries(0):
        entries = [entry for entry in navigation_items(request) if entry.plugin == "code_of_conduct"]
    with translation.override("en"):
        assert [(entry.label, entry.url) for entry in entries] == [
            ("Code of conduct", reverse("code_of_conduct:text"))
        ]


class World:
    """The demo's world, small."""

    def __init__(self) -> None:
        load_places()
        self.random = random.Random(7)
        self.now = timezone.now()
        self.leads = [UserFactory(role=PlatformRole.PROGRAMME_LEAD)]
        self.trainers = UserFactory.create_batch(3)
        self.observers = UserFactory.create_batch(40)

    def track(self, items: object, label: str, total: int) -> object:
        return items


@pytest.mark.django_db
def test_demo_publishes_the_code_and_almost_everybody_signs(settings: object) -> None:
    settings.LMS_PLUGINS_PAUSED = ["stakeholder_survey"]
    world = World()
    run_demo_data(world)
    version = version_in_force()
    assert (version.number, len(version.articles)) == ("1.0", 16)
    counted = {one.sector.value: one.count for one in totals(version).sectors}
    assert counted == {"political": 20, "security": 20, "social": 20, "civil": 3 + 36}
    states = list(Endorsement.objects.values_list("state", flat=True))
    assert (states.count("pending"), states.count("declined"), states.count("withdrawn")) == (4, 1, 1)
    assert [*verify_versions(), *verify_endorsements()] == []


@pytest.mark.django_db
def test_demo_lets_trainers_pass_the_gate_and_leaves_some_observers_before_it(settings: object) -> None:
    settings.LMS_PLUGINS_PAUSED = ["stakeholder_survey"]
    world = World()
    run_demo_data(world)
    kind = CertificateTypeFactory(required_gates=["code_of_conduct.signed"])

    def passes(person: object) -> bool:
        return evaluate_gates(kind.required_gates, learner=person, certificate_type=kind)[0].passed

    assert all(passes(trainer) for trainer in world.trainers)
    assert sum(passes(observer) for observer in world.observers) == 36


@pytest.mark.django_db
def test_bodies_of_the_demo_say_that_they_are_invented(settings: object) -> None:
    settings.LMS_PLUGINS_PAUSED = ["stakeholder_survey"]
    run_demo_data(World())
    bodies = Endorsement.objects.filter(kind="body")
    assert bodies.count() == 66
    assert all("التجريبي" in body.name for body in bodies)
    assert all(not body.contact or body.contact.endswith("@example.org") for body in bodies)
