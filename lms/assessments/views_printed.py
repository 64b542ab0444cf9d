"""The pages of papers: printing them, finding one by its code or number, keying it, deciding where two differ.

A paper that the user may not handle does not exist (404), and neither do these pages for somebody without any of
the permissions. Nothing on the keying page comes from another person's entry.
"""

from collections.abc import Callable
from functools import wraps
from typing import Any, Concatenate, ParamSpec
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe
from wagtail.log_actions import log

from lms.cascade.models import Cohort
from lms.common.digits import western_digits
from lms.common.ratelimit import is_over_process_limit
from lms.people.requests import SignedInRequest

from .enums import PaperState
from .errors import AssessmentError
from .interventions import ReasonForm
from .keyed_fields import Keyed, read_keyed
from .keying_page import key_fields
from .models import Exam, Paper, Printing
from .printed import printing_pdf
from .printed_forms import NumberForm, PrintForm, SettleForm
from .printed_pages import ENDINGS, ENDINGS_BY_KEY, differences, paper_rows, steps_for
from .selectors.keying import (
    cohorts_to_print,
    handles_papers,
    may_decide,
    members_of,
    outcome_of,
    paper_exams,
    papers_of,
    people_to_print,
    visible_papers,
    why_not_key,
)
from .selectors.log import form_of
from .services.keying import key_paper, settle_paper
from .services.printing import print_papers

P = ParamSpec("P")
PaperView = Callable[Concatenate[SignedInRequest, P], HttpResponse]
PRINT, KEY, SETTLE = "assessments.print_paper", "assessments.key_paper", "assessments.settle_paper"
#: Nobody scans faster; it keeps whoever may key from trying numbers out.
LOOKS_A_MINUTE, FILES_A_MINUTE = 60, 10
get_or_post = require_http_methods(["GET", "HEAD", "POST"])


def staff_only(*permissions: str) -> Callable[[PaperView[P]], Callable[..., HttpResponse]]:
    """404 for everybody who has none of the permissions; without any named, who may do nothing with papers."""

    def decorate(view: PaperView[P]) -> Callable[..., HttpResponse]:
        @login_required
        @never_cache
        @wraps(view)
        def wrapper(request: SignedInRequest, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
            user = request.user
            is_permitted = any(map(user.has_perm, permissions)) if permissions else handles_papers(user)
            if not is_permitted:
                raise Http404
            return view(request, *args, **kwargs)

        return wrapper

    return decorate


@require_safe
@staff_only()
def index(request: SignedInRequest) -> HttpResponse:
    """Find a paper by its number; the exams with papers."""
    form = NumberForm(request.GET if "number" in request.GET else None)
    if form.is_valid():
        return redirect("assessments:printed_paper", form.cleaned_data["number"])
    context = {"form": form, "exams": paper_exams(request.user), "may_print": request.user.has_perm(PRINT)}
    return render(request, "assessments/papers.html", context, status=422 if form.errors else 200)


@get_or_post
@staff_only()
def exam(request: SignedInRequest, exam_id: UUID) -> HttpResponse:
    """The papers of an exam with their states; for whoever prints, the cohorts and the files."""
    found = get_object_or_404(paper_exams(request.user), public_id=exam_id)
    cohorts = cohorts_to_print(request.user).filter(tier__course=found.course_id)
    cohort = _cohort(request, cohorts)
    people = members_of(found, cohort) & people_to_print(request.user, found) if cohort else None
    form = None
    if people is not None:
        form = PrintForm(people.order_by("name_ar", "pk"), request.POST or None)
        if request.method == "POST" and form.is_valid() and _print(request, found, form):
            return redirect("assessments:paper_exam", found.public_id)
    rows = paper_rows(visible_papers(request.user).filter(exam=found))
    printings = Printing.objects.none()
    if request.user.has_perm(PRINT):
        own = visible_papers(request.user).filter(exam=found)
        printings = Printing.objects.filter(papers__in=own).distinct().select_related("printed_by")[:12]
    context = {
        "exam": found,
        "rows": rows,
        "counts": [(label, sum(row.state == state for row in rows)) for state, label in PaperState.choices],
        "cohorts": cohorts,
        "cohort": cohort,
        "form": form,
        "printings": printings,
    }
    status = 422 if form is not None and form.errors else 200
    return render(request, "assessments/paper_exam.html", context, status=status)


def _cohort(request: HttpRequest, cohorts: QuerySet[Cohort]) -> Cohort | None:
    """The cohort that was asked for; 404 for any other than those the user prints for."""
    said = request.POST.get("cohort") or request.GET.get("cohort")
    if not said:
        return None
    try:
        return get_object_or_404(cohorts, public_id=UUID(said))
    except ValueError:
        raise Http404 from None


def _print(request: SignedInRequest, found: Exam, form: PrintForm) -> bool:
    values = form.cleaned_data
    try:
        told = print_papers(
            exam=found,
            learners=values["people"],
            actor=request.user,
            language=values["language"],
            is_large=values["is_large"],
        )
    except AssessmentError as refusal:
        messages.error(request, str(refusal))
        return False
    if told.printing:
        count = told.printing.papers.count()
        message = ngettext(
            "%(n)d paper is ready to be printed. Open the file below.",
            "%(n)d papers are ready to be printed. Open the file below.",
            count,
        )
        messages.success(request, message % {"n": count})
    if told.left_out:
        reasons = " · ".join(f"{person.name}: {reason}" for person, reason in told.left_out)
        messages.warning(request, _("Not printed, for the reason that the candidate reads: %s") % reasons)
    return True


@require_safe
@staff_only(PRINT)
def file(request: SignedInRequest, printing_id: UUID) -> HttpResponse:
    """The PDF of a printing: the papers in it that are still out."""
    printing = get_object_or_404(Printing.objects.select_related("exam__course"), public_id=printing_id)
    papers = list(papers_of(printing, request.user))
    if not papers:
        raise Http404
    if is_over_process_limit(scope="paper-file", key=str(request.user.pk), limit=FILES_A_MINUTE, seconds=60):
        return render(request, "assessments/slow_down.html", status=429)
    log(
        instance=printing.exam,
        action="assessments.open_papers",
        user=request.user,
        data={"printing": str(printing.public_id), "papers": len(papers)},
    )
    response = HttpResponse(printing_pdf(printing, papers), content_type="application/pdf")
    response["Content-Disposition"] = f'attachment; filename="{printing.exam.code}-{len(papers)}.pdf"'
    return response


@require_safe
@staff_only()
def paper(request: SignedInRequest, number: str, page: int | None = None) -> HttpResponse:
    """One paper: how far it has come and what comes next. Where the code on any of its pages leads."""
    if is_over_process_limit(scope="paper-look", key=str(request.user.pk), limit=LOOKS_A_MINUTE, seconds=60):
        return render(request, "assessments/slow_down.html", status=429)
    return _show(request, _paper(request, number))


@get_or_post
@staff_only(KEY)
def key(request: SignedInRequest, number: str) -> HttpResponse:
    """Key what is open of a paper."""
    found = _paper(request, number)
    refusal = why_not_key(found, request.user)
    if refusal:
        messages.error(request, refusal)
        return _show(request, found, status=409)
    keyed = _read(request, found) if request.method == "POST" else None
    if keyed is not None and not keyed.errors:
        try:
            done = key_paper(paper=found, readings=keyed.readings, actor=request.user)
        except AssessmentError as refused:
            messages.error(request, str(refused))
            return _show(request, _paper(request, number), status=409)
        messages.success(request, _said(done))
        return redirect("assessments:printed_paper", found.number)
    context = _fields(request, found, keyed) | {"paper": found}
    return render(request, "assessments/paper_key.html", context, status=422 if keyed else 200)


@get_or_post
@staff_only(SETTLE)
def settle(request: SignedInRequest, number: str) -> HttpResponse:
    """What two people read differently, side by side; a third says what the paper says."""
    found = _paper(request, number)
    if not outcome_of(found).is_waiting or not may_decide(found, request.user):
        messages.error(
            request,
            _("Only somebody who has not keyed this paper can decide, and only where two keyings differ."),
        )
        return _show(request, found, status=409)
    form = SettleForm(request.POST or None)
    keyed = _read(request, found) if request.method == "POST" else None
    if keyed is not None and not keyed.errors and form.is_valid():
        try:
            settle_paper(paper=found, readings=keyed.readings, actor=request.user, **form.values())
        except AssessmentError as refused:
            messages.error(request, str(refused))
            return _show(request, _paper(request, number), status=409)
        messages.success(request, _("Your decision is recorded, and the paper is handed in."))
        return redirect("assessments:printed_paper", found.number)
    context = _fields(request, found, keyed) | {"paper": found, "form": form}
    context["pairs"] = differences(found, context["fields"])
    return render(request, "assessments/paper_settle.html", context, status=422 if keyed else 200)


@require_POST
@staff_only(PRINT)
def end(request: SignedInRequest, number: str, key: str) -> HttpResponse:
    """Take a paper back, say that nobody came, or declare the sitting void: each with its reason."""
    found, ending = _paper(request, number), ENDINGS_BY_KEY.get(key)
    if ending is None or not request.user.has_perm(ending.permission):
        raise Http404
    form = ReasonForm(request.POST)
    if not form.is_valid():
        return _show(request, found, bound={key: form}, status=422)
    try:
        ending.service(paper=found, actor=request.user, **form.values())
    except AssessmentError as refusal:
        messages.error(request, str(refusal))
        return _show(request, _paper(request, number), bound={key: form}, status=409)
    messages.success(request, str(ending.done))
    return redirect("assessments:printed_paper", found.number)


def _paper(request: SignedInRequest, number: str) -> Paper:
    return get_object_or_404(visible_papers(request.user), number=western_digits(number))


def _read(request: SignedInRequest, found: Paper) -> Keyed:
    form = form_of(found.attempt.public_id)
    open_places = outcome_of(found).open
    return read_keyed(form, open_places, request.POST, printed_at=found.created_at, now=timezone.now())


def _fields(request: SignedInRequest, found: Paper, keyed: Keyed | None) -> dict[str, Any]:
    result = outcome_of(found)
    data = request.POST if request.method == "POST" else None
    form = form_of(found.attempt.public_id)
    fields = key_fields(form, result.open, data, keyed.errors if keyed else None)
    return {"fields": fields, "errors": [one for one in fields if one.error], "is_again": result.is_waiting}


def _said(done: Paper) -> str:
    if done.state == PaperState.COMPLETE:
        return _("Both keyings say the same. The paper is handed in.")
    if done.state == PaperState.DIFFERS:
        return _("Your keying is recorded. It differs from the other one, so somebody has to decide.")
    return _("Your keying is recorded. A second person has to key this paper now.")


def _show(
    request: SignedInRequest, found: Paper, *, bound: dict[str, ReasonForm] | None = None, status: int = 200
) -> HttpResponse:
    bound = bound or {}
    steps = steps_for(found, request.user)
    context = {
        "paper": found,
        "attempt": found.attempt,
        "steps": steps,
        "keyings": found.keyings.select_related("person").order_by("-pk"),
        "events": found.attempt.events.select_related("actor").order_by("-pk"),
        "endings": [
            (one, bound.get(one.key) or ReasonForm(), one.key in bound)
            for one in ENDINGS
            if steps.is_open and request.user.has_perm(PRINT) and request.user.has_perm(one.permission)
        ],
    }
    return render(request, "assessments/printed_paper.html", context, status=status)
