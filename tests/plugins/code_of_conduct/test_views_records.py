"""Receipts, proofs and withdrawal: whose they are, and what they show."""

import hashlib
import json
import uuid

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import translation

from lms.people.enums import Role as PlatformRole
from lms.register import merkle
from lms.register.checkpoint import open_checkpoint
from lms.register.ed25519 import verify
from lms.register.keys import log_signer
from plugins.code_of_conduct.models import Endorsement
from plugins.code_of_conduct.services import sign_endorsement
from plugins.code_of_conduct.views import records
from tests.factories.code_of_conduct import body_signature, endorse, endorse_as_body, publish
from tests.factories.people import UserFactory

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def in_english() -> object:
    with translation.override("en"):
        yield


def address(name: str, endorsement: Endorsement) -> str:
    return reverse(f"code_of_conduct:{name}", args=[endorsement.public_id])


def test_receipt_shows_text_digests_version_time_and_register_number(client: Client) -> None:
    user = UserFactory()
    version = publish()
    endorsement = endorse(version, user)
    client.force_login(user)
    html = client.get(address("receipt", endorsement)).content.decode()
    for shown in (
        version.sha256_ar,
        version.sha256_en,
        version.instrument_sha256,
        endorsement.statement_sha256,
        endorsement.seal,
        "(Libya time)",
        "(بتوقيت ليبيا)",
        f'<dt>Register number</dt><dd><bdi dir="ltr">{endorsement.register_index}</bdi>',
    ):
        assert shown in html


@pytest.mark.parametrize("name", ["receipt", "evidence", "withdraw"])
def test_receipt_of_an_account_is_nobody_elses(client: Client, name: str) -> None:
    endorsement = endorse(publish(), UserFactory())
    assert client.get(address(name, endorsement)).status_code == 404
    client.force_login(UserFactory())
    assert client.get(address(name, endorsement)).status_code == 404


def test_reviewer_sees_a_receipt_and_cannot_withdraw_for_its_owner_there(client: Client) -> None:
    endorsement = endorse(publish(), UserFactory())
    client.force_login(UserFactory(role=PlatformRole.REVIEWER))
    assert client.get(address("receipt", endorsement)).status_code == 200
    assert client.post(address("withdraw", endorsement), {"reason": "r"}).status_code == 404


def test_unknown_receipt_is_not_found(client: Client) -> None:
    assert client.get(reverse("code_of_conduct:receipt", args=[uuid.uuid4()])).status_code == 404


def test_receipt_is_neither_cached_nor_indexed(client: Client) -> None:
    response = client.get(address("receipt", endorse_as_body(publish())))
    assert "no-store" in response.headers["Cache-Control"]
    assert '<meta name="robots" content="noindex">' in response.content.decode()


def test_withdrawal_code_is_not_shown_to_another_visitor() -> None:
    publish_and_sign = sign_endorsement(signature=body_signature(publish()))
    html = Client().get(address("receipt", publish_and_sign.endorsement)).content.decode()
    assert publish_and_sign.withdrawal_code not in html


def test_proof_can_be_checked_without_this_server(client: Client) -> None:
    version = publish()
    user = UserFactory()
    endorsement = endorse(version, user)
    for _other in range(6):
        endorse(version)
    client.force_login(user)
    proof = json.loads(client.get(address("evidence", endorsement)).content)
    statement, seal = proof["statement"].encode(), bytes.fromhex(proof["seal"])
    register = proof["register"]
    record = json.loads(register["record"])
    signer = log_signer()
    assert json.loads(statement)["name"] == user.name_ar
    assert hashlib.sha256(statement + seal).hexdigest() == record["sha256"]
    assert verify(signer.signer.public_key, proof["seal_context"].encode() + statement, seal)
    head = open_checkpoint(register["checkpoint"].encode(), [signer.key])
    assert (head.size, head.root.hex()) == (register["size"], register["root_hash"])
    assert merkle.verify_inclusion(
        merkle.leaf_hash(register["record"].encode()),
        register["index"],
        register["size"],
        [bytes.fromhex(node) for node in register["proof"]],
        head.root,
    )


def test_pending_endorsement_has_no_proof_yet(client: Client) -> None:
    pending = sign_endorsement(signature=body_signature(publish())).endorsement
    assert client.get(address("evidence", pending)).status_code == 404


def test_account_withdraws_with_a_reason(client: Client) -> None:
    user = UserFactory()
    endorsement = endorse(publish(), user)
    client.force_login(user)
    assert client.post(address("withdraw", endorsement), {"reason": ""}).status_code == 422
    response = client.post(address("withdraw", endorsement), {"reason": "I moved"}, follow=True)
    assert "Your endorsement is withdrawn." in response.content.decode()
    endorsement.refresh_from_db()
    assert (endorsement.state, endorsement.withdrawal.reason, endorsement.withdrawal.recorded_by) == (
        "withdrawn",
        "I moved",
        user,
    )


def test_signatory_without_account_withdraws_with_the_code(client: Client) -> None:
    signed = sign_endorsement(signature=body_signature(publish()))
    page = address("withdraw", signed.endorsement)
    assert client.post(page, {"reason": "r", "code": "0000-0000-0000-0000"}).status_code == 422
    assert client.post(page, {"reason": "r"}).status_code == 422
    assert client.post(page, {"reason": "r", "code": signed.withdrawal_code.lower()}).status_code == 302
    signed.endorsement.refresh_from_db()
    assert signed.endorsement.state == "withdrawn"


def test_codes_are_not_guessed_without_end(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(records, "ATTEMPTS_AN_HOUR", 2)
    signed = sign_endorsement(signature=body_signature(publish()))
    page = address("withdraw", signed.endorsement)
    answers = [client.post(page, {"reason": "r", "code": "0" * 16}).status_code for _attempt in range(3)]
    assert answers == [422, 422, 429]
    assert client.post(page, {"reason": "r", "code": signed.withdrawal_code}).status_code == 429


def test_withdrawn_endorsement_leads_back_to_its_receipt(client: Client) -> None:
    user = UserFactory()
    endorsement = endorse(publish(), user)
    client.force_login(user)
    client.post(address("withdraw", endorsement), {"reason": "r"})
    assert client.get(address("withdraw", endorsement)).headers["Location"] == address("receipt", endorsement)


def test_erased_receipt_names_nobody(client: Client) -> None:
    from plugins.code_of_conduct.services import anonymise_endorsements

    endorsement = endorse(publish(), name="نجاة المصراتي")
    anonymise_endorsements(endorsements=[endorsement])
    html = client.get(address("receipt", endorsement)).content.decode()
    assert "نجاة" not in html
    assert "Name erased" in html
