"""Importing trainees in the administration: choose a list, read what it would do, confirm."""

import uuid

from django.contrib.auth.decorators import permission_required
from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods
from wagtail.admin import messages

from lms.people.requests import SignedInRequest

from .forms import TraineeImportForm
from .imports import confirm_import, import_trainees, stage_import
from .models import TraineeImport

FAULTS_SHOWN = 200


@permission_required("cascade.import_trainees", raise_exception=True)
@require_http_methods(["GET", "HEAD", "POST"])
def start_import(request: SignedInRequest) -> HttpResponse:
    form = TraineeImportForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        file = form.cleaned_data["file"]
        try:
            staged = stage_import(
                file_name=file.name,
                content=file.read(),
                cohort=form.cleaned_data["cohort"],
                actor=request.user,
            )
        except ValidationError as refusal:
            form.add_error("file", refusal)
        else:
            return redirect("cascade_review_import", public_id=staged.public_id)
    context = {"form": form, "page_title": _("Import trainees"), "header_icon": "upload"}
    status = 422 if form.is_bound else 200
    return TemplateResponse(request, "cascade/import_start.html", context, status=status)


@permission_required("cascade.import_trainees", raise_exception=True)
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def review_import(request: SignedInRequest, public_id: uuid.UUID) -> HttpResponse:
    """The dry run of a list, and its import for good. A list is only for whoever uploaded it."""
    staged = get_object_or_404(
        TraineeImport.objects.select_related("cohort__tier", "cohort__trainer", "cohort__municipality"),
        public_id=public_id,
        uploaded_by=request.user,
    )
    context = {"staged": staged, "page_title": _("Import trainees"), "header_icon": "upload"}
    if staged.imported_at is None:
        if request.method == "POST":
            try:
                report = confirm_import(staged=staged, actor=request.user)
            except ValidationError as refusal:
                messages.error(request, refusal.messages[0])
                return redirect("cascade_review_import", public_id=staged.public_id)
            if report.is_clean:
                messages.success(request, _("The list has been imported."))
                return redirect("cascade_review_import", public_id=staged.public_id)
        else:
            report = import_trainees(
                content=bytes(staged.content), cohort=staged.cohort, actor=request.user, dry_run=True
            )
        context["report"] = report
        context["faults"] = report.faults[:FAULTS_SHOWN]
    return TemplateResponse(request, "cascade/import_review.html", context)
