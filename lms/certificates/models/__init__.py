"""What the platform keeps of certificates, by what it is for."""

from .holder import ExpiryReminder, NameCorrection, OpenBadge, ShareLink
from .issued import (
    Certificate,
    CertificateEvent,
    CertificateType,
    GateOverride,
    IssuingKey,
    Keyset,
    StatusListNote,
)
from .paper import BadgePhoto, CertificateDesign, PaperPicture
from .revocation import MassRevocation

__all__ = [
    "BadgePhoto",
    "Certificate",
    "CertificateDesign",
    "CertificateEvent",
    "CertificateType",
    "ExpiryReminder",
    "GateOverride",
    "IssuingKey",
    "Keyset",
    "MassRevocation",
    "NameCorrection",
    "OpenBadge",
    "PaperPicture",
    "ShareLink",
    "StatusListNote",
]
