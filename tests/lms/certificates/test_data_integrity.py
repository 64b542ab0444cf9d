"""Data Integrity proofs against the W3C's vectors, and against every way of spoiling one."""

import copy
import hashlib
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import base58
import pytest

from lms.certificates import data_integrity
from lms.certificates.data_integrity import (
    CREDENTIALS_V2,
    DataIntegrityError,
    add_proof,
    canonical,
    hash_data,
    multikey,
    parse_multikey,
    verify_proof,
)
from lms.register.ed25519 import Ed25519Signer, verify

pytestmark = pytest.mark.once
VECTOR = json.loads((Path(__file__).parents[2] / "vectors/eddsa/alumni.json").read_text())
SIGNER = Ed25519Signer.from_seed(bytes(range(32)))
PLAIN = {
    "@context": [CREDENTIALS_V2],
    "id": "urn:example:1",
    "type": ["VerifiableCredential"],
    "issuer": "did:web:sanad.example",
    "name": "شهادة",
    "credentialSubject": {"id": "urn:example:2", "name": "فاطمة"},
}
SIGNED = add_proof(
    PLAIN, signer=SIGNER, verification_method="did:web:sanad.example#k", created="2026-02-16T00:00:00Z"
)


def test_vector_of_the_recommendation_is_hashed_and_verified() -> None:
    document = {key: value for key, value in VECTOR["signed"].items() if key != "proof"}
    options = {key: value for key, value in VECTOR["signed"]["proof"].items() if key != "proofValue"}
    hashed = hash_data(document, options, VECTOR["contexts"])
    public_key = parse_multikey(VECTOR["publicKeyMultibase"])

    assert hashed.hex() == VECTOR["proofHash"] + VECTOR["documentHash"]
    assert verify(public_key, hashed, base58.b58decode(VECTOR["signed"]["proof"]["proofValue"][1:]))


def test_vector_of_the_recommendation_is_signed_to_the_same_bytes() -> None:
    seed = base58.b58decode(VECTOR["privateKeyMultibase"][1:])[2:]
    signer = Ed25519Signer.from_seed(seed)
    hashed = bytes.fromhex(VECTOR["proofHash"] + VECTOR["documentHash"])

    assert multikey(signer.public_key) == VECTOR["publicKeyMultibase"]
    assert "z" + base58.b58encode(signer.sign(hashed)).decode() == VECTOR["signed"]["proof"]["proofValue"]


def test_own_proof_verifies_and_is_the_same_every_time() -> None:
    verify_proof(SIGNED, SIGNER.public_key)
    assert (
        add_proof(
            PLAIN,
            signer=SIGNER,
            verification_method="did:web:sanad.example#k",
            created="2026-02-16T00:00:00Z",
        )
        == SIGNED
    )


def _set(*path: str, to: Any) -> Callable[[dict[str, Any]], None]:
    def change(document: dict[str, Any]) -> None:
        *way, last = path
        for step in way:
            document = document[step]
        document[last] = to

    return change


@pytest.mark.parametrize(
    ("change", "code"),
    [
        (_set("name", to="شهادة أخرى"), "bad_signature"),
        (_set("credentialSubject", "name", to="فاطمه"), "bad_signature"),
        (_set("validUntil", to="2030-01-01T00:00:00Z"), "bad_signature"),
        (_set("proof", "created", to="2026-02-17T00:00:00Z"), "bad_signature"),
        (_set("proof", "verificationMethod", to="did:web:evil.example#k"), "bad_signature"),
        (_set("proof", "proofPurpose", to="authentication"), "bad_proof"),
        (_set("proof", "cryptosuite", to="eddsa-jcs-2022"), "bad_proof"),
        (_set("proof", "proofValue", to="zz0"), "bad_proof"),
        (_set("proof", "proofValue", to="z" + base58.b58encode(bytes(63)).decode()), "bad_proof"),
        (_set("proof", "proofValue", to=7), "bad_proof"),
        (_set("proof", to=[]), "no_proof"),
        (_set("@context", to=[CREDENTIALS_V2, "https://evil.example/c"]), "unknown_context"),
        (_set("name", to="a\x00b"), "control_character"),
    ],
)
def test_every_change_is_noticed(change: Callable[[dict[str, Any]], None], code: str) -> None:
    spoiled = copy.deepcopy(SIGNED)
    change(spoiled)
    with pytest.raises(DataIntegrityError) as refused:
        verify_proof(spoiled, SIGNER.public_key)
    assert refused.value.code == code


def test_another_key_does_not_verify() -> None:
    with pytest.raises(DataIntegrityError):
        verify_proof(SIGNED, Ed25519Signer.generate().public_key)


@pytest.mark.parametrize(
    "text", ["", "z", "u6Mk", "z6MkrJVnaZkeFzdQyMZu1cgjg7k1pZZ6pvBQ7XJPt4swbTQ", "z0OIl"]
)
def test_what_is_no_multikey_is_refused(text: str) -> None:
    with pytest.raises(DataIntegrityError):
        parse_multikey(text)


def test_context_is_never_fetched() -> None:
    with pytest.raises(DataIntegrityError) as refused:
        canonical({"@context": "https://schema.org/", "id": "urn:a"})
    assert refused.value.code == "unknown_context"


def test_pinned_contexts_are_the_ones_they_claim_to_be() -> None:
    lines = (data_integrity.CONTEXTS / "SHA256SUMS").read_text().splitlines()
    sums = {name: digest for digest, name in (line.split() for line in lines)}

    assert set(sums) == set(data_integrity.CONTEXT_FILES.values())
    for name, digest in sums.items():
        assert hashlib.sha256((data_integrity.CONTEXTS / name).read_bytes()).hexdigest() == digest
    # The digest that the W3C Recommendation prints, section B.1.
    assert sums["credentials-v2.jsonld"] == "59955ced6697d61e03f2b2556febe5308ab16842846f5b586d7f1f7adec92734"
