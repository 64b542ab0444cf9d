"""A certificate as files: A4, badge, the phone's picture and the Open Badge, rendered from the committed row."""

import logging

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from .keys import KEY_TROUBLE
from .models import Certificate
from .paper import badge_pdf, certificate_pdf, phone_png
from .services.open_badges import open_badge_json
from .visible import in_force, visible_certificate

logger = logging.getLogger(__name__)


@login_required
@require_safe
@never_cache
@in_force(visible_certificate)
def certificate_file(request: HttpRequest, certificate: Certificate) -> HttpResponse:
    """The A4 certificate."""
    return _file(certificate_pdf(certificate), "application/pdf", f"certificate-{certificate}.pdf")


@login_required
@require_safe
@never_cache
@in_force(visible_certificate)
def badge_file(request: HttpRequest, certificate: Certificate) -> HttpResponse:
    """The badge, both sides, for a card printer."""
    return _file(badge_pdf(certificate), "application/pdf", f"badge-{certificate}.pdf")


@login_required
@require_safe
@never_cache
@in_force(visible_certificate)
def phone_file(request: HttpRequest, certificate: Certificate) -> HttpResponse:
    """The picture for the phone."""
    return phone_response(certificate)


@login_required
@require_safe
@never_cache
@in_force(visible_certificate)
def open_badge_file(request: HttpRequest, certificate: Certificate) -> HttpResponse:
    """The Open Badge, as a file to load into a wallet of badges."""
    try:
        content = open_badge_json(certificate)
    except KEY_TROUBLE as trouble:
        logger.error("the open badge cannot be signed: %s", trouble.code)
        words = _("The Open Badge cannot be signed at the moment. Try again later.")
        return HttpResponse(words, status=503, content_type="text/plain; charset=utf-8")
    return _file(content, "application/json", f"open-badge-{certificate}.json", is_download=True)


def phone_response(certificate: Certificate) -> HttpResponse:
    return _file(phone_png(certificate), "image/png", f"certificate-{certificate}.png")


def _file(content: bytes, kind: str, name: str, *, is_download: bool = False) -> HttpResponse:
    disposition = "attachment" if is_download else "inline"
    return HttpResponse(
        content, content_type=kind, headers={"Content-Disposition": f'{disposition}; filename="{name}"'}
    )
