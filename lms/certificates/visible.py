"""Whose certificate a page may show: one's own, or any for those who may view certificates. Others do not exist."""

from collections.abc import Callable
from functools import wraps

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render

from lms.people.models import User

from .models import Certificate

RELATED = (
    "type__tier__course",
    "type__tier__programme",
    "trainer_certificate",
    "holder",
    "supersedes",
    "superseded_by",
)


def signed_in_user(request: HttpRequest) -> User:
    assert isinstance(request.user, User)  # noqa: S101 - login_required has seen to it
    return request.user


def visible_certificate(request: HttpRequest, number: str) -> Certificate:
    certificate = _certificate(number)
    user = signed_in_user(request)
    if certificate.holder_id != user.pk and not user.has_perm("certificates.view_certificate"):
        raise Http404
    return certificate


def own_certificate(request: HttpRequest, number: str) -> Certificate:
    """What holders do with a certificate nobody else does for them."""
    certificate = _certificate(number)
    if certificate.holder_id != signed_in_user(request).pk:
        raise Http404
    return certificate


def in_force(
    find: Callable[[HttpRequest, str], Certificate],
) -> Callable[[Callable[..., HttpResponse]], Callable[..., HttpResponse]]:
    """A view of the paper of a certificate that `find` shows; of a withdrawn one the answer is a sentence (410).

    A checker without a signal and with last week's register would take the paper for valid.
    """

    def decorate(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
        @wraps(view)
        def guarded(request: HttpRequest, number: str) -> HttpResponse:
            certificate = find(request, number)
            if certificate.is_withdrawn:
                return render(
                    request, "certificates/withdrawn.html", {"certificate": certificate}, status=410
                )
            return view(request, certificate)

        return guarded

    return decorate


def _certificate(number: str) -> Certificate:
    certificate: Certificate = get_object_or_404(Certificate.objects.select_related(*RELATED), number=number)
    return certificate
