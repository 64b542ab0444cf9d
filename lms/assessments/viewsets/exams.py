"""The screens of exams, and of attempts, which staff may only look at."""

from typing import Any

import django_filters
from django.db.models import QuerySet
from django.http import HttpRequest
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.html import format_html_join
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from wagtail.admin.filters import WagtailFilterSet
from wagtail.admin.panels import FieldPanel, FieldRowPanel, MultiFieldPanel, ObjectList
from wagtail.admin.ui.tables import BooleanColumn, Column
from wagtail.admin.views import generic
from wagtail.admin.viewsets.model import ModelViewSet
from wagtail.admin.widgets.button import Button

from lms.assessments import item_views
from lms.assessments.desk import regrades, results
from lms.assessments.enums import AttemptState
from lms.assessments.forms import ExamForm
from lms.assessments.models import Attempt, Exam
from lms.assessments.selectors import visible_attempts
from lms.cascade.models import Cohort
from lms.common.lists import RelatedIndexView
from lms.common.permissions import ViewOnlyPolicy
from lms.common.spreadsheets import SafeSpreadsheetMixin
from lms.people.models import User

from .columns import MomentColumn, moment_text, yes_or_no


def exam_buttons(user: Any, exam: Exam) -> list[Button]:
    """What leads from an exam to what became of it, as far as the user may go."""
    places = (
        (results.PERMISSIONS, "assessments_results", _("Results"), "list-ul"),
        (item_views.PERMISSIONS, "assessments_item_board", _("Item analysis"), "table"),
        (regrades.PERMISSIONS, "assessments_regrade", _("Mark again"), "rotate"),
    )
    return [
        Button(label, url=reverse(name, args=[exam.public_id]), icon_name=icon, priority=25 + place)
        for place, (permissions, name, label, icon) in enumerate(places)
        if user.has_perms(permissions)
    ]


class ExamIndexView(RelatedIndexView):
    related = ("course",)

    def get_list_more_buttons(self, instance: Exam) -> list[Any]:
        return [*super().get_list_more_buttons(instance), *exam_buttons(self.request.user, instance)]


class ExamInspectView(generic.InspectView):
    @cached_property
    def header_more_buttons(self) -> list[Any]:
        return [*super().header_more_buttons, *exam_buttons(self.request.user, self.object)]


class ExamEditView(generic.EditView):
    @cached_property
    def header_more_buttons(self) -> list[Any]:
        return [*super().header_more_buttons, *exam_buttons(self.request.user, self.object)]


class ExamViewSet(ModelViewSet):
    model = Exam
    icon = "clipboard-list"
    index_view_class = ExamIndexView
    edit_view_class = ExamEditView
    inspect_view_class = ExamInspectView
    copy_view_enabled = False
    inspect_view_enabled = True
    add_to_reference_index = False
    list_display = [
        "code",
        "name_ar",
        Column("course", label=gettext_lazy("course")),
        "question_count",
        MomentColumn("opens_at", label=gettext_lazy("opens"), sort_key="opens_at"),
        MomentColumn("closes_at", label=gettext_lazy("closes"), sort_key="closes_at"),
    ]
    list_filter = ["course", "bank"]
    panels = [
        FieldRowPanel([FieldPanel("code"), FieldPanel("course")]),
        FieldRowPanel([FieldPanel("name_ar"), FieldPanel("name_en")]),
        FieldRowPanel([FieldPanel("bank"), FieldPanel("blueprint")]),
        FieldPanel("question_count"),
        MultiFieldPanel(
            [
                FieldRowPanel([FieldPanel("opens_at"), FieldPanel("closes_at")]),
                FieldRowPanel([FieldPanel("duration_minutes"), FieldPanel("grace_seconds")]),
                FieldPanel("hard_close"),
            ],
            heading=gettext_lazy("Time"),
        ),
        MultiFieldPanel(
            [
                FieldRowPanel([FieldPanel("max_attempts"), FieldPanel("cool_off_hours")]),
                FieldRowPanel([FieldPanel("pass_percent"), FieldPanel("feedback")]),
            ],
            heading=gettext_lazy("Attempts and results"),
        ),
        MultiFieldPanel(
            [
                FieldRowPanel([FieldPanel("release"), FieldPanel("appeal_days")]),
                FieldPanel("moderates_near_cut"),
                FieldPanel("marker_difference_percent"),
            ],
            heading=gettext_lazy("Marking and release"),
        ),
    ]

    def get_edit_handler(self) -> Any:
        return ObjectList(self.panels, base_form_class=ExamForm).bind_to_model(self.model)


def cohorts_to_filter(request: HttpRequest) -> QuerySet[Cohort]:
    """The cohorts whose attempts the user may see."""
    cohorts = Cohort.objects.select_related("municipality")
    if request.user.has_perm("assessments.view_every_attempt"):
        return cohorts
    return cohorts.filter(trainer=request.user.pk)


class AttemptFilterSet(WagtailFilterSet):
    state = django_filters.MultipleChoiceFilter(choices=AttemptState.choices, label=gettext_lazy("State"))
    cohort = django_filters.ModelChoiceFilter(
        field_name="learner__enrolments__cohort", queryset=cohorts_to_filter, label=gettext_lazy("Cohort")
    )

    class Meta:
        model = Attempt
        fields = ["exam", "is_passed"]


class AttemptIndexView(SafeSpreadsheetMixin, generic.IndexView):
    def get_base_queryset(self) -> QuerySet[Attempt]:
        return visible_attempts(self.request.user)

    def search_queryset(self, queryset: QuerySet[Attempt]) -> QuerySet[Attempt]:
        if not self.is_searching:
            return queryset
        return queryset.filter(learner__in=User.objects.search_name(self.search_query))


class AttemptInspectView(generic.InspectView):
    def get_object(self, queryset: QuerySet[Attempt] | None = None) -> Attempt:
        return get_object_or_404(visible_attempts(self.request.user), pk=self.pk)

    def get_field_label(self, field_name: str, field: Any) -> str:
        return _("History") if field_name == "events" else str(super().get_field_label(field_name, field))

    def get_started_at_display_value(self) -> str:
        return moment_text(self.object.started_at)

    def get_deadline_display_value(self) -> str:
        return moment_text(self.object.deadline)

    def get_submitted_at_display_value(self) -> str:
        return moment_text(self.object.submitted_at)

    def get_is_passed_display_value(self) -> str:
        return yes_or_no(self.object.is_passed)

    def get_events_display_value(self) -> str:
        rows = (
            (moment_text(event.at), event.get_to_state_display(), event.actor or "", event.reason)
            for event in self.object.events.select_related("actor")
        )
        return format_html_join("", "<div>{} · {} {} {}</div>", rows)


class AttemptViewSet(ModelViewSet):
    model = Attempt
    icon = "tasks"
    permission_policy = ViewOnlyPolicy(Attempt)
    index_view_class = AttemptIndexView
    inspect_view_class = AttemptInspectView
    inspect_view_enabled = True
    copy_view_enabled = False
    add_to_reference_index = False
    filterset_class = AttemptFilterSet
    ordering = ["-created_at"]
    search_fields = ["learner__name_ar"]
    search_backend_name = None
    form_fields: list[str] = []
    list_display = [
        "learner",
        Column("exam", label=gettext_lazy("exam"), sort_key="exam__code"),
        Column("number", label=gettext_lazy("attempt"), sort_key="number"),
        Column("get_state_display", label=gettext_lazy("state"), sort_key="state"),
        MomentColumn("started_at", label=gettext_lazy("started"), sort_key="started_at"),
        Column("marks", label=gettext_lazy("marks"), sort_key="marks"),
        BooleanColumn("is_passed", label=gettext_lazy("passed"), sort_key="is_passed"),
    ]
    list_export = [
        "public_id",
        "exam.code",
        "learner.name_ar",
        "learner.name_en",
        "number",
        "state",
        "started_at",
        "submitted_at",
        "marks",
        "max_marks",
        "is_passed",
    ]
    inspect_view_fields = [
        "exam",
        "learner",
        "number",
        "state",
        "started_at",
        "deadline",
        "submitted_at",
        "marks",
        "max_marks",
        "pass_percent",
        "is_passed",
        "public_id",
        "events",
    ]
