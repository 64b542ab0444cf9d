"""The verdict on a scanned certificate: one table for the server, the command line and the browser.

`judge` is a pure function of the scanned text, the keyset, a view of the register and the device's
clock. The cases are tried in the order of `Reason`, worst first, and the first that applies is the
verdict, so that every checker gives the same answer for the same input. tests/vectors/verdicts.json
holds the table as examples for implementations in other languages.

What the order guarantees:

* No field is shown before its signature is verified (`claims` is None until then).
* A certificate in the register and not withdrawn is never RED because the device's clock is behind
  or its register is old: time is the later of the device's clock and the register's.
* A signature alone never makes GREEN: a stolen key can sign, but it cannot add a leaf to the
  register that the checker already holds.
* A certificate cannot be given an earlier date than its place in the register: the heads say when
  that place was filled.
* The end of a key is not the end of its certificates: a key must have been good on the day of
  issue, a certificate must be good today.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Protocol

from lms.certificates.credential import Claims, Credential, CredentialError, parse
from lms.certificates.headdays import is_backdated
from lms.certificates.keyset import IssuingKey, Keyset, KeyState
from lms.certificates.number import format_number
from lms.certificates.qrtext import QrTextError, parse_text
from lms.certificates.statuslist import Standing
from lms.register.days import day_at

STALE_AFTER_SECONDS = 14 * 86_400
CLOCK_TOLERANCE_SECONDS = 3_600
"""A device whose clock is behind the register by less than this is not troubled with it."""


class Colour(StrEnum):
    GREEN = "green"
    AMBER = "amber"
    RED = "red"


class Reason(StrEnum):
    """Why a verdict is what it is, in the order in which the cases are tried."""

    NOT_OURS = "not_ours"
    MALFORMED = "malformed"
    UNKNOWN_VERSION = "unknown_version"
    UNKNOWN_KEY = "unknown_key"
    BAD_SIGNATURE = "bad_signature"
    KEY_COMPROMISED = "key_compromised"
    KEY_RETIRED = "key_retired"
    KEY_NOT_FOR_COURSE = "key_not_for_course"
    KEY_NOT_VALID_THEN = "key_not_valid_then"
    NOT_IN_REGISTER = "not_in_register"
    BACK_DATED = "back_dated"
    REVOKED = "revoked"
    SUSPENDED = "suspended"
    NOT_YET_VALID = "not_yet_valid"
    EXPIRED = "expired"
    DATED_AHEAD = "dated_ahead"
    NEWER_THAN_REGISTER = "newer_than_register"
    CLOCK_BEHIND = "clock_behind"
    REGISTER_STALE = "register_stale"
    VALID = "valid"


_NOT_RED: Mapping[Reason, Colour] = {
    Reason.DATED_AHEAD: Colour.AMBER,
    Reason.NEWER_THAN_REGISTER: Colour.AMBER,
    Reason.CLOCK_BEHIND: Colour.AMBER,
    Reason.REGISTER_STALE: Colour.AMBER,
    Reason.VALID: Colour.GREEN,
}


_WITHOUT_CHAIN = frozenset(
    {
        Reason.KEY_COMPROMISED,
        Reason.KEY_RETIRED,
        Reason.KEY_NOT_FOR_COURSE,
        Reason.KEY_NOT_VALID_THEN,
        Reason.NOT_IN_REGISTER,
        Reason.BACK_DATED,
    }
)


class RegisterView(Protocol):
    """What a checker knows of the register: the live one, or a pack taken at `time`."""

    @property
    def size(self) -> int:
        """Number of entries that the view covers."""

    @property
    def time(self) -> int:
        """When the view was true, in Unix seconds."""

    def leaf(self, index: int) -> bytes:
        """The leaf hash at an index below `size`."""

    def standing(self, index: int) -> Standing:
        """Whether the certificate at an index below `size` is revoked or suspended."""

    def covered_on(self, index: int) -> int | None:
        """The day of the first signed head that covers an index below `size`, where it is known."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """The answer. `claims` are None where no signature vouches for them."""

    reason: Reason
    claims: Claims | None = None

    @property
    def colour(self) -> Colour:
        return _NOT_RED.get(self.reason, Colour.RED)

    @property
    def shows_chain(self) -> bool:
        """Whether the chain of training may stand beside the fields.

        Where nothing but a signature speaks for them, a chain of genuine certificates would lend them credit.
        """
        return self.claims is not None and self.reason not in _WITHOUT_CHAIN

    def as_dict(self) -> dict[str, Any]:
        """The verdict as JSON values, the same from every implementation."""
        return {
            "verdict": str(self.colour),
            "reason": str(self.reason),
            "claims": None if self.claims is None else claims_as_dict(self.claims),
        }


def judge(text: str, *, keyset: Keyset, register: RegisterView, now: int) -> Verdict:
    """Judge the text of a QR code; `now` is the device's clock in Unix seconds. Never raises."""
    try:
        credential = parse(parse_text(text))
    except QrTextError as error:
        return Verdict(Reason.NOT_OURS if error.code == "not_ours" else Reason.MALFORMED)
    except CredentialError as error:
        is_unknown = error.code == "unknown_version"
        return Verdict(Reason.UNKNOWN_VERSION if is_unknown else Reason.MALFORMED)
    key = keyset.key(credential.kid)
    if key is None:
        return Verdict(Reason.UNKNOWN_KEY)
    if not credential.is_signed_by(key.public_key):
        return Verdict(Reason.BAD_SIGNATURE)
    claims = credential.claims
    reason = (
        _key_trouble(claims, key)
        or _register_trouble(credential, register)
        or _date_trouble(claims, register, now)
        or _knowledge_trouble(claims, register, now)
    )
    return Verdict(reason or Reason.VALID, claims)


def claims_as_dict(claims: Claims) -> dict[str, Any]:
    """The signed fields as JSON values: dates in ISO 8601, the number as printed."""
    return {
        "number": format_number(claims.certificate_id),
        "name": claims.name,
        "course": claims.course,
        "index": claims.index,
        "issued": claims.issued_on.isoformat(),
        "expires": None if claims.expires_on is None else claims.expires_on.isoformat(),
        "trainer_index": claims.trainer_index,
    }


def _key_trouble(claims: Claims, key: IssuingKey) -> Reason | None:
    if not key.vouches_for(claims.index):
        return Reason.KEY_COMPROMISED if key.state is KeyState.COMPROMISED else Reason.KEY_RETIRED
    if not key.signs_course(claims.course):
        return Reason.KEY_NOT_FOR_COURSE
    return None if key.signs_on(claims.issued) else Reason.KEY_NOT_VALID_THEN


def _register_trouble(credential: Credential, register: RegisterView) -> Reason | None:
    index = credential.claims.index
    if index >= register.size:
        # Everything issued before the register's day is in it, or was never logged.
        was_due = credential.claims.issued < day_at(register.time)
        return Reason.NOT_IN_REGISTER if was_due else None
    if register.leaf(index) != credential.record.leaf_hash:
        return Reason.NOT_IN_REGISTER
    if is_backdated(issued=credential.claims.issued, covered_on=register.covered_on(index)):
        return Reason.BACK_DATED
    match register.standing(index):
        case Standing.REVOKED:
            return Reason.REVOKED
        case Standing.SUSPENDED:
            return Reason.SUSPENDED
    return None


def _date_trouble(claims: Claims, register: RegisterView, now: int) -> Reason | None:
    today = day_at(max(now, register.time))
    if claims.issued > today:
        # In the register it was dated ahead on purpose; beyond it, the device's clock may be slow.
        return Reason.NOT_YET_VALID if claims.index < register.size else Reason.DATED_AHEAD
    has_ended = claims.expires is not None and claims.expires < today
    return Reason.EXPIRED if has_ended else None


def _knowledge_trouble(claims: Claims, register: RegisterView, now: int) -> Reason | None:
    if claims.index >= register.size:
        return Reason.NEWER_THAN_REGISTER
    if now < register.time - CLOCK_TOLERANCE_SECONDS:
        return Reason.CLOCK_BEHIND
    return Reason.REGISTER_STALE if now - register.time > STALE_AFTER_SECONDS else None
