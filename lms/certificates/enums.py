from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class CertificateStatus(models.TextChoices):
    ACTIVE = "active", _("Valid")
    SUSPENDED = "suspended", _("Suspended")
    REVOKED = "revoked", _("Revoked")
    SUPERSEDED = "superseded", _("Replaced")


class KeyState(models.TextChoices):
    ACTIVE = "active", pgettext_lazy("certificate", "Active")
    RETIRED = "retired", _("Retired")
    COMPROMISED = "compromised", _("Compromised")
