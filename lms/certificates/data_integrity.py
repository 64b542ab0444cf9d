"""W3C Data Integrity proofs of the suite `eddsa-rdfc-2022` (https://www.w3.org/TR/vc-di-eddsa/, section 3.2).

What is signed is SHA-256 of the canonical proof options, then SHA-256 of the canonical document: 64
bytes. Canonical is the RDF dataset of the JSON-LD in the order of RDFC-1.0, which `pyld` computes
under the older name URDNA2015; the two differ only in how control characters are escaped, so
documents that hold one are refused. Contexts are the files beside this module, and no other is ever
fetched: a document that names one is refused as well.
"""

import hashlib
import json
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

import base58

from lms.register.ed25519 import PUBLIC_KEY_BYTES, SIGNATURE_BYTES, Signer, verify
from lms.register.errors import CodedError

CRYPTOSUITE = "eddsa-rdfc-2022"
CREDENTIALS_V2 = "https://www.w3.org/ns/credentials/v2"
OPEN_BADGES_V3 = "https://purl.imsglobal.org/spec/ob/v3p0/context-3.0.3.json"
CONTEXTS = Path(__file__).parent / "contexts"
CONTEXT_FILES = {CREDENTIALS_V2: "credentials-v2.jsonld", OPEN_BADGES_V3: "open-badges-3.0.3.json"}
_ED25519_MULTICODEC = b"\xed\x01"
_FIRST_PRINTABLE = 0x20
_DELETE = 0x7F

Json = dict[str, Any]


class DataIntegrityError(CodedError):
    """A document that cannot be signed, or whose proof does not hold."""


def multikey(public_key: bytes) -> str:
    """An Ed25519 public key as `publicKeyMultibase`: the multicodec prefix and the key in base58btc."""
    return "z" + base58.b58encode(_ED25519_MULTICODEC + public_key).decode()


def parse_multikey(text: str) -> bytes:
    """The public key of a `publicKeyMultibase`; raises `DataIntegrityError` bad_key."""
    data = _unbase58(text, "bad_key")
    if len(data) != PUBLIC_KEY_BYTES + 2 or not data.startswith(_ED25519_MULTICODEC):
        raise DataIntegrityError("bad_key", "not the Multikey of an Ed25519 key")
    return data[2:]


def add_proof(document: Json, *, signer: Signer, verification_method: str, created: str) -> Json:
    """A copy of `document` with its proof; `created` is an XML dateTime. The same input gives the same bytes."""
    options = {
        "type": "DataIntegrityProof",
        "cryptosuite": CRYPTOSUITE,
        "created": created,
        "verificationMethod": verification_method,
        "proofPurpose": "assertionMethod",
    }
    signature = signer.sign(hash_data(document, options))
    return {**document, "proof": {**options, "proofValue": "z" + base58.b58encode(signature).decode()}}


def verify_proof(secured: Json, public_key: bytes) -> None:
    """Check the one proof of a document under a key; raises `DataIntegrityError`.

    `no_proof`, `bad_proof` (of another suite or purpose, or malformed), `bad_signature`, and what
    `canonical` raises. That the key is the issuer's is the caller's to know.
    """
    proof = secured.get("proof")
    if not isinstance(proof, dict):
        raise DataIntegrityError("no_proof", "the document has no proof")
    expected = ("DataIntegrityProof", CRYPTOSUITE, "assertionMethod")
    if (proof.get("type"), proof.get("cryptosuite"), proof.get("proofPurpose")) != expected:
        raise DataIntegrityError("bad_proof", "the proof is of another kind")
    signature = _unbase58(proof.get("proofValue"), "bad_proof")
    if len(signature) != SIGNATURE_BYTES:
        raise DataIntegrityError("bad_proof", "a signature has 64 bytes")
    document = {key: value for key, value in secured.items() if key != "proof"}
    options = {key: value for key, value in proof.items() if key != "proofValue"}
    if not verify(public_key, hash_data(document, options), signature):
        raise DataIntegrityError("bad_signature", "the signature does not fit the document")


def hash_data(document: Json, options: Json, contexts: Mapping[str, Json] | None = None) -> bytes:
    """The 64 bytes that are signed. `contexts` adds documents to the pinned ones, for test vectors."""
    config = {"@context": document["@context"], **options}
    return b"".join(hashlib.sha256(canonical(part, contexts)).digest() for part in (config, document))


def canonical(document: Json, contexts: Mapping[str, Json] | None = None) -> bytes:
    """The document's RDF dataset as canonical N-Quads.

    Raises `DataIntegrityError`: `control_character`, `unknown_context`, or `not_json_ld`.
    """
    from pyld import jsonld

    if any(ord(char) < _FIRST_PRINTABLE or ord(char) == _DELETE for char in _texts(document)):
        raise DataIntegrityError("control_character", "a text holds a control character")
    pinned, more = _pinned_contexts(), contexts or {}

    def load(url: str, _options: object) -> Json:
        if url in pinned:
            # Never changes, so the library may keep what it makes of it.
            return {"contextUrl": None, "documentUrl": url, "document": pinned[url], "tag": "static"}
        if url not in more:
            raise DataIntegrityError("unknown_context", f"the context {url} is not among the pinned ones")
        return {"contextUrl": None, "documentUrl": url, "document": more[url]}

    options = {"algorithm": "URDNA2015", "format": "application/n-quads", "documentLoader": load}
    try:
        text: str = jsonld.normalize(document, options)
    except jsonld.JsonLdError as error:
        cause: BaseException | None = error
        while isinstance(cause, jsonld.JsonLdError):
            cause = cause.__cause__
        if isinstance(cause, DataIntegrityError):
            raise cause from error
        raise DataIntegrityError("not_json_ld", "the document is no valid JSON-LD") from error
    return text.encode()


def _texts(value: object) -> str:
    """Every text of a document, keys included, as one."""
    if isinstance(value, dict):
        return "".join(key + _texts(item) for key, item in value.items())
    if isinstance(value, list):
        return "".join(_texts(item) for item in value)
    return value if isinstance(value, str) else ""


@cache
def _pinned_contexts() -> dict[str, Json]:
    return {url: json.loads((CONTEXTS / name).read_bytes()) for url, name in CONTEXT_FILES.items()}


def _unbase58(text: object, code: str) -> bytes:
    if not isinstance(text, str) or not text.startswith("z"):
        raise DataIntegrityError(code, "not in multibase base58btc")
    try:
        return base58.b58decode(text[1:])
    except ValueError as error:
        raise DataIntegrityError(code, "not in multibase base58btc") from error
