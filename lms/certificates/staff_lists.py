"""What the office's lists share."""

from lms.common.lists import RelatedIndexView as PlainRelatedIndexView
from lms.common.spreadsheets import SafeSpreadsheetMixin


class RelatedIndexView(SafeSpreadsheetMixin, PlainRelatedIndexView):
    """A list that spreadsheets may open, and that reads what its rows refer to in the same query."""
