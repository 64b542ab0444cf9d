"""Open Badges of real certificates, judged by verifiers that others wrote, and their state over the web."""

import json
import os
import shutil
import subprocess
from collections.abc import Callable
from io import BytesIO
from pathlib import Path
from typing import Any

import pikepdf
import pytest
from django.core.cache import cache
from django.test import Client
from openbadgeslib.ob3.did import resolve_verification_method
from openbadgeslib.ob3.ldp import OB3LdpVerifier, verify_data_integrity_proof
from openbadgeslib.ob3.verifier import OB3VerificationError

from lms.certificates.data_integrity import CONTEXT_FILES, CONTEXTS, parse_multikey, verify_proof
from lms.certificates.enums import KeyState
from lms.certificates.keys import issuing_signer, publish_keyset, take_up_key
from lms.certificates.models import Certificate, IssuingKey, OpenBadge
from lms.certificates.openbadge import did_of
from lms.certificates.paper import certificate_pdf, qr_text
from lms.certificates.services.open_badges import open_badge_json
from lms.certificates.services.standing import restore_certificate, revoke_certificate, suspend_certificate
from tests.factories.certificates import issued
from tests.factories.people import UserFactory

pytestmark = pytest.mark.django_db
HOST = "sanad.example"


@pytest.fixture(autouse=True)
def public_address(settings: Any) -> None:
    settings.SANAD_BASE_URL = f"https://{HOST}"
    cache.clear()


def fetch(url: str) -> bytes:
    """What anybody gets from the platform's address."""
    assert url.startswith(f"https://{HOST}/"), url
    response = Client().get(url.removeprefix(f"https://{HOST}"))
    assert response.status_code == 200, url
    return response.content


def outside_verdict(document: bytes) -> Any:
    """The verdict of `openbadgeslib`, which knows nothing but the document and what the web answers."""
    verifier = OB3LdpVerifier.for_issuer_did(f"did:web:{HOST}")
    seen = verifier.verify(document, check_status=True, download=fetch, verify_status_list=False)
    for entry in seen.credential_status:
        # It knows signed lists only as JWT, so their proofs are put before it one by one.
        signed = json.loads(fetch(entry["statusListCredential"]))
        key = resolve_verification_method(signed["proof"]["verificationMethod"], download=fetch)
        verify_data_integrity_proof(signed, key)
    return seen


class TestVerifiers:
    def test_outside_verifier_accepts_a_certificate_in_force(self) -> None:
        certificate = issued(learner__name_ar="محمدٌ بنُ عليٍّ لآلئ 12 ٣٤")
        seen = outside_verdict(open_badge_json(certificate))

        assert seen.identifiers[0].identity_hash == certificate.name_ar
        assert seen.evidence_url == qr_text(certificate)
        assert seen.achievement.name == "شهادة مراقب طويل الأمد / Long-term observer certificate"

    @pytest.mark.parametrize("step", [revoke_certificate, suspend_certificate])
    def test_outside_verifier_refuses_what_was_withdrawn(self, step: Callable[..., Certificate]) -> None:
        certificate = issued()
        document = open_badge_json(certificate)
        step(certificate=certificate, reason="سبب", actor=UserFactory())
        cache.clear()

        with pytest.raises(OB3VerificationError):
            outside_verdict(document)

    def test_outside_verifier_accepts_again_what_was_restored(self) -> None:
        certificate, actor = issued(), UserFactory()
        suspend_certificate(certificate=certificate, reason="سبب", actor=actor)
        restore_certificate(certificate=certificate, reason="سبب", actor=actor)
        outside_verdict(open_badge_json(certificate))

    def test_outside_verifier_refuses_another_name(self) -> None:
        certificate = issued()
        document = open_badge_json(certificate).decode().replace(certificate.name_ar, "اسم آخر")
        with pytest.raises(OB3VerificationError):
            outside_verdict(document.encode())

    def test_neighbour_of_a_revoked_certificate_stays_valid(self) -> None:
        first, second = issued(), issued()
        revoke_certificate(certificate=first, reason="سبب", actor=UserFactory())
        outside_verdict(open_badge_json(second))

    def test_verifier_of_digital_bazaar_agrees(self, tmp_path: Path) -> None:
        """Runs where SANAD_NODE_VERIFIER names a folder with the npm packages that check.mjs imports."""
        folder = os.environ.get("SANAD_NODE_VERIFIER")
        if not folder or not shutil.which("node"):
            pytest.skip("set SANAD_NODE_VERIFIER: see tests/vectors/eddsa/node/README.md")
        certificate = issued()
        (tmp_path / "credential.json").write_bytes(open_badge_json(certificate))
        documents = {url: json.loads((CONTEXTS / name).read_bytes()) for url, name in CONTEXT_FILES.items()}
        documents[f"did:web:{HOST}"] = json.loads(fetch(f"https://{HOST}/.well-known/did.json"))
        for entry in json.loads(open_badge_json(certificate))["credentialStatus"]:
            url = entry["statusListCredential"]
            documents[url] = json.loads(fetch(url))
        (tmp_path / "documents.json").write_text(json.dumps(documents))
        script = Path(__file__).parents[2] / "vectors/eddsa/node/check.mjs"
        shutil.copy(script, Path(folder) / "check.mjs")
        run = subprocess.run(
            ["node", "check.mjs", str(tmp_path)],
            cwd=folder,
            capture_output=True,
            text=True,
            timeout=120,
            check=True,
        )
        assert json.loads(run.stdout)["verified"] is True, run.stdout


class TestDocument:
    def test_second_call_gives_the_same_bytes_even_under_another_key(self) -> None:
        certificate = issued()
        first = open_badge_json(certificate)
        IssuingKey.objects.update(state=KeyState.RETIRED, withdrawn_at_index=99)
        take_up_key("second")
        publish_keyset()
        assert open_badge_json(Certificate.objects.get(pk=certificate.pk)) == first
        outside_verdict(first)

    def test_badge_of_a_compromised_key_counts_no_more_and_is_signed_anew(self, monkeypatch: Any) -> None:
        certificate = issued()
        first = open_badge_json(certificate)
        IssuingKey.objects.update(state=KeyState.COMPROMISED, withdrawn_at_index=99)
        with pytest.raises(OB3VerificationError):
            outside_verdict(first)

        from lms.register.ed25519 import Ed25519Signer, kid_of

        fresh = Ed25519Signer.generate()
        old = IssuingKey.objects.get()
        IssuingKey.objects.create(
            kid=kid_of(fresh.public_key),
            public_key=fresh.public_key,
            reference="second",
            not_before=old.not_before,
            expires=old.expires,
        )
        monkeypatch.setattr(
            "lms.certificates.services.open_badges.issuing_signer", lambda *args, **kwargs: fresh
        )
        again = open_badge_json(certificate)
        assert again != first
        assert OpenBadge.objects.count() == 1
        outside_verdict(again)

    def test_dates_are_the_first_and_last_second_of_libyan_days(self) -> None:
        certificate = issued()
        document = json.loads(open_badge_json(certificate))
        assert document["validFrom"].endswith("T22:00:00Z")
        assert document["validUntil"] == f"{certificate.expires_on}T21:59:59Z"

    def test_pdf_carries_the_badge_and_stays_archivable(self) -> None:
        certificate = issued()
        with pikepdf.open(BytesIO(certificate_pdf(certificate))) as pdf:
            [(name, spec)] = pdf.attachments.items()
            assert name == "open-badge.json"
            assert spec.get_file().read_bytes() == open_badge_json(certificate)
            assert spec.get_file().mime_type == "application/json"
            assert str(spec.obj["/AFRelationship"]) == "/Alternative"
            assert pdf.Root["/AF"]
            with pdf.open_metadata() as metadata:
                assert metadata.pdfa_status == "3A"

    def test_pdf_comes_without_the_badge_while_no_key_may_sign(self, settings: Any, tmp_path: Path) -> None:
        certificate = issued()
        settings.SANAD_KEYS_DIR, settings.SANAD_ALLOW_DEVELOPMENT_KEYS = tmp_path, False
        with pikepdf.open(BytesIO(certificate_pdf(certificate))) as pdf:
            assert not pdf.attachments
        assert not OpenBadge.objects.exists()


class TestAddresses:
    def test_did_document_lists_the_keys_that_count(self) -> None:
        issued()
        document = json.loads(fetch(f"https://{HOST}/.well-known/did.json"))
        [method] = document["verificationMethod"]
        assert document["id"] == method["controller"] == did_of(f"https://{HOST}") == f"did:web:{HOST}"
        assert parse_multikey(method["publicKeyMultibase"]) == bytes(IssuingKey.objects.get().public_key)
        assert document["assertionMethod"] == [method["id"]]

    def test_port_is_escaped_in_the_did(self) -> None:
        assert did_of("http://127.0.0.1:8000") == "did:web:127.0.0.1%3A8000"

    def test_status_list_is_signed_by_the_issuer(self) -> None:
        certificate = issued()
        signed = json.loads(fetch(f"https://{HOST}/badges/status/0/revocation"))
        verify_proof(signed, issuing_signer(on=certificate.issued_on).public_key)

    @pytest.mark.parametrize("path", ["0/refresh", "1/revocation", "99999999999999999999/revocation"])
    def test_other_lists_are_not_there(self, path: str, client: Client) -> None:
        issued()
        assert client.get(f"/badges/status/{path}", follow=True).status_code == 404

    def test_nothing_of_a_person_is_served(self, client: Client) -> None:
        certificate = issued()
        code = certificate.type.code
        for path in ("/.well-known/did.json", "/badges/status/0/revocation", f"/badges/kind/{code}"):
            response = client.get(path)
            assert response.status_code == 200
            assert certificate.name_ar not in response.content.decode()
            assert response.headers["Access-Control-Allow-Origin"] == "*"
            assert "sessionid" not in response.cookies
        assert client.get(f"/badges/{certificate}", follow=True).status_code == 404
