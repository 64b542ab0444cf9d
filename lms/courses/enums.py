from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class CourseTier(models.TextChoices):
    """Whom a course prepares, whichever programme uses it."""

    OBSERVER = "observer", _("Observers")
    TRAINER = "trainer", _("Trainers")


class ModuleStatus(models.TextChoices):
    OPEN = "open", pgettext_lazy("module", "Open")
    COMING = "coming", pgettext_lazy("module", "Coming")


class LessonKind(models.TextChoices):
    LESSON = "lesson", _("Lesson")
    SCENARIO = "scenario", _("Scenario")


class CalloutKind(models.TextChoices):
    NOTE = "note", _("Note")
    WARNING = "warning", _("Warning")
    RULE = "rule", _("Rule")
    EXAMPLE = "example", _("Example")
