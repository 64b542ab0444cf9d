"""The holder's pages: what is missing, what was issued, and the paper itself."""

import logging

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from lms.cascade.models import Enrolment
from lms.people.models import User

from .keys import KEY_TROUBLE, SIGNING_UNAVAILABLE
from .models import Certificate, CertificateType
from .paper import certificate_pdf, certificate_symbol
from .selectors import certificates_of, chain_of, open_paths
from .services.issuing import CertificateBlockedError, issue_certificate

logger = logging.getLogger(__name__)


@login_required
@require_safe
@never_cache
def my_certificates(request: HttpRequest) -> HttpResponse:
    """Certificates held, and the way to those that are still to come."""
    return render(
        request,
        "certificates/my_certificates.html",
        {"certificates": certificates_of(_user(request)), "paths": open_paths(_user(request))},
    )


@login_required
@require_POST
def claim(request: HttpRequest, enrolment_id: str, type_code: str) -> HttpResponse:
    """Issue the learner's own certificate once every gate is open; a second press gives the same one."""
    enrolment = get_object_or_404(Enrolment, public_id=enrolment_id, learner=_user(request))
    certificate_type = get_object_or_404(CertificateType, code=type_code, tier=enrolment.tier_id)
    try:
        certificate = issue_certificate(
            enrolment=enrolment, certificate_type=certificate_type, actor=_user(request)
        )
    except CertificateBlockedError:
        messages.warning(request, _("The certificate cannot be issued yet. What is missing is listed below."))
        return redirect("certificates:mine")
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))
        return redirect("certificates:mine")
    except KEY_TROUBLE as error:
        logger.error("certificates cannot be signed: %s", error.code)
        messages.error(request, SIGNING_UNAVAILABLE)
        return redirect("certificates:mine")
    messages.success(request, _("Your certificate has been issued and entered in the register."))
    return redirect("certificates:detail", number=certificate.number)


@login_required
@require_safe
@never_cache
def certificate_detail(request: HttpRequest, number: str) -> HttpResponse:
    certificate = _visible_certificate(request, number)
    return render(
        request,
        "certificates/certificate_detail.html",
        {
            "certificate": certificate,
            "chain": chain_of(certificate),
            "events": certificate.events.all(),
            "symbol": certificate_symbol(certificate),
            "is_own": certificate.holder_id == _user(request).pk,
        },
    )


@login_required
@require_safe
@never_cache
def certificate_file(request: HttpRequest, number: str) -> HttpResponse:
    """The A4 certificate as a PDF, rendered from the committed row."""
    certificate = _visible_certificate(request, number)
    return HttpResponse(
        certificate_pdf(certificate),
        content_type="application/pdf",
        headers={"Content-Disposition": f'inline; filename="certificate-{certificate}.pdf"'},
    )


def _user(request: HttpRequest) -> User:
    assert isinstance(request.user, User)  # noqa: S101 - login_required has seen to it
    return request.user


def _visible_certificate(request: HttpRequest, number: str) -> Certificate:
    """The holder's own, or any for those who may view certificates; for all others it does not exist."""
    certificate = get_object_or_404(
        Certificate.objects.select_related(
            "type__tier__course", "type__tier__programme", "trainer_certificate", "holder"
        ),
        number=number,
    )
    user = _user(request)
    if certificate.holder_id != user.pk and not user.has_perm("certificates.view_certificate"):
        raise Http404
    return certificate
