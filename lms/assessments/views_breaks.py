"""The break page of plain forms; the page that keeps its own log takes breaks by itself."""

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from .enums import AttemptState
from .errors import AssessmentError, BreakRefusedError, LeaseHeldError
from .models import Attempt
from .services.breaks import end_own_break, take_break
from .services.closing import break_over_at
from .views import SignedInRequest, holder_of, leave, own_attempt


@require_http_methods(["GET", "HEAD", "POST"])
@own_attempt
def pause(request: SignedInRequest, attempt: Attempt) -> HttpResponse:
    """Stop the clock, and let it run again."""
    if not attempt.break_seconds_allowed:
        return leave(attempt)
    if request.method == "POST":
        return _act(request, attempt)
    if attempt.state != AttemptState.STARTED and not attempt.is_on_break:
        return leave(attempt)
    return _show(request, attempt)


def _act(request: SignedInRequest, attempt: Attempt) -> HttpResponse:
    act = end_own_break if request.POST.get("act") == "resume" else take_break
    try:
        act(attempt_id=attempt.public_id, learner=request.user, holder=holder_of(request))
    except (BreakRefusedError, LeaseHeldError) as refusal:
        return _show(request, attempt, refusal=refusal)
    where = "attempt" if act is end_own_break else "break"
    return redirect(f"assessments:{where}", attempt.public_id)


def _show(request: SignedInRequest, attempt: Attempt, refusal: AssessmentError | None = None) -> HttpResponse:
    context = {
        "attempt": attempt,
        "minutes_left": -(-attempt.break_seconds_left // 60),
        "over_at": break_over_at(attempt) if attempt.is_on_break else None,
        "refusal": refusal,
    }
    return render(request, "assessments/attempt_break.html", context, status=409 if refusal else 200)
