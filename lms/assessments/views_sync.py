"""What the exam page and the server say to each other, in JSON: operations, how things stand, leases, handing in.

Another person's attempt does not exist (404). Bodies are read no further than their limit. docs/exam.md is
the protocol.
"""

import json
from collections.abc import Callable
from datetime import datetime, timedelta
from functools import wraps
from typing import Any, Concatenate, NamedTuple, ParamSpec
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt, csrf_protect
from django.views.decorators.http import require_POST, require_safe

from lms.common.ratelimit import is_over_process_limit
from lms.people.models import User
from lms.people.sessions import is_signed_in_as, session_user_id

from . import views
from .enums import AttemptState
from .errors import (
    AttemptClosedError,
    EmergencyFileError,
    LeaseHeldError,
    OperationsRefusedError,
    TooManySavesError,
)
from .messages import ops_sentence
from .models import Attempt
from .oplog import MOST_BYTES, reach
from .selectors import visible_attempts
from .selectors.log import effective_deadline, evidenced, read_attempt
from .services.emergency import MOST_FILE_BYTES, import_emergency_file
from .services.leases import name_of, take_lease
from .services.sync import SyncReply, append_batch, receive_batch, submit_claim
from .timing import to_ms
from .views import SignedInRequest, holder_of, own_attempt

#: A phone sends every two seconds at most; after hours without a signal it may have fifty batches to send.
BATCHES_A_MINUTE = 120
QUESTIONS_A_MINUTE = 60
FILES_A_MINUTE = 10

#: As `never_cache` says it, at a twentieth of its price.
NEVER_KEPT = "max-age=0, no-cache, no-store, must-revalidate, private"

#: Where a request carries, for the lane, what was made sure of; and from the lane, that it has been counted.
ACCEPTED, COUNTED = "sanad.accepted", "sanad.counted"

TOO_LARGE = ("too_many", "too_large")

P = ParamSpec("P")
JsonView = Callable[Concatenate[SignedInRequest, UUID, P], HttpResponse]


def exam_json(limit: int) -> Callable[[JsonView[P]], Callable[..., HttpResponse]]:
    """For whoever has a session, `limit` times a minute; refusals become JSON with the status that they deserve.

    The view makes sure that the session is still that of the person.
    """

    def decorate(view: JsonView[P]) -> Callable[..., HttpResponse]:
        @wraps(view)
        def answer(
            request: SignedInRequest, attempt_id: UUID, *args: P.args, **kwargs: P.kwargs
        ) -> HttpResponse:
            user_id = session_user_id(request)
            if user_id is None:
                return _signed_out()
            is_counted = COUNTED in request.META
            if not is_counted and _is_over(user_id, view.__name__, limit):
                return _refusal(TooManySavesError.code, str(TooManySavesError.message), 429)
            try:
                return view(request, attempt_id, *args, **kwargs)
            except (Attempt.DoesNotExist, Http404):
                return _refusal("not_found", _("There is no such exam."), 404)
            except OperationsRefusedError as refusal:
                status = 413 if refusal.code in TOO_LARGE else 422
                return _refusal(refusal.code, str(refusal), status, at=refusal.at)

        return _weighed(answer, "application/json", MOST_BYTES)

    return decorate


def _is_over(user_id: int, name: str, limit: int) -> bool:
    return is_over_process_limit(scope="exam-json", key=f"{user_id}:{name}", limit=limit, seconds=60)


def is_over_batch_limit(user_id: int) -> bool:
    """Count one batch of a person, and tell whether it is one too many."""
    return _is_over(user_id, "ops", BATCHES_A_MINUTE)


def _weighed(view: Callable[..., HttpResponse], kind: str, limit: int) -> Callable[..., HttpResponse]:
    """Refuse a body of another kind, or one that is too large, before anything reads it: the check of the
    form's token included."""
    guarded = csrf_protect(view)

    @csrf_exempt
    @wraps(view)
    def wrapper(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        response: HttpResponse = _unreadable(request, kind, limit) or guarded(request, *args, **kwargs)
        response.headers["Cache-Control"] = NEVER_KEPT
        return response

    return wrapper


def _unreadable(request: HttpRequest, kind: str, limit: int) -> HttpResponse | None:
    if _length(request) > limit:
        return _refusal("too_large", ops_sentence("too_large"), 413)
    if request.method == "POST" and request.content_type != kind:
        return _refusal("malformed", ops_sentence("malformed"), 422)
    return None


def _length(request: HttpRequest) -> int:
    text = request.META.get("CONTENT_LENGTH") or "0"
    return int(text) if str(text).isdecimal() else 0


class Accepted(NamedTuple):
    """What was made sure of for a batch: whose attempt it is, as it was read, and who writes it."""

    attempt: Attempt
    holder: str
    session_key: str


@require_POST
@exam_json(BATCHES_A_MINUTE)
def ops(request: SignedInRequest, attempt_id: UUID) -> HttpResponse:
    """Take in a batch, and tell the lane (`lane.py`) about it if the next one may follow there."""
    at = timezone.now()
    data, holder = read_json(request), holder_of(request)
    attempt = read_attempt(attempt_id, session_user_id(request) or 0)
    if not is_signed_in_as(request, attempt.learner):
        return _signed_out()
    reply = append_batch(attempt=attempt, holder=holder, data=data, at=at)
    if reply is None:
        reply = receive_batch(attempt=attempt, holder=holder, data=data, at=at)
    # Of one with breaks the reply also tells the exam's window, which nothing watches over.
    if attempt.state == AttemptState.STARTED and not attempt.break_seconds_allowed:
        request.META[ACCEPTED] = Accepted(attempt, holder, request.session.session_key or "")
    return _reply(reply, at)


@require_safe
@exam_json(QUESTIONS_A_MINUTE)
def state(request: SignedInRequest, attempt_id: UUID) -> HttpResponse:
    """How things stand, with every answer on record."""
    return _state(request, attempt_id) if request.user.is_authenticated else _signed_out()


@own_attempt
def _state(request: SignedInRequest, attempt: Attempt) -> HttpResponse:
    return _json(standing_of_attempt(request, attempt, timezone.now()))


@require_POST
@exam_json(QUESTIONS_A_MINUTE)
def lease(request: SignedInRequest, attempt_id: UUID) -> HttpResponse:
    """Give the lease to this browser, if no other device is writing."""
    at = timezone.now()
    if not request.user.is_authenticated:
        return _signed_out()
    data = read_json(request)
    device = data.get("device") if isinstance(data, dict) else None
    device = device[:200] if isinstance(device, str) else ""
    try:
        attempt = take_lease(
            attempt_id=attempt_id,
            learner=request.user,
            holder=holder_of(request),
            device=name_of(device, purpose="device"),
            at=at,
        )
    except LeaseHeldError as held:
        return _refusal(held.code, str(held), 409, wait_seconds=held.wait_seconds)
    except AttemptClosedError as closed:
        attempt = Attempt.objects.get(public_id=attempt_id, learner=request.user)
        return _refusal("closed", str(closed), 409, **_clock(attempt, at))
    return _json(standing_of_attempt(request, attempt, at))


@require_POST
def submit(request: SignedInRequest, attempt_id: UUID) -> HttpResponse:
    """Hand in: the exam page sends JSON and compares first, a plain form hands in what the server has."""
    if request.content_type == "application/json":
        return _submit(request, attempt_id)
    return views.submit(request, attempt_id)


@exam_json(QUESTIONS_A_MINUTE)
def _submit(request: SignedInRequest, attempt_id: UUID) -> HttpResponse:
    at = timezone.now()
    if not request.user.is_authenticated:
        return _signed_out()
    reply = submit_claim(
        attempt_id=attempt_id,
        learner=request.user,
        holder=holder_of(request),
        data=read_json(request),
        at=at,
    )
    if reply.need_from is not None or reply.need:
        told = _clock(reply.attempt, at) | {"need": list(reply.need), "need_from": reply.need_from}
        return _json({"error": "not_the_same", **told}, status=409)
    if reply.refusal:
        return _reply(reply, at)
    result = reverse("assessments:result", args=[attempt_id])
    return _json({**_clock(reply.attempt, at), "receipt": reply.attempt.receipt, "result_url": result})


def _emergency(request: SignedInRequest, attempt_id: UUID) -> HttpResponse:
    if not request.user.is_authenticated:
        return _signed_out()
    user = request.user
    if is_over_process_limit(scope="exam-file", key=str(user.pk), limit=FILES_A_MINUTE, seconds=60):
        return _refusal(TooManySavesError.code, str(TooManySavesError.message), 429)
    attempt = _attempt_of_file(user, attempt_id)
    if attempt is None:
        return _refusal("not_found", _("There is no such exam."), 404)
    at = timezone.now()
    try:
        files = request.FILES.getlist("file")
        data = files[0].read() if files else b""
        told = import_emergency_file(attempt=attempt, data=data, actor=user, at=at)
    except (OperationsRefusedError, EmergencyFileError) as refusal:
        return _refusal(refusal.code, str(refusal), 422)
    except AttemptClosedError as closed:
        return _refusal("closed", str(closed), 409)
    return _json({**_clock(told.attempt, at), "fresh": told.fresh, "known": told.known})


#: Take in an emergency file: one's own, or a candidate's whom one may invigilate.
emergency = require_POST(_weighed(_emergency, "multipart/form-data", MOST_FILE_BYTES))


def _attempt_of_file(user: User, attempt_id: UUID) -> Attempt | None:
    own = Attempt.objects.filter(public_id=attempt_id, learner=user).first()
    if own is not None or not user.has_perm("assessments.invigilate_attempt"):
        return own
    return visible_attempts(user).filter(public_id=attempt_id).first()


def standing_of_attempt(request: SignedInRequest, attempt: Attempt, at: datetime) -> dict[str, Any]:
    """What `state` says; the exam page carries the same when it is loaded."""
    log = evidenced(attempt)
    ack_seq, chain_head = 0, ""
    if attempt.keeps_log:
        ack_seq, chain_head = reach(str(attempt.public_id), attempt.lease, log.known(attempt.lease))
    answers = {
        position: {"value": one.value, "flag": one.is_flagged}
        for position, one in log.counting(with_judged=True).items()
    }
    return {
        **_clock(attempt, at),
        "ack_seq": ack_seq,
        "chain_head": chain_head,
        "holder": attempt.keeps_log and attempt.holder == holder_of(request),
        "answers": answers,
    }


def read_json(request: HttpRequest) -> object:
    """The body as JSON, read no further than the limit. Raises OperationsRefusedError."""
    body = request.read(MOST_BYTES + 1)
    if len(body) > MOST_BYTES:
        raise OperationsRefusedError("too_large", ops_sentence("too_large"))
    try:
        return json.loads(body)
    except (ValueError, RecursionError):
        raise OperationsRefusedError("malformed", ops_sentence("malformed")) from None


def _reply(reply: SyncReply, at: datetime) -> HttpResponse:
    if not reply.refusal:
        return _json(told(reply, at))
    return _json({"error": reply.refusal, **told(reply, at)}, status=409)


def told(reply: SyncReply, at: datetime) -> dict[str, Any]:
    """What a phone is told about a batch."""
    said = _clock(reply.attempt, at) | {"ack_seq": reply.ack_seq, "chain_head": reply.chain_head}
    if reply.need_from is not None:
        said["need_from"] = reply.need_from
    return said


def _clock(attempt: Attempt, at: datetime) -> dict[str, Any]:
    deadline = effective_deadline(attempt, at)
    told: dict[str, Any] = {
        "state": attempt.state,
        "server_now": to_ms(at),
        "deadline": to_ms(deadline) if deadline else None,
        "lease": attempt.lease,
    }
    if attempt.break_seconds_allowed:
        told["breaks"] = _breaks(attempt, at)
        if attempt.exam.hard_close:
            told["cut_at"] = to_ms(attempt.exam.closes_at)
    aids = [name for name in ("large_print", "read_aloud") if getattr(attempt, name)]
    return told | ({"aids": aids} if aids else {})


def _breaks(attempt: Attempt, at: datetime) -> dict[str, Any]:
    """What is allowed and taken of breaks, in milliseconds, with the one that is running."""
    running = timedelta(0)
    if attempt.is_on_break and attempt.paused_at:
        running = max(running, at - attempt.paused_at)
    taken = attempt.break_seconds * 1000 + running // timedelta(milliseconds=1)
    return {
        "allowed": attempt.break_seconds_allowed * 1000,
        "taken": min(taken, attempt.break_seconds_allowed * 1000),
        "is_on": attempt.is_on_break,
    }


def _signed_out() -> HttpResponse:
    return _refusal("signed_out", _("Sign in again to go on."), 401)


def _refusal(code: str, message: str, status: int, **more: Any) -> HttpResponse:
    return _json({"error": code, "message": message, **more}, status=status)


def _json(data: dict[str, Any], status: int = 200) -> HttpResponse:
    """What Django's own does with an encoder for more kinds of values, which takes longer to set up than to use."""
    return HttpResponse(json.dumps(data), content_type="application/json", status=status)
