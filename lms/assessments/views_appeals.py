"""The learner's appeal against a result: written once for each release of it, and answered on the result page."""

from django import forms
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from lms.common.ratelimit import is_over_limit

from .errors import AppealRefusedError
from .models import Attempt
from .selectors.appeals import appeal_standing
from .services.appeals import MOST_TEXT, file_appeal
from .views import SignedInRequest, own_attempt

# Nobody writes more appeals in an hour; whoever sends so many is not a person.
APPEALS_AN_HOUR = 10


class AppealForm(forms.Form):
    text = forms.CharField(
        label=gettext_lazy("What is wrong, and why"),
        max_length=MOST_TEXT,
        widget=forms.Textarea(attrs={"rows": 8, "dir": "auto"}),
        help_text=gettext_lazy(
            "Name the question by its number, and what speaks for your answer: the law, the handbook, a lesson."
        ),
    )


@require_http_methods(["GET", "HEAD", "POST"])
@own_attempt
def appeal(request: SignedInRequest, attempt: Attempt) -> HttpResponse:
    """Write an appeal. Where none is possible the result page says why."""
    form = AppealForm(request.POST or None)
    status = 200
    if request.method == "POST":
        if is_over_limit(scope="appeal", key=str(request.user.pk), limit=APPEALS_AN_HOUR, seconds=3600):
            return render(request, "assessments/slow_down.html", status=429)
        status = 422
        if form.is_valid():
            try:
                file_appeal(
                    attempt_id=attempt.public_id, learner=request.user, text=form.cleaned_data["text"]
                )
            except AppealRefusedError as refusal:
                form.add_error(None, str(refusal))
                status = 409
            else:
                return redirect("assessments:result", attempt.public_id)
    standing = appeal_standing(attempt, at=timezone.now())
    if standing.until is None and not form.is_bound:
        return redirect("assessments:result", attempt.public_id)
    context = {"attempt": attempt, "form": form, "until": standing.until}
    return render(request, "assessments/appeal_form.html", context, status=status)
