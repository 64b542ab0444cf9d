"""Scenarios: the story, its questions, and publishing a new wording to all of them at once."""

from typing import Any

from django.db.models import Count, Q, QuerySet
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from wagtail.admin import messages
from wagtail.admin.panels import FieldPanel, FieldRowPanel, MultiFieldPanel, ObjectList
from wagtail.admin.ui.tables import Column
from wagtail.admin.views import generic
from wagtail.admin.viewsets.model import ModelViewSet
from wagtail.models import ReferenceIndex

from lms.assessments.errors import QuestionIncompleteError
from lms.assessments.forms import BelongsToBankForm
from lms.assessments.models import Scenario, Stimulus
from lms.assessments.services.bank import publish_scenario
from lms.common.lists import RelatedIndexView

from .panels import both, image_panel


class ScenarioIndexView(RelatedIndexView):
    related = ("bank",)

    def get_base_queryset(self) -> QuerySet[Scenario]:
        scenarios: QuerySet[Scenario] = super().get_base_queryset()
        return scenarios.annotate(asked=Count("questions", filter=Q(questions__is_retired=False)))


class ScenarioEditView(generic.EditView):
    """Write the story. A new wording reaches exams when the questions are published again with it."""

    actions = ["edit", "publish"]
    template_name = "assessments/admin/scenario_edit.html"

    @property
    def can_publish(self) -> bool:
        return bool(self.request.user.has_perm("assessments.publish_questionversion"))

    def form_valid(self, form: Any) -> HttpResponse:
        response: HttpResponse = super().form_valid(form)
        if self.action != "publish" or not self.can_publish:
            return response
        try:
            versions = publish_scenario(scenario=self.object, actor=self.request.user)
        except QuestionIncompleteError as refusal:
            messages.error(self.request, _("The scenario is saved but not published."))
            for reason in refusal.reasons:
                messages.error(self.request, reason)
            return redirect(self.get_edit_url())
        told = ngettext(
            "%(n)s question has been published with this text.",
            "%(n)s questions have been published with this text.",
            len(versions),
        )
        messages.success(self.request, told % {"n": len(versions)})
        return response

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        questions = self.object.questions.order_by("scenario_order", "code")
        return dict(super().get_context_data(can_publish=self.can_publish, questions=questions, **kwargs))


class ScenarioViewSet(ModelViewSet):
    model = Scenario
    icon = "doc-full"
    index_view_class = ScenarioIndexView
    edit_view_class = ScenarioEditView
    copy_view_enabled = False
    # So that an image of a question cannot be deleted by mistake.
    add_to_reference_index = True
    ordering = ["bank__code", "code"]
    list_filter = ["bank"]
    list_display = [
        "code",
        "text_ar",
        Column("bank", label=gettext_lazy("question bank")),
        Column("asked", label=gettext_lazy("questions")),
    ]
    panels = [
        FieldRowPanel([FieldPanel("bank"), FieldPanel("code")]),
        MultiFieldPanel([both("text")], heading=gettext_lazy("The case")),
        image_panel(is_collapsed=True),
    ]

    def on_register(self) -> None:
        super().on_register()
        ReferenceIndex.register_model(Stimulus)

    def get_edit_handler(self) -> Any:
        return ObjectList(self.panels, base_form_class=BelongsToBankForm).bind_to_model(self.model)
