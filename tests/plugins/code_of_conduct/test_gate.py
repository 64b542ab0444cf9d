"""The gate `code_of_conduct.signed`, as the platform evaluates it."""

import pytest
from django.urls import reverse
from django.utils import translation

from lms.plugin_api.host import GateOutcome, evaluate_gates
from plugins.code_of_conduct.enums import Change
from plugins.code_of_conduct.services import sign_endorsement, withdraw_endorsement
from tests.factories.certificates import CertificateTypeFactory
from tests.factories.code_of_conduct import body_signature, endorse, endorse_as_body, publish
from tests.factories.people import UserFactory

pytestmark = pytest.mark.django_db

KEY = "code_of_conduct.signed"


def evaluate(learner: object) -> GateOutcome:
    with translation.override("en"):
        (outcome,) = evaluate_gates(
            [KEY], learner=learner, certificate_type=CertificateTypeFactory(required_gates=[KEY])
        )
    return outcome


def test_learner_who_signed_passes() -> None:
    learner = UserFactory()
    endorse(publish(), learner)
    assert evaluate(learner).passed


def test_learner_who_did_not_sign_is_sent_to_sign_and_back_to_the_certificates() -> None:
    version = publish()
    endorse(version)
    outcome = evaluate(UserFactory())
    assert not outcome.passed
    assert "1.0" in outcome.reason
    with translation.override("en"):
        assert outcome.action_url == f"{reverse('code_of_conduct:sign')}?next=%2Fen%2Fcertificates%2F"


def test_nothing_published_blocks_and_says_so() -> None:
    outcome = evaluate(UserFactory())
    assert not outcome.passed
    assert outcome.reason == "The code of conduct has not been published yet."


def test_withdrawal_blocks() -> None:
    learner = UserFactory()
    withdraw_endorsement(endorsement=endorse(publish(), learner), reason="r", recorded_by=learner)
    outcome = evaluate(learner)
    assert not outcome.passed
    assert "withdrawn" in outcome.reason


def test_substantive_amendment_blocks_until_signed_anew() -> None:
    learner = UserFactory()
    endorse(publish(number="1.0"), learner)
    second = publish(number="2.0", change=Change.SUBSTANTIVE)
    outcome = evaluate(learner)
    assert not outcome.passed
    assert "version 2.0 awaits your signature" in outcome.reason
    endorse(second, learner)
    assert evaluate(learner).passed


def test_editorial_amendment_keeps_the_signature() -> None:
    learner = UserFactory()
    endorse(publish(number="1.0"), learner)
    publish(number="1.1", change=Change.EDITORIAL)
    assert evaluate(learner).passed


def test_signing_for_a_body_is_not_signing_oneself() -> None:
    version = publish()
    learner = UserFactory()
    endorse_as_body(version, user=learner)
    assert not evaluate(learner).passed


def test_somebody_else_of_the_same_name_does_not_count() -> None:
    version = publish()
    signer, namesake = UserFactory(name_ar="علي سالم"), UserFactory(name_ar="علي سالم")
    endorse(version, signer)
    assert not evaluate(namesake).passed


def test_pending_endorsement_does_not_count() -> None:
    version = publish()
    learner = UserFactory()
    sign_endorsement(signature=body_signature(version, user=learner))
    assert not evaluate(learner).passed


def test_check_takes_the_same_queries_however_many_have_signed(at_most_queries: object) -> None:
    learner = UserFactory()
    version = publish()
    kind = CertificateTypeFactory(required_gates=[KEY])
    for count in (1, 2, 27):
        for _person in range(count):
            endorse(version)
        with at_most_queries(2):
            evaluate_gates([KEY], learner=learner, certificate_type=kind)
