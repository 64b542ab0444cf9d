"""The markers' pages: what waits for them, and one answer after the other."""

from uuid import UUID

from django.contrib.auth.decorators import permission_required
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe
from wagtail.admin import messages

from lms.assessments.errors import MarkingRefusedError
from lms.assessments.models import Exam, Marking
from lms.assessments.selectors.markers import MarkingSheet, marking_queues, marking_sheet
from lms.assessments.services.markers import mark_answer, reserve_next, why_not
from lms.people.requests import SignedInRequest

from .forms import RubricForm
from .pages import crumbs

PERMISSION = "assessments.mark_open_answer"


@require_safe
@never_cache
@permission_required(PERMISSION, raise_exception=True)
def queues(request: SignedInRequest) -> HttpResponse:
    """The exams with open answers, and how many of them wait for this marker."""
    context = {
        "queues": marking_queues(request.user, at=timezone.now()),
        "breadcrumbs_items": crumbs(_("Mark open answers")),
        "header_title": _("Mark open answers"),
        "header_icon": "edit",
    }
    return TemplateResponse(request, "assessments/admin/marking_queues.html", context)


@require_POST
@permission_required(PERMISSION, raise_exception=True)
def take(request: SignedInRequest, exam_id: UUID) -> HttpResponse:
    """Open the next answer of an exam."""
    return _go_on(request, get_object_or_404(Exam, public_id=exam_id))


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@permission_required(PERMISSION, raise_exception=True)
def answer(request: SignedInRequest, marking_id: UUID) -> HttpResponse:
    """One answer: read, marked, or left to others."""
    sheet = marking_sheet(marking_id, request.user, at=timezone.now())
    if sheet is None:
        raise Http404
    if "skip" in request.POST:
        return _go_on(request, sheet.exam, after=sheet.marking)
    is_done = sheet.marking.marker_id == request.user.pk and sheet.marking.marked_at is not None
    if is_done and request.method == "POST":
        return _go_on(request, sheet.exam)
    if refusal := why_not(marking=sheet.marking, marker=request.user, at=timezone.now()):
        return _refuse(request, sheet, refusal)
    form = RubricForm(request.POST or None, criteria=sheet.criteria)
    if request.method == "POST" and form.is_valid():
        try:
            mark_answer(marking_id=marking_id, marker=request.user, given=form.given())
        except MarkingRefusedError as refusal:
            return _refuse(request, sheet, str(refusal))
        return _go_on(request, sheet.exam)
    context = {
        "sheet": sheet,
        "form": form,
        "total": sheet.left + sheet.done,
        "breadcrumbs_items": crumbs(sheet.exam.name, (_("Mark open answers"), "assessments_marking")),
        "header_title": _("Mark an answer"),
        "header_icon": "edit",
    }
    status = 422 if form.is_bound else 200
    return TemplateResponse(request, "assessments/admin/marking_answer.html", context, status=status)


def _refuse(request: SignedInRequest, sheet: MarkingSheet, refusal: str) -> HttpResponse:
    """Why not, and nothing of the answer."""
    context = {
        "refusal": refusal,
        "exam": sheet.exam,
        "left": sheet.left,
        "breadcrumbs_items": crumbs(sheet.exam.name, (_("Mark open answers"), "assessments_marking")),
        "header_title": _("Mark an answer"),
        "header_icon": "edit",
    }
    return TemplateResponse(request, "assessments/admin/marking_refused.html", context, status=409)


def _go_on(request: SignedInRequest, exam: Exam, after: Marking | None = None) -> HttpResponse:
    marking = reserve_next(exam=exam, marker=request.user, after=after)
    if marking is not None:
        return redirect("assessments_marking_answer", marking.public_id)
    messages.success(request, _("Nothing else of this exam waits for you."))
    return redirect("assessments_marking")
