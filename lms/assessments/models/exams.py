"""What must be answered, in which time, how often, and what counts as a pass."""

from datetime import datetime, timedelta

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from lms.assessments.enums import FeedbackPolicy, ReleaseRule
from lms.common.models import BilingualNameModel, PublicIdModel

from .bank import QuestionBank
from .blueprints import Blueprint


class Exam(PublicIdModel, BilingualNameModel):
    """The rules of an exam. An attempt copies those it is judged by, so later edits change no result."""

    code = models.CharField(_("code"), max_length=40, unique=True)
    course = models.ForeignKey(
        "courses.Course", on_delete=models.PROTECT, related_name="exams", verbose_name=_("course")
    )
    bank = models.ForeignKey(
        QuestionBank, on_delete=models.PROTECT, related_name="exams", verbose_name=_("question bank")
    )
    blueprint = models.ForeignKey(
        Blueprint,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="exams",
        verbose_name=_("blueprint"),
        help_text=_("Without one, questions are spread evenly over the areas of the bank."),
    )
    question_count = models.PositiveSmallIntegerField(
        _("number of questions"), validators=[MinValueValidator(1), MaxValueValidator(200)]
    )
    duration_minutes = models.PositiveSmallIntegerField(
        _("minutes"), validators=[MinValueValidator(1), MaxValueValidator(600)]
    )
    grace_seconds = models.PositiveSmallIntegerField(
        _("grace in seconds"),
        default=60,
        validators=[MaxValueValidator(600)],
        help_text=_("How long after the deadline an answer that was on its way still counts."),
    )
    pass_percent = models.PositiveSmallIntegerField(
        _("pass mark, per cent"), default=70, validators=[MinValueValidator(1), MaxValueValidator(100)]
    )
    max_attempts = models.PositiveSmallIntegerField(
        _("attempts allowed"), default=2, validators=[MinValueValidator(1), MaxValueValidator(20)]
    )
    cool_off_hours = models.PositiveSmallIntegerField(_("hours between attempts"), default=24)
    opens_at = models.DateTimeField(_("opens"))
    closes_at = models.DateTimeField(_("closes"))
    hard_close = models.BooleanField(
        _("cut at closing time"),
        default=False,
        help_text=_("If set, an attempt ends with the window even when minutes are left."),
    )
    feedback = models.CharField(
        _("what learners see of their answers"),
        max_length=12,
        choices=FeedbackPolicy.choices,
        default=FeedbackPolicy.WHEN_FINAL,
    )
    release = models.CharField(
        _("release of results"), max_length=12, choices=ReleaseRule.choices, default=ReleaseRule.AT_ONCE
    )
    moderates_near_cut = models.BooleanField(
        _("moderate results near the pass mark"),
        default=False,
        help_text=_(
            "If set, a person looks at every result within one standard error of the pass mark before it is "
            "released."
        ),
    )
    marker_difference_percent = models.PositiveSmallIntegerField(
        _("how far two markers may differ, per cent"),
        default=20,
        validators=[MaxValueValidator(100)],
        help_text=_(
            "Of the marks of an open question. Beyond it, or if only one of the two would let the candidate "
            "pass, a third person decides; up to it the mean counts."
        ),
    )
    appeal_days = models.PositiveSmallIntegerField(
        _("days for an appeal"),
        default=14,
        validators=[MaxValueValidator(365)],
        help_text=_("Counted from the release of a result. 0: no appeals."),
    )

    class Meta:
        ordering = ["course", "code"]
        verbose_name = _("exam")
        verbose_name_plural = _("exams")
        permissions = [("release_results", _("Can release results"))]
        constraints = [
            models.CheckConstraint(
                condition=Q(closes_at__gt=F("opens_at")),
                name="exam_window_ordered",
                violation_error_message=_("The exam must close after it opens."),
            ),
            models.CheckConstraint(
                condition=Q(pass_percent__range=(1, 100)), name="exam_pass_mark_is_percent"
            ),
            models.CheckConstraint(condition=Q(question_count__gte=1), name="exam_has_questions"),
            models.CheckConstraint(
                condition=Q(marker_difference_percent__lte=100), name="exam_marker_difference_is_percent"
            ),
        ]

    def is_open_at(self, moment: datetime) -> bool:
        """Whether an attempt may be started at that moment."""
        return self.opens_at <= moment < self.closes_at

    @property
    def over_at(self) -> datetime:
        """When the last person who started in time has finished, unless pauses or extra time let somebody sit on."""
        longest = 0 if self.hard_close else self.duration_minutes
        return self.closes_at + timedelta(minutes=longest, seconds=self.grace_seconds)
