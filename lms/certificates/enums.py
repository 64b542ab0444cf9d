from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class CertificateStatus(models.TextChoices):
    ACTIVE = "active", _("Valid")
    SUSPENDED = "suspended", _("Suspended")
    REVOKED = "revoked", _("Revoked")
    SUPERSEDED = "superseded", _("Replaced")


class KeyState(models.TextChoices):
    PENDING = "pending", pgettext_lazy("key", "Waiting for the root keys")
    ACTIVE = "active", pgettext_lazy("certificate", "Active")
    RETIRED = "retired", _("Retired")
    COMPROMISED = "compromised", _("Compromised")


class ProposalState(models.TextChoices):
    PROPOSED = "proposed", _("Waits for a second person")
    APPROVED = "approved", pgettext_lazy("proposal", "Approved")
    REJECTED = "rejected", pgettext_lazy("proposal", "Rejected")
