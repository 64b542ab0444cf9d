"""Entries in the register, made in the transaction of what they speak of."""

from collections.abc import Sequence
from datetime import datetime

from lms.api import Attestation, Statement, attest, attest_many

from ..enums import EndorsementState
from ..models import CodeVersion, Endorsement, SealedModel, Withdrawal

VERSION_ENTRY = "code_version"
"""The plugin's own type of entry, beside the core's `endorse` and `withdraw`."""


def enter_version(version: CodeVersion) -> None:
    """Append the instrument; the caller saves the version."""
    content = version.statement.encode()
    _seal(version, attest(statement=Statement(VERSION_ENTRY, content, version.code.key)))


def enter_endorsements(endorsements: Sequence[Endorsement], *, code_key: str, now: datetime) -> None:
    """Append endorsements, which take effect with it; the caller saves them."""
    if not endorsements:
        return
    statements = [Statement("endorse", one.statement.encode(), code_key) for one in endorsements]
    for endorsement, attestation in zip(endorsements, attest_many(statements=statements), strict=True):
        _seal(endorsement, attestation)
        endorsement.state = EndorsementState.IN_FORCE
        endorsement.entered_at = now


def enter_withdrawal(withdrawal: Withdrawal, *, subject: int) -> None:
    """Append a withdrawal that speaks of the endorsement at index `subject`; the caller saves it."""
    content = withdrawal.statement.encode()
    code_key = withdrawal.endorsement.version.code.key
    _seal(withdrawal, attest(statement=Statement("withdraw", content, code_key, subject)))


def _seal(sealed: SealedModel, attestation: Attestation) -> None:
    sealed.register_index = attestation.index
    sealed.kid = attestation.kid.hex()
    sealed.seal = attestation.seal.hex()
