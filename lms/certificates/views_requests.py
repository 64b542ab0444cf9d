"""What a holder asks for or gives: a corrected name, and a photo for the badge."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from .forms_holder import CONSENT, CorrectionForm, PhotoForm
from .models import BadgePhoto
from .services.corrections import request_correction
from .services.photos import delete_photo, keep_photo
from .visible import own_certificate, signed_in_user


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def correct_name(request: HttpRequest, number: str) -> HttpResponse:
    certificate = own_certificate(request, number)
    form = CorrectionForm(request.POST) if request.method == "POST" else None
    if form is not None and form.is_valid():
        try:
            request_correction(certificate=certificate, **form.cleaned_data)
        except ValidationError as error:
            form.add_error(None, error)
        else:
            messages.success(
                request, _("Your request has reached the programme office. The answer will stand here.")
            )
            return redirect("certificates:detail", number=number)
    return render(
        request,
        "certificates/correct_name.html",
        {"certificate": certificate, "form": form or CorrectionForm.for_certificate(certificate)},
        status=400 if form is not None else 200,
    )


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def photo(request: HttpRequest) -> HttpResponse:
    """The photo for the badge: see it, give another, delete it."""
    user = signed_in_user(request)
    form = PhotoForm(request.POST, request.FILES) if request.method == "POST" else PhotoForm()
    if request.method == "POST" and form.is_valid():
        keep_photo(holder=user, data=form.cleaned_data["photo"], consent=str(CONSENT))
        messages.success(request, _("Your photo is kept for your badge."))
        return redirect("certificates:photo")
    kept = BadgePhoto.objects.filter(holder=user).first()
    status = 400 if form.is_bound else 200
    return render(request, "certificates/photo.html", {"form": form, "kept": kept}, status=status)


@login_required
@require_POST
def photo_delete(request: HttpRequest) -> HttpResponse:
    delete_photo(holder=signed_in_user(request))
    messages.success(request, _("Your photo is deleted. Badges are printed without one."))
    return redirect("certificates:photo")


@login_required
@require_safe
@never_cache
def photo_file(request: HttpRequest) -> HttpResponse:
    """The holder's own photo; nobody else has an address for it."""
    kept = BadgePhoto.objects.filter(holder=signed_in_user(request)).first()
    if kept is None:
        raise Http404
    return HttpResponse(bytes(kept.content), content_type="image/jpeg")
