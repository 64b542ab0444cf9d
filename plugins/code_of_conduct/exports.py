"""Endorsements as CSV: what everybody may have, and what staff may have."""

import csv
from collections.abc import Callable, Iterable
from io import TextIOWrapper
from typing import Any, BinaryIO

from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from lms.api import safe_row

from .models import Endorsement

BYTE_ORDER_MARK = "\ufeff"
"""Without it the spreadsheets of most offices read Arabic as Windows-1256."""

Column = tuple[str, Callable[[Endorsement], object]]


def write_public_register(endorsements: Iterable[Endorsement], destination: Any) -> None:
    """What the public register shows, and nothing else, to a text destination such as a response."""
    _write(_public_columns(), endorsements, destination)


def write_endorsements(destination: BinaryIO) -> None:
    """Every endorsement in every state for staff, without e-mail addresses."""
    stream = TextIOWrapper(destination, encoding="utf-8", newline="", write_through=True)
    related = Endorsement.objects.select_related("version", "municipality", "withdrawal")
    rows = related.defer("version__text_ar", "version__text_en").order_by("signed_at", "pk")
    _write(_staff_columns(), rows.iterator(chunk_size=2000), stream)
    stream.detach()


def _write(columns: list[Column], endorsements: Iterable[Endorsement], destination: Any) -> None:
    destination.write(BYTE_ORDER_MARK)
    writer = csv.writer(destination)
    writer.writerow(safe_row(label for label, _read in columns))
    for endorsement in endorsements:
        writer.writerow(safe_row(read(endorsement) for _label, read in columns))


def _public_columns() -> list[Column]:
    return [
        (_("Register number"), lambda one: one.register_index),
        (_("Name"), lambda one: one.public_name),
        (_("Person or body"), lambda one: one.get_kind_display()),
        (_("Sector"), lambda one: one.get_sector_display()),
        (pgettext("endorsement", "Capacity"), lambda one: one.get_role_display()),
        (_("Municipality"), lambda one: one.municipality.name if one.municipality else ""),
        (_("Version"), lambda one: one.version.number),
        (_("Identity"), lambda one: one.get_tier_display()),
        (_("State"), lambda one: one.get_state_display()),
        (_("Entered (UTC)"), lambda one: one.entered_at.isoformat() if one.entered_at else ""),
        (_("Withdrawn (UTC)"), _withdrawn_at),
        (_("SHA-256 of the statement"), lambda one: one.statement_sha256),
    ]


def _staff_columns() -> list[Column]:
    return [
        (_("Number of the receipt"), lambda one: one.public_id),
        *(column for column in _public_columns() if column[0] != _("Name")),
        (_("Name"), lambda one: one.name),
        (_("Agreed to be published"), lambda one: _("yes") if one.agreed_publication else _("no")),
        (_("Signatory"), lambda one: one.signatory_name),
        (_("Title of the signatory"), lambda one: one.signatory_title),
        (_("Signed (UTC)"), lambda one: one.signed_at.isoformat()),
        (_("Reason of the decision"), lambda one: one.decision_reason),
    ]


def _withdrawn_at(endorsement: Endorsement) -> str:
    withdrawal = getattr(endorsement, "withdrawal", None)
    return withdrawal.withdrawn_at.isoformat() if withdrawal else ""
