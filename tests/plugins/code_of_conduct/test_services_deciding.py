"""Accepting, declining, withdrawing: with reason, on the record."""

import json

import pytest
from django.db import IntegrityError, transaction
from wagtail.models import ModelLogEntry

from lms.register.models import Entry
from lms.register.records import decode_record
from plugins.code_of_conduct.enums import EndorsementState, IdentityTier
from plugins.code_of_conduct.errors import AlreadyDecided, AlreadyStanding
from plugins.code_of_conduct.models import Withdrawal
from plugins.code_of_conduct.services import (
    accept_endorsement,
    decline_endorsement,
    sign_endorsement,
    withdraw_endorsement,
)
from tests.factories.code_of_conduct import body_signature, endorse, endorse_as_body, publish
from tests.factories.people import UserFactory

pytestmark = pytest.mark.django_db


def pending(**given: object) -> object:
    return sign_endorsement(signature=body_signature(publish(), **given)).endorsement


def test_accepting_enters_the_statement_as_it_was_signed() -> None:
    endorsement = pending()
    statement = endorsement.statement
    reviewer = UserFactory()
    accepted = accept_endorsement(endorsement=endorsement, reviewer=reviewer)
    assert accepted.state == EndorsementState.IN_FORCE
    assert accepted.statement == statement
    assert accepted.decided_by == reviewer
    assert decode_record(bytes(Entry.objects.get(index=accepted.register_index).record)).type == "endorse"
    assert accepted.contact == "office@example.org"


@pytest.mark.parametrize(
    ("in_person", "tier"), [(False, IdentityTier.SELF_DECLARED), (True, IdentityTier.ATTESTED)]
)
def test_accepting_says_how_sure_the_reviewer_was(in_person: bool, tier: IdentityTier) -> None:
    accepted = accept_endorsement(endorsement=pending(), reviewer=UserFactory(), in_person=in_person)
    accepted.refresh_from_db()
    assert accepted.tier == tier
    assert json.loads(accepted.statement)["identity"] == IdentityTier.SELF_DECLARED


def test_accepting_twice_is_refused_and_enters_once() -> None:
    endorsement = pending()
    accept_endorsement(endorsement=endorsement, reviewer=UserFactory())
    with pytest.raises(AlreadyDecided):
        accept_endorsement(endorsement=endorsement, reviewer=UserFactory())
    assert Entry.objects.filter(type="endorse").count() == 1


def test_second_endorsement_of_the_same_body_is_not_accepted() -> None:
    version = publish()
    endorse_as_body(version)
    # Someone sends the form for the same body while the first awaits review.
    again = body_signature(version, name="حزب النخيل التجريبى")
    assert sign_endorsement(signature=again).created is False
    other = sign_endorsement(signature=body_signature(version, name="حزب آخر")).endorsement
    other.actor_key = body_signature(version).actor_key
    other.save()
    with pytest.raises(AlreadyStanding):
        accept_endorsement(endorsement=other, reviewer=UserFactory())
    other.refresh_from_db()
    assert other.is_pending


def test_declining_keeps_the_reason_and_forgets_the_address() -> None:
    declined = decline_endorsement(endorsement=pending(), reviewer=UserFactory(), reason="no mandate")
    declined.refresh_from_db()
    assert (declined.state, declined.decision_reason, declined.contact) == ("declined", "no mandate", "")
    assert declined.register_index is None
    with pytest.raises(AlreadyDecided):
        accept_endorsement(endorsement=declined, reviewer=UserFactory())


def test_database_refuses_to_decline_without_a_reason() -> None:
    endorsement = pending()
    endorsement.state = EndorsementState.DECLINED
    with pytest.raises(IntegrityError), transaction.atomic():
        endorsement.save()


def test_database_refuses_an_endorsement_in_force_outside_the_register() -> None:
    endorsement = pending()
    endorsement.state = EndorsementState.IN_FORCE
    with pytest.raises(IntegrityError), transaction.atomic():
        endorsement.save()


def test_withdrawal_is_entered_and_speaks_of_the_endorsement() -> None:
    user = UserFactory()
    endorsement = endorse(publish(), user)
    withdrawal = withdraw_endorsement(endorsement=endorsement, reason="I moved", recorded_by=user)
    endorsement.refresh_from_db()
    record = decode_record(bytes(Entry.objects.get(index=withdrawal.register_index).record))
    assert endorsement.state == EndorsementState.WITHDRAWN
    assert (record.type, record.subject) == ("withdraw", endorsement.register_index)
    assert json.loads(withdrawal.statement)["reason"] == "I moved"
    assert Entry.objects.filter(index=endorsement.register_index).exists()


def test_withdrawing_twice_is_withdrawing_once() -> None:
    endorsement = endorse(publish())
    first = withdraw_endorsement(endorsement=endorsement, reason="a")
    assert withdraw_endorsement(endorsement=endorsement, reason="b") == first
    assert Withdrawal.objects.get().reason == "a"
    assert Entry.objects.filter(type="withdraw").count() == 1


def test_pending_endorsement_is_withdrawn_without_an_entry() -> None:
    withdrawal = withdraw_endorsement(endorsement=pending(), reason="a mistake")
    assert withdrawal.register_index is None
    assert not Entry.objects.filter(type__in=["endorse", "withdraw"]).exists()
    withdrawal.endorsement.refresh_from_db()
    assert withdrawal.endorsement.contact == ""


def test_declined_endorsement_cannot_be_withdrawn() -> None:
    declined = decline_endorsement(endorsement=pending(), reviewer=UserFactory(), reason="no mandate")
    with pytest.raises(AlreadyDecided):
        withdraw_endorsement(endorsement=declined, reason="r")


def test_decisions_are_logged_under_the_number_and_not_the_name() -> None:
    reviewer = UserFactory()
    accepted = accept_endorsement(endorsement=pending(), reviewer=reviewer)
    withdraw_endorsement(endorsement=accepted, reason="secret reason", recorded_by=reviewer)
    entries = ModelLogEntry.objects.filter(action__in=["code_of_conduct.accept", "code_of_conduct.withdraw"])
    assert {entry.user for entry in entries} == {reviewer}
    assert {entry.label for entry in entries} == {str(accepted.public_id)}
    assert not any("secret" in str(entry.data) or accepted.name in str(entry.data) for entry in entries)
