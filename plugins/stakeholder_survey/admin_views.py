"""The administration's steps: adding a questionnaire from a file, reading it, publishing it."""

from typing import Any

from django import forms
from django.contrib.auth.decorators import permission_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods
from wagtail.admin import messages

from .errors import NotPublishable
from .files import read_file
from .models import QuestionnaireVersion, Survey
from .questionnaire import Questionnaire
from .reading import QuestionnaireError
from .services import add_version, publish_version
from .wording import problem_sentence

MAX_FILE = 512 * 1024


class QuestionnaireFileForm(forms.Form):
    file = forms.FileField(
        label=gettext_lazy("Questionnaire"),
        help_text=gettext_lazy("A YAML file in UTF-8, of at most 512 kB."),
    )

    def clean_file(self) -> Questionnaire:
        """The questionnaire in the file; each of its faults is a sentence with its place."""
        file = self.cleaned_data["file"]
        if file.size > MAX_FILE:
            raise forms.ValidationError(_("The file is larger than 512 kB."))
        try:
            return read_file(file.read())
        except QuestionnaireError as error:
            raise forms.ValidationError([problem_sentence(problem) for problem in error.problems]) from error


@permission_required("stakeholder_survey.add_questionnaireversion", raise_exception=True)
@require_http_methods(["GET", "HEAD", "POST"])
def add(request: HttpRequest, pk: int) -> HttpResponse:
    """Take a questionnaire from a file as the survey's draft."""
    survey = get_object_or_404(Survey, pk=pk)
    form = QuestionnaireFileForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        version = add_version(questionnaire=form.cleaned_data["file"], survey=survey)
        messages.success(request, _("The questionnaire has been added as a draft. Read it, then publish it."))
        return redirect("stakeholder_survey_questionnaire", version.pk)
    context = {
        "survey": survey,
        "form": form,
        "page_title": _("Add a questionnaire"),
        "header_icon": "upload",
    }
    status = 422 if form.is_bound and form.errors else 200
    return TemplateResponse(
        request, "stakeholder_survey/admin/questionnaire_add.html", context, status=status
    )


@permission_required("stakeholder_survey.view_questionnaireversion", raise_exception=True)
@require_http_methods(["GET", "HEAD"])
def read(request: HttpRequest, pk: int) -> HttpResponse:
    """A questionnaire in both languages, side by side."""
    version = get_object_or_404(QuestionnaireVersion.objects.select_related("survey"), pk=pk)
    return _page(request, version)


@permission_required("stakeholder_survey.publish_questionnaireversion", raise_exception=True)
@require_http_methods(["POST"])
def publish(request: HttpRequest, pk: int) -> HttpResponse:
    version = get_object_or_404(QuestionnaireVersion.objects.select_related("survey"), pk=pk)
    try:
        publish_version(version=version, actor=request.user)
    except NotPublishable as error:
        sentence = _("These questions were of another kind before; give them new codes: %(codes)s.")
        return _page(request, version, refusal=sentence % {"codes": ", ".join(error.questions)}, status=409)
    messages.success(request, _("The questionnaire is published. It can no longer be changed."))
    return redirect("stakeholder_surveys:inspect", version.survey_id)


def _page(
    request: HttpRequest, version: QuestionnaireVersion, *, status: int = 200, **extra: Any
) -> HttpResponse:
    context = {
        "version": version,
        "questionnaire": version.questionnaire,
        "may_publish": not version.is_published
        and request.user.has_perm("stakeholder_survey.publish_questionnaireversion"),
        "page_title": _("Questionnaire"),
        "header_icon": "doc-full",
        **extra,
    }
    return TemplateResponse(request, "stakeholder_survey/admin/questionnaire.html", context, status=status)
