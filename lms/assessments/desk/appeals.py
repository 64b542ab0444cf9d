"""Appeals: the list, and the page on which one is answered."""

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

from lms.assessments.enums import AppealOutcome
from lms.assessments.errors import AssessmentError
from lms.assessments.models import Appeal
from lms.assessments.selectors.moderation import moderated_questions
from lms.assessments.services.appeals import decide_appeal, why_not_decide_appeal
from lms.assessments.viewsets.columns import MomentColumn
from lms.common.lists import RelatedIndexView
from lms.common.permissions import ViewOnlyPolicy
from lms.people.requests import SignedInRequest

from .forms import AppealDecisionForm
from .moderation import MENU_HOOK, marks_to_give, needed_marks, with_fields
from .pages import crumbs, short_name

PERMISSION = "assessments.decide_appeal"


class AppealFilterSet(WagtailFilterSet):
    is_open = django_filters.BooleanFilter(
        field_name="decided_at", lookup_expr="isnull", label=gettext_lazy("Waits for a decision")
    )

    class Meta:
        model = Appeal
        fields = ["attempt__exam", "outcome"]


class AppealIndexView(RelatedIndexView):
    related = ("attempt__exam", "decided_by")


def appeal_page(appeal: Appeal) -> str:
    return reverse("assessments_appeal", args=[appeal.public_id])


class AppealViewSet(ModelViewSet):
    model = Appeal
    icon = "comment"
    menu_label = gettext_lazy("Appeals")
    menu_hook = MENU_HOOK
    menu_order = 30
    permission_policy = ViewOnlyPolicy(Appeal)
    index_view_class = AppealIndexView
    filterset_class = AppealFilterSet
    copy_view_enabled = False
    add_to_reference_index = False
    form_fields: list[str] = []
    ordering = ["decided_at", "filed_at"]
    list_display = [
        TitleColumn(
            "attempt",
            label=gettext_lazy("attempt"),
            accessor=lambda appeal: short_name(appeal.attempt),
            get_url=appeal_page,
        ),
        Column("exam", label=gettext_lazy("exam"), accessor="attempt.exam"),
        MomentColumn("filed_at", label=gettext_lazy("filed"), sort_key="filed_at"),
        Column("get_outcome_display", label=gettext_lazy("decision"), sort_key="outcome"),
        Column("decided_by", label=gettext_lazy("decided by")),
    ]


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@permission_required(PERMISSION, raise_exception=True)
def appeal(request: SignedInRequest, appeal_id: UUID) -> HttpResponse:
    """What the learner says, all answers with their marks, and the decision."""
    appeals = Appeal.objects.select_related("attempt__exam", "decided_by")
    found = get_object_or_404(appeals, public_id=appeal_id)
    if refusal := why_not_decide_appeal(attempt=found.attempt, person=request.user):
        return _page(request, found, {"refusal": refusal}, status=409)
    questions = moderated_questions(found.attempt)
    form = AppealDecisionForm(request.POST or None, most=marks_to_give(questions))
    if request.method == "POST" and found.decided_at is None and form.is_valid():
        try:
            decide_appeal(
                appeal_id=appeal_id,
                actor=request.user,
                outcome=AppealOutcome(form.cleaned_data["outcome"]),
                answer=form.cleaned_data["answer"],
                marks=form.marks(),
            )
        except AssessmentError as refused:
            form.add_error(None, str(refused))
        else:
            messages.success(request, _("The appeal is answered. The learner sees it on the result page."))
            return redirect("appeals:index")
    context = {"rows": with_fields(questions, form), "form": form}
    return _page(request, found, context, status=422 if form.is_bound else 200)


def _page(request: SignedInRequest, found: Appeal, context: dict[str, Any], status: int) -> HttpResponse:
    name = short_name(found.attempt)
    context |= {
        "appeal": found,
        "attempt": found.attempt,
        "needed": needed_marks(found.attempt),
        "breadcrumbs_items": crumbs(name, (_("Appeals"), "appeals:index")),
        "header_title": name,
        "header_icon": "comment",
    }
    return TemplateResponse(request, "assessments/admin/appeal.html", context, status=status)
