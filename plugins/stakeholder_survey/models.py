"""A survey, the versions of its questionnaire, and what people answered.

**Answers are one JSON object a response**, keyed by question. A million responses of 60 items are then a million rows
of about half a kilobyte instead of 60 million rows and as many index entries: one insert a submission (so it is whole
or not there), one pass in primary-key order for results and archive, and no join to put a respondent together again.
What is filtered and grouped by (version, time, population, region, municipality) has columns of its own.

**Questions and options are frozen content, not rows.** Responses refer to a version, which never changes once
published. Nothing else ever refers to a single question, so tables of them would only be a second copy that could
differ from the sealed one.

There is no link from an answer to a person and no address anywhere.
"""

import datetime
import uuid
from functools import cached_property
from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from lms.api import BilingualNameModel

from .enums import Flag, Language, Mode, Population
from .questionnaire import Questionnaire, digest
from .reading import read_questionnaire

DRAFT_LIFETIME = datetime.timedelta(days=2)


class Unchangeable(Exception):  # noqa: N818 - reads as what it is
    """Somebody tried to change or delete a published version or a response."""


class SurveyQuerySet(models.QuerySet["Survey"]):
    def published(self) -> "SurveyQuerySet":
        """Surveys with a questionnaire that people can read."""
        return self.filter(versions__published_at__isnull=False).distinct()

    def open_at(self, moment: datetime.datetime) -> "SurveyQuerySet":
        return self.published().filter(
            Q(opens_at=None) | Q(opens_at__lte=moment), Q(closes_at=None) | Q(closes_at__gt=moment)
        )


class Survey(BilingualNameModel):
    """One consultation; the waves of a trend are surveys of their own."""

    code = models.SlugField(
        _("code"),
        max_length=40,
        unique=True,
        help_text=_("Part of the survey's address; it cannot change later."),
    )
    opens_at = models.DateTimeField(
        _("opens at"), null=True, blank=True, help_text=_("Empty: as soon as a questionnaire is published.")
    )
    closes_at = models.DateTimeField(
        _("closes at"),
        null=True,
        blank=True,
        help_text=_("Who began before may finish within two hours. Empty: open until further notice."),
    )
    target = models.PositiveIntegerField(_("target number of responses"), default=1000)
    results_public = models.BooleanField(
        _("results are public"),
        default=False,
        help_text=_("Groups of fewer than ten respondents stay hidden."),
    )

    objects = SurveyQuerySet.as_manager()

    class Meta:
        ordering = ["-pk"]
        verbose_name = _("survey")
        verbose_name_plural = _("surveys")
        constraints = [
            models.CheckConstraint(
                condition=Q(opens_at=None) | Q(closes_at=None) | Q(opens_at__lt=models.F("closes_at")),
                name="survey_opens_before_it_closes",
                violation_error_message=_("A survey must open before it closes."),
            ),
        ]

    def is_open_at(self, moment: datetime.datetime) -> bool:
        """Whether it is between its times; that a questionnaire is published is for the caller to know."""
        return (self.opens_at is None or self.opens_at <= moment) and (
            self.closes_at is None or moment < self.closes_at
        )


class VersionQuerySet(models.QuerySet["QuestionnaireVersion"]):
    def published(self) -> "VersionQuerySet":
        return self.filter(published_at__isnull=False)

    def update(self, **values: Any) -> int:
        _refuse_if_any(self.published())
        return super().update(**values)

    def delete(self) -> tuple[int, dict[str, int]]:
        _refuse_if_any(self.published())
        return super().delete()


class QuestionnaireVersion(models.Model):
    """The questionnaire as people were asked it: a draft until published, then sealed."""

    survey = models.ForeignKey(
        Survey, on_delete=models.PROTECT, related_name="versions", verbose_name=_("survey")
    )
    number = models.PositiveSmallIntegerField(_("version number"))
    content = models.JSONField(_("content"))
    sha256 = models.CharField(_("seal"), max_length=64, blank=True, editable=False)
    created_at = models.DateTimeField(_("added at"), default=timezone.now, editable=False)
    published_at = models.DateTimeField(_("published at"), null=True, blank=True, editable=False)
    published_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        editable=False,
        related_name="+",
        verbose_name=_("published by"),
    )

    objects = VersionQuerySet.as_manager()

    class Meta:
        ordering = ["survey", "-number"]
        default_permissions = ("add", "view")
        permissions = [("publish_questionnaireversion", _("Can publish questionnaires"))]
        verbose_name = _("questionnaire")
        verbose_name_plural = _("questionnaires")
        constraints = [
            models.UniqueConstraint(fields=["survey", "number"], name="questionnaire_number_once"),
            models.UniqueConstraint(
                fields=["survey"], condition=Q(published_at=None), name="questionnaire_one_draft_a_survey"
            ),
            models.CheckConstraint(
                condition=Q(published_at=None, sha256="") | (Q(published_at__isnull=False) & ~Q(sha256="")),
                name="questionnaire_published_is_sealed",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.survey} ({self.number})"

    def save(self, *args: Any, **kwargs: Any) -> None:
        self._refuse_if_published()
        super().save(*args, **kwargs)

    def delete(self, *args: Any, **kwargs: Any) -> tuple[int, dict[str, int]]:
        self._refuse_if_published()
        return super().delete(*args, **kwargs)

    def _refuse_if_published(self) -> None:
        if not self._state.adding:
            _refuse_if_any(QuestionnaireVersion.objects.published().filter(pk=self.pk))

    @property
    def is_published(self) -> bool:
        return self.published_at is not None

    @cached_property
    def questionnaire(self) -> Questionnaire:
        return read_questionnaire(self.content)

    def is_intact(self) -> bool:
        """Whether a published version still says what was sealed; true for a draft, which has no seal."""
        return not self.sha256 or digest(self.content) == self.sha256


class DraftQuerySet(models.QuerySet["Draft"]):
    def alive_at(self, moment: datetime.datetime) -> "DraftQuerySet":
        return self.filter(started_at__gte=moment - DRAFT_LIFETIME)


class Draft(models.Model):
    """What somebody has answered so far, for as long as they may come back.

    `key` is a hash of the token in the visitor's cookie: whoever reads the database cannot continue as them.
    """

    key = models.CharField(max_length=64, unique=True)
    version = models.ForeignKey(QuestionnaireVersion, on_delete=models.CASCADE, related_name="drafts")
    client_uuid = models.UUIDField(unique=True, default=uuid.uuid4)
    answers = models.JSONField(default=dict)
    started_at = models.DateTimeField(db_index=True)

    objects = DraftQuerySet.as_manager()

    class Meta:
        default_permissions = ()
        verbose_name = _("unfinished response")
        verbose_name_plural = _("unfinished responses")

    def __str__(self) -> str:
        return str(self.pk)


class ResponseQuerySet(models.QuerySet["Response"]):
    def update(self, **values: Any) -> int:
        raise Unchangeable("A response is never changed.")


class Response(models.Model):
    """What one respondent sent. It is never changed.

    `client_uuid` is chosen before sending, so that sending again is recognised and costs nothing.
    """

    version = models.ForeignKey(
        QuestionnaireVersion,
        on_delete=models.PROTECT,
        related_name="responses",
        db_index=False,
        verbose_name=_("questionnaire"),
    )
    client_uuid = models.UUIDField(unique=True, editable=False)
    submitted_at = models.DateTimeField(_("sent at"))
    language = models.CharField(_("language"), max_length=2, choices=Language.choices)
    mode = models.CharField(_("mode"), max_length=10, choices=Mode.choices)
    population = models.CharField(_("population"), max_length=7, choices=Population.choices)
    region = models.ForeignKey(
        "people.Region", on_delete=models.PROTECT, null=True, related_name="+", verbose_name=_("region")
    )
    municipality = models.ForeignKey(
        "people.Municipality",
        on_delete=models.PROTECT,
        null=True,
        related_name="+",
        verbose_name=_("municipality"),
    )
    seconds = models.PositiveIntegerField(_("seconds taken"), null=True)
    flags = models.JSONField(_("flags"), default=list)
    answers = models.JSONField(_("answers"))

    objects = ResponseQuerySet.as_manager()

    class Meta:
        ordering = ["-submitted_at", "-pk"]
        default_permissions = ("view",)
        permissions = [("export_response", _("Can export responses"))]
        verbose_name = _("response")
        verbose_name_plural = _("responses")
        constraints = [
            models.CheckConstraint(condition=Q(mode__in=Mode.values), name="response_mode_known"),
            models.CheckConstraint(
                condition=Q(population__in=Population.values), name="response_population_known"
            ),
            models.CheckConstraint(condition=Q(language__in=Language.values), name="response_language_known"),
        ]
        indexes = [
            models.Index(fields=["version", "id"], name="response_in_order"),
            models.Index(fields=["version", "submitted_at"], name="response_by_time"),
            models.Index(fields=["version", "region"], name="response_by_region"),
        ]

    def __str__(self) -> str:
        return f"{self._meta.verbose_name} {self.pk}"

    def save(self, *args: Any, **kwargs: Any) -> None:
        if not self._state.adding:
            raise Unchangeable("A response is never changed.")
        super().save(*args, **kwargs)

    @property
    def sent_on(self) -> datetime.date:
        """The day is all that anybody is shown: the minute could be matched with who was in the room."""
        return timezone.localdate(self.submitted_at)

    def flag_labels(self) -> list[str]:
        return [str(Flag(flag).label) for flag in self.flags]


def _refuse_if_any(published: models.QuerySet[Any]) -> None:
    if published.exists():
        raise Unchangeable("A published questionnaire never changes; add a new version.")
