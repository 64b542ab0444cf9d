"""The administration's screens: codes with their draft, published versions, endorsements."""

from datetime import datetime
from functools import cached_property
from typing import Any

from django import forms
from django.db.models import Case, QuerySet, Value, When
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from wagtail.admin.menu import MenuItem
from wagtail.admin.panels import FieldPanel, FieldRowPanel, InlinePanel, MultiFieldPanel
from wagtail.admin.views import generic
from wagtail.admin.views.generic.history import HistoryView
from wagtail.admin.viewsets.model import ModelViewSet, ModelViewSetGroup
from wagtail.admin.widgets import AdminAutoHeightTextInput
from wagtail.admin.widgets.button import HeaderButton
from wagtail.permissions import ModelPermissionPolicy

from lms.api import search_key

from .admin_views import AcceptView, DeclineView, PublishView, RecordWithdrawalView
from .enums import EndorsementState
from .models import Code, CodeVersion, Endorsement


class KeptPolicy(ModelPermissionPolicy):
    """Rows that nobody deletes, whatever their permissions."""

    refused = frozenset({"delete"})

    def user_has_permission(self, user: Any, action: str) -> bool:
        return action not in self.refused and super().user_has_permission(user, action)

    def user_has_any_permission(self, user: Any, actions: Any) -> bool:
        return any(self.user_has_permission(user, action) for action in actions)


class FrozenPolicy(KeptPolicy):
    """Rows that only services write."""

    refused = frozenset({"add", "change", "delete"})


def both_languages(name: str, widget: type[Any]) -> list[FieldPanel]:
    """A field in Arabic beside the same in English, each in the direction of its own script."""
    return [
        FieldPanel(f"{name}_{language}", widget=widget(attrs={"lang": language, "dir": direction}))
        for language, direction in (("ar", "rtl"), ("en", "ltr"))
    ]


class CodeEditView(generic.EditView):
    @cached_property
    def header_buttons(self) -> list[HeaderButton]:
        if not self.user_has_permission("publish"):
            return []
        url = reverse("code_of_conduct_codes:publish", args=[self.object.pk])
        return [HeaderButton(gettext("Publish a version"), url, icon_name="upload")]


class CodeViewSet(ModelViewSet):
    model = Code
    name = "code_of_conduct_codes"
    icon = "doc-full"
    copy_view_enabled = False
    edit_view_class = CodeEditView
    list_display = ("name_ar", "name_en", "key")
    panels = [
        MultiFieldPanel([*both_languages("name", forms.TextInput)], heading=_("Title of the code")),
        FieldRowPanel([FieldPanel("key"), FieldPanel("is_main")], heading=_("Where it is used")),
        InlinePanel(
            "articles",
            heading=_("Draft articles"),
            label=_("Article"),
            panels=[
                FieldPanel("number"),
                FieldRowPanel(both_languages("heading", forms.TextInput)),
                FieldRowPanel(both_languages("body", AdminAutoHeightTextInput)),
            ],
        ),
    ]

    @property
    def permission_policy(self) -> ModelPermissionPolicy:
        return KeptPolicy(self.model)

    def get_urlpatterns(self) -> list[URLPattern]:
        publish = self.construct_view(PublishView)
        return [*super().get_urlpatterns(), path("publish/<int:pk>/", publish, name="publish")]


class RecordHistoryView(HistoryView):
    """Who did what with a row that cannot be edited."""

    any_permission_required = ["view"]

    @cached_property
    def header_buttons(self) -> list[HeaderButton]:
        return []

    def get_edit_url(self, instance: Any) -> None:
        return None


class RecordInspectView(generic.InspectView):
    """Moments on the clock of Libya and words instead of what Python prints."""

    def get_field_display_value(self, field_name: str, field: Any) -> Any:
        value = super().get_field_display_value(field_name, field)
        if isinstance(value, bool):
            return gettext("yes") if value else gettext("no")
        if isinstance(value, datetime):
            return timezone.localtime(value)
        return "–" if value in (None, "") else value


class FrozenViewSet(ModelViewSet):
    """A list and a page for each row; no way to add, change or delete one."""

    add_to_reference_index = False
    copy_view_enabled = False
    inspect_view_enabled = True
    history_view_class = RecordHistoryView
    inspect_view_class: Any = RecordInspectView

    @property
    def permission_policy(self) -> ModelPermissionPolicy:
        return FrozenPolicy(self.model)

    def get_form_class(self, for_update: bool = False) -> None:
        return None


class VersionViewSet(FrozenViewSet):
    model = CodeVersion
    name = "code_of_conduct_versions"
    icon = "history"
    list_display = ("number", "date", "change", "published_at", "register_index")
    inspect_view_fields = [
        "number",
        "date",
        "change",
        "sha256_ar",
        "sha256_en",
        "statement_sha256",
        "register_index",
        "published_at",
        "published_by",
        "text_ar",
        "text_en",
    ]


class EndorsementIndexView(generic.IndexView):
    """What waits for a decision comes first; names are found however they are spelt."""

    def get_base_queryset(self) -> QuerySet[Endorsement]:
        waiting_first = Case(When(state=EndorsementState.PENDING, then=Value(0)), default=Value(1))
        related = super().get_base_queryset().select_related("municipality", "version")
        ordered: QuerySet[Endorsement] = related.order_by(waiting_first, "-signed_at", "-pk")
        return ordered

    @cached_property
    def is_searchable(self) -> bool:
        return True

    def search_queryset(self, queryset: QuerySet[Endorsement]) -> QuerySet[Endorsement]:
        for word in search_key(self.search_query).split():
            queryset = queryset.filter(search_name__contains=word)
        return queryset


class EndorsementInspectView(RecordInspectView):
    """One endorsement, with what a reviewer may do about it."""

    @cached_property
    def header_buttons(self) -> list[HeaderButton]:
        if not self.user_has_permission("review"):
            return []
        actions = []
        if self.object.is_pending:
            actions += [
                ("accept", gettext("Accept the endorsement"), "check"),
                ("decline", gettext("Decline the endorsement"), "cross"),
            ]
        if self.object.can_be_withdrawn:
            actions.append(("withdraw", gettext("Record a withdrawal"), "undo"))
        return [
            HeaderButton(
                label,
                reverse(f"code_of_conduct_endorsements:{name}", args=[self.object.pk]),
                icon_name=icon,
                priority=priority,
            )
            for priority, (name, label, icon) in enumerate(actions)
        ]


class EndorsementViewSet(FrozenViewSet):
    model = Endorsement
    name = "code_of_conduct_endorsements"
    icon = "check"
    index_view_class = EndorsementIndexView
    inspect_view_class = EndorsementInspectView
    list_display = ("name", "sector", "role", "municipality", "state", "signed_at", "register_index")
    list_filter = ("state", "sector", "kind", "role", "municipality", "version")
    inspect_view_fields = [
        "name",
        "kind",
        "sector",
        "role",
        "municipality",
        "signatory_name",
        "signatory_title",
        "contact",
        "tier",
        "agreed_publication",
        "version",
        "language",
        "state",
        "signed_at",
        "entered_at",
        "register_index",
        "statement_sha256",
        "decided_by",
        "decided_at",
        "decision_reason",
    ]

    def get_urlpatterns(self) -> list[URLPattern]:
        actions = {"accept": AcceptView, "decline": DeclineView, "withdraw": RecordWithdrawalView}
        return [
            *super().get_urlpatterns(),
            *(
                path(f"{name}/<int:pk>/", self.construct_view(view), name=name)
                for name, view in actions.items()
            ),
        ]


class ReviewMenuItem(MenuItem):
    """Straight to what waits for a decision."""

    def is_shown(self, request: Any) -> bool:
        return bool(request.user.has_perm("code_of_conduct.review_endorsement"))


class ConductViewSetGroup(ModelViewSetGroup):
    menu_label = _("Code of conduct")
    menu_name = "code-of-conduct"
    menu_icon = "form"
    menu_order = 350
    items = (EndorsementViewSet, CodeViewSet, VersionViewSet)

    def get_submenu_items(self) -> list[MenuItem]:
        waiting = reverse("code_of_conduct_endorsements:index") + f"?state={EndorsementState.PENDING}"
        review = ReviewMenuItem(_("Awaiting review"), waiting, icon_name="time", order=0)
        return [review, *super().get_submenu_items()]
