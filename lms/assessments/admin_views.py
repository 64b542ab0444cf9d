"""The steps round a question version that are neither a list nor a form."""

from uuid import UUID

from django.contrib.auth.decorators import permission_required
from django.http import HttpRequest, HttpResponse, HttpResponseBadRequest
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import translation
from django.utils.translation import gettext as _
from django.views.decorators.clickjacking import xframe_options_sameorigin
from django.views.decorators.http import require_POST, require_safe

from .enums import QuestionKind
from .models import Question, QuestionVersion
from .selectors import preview_screen
from .services.bank import open_draft


@require_POST
@permission_required("assessments.change_questionversion", raise_exception=True)
def draft(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """Open the draft of a question: the one there is, or a copy of its newest version; the first of its kind."""
    question = get_object_or_404(Question, public_id=public_id)
    actor = request.user if request.user.is_authenticated else None
    kind = request.POST.get("kind", QuestionKind.SINGLE)
    if kind not in QuestionKind.values:
        return HttpResponseBadRequest()
    return redirect("question_versions:edit", open_draft(question=question, kind=kind, actor=actor).pk)


@require_safe
@permission_required("assessments.view_questionversion", raise_exception=True)
def preview(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """A version as a phone shows it, in both languages side by side."""
    version = get_object_or_404(QuestionVersion.objects.select_related("question"), public_id=public_id)
    context = {"version": version, "languages": [("ar", _("Arabic")), ("en", _("English"))]}
    return render(request, "assessments/admin/version_preview.html", context)


@require_safe
@xframe_options_sameorigin
@permission_required("assessments.view_questionversion", raise_exception=True)
def preview_phone(request: HttpRequest, public_id: UUID, language: str) -> HttpResponse:
    """The learner's page of one version, for the frame of the preview."""
    version = get_object_or_404(QuestionVersion, public_id=public_id)
    with translation.override(language):
        context = {"screen": preview_screen(version), "explanation": version.explanation, "is_preview": True}
        return render(request, "assessments/question_preview.html", context)
