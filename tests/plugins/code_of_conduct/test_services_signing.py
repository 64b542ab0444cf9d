"""Signing: consents, identity, replay, and the entry in the register."""

import hashlib
import json
import uuid

import pytest
from django.db import IntegrityError, transaction

from lms.register.models import Entry
from lms.register.records import decode_record
from plugins.code_of_conduct.enums import ActorKind, EndorsementState, IdentityTier, Role, Sector
from plugins.code_of_conduct.errors import ConsentMissing, NotPublished, OutdatedVersion
from plugins.code_of_conduct.models import Endorsement
from plugins.code_of_conduct.services import (
    Signature,
    sign_endorsement,
    sign_many,
    signing,
    withdraw_endorsement,
    withdrawal_code_sha256,
)
from tests.factories.code_of_conduct import body_signature, endorse, publish, signature
from tests.factories.people import MunicipalityFactory, UserFactory

pytestmark = pytest.mark.django_db

LONG = "عبد الرحمن بن " * 13 + "سالم"
NAMES = [
    "خديجة",
    "Ærøskøbing Ó Ñandú",
    "<script>alert(1)</script>",
    "=HYPERLINK(1)",
    "ⵜⵉⴼⵉⵏⴰⵖ",
    "ﷺ" * 200,
    LONG,
]


def test_account_signs_and_stands_at_once() -> None:
    version = publish()
    user = UserFactory()
    signed = sign_endorsement(signature=signature(version, user=user))
    endorsement = Endorsement.objects.get()
    assert signed.created and signed.endorsement == endorsement
    assert endorsement.state == EndorsementState.IN_FORCE
    assert (endorsement.sector, endorsement.role, endorsement.kind) == (
        Sector.CIVIL,
        Role.OBSERVER,
        ActorKind.PERSON,
    )
    assert endorsement.tier == IdentityTier.ACCOUNT
    assert endorsement.entered_at == endorsement.signed_at


def test_register_holds_the_digest_of_statement_and_seal() -> None:
    version = publish()
    endorsement = endorse(version)
    record = decode_record(bytes(Entry.objects.get(index=endorsement.register_index).record))
    assert (record.type, record.course, record.subject) == ("endorse", version.code.key, None)
    assert (
        record.sha256
        == hashlib.sha256(endorsement.statement.encode() + bytes.fromhex(endorsement.seal)).digest()
    )
    assert endorsement.kid == record.kid.hex()


def test_statement_says_who_endorsed_what_with_which_consents() -> None:
    version = publish()
    place = MunicipalityFactory()
    endorsement = endorse(version, agreed_publication=False, municipality=place, language="en")
    stated = json.loads(endorsement.statement)
    nonce = stated.pop("nonce")
    assert len(bytes.fromhex(nonce)) == 16
    assert stated == {
        "code": version.code.key,
        "consents": {"electronic": True, "publication": False, "text": True},
        "format": "sanad endorsement v1",
        "id": str(endorsement.public_id),
        "identity": 1,
        "instrument_sha256": version.instrument_sha256,
        "kind": "person",
        "language": "en",
        "municipality": place.code,
        "name": endorsement.name,
        "role": "observer",
        "sector": "civil",
        "signatory_name": "",
        "signatory_title": "",
        "signed_at": endorsement.signed_at.strftime("%Y-%m-%dT%H:%M:%SZ"),
        "version": "1.0",
    }
    assert endorsement.statement_sha256 == hashlib.sha256(endorsement.statement.encode()).hexdigest()


@pytest.mark.parametrize("name", NAMES)
def test_names_of_any_length_and_script_are_sealed_as_they_are(name: str) -> None:
    endorsement = endorse(publish(), name=name)
    endorsement.refresh_from_db()
    assert endorsement.name == name
    assert json.loads(endorsement.statement)["name"] == name


@pytest.mark.parametrize("missing", ["agreed_text", "agreed_electronic"])
def test_without_the_consents_nothing_is_signed(missing: str) -> None:
    version = publish()
    with pytest.raises(ConsentMissing):
        sign_endorsement(signature=signature(version, user=UserFactory(), **{missing: False}))
    assert not Endorsement.objects.exists()


def test_database_refuses_an_endorsement_without_consent() -> None:
    endorsement = endorse(publish())
    endorsement.agreed_text = False
    with pytest.raises(IntegrityError), transaction.atomic():
        endorsement.save()


def test_person_may_stay_unnamed_and_a_body_may_not() -> None:
    version = publish()
    assert endorse(version, agreed_publication=False).public_name == ""
    with pytest.raises(ConsentMissing):
        sign_endorsement(signature=body_signature(version, agreed_publication=False))


def test_same_form_sent_twice_is_one_signature() -> None:
    version = publish()
    once = signature(version, user=UserFactory())
    first, second = sign_endorsement(signature=once), sign_endorsement(signature=once)
    assert (first.created, second.created) == (True, False)
    assert first.endorsement == second.endorsement
    assert Endorsement.objects.count() == 1
    assert Entry.objects.filter(type="endorse").count() == 1


def test_same_account_signing_again_keeps_its_endorsement() -> None:
    version = publish()
    user = UserFactory()
    assert endorse(version, user) == endorse(version, user)
    assert Entry.objects.filter(type="endorse").count() == 1


def test_account_may_endorse_again_after_withdrawing() -> None:
    version = publish()
    user = UserFactory()
    first = endorse(version, user)
    withdraw_endorsement(endorsement=first, reason="r", recorded_by=user)
    second = endorse(version, user)
    assert second != first
    assert second.state == EndorsementState.IN_FORCE


def test_database_allows_one_endorsement_in_force_for_an_actor_and_version() -> None:
    endorsement = endorse(publish())
    endorsement.pk, endorsement.register_index = None, endorsement.register_index + 100
    endorsement.public_id, endorsement.submission = uuid.uuid4(), uuid.uuid4()
    endorsement._state.adding = True
    with pytest.raises(IntegrityError, match="actor"), transaction.atomic():
        endorsement.save(force_insert=True)


def test_signing_an_outdated_text_is_refused() -> None:
    old = publish(number="1.0")
    publish(number="1.1")
    with pytest.raises(OutdatedVersion):
        sign_endorsement(signature=signature(old, user=UserFactory()))
    assert not Endorsement.objects.exists()


def test_signing_before_anything_is_published_is_refused() -> None:
    unknown = Signature(
        instrument_sha256="0" * 64,
        role=Role.OBSERVER,
        name="خديجة",
        agreed_text=True,
        agreed_electronic=True,
        agreed_publication=True,
        user=UserFactory(),
    )
    with pytest.raises(NotPublished):
        sign_endorsement(signature=unknown)
    publish()
    with pytest.raises(OutdatedVersion):
        sign_endorsement(signature=unknown)


def test_stranger_and_body_await_review_and_are_not_in_the_register() -> None:
    version = publish()
    stranger = sign_endorsement(signature=signature(version, contact="a@example.org")).endorsement
    body = sign_endorsement(signature=body_signature(version)).endorsement
    body_by_account = sign_endorsement(
        signature=body_signature(version, user=UserFactory(), name="حزب الزيتون التجريبي")
    ).endorsement
    for endorsement in (stranger, body, body_by_account):
        assert endorsement.is_pending
        assert endorsement.register_index is None
    assert (stranger.tier, body_by_account.tier) == (IdentityTier.SELF_DECLARED, IdentityTier.ACCOUNT)
    assert not Entry.objects.filter(type="endorse").exists()


def test_body_is_the_same_however_its_name_is_spelt() -> None:
    version = publish()
    keys = {
        body_signature(version, name=name).actor_key
        for name in ("مجلس أعيان مصراتة", "مجلس اعيان مصراته", "مجلس  أعيان  مصراتة")
    }
    assert len(keys) == 1


def test_branches_of_a_body_in_two_municipalities_are_two_bodies() -> None:
    version = publish()
    first, second = MunicipalityFactory(), MunicipalityFactory()
    assert (
        body_signature(version, municipality=first).actor_key
        != body_signature(version, municipality=second).actor_key
    )


def test_stranger_is_known_by_a_keyed_digest_of_the_address() -> None:
    version = publish()
    same = {signature(version, contact=contact).actor_key for contact in ("A@example.org", "a@example.org")}
    assert len(same) == 1
    assert same.isdisjoint({hashlib.sha256(b"a@example.org").hexdigest()})


def test_withdrawal_code_is_shown_again_for_the_same_form_only_and_is_not_stored() -> None:
    version = publish()
    form = body_signature(version)
    first, again = sign_endorsement(signature=form), sign_endorsement(signature=form)
    assert first.withdrawal_code == again.withdrawal_code
    assert len(first.withdrawal_code.replace("-", "")) == 16
    stored = Endorsement.objects.filter(pk=first.endorsement.pk).values().get()
    assert first.withdrawal_code not in map(str, stored.values())
    assert stored["withdrawal_code_sha256"] == withdrawal_code_sha256(first.withdrawal_code)


@pytest.mark.parametrize(
    "typed", [str.lower, lambda code: code.replace("-", " "), lambda code: code.replace("0", "O")]
)
def test_withdrawal_code_is_read_as_people_type_it(typed: object) -> None:
    code = "0A1B-2C3D-4E5F-6G7H"
    assert withdrawal_code_sha256(typed(code)) == withdrawal_code_sha256(code)  # type: ignore[operator]


def test_account_needs_no_withdrawal_code() -> None:
    version = publish()
    assert sign_endorsement(signature=signature(version, user=UserFactory())).withdrawal_code == ""


def test_many_signatures_are_recorded_as_single_ones_are() -> None:
    version = publish()
    users = UserFactory.create_batch(5)
    signatures = [signature(version, user=user) for user in users]
    signed = sign_many(signatures=[*signatures, signatures[0], body_signature(version)])
    assert [one.created for one in signed] == [True] * 5 + [False, True]
    assert [one.endorsement.register_index for one in signed[:5]] == [1, 2, 3, 4, 5]
    assert Endorsement.objects.count() == 6
    assert Endorsement.objects.standing().count() == 5


def test_many_signatures_are_all_recorded_or_none(monkeypatch: pytest.MonkeyPatch) -> None:
    version = publish()

    def fail(*_arguments: object, **_fields: object) -> None:
        raise RuntimeError("the disk is full")

    monkeypatch.setattr(signing.Endorsement.objects, "bulk_create", fail)
    with pytest.raises(RuntimeError):
        sign_many(signatures=[signature(version, user=user) for user in UserFactory.create_batch(3)])
    assert not Endorsement.objects.exists()
    assert not Entry.objects.filter(type="endorse").exists()


@pytest.mark.parametrize("count", [1, 3, 30])
def test_signing_takes_the_same_queries_however_many_sign(count: int, at_most_queries: object) -> None:
    version = publish()
    signatures = [signature(version, user=user) for user in UserFactory.create_batch(count)]
    with at_most_queries(20):
        sign_many(signatures=signatures)


def test_endorsement_is_never_deleted() -> None:
    endorsement = endorse(publish())
    with pytest.raises(TypeError):
        endorsement.delete()
    with pytest.raises(TypeError):
        Endorsement.objects.all().delete()
