"""Blueprints: how many questions of which kind of matter a form has."""

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from modelcluster.fields import ParentalKey
from modelcluster.models import ClusterableModel

from lms.assessments.enums import Difficulty
from lms.common.models import BilingualNameModel, PublicIdModel

from .bank import QuestionArea, QuestionBank


class Blueprint(PublicIdModel, BilingualNameModel, ClusterableModel):
    """What every form of an exam must cover, whichever questions are drawn."""

    bank = models.ForeignKey(
        QuestionBank, on_delete=models.PROTECT, related_name="blueprints", verbose_name=_("question bank")
    )
    code = models.CharField(_("code"), max_length=40, unique=True)

    class Meta:
        ordering = ["code"]
        verbose_name = _("blueprint")
        verbose_name_plural = _("blueprints")


class BlueprintCell(models.Model):
    """So many questions of this area, objective and difficulty; a blank means any."""

    blueprint = ParentalKey(Blueprint, on_delete=models.CASCADE, related_name="cells")
    area = models.ForeignKey(
        QuestionArea,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("area"),
    )
    objective = models.CharField(_("objective"), max_length=20, blank=True)
    difficulty = models.CharField(_("difficulty"), max_length=6, choices=Difficulty.choices, blank=True)
    count = models.PositiveSmallIntegerField(
        _("number of questions"), validators=[MinValueValidator(1), MaxValueValidator(200)]
    )

    class Meta:
        ordering = ["blueprint", "area__order", "objective", "difficulty"]
        verbose_name = _("row of a blueprint")
        verbose_name_plural = _("rows of a blueprint")
        constraints = [models.CheckConstraint(condition=Q(count__gte=1), name="blueprint_cell_is_not_empty")]

    def __str__(self) -> str:
        return f"{self.area or ''} {self.objective} {self.difficulty}".strip()
