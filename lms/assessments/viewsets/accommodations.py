"""Accommodations: who was granted what for which exam, granting, and ending. Only those who grant see anything of
it, because the reasons tell of people's health."""

from typing import Any

import django_filters
from django import forms
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.http import HttpResponse
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from wagtail.admin.filters import WagtailFilterSet
from wagtail.admin.forms import WagtailAdminModelForm
from wagtail.admin.ui.tables import Column
from wagtail.admin.views import generic
from wagtail.admin.viewsets.model import ModelViewSet
from wagtail.permissions import ModelPermissionPolicy

from lms.assessments.errors import AssessmentError
from lms.assessments.granted import Granted
from lms.assessments.messages import effect_words
from lms.assessments.models import Accommodation, Exam
from lms.assessments.selectors.accommodations import effects_of, people_in_training
from lms.assessments.services.accommodations import end_accommodation, grant_accommodation
from lms.common.lists import RelatedIndexView
from lms.people.models import User
from lms.people.phones import as_e164

from .columns import MomentColumn, moment_text

PERMISSION = "assessments.grant_accommodation"


class GrantPolicy(ModelPermissionPolicy):
    """One permission opens all of it, and nobody rewrites a grant."""

    def user_has_permission(self, user: Any, action: str) -> bool:
        return action in ("view", "add", "delete") and bool(user.has_perm(PERMISSION))

    def user_has_any_permission(self, user: Any, actions: Any) -> bool:
        return any(self.user_has_permission(user, action) for action in actions)


class AccommodationForm(WagtailAdminModelForm):
    """A grant. The service makes the row, so that the form saves nothing itself."""

    person = forms.CharField(
        label=gettext_lazy("Person"),
        max_length=254,
        help_text=gettext_lazy("The e-mail address or the phone number of the person."),
    )

    class Meta:
        model = Accommodation
        fields = ["exam", "time_multiplier", "break_minutes", "large_print", "read_aloud", "reason"]
        widgets = {"reason": forms.Textarea({"rows": 3, "dir": "auto"})}
        field_classes: dict[str, Any] = {}

    field_order = ["person"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["exam"].empty_label = _("Every exam")
        self.fields["exam"].queryset = Exam.objects.order_by("code")
        self.fields["time_multiplier"].widget.attrs |= {"step": "0.05", "min": "1", "max": "3"}

    def clean_person(self) -> User:
        text = self.cleaned_data["person"].strip()
        number = "" if "@" in text else as_e164(text)
        found = (
            people_in_training().filter(**({"phone": number} if number else {"email": text.lower()})).first()
        )
        if found is None:
            raise ValidationError(_("Nobody in training has this e-mail address or phone number."))
        return found

    def grant(self, actor: User) -> Accommodation:
        """Raises AssessmentError as `services.accommodations.grant_accommodation` does."""
        data = self.cleaned_data
        return grant_accommodation(
            learner=data["person"],
            exam=data["exam"],
            granted=Granted(
                data["time_multiplier"], data["break_minutes"] * 60, data["large_print"], data["read_aloud"]
            ),
            reason=data["reason"],
            actor=actor,
        )


class AccommodationFilterSet(WagtailFilterSet):
    is_ended = django_filters.BooleanFilter(
        field_name="ended_at", lookup_expr="isnull", exclude=True, label=gettext_lazy("Ended")
    )

    class Meta:
        model = Accommodation
        fields = ["exam"]


class AccommodationIndexView(RelatedIndexView):
    related = ("learner", "exam", "granted_by")
    is_searchable = True

    def search_queryset(self, queryset: QuerySet[Accommodation]) -> QuerySet[Accommodation]:
        if not self.is_searching:
            return queryset
        return queryset.filter(learner__in=User.objects.search_name(self.search_query))

    def get_delete_url(self, instance: Accommodation) -> str | None:
        """What has ended is not ended again."""
        return None if instance.ended_at else super().get_delete_url(instance)


class AccommodationAddView(generic.CreateView):
    page_title = gettext_lazy("Grant an accommodation")
    success_message = gettext_lazy("The accommodation is granted and holds from now on.")

    def get_success_message(self, instance: Accommodation) -> str:
        return str(self.success_message)

    def get_success_buttons(self) -> list[Any]:
        return []

    def save_instance(self) -> Accommodation:
        return self.form.grant(self.request.user)  # type: ignore[no-any-return]

    def form_valid(self, form: Any) -> HttpResponse:
        try:
            return super().form_valid(form)  # type: ignore[no-any-return]
        except AssessmentError as refusal:
            form.add_error(None, str(refusal))
            self.produced_error_message = str(refusal)
            return self.form_invalid(form)  # type: ignore[no-any-return]

    def _post_save_instance(self) -> None:
        """The service has written the log."""


class AccommodationEndView(generic.DeleteView):
    """Ends what Wagtail would delete: the record of what was granted stays."""

    page_title = gettext_lazy("End the accommodation")

    def get_page_subtitle(self) -> str:
        return str(self.object.learner.name)

    @cached_property
    def confirmation_message(self) -> str:
        return _(
            "Exams that are still to be started go back to the usual time and form. An exam that is running keeps "
            "what it was given."
        )

    def delete_action(self) -> None:
        end_accommodation(accommodation=self.object, actor=self.request.user)

    def get_success_message(self) -> str:
        return _("The accommodation has ended.")


class AccommodationInspectView(generic.InspectView):
    def get_page_subtitle(self) -> str:
        return str(self.object.learner.name)

    def get_field_label(self, field_name: str, field: Any) -> str:
        return _("Granted") if field_name == "effects" else str(super().get_field_label(field_name, field))

    def get_learner_display_value(self) -> str:
        return str(self.object.learner.name)

    def get_exam_display_value(self) -> str:
        return exam_or_all(self.object)

    def get_effects_display_value(self) -> str:
        return effects_text(self.object)

    def get_granted_at_display_value(self) -> str:
        return moment_text(self.object.granted_at)

    def get_ended_by_display_value(self) -> str:
        return str(self.object.ended_by or "–")

    def get_ended_at_display_value(self) -> str:
        return moment_text(self.object.ended_at) or "–"


def exam_or_all(row: Accommodation) -> str:
    return str(row.exam) if row.exam else _("Every exam")


def effects_text(row: Accommodation) -> str:
    return " · ".join(effect_words(effects_of(row)))


class AccommodationViewSet(ModelViewSet):
    model = Accommodation
    icon = "glasses"
    menu_label = gettext_lazy("Accommodations")
    permission_policy = GrantPolicy(Accommodation)
    index_view_class = AccommodationIndexView
    add_view_class = AccommodationAddView
    delete_view_class = AccommodationEndView
    inspect_view_class = AccommodationInspectView
    inspect_view_enabled = True
    copy_view_enabled = False
    add_to_reference_index = False
    filterset_class = AccommodationFilterSet
    search_fields = ["learner__search_name"]
    search_backend_name = None
    ordering = ["-granted_at"]
    list_display = [
        "learner",
        Column("exam", label=gettext_lazy("exam"), accessor=exam_or_all),
        Column("effects", label=gettext_lazy("Granted"), accessor=effects_text),
        MomentColumn("granted_at", label=gettext_lazy("granted"), sort_key="granted_at"),
        MomentColumn("ended_at", label=gettext_lazy("ended"), sort_key="ended_at"),
    ]
    inspect_view_fields = [
        "learner",
        "exam",
        "effects",
        "reason",
        "granted_by",
        "granted_at",
        "ended_by",
        "ended_at",
    ]

    def get_form_class(self, for_update: bool = False) -> type[forms.ModelForm[Any]]:
        return AccommodationForm

    @cached_property
    def _edit_handler(self) -> None:
        """The form changes no model itself, so there are no panels."""
