"""Practice: a question, an answer, and at once what was right and why. Nothing here counts for anything.

What somebody has tried is kept in the session and nowhere else; it is nobody's business but theirs.
"""

from dataclasses import dataclass
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from lms.people.models import User

from .answer_fields import read_answer
from .answers_format import to_stored
from .errors import AnswerRefusedError
from .models import QuestionBank
from .selectors.practice import (
    PracticePlace,
    PracticeQuestion,
    practice_bank,
    practice_places,
    practice_question,
    practice_review,
)

SESSION_KEY = "practice"


class SignedInRequest(HttpRequest):
    """What `login_required` lets through."""

    user: User


@dataclass(frozen=True, slots=True)
class Tried:
    """What was tried of a bank: for each question's code whether the last answer was wholly right; None where
    only a person could say."""

    answers: dict[str, bool | None]

    @property
    def count(self) -> int:
        return len(self.answers)

    @property
    def right(self) -> int:
        return sum(is_right is True for is_right in self.answers.values())


@login_required
@never_cache
@require_safe
def practice(request: SignedInRequest, bank_id: UUID) -> HttpResponse:
    """What there is to practise, what was tried, and where to go on."""
    bank, places = _bank(request, bank_id)
    tried = _tried(request, bank)
    following = next((place for place in places if place.code not in tried.answers), None)
    context = {"bank": bank, "places": places, "tried": tried, "following": following}
    return render(request, "assessments/practice.html", context)


@login_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def question(request: SignedInRequest, bank_id: UUID, number: int) -> HttpResponse:
    """One question; after an answer, the right one and why."""
    bank, places = _bank(request, bank_id)
    if not 1 <= number <= len(places):
        raise Http404
    place = places[number - 1]
    asked = practice_question(place, request.user)
    context: dict[str, Any] = {
        "bank": bank,
        "place": place,
        "count": len(places),
        "following": places[number] if number < len(places) else None,
        "body": asked.body,
    }
    status = 200
    if request.method == "POST":
        try:
            context |= _answered(request, bank, asked)
        except AnswerRefusedError as refusal:
            context |= {"notice": str(refusal), "body": asked.body.retyped(request.POST)}
            status = 422
    return render(request, "assessments/practice_question.html", context, status=status)


@login_required
@require_POST
def again(request: SignedInRequest, bank_id: UUID) -> HttpResponse:
    """Forget what was tried."""
    bank, _places = _bank(request, bank_id)
    kept = request.session.get(SESSION_KEY, {})
    kept.pop(str(bank.public_id), None)
    request.session[SESSION_KEY] = kept
    return redirect("assessments:practice", bank.public_id)


def _bank(request: SignedInRequest, bank_id: UUID) -> tuple[QuestionBank, list[PracticePlace]]:
    bank = practice_bank(request.user, bank_id)
    if bank is None:
        raise Http404
    return bank, practice_places(bank)


def _answered(request: SignedInRequest, bank: QuestionBank, asked: PracticeQuestion) -> dict[str, Any]:
    """The review of what the form holds; without an answer, the right one all the same."""
    kind = asked.version.kind
    wire = read_answer(kind, request.POST, asked.body.name)
    try:
        stored = to_stored(kind, wire, asked.order) if wire is not None else None
    except ValueError:
        raise AnswerRefusedError from None
    answered = practice_question(asked.place, request.user, stored)
    review = practice_review(answered, stored)
    if stored is not None:
        is_right = None if review.marks is None else review.marks == review.max_marks
        _remember(request, bank, asked.place.code, is_right=is_right)
    return {"review": review, "share": _share(review.marks, review.max_marks)}


def _share(marks: Decimal | None, most: Decimal) -> str:
    if marks is None:
        return "unknown"
    return "all" if marks == most else "some" if marks else "none"


def _tried(request: SignedInRequest, bank: QuestionBank) -> Tried:
    return Tried(request.session.get(SESSION_KEY, {}).get(str(bank.public_id), {}))


def _remember(request: SignedInRequest, bank: QuestionBank, code: str, *, is_right: bool | None) -> None:
    kept = request.session.get(SESSION_KEY, {})
    answers = kept.setdefault(str(bank.public_id), {})
    answers[code] = is_right
    request.session[SESSION_KEY] = kept
