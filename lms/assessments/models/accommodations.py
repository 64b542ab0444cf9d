"""What a person is granted so that an exam measures what the person knows, and not a disability or an illness."""

from decimal import Decimal
from typing import Any

from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from lms.assessments.timing import LEAST_MULTIPLIER, MOST_MULTIPLIER
from lms.common.models import PublicIdModel

from .exams import Exam

#: The longest reason that is kept, in characters, and the most minutes of breaks.
MOST_REASON = 300
MOST_BREAK_MINUTES = 180


class GrantedModel(models.Model):
    """The effects, as they are granted and as an attempt carries them."""

    time_multiplier = models.DecimalField(
        _("time multiplied by"),
        max_digits=3,
        decimal_places=2,
        default=LEAST_MULTIPLIER,
        validators=[MinValueValidator(LEAST_MULTIPLIER), MaxValueValidator(MOST_MULTIPLIER)],
        help_text=_("1 is the usual time, 1.5 half as much again, 3 the most."),
    )
    large_print = models.BooleanField(_("large print"), default=False)
    read_aloud = models.BooleanField(
        _("reading aloud"),
        default=False,
        help_text=_(
            "A button at each question and each option, where the phone has a voice for the language."
        ),
    )

    class Meta:
        abstract = True


class Accommodation(PublicIdModel, GrantedModel):
    """A grant to one person, for one exam or for all. It is never rewritten: another grant ends it.

    The reason may tell of a person's health. It is for those who grant, and for the person; what an exam, its
    board and its log know is the effect.
    """

    learner = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.CASCADE,
        related_name="accommodations",
        verbose_name=_("learner"),
    )
    exam = models.ForeignKey(
        Exam,
        on_delete=models.CASCADE,
        null=True,
        blank=True,
        related_name="accommodations",
        verbose_name=_("exam"),
        help_text=_(
            "Blank: every exam. What is granted for one exam replaces, there, what is granted for all."
        ),
    )
    break_minutes = models.PositiveSmallIntegerField(
        _("minutes of breaks"),
        default=0,
        validators=[MaxValueValidator(MOST_BREAK_MINUTES)],
        help_text=_("Which the candidate takes at will, at once or in parts, with the clock stopped."),
    )
    reason = models.CharField(
        _("reason"),
        max_length=MOST_REASON,
        help_text=_(
            "What was shown, and by whom it was approved. Only the person and those who grant accommodations "
            "can read it; invigilators and examiners see the effect alone."
        ),
    )
    granted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", verbose_name=_("granted by")
    )
    granted_at = models.DateTimeField(_("granted"))
    ended_at = models.DateTimeField(_("ended"), null=True, blank=True)
    ended_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("ended by"),
    )

    class Meta:
        ordering = ["-granted_at"]
        verbose_name = _("accommodation")
        verbose_name_plural = _("accommodations")
        default_permissions = ()
        permissions = [("grant_accommodation", _("Can grant accommodations"))]
        constraints = [
            models.UniqueConstraint(
                fields=["learner", "exam"],
                condition=Q(ended_at__isnull=True),
                name="accommodation_one_an_exam",
            ),
            models.UniqueConstraint(
                fields=["learner"],
                condition=Q(ended_at__isnull=True, exam__isnull=True),
                name="accommodation_one_for_all_exams",
            ),
            models.CheckConstraint(
                condition=Q(time_multiplier__range=(LEAST_MULTIPLIER, MOST_MULTIPLIER)),
                name="accommodation_multiplier_in_range",
            ),
            models.CheckConstraint(
                condition=Q(break_minutes__lte=MOST_BREAK_MINUTES), name="accommodation_breaks_in_range"
            ),
            models.CheckConstraint(
                condition=Q(time_multiplier__gt=Decimal(1))
                | Q(break_minutes__gt=0)
                | Q(large_print=True)
                | Q(read_aloud=True),
                name="accommodation_grants_something",
                violation_error_message=_("Grant at least one thing."),
            ),
            models.CheckConstraint(condition=~Q(reason=""), name="accommodation_has_a_reason"),
            models.CheckConstraint(
                condition=Q(ended_at__isnull=True) | Q(ended_by__isnull=False),
                name="accommodation_ended_by_somebody",
            ),
        ]

    def __str__(self) -> str:
        return str(self.public_id)

    def save(self, *args: Any, **kwargs: Any) -> None:
        if not self._state.adding:
            raise TypeError("An accommodation is ended by a service, never rewritten.")
        super().save(*args, **kwargs)
