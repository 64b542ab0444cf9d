"""Moderation: the list of results that somebody must look at, and the page of one."""

from decimal import Decimal
from typing import Any
from uuid import UUID

import django_filters
from django.contrib.auth.decorators import permission_required
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods
from wagtail.admin import messages
from wagtail.admin.filters import WagtailFilterSet
from wagtail.admin.ui.tables import Column, TitleColumn
from wagtail.admin.viewsets.model import ModelViewSet

from lms.assessments.errors import AssessmentError
from lms.assessments.models import Attempt, Moderation
from lms.assessments.selectors.moderation import ModeratedQuestion, moderated_questions
from lms.assessments.services.moderation import decide_case, why_not_decide
from lms.assessments.viewsets.columns import MomentColumn
from lms.common.lists import RelatedIndexView
from lms.common.permissions import ViewOnlyPolicy
from lms.people.requests import SignedInRequest

from .forms import CaseForm
from .pages import crumbs, short_name

PERMISSION = "assessments.moderate_result"
MENU_HOOK = "register_marking_menu_item"


class ModerationFilterSet(WagtailFilterSet):
    is_open = django_filters.BooleanFilter(
        field_name="closed_at", lookup_expr="isnull", label=gettext_lazy("Waits for a decision")
    )

    class Meta:
        model = Moderation
        fields = ["attempt__exam", "cause"]


class ModerationIndexView(RelatedIndexView):
    related = ("attempt__exam", "moderator")


def case_page(case: Moderation) -> str:
    return reverse("assessments_case", args=[case.public_id])


class ModerationViewSet(ModelViewSet):
    model = Moderation
    icon = "view"
    menu_label = gettext_lazy("Moderation")
    menu_hook = MENU_HOOK
    menu_order = 20
    permission_policy = ViewOnlyPolicy(Moderation)
    index_view_class = ModerationIndexView
    filterset_class = ModerationFilterSet
    copy_view_enabled = False
    add_to_reference_index = False
    form_fields: list[str] = []
    ordering = ["closed_at", "opened_at"]
    list_display = [
        TitleColumn(
            "attempt",
            label=gettext_lazy("attempt"),
            accessor=lambda case: short_name(case.attempt),
            get_url=case_page,
        ),
        Column("exam", label=gettext_lazy("exam"), accessor="attempt.exam"),
        Column("get_cause_display", label=gettext_lazy("cause"), sort_key="cause"),
        MomentColumn("opened_at", label=gettext_lazy("opened"), sort_key="opened_at"),
        Column("get_outcome_display", label=gettext_lazy("outcome"), sort_key="outcome"),
        Column("moderator", label=gettext_lazy("decided by")),
    ]


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@permission_required(PERMISSION, raise_exception=True)
def case(request: SignedInRequest, case_id: UUID) -> HttpResponse:
    """One result with all its answers: confirmed, settled or changed, with a reason."""
    cases = Moderation.objects.select_related("attempt__exam", "moderator")
    found = get_object_or_404(cases, public_id=case_id)
    attempt = found.attempt
    refusal = why_not_decide(attempt=attempt, person=request.user)
    if refusal:
        return _page(request, found, {"refusal": refusal}, status=409)
    questions = moderated_questions(attempt)
    form = CaseForm(request.POST or None, most=marks_to_give(questions))
    if request.method == "POST" and found.closed_at is None and form.is_valid():
        try:
            decide_case(
                case_id=case_id,
                moderator=request.user,
                marks=form.marks(),
                reason=form.cleaned_data["reason"],
            )
        except AssessmentError as refused:
            form.add_error(None, str(refused))
        else:
            messages.success(request, _("Your decision is recorded."))
            return redirect("moderations:index")
    context = {"rows": with_fields(questions, form), "form": form}
    return _page(request, found, context, status=422 if form.is_bound else 200)


def marks_to_give(questions: list[ModeratedQuestion]) -> dict[int, Decimal]:
    """The questions whose marks can be changed, with the most that each can earn."""
    return {one.slot.position: one.slot.max_marks for one in questions if not one.slot.is_dropped}


def with_fields(questions: list[ModeratedQuestion], form: Any) -> list[tuple[ModeratedQuestion, Any]]:
    """Each question with its field; those without marks, and those with less than all, come first."""
    order = sorted(questions, key=lambda one: (not one.needs_marks, one.is_whole, one.slot.position))
    names = {f"q{position}" for position in form.positions}
    return [(one, form[name] if (name := f"q{one.slot.position}") in names else None) for one in order]


def _page(request: SignedInRequest, found: Moderation, context: dict[str, Any], status: int) -> HttpResponse:
    name = short_name(found.attempt)
    context |= {
        "case": found,
        "attempt": found.attempt,
        "needed": needed_marks(found.attempt),
        "breadcrumbs_items": crumbs(name, (_("Moderation"), "moderations:index")),
        "header_title": name,
        "header_icon": "view",
    }
    return TemplateResponse(request, "assessments/admin/moderation_case.html", context, status=status)


def needed_marks(attempt: Attempt) -> Decimal:
    """The marks with which the attempt would just pass."""
    return (attempt.max_marks or Decimal(0)) * attempt.pass_percent / 100
