"""Scenarios: one story with several questions."""

from typing import Any

from django.db import models
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from lms.assessments.content import Bilingual
from lms.assessments.content import Stimulus as StimulusContent
from lms.common.models import PublicIdModel

from .bank import ImmutableVersionError, QuestionBank
from .images import IllustratedModel


class StoryModel(IllustratedModel):
    """A text in both languages, with or without an image."""

    text_ar = models.TextField(_("text in Arabic"))
    text_en = models.TextField(_("text in English"))

    class Meta:
        abstract = True

    @property
    def text(self) -> str:
        return self.text_en if get_language() == "en" else self.text_ar

    def content(self) -> StimulusContent:
        return StimulusContent(Bilingual(self.text_ar, self.text_en), self.image_content())


class Scenario(PublicIdModel, StoryModel):
    """The story as the office writes it. A new wording reaches forms when its questions are published again."""

    bank = models.ForeignKey(
        QuestionBank, on_delete=models.PROTECT, related_name="scenarios", verbose_name=_("question bank")
    )
    code = models.CharField(_("code"), max_length=40)

    class Meta:
        ordering = ["bank", "code"]
        verbose_name = _("scenario")
        verbose_name_plural = _("scenarios")
        constraints = [models.UniqueConstraint(fields=["bank", "code"], name="scenario_code_once_a_bank")]

    def __str__(self) -> str:
        return self.code


class Stimulus(StoryModel):
    """The story as people answered it: written once when a question is published, shared by the questions
    that were published with the same words, and never changed."""

    digest = models.CharField(_("seal"), max_length=64, unique=True)

    class Meta:
        verbose_name = _("text of a scenario when published")
        verbose_name_plural = _("texts of scenarios when published")

    def __str__(self) -> str:
        return self.text

    def save(self, *args: Any, **kwargs: Any) -> None:
        if not self._state.adding:
            raise ImmutableVersionError("A published text never changes; publish the questions again.")
        super().save(*args, **kwargs)
