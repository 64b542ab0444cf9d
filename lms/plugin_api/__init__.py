"""What a plugin imports: the base class, the hook marker and the types that hooks return.

The platform itself calls plugins through ``lms.plugin_api.host``.
"""

from lms.plugin_api.hookspecs import HOOK_API, hookimpl
from lms.plugin_api.plugin import LmsPlugin
from lms.plugin_api.types import (
    CertificateGate,
    DashboardCard,
    DataExport,
    DataField,
    DemoWorld,
    ErasureAction,
    ErasureEntry,
    GateResult,
    NavigationItem,
    PersonalDataFile,
)

__all__ = [
    "HOOK_API",
    "CertificateGate",
    "DashboardCard",
    "DataExport",
    "DataField",
    "DemoWorld",
    "ErasureAction",
    "ErasureEntry",
    "GateResult",
    "LmsPlugin",
    "NavigationItem",
    "PersonalDataFile",
    "hookimpl",
]
