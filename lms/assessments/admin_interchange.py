"""Files of questions in the administration: choose one, read what it would do, confirm; and export a bank."""

from uuid import UUID

from django.contrib.auth.decorators import permission_required
from django.core.exceptions import PermissionDenied
from django.db.models import Count, Q
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST
from wagtail.admin import messages

from lms.people.requests import SignedInRequest

from .forms_interchange import FORMAT_NAMES, ConfirmImportForm, ExportForm, QuestionFileForm
from .interchange.model import InterchangeError
from .interchange_messages import loss_text, problem_text, where_text
from .interchange_report import assumption, kind_name, outcome_labels, outcome_notes
from .models import QuestionBank, QuestionImport
from .services.interchange import (
    CREATED,
    RETAGGED,
    REVISED,
    ImportOutcome,
    export_questions,
    import_questions,
)
from .services.staging import confirm_questions, stage_questions, staged_reading

SHOWN = 300
_FILE_NAMES = {
    "gift": "{}.gift",
    "moodle": "{}.xml",
    "qti": "{}-qti3.zip",
    "qti22": "{}-qti22.zip",
    "csv": "{}.csv",
}
_MEDIA = {"gift": "text/plain; charset=utf-8", "moodle": "application/xml", "csv": "text/csv; charset=utf-8"}


@require_http_methods(["GET", "HEAD", "POST"])
def start(request: SignedInRequest) -> HttpResponse:
    """Where files are uploaded and banks are downloaded, each for those who may."""
    may_import = request.user.has_perm("assessments.import_questions")
    may_export = request.user.has_perm("assessments.export_questions")
    if not (may_import or may_export) or (request.method == "POST" and not may_import):
        raise PermissionDenied
    form = QuestionFileForm(request.POST or None, request.FILES or None)
    problems: list[str] = []
    if request.method == "POST" and form.is_valid():
        file = form.cleaned_data["file"]
        try:
            staged = stage_questions(
                file_name=file.name,
                content=file.read(),
                bank=form.cleaned_data["bank"],
                actor=request.user,
                format_name=form.cleaned_data["format"],
                language=form.cleaned_data["language"] or None,
            )
        except InterchangeError as error:
            problems = [problem_text(one) for one in error.problems]
        else:
            return redirect("assessments_question_file", public_id=staged.public_id)
    context = {
        "form": form if may_import else None,
        "problems": problems,
        "banks": _banks() if may_export else None,
        "formats": FORMAT_NAMES.items(),
        "page_title": _("Question files"),
        "header_icon": "doc-full-inverse",
    }
    status = 422 if form.is_bound else 200
    return TemplateResponse(request, "assessments/admin/question_files.html", context, status=status)


@permission_required("assessments.import_questions", raise_exception=True)
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def review(request: SignedInRequest, public_id: UUID) -> HttpResponse:
    """The dry run of a file, and its import for good. A file is only for whoever uploaded it."""
    staged = get_object_or_404(
        QuestionImport.objects.select_related("bank"), public_id=public_id, uploaded_by=request.user
    )
    may_publish = request.user.has_perm("assessments.publish_questionversion")
    form = ConfirmImportForm(request.POST or None)
    context = {
        "staged": staged,
        "format_name": FORMAT_NAMES.get(staged.format, staged.format),
        "form": form if may_publish else None,
        "page_title": _("Question files"),
        "header_icon": "doc-full-inverse",
    }
    if staged.imported_at is not None:
        return TemplateResponse(request, "assessments/admin/question_file.html", context)
    try:
        if request.method == "POST":
            is_publishing = may_publish and form.is_valid() and form.cleaned_data["publish"]
            confirm_questions(staged=staged, actor=request.user, publish=is_publishing)
            messages.success(request, _("The questions have been imported."))
            return redirect("assessments_question_file", public_id=staged.public_id)
        context |= _dry_run(staged)
    except InterchangeError as error:
        context["problems"] = [problem_text(one) for one in error.problems]
    return TemplateResponse(request, "assessments/admin/question_file.html", context)


@require_POST
@permission_required("assessments.export_questions", raise_exception=True)
def export(request: SignedInRequest, bank_id: UUID) -> HttpResponse:
    """A bank as a file, with its answers; who took it is on record."""
    bank = get_object_or_404(QuestionBank, public_id=bank_id)
    form = ExportForm(request.POST)
    if not form.is_valid():
        return HttpResponse(status=400)
    name = form.cleaned_data["format"]
    try:
        writing = export_questions(bank=bank, format_name=name, actor=request.user)
    except InterchangeError as error:
        messages.error(request, problem_text(error.problems[0]))
        return redirect("assessments_question_files")
    safe = "".join(c if c.isascii() and (c.isalnum() or c in "-_") else "-" for c in bank.code)
    return HttpResponse(
        writing.data,
        content_type=_MEDIA.get(name, "application/zip"),
        headers={
            "Content-Disposition": f'attachment; filename="{_FILE_NAMES[name].format(safe)}"',
            "Cache-Control": "no-store",
        },
    )


def _banks() -> list[QuestionBank]:
    published = Q(questions__is_retired=False, questions__versions__published_at__isnull=False)
    return list(
        QuestionBank.objects.annotate(asked=Count("questions", filter=published, distinct=True)).order_by(
            "code"
        )
    )


def _dry_run(staged: QuestionImport) -> dict[str, object]:
    reading = staged_reading(staged)
    report = import_questions(reading=reading, bank_code=staged.bank.code, dry_run=True)
    noted = [(one, notes) for one in report.outcomes if (notes := outcome_notes(one))]
    return {
        "report": report,
        "kinds": [(kind_name(kind), count) for kind, count in reading.counts.items()],
        "labels": outcome_labels(report),
        "assumptions": [assumption(name, count) for name, count in report.assumed.items()],
        "noted": [
            {
                "where": where_text(one.item.where),
                "code": one.code,
                "name": one.item.name,
                "kind": kind_name(one.item.content.kind),
                "notes": notes,
            }
            for one, notes in noted[:SHOWN]
        ],
        "hidden": max(0, len(noted) - SHOWN),
        "left": [
            {
                "where": where_text(one.where),
                "name": one.name,
                "kind": one.kind,
                "reason": loss_text(one.loss),
            }
            for one in reading.left[:SHOWN]
        ],
        "has_changes": _has_changes(report),
    }


def _has_changes(report: ImportOutcome) -> bool:
    return any(one.outcome in (CREATED, REVISED, RETAGGED) for one in report.outcomes)
