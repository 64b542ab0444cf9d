"""The words of each verdict, for a person at a polling centre: what it is, and what to do."""

from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext_lazy as _

from .chain import LinkState
from .verdict import Reason


@dataclass(frozen=True, slots=True)
class Words:
    title: Any
    advice: Any


_COMPARE = _("Compare the name with an identity document and every field with the paper.")
_FORGED = _("Do not accept the paper. Keep its number if you can and tell the programme office.")

WORDS: dict[Reason, Words] = {
    Reason.VALID: Words(_("Valid"), _COMPARE),
    Reason.NOT_OURS: Words(
        _("Not one of our certificates"),
        _("This code belongs to somebody else, or the text is not from a certificate."),
    ),
    Reason.MALFORMED: Words(
        _("The code is damaged"),
        _("Scan it again in good light. If it fails again, do not accept the paper."),
    ),
    Reason.UNKNOWN_VERSION: Words(
        _("Newer than this checker"), _("Reload this page with a connection and scan again.")
    ),
    Reason.UNKNOWN_KEY: Words(_("Not signed by the programme"), _FORGED),
    Reason.BAD_SIGNATURE: Words(_("Forged or altered"), _FORGED),
    Reason.KEY_COMPROMISED: Words(
        _("Signed with a stolen key"), _("It was signed after the key was reported stolen. Do not accept it.")
    ),
    Reason.KEY_RETIRED: Words(
        _("Signed with a withdrawn key"), _("It was signed after the key was withdrawn. Do not accept it.")
    ),
    Reason.KEY_NOT_FOR_COURSE: Words(_("Signed with the wrong key"), _FORGED),
    Reason.KEY_NOT_VALID_THEN: Words(_("Signed outside the life of its key"), _FORGED),
    Reason.NOT_IN_REGISTER: Words(_("Not in the register"), _FORGED),
    Reason.BACK_DATED: Words(
        _("Back-dated"),
        _(
            "It bears an earlier date than its entry in the register. Do not accept it; tell the programme office."
        ),
    ),
    Reason.REVOKED: Words(
        _("Revoked"), _("The programme has withdrawn this certificate. It no longer entitles its holder.")
    ),
    Reason.SUSPENDED: Words(
        _("Suspended"), _("This certificate is out of force for the time being. Do not accept it today.")
    ),
    Reason.NOT_YET_VALID: Words(_("Not valid yet"), _("It begins on a later day. Do not accept it before.")),
    Reason.EXPIRED: Words(
        _("Expired"), _("The certificate is genuine, but its last valid day has passed. Do not accept it.")
    ),
    Reason.DATED_AHEAD: Words(_("Dated in the future"), _("Check the date of your device and scan again.")),
    Reason.NEWER_THAN_REGISTER: Words(
        _("Newer than your register"), _("Update the register with a connection and scan again.")
    ),
    Reason.CLOCK_BEHIND: Words(
        _("Your device’s clock is wrong"), _("The certificate checks out. Set the date of your device.")
    ),
    Reason.REGISTER_STALE: Words(
        _("Your register is old"), _("The certificate was valid then. Update the register when you can.")
    ),
}

#: A typed number that no certificate bears; a slip of the finger is likelier than a forgery.
UNKNOWN_NUMBER = Words(
    _("No certificate bears this number"),
    _(
        "Read the number again, character by character, or scan the code. If it fails again, do not accept the paper."
    ),
)

LINK_WORDS: dict[LinkState, Any] = {
    LinkState.VALID: _("valid at that time"),
    LinkState.NOT_YET_ISSUED: _("not issued yet at that time"),
    LinkState.EXPIRED: _("expired at that time"),
    LinkState.SUSPENDED: _("suspended at that time"),
    LinkState.REVOKED: _("revoked at that time"),
    LinkState.UNKNOWN: _("unknown"),
}

#: Why a register that was offered is not taken, by the code of the refusal; anything else is `untrusted`.
PACK_PROBLEMS: dict[str, Any] = {
    "older": _(
        "The server offered an older register. The one on this device stays in use; tell the programme office."
    ),
    "no_quorum": _(
        "The new register does not bear the signatures of enough witnesses yet. The one on this device stays in use."
    ),
    "rewritten": _(
        "The server’s register does not continue the one on this device: one of the two was rewritten. "
        "Keep this device as it is and tell the programme office."
    ),
    "root": _(
        "The page names other root keys than those that this device keeps. The register is not taken; "
        "tell the programme office."
    ),
    "untrusted": _(
        "The register that came does not verify. The one on this device stays in use; try again later."
    ),
}
