"""The page that holds a whole exam, and the worker that opens it again without a signal."""

import json
from collections.abc import Iterable
from typing import Any
from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.templatetags.static import static
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_safe

from . import selectors
from .enums import AttemptState
from .models import Attempt
from .timing import sync_until
from .views import SignedInRequest, leave, own_attempt, words_of_aloud
from .views_sync import standing_of_attempt

SCRIPTS = "assessments/js/{}.js"
#: What paper.js imports, named in the page so that a slow line fetches all of it at once.
MODULES = (
    *("aids", "clock", "keep", "kinds", "lease", "log", "oplog", "screen", "sha256", "sitting"),
    *("store", "sync", "timing"),
)
#: What paper.js fetches when it is needed, which may be when there is no signal; by the kind of question or the
#: accommodation that needs it.
LATER = {"": "emergency", "aloud": "aloud", "breaks": "breaks", "ordering": "ordering"}

SHOWN_IN = (AttemptState.STARTED, AttemptState.PAUSED, AttemptState.SYNC_OWED, AttemptState.LATE_REVIEW)
#: Seconds for which a browser need not ask again: longer than any sitting.
PICTURE_KEPT = 24 * 3600
ADDRESSES = ("ops", "state", "lease", "submit", "result")


@require_safe
@own_attempt
def paper(request: SignedInRequest, attempt: Attempt) -> HttpResponse:
    """All questions of the form in one page, for the script that writes the answers down on the phone."""
    if attempt.state not in SHOWN_IN or attempt.deadline is None:
        return leave(attempt)
    questions = selectors.paper_questions(attempt)
    granted = {"aloud": attempt.read_aloud, "breaks": attempt.break_seconds_allowed}
    kinds = {"", *(question.kind for question in questions), *(name for name, aid in granted.items() if aid)}
    context = {
        "attempt": attempt,
        "questions": questions,
        "data": {
            **_data(request, attempt),
            "files": _addresses([name for kind, name in LATER.items() if kind in kinds]),
        },
        "modules": _addresses(MODULES),
        "sync_until": sync_until(attempt.deadline),
        **texts(),
    }
    return render(request, "assessments/paper.html", context)


@require_safe
@login_required
@cache_control(private=True, max_age=PICTURE_KEPT, immutable=True)
def picture(request: SignedInRequest, attempt_id: UUID, seal: str) -> FileResponse:
    """A picture of the learner's own form, named by its contents, so that it never changes."""
    found = selectors.picture_in(attempt_id=attempt_id, learner=request.user, seal=seal)
    if found is None:
        raise Http404
    return FileResponse(found.file.open("rb"), content_type="image/webp")


@require_safe
@cache_control(no_cache=True)
def worker(request: HttpRequest) -> HttpResponse:
    """The service worker, at an address above those that it serves: a worker reaches no higher than its own."""
    return HttpResponse(
        render_to_string("assessments/worker.js"), content_type="text/javascript; charset=utf-8"
    )


def _data(request: SignedInRequest, attempt: Attempt) -> dict[str, Any]:
    """What the script must know: how things stand, and where everything is."""
    addresses = {name: reverse(f"assessments:{name}", args=[attempt.public_id]) for name in ADDRESSES}
    return {
        **standing_of_attempt(request, attempt, timezone.now()),
        "attempt": str(attempt.public_id),
        "keeps_log": attempt.keeps_log,
        "urls": {**addresses, "worker": reverse("exam-worker")},
    }


def _addresses(modules: Iterable[str]) -> list[str]:
    return [static(SCRIPTS.format(name)) for name in modules]


def texts() -> dict[str, str]:
    """What the scripts say, as JSON for attributes."""
    clock = {
        "10": _("10 minutes left."),
        "5": _("5 minutes left."),
        "1": _("1 minute left."),
        "changed": _("The time left has changed: %(time)s.") % {"time": "{time}"},
    }
    places = {"answered": _("answered"), "flagged": _("to come back to"), "unsent": _("only on this phone")}
    ordering = {
        "up": _("Move up"),
        "down": _("Move down"),
        "keep": _("The order shown is my answer"),
        "place": _("place %(n)s") % {"n": "{n}"},
    }
    texts = {
        "words_of_clock": clock,
        "words_of_ordering": ordering,
        "words_of_places": places,
    }
    return {name: json.dumps(words, ensure_ascii=False) for name, words in texts.items()} | words_of_aloud()
