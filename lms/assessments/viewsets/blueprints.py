"""Blueprints, with what the bank has for each row beside it."""

from typing import Any

from django.db.models import QuerySet, Sum
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy, pgettext_lazy
from wagtail.admin.panels import FieldPanel, FieldRowPanel, InlinePanel, ObjectList
from wagtail.admin.ui.tables import Column
from wagtail.admin.views import generic
from wagtail.admin.viewsets.model import ModelViewSet

from lms.assessments.blueprint_forms import BlueprintForm
from lms.assessments.models import Blueprint
from lms.assessments.selectors.pools import blueprint_supply
from lms.common.lists import RelatedIndexView


class BlueprintIndexView(RelatedIndexView):
    related = ("bank",)

    def get_base_queryset(self) -> QuerySet[Blueprint]:
        blueprints: QuerySet[Blueprint] = super().get_base_queryset()
        return blueprints.annotate(total=Sum("cells__count"))


class BlueprintInspectView(generic.InspectView):
    """The rows, and whether the bank can fill them now."""

    template_name = "assessments/admin/blueprint_inspect.html"

    @cached_property
    def supply(self) -> Any:
        return blueprint_supply(self.object)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        total = sum(one.row.count for one in self.supply)
        return dict(super().get_context_data(supply=self.supply, total=total, **kwargs))


class BlueprintViewSet(ModelViewSet):
    model = Blueprint
    icon = "table"
    index_view_class = BlueprintIndexView
    inspect_view_class = BlueprintInspectView
    inspect_view_enabled = True
    inspect_view_fields = ["code", "name_ar", "name_en", "bank"]
    copy_view_enabled = False
    add_to_reference_index = False
    list_filter = ["bank"]
    list_display = [
        "code",
        "name_ar",
        Column("bank", label=gettext_lazy("question bank")),
        Column("total", label=gettext_lazy("questions")),
    ]
    panels = [
        FieldRowPanel([FieldPanel("code"), FieldPanel("bank")]),
        FieldRowPanel([FieldPanel("name_ar"), FieldPanel("name_en")]),
        InlinePanel(
            "cells",
            panels=[
                FieldRowPanel([FieldPanel("area"), FieldPanel("objective")]),
                FieldRowPanel([FieldPanel("difficulty"), FieldPanel("count")]),
            ],
            heading=pgettext_lazy("blueprint", "Rows"),
            label=gettext_lazy("Row"),
            help_text=gettext_lazy(
                "So many questions of this area, objective and difficulty. What is left blank may be any. "
                "No question may count in two rows."
            ),
            min_num=1,
            max_num=60,
        ),
    ]

    def get_edit_handler(self) -> Any:
        return ObjectList(self.panels, base_form_class=BlueprintForm).bind_to_model(self.model)
