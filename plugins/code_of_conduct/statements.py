"""What is sealed and entered in the register, as canonical JSON (RFC 8785).

Pure: imports neither Django nor Wagtail. The subset used here (strings, booleans, integers below 2**53,
null, arrays, objects with ASCII keys) has one byte form in every language; strings stand in UTF-8, not
escaped, so that a signatory recognises the own name in the statement.

Every endorsement holds a random `nonce`. The register publishes only a digest, and without the nonce
nobody could tell from it whether a guessed person has signed; when a person's data is erased the
statement goes and the digest says nothing any more.
"""

import json
from collections.abc import Mapping
from datetime import UTC, datetime

ENDORSEMENT_FORMAT = "sanad endorsement v1"
INSTRUMENT_FORMAT = "sanad instrument v1"
WITHDRAWAL_FORMAT = "sanad endorsement withdrawal v1"

MAX_INTEGER = 2**53 - 1


def canonical_json(value: object) -> str:
    """RFC 8785 for the subset above. Raises ValueError for anything else."""
    _require_subset(value)
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def timestamp(moment: datetime) -> str:
    """An aware moment in UTC to the second: 2026-01-15T12:00:00Z."""
    if moment.tzinfo is None:
        raise ValueError("a moment needs a time zone")
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def instrument_statement(
    *, code: str, version: str, date: str, change: str, sha256: Mapping[str, str], prevails: str = "ar"
) -> str:
    """The instrument: both language texts by their SHA-256, with version and date."""
    return canonical_json(
        {
            "change": change,
            "code": code,
            "date": date,
            "format": INSTRUMENT_FORMAT,
            "prevails": prevails,
            "sha256": dict(sha256),
            "version": version,
        }
    )


def endorsement_statement(
    *,
    declaration: Mapping[str, object],
    identity: int,
    instrument_sha256: str,
    nonce: str,
    signed_at: datetime,
) -> str:
    """Who endorsed which instrument, in which capacity, with which consents, when; and how sure the platform
    was at that moment of who it was."""
    return canonical_json(
        {
            **declaration,
            "format": ENDORSEMENT_FORMAT,
            "identity": int(identity),
            "instrument_sha256": instrument_sha256,
            "nonce": nonce,
            "signed_at": timestamp(signed_at),
        }
    )


def withdrawal_statement(
    *, endorsement: str, endorsement_index: int, reason: str, nonce: str, withdrawn_at: datetime
) -> str:
    return canonical_json(
        {
            "endorsement": endorsement,
            "endorsement_index": endorsement_index,
            "format": WITHDRAWAL_FORMAT,
            "nonce": nonce,
            "reason": reason,
            "withdrawn_at": timestamp(withdrawn_at),
        }
    )


def _require_subset(value: object) -> None:
    if value is None or isinstance(value, bool):
        return
    if isinstance(value, str):
        value.encode("utf-8")  # a lone surrogate raises UnicodeEncodeError, which is a ValueError
    elif isinstance(value, int):
        if abs(value) > MAX_INTEGER:
            raise ValueError("an integer is outside what every language can hold")
    elif isinstance(value, list):
        for member in value:
            _require_subset(member)
    elif isinstance(value, dict):
        _require_object(value)
    else:
        raise ValueError(f"{type(value).__name__} has no canonical form here")


def _require_object(value: dict[object, object]) -> None:
    for key, member in value.items():
        if not (isinstance(key, str) and key.isascii()):
            raise ValueError("keys are ASCII strings, so that their order is the same everywhere")
        _require_subset(member)
