"""Screens of the administration that show only rows which the reader may see."""

from typing import Any, ClassVar

from django.db.models import Model, QuerySet
from django.http import Http404
from django.utils.functional import cached_property
from wagtail.admin.views import generic
from wagtail.admin.views.generic.history import HistoryView
from wagtail.admin.views.generic.usage import UsageView
from wagtail.admin.viewsets.model import ModelViewSet

from lms.common.spreadsheets import SafeSpreadsheetMixin

from .permissions import OwnRowsPolicy

SEEN = ("add", "change", "view")


class OwnIndexView(SafeSpreadsheetMixin, generic.IndexView):
    """Only rows that the reader may see, in a constant number of queries."""

    related: ClassVar[tuple[str, ...]] = ()

    def get_base_queryset(self) -> QuerySet[Any]:
        rows: QuerySet[Any] = self.permission_policy.instances_user_has_any_permission_for(
            self.request.user, SEEN
        )
        return rows.select_related(*self.related)


class OwnObjectMixin:
    """Somebody else's row is no row."""

    def get_object(self, *args: Any, **kwargs: Any) -> Model:
        row: Model = super().get_object(*args, **kwargs)  # type: ignore[misc]
        policy = self.permission_policy  # type: ignore[attr-defined]
        if not policy.user_has_any_permission_for_instance(self.request.user, SEEN, row):  # type: ignore[attr-defined]
            raise Http404
        return row


class OwnEditView(OwnObjectMixin, generic.EditView):
    pass


class OwnInspectView(OwnObjectMixin, generic.InspectView):
    pass


class OwnHistoryView(OwnObjectMixin, HistoryView):
    pass


class OwnUsageView(OwnObjectMixin, UsageView):
    pass


class CascadeViewSet(ModelViewSet):
    """What all screens of the cascade share. `trainer_path` leads to the trainer whose rows they are."""

    trainer_path = ""
    copy_view_enabled = False
    index_view_class = OwnIndexView
    edit_view_class = OwnEditView
    inspect_view_class = OwnInspectView
    history_view_class = OwnHistoryView
    usage_view_class = OwnUsageView

    @cached_property
    def permission_policy(self) -> OwnRowsPolicy:  # type: ignore[override]
        return OwnRowsPolicy(self.model, self.trainer_path)
