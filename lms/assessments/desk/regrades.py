"""Marking an exam again: choose what is faulty, compare, apply; and the record of what was done."""

from typing import Any
from uuid import UUID

from django.contrib.auth.decorators import permission_required
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe
from wagtail.admin import messages

from lms.assessments.errors import AssessmentError, RegradeRefusedError
from lms.assessments.flow import draw_flow
from lms.assessments.models import Exam, Regrade
from lms.assessments.selectors.marks import BrokenSealError
from lms.assessments.selectors.regrade_pages import endangered, questions_of
from lms.assessments.selectors.regrading import RegradePlan, ResultDiff, plan_regrade
from lms.assessments.services.regrading import regrade_exam
from lms.people.requests import SignedInRequest

from .forms import ReasonForm, TreatmentForm
from .pages import exam_crumbs

#: Choosing shows wording and keys, and the comparison names people.
PERMISSIONS = (
    "assessments.regrade_exam",
    "assessments.view_questionversion",
    "assessments.view_every_attempt",
)
VIEW = ("assessments.view_regrade", "assessments.view_every_attempt")
#: More rows than this nobody reads; those who cross the line are always shown.
ROWS = 100


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@permission_required(PERMISSIONS, raise_exception=True)
def regrade(request: SignedInRequest, exam_id: UUID) -> HttpResponse:
    """Choose, compare and apply; the comparison that is applied is the one that was shown."""
    exam = get_object_or_404(Exam, public_id=exam_id)
    form = TreatmentForm(request.POST or None, questions=questions_of(exam))
    if request.method != "POST" or not form.is_valid():
        return _choose(request, exam, form)
    if "back" in request.POST:
        return _choose(request, exam, TreatmentForm(questions=form.questions, initial=request.POST.dict()))
    try:
        plan = plan_regrade(exam, form.chosen())
    except RegradeRefusedError as refusal:
        form.add_error(None, str(refusal))
        return _choose(request, exam, form)
    except BrokenSealError:
        form.add_error(
            None, _("The text of a question no longer matches its seal; nothing can be marked by it.")
        )
        return _choose(request, exam, form)
    if "apply" in request.POST:
        return _apply(request, exam, plan)
    return _compare(request, plan, ReasonForm())


def _apply(request: SignedInRequest, exam: Exam, plan: RegradePlan) -> HttpResponse:
    form = ReasonForm(request.POST)
    if not form.is_valid():
        return _compare(request, plan, form, status=422)
    try:
        done = regrade_exam(
            exam=exam,
            treatments=plan.treatments,
            fingerprint=request.POST.get("fingerprint", ""),
            reason=form.cleaned_data["reason"],
            actor=request.user,
        )
    except AssessmentError as refusal:
        form.add_error(None, str(refusal))
        return _compare(request, plan, form, status=409)
    messages.success(request, _("The exam has been marked again. The old results are kept."))
    return redirect("assessments_regrade_record", done.public_id)


def _choose(request: SignedInRequest, exam: Exam, form: TreatmentForm) -> HttpResponse:
    wanted = request.GET.get("version", "")
    rows = sorted(form.rows(), key=lambda row: str(row[0].version.public_id) != wanted)
    context = {
        "exam": exam,
        "form": form,
        "rows": rows,
        "breadcrumbs_items": _crumbs(exam),
        "header_title": _("Mark again"),
        "header_icon": "rotate",
    }
    status = 422 if form.is_bound else 200
    return TemplateResponse(request, "assessments/admin/regrade_choose.html", context, status=status)


def _compare(
    request: SignedInRequest, plan: RegradePlan, form: ReasonForm, status: int = 200
) -> HttpResponse:
    lost, won = plan.crossing("now_failed"), plan.crossing("now_passed")
    others = [diff for diff in plan.changed if diff.kind.startswith("stays")]
    others.sort(key=_loss)
    context: dict[str, Any] = {
        "plan": plan,
        "form": form,
        "flow": draw_flow(plan.counts, is_rtl=get_language() == "ar"),
        "counts": plan.counts,
        "crossing": [*lost, *won],
        "others": others[:ROWS],
        "hidden": max(0, len(others) - ROWS),
        "endangered": endangered(plan.exam, (one.attempt for one in lost if one.attempt.released_at)),
        "chosen": [(name, value) for name, value in request.POST.items() if name.startswith("v")],
        "breadcrumbs_items": _crumbs(plan.exam),
        "header_title": _("Mark again"),
        "header_icon": "rotate",
    }
    return TemplateResponse(request, "assessments/admin/regrade_compare.html", context, status=status)


def _loss(diff: ResultDiff) -> Any:
    return diff.after.percent - diff.before.percent


def _crumbs(exam: Exam, *more: tuple[str, str]) -> list[dict[str, str]]:
    results = (_("Results"), reverse("assessments_results", args=[exam.public_id]))
    return exam_crumbs(exam, results, *(more or ((_("Mark again"), ""),)))


@require_safe
@never_cache
@permission_required(VIEW, raise_exception=True)
def record(request: SignedInRequest, regrade_id: UUID) -> HttpResponse:
    """What a regrade did: which questions, whose results, and what may rest on them."""
    found = get_object_or_404(Regrade.objects.select_related("exam", "actor"), public_id=regrade_id)
    changes = list(found.changes.select_related("attempt__learner").order_by("new_is_passed", "pk"))
    crossed = [change for change in changes if change.old_is_passed != change.new_is_passed]
    lost = [one for one in crossed if one.old_is_passed and one.old_released_at]
    others = [change for change in changes if change.old_is_passed == change.new_is_passed]
    context = {
        "regrade": found,
        "corrections": found.corrections.select_related("version__question", "by_version"),
        "changed": len(changes),
        "crossed": crossed,
        "others": others[:ROWS],
        "hidden": max(0, len(others) - ROWS),
        "endangered": endangered(found.exam, (one.attempt for one in lost)),
        "breadcrumbs_items": _crumbs(found.exam, (_("Record"), "")),
        "header_title": _("Marked again"),
        "header_icon": "rotate",
    }
    return TemplateResponse(request, "assessments/admin/regrade_record.html", context)
