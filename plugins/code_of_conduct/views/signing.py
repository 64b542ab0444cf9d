"""Reading through and signing."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from lms.api import client_key, is_over_limit

from ..errors import ConductError, OutdatedVersion
from ..forms import AccountSignatureForm, BodySignatureForm, PersonSignatureForm, SignatureForm
from ..mail import send_receipt
from ..models import CodeVersion
from ..selectors import standing_endorsement, version_in_force
from ..services import Signed, name_on_record, sign_endorsement
from .receipts import keep_withdrawal_code

HOUR_SECONDS = 3600
STRANGERS_AN_HOUR = 60
"""A training hall signs through one address; those who have signed in are not counted at all."""


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def sign(request: HttpRequest) -> HttpResponse:
    """Sign in one's own name; an account that has signed is shown its endorsement instead of a form."""
    version = version_in_force()
    if version is None:
        return redirect("code_of_conduct:text")
    user = request.user if request.user.is_authenticated else None
    own = standing_endorsement(user, version) if user and request.method != "POST" else None
    if own:
        context = {
            "version": version,
            "own": own,
            "next": safe_next(request, request.GET.get("next", "")),
        }
        return render(request, "code_of_conduct/signed_already.html", context)
    return _sign(request, version, user, AccountSignatureForm if user else PersonSignatureForm)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def sign_for_body(request: HttpRequest) -> HttpResponse:
    """Sign for a body that has given a mandate."""
    version = version_in_force()
    if version is None:
        return redirect("code_of_conduct:text")
    user = request.user if request.user.is_authenticated else None
    return _sign(request, version, user, BodySignatureForm)


def safe_next(request: HttpRequest, address: str) -> str:
    """The address if it is one of ours, else nothing: no stranger sends people elsewhere through us."""
    own = url_has_allowed_host_and_scheme(
        address, allowed_hosts={request.get_host()}, require_https=request.is_secure()
    )
    return address if own else ""


def _sign(
    request: HttpRequest, version: CodeVersion, user: Any, form_class: type[SignatureForm]
) -> HttpResponse:
    if request.method != "POST":
        form = form_class(version=version, user=user, initial={"next": request.GET.get("next", "")})
        return _form_page(request, version, form)
    form = form_class(request.POST, version=version, user=user)
    if not form.is_for_version:
        return _read_anew(request, version, form)
    if user is None and _is_over_limit(request):
        form.add_error(None, _("Too many signatures came from this connection. Please try again in an hour."))
        return _form_page(request, version, form, status=429)
    return (
        _record(request, version, form) if form.is_valid() else _form_page(request, version, form, status=422)
    )


def _record(request: HttpRequest, version: CodeVersion, form: SignatureForm) -> HttpResponse:
    try:
        signed = sign_endorsement(signature=form.signature())
    except OutdatedVersion:
        return _read_anew(request, version_in_force() or version, form)
    except ConductError:
        form.add_error(None, _("The endorsement could not be recorded. Please read the text and sign anew."))
        return _form_page(request, version, form, status=409)
    return _done(request, signed, form.cleaned_data["submission"], form.cleaned_data["next"])


def _form_page(
    request: HttpRequest, version: CodeVersion, form: SignatureForm, *, status: int = 200, **more: Any
) -> HttpResponse:
    context = {
        "version": version,
        "form": form,
        "is_body": isinstance(form, BodySignatureForm),
        "signatory": name_on_record(form.user) if form.user else "",
        **more,
    }
    return render(request, "code_of_conduct/sign.html", context, status=status)


def _read_anew(request: HttpRequest, version: CodeVersion, form: SignatureForm) -> HttpResponse:
    """Show the text in force with what was filled in, but without the consents: they were given to another
    text."""
    anew = type(form)(version=version, user=form.user, initial=form.details())
    return _form_page(request, version, anew, status=409, is_outdated=True)


def _is_over_limit(request: HttpRequest) -> bool:
    return is_over_limit(
        scope="code_of_conduct.sign", key=client_key(request), limit=STRANGERS_AN_HOUR, seconds=HOUR_SECONDS
    )


def _done(request: HttpRequest, signed: Signed, submission: UUID, next_address: str) -> HttpResponse:
    endorsement = signed.endorsement
    if not signed.created and endorsement.user_id is None and endorsement.submission != submission:
        # Whoever types another's address or body learns no more than the public register tells.
        messages.info(request, _("There is already an endorsement of this person or body in force."))
        return redirect("code_of_conduct:register")
    if signed.withdrawal_code:
        keep_withdrawal_code(request, endorsement, signed.withdrawal_code)
    receipt = reverse("code_of_conduct:receipt", args=[endorsement.public_id])
    if signed.created and endorsement.contact:
        _send_receipt(request, signed, receipt)
    onward = safe_next(request, next_address)
    if onward:
        messages.success(request, _("Thank you. Your endorsement of the code of conduct is recorded."))
    return redirect(onward or receipt)


def _send_receipt(request: HttpRequest, signed: Signed, receipt: str) -> None:
    if send_receipt(signed.endorsement, request.build_absolute_uri(receipt), signed.withdrawal_code):
        messages.success(request, _("We have sent this receipt by e-mail as well."))
    else:
        messages.warning(request, _("The e-mail could not be sent. Please print or save this page."))
