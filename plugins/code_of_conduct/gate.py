"""The gate before a certificate: the learner has endorsed the version in force."""

from collections.abc import Sequence
from typing import Any
from urllib.parse import urlencode

from django.urls import NoReverseMatch, reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from lms.plugin_api import CertificateGate, GateResult

from .selectors import Signing, own_signings, version_in_force


def check_signed(learner: Any, certificate_type: Any) -> GateResult:
    """Passed while the learner's own endorsement stands; withdrawal and a substantive amendment end it."""
    return check_many_signed([learner], certificate_type)[learner.pk]


def check_many_signed(learners: Sequence[Any], certificate_type: Any) -> dict[Any, GateResult]:
    """The same for many learners, by primary key. Two queries."""
    version = version_in_force()
    if version is None:
        missing = GateResult(False, _("The code of conduct has not been published yet."))
        return {learner.pk: missing for learner in learners}
    signings = own_signings(learners, version)
    return {learner.pk: _result(signings[learner.pk][0], version.number) for learner in learners}


SIGNED = CertificateGate(
    key="code_of_conduct.signed",
    label=gettext_lazy("Sign the code of conduct in force"),
    check=check_signed,
    check_many=check_many_signed,
)


def _result(signing: Signing, number: str) -> GateResult:
    if signing is Signing.SIGNED:
        return GateResult(True)
    return GateResult(False, _reason(signing) % {"number": number}, _sign_address())


def _reason(signing: Signing) -> str:
    if signing is Signing.WITHDRAWN:
        return _("You have withdrawn your endorsement of the code of conduct.")
    if signing is Signing.OUTDATED:
        return _(
            "The code of conduct has changed in substance since you signed it: "
            "version %(number)s awaits your signature."
        )
    return _("You have not yet signed the code of conduct (version %(number)s).")


def _sign_address() -> str:
    """The page where it is signed, which leads back to the learner's certificates."""
    address = reverse("code_of_conduct:sign")
    try:
        return f"{address}?{urlencode({'next': reverse('certificates:mine')})}"
    except NoReverseMatch:
        return address
