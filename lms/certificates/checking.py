"""The online check: the verdict on a scanned code, and the state behind a typed number.

Nothing is logged about who checked whom, and nothing can be searched by name.
"""

import time
from dataclasses import dataclass

from django.conf import settings

from lms.cascade.models import Programme
from lms.courses.models import Course

from .chain import ChainLink, trace_chain
from .credential import Claims
from .enums import CertificateStatus
from .keys import current_keyset
from .models import Certificate
from .number import NumberError, encode_number, format_number, parse_number
from .publish import LiveRegister, trainer_rows
from .verdict import Colour, Reason, Verdict, judge

#: Whoever holds the whole register knows that what lies beyond its end was never issued.
_BEYOND_THE_END = frozenset({Reason.NEWER_THAN_REGISTER, Reason.DATED_AHEAD})


class CheckUnavailableError(Exception):
    """The platform has no keyset yet, so that nothing can be said of any certificate."""


@dataclass(frozen=True, slots=True)
class Check:
    """What the checker is shown: the verdict and the signed fields, and the chain of training above them."""

    verdict: Verdict
    number: str = ""
    course: str = ""
    programme: str = ""
    chain: tuple[ChainLink, ...] | None = None
    """None where no chain is shown; empty where the programme itself trained the holder."""

    @property
    def claims(self) -> Claims | None:
        return self.verdict.claims

    @property
    def is_chain_whole(self) -> bool:
        """Whether every certificate above was valid when it counted."""
        return all(link.was_valid for link in self.chain or ())

    @property
    def reaches_programme(self) -> bool:
        """Whether the chain could be followed to its end, whatever became of the certificates on the way."""
        return not self.chain or self.chain[-1].certificate is not None


@dataclass(frozen=True, slots=True)
class TypedNumber:
    """All that a typed number reveals: whether such a certificate exists and what state it is in.

    `reason` is None where no certificate bears the number.
    """

    number: str
    colour: Colour
    reason: Reason | None


def judge_live(text: str) -> tuple[Verdict, LiveRegister]:
    """The verdict by the register as it is now. Never raises for bad input; raises CheckUnavailableError."""
    keyset = current_keyset()
    if keyset is None:
        raise CheckUnavailableError
    register = LiveRegister()
    verdict = judge(text, keyset=keyset, register=register, now=int(time.time()))
    if verdict.reason in _BEYOND_THE_END:
        verdict = Verdict(Reason.NOT_IN_REGISTER, verdict.claims)
    return verdict, register


def check_text(text: str) -> Check:
    """Judge the text of a code and look up what its signed fields stand for."""
    verdict, _register = judge_live(text)
    claims = verdict.claims
    if claims is None:
        return Check(verdict)
    programme = Programme.objects.filter(tiers__course__code=claims.course).first()
    course = Course.objects.filter(code=claims.course).first()
    return Check(
        verdict=verdict,
        number=format_number(claims.certificate_id),
        course=course.name if course else claims.course,
        programme=programme.name if programme else settings.WAGTAIL_SITE_NAME,
        chain=trace_chain(claims, trainer_rows(_trainers_above(claims))) if verdict.shows_chain else None,
    )


def check_number(text: str) -> TypedNumber | None:
    """The state behind a typed number; None where the text is no certificate number at all."""
    try:
        certificate_id = parse_number(text)
    except NumberError:
        return None
    shown = format_number(certificate_id)
    certificate = Certificate.objects.filter(number=encode_number(certificate_id)).first()
    if certificate is None:
        return TypedNumber(shown, Colour.RED, None)
    reasons = {
        CertificateStatus.REVOKED: Reason.REVOKED,
        CertificateStatus.SUPERSEDED: Reason.REVOKED,
        CertificateStatus.SUSPENDED: Reason.SUSPENDED,
    }
    reason = reasons.get(CertificateStatus(certificate.status))
    if reason is None:
        reason = Reason.EXPIRED if certificate.has_expired else Reason.VALID
    return TypedNumber(shown, Colour.GREEN if reason is Reason.VALID else Colour.RED, reason)


def _trainers_above(claims: Claims) -> list[Certificate]:
    found: list[Certificate] = []
    index = claims.trainer_index
    # A trainer's certificate is always an earlier entry of the register, so the walk ends.
    while index is not None:
        certificate = (
            Certificate.objects.select_related("type__tier__course", "trainer_certificate")
            .filter(register_index=index)
            .first()
        )
        if certificate is None:
            break
        found.append(certificate)
        above = certificate.trainer_certificate
        index = above.register_index if above else None
    return found
