"""The holder's pages: what is missing, what was issued, and one certificate with all that can be done with it."""

import logging

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import cache_control, never_cache
from django.views.decorators.http import require_POST, require_safe

from lms.cascade.models import Enrolment

from .forms_holder import ShareForm
from .keys import KEY_TROUBLE, SIGNING_UNAVAILABLE
from .models import BadgePhoto, Certificate, CertificateType
from .paper import certificate_symbol
from .selectors import certificates_of, chain_of, open_paths, renewal_of
from .services.issuing import CertificateBlockedError, issue_certificate
from .services.replacing import renew_certificate
from .visible import in_force, own_certificate, signed_in_user, visible_certificate

logger = logging.getLogger(__name__)


@login_required
@require_safe
@never_cache
def my_certificates(request: HttpRequest) -> HttpResponse:
    """Certificates held, and the way to those that are still to come."""
    user = signed_in_user(request)
    return render(
        request,
        "certificates/my_certificates.html",
        {"certificates": certificates_of(user), "paths": open_paths(user)},
    )


@login_required
@require_POST
def claim(request: HttpRequest, enrolment_id: str, type_code: str) -> HttpResponse:
    """Issue the learner's own certificate once every gate is open; a second press gives the same one."""
    user = signed_in_user(request)
    enrolment = get_object_or_404(Enrolment, public_id=enrolment_id, learner=user)
    certificate_type = get_object_or_404(CertificateType, code=type_code, tier=enrolment.tier_id)
    try:
        certificate = issue_certificate(enrolment=enrolment, certificate_type=certificate_type, actor=user)
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
@require_POST
def renew(request: HttpRequest, number: str) -> HttpResponse:
    """A further term for the holder's own certificate."""
    certificate = own_certificate(request, number)
    try:
        new = renew_certificate(certificate=certificate, actor=signed_in_user(request))
    except CertificateBlockedError:
        messages.warning(
            request, _("The certificate cannot be renewed yet. What is missing is listed below.")
        )
        return redirect("certificates:detail", number=number)
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))
        return redirect("certificates:detail", number=number)
    except KEY_TROUBLE as error:
        logger.error("certificates cannot be signed: %s", error.code)
        messages.error(request, SIGNING_UNAVAILABLE)
        return redirect("certificates:detail", number=number)
    messages.success(request, _("Your certificate has been renewed. The new one takes the place of the old."))
    return redirect("certificates:detail", number=new.number)


@login_required
@require_safe
@never_cache
def certificate_detail(request: HttpRequest, number: str) -> HttpResponse:
    certificate = visible_certificate(request, number)
    is_own = certificate.holder_id == signed_in_user(request).pk
    return render(
        request,
        "certificates/certificate_detail.html",
        {
            "certificate": certificate,
            "chain": chain_of(certificate),
            "events": certificate.events.all(),
            "is_own": is_own,
            "successor": getattr(certificate, "superseded_by", None),
            "renewal": renewal_of(certificate) if is_own else None,
            "correction": certificate.corrections.first() if is_own else None,
            "links": [link for link in certificate.share_links.all() if link.is_open] if is_own else [],
            "share_form": ShareForm(),
            "has_photo": is_own and BadgePhoto.objects.filter(holder=certificate.holder_id).exists(),
        },
    )


@login_required
@require_safe
@never_cache
@in_force(own_certificate)
def wallet(request: HttpRequest, certificate: Certificate) -> HttpResponse:
    """The code as large as the screen, to be held out to a checker. It opens again without a signal (js/wallet.js)."""
    return render(
        request,
        "certificates/wallet.html",
        {"certificate": certificate, "symbol": certificate_symbol(certificate), "now": timezone.now()},
    )


@require_safe
@cache_control(no_cache=True)
def wallet_worker(request: HttpRequest) -> HttpResponse:
    """The service worker of the phone's page, at an address above it: a worker reaches no higher than its own."""
    return HttpResponse(
        render_to_string("certificates/wallet_worker.js"), content_type="text/javascript; charset=utf-8"
    )
