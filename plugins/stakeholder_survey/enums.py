from django.db import models
from django.utils.translation import gettext_lazy as _


class Language(models.TextChoices):
    ARABIC = "ar", _("Arabic")
    ENGLISH = "en", _("English")


class Mode(models.TextChoices):
    """How an answer came in."""

    WEB = "web", _("Open web link")
    TOKEN = "token", _("Personal link used once")
    ENUMERATOR = "enumerator", _("Interviewer")
    PAPER = "paper", _("Paper")


class Population(models.TextChoices):
    CITIZEN = "citizen", _("Citizens")
    CSO = "cso", _("Civil society organisations")


class Flag(models.TextChoices):
    """Why an answer deserves a second look. It is kept and counted all the same."""

    TOO_FAST = "too_fast", _("Sent sooner than anybody reads")
    HONEYPOT = "honeypot", _("Filled a field that people do not see")
