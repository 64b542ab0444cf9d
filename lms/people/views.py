"""A person's own pages: profile and data."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import override
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from . import privacy
from .forms import ProfileForm
from .requests import SignedInRequest


@login_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def profile(request: SignedInRequest) -> HttpResponse:
    """Names, phone and language. A new language takes effect with the page that answers."""
    form = ProfileForm(request.POST or None, instance=request.user)
    if request.method == "POST" and form.is_valid():
        person = form.save()
        with override(person.language):
            messages.success(request, _("Your profile has been saved."))
            return redirect(reverse("people:profile"))
    # The form writes into the user it was given, and the page around it shows that user.
    request.user.refresh_from_db()
    return render(request, "people/profile.html", {"form": form})


@login_required
@never_cache
@require_safe
def my_data(request: SignedInRequest) -> HttpResponse:
    return render(request, "people/my_data.html")


@login_required
@never_cache
@require_POST
def download_my_data(request: SignedInRequest) -> HttpResponse:
    """Everything that is held about the person who asks, as a ZIP file."""
    archive = privacy.export_person(request.user)
    day = timezone.localdate().isoformat()
    return HttpResponse(
        archive.content,
        content_type="application/zip",
        headers={"Content-Disposition": f'attachment; filename="my-data-{day}.zip"'},
    )


@login_required
@require_POST
def ask_for_erasure(request: SignedInRequest) -> HttpResponse:
    privacy.request_erasure(person=request.user)
    messages.success(request, _("Your request has been received. A programme lead will answer it."))
    return redirect("people:my_data")
