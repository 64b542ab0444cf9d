"""The receipt, its proof, and withdrawal."""

from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from lms.api import client_key, is_over_limit

from ..errors import AlreadyDecided
from ..evidence import evidence_of
from ..forms import WithdrawalForm
from ..models import Endorsement
from ..services import withdraw_endorsement
from .receipts import is_owner, kept_withdrawal_code, visible_endorsement

ATTEMPTS_AN_HOUR = 10


@never_cache
@require_safe
def receipt(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """What the signatory keeps, made to be printed."""
    endorsement = visible_endorsement(request, public_id)
    context = {
        "endorsement": endorsement,
        "version": endorsement.version,
        "withdrawal": getattr(endorsement, "withdrawal", None),
        "withdrawal_code": kept_withdrawal_code(request, endorsement),
        "is_owner": is_owner(request, endorsement),
    }
    return render(request, "code_of_conduct/receipt.html", context)


@never_cache
@require_safe
def evidence(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """The statement, the seal and the proof of inclusion, with which the entry is checked offline."""
    found = evidence_of(visible_endorsement(request, public_id))
    if found is None:
        raise Http404
    response = JsonResponse(found, json_dumps_params={"ensure_ascii": False, "indent": 1})
    response["Content-Disposition"] = f'attachment; filename="endorsement-{public_id}.json"'
    return response


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def withdraw(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """Withdraw, as the account that signed or with the code of the receipt."""
    endorsement = visible_endorsement(request, public_id)
    owns = is_owner(request, endorsement)
    if endorsement.user_id is not None and not owns:
        raise Http404
    if not endorsement.can_be_withdrawn:
        return redirect("code_of_conduct:receipt", public_id)
    form = WithdrawalForm(request.POST or None, endorsement=endorsement, needs_code=not owns)
    if request.method != "POST":
        return _withdrawal_page(request, endorsement, form)
    if not owns and _is_over_limit(request, endorsement):
        form.add_error(None, _("Too many attempts. Please try again in an hour."))
        return _withdrawal_page(request, endorsement, form, status=429)
    if not form.is_valid():
        return _withdrawal_page(request, endorsement, form, status=422)
    try:
        withdraw_endorsement(
            endorsement=endorsement,
            reason=form.cleaned_data["reason"],
            recorded_by=request.user if owns else None,
        )
    except AlreadyDecided:
        messages.info(request, _("In the meantime this endorsement was not accepted."))
    else:
        messages.success(request, _("Your endorsement is withdrawn."))
    return redirect("code_of_conduct:receipt", public_id)


def _withdrawal_page(
    request: HttpRequest, endorsement: Endorsement, form: WithdrawalForm, *, status: int = 200
) -> HttpResponse:
    context = {"endorsement": endorsement, "version": endorsement.version, "form": form}
    return render(request, "code_of_conduct/withdraw.html", context, status=status)


def _is_over_limit(request: HttpRequest, endorsement: Endorsement) -> bool:
    key = f"{client_key(request)} {endorsement.public_id}"
    return is_over_limit(scope="code_of_conduct.withdraw", key=key, limit=ATTEMPTS_AN_HOUR, seconds=3600)
