"""The results of an exam: where they stand, and their release."""

from uuid import UUID

from django.contrib.auth.decorators import permission_required
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe
from wagtail.admin import messages

from lms.assessments.models import Exam
from lms.assessments.selectors.exam_results import exam_results
from lms.assessments.services.release import release_results
from lms.people.requests import SignedInRequest

from .pages import exam_crumbs

#: The page sums up everybody's results.
PERMISSIONS = ("assessments.view_exam", "assessments.view_every_attempt")
RELEASE = "assessments.release_results"


@require_safe
@never_cache
@permission_required(PERMISSIONS, raise_exception=True)
def results(request: SignedInRequest, exam_id: UUID) -> HttpResponse:
    exam = get_object_or_404(Exam, public_id=exam_id)
    context = {
        "exam": exam,
        "results": exam_results(exam),
        "regrades": exam.regrades.select_related("actor"),
        "breadcrumbs_items": exam_crumbs(exam, (_("Results"), "")),
        "header_title": _("Results"),
        "header_icon": "list-ul",
    }
    return TemplateResponse(request, "assessments/admin/exam_results.html", context)


@require_POST
@permission_required((*PERMISSIONS, RELEASE), raise_exception=True)
def release(request: SignedInRequest, exam_id: UUID) -> HttpResponse:
    """Release what is ready. A second click finds nothing left."""
    exam = get_object_or_404(Exam, public_id=exam_id)
    released = release_results(exam=exam, actor=request.user)
    if released:
        text = ngettext("%(n)d result has been released.", "%(n)d results have been released.", released)
        messages.success(request, text % {"n": released})
    else:
        messages.warning(request, _("No result was ready to be released."))
    return redirect("assessments_results", exam.public_id)
