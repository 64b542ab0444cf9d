"""Spreadsheets that run no formulas: from Wagtail's lists, and our own."""

import csv
from collections.abc import Iterable, Iterator
from typing import Any

from django.http import StreamingHttpResponse
from django.http.response import HttpResponseBase
from wagtail.admin.views.mixins import SpreadsheetExportMixin

from .csv_safe import safe_cell, safe_row


class SafeSpreadsheetMixin(SpreadsheetExportMixin):
    """Text cells of a CSV export that a spreadsheet would run get an apostrophe.

    Wagtail sees to that in XLSX, where a cell has a type, but writes CSV as it stands. The first line also
    carries the mark by which a spreadsheet recognises UTF-8, without which Arabic opens as rubbish.
    """

    def preprocess_field_value(self, field: str, value: Any, export_format: str) -> Any:
        value = super().preprocess_field_value(field, value, export_format)
        if export_format == self.FORMAT_CSV and isinstance(value, str):
            return safe_cell(value)
        return value

    def stream_csv(self, queryset: Any) -> Any:
        yield "\ufeff".encode()
        yield from super().stream_csv(queryset)


class _Echo:
    """A file that gives back what is written, so that a response can stream it."""

    def write(self, text: str) -> str:
        return text


def csv_response(name: str, headings: Iterable[object], rows: Iterable[Iterable[object]]) -> HttpResponseBase:
    """A CSV file, streamed row by row, that runs no formulas and opens in Arabic without a dialogue."""
    writer = csv.writer(_Echo())

    def lines() -> Iterator[str]:
        yield "\ufeff"
        yield writer.writerow(safe_row(headings))
        for row in rows:
            yield writer.writerow(safe_row(row))

    return StreamingHttpResponse(
        (line.encode() for line in lines()),
        content_type="text/csv; charset=utf-8",
        headers={"Content-Disposition": f'attachment; filename="{name}.csv"', "Cache-Control": "no-store"},
    )
