"""The public pages: consent, sections, review, receipt and results. Nobody signs in to them.

What somebody has answered so far lies in a draft on the server, which an unguessable token in a cookie continues.
"""

import functools
from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from lms.api import client_key, is_over_limit

from . import cookies, presentation, selectors, services
from .answers import asked_questions, asked_sections, page_questions, relevant_answers
from .errors import SurveyClosed
from .forms import ConsentForm, SectionForm
from .models import Draft, QuestionnaireVersion, Response, Survey
from .questionnaire import Section
from .tokens import receipt_code

HOUR = 3600
STARTS_AN_HOUR = 600
"""From one address: a hall of several hundred people, or many phones behind one address of their network."""
SAVES_AN_HOUR = 300
"""Of one draft, which is one person."""

View = Callable[..., HttpResponse]


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def index(request: HttpRequest) -> HttpResponse:
    """The survey that is open; a list only where there are several."""
    services.forget_old_drafts()
    surveys = list(Survey.objects.open_at(timezone.now()))
    if len(surveys) == 1:
        return _consent(request, surveys[0])
    if request.method == "POST":
        raise Http404
    finished = Survey.objects.published().filter(results_public=True).exclude(pk__in=[s.pk for s in surveys])
    return render(request, "stakeholder_survey/survey_list.html", {"surveys": surveys, "finished": finished})


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def consent(request: HttpRequest, code: str) -> HttpResponse:
    services.forget_old_drafts()
    return _consent(request, get_object_or_404(Survey.objects.published(), code=code))


def _consent(request: HttpRequest, survey: Survey) -> HttpResponse:
    """What the survey is about and what becomes of the answers; nothing is asked before consent."""
    version = selectors.current_version(survey)
    if not survey.is_open_at(timezone.now()):
        return _closed(request, survey)
    form = ConsentForm(request.POST if request.method == "POST" else None)
    draft = selectors.find_draft(survey, cookies.draft_token(request, survey))
    if request.method == "POST" and form.is_valid():
        if is_over_limit(scope="survey-start", key=client_key(request), limit=STARTS_AN_HOUR, seconds=HOUR):
            return _too_many(request, survey)
        token = services.start_draft(version=version, instead_of=draft)
        response = redirect("stakeholder_survey:section", survey.code, version.questionnaire.sections[0].code)
        cookies.remember_draft(request, response, survey, token)
        return response
    context = {**_frame(survey, version), "form": form, "draft": draft}
    return render(request, "stakeholder_survey/consent.html", context, status=_status(form))


def with_draft(view: View) -> View:
    """Hand the visitor's draft to a view; without one, consent comes first."""

    @never_cache
    @functools.wraps(view)
    def wrapped(request: HttpRequest, code: str, **arguments: str) -> HttpResponse:
        survey = get_object_or_404(Survey.objects.published(), code=code)
        draft = selectors.find_draft(survey, cookies.draft_token(request, survey))
        if draft is None:
            return _without_draft(request, survey)
        if not services.takes_answers(survey=survey, moment=timezone.now()):
            return _closed(request, survey)
        return view(request, draft, **arguments)

    return wrapped


@require_http_methods(["GET", "HEAD", "POST"])
@with_draft
def section(request: HttpRequest, draft: Draft, section: str) -> HttpResponse:
    """One section of questions. Its answers are kept on the server before the next one comes."""
    questionnaire = draft.version.questionnaire
    here = questionnaire.section(section)
    if here is None:
        raise Http404
    answers = relevant_answers(questionnaire, draft.answers)
    if here not in asked_sections(questionnaire, answers):
        return _go(draft, _neighbour(draft, here, 1))
    if request.method != "POST":
        form = _section_form(request, draft, here)
        return _section_page(request, draft, here, form)
    if is_over_limit(scope="survey-save", key=draft.key, limit=SAVES_AN_HOUR, seconds=HOUR):
        return _too_many(request, draft.version.survey)
    return _save_section(request, draft, here)


def _save_section(request: HttpRequest, draft: Draft, here: Section) -> HttpResponse:
    form = _section_form(request, draft, here)
    form.is_valid()
    draft.answers, faults = services.save_section(draft=draft, section=here, raw=form.cleaned_data)
    if "back" in request.POST:
        return _go(draft, _neighbour(draft, here, -1))
    form.add_faults(faults)
    if faults:
        return _section_page(request, draft, here, form)
    return _go(draft, _neighbour(draft, here, 1))


@require_http_methods(["GET", "HEAD", "POST"])
@with_draft
def review(request: HttpRequest, draft: Draft) -> HttpResponse:
    """All answers once more, and the button that sends them."""
    survey, questionnaire = draft.version.survey, draft.version.questionnaire
    answers = relevant_answers(questionnaire, draft.answers)
    open_questions = [
        (part, question)
        for part, question in asked_questions(questionnaire, answers)
        if question.required and question.code not in answers
    ]
    if request.method == "POST" and not open_questions:
        if is_over_limit(scope="survey-send", key=client_key(request), limit=STARTS_AN_HOUR, seconds=HOUR):
            return _too_many(request, survey)
        return _send(request, draft)
    context = {
        **_frame(survey, draft.version),
        "draft": draft,
        "sections": presentation.given_answers(questionnaire, answers, get_language() or "ar"),
        "open_questions": presentation.labelled(open_questions, get_language() or "ar"),
        "back": asked_sections(questionnaire, answers)[-1].code,
        "step": presentation.step(questionnaire, answers, None),
    }
    return render(
        request, "stakeholder_survey/review.html", context, status=422 if request.method == "POST" else 200
    )


def _send(request: HttpRequest, draft: Draft) -> HttpResponse:
    survey = draft.version.survey
    try:
        services.submit_draft(
            draft=draft, language=get_language() or "ar", honeypot=request.POST.get("website", "")
        )
    except SurveyClosed:
        return _closed(request, survey)
    except Draft.DoesNotExist:
        # The same page was sent twice at the same moment, and the other one was first.
        return _without_draft(request, survey)
    return _to_receipt(request, survey, draft.client_uuid)


@require_POST
@with_draft
def discard(request: HttpRequest, draft: Draft) -> HttpResponse:
    """Stop before sending: what was answered so far is deleted."""
    survey = draft.version.survey
    draft.delete()
    messages.success(request, _("Your answers have been deleted. Nothing was sent."))
    response = redirect("stakeholder_survey:consent", survey.code)
    cookies.forget_draft(response, survey)
    return response


@never_cache
@require_safe
def thanks(request: HttpRequest, code: str) -> HttpResponse:
    """The receipt, for as long as the browser holds it."""
    survey = get_object_or_404(Survey.objects.published(), code=code)
    sent = cookies.receipt_of(request, survey)
    if sent is None:
        return redirect("stakeholder_survey:consent", survey.code)
    context = {**_frame(survey, selectors.current_version(survey)), "receipt": receipt_code(sent)}
    return render(request, "stakeholder_survey/thanks.html", context)


@require_safe
def results(request: HttpRequest, code: str) -> HttpResponse:
    """How often each answer was given, for a survey whose results are public."""
    survey = get_object_or_404(Survey.objects.published(), code=code, results_public=True)
    context = {
        **_frame(survey, selectors.current_version(survey)),
        **presentation.shown_results(selectors.public_results(survey), get_language() or "ar"),
    }
    return render(request, "stakeholder_survey/results.html", context)


# --- Parts -----------------------------------------------------------------------------------


def _section_form(request: HttpRequest, draft: Draft, here: Section) -> SectionForm:
    return SectionForm(
        request.POST if request.method == "POST" else None,
        questions=page_questions(here, relevant_answers(draft.version.questionnaire, draft.answers)),
        language=get_language() or "ar",
        answers=draft.answers,
        places=selectors.places_by_region,
    )


def _section_page(request: HttpRequest, draft: Draft, here: Section, form: SectionForm) -> HttpResponse:
    language = get_language() or "ar"
    context = {
        **_frame(draft.version.survey, draft.version),
        "form": form,
        "section": here,
        "section_title": here.title.text(language),
        "questions": presentation.page_questions(form, language),
        "step": presentation.step(draft.version.questionnaire, draft.answers, here),
        "has_earlier": _neighbour(draft, here, -1) is not None,
    }
    return render(request, "stakeholder_survey/section.html", context, status=_status(form))


def _neighbour(draft: Draft, here: Section, step: int) -> Section | None:
    """The next or the former section that is asked; None beyond the last and before the first."""
    questionnaire = draft.version.questionnaire
    asked = {part.code for part in asked_sections(questionnaire, draft.answers)}
    order = list(questionnaire.sections)
    rest = order[order.index(here) + 1 :] if step > 0 else order[: order.index(here)][::-1]
    return next((part for part in rest if part.code in asked), None)


def _go(draft: Draft, part: Section | None) -> HttpResponse:
    code = draft.version.survey.code
    if part is None:
        return redirect("stakeholder_survey:review", code)
    return redirect("stakeholder_survey:section", code, part.code)


def _without_draft(request: HttpRequest, survey: Survey) -> HttpResponse:
    """What was sent already leads to its receipt, whoever presses the button twice; else consent comes first."""
    try:
        sent = UUID(request.POST.get("submission", ""))
    except ValueError:
        return redirect("stakeholder_survey:consent", survey.code)
    if Response.objects.filter(client_uuid=sent, version__survey=survey).exists():
        return _to_receipt(request, survey, sent)
    return redirect("stakeholder_survey:consent", survey.code)


def _to_receipt(request: HttpRequest, survey: Survey, sent: UUID) -> HttpResponse:
    response = redirect("stakeholder_survey:thanks", survey.code)
    cookies.forget_draft(response, survey)
    cookies.give_receipt(request, response, survey, sent)
    return response


def _closed(request: HttpRequest, survey: Survey) -> HttpResponse:
    context = {**_frame(survey, selectors.current_version(survey)), "moment": timezone.now()}
    return render(request, "stakeholder_survey/closed.html", context, status=410)


def _too_many(request: HttpRequest, survey: Survey) -> HttpResponse:
    context = _frame(survey, selectors.current_version(survey))
    response = render(request, "stakeholder_survey/slow_down.html", context, status=429)
    response.headers["Retry-After"] = str(HOUR)
    return response


def _frame(survey: Survey, version: QuestionnaireVersion) -> dict[str, Any]:
    """What every page shows of its survey."""
    language = get_language() or "ar"
    questionnaire = version.questionnaire
    return {
        "survey": survey,
        "title": questionnaire.title.text(language),
        "intro": questionnaire.intro.text(language),
        "consent_text": questionnaire.consent.text(language),
    }


def _status(form: Any) -> int:
    return 422 if form.is_bound and form.errors else 200
