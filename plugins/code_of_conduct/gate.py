"""The gate before a certificate: the learner has endorsed the version in force."""

from typing import Any
from urllib.parse import urlencode

from django.urls import NoReverseMatch, reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from lms.plugin_api import CertificateGate, GateResult

from .selectors import Signing, own_signing, version_in_force


def check_signed(learner: Any, certificate_type: Any) -> GateResult:
    """Passed while the learner's own endorsement stands; withdrawal and a substantive amendment end it."""
    version = version_in_force()
    if version is None:
        return GateResult(False, _("The code of conduct has not been published yet."))
    signing, _standing = own_signing(learner, version)
    if signing is Signing.SIGNED:
        return GateResult(True)
    return GateResult(False, _reason(signing) % {"number": version.number}, _sign_address())


SIGNED = CertificateGate(
    key="code_of_conduct.signed",
    label=gettext_lazy("Has signed the code of conduct in force"),
    check=check_signed,
)


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
