from django.db import models
from django.utils.translation import gettext_lazy as _


class Sex(models.TextChoices):
    FEMALE = "F", _("Woman")
    MALE = "M", _("Man")


class Sector(models.TextChoices):
    POLITICAL = "political", _("Political")
    SECURITY = "security", _("Security")
    SOCIAL = "social", _("Social")
    CIVIL = "civil", _("Civil society")
    JUDICIAL = "judicial", _("Judicial")
    INTERNATIONAL = "international", _("International")


class Role(models.TextChoices):
    """The Wagtail groups that carry the platform's permissions; the value is the group's name."""

    PROGRAMME_LEAD = "Programme leads", _("Programme leads")
    MASTER_TRAINER = "Master trainers", _("Master trainers")
    REVIEWER = "Reviewers", _("Reviewers")
    AUDITOR = "Auditors", _("Auditors")
