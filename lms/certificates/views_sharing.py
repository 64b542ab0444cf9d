"""Links that a holder opens and closes, and the page that they lead to."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from lms.common.ratelimit import client_key, is_over_limit

from .forms_holder import ShareForm
from .models import ShareLink
from .paper import certificate_symbol
from .services.sharing import close_link, count_view, open_link
from .views_files import phone_response
from .visible import RELATED, own_certificate

#: A hall behind one address opens one link many times; guessing one of 192 random bits takes far more.
OPENINGS_PER_MINUTE = 120


@login_required
@require_POST
def share(request: HttpRequest, number: str) -> HttpResponse:
    certificate = own_certificate(request, number)
    form = ShareForm(request.POST)
    try:
        if not form.is_valid():
            raise ValidationError(form.errors["days"].as_data())
        open_link(certificate=certificate, days=form.cleaned_data["days"])
        messages.success(
            request, _("The link is open. Copy it and send it to whoever should see the certificate.")
        )
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))
    return redirect(_sharing(certificate.number))


@login_required
@require_POST
def unshare(request: HttpRequest, number: str, link: str) -> HttpResponse:
    certificate = own_certificate(request, number)
    close_link(link=get_object_or_404(ShareLink, public_id=link, certificate=certificate))
    messages.success(request, _("The link is switched off. Whoever opens it sees nothing any more."))
    return redirect(_sharing(certificate.number))


def open_to_strangers(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """Limit how often one address asks, and keep what is shown out of search engines and other sites' logs."""

    @wraps(view)
    def limited(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        key = client_key(request)
        if is_over_limit(scope="shared-certificate", key=key, limit=OPENINGS_PER_MINUTE, seconds=60):
            words = _("Too many pages were opened from this connection. Wait a minute.")
            return HttpResponse(words, status=429, content_type="text/plain; charset=utf-8")
        response = view(request, *args, **kwargs)
        response.headers["X-Robots-Tag"] = "noindex, nofollow"
        response.headers["Referrer-Policy"] = "no-referrer"
        return response

    return limited


@require_safe
@never_cache
@open_to_strangers
def shared(request: HttpRequest, token: str) -> HttpResponse:
    """The certificate behind an open link; a closed, expired or unknown one is not there."""
    link = _open_link(token)
    certificate = link.certificate
    if request.method == "GET" and certificate.holder_id != request.user.pk:
        count_view(link=link)
    return render(
        request,
        "certificates/shared.html",
        {"certificate": certificate, "symbol": certificate_symbol(certificate), "link": link},
    )


@require_safe
@never_cache
@open_to_strangers
def shared_picture(request: HttpRequest, token: str) -> HttpResponse:
    certificate = _open_link(token).certificate
    if certificate.is_withdrawn:
        raise Http404
    return phone_response(certificate)


def _open_link(token: str) -> ShareLink:
    related = [f"certificate__{name}" for name in RELATED]
    link: ShareLink = get_object_or_404(ShareLink.objects.select_related(*related), token=token)
    if not link.is_open:
        raise Http404
    return link


def _sharing(number: str) -> str:
    return reverse("certificates:detail", args=[number]) + "#share"
