"""The administration's screens: surveys with their questionnaires and live counts, and the responses."""

from functools import cached_property
from typing import Any

import django_filters
from django.db.models import Count, QuerySet
from django.urls import reverse
from django.utils.translation import get_language, gettext
from django.utils.translation import gettext_lazy as _
from wagtail.admin.filters import DateRangePickerWidget, WagtailFilterSet
from wagtail.admin.forms import WagtailAdminModelForm
from wagtail.admin.ui.tables import Column, DateColumn, TitleColumn
from wagtail.admin.views import generic
from wagtail.admin.viewsets.model import ModelViewSet, ModelViewSetGroup
from wagtail.admin.widgets.button import Button

from lms.api import ViewOnlyPolicy

from . import presentation, selectors
from .models import Response, Survey
from .permissions import KeptPolicy


class SurveyForm(WagtailAdminModelForm):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.instance.pk:
            self.fields["code"].disabled = True

    class Meta:
        model = Survey
        fields = ["code", "name_ar", "name_en", "opens_at", "closes_at", "target", "results_public"]


class SurveyIndexView(generic.IndexView):
    def get_base_queryset(self) -> QuerySet[Survey]:
        return super().get_base_queryset().annotate(received=Count("versions__responses"))


class SurveyOverview(generic.InspectView):
    """Live counts, questionnaires and what to do next."""

    template_name = "stakeholder_survey/admin/survey.html"
    page_title = _("Overview")

    @cached_property
    def header_more_buttons(self) -> list[Button]:
        survey = self.object
        page = Button(
            gettext("Open as the public sees it"),
            url=reverse("stakeholder_survey:consent", args=[survey.code]),
            icon_name="view",
        )
        return [*super().header_more_buttons, page]

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        survey = self.object
        return super().get_context_data(
            survey=survey,
            progress=selectors.progress(survey),
            versions=survey.versions.select_related("published_by").annotate(received=Count("responses")),
            may_add=self.request.user.has_perm("stakeholder_survey.add_questionnaireversion"),
            may_see=self.request.user.has_perm("stakeholder_survey.view_response"),
            **kwargs,
        )


class SurveyViewSet(ModelViewSet):
    model = Survey
    name = "stakeholder_surveys"
    icon = "clipboard-list"
    menu_label = _("Surveys")
    permission_policy = KeptPolicy(Survey)
    copy_view_enabled = False
    inspect_view_enabled = True
    list_display = [
        TitleColumn("name", label=_("Survey"), url_name="stakeholder_surveys:inspect"),
        Column("code", label=_("Survey code")),
        DateColumn("opens_at", label=_("Opens")),
        DateColumn("closes_at", label=_("Closes")),
        Column("received", label=_("Responses")),
    ]
    index_view_class = SurveyIndexView
    inspect_view_class = SurveyOverview

    def get_form_class(self, for_update: bool = False) -> type[SurveyForm]:
        return SurveyForm


class ResponseFilterSet(WagtailFilterSet):
    submitted_at = django_filters.DateFromToRangeFilter(label=_("Sent on"), widget=DateRangePickerWidget)
    flagged = django_filters.ChoiceFilter(
        label=_("Flagged"), choices=[("yes", _("Flagged")), ("no", _("Not flagged"))], method="filter_flagged"
    )

    class Meta:
        model = Response
        fields = ["version", "population", "region", "municipality", "language", "mode"]

    def filter_flagged(self, responses: QuerySet[Response], name: str, value: str) -> QuerySet[Response]:
        return responses.exclude(flags=[]) if value == "yes" else responses.filter(flags=[])


class ResponseIndexView(generic.IndexView):
    def get_base_queryset(self) -> QuerySet[Response]:
        rows = super().get_base_queryset().select_related("version__survey", "region", "municipality")
        return rows.defer("answers", "version__content")


class ResponseView(generic.InspectView):
    """One respondent's answers in words. There is nothing here that says who it was."""

    template_name = "stakeholder_survey/admin/response.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        response: Response = self.object
        given = presentation.given_answers(
            response.version.questionnaire, response.answers, get_language() or "ar"
        )
        return super().get_context_data(response=response, sections=given, **kwargs)


class ResponseViewSet(ModelViewSet):
    model = Response
    name = "stakeholder_responses"
    icon = "list-ul"
    menu_label = _("Responses")
    permission_policy = ViewOnlyPolicy(Response)
    copy_view_enabled = False
    add_to_reference_index = False
    inspect_view_enabled = True
    index_view_class = ResponseIndexView
    inspect_view_class = ResponseView
    filterset_class = ResponseFilterSet
    list_per_page = 50
    ordering = ["-submitted_at", "-pk"]
    form_fields: list[str] = []
    list_display = [
        TitleColumn(
            "sent_on", label=_("Sent on"), url_name="stakeholder_responses:inspect", sort_key="submitted_at"
        ),
        Column("population", label=_("Population"), accessor="get_population_display"),
        Column("region", label=_("Region")),
        Column("municipality", label=_("Municipality")),
        Column("language", label=_("Language"), accessor="get_language_display"),
        Column("mode", label=_("Mode"), accessor="get_mode_display"),
        Column("flags", label=_("Flags"), accessor=lambda response: " · ".join(response.flag_labels())),
    ]


class SurveyGroup(ModelViewSetGroup):
    menu_label = _("Survey")
    menu_icon = "clipboard-list"
    menu_order = 460
    items = (SurveyViewSet, ResponseViewSet)
