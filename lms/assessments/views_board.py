"""The invigilators' board: exams, the candidates of one, and what can be done to one of them.

An attempt that the user may not invigilate does not exist (404), and neither does the board for somebody
without the permission.
"""

from collections.abc import Callable
from functools import wraps
from typing import Any, Concatenate, ParamSpec
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from lms.people.requests import SignedInRequest

from .enums import AttemptState
from .errors import AssessmentError, InterventionRefusedError
from .interventions import BY_KEY, MinutesForm, ReasonForm, VerdictForm, offered_for
from .models import Attempt, Exam
from .selectors.board import Board, Seat, board, exams_to_invigilate, invigilated, seat_of
from .selectors.log import evidenced
from .services.invigilation import credit_outage
from .services.late import decide_late_answers

P = ParamSpec("P")
BoardView = Callable[Concatenate[SignedInRequest, P], HttpResponse]


def invigilators_only(view: BoardView[P]) -> Callable[..., HttpResponse]:
    @login_required
    @never_cache
    @wraps(view)
    def wrapper(request: SignedInRequest, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
        if not request.user.has_perm("assessments.invigilate_attempt"):
            raise Http404
        return view(request, *args, **kwargs)

    return wrapper


@require_safe
@invigilators_only
def index(request: SignedInRequest) -> HttpResponse:
    """The exams that are being sat, or were until yesterday."""
    exams = exams_to_invigilate(request.user, at=timezone.now())
    return render(request, "assessments/board_list.html", {"exams": exams})


@require_http_methods(["GET", "HEAD", "POST"])
@invigilators_only
def exam(request: SignedInRequest, exam_id: UUID) -> HttpResponse:
    """The board of an exam; posting credits an outage to everybody whose clock runs."""
    found = get_object_or_404(Exam.objects.select_related("course"), public_id=exam_id)
    form = MinutesForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        _credit_all(request, found, form.values())
        return redirect("assessments:board", found.public_id)
    context = {"board": _board(request, found), "form": form}
    return render(request, "assessments/board.html", context, status=422 if form.errors else 200)


@require_safe
@invigilators_only
def rows(request: SignedInRequest, exam_id: UUID) -> HttpResponse:
    """The part of the board that changes by itself."""
    found = get_object_or_404(Exam.objects.select_related("course"), public_id=exam_id)
    context = {"board": _board(request, found)}
    return render(request, "assessments/components/board_rows.html", context)


@require_safe
@invigilators_only
def attempt(request: SignedInRequest, attempt_id: UUID) -> HttpResponse:
    return _show(request, _seat(request, attempt_id))


@require_http_methods(["POST"])
@invigilators_only
def intervene(request: SignedInRequest, attempt_id: UUID, key: str) -> HttpResponse:
    """Do one thing to an attempt, with its reason. What the state does not allow is refused with 409."""
    if key not in BY_KEY:
        raise Http404
    seat, intervention = _seat(request, attempt_id), BY_KEY[key]
    form = intervention.form(request.POST)
    if not form.is_valid():
        return _show(request, seat, bound={key: form}, status=422)
    try:
        intervention.service(attempt=seat.attempt, actor=request.user, **form.values())
    except AssessmentError as refusal:
        messages.error(request, str(refusal))
        return _show(request, _seat(request, attempt_id), bound={key: form}, status=409)
    messages.success(request, str(intervention.done))
    return redirect("assessments:board_attempt", attempt_id)


@require_http_methods(["POST"])
@invigilators_only
def decide(request: SignedInRequest, attempt_id: UUID) -> HttpResponse:
    """One verdict on late answers; two different people have to say the same."""
    seat = _seat(request, attempt_id)
    if not request.user.has_perm("assessments.judge_late_answers"):
        raise Http404
    form = VerdictForm(request.POST)
    if not form.is_valid():
        return _show(request, seat, bound={"verdict": form}, status=422)
    try:
        decide_late_answers(attempt=seat.attempt, actor=request.user, **form.values())
    except AssessmentError as refusal:
        messages.error(request, str(refusal))
        return _show(request, _seat(request, attempt_id), bound={"verdict": form}, status=409)
    messages.success(request, _("Your verdict is recorded."))
    return redirect("assessments:board_attempt", attempt_id)


def _board(request: SignedInRequest, found: Exam) -> Board:
    shown = board(request.user, found, at=timezone.now())
    if not shown.seats:
        raise Http404
    return shown


def _seat(request: SignedInRequest, attempt_id: UUID) -> Seat:
    found = seat_of(request.user, attempt_id, at=timezone.now())
    if found is None:
        raise Http404
    return found


def _credit_all(request: SignedInRequest, found: Exam, values: dict[str, Any]) -> None:
    """Each attempt in a transaction of its own: one that ended meanwhile keeps nobody else from the time."""
    credited = 0
    running = invigilated(request.user).filter(
        exam=found, state__in=[AttemptState.STARTED, AttemptState.PAUSED]
    )
    for one in running:
        try:
            credit_outage(attempt=one, actor=request.user, **values)
        except InterventionRefusedError:
            continue
        credited += 1
    messages.success(
        request,
        ngettext(
            "The outage was credited to %(count)d candidate.",
            "The outage was credited to %(count)d candidates.",
            credited,
        )
        % {"count": credited},
    )


def _show(
    request: SignedInRequest, seat: Seat, *, bound: dict[str, ReasonForm] | None = None, status: int = 200
) -> HttpResponse:
    bound = bound or {}
    judging = seat.attempt.state == AttemptState.LATE_REVIEW and request.user.has_perm(
        "assessments.judge_late_answers"
    )
    context = {
        "seat": seat,
        "actions": [
            (one, bound.get(one.key) or one.form(), one.key in bound) for one in offered_for(seat.attempt)
        ],
        "late": _late(seat.attempt) if judging else [],
        "verdict_form": (bound.get("verdict") or VerdictForm()) if judging else None,
        "verdicts": seat.attempt.late_verdicts.select_related("judge").order_by("pk"),
        "events": seat.attempt.events.select_related("actor").order_by("-pk"),
    }
    return render(request, "assessments/board_attempt.html", context, status=status)


def _late(attempt: Attempt) -> list[dict[str, Any]]:
    """What only people can decide about: which questions, and when the server had it."""
    log = evidenced(attempt)
    return [
        {"position": entry.slot, "received_at": log.received_at[entry.lease, entry.seq]}
        for entry in sorted(log.judged(), key=lambda entry: (entry.slot, entry.seq))
    ]
