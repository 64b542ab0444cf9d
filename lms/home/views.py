"""The pages round everything else: the reader's own start, help, offline, errors, the component gallery."""

from typing import cast

from django.conf import settings
from django.contrib.auth.decorators import login_required
from django.contrib.auth.models import AnonymousUser
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import get_language
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from lms.certificates.selectors import open_paths
from lms.people.models import User
from lms.plugin_api.host import dashboard_cards

from . import gallery


@login_required
@require_safe
@never_cache
def start(request: HttpRequest) -> HttpResponse:
    """Where a person lands after signing in: the next step towards each certificate, and the plugins' cards
    about the reader. Those about the programme stand on its dashboard.
    """
    own_cards = [card for card in dashboard_cards(request) if not card.permission]
    return render(
        request,
        "home/start.html",
        {"paths": open_paths(cast(User, request.user)), "cards": own_cards},
    )


@require_safe
def help_page(request: HttpRequest) -> HttpResponse:
    return render(request, "home/help.html")


@require_safe
def offline(request: HttpRequest) -> HttpResponse:
    """What a phone shows without a connection; it is stored on the phone, so it holds nothing personal."""
    request.user = AnonymousUser()
    return render(request, "home/offline.html")


@require_safe
def language(request: HttpRequest) -> HttpResponse:
    """Remember the language of this address for the pages that have none in theirs, and go back there."""
    target = request.GET.get("next", "")
    if not url_has_allowed_host_and_scheme(target, {request.get_host()}, require_https=request.is_secure()):
        target = f"/{get_language()}/"
    response = HttpResponseRedirect(target)
    response.set_cookie(
        settings.LANGUAGE_COOKIE_NAME,
        get_language() or settings.LANGUAGE_CODE,
        max_age=365 * 24 * 3600,
        samesite="Lax",
        secure=request.is_secure(),
    )
    return response


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """A form that was open too long, or cookies that are off: say so, and keep nothing half-written."""
    return render(request, "403_csrf.html", status=403)


@require_safe
def component_gallery(request: HttpRequest) -> HttpResponse:
    """Every component in each of its states, for those who build pages; no such page for anyone else."""
    if not (settings.DEBUG or request.user.is_staff):
        raise Http404
    return render(request, "home/gallery.html", gallery.context(request))
