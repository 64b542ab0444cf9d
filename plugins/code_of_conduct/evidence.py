"""Everything that is needed to check an endorsement without this server."""

from typing import Any

from lms.api import SEAL_CONTEXT, inclusion_of

from .models import Endorsement


def evidence_of(endorsement: Endorsement) -> dict[str, Any] | None:
    """The statement with its seal, and the proof that the register holds both; None while it is not entered.

    To check: SHA-256 over the statement's UTF-8 bytes followed by the bytes of the seal is the `sha256` of
    the record; the seal is an Ed25519 signature over `seal_context` and the statement by the key that signed
    the checkpoint; the leaf is SHA-256 over a zero byte and the record (RFC 6962); the proof leads from it to
    the root in the checkpoint.
    """
    if endorsement.register_index is None:
        return None
    inclusion = inclusion_of(endorsement.register_index)
    if inclusion is None:
        return None
    return {
        "statement": endorsement.statement,
        "statement_sha256": endorsement.statement_sha256,
        "seal": endorsement.seal,
        "seal_context": SEAL_CONTEXT.decode(),
        "kid": endorsement.kid,
        "register": {
            "index": endorsement.register_index,
            "record": inclusion.record.decode(),
            "size": inclusion.size,
            "root_hash": inclusion.root_hash.hex(),
            "proof": [node.hex() for node in inclusion.proof],
            "checkpoint": inclusion.checkpoint,
        },
    }
