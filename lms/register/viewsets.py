"""The register as auditors browse it; nothing here writes."""

from typing import Any

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext_lazy as _
from wagtail.admin.ui.tables import Column
from wagtail.admin.views.generic import IndexView, InspectView
from wagtail.admin.viewsets.model import ModelViewSet, ModelViewSetGroup

from lms.common.permissions import ViewOnlyPolicy
from lms.common.spreadsheets import SafeSpreadsheetMixin

from .days import date_of
from .enums import EntryType
from .models import Checkpoint, Entry
from .records import Record, decode_record

#: Long digests and records may break after this many characters, so that they fit a phone.
CHUNK = 16


def breakable(text: str) -> SafeString:
    """Text of machines, from left to right, that may break anywhere and is copied without the breaks."""
    lines = (
        format_html_join(
            mark_safe("<wbr>"), "{}", ((line[at : at + CHUNK],) for at in range(0, len(line), CHUNK))
        )
        for line in text.splitlines()
    )
    return format_html(
        '<bdi dir="ltr">{}</bdi>', format_html_join(mark_safe("<br>"), "{}", ((x,) for x in lines))
    )


def entry_label(entry: Entry) -> str:
    """The words for what was attested; a plugin's own type as it is written in the register."""
    return str(EntryType(entry.type).label) if entry.type in EntryType.values else entry.type


class ReadOnlyIndexView(SafeSpreadsheetMixin, IndexView):
    pass


class EntryInspectView(InspectView):
    """The record word for word, as it was hashed, and the digests that an auditor compares."""

    def get_field_label(self, field_name: str, field: Any) -> str:
        labels = {"record": _("Record, as hashed"), "leaf_hash": _("Leaf hash"), "day": _("Day")}
        return str(labels.get(field_name) or super().get_field_label(field_name, field))

    def get_type_display_value(self) -> str:
        return entry_label(self.object)

    def get_record_display_value(self) -> str:
        return breakable(bytes(self.object.record).decode("ascii"))

    def get_leaf_hash_display_value(self) -> str:
        return breakable(bytes(self.object.leaf_hash).hex())

    def get_day_display_value(self) -> str:
        record: Record = decode_record(bytes(self.object.record))
        return date_of(record.day).isoformat()


class EntryViewSet(ModelViewSet):
    model = Entry
    icon = "list-ol"
    menu_label = _("Register entries")
    index_view_class = ReadOnlyIndexView
    inspect_view_class = EntryInspectView
    inspect_view_enabled = True
    inspect_view_fields = ["index", "type", "day", "record", "leaf_hash", "created_at"]
    list_display = [
        "index",
        Column("type", label=_("Type"), accessor=entry_label, sort_key="type"),
        Column("created_at", label=_("Appended"), sort_key="created_at"),
    ]
    list_filter = ["type", "created_at"]
    list_export = ["index", "type", "created_at"]
    ordering = ["-index"]
    form_fields: list[str] = []
    permission_policy = ViewOnlyPolicy(Entry)


class CheckpointInspectView(InspectView):
    def get_root_hash_display_value(self) -> str:
        return breakable(bytes(self.object.root_hash).hex())

    def get_note_display_value(self) -> str:
        return breakable(self.object.note)


class CheckpointViewSet(ModelViewSet):
    model = Checkpoint
    icon = "lock"
    menu_label = _("Signed heads")
    index_view_class = ReadOnlyIndexView
    inspect_view_class = CheckpointInspectView
    inspect_view_enabled = True
    inspect_view_fields = ["size", "root_hash", "note", "created_at"]
    list_display = [
        "size",
        Column("root_hash", label=_("Root hash"), accessor=lambda head: bytes(head.root_hash).hex()[:16]),
        Column("created_at", label=_("Signed"), sort_key="created_at"),
    ]
    list_export = ["size", "created_at"]
    ordering = ["-size"]
    form_fields: list[str] = []
    permission_policy = ViewOnlyPolicy(Checkpoint)


class RegisterGroup(ModelViewSetGroup):
    menu_label = _("Register")
    menu_icon = "list-ol"
    menu_order = 410
    items = (EntryViewSet("register_entries"), CheckpointViewSet("register_checkpoints"))
