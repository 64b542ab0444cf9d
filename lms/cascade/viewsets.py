"""The cascade in the administration, through Wagtail's viewsets."""

from typing import Any

from django.core.exceptions import ValidationError
from django.db.models import Q, QuerySet
from django.http import HttpResponse
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _
from wagtail.admin.filters import WagtailFilterSet
from wagtail.admin.panels import FieldPanel, InlinePanel, ObjectList
from wagtail.admin.ui.tables import Column
from wagtail.admin.views import generic
from wagtail.admin.viewsets.base import ViewSetGroup

from lms.common.columns import DayColumn
from lms.people.invitations import invitation_url
from lms.people.models import User
from lms.people.requests import base_url

from .admin_forms import CohortAdminForm, EnrolmentAddForm, EnrolmentMoveForm, SessionAdminForm
from .invitations import Invitation, is_waiting
from .models import Cohort, Enrolment, Programme, Tier, TrainingSession
from .own_rows import SEEN, CascadeViewSet, OwnEditView, OwnIndexView
from .permissions import OwnRowsPolicy


class ProgrammeViewSet(CascadeViewSet):
    model = Programme
    icon = "clipboard-list"
    trainer_path = "tiers__cohorts__trainer"
    list_display = [
        "__str__",
        "code",
        DayColumn("starts_on", label=_("Starts on"), sort_key="starts_on"),
        DayColumn("ends_on", label=_("Ends on"), sort_key="ends_on"),
    ]
    list_export = [
        "code",
        "name_ar",
        "name_en",
        "organisation_ar",
        "organisation_en",
        "starts_on",
        "ends_on",
        "women_share_target",
    ]
    search_fields = ["name_ar", "name_en", "code"]
    form_fields = [
        "code",
        "name_ar",
        "name_en",
        "organisation_ar",
        "organisation_en",
        "starts_on",
        "ends_on",
        "municipalities_min",
        "municipalities_max",
        "women_share_target",
    ]


class TierIndexView(OwnIndexView):
    related = ("programme", "course")


class TierViewSet(CascadeViewSet):
    model = Tier
    icon = "order"
    trainer_path = "cohorts__trainer"
    index_view_class = TierIndexView
    list_display = ["__str__", "programme", "level", "course", "target"]
    list_export = ["programme", "level", "name_ar", "name_en", "course", "target"]
    list_filter = ["programme"]
    form_fields = ["programme", "level", "name_ar", "name_en", "course", "target"]


class CohortFilterSet(WagtailFilterSet):
    class Meta:
        model = Cohort
        fields = ["tier", "municipality__region", "municipality"]


class CohortIndexView(OwnIndexView):
    related = ("tier", "trainer", "municipality")
    export_headings = {"learners": _("Learners"), "women": _("Women"), "certified": _("Certified")}

    def get_base_queryset(self) -> QuerySet[Any]:
        cohorts: QuerySet[Any] = super().get_base_queryset().with_numbers()  # type: ignore[attr-defined]
        return cohorts

    def search_queryset(self, queryset: QuerySet[Any]) -> QuerySet[Any]:
        """By the cohort's name, or by its trainer's however that is spelt."""
        if not self.is_searching:
            return queryset
        text = self.search_query.strip()
        return queryset.filter(
            Q(name_ar__icontains=text)
            | Q(name_en__icontains=text)
            | Q(trainer__in=User.objects.search_name(text))
        )


class CohortViewSet(CascadeViewSet):
    model = Cohort
    icon = "group"
    trainer_path = "trainer"
    index_view_class = CohortIndexView
    filterset_class = CohortFilterSet
    list_display = [
        "__str__",
        Column("tier", label=_("Tier"), accessor="tier.name"),
        Column("trainer", label=_("Trainer"), accessor="trainer.name"),
        Column("municipality", label=_("Municipality"), accessor="municipality.name"),
        Column("learners", label=_("Learners"), sort_key="learners"),
        Column("certified", label=_("Certified"), sort_key="certified"),
        DayColumn("starts_on", label=_("Starts on"), sort_key="starts_on"),
    ]
    list_export = [
        "name_ar",
        "name_en",
        "tier",
        "trainer",
        "municipality",
        "capacity",
        "learners",
        "women",
        "certified",
        "starts_on",
        "ends_on",
    ]
    search_fields = ["name_ar", "name_en"]
    edit_handler = ObjectList(
        [
            FieldPanel(name)
            for name in (
                "tier",
                "name_ar",
                "name_en",
                "trainer",
                "municipality",
                "capacity",
                "women_share_target",
                "starts_on",
                "ends_on",
            )
        ],
        base_form_class=CohortAdminForm,
    )


class OwnCohortFilterSet(WagtailFilterSet):
    """A filter by cohort that offers only those which the reader may see."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        cohorts = OwnRowsPolicy(Cohort, "trainer")
        self.filters["cohort"].queryset = cohorts.instances_user_has_any_permission_for(
            self.request.user, SEEN
        )


class SessionFilterSet(OwnCohortFilterSet):
    class Meta:
        model = TrainingSession
        fields = ["cohort__tier", "cohort"]


class SessionIndexView(OwnIndexView):
    related = ("cohort", "trainer", "trainer_qualification")


class TrainingSessionViewSet(CascadeViewSet):
    model = TrainingSession
    icon = "date"
    trainer_path = "cohort__trainer"
    index_view_class = SessionIndexView
    filterset_class = SessionFilterSet
    list_display = [
        "title",
        Column("cohort", label=_("Cohort"), accessor="cohort.name"),
        Column("trainer", label=_("Trainer"), accessor="trainer.name"),
        "place",
        "materials_version",
    ]
    list_export = ["title", "cohort", "trainer", "trainer_qualification", "place", "materials_version"]
    search_fields = ["title", "place"]
    edit_handler = ObjectList(
        [
            FieldPanel("cohort"),
            FieldPanel("trainer"),
            FieldPanel("title"),
            FieldPanel("place"),
            FieldPanel("materials_version"),
            InlinePanel(
                "days",
                [FieldPanel("date"), FieldPanel("starts_at"), FieldPanel("ends_at")],
                label=_("Day"),
                min_num=1,
            ),
        ],
        base_form_class=SessionAdminForm,
    )


class EnrolmentFilterSet(OwnCohortFilterSet):
    class Meta:
        model = Enrolment
        fields = ["state", "tier", "cohort"]


class EnrolmentIndexView(OwnIndexView):
    related = ("learner", "cohort__trainer", "tier")
    is_searchable = True

    def search_queryset(self, queryset: QuerySet[Any]) -> QuerySet[Any]:
        if not self.is_searching:
            return queryset
        return queryset.filter(learner__in=User.objects.search_name(self.search_query))


class EnrolmentAddView(generic.CreateView):
    def save_instance(self) -> Enrolment:
        return self.form.enrol(self.request.user)  # type: ignore[no-any-return]

    def form_valid(self, form: Any) -> HttpResponse:
        try:
            return super().form_valid(form)  # type: ignore[no-any-return]
        except ValidationError as refusal:
            form.add_error(None, refusal)
            self.produced_error_message = refusal.messages[0]
            return self.form_invalid(form)  # type: ignore[no-any-return]


class EnrolmentEditView(OwnEditView):
    """The state of an enrolment, and the invitation as long as it waits for one."""

    def save_instance(self) -> Enrolment:
        return self.form.move(self.request.user)  # type: ignore[no-any-return]

    def form_valid(self, form: Any) -> HttpResponse:
        try:
            return super().form_valid(form)  # type: ignore[no-any-return]
        except ValidationError as refusal:
            form.add_error(None, refusal)
            self.produced_error_message = refusal.messages[0]
            return self.form_invalid(form)  # type: ignore[no-any-return]

    def get_page_subtitle(self) -> str:
        return str(self.object.learner.name)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context: dict[str, Any] = super().get_context_data(**kwargs)
        enrolment = self.object
        context["enrolment"] = enrolment
        if is_waiting(enrolment):
            url = invitation_url(enrolment.learner, base_url(self.request))
            context["invitation"] = Invitation(enrolment, url)
        return context


class EnrolmentViewSet(CascadeViewSet):
    model = Enrolment
    icon = "user"
    trainer_path = "cohort__trainer"
    template_prefix = "cascade/enrolment_"
    index_view_class = EnrolmentIndexView
    add_view_class = EnrolmentAddView
    edit_view_class = EnrolmentEditView
    filterset_class = EnrolmentFilterSet
    search_fields = ["learner__search_name"]
    list_display = [
        "learner",
        Column("cohort", label=_("Cohort"), accessor="cohort.name"),
        "state",
        DayColumn("invited_at", label=_("Invitation sent"), sort_key="invited_at"),
        DayColumn("changed_at", label=_("State changed"), sort_key="changed_at"),
    ]
    list_export = [
        "learner.name_ar",
        "learner.name_en",
        "learner.phone",
        "learner.email",
        "cohort",
        "state",
        "enrolled_at",
    ]
    export_headings = {
        "learner.name_ar": _("Name in Arabic"),
        "learner.name_en": _("Name in Latin letters"),
        "learner.phone": _("Phone"),
        "learner.email": _("E-mail"),
    }

    def get_form_class(self, for_update: bool = False) -> type:
        return EnrolmentMoveForm if for_update else EnrolmentAddForm

    @cached_property
    def _edit_handler(self) -> None:
        """The forms change no model themselves, so there are no panels."""
        return None


class CascadeViewSetGroup(ViewSetGroup):
    menu_label = _("Cascade")
    menu_icon = "group"
    menu_order = 150
    items = (
        CohortViewSet("cohorts"),
        TrainingSessionViewSet("sessions"),
        EnrolmentViewSet("enrolments"),
        ProgrammeViewSet("programmes"),
        TierViewSet("tiers"),
    )
