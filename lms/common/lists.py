"""What the office's lists share."""

from typing import Any, ClassVar

from django.db.models import QuerySet
from wagtail.admin.views.generic import IndexView


class RelatedIndexView(IndexView):
    """A list that reads what its rows refer to in the same query."""

    related: ClassVar[tuple[str, ...]] = ()

    def get_base_queryset(self) -> QuerySet[Any]:
        rows: QuerySet[Any] = super().get_base_queryset()
        return rows.select_related(*self.related)
