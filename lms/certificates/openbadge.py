"""Certificates as Open Badges 3.0, which are W3C Verifiable Credentials 2.0, and what verifiers ask for beside.

The issuer is a `did:web` of the platform's host; its document lists the keys of the keyset. State is
looked up in Bitstring Status Lists of this platform: one list a purpose and 131,072 entries of the
register, the slot being the register index. Nothing here signs: `data_integrity.py` does.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from urllib.parse import quote, urlsplit

from lms.certificates.data_integrity import CREDENTIALS_V2, OPEN_BADGES_V3, Json, multikey
from lms.certificates.statuslist import SLOTS, encode_bitstring
from lms.register.days import DAY_SECONDS, UTC_OFFSET_SECONDS, day_of

PURPOSES = ("revocation", "suspension")
STATUS_PATH = "/badges/status"


@dataclass(frozen=True, slots=True)
class Words:
    """One text in both languages; a credential has a place for one, so both stand in it."""

    ar: str
    en: str

    @property
    def both(self) -> str:
        return self.ar if self.ar == self.en or not self.en else f"{self.ar} / {self.en}"


@dataclass(frozen=True, slots=True)
class BadgeContent:
    """What the credential of one certificate says. `code` names the kind of certificate for good."""

    base_url: str
    index: int
    number: str
    code: str
    organisation: Words
    title: Words
    statement: Words
    course: Words
    name: str
    issued: date
    expires: date | None
    qr_text: str


def did_of(base_url: str) -> str:
    """The did:web of the host of `base_url`, port and all, by the did:web method's rule."""
    return "did:web:" + quote(urlsplit(base_url).netloc, safe=".-")


def method_of(base_url: str, public_key: bytes) -> str:
    """The identifier of a key in the issuer's document."""
    return f"{did_of(base_url)}#{multikey(public_key)}"


def did_document(base_url: str, public_keys: Iterable[bytes]) -> Json:
    """The issuer's document: the keys whose proofs count today."""
    did = did_of(base_url)
    methods = [
        {
            "id": method_of(base_url, key),
            "type": "Multikey",
            "controller": did,
            "publicKeyMultibase": multikey(key),
        }
        for key in public_keys
    ]
    return {
        "@context": ["https://www.w3.org/ns/did/v1", "https://w3id.org/security/multikey/v1"],
        "id": did,
        "verificationMethod": methods,
        "assertionMethod": [method["id"] for method in methods],
    }


def credential(content: BadgeContent) -> Json:
    """The Open Badge of a certificate, without its proof."""
    base = content.base_url
    ends: Mapping[str, str] = (
        {} if content.expires is None else {"validUntil": _moment(content.expires, is_end=True)}
    )
    return {
        "@context": [CREDENTIALS_V2, OPEN_BADGES_V3],
        "id": f"{base}/badges/{content.number}",
        "type": ["VerifiableCredential", "OpenBadgeCredential"],
        "name": content.title.both,
        "issuer": {
            "id": did_of(base),
            "type": ["Profile"],
            "name": content.organisation.both,
            "url": base,
        },
        "validFrom": _moment(content.issued),
        **ends,
        "credentialSubject": {
            "type": ["AchievementSubject"],
            "identifier": [
                {
                    "type": "IdentityObject",
                    "hashed": False,
                    "identityHash": content.name,
                    "identityType": "name",
                }
            ],
            "licenseNumber": content.number,
            "achievement": {
                "id": f"{base}/badges/kind/{quote(content.code, safe='')}",
                "type": ["Achievement"],
                "achievementType": "Certification",
                "name": content.title.both,
                "description": content.course.both,
                "criteria": {"narrative": content.statement.both},
            },
        },
        "evidence": [
            {
                "id": content.qr_text,
                "type": ["Evidence"],
                "name": "The signed certificate, for the checker",
            }
        ],
        "credentialStatus": [_status_entry(base, content.index, purpose) for purpose in PURPOSES],
    }


def status_url(base_url: str, part: int, purpose: str) -> str:
    """Where the list for entries `part * 131072` and after is published."""
    return f"{base_url}{STATUS_PATH}/{part}/{purpose}"


def status_credential(
    base_url: str, *, part: int, purpose: str, indexes: Iterable[int], moment: datetime
) -> Json:
    """The status list of one purpose for one part of the register, without its proof."""
    url = status_url(base_url, part, purpose)
    first = part * SLOTS
    slots = (index - first for index in indexes if first <= index < first + SLOTS)
    return {
        "@context": [CREDENTIALS_V2],
        "id": url,
        "type": ["VerifiableCredential", "BitstringStatusListCredential"],
        "issuer": did_of(base_url),
        "validFrom": moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
        "credentialSubject": {
            "id": f"{url}#list",
            "type": "BitstringStatusList",
            "statusPurpose": purpose,
            "encodedList": encode_bitstring(slots),
        },
    }


def created_of(day: date) -> str:
    """The moment of a proof made for a certificate of that day."""
    return _moment(day)


def _status_entry(base_url: str, index: int, purpose: str) -> Json:
    url = status_url(base_url, index // SLOTS, purpose)
    slot = index % SLOTS
    return {
        "id": f"{url}#{slot}",
        "type": "BitstringStatusListEntry",
        "statusPurpose": purpose,
        "statusListIndex": str(slot),
        "statusListCredential": url,
    }


def _moment(day: date, *, is_end: bool = False) -> str:
    """The first second of a Libyan day, or the last, in UTC."""
    second = day_of(day) * DAY_SECONDS - UTC_OFFSET_SECONDS + (DAY_SECONDS - 1 if is_end else 0)
    return datetime.fromtimestamp(second, tz=UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
