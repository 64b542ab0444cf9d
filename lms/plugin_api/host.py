"""What the platform calls. Plugins have no business here: theirs is ``lms.plugin_api`` itself."""

from lms.plugin_api.demo import run_demo_data
from lms.plugin_api.events import (
    fire_attempt_submitted,
    fire_certificate_issued,
    fire_certificate_revoked,
    fire_enrolment_changed,
)
from lms.plugin_api.exports import OfferedExport, data_exports, find_data_export, write_data_export
from lms.plugin_api.gates import GateOutcome, OfferedGate, certificate_gates, evaluate_gate, evaluate_gates
from lms.plugin_api.manager import PluginError, plugin_title
from lms.plugin_api.pages import MenuEntry, RenderedCard, dashboard_cards, navigation_items
from lms.plugin_api.privacy import (
    PersonalDataExport,
    PluginErasure,
    PluginInventory,
    erase_personal_data,
    export_personal_data,
    personal_data_inventory,
)
from lms.plugin_api.registry import register_gate_key_usage
from lms.plugin_api.urls import plugin_urlpatterns

__all__ = [
    "GateOutcome",
    "MenuEntry",
    "OfferedExport",
    "OfferedGate",
    "PersonalDataExport",
    "PluginErasure",
    "PluginError",
    "PluginInventory",
    "RenderedCard",
    "certificate_gates",
    "dashboard_cards",
    "data_exports",
    "erase_personal_data",
    "evaluate_gate",
    "evaluate_gates",
    "export_personal_data",
    "find_data_export",
    "fire_attempt_submitted",
    "fire_certificate_issued",
    "fire_certificate_revoked",
    "fire_enrolment_changed",
    "navigation_items",
    "personal_data_inventory",
    "plugin_title",
    "plugin_urlpatterns",
    "register_gate_key_usage",
    "run_demo_data",
    "write_data_export",
]
