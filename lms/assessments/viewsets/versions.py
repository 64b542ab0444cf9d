"""Writing questions: a page a kind for drafts, which become versions when they are published."""

from functools import cache
from typing import Any

import django_filters
from django.contrib import messages as django_messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from wagtail.admin import messages
from wagtail.admin.filters import WagtailFilterSet
from wagtail.admin.panels import ObjectList
from wagtail.admin.views import generic
from wagtail.admin.viewsets.model import ModelViewSet
from wagtail.admin.widgets.button import Button
from wagtail.permissions import ModelPermissionPolicy

from lms.assessments.errors import QuestionIncompleteError
from lms.assessments.models import ImmutableVersionError, QuestionVersion
from lms.assessments.services.bank import lock_draft, publish_version
from lms.assessments.version_forms import FORMS, VersionForm
from lms.common.lists import RelatedIndexView
from lms.people.models import User

from .columns import MomentColumn
from .panels import version_panels


@cache
def page_of(kind: str) -> Any:
    """The edit page of a draft of that kind."""
    form = FORMS.get(kind, VersionForm)
    return ObjectList(version_panels(kind), base_form_class=form).bind_to_model(QuestionVersion)


class DraftPolicy(ModelPermissionPolicy):
    """Versions begin as drafts of a question, so nobody adds one out of nothing; only drafts change."""

    def user_has_permission(self, user: User, action: str) -> bool:
        return action != "add" and super().user_has_permission(user, action)

    def user_has_permission_for_instance(self, user: User, action: str, instance: QuestionVersion) -> bool:
        may_change = action == "view" or not instance.is_published
        return may_change and super().user_has_permission_for_instance(user, action, instance)


class VersionFilterSet(WagtailFilterSet):
    is_draft = django_filters.BooleanFilter(
        field_name="published_at", lookup_expr="isnull", label=gettext_lazy("Draft")
    )

    class Meta:
        model = QuestionVersion
        fields = ["question__bank", "kind"]


class DraftOnlyMixin:
    """A published version has no edit or delete page: it leads to its question."""

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        version = get_object_or_404(QuestionVersion, pk=kwargs["pk"])
        if version.is_published:
            django_messages.warning(request, _("A published version never changes. Write a new version."))
            return redirect("questions:inspect", version.question_id)
        return super().dispatch(request, *args, **kwargs)  # type: ignore[misc,no-any-return]


class VersionEditView(DraftOnlyMixin, generic.EditView):
    """Write a draft in both languages, look at it, and publish it."""

    actions = ["edit", "publish"]
    template_name = "assessments/admin/version_edit.html"
    success_message = gettext_lazy("The draft has been saved.")

    def get_panel(self) -> Any:
        kind = QuestionVersion.objects.filter(pk=self.kwargs["pk"]).values_list("kind", flat=True).first()
        return page_of(kind or "single")

    def get_form_class(self) -> Any:
        return self.panel.get_form_class()

    @cached_property
    def can_publish(self) -> bool:
        return bool(self.request.user.has_perm("assessments.publish_questionversion"))

    @cached_property
    def header_more_buttons(self) -> list[Button]:
        url = reverse("assessments_preview", args=[self.object.public_id])
        preview = Button(_("Preview the saved draft"), url=url, icon_name="view", attrs={"target": "_blank"})
        return [*super().header_more_buttons, preview]

    def save_instance(self) -> QuestionVersion:
        lock_draft(version=self.form.instance)
        draft: QuestionVersion = super().save_instance()
        return draft

    def form_valid(self, form: VersionForm) -> HttpResponse:
        if self.action == "publish" and not self.can_publish:
            raise PermissionDenied
        try:
            response: HttpResponse = super().form_valid(form)
        except ImmutableVersionError:
            messages.error(self.request, _("Somebody published this draft meanwhile. Nothing was changed."))
            return redirect("questions:inspect", form.instance.question_id)
        return self._publish() if self.action == "publish" else response

    def _publish(self) -> HttpResponse:
        try:
            publish_version(version=self.object, actor=self.request.user)
        except QuestionIncompleteError as refusal:
            messages.error(self.request, _("The draft is saved but not published."))
            for reason in refusal.reasons:
                messages.error(self.request, reason)
            return redirect(self.get_edit_url())
        messages.success(self.request, _("Published. New exam forms use this version from now on."))
        return redirect("questions:inspect", self.object.question_id)

    def get_success_url(self) -> str:
        return str(self.get_edit_url())

    def get_success_buttons(self) -> list[Any]:
        return []

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return dict(super().get_context_data(can_publish=self.can_publish, **kwargs))


class VersionDeleteView(DraftOnlyMixin, generic.DeleteView):
    pass


class VersionIndexView(RelatedIndexView):
    related = ("question",)


class QuestionVersionViewSet(ModelViewSet):
    model = QuestionVersion
    icon = "draft"
    permission_policy = DraftPolicy(QuestionVersion)
    index_view_class = VersionIndexView
    edit_view_class = VersionEditView
    delete_view_class = VersionDeleteView
    copy_view_enabled = False
    add_to_reference_index = False
    filterset_class = VersionFilterSet
    ordering = ["question__bank__code", "question__code", "number"]
    search_fields = ["question__code", "stem_ar", "stem_en"]
    search_backend_name = None
    list_display = [
        "__str__",
        "stem_ar",
        "kind",
        MomentColumn("published_at", label=gettext_lazy("published"), sort_key="published_at"),
    ]

    def get_edit_handler(self) -> Any:
        return page_of("single")
