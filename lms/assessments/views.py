"""The learner's pages: my exams, instructions, one question a screen, review, result.

Every address names an attempt by its public id, and another person's attempt does not exist (404). The
question page is a plain form, which is saved and led on.
"""

import json
import re
from collections.abc import Callable
from dataclasses import replace
from functools import update_wrapper
from typing import Concatenate, ParamSpec
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.contrib.auth.views import redirect_to_login
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from lms.common.dates import format_clock
from lms.common.ratelimit import is_over_process_limit
from lms.people.models import User
from lms.people.sessions import is_signed_in_as, session_user_id

from . import selectors
from .enums import AttemptState
from .errors import (
    AnswerRefusedError,
    AssessmentError,
    AttemptClosedError,
    AttemptRefusedError,
    TimeUpError,
    TooManySavesError,
)
from .forms import AnswerForm
from .models import Attempt, Exam
from .selectors.log import read_sitting
from .services.answers import AnswerEntry, SaveReceipt, save_in
from .services.closing import is_due
from .services.leases import name_of
from .services.sitting import begin_attempt, refresh_attempt, submit_own_attempt
from .timing import remaining_seconds

# A person who answers, changes and comes back makes perhaps twenty changes a minute.
SAVES_A_MINUTE = 120
STARTS_A_MINUTE = 10

HTTP_STATUS = {
    AttemptClosedError.code: 409,
    TimeUpError.code: 410,
    AnswerRefusedError.code: 422,
    TooManySavesError.code: 429,
}
PLACE = re.compile(r"[1-9][0-9]{0,2}")

P = ParamSpec("P")


class SignedInRequest(HttpRequest):
    """What `login_required` lets through."""

    user: User


AttemptView = Callable[Concatenate[SignedInRequest, Attempt, P], HttpResponse]


def own_attempt(view: AttemptView[P]) -> Callable[..., HttpResponse]:
    """Give the view the signed-in person's attempt, closed first if its time is up; nobody else's exists."""

    @login_required
    @never_cache
    def wrapper(
        request: SignedInRequest, attempt_id: UUID, *args: P.args, **kwargs: P.kwargs
    ) -> HttpResponse:
        attempts = Attempt.objects.select_related("exam")
        attempt = get_object_or_404(attempts, public_id=attempt_id, learner=request.user)
        attempt.learner = request.user
        return view(request, refresh_attempt(attempt=attempt), *args, **kwargs)

    return update_wrapper(wrapper, view)


@login_required
@never_cache
@require_safe
def index(request: SignedInRequest) -> HttpResponse:
    """The exams of the courses in which the person is trained, and where the person stands in each."""
    unfinished = [AttemptState.STARTED, AttemptState.SYNC_OWED]
    for attempt in Attempt.objects.filter(learner=request.user, state__in=unfinished):
        refresh_attempt(attempt=attempt)
    entries = selectors.exam_entries(learner=request.user, at=timezone.now())
    context = {"entries": entries, "practice": selectors.practice_banks(request.user)}
    return render(request, "assessments/exam_list.html", context)


@login_required
@never_cache
@require_safe
def exam(request: SignedInRequest, exam_id: UUID) -> HttpResponse:
    """Instructions: what awaits the person, in true minutes, before the clock starts."""
    return render(request, "assessments/exam_detail.html", {"entry": _entry(request, exam_id)})


@login_required
@never_cache
@require_POST
def start(request: SignedInRequest, exam_id: UUID) -> HttpResponse:
    """Start, or go on with the attempt that is running."""
    if is_over_process_limit(scope="exam-start", key=str(request.user.pk), limit=STARTS_A_MINUTE, seconds=60):
        return render(request, "assessments/slow_down.html", status=429)
    keeps_log = "client" in request.POST
    try:
        attempt = begin_attempt(
            exam_id=exam_id, learner=request.user, holder=holder_of(request), keeps_log=keeps_log
        )
    except Exam.DoesNotExist:
        raise Http404 from None
    except AttemptRefusedError as refusal:
        context = {"entry": _entry(request, exam_id), "refusal": refusal}
        return render(request, "assessments/exam_detail.html", context, status=409)
    return redirect("assessments:paper" if keeps_log else "assessments:attempt", attempt.public_id)


@require_safe
@own_attempt
def resume(request: SignedInRequest, attempt: Attempt) -> HttpResponse:
    """Where the person stopped: the first unanswered question, the review, or the result."""
    if attempt.state != AttemptState.STARTED:
        return leave(attempt)
    places = selectors.read_paper(attempt)
    unanswered = next((place.position for place in places if not place.is_answered), None)
    if unanswered is None:
        return redirect("assessments:review", attempt.public_id)
    return redirect("assessments:question", attempt.public_id, unanswered)


@require_safe
@own_attempt
def clock(request: SignedInRequest, attempt: Attempt) -> HttpResponse:
    """The server's clock, for a phone that has slept."""
    return JsonResponse({"running": attempt.state == AttemptState.STARTED, "remaining": _remaining(attempt)})


@require_http_methods(["GET", "HEAD", "POST"])
def question(request: SignedInRequest, attempt_id: UUID, position: int) -> HttpResponse:
    """One question: shown, or saved."""
    if request.method == "POST":
        return _save(request, attempt_id, position)
    return _read_question(request, attempt_id, position)


@require_safe
@own_attempt
def review(request: SignedInRequest, attempt: Attempt) -> HttpResponse:
    """What is answered and what is not, before handing in."""
    if attempt.state != AttemptState.STARTED:
        return leave(attempt)
    places = selectors.read_paper(attempt)
    context = {
        "attempt": attempt,
        "places": places,
        "unanswered": [place for place in places if not place.is_answered],
        "flagged": [place for place in places if place.is_flagged],
        "remaining": _remaining(attempt),
    }
    return render(request, "assessments/attempt_review.html", context)


@require_POST
@login_required
@never_cache
def submit(request: SignedInRequest, attempt_id: UUID) -> HttpResponse:
    """Hand in; a second click finds it handed in."""
    try:
        submit_own_attempt(attempt_id=attempt_id, learner=request.user)
    except Attempt.DoesNotExist:
        raise Http404 from None
    except AttemptRefusedError:
        return redirect("assessments:attempt", attempt_id)
    return redirect("assessments:result", attempt_id)


@require_safe
@own_attempt
def result(request: SignedInRequest, attempt: Attempt) -> HttpResponse:
    """The receipt, and the result once it is released."""
    if attempt.is_open:
        return leave(attempt)
    at = timezone.now()
    context = {
        "sheet": selectors.result_sheet(attempt, at=at),
        "appeal": selectors.appeal_standing(attempt, at=at),
    }
    return render(request, "assessments/attempt_result.html", context)


def holder_of(request: HttpRequest) -> str:
    """The name under which this browser's session holds a lease."""
    return name_of(request.session.session_key or "", purpose="holder")


def _entry(request: SignedInRequest, exam_id: UUID) -> selectors.ExamEntry:
    """The exam as the person sees it, after an attempt whose time is up has been closed."""
    found = get_object_or_404(Exam.objects.select_related("course"), public_id=exam_id)
    at = timezone.now()
    entry = selectors.exam_entry(learner=request.user, exam=found, at=at)
    due = [attempt for attempt in entry.attempts if is_due(attempt, at)] if entry else []
    for attempt in due:
        refresh_attempt(attempt=attempt, at=at)
    if due:
        entry = selectors.exam_entry(learner=request.user, exam=found, at=at)
    if entry is None:
        raise Http404
    return entry


def leave(attempt: Attempt) -> HttpResponse:
    """To where an attempt that is not running belongs, and to the question page if it is."""
    if attempt.state == AttemptState.STARTED:
        return redirect("assessments:attempt", attempt.public_id)
    if attempt.is_on_break:
        return redirect("assessments:break", attempt.public_id)
    if attempt.is_open or attempt.state == AttemptState.NOT_TAKEN:
        return redirect("assessments:exam", attempt.exam.public_id)
    return redirect("assessments:result", attempt.public_id)


@own_attempt
def _read_question(
    request: SignedInRequest,
    attempt: Attempt,
    position: int,
    *,
    notice: str = "",
    status: int = 200,
    typed: QueryDict | None = None,
) -> HttpResponse:
    """The page of a question; after a refusal with what the form held, so that nothing has to be typed again."""
    if attempt.state != AttemptState.STARTED:
        return leave(attempt)
    screen = selectors.question_screen(attempt, position)
    if screen is None:
        raise Http404
    if typed is not None:
        screen = replace(screen, body=screen.body.retyped(typed))
    context = {
        "attempt": attempt,
        "screen": screen,
        "remaining": _remaining(attempt),
        "notice": notice,
        "next_sequence": screen.sequence + 1,
        **(words_of_aloud() if attempt.read_aloud else {}),
    }
    return render(request, "assessments/question.html", context, status=status)


@never_cache
def _save(request: SignedInRequest, attempt_id: UUID, position: int) -> HttpResponse:
    """The busiest request of an exam without a script: the attempt is read with its learner, and one
    statement writes."""
    user_id = session_user_id(request)
    if user_id is None:
        return redirect_to_login(request.get_full_path())
    if is_over_process_limit(scope="exam-save", key=str(user_id), limit=SAVES_A_MINUTE, seconds=60):
        return _refuse(request, attempt_id, position, TooManySavesError())
    try:
        sitting = read_sitting(attempt_id, user_id, [position])
    except Attempt.DoesNotExist:
        raise Http404 from None
    if not is_signed_in_as(request, sitting.attempt.learner):
        return redirect_to_login(request.get_full_path())
    try:
        receipt = save_in(sitting=sitting, entries=[_said(request, position)], holder=holder_of(request))
    except AssessmentError as refusal:
        return _refuse(request, attempt_id, position, refusal)
    return _saved(request, receipt, position)


def _said(request: SignedInRequest, position: int) -> AnswerEntry:
    form = AnswerForm(request.POST)
    if not form.is_valid():
        raise AnswerRefusedError
    return form.entry(position)


def _saved(request: SignedInRequest, receipt: SaveReceipt, position: int) -> HttpResponse:
    attempt, [saved] = receipt.attempt, receipt.answers
    if saved.is_current:
        return redirect(_target(request, attempt.public_id, position))
    notice = _(
        "This question was answered in another window at %(time)s. What the server has is shown "
        "here; choose again if you want to change it."
    ) % {"time": format_clock(saved.saved_at)}
    return _read_question(request, attempt.public_id, position, notice=notice, status=409)


def _refuse(
    request: SignedInRequest, attempt_id: UUID, position: int, refusal: AssessmentError
) -> HttpResponse:
    status = HTTP_STATUS.get(refusal.code, 409)
    if not isinstance(refusal, AttemptClosedError):
        return _read_question(
            request, attempt_id, position, notice=str(refusal), status=status, typed=request.POST
        )
    messages.warning(request, str(refusal))
    return redirect("assessments:result", attempt_id)


def _target(request: SignedInRequest, attempt_id: UUID, position: int) -> str:
    """Where the button leads: a question's number, the review, or the break."""
    go = request.POST.get("go", "")
    if go in ("review", "break"):
        return reverse(f"assessments:{go}", args=[attempt_id])
    return reverse("assessments:question", args=[attempt_id, int(go) if PLACE.fullmatch(go) else position])


def words_of_aloud() -> dict[str, str]:
    """What the buttons that read aloud are called, as JSON for an attribute."""
    words = {
        "question": _("Read the question aloud"),
        "story": _("Read the case aloud"),
        "option": _("Read aloud: %(n)s") % {"n": "{n}"},
    }
    return {"words_of_aloud": json.dumps(words, ensure_ascii=False)}


def _remaining(attempt: Attempt) -> int:
    if attempt.deadline is None or attempt.state != AttemptState.STARTED:
        return 0
    return remaining_seconds(attempt.deadline, timezone.now())
