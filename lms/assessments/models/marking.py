"""What people do to results after the hand-in: marks for open answers, moderation, marking again, appeals.

Rows are written once: a mark that was given, a decision that was taken and a result that gave way to another stay.
"""

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from lms.assessments.enums import (
    AppealOutcome,
    ChangeCause,
    ModerationCause,
    ModerationOutcome,
    Treatment,
)
from lms.common.models import PublicIdModel

from .attempts import Attempt, AttemptSlot
from .bank import QuestionVersion, RubricRow
from .exams import Exam

FIRST, SECOND = 1, 2


class Marking(PublicIdModel):
    """One marking of one open answer: waiting in the queue until somebody has given marks.

    `turn` is 1 for the first marker and 2 for the second, who knows nothing of the first. Whoever has the page of
    an answer open holds it until `reserved_until`.
    """

    slot = models.ForeignKey(AttemptSlot, on_delete=models.CASCADE, related_name="markings")
    turn = models.PositiveSmallIntegerField(_("turn"))
    marker = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="markings"
    )
    reserved_until = models.DateTimeField(_("reserved until"), null=True)
    marks = models.DecimalField(_("marks"), max_digits=5, decimal_places=2, null=True)
    marked_at = models.DateTimeField(_("marked"), null=True)

    class Meta:
        ordering = ["slot", "turn"]
        verbose_name = _("marking of an open answer")
        verbose_name_plural = _("markings of open answers")
        permissions = [("mark_open_answer", _("Can mark open answers"))]
        constraints = [
            models.UniqueConstraint(fields=["slot", "turn"], name="marking_turn_once"),
            models.UniqueConstraint(fields=["slot", "marker"], name="marking_same_answer_once_a_marker"),
            models.CheckConstraint(condition=Q(turn__in=[FIRST, SECOND]), name="marking_turn_known"),
            models.CheckConstraint(
                condition=Q(marked_at__isnull=True, marks__isnull=True)
                | Q(marked_at__isnull=False, marks__gte=0, marker__isnull=False),
                name="marking_done_is_whole",
            ),
        ]
        indexes = [
            models.Index(fields=["slot"], condition=Q(marked_at__isnull=True), name="marking_waiting"),
        ]

    def __str__(self) -> str:
        return str(self.public_id)


class CriterionMark(models.Model):
    """What a marker gave for one row of the rubric, and why."""

    marking = models.ForeignKey(Marking, on_delete=models.CASCADE, related_name="criteria")
    criterion = models.ForeignKey(RubricRow, on_delete=models.PROTECT, related_name="+")
    marks = models.DecimalField(_("marks"), max_digits=5, decimal_places=2)
    comment = models.CharField(_("comment"), max_length=500, blank=True)

    class Meta:
        ordering = ["marking", "criterion__rank", "criterion__key"]
        verbose_name = _("marks for a criterion")
        verbose_name_plural = _("marks for criteria")
        constraints = [
            models.UniqueConstraint(fields=["marking", "criterion"], name="criterion_marked_once"),
            models.CheckConstraint(condition=Q(marks__gte=0), name="criterion_marks_not_negative"),
        ]

    def __str__(self) -> str:
        return str(self.marks)


class Moderation(PublicIdModel):
    """A result that somebody must look at before it is final, and what that person decided."""

    attempt = models.ForeignKey(
        Attempt, on_delete=models.CASCADE, related_name="moderations", verbose_name=_("attempt")
    )
    cause = models.CharField(_("cause"), max_length=12, choices=ModerationCause.choices)
    error_marks = models.DecimalField(_("standard error, marks"), max_digits=7, decimal_places=2)
    error_source = models.CharField(max_length=8, editable=False)
    opened_at = models.DateTimeField(_("opened"))
    moderator = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        related_name="moderations",
        verbose_name=_("decided by"),
    )
    outcome = models.CharField(_("outcome"), max_length=12, choices=ModerationOutcome.choices, blank=True)
    reason = models.CharField(_("reason"), max_length=300, blank=True)
    closed_at = models.DateTimeField(_("decided"), null=True)

    class Meta:
        ordering = ["opened_at", "pk"]
        verbose_name = _("moderation")
        verbose_name_plural = _("moderations")
        permissions = [("moderate_result", _("Can moderate results"))]
        constraints = [
            models.UniqueConstraint(
                fields=["attempt"], condition=Q(closed_at__isnull=True), name="moderation_one_open"
            ),
            models.CheckConstraint(
                condition=Q(closed_at__isnull=True, moderator__isnull=True, outcome="", reason="")
                | (Q(closed_at__isnull=False, moderator__isnull=False) & ~Q(outcome="") & ~Q(reason="")),
                name="moderation_decided_is_whole",
            ),
        ]

    def __str__(self) -> str:
        return str(self.public_id)


class Regrade(PublicIdModel):
    """An exam marked again with other keys, by whom and why. `compared` is the number of results looked at."""

    exam = models.ForeignKey(Exam, on_delete=models.PROTECT, related_name="regrades", verbose_name=_("exam"))
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", verbose_name=_("by")
    )
    reason = models.CharField(_("reason"), max_length=300)
    compared = models.PositiveIntegerField(_("results compared"))
    at = models.DateTimeField(_("at"))

    class Meta:
        ordering = ["-at", "-pk"]
        verbose_name = _("regrade")
        verbose_name_plural = _("regrades")
        permissions = [("regrade_exam", _("Can mark an exam again"))]
        constraints = [models.CheckConstraint(condition=~Q(reason=""), name="regrade_has_a_reason")]

    def __str__(self) -> str:
        return str(self.public_id)


class Correction(models.Model):
    """How an exam marks a question version from a regrade on, also for those who hand in later. Of several the
    latest is in force."""

    regrade = models.ForeignKey(Regrade, on_delete=models.CASCADE, related_name="corrections")
    version = models.ForeignKey(QuestionVersion, on_delete=models.PROTECT, related_name="+")
    treatment = models.CharField(_("treatment"), max_length=12, choices=Treatment.choices)
    by_version = models.ForeignKey(QuestionVersion, on_delete=models.PROTECT, null=True, related_name="+")

    class Meta:
        ordering = ["regrade", "pk"]
        verbose_name = _("correction")
        verbose_name_plural = _("corrections")
        constraints = [
            models.UniqueConstraint(fields=["regrade", "version"], name="correction_version_once"),
            models.CheckConstraint(
                condition=Q(treatment=Treatment.CORRECTED, by_version__isnull=False)
                | (~Q(treatment=Treatment.CORRECTED) & Q(by_version__isnull=True)),
                name="correction_names_its_key",
            ),
            models.CheckConstraint(
                condition=Q(by_version__isnull=True) | ~Q(by_version=F("version")),
                name="correction_by_another_version",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.version_id} {self.treatment}"


class Appeal(PublicIdModel):
    """What a learner says against a released result, and the answer. One for each release of a result."""

    attempt = models.ForeignKey(
        Attempt, on_delete=models.CASCADE, related_name="appeals", verbose_name=_("attempt")
    )
    released_at = models.DateTimeField(_("result released"))
    text = models.TextField(_("what the learner says"), max_length=2000)
    filed_at = models.DateTimeField(_("filed"), default=timezone.now)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        related_name="appeals_decided",
        verbose_name=_("decided by"),
    )
    outcome = models.CharField(_("decision"), max_length=12, choices=AppealOutcome.choices, blank=True)
    answer = models.TextField(_("answer to the learner"), max_length=2000, blank=True)
    decided_at = models.DateTimeField(_("decided"), null=True)

    class Meta:
        ordering = ["filed_at", "pk"]
        verbose_name = _("appeal")
        verbose_name_plural = _("appeals")
        permissions = [("decide_appeal", _("Can decide appeals"))]
        constraints = [
            models.UniqueConstraint(fields=["attempt", "released_at"], name="appeal_once_a_release"),
            models.CheckConstraint(condition=~Q(text=""), name="appeal_says_something"),
            models.CheckConstraint(
                condition=Q(decided_at__isnull=True, decided_by__isnull=True, outcome="", answer="")
                | (Q(decided_at__isnull=False, decided_by__isnull=False) & ~Q(outcome="") & ~Q(answer="")),
                name="appeal_decided_is_whole",
            ),
        ]

    def __str__(self) -> str:
        return str(self.public_id)


class ResultChange(models.Model):
    """A result that gave way to another: what it was, what took its place, by whom and why.

    `slots` holds the old marks of every question as [{"position", "marks", "is_dropped"}], marks as text or null.
    """

    attempt = models.ForeignKey(Attempt, on_delete=models.CASCADE, related_name="result_changes")
    number = models.PositiveSmallIntegerField(_("number"))
    cause = models.CharField(_("cause"), max_length=12, choices=ChangeCause.choices)
    regrade = models.ForeignKey(Regrade, on_delete=models.PROTECT, null=True, related_name="changes")
    actor = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    reason = models.CharField(_("reason"), max_length=300)
    at = models.DateTimeField(_("at"))
    old_marks = models.DecimalField(_("marks before"), max_digits=7, decimal_places=2)
    old_max_marks = models.DecimalField(_("marks possible before"), max_digits=7, decimal_places=2)
    old_is_passed = models.BooleanField(_("passed before"))
    old_released_at = models.DateTimeField(_("released before"), null=True)
    new_marks = models.DecimalField(_("marks after"), max_digits=7, decimal_places=2)
    new_max_marks = models.DecimalField(_("marks possible after"), max_digits=7, decimal_places=2)
    new_is_passed = models.BooleanField(_("passed after"))
    slots = models.JSONField(_("marks of the questions before"))

    class Meta:
        ordering = ["attempt", "number"]
        verbose_name = _("change of a result")
        verbose_name_plural = _("changes of results")
        constraints = [
            models.UniqueConstraint(fields=["attempt", "number"], name="result_change_number_once"),
            models.CheckConstraint(condition=~Q(reason=""), name="result_change_has_a_reason"),
            models.CheckConstraint(
                condition=Q(cause=ChangeCause.REGRADE, regrade__isnull=False)
                | (~Q(cause=ChangeCause.REGRADE) & Q(regrade__isnull=True)),
                name="result_change_names_its_regrade",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.attempt_id} {self.number}"
