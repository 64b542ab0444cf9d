"""Attempts: one person's sitting of an exam.

The form (which versions, in which order, options in which order) is frozen when the attempt is
created, so that a result can be defended years later. Times are the server's; the phone's clock
never matters.
"""

from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from lms.assessments.enums import OPEN_STATES, AttemptState, EventKind, EvidenceClass
from lms.assessments.timing import LEAST_MULTIPLIER, MOST_MULTIPLIER
from lms.common.models import PublicIdModel

from .accommodations import GrantedModel
from .bank import QuestionArea, QuestionVersion
from .exams import Exam

GRADED_STATES = [AttemptState.GRADED, AttemptState.MODERATION, AttemptState.RELEASED, AttemptState.REGRADED]
HANDED_IN_STATES = [AttemptState.SUBMITTED, *GRADED_STATES]
#: States without a clock. A sitting on paper gets its times when the paper is keyed, or is void without any.
UNTIMED_STATES = [
    AttemptState.READY,
    AttemptState.ON_PAPER,
    AttemptState.NOT_TAKEN,
    AttemptState.VOIDED,
]


class Attempt(PublicIdModel, GrantedModel):
    """One sitting. `services.lifecycle.move_attempt` is the only way to change its state."""

    exam = models.ForeignKey(Exam, on_delete=models.PROTECT, related_name="attempts", verbose_name=_("exam"))
    learner = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        related_name="attempts",
        verbose_name=_("learner"),
    )
    number = models.PositiveSmallIntegerField(_("attempt number"))
    state = models.CharField(
        _("state"), max_length=12, choices=AttemptState.choices, default=AttemptState.READY
    )
    base_seconds = models.PositiveIntegerField(_("seconds allowed"))
    extra_seconds = models.PositiveIntegerField(_("extra seconds"), default=0)
    break_seconds_allowed = models.PositiveIntegerField(_("seconds of breaks allowed"), default=0)
    break_seconds = models.PositiveIntegerField(
        _("seconds of breaks taken"), default=0, help_text=_("Of breaks that have ended.")
    )
    is_on_break = models.BooleanField(
        _("on a break"), default=False, help_text=_("Paused by the candidate, who goes on at will.")
    )
    pause_seconds = models.PositiveIntegerField(_("seconds of pauses"), default=0)
    credited_seconds = models.PositiveIntegerField(_("seconds credited for outages"), default=0)
    grace_seconds = models.PositiveSmallIntegerField(_("grace in seconds"))
    pass_percent = models.PositiveSmallIntegerField(_("pass mark, per cent"))
    created_at = models.DateTimeField(_("created"), default=timezone.now, editable=False)
    started_at = models.DateTimeField(_("started"), null=True, blank=True)
    deadline = models.DateTimeField(_("deadline"), null=True, blank=True)
    paused_at = models.DateTimeField(_("paused"), null=True, blank=True)
    lease = models.PositiveIntegerField(
        _("lease"), default=0, help_text=_("Grows each time that another device takes over.")
    )
    keeps_log = models.BooleanField(
        _("the device keeps the log"),
        default=False,
        help_text=_(
            "Set where the page writes operations itself; else the server writes them, form by form."
        ),
    )
    holder = models.CharField(_("holder of the lease"), max_length=64, blank=True, editable=False)
    device = models.CharField(_("device of the lease"), max_length=64, blank=True, editable=False)
    is_move_allowed = models.BooleanField(_("may move to another device"), default=False)
    last_contact_at = models.DateTimeField(_("last contact"), null=True, blank=True)
    unsent = models.PositiveIntegerField(
        _("unsent operations"), default=0, help_text=_("What the device still held at its last contact.")
    )
    event_count = models.PositiveIntegerField(default=0, editable=False)
    event_head = models.CharField(max_length=64, blank=True, editable=False)
    receipt = models.TextField(_("receipt"), blank=True, editable=False)
    submitted_at = models.DateTimeField(_("submitted"), null=True, blank=True)
    marks = models.DecimalField(_("marks"), max_digits=7, decimal_places=2, null=True, blank=True)
    max_marks = models.DecimalField(
        _("marks possible"), max_digits=7, decimal_places=2, null=True, blank=True
    )
    is_passed = models.BooleanField(_("passed"), null=True, blank=True)
    released_at = models.DateTimeField(_("result released"), null=True, blank=True)

    class Meta:
        ordering = ["exam", "learner", "number"]
        verbose_name = _("attempt")
        verbose_name_plural = _("attempts")
        permissions = [
            ("view_every_attempt", _("Can see the attempts of all cohorts")),
            ("invigilate_attempt", _("Can invigilate exams")),
            ("judge_late_answers", _("Can decide on late answers")),
        ]
        constraints = [
            models.UniqueConstraint(fields=["exam", "learner", "number"], name="attempt_number_once"),
            models.UniqueConstraint(
                fields=["exam", "learner"],
                condition=Q(state__in=OPEN_STATES),
                name="attempt_one_open_at_a_time",
            ),
            models.CheckConstraint(
                condition=Q(state__in=UNTIMED_STATES) | Q(started_at__isnull=False, deadline__isnull=False),
                name="attempt_begun_has_a_clock",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=HANDED_IN_STATES) | Q(submitted_at__isnull=False),
                name="attempt_handed_in_has_a_time",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=GRADED_STATES)
                | Q(marks__isnull=False, max_marks__isnull=False, is_passed__isnull=False),
                name="attempt_graded_has_a_result",
            ),
            models.CheckConstraint(
                condition=~Q(state=AttemptState.PAUSED) | Q(paused_at__isnull=False),
                name="attempt_paused_since",
            ),
            models.CheckConstraint(
                condition=Q(is_on_break=False) | Q(state=AttemptState.PAUSED),
                name="attempt_on_a_break_is_paused",
            ),
            models.CheckConstraint(
                condition=Q(time_multiplier__range=(LEAST_MULTIPLIER, MOST_MULTIPLIER)),
                name="attempt_multiplier_in_range",
            ),
            models.CheckConstraint(
                condition=Q(break_seconds__lte=F("break_seconds_allowed")),
                name="attempt_breaks_within_allowance",
            ),
        ]
        indexes = [
            models.Index(
                fields=["deadline"],
                condition=Q(state=AttemptState.STARTED),
                name="attempt_running_by_deadline",
            ),
        ]

    def __str__(self) -> str:
        return str(self.public_id)

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Saves a new attempt only: a row written from memory could undo what another request decided."""
        if not self._state.adding:
            raise TypeError("An attempt changes only through lms.assessments.services.")
        super().save(*args, **kwargs)

    @property
    def is_open(self) -> bool:
        return self.state in OPEN_STATES

    @property
    def break_seconds_left(self) -> int:
        """What is left of the allowance for breaks, if none is running."""
        return max(0, self.break_seconds_allowed - self.break_seconds)

    @property
    def is_released(self) -> bool:
        return self.state == AttemptState.RELEASED


class AttemptSlot(models.Model):
    """One place on a frozen form: this version, with its options in this order."""

    attempt = models.ForeignKey(Attempt, on_delete=models.CASCADE, related_name="slots")
    position = models.PositiveSmallIntegerField(_("position"))
    version = models.ForeignKey(QuestionVersion, on_delete=models.PROTECT, related_name="slots")
    area = models.ForeignKey(QuestionArea, on_delete=models.PROTECT, related_name="slots")
    option_order = models.JSONField(_("order of options"))
    max_marks = models.DecimalField(_("marks possible"), max_digits=5, decimal_places=2, default=1)
    marks = models.DecimalField(_("marks"), max_digits=5, decimal_places=2, null=True, blank=True)
    is_dropped = models.BooleanField(
        _("not counted"), default=False, help_text=_("Set when the question turned out to be faulty.")
    )

    class Meta:
        ordering = ["attempt", "position"]
        verbose_name = _("question on the form")
        verbose_name_plural = _("questions on the form")
        constraints = [
            models.UniqueConstraint(fields=["attempt", "position"], name="slot_position_once"),
            models.UniqueConstraint(fields=["attempt", "version"], name="slot_question_once"),
            models.CheckConstraint(
                condition=Q(marks__isnull=True) | Q(marks__gte=0, marks__lte=F("max_marks")),
                name="slot_marks_within_bounds",
            ),
        ]

    def __str__(self) -> str:
        return str(self.position)


class Answer(models.Model):
    """What counts for a slot, drawn from the operations log when the attempt is handed in.

    Until then the log alone says what was answered (`selectors.log`)."""

    slot = models.OneToOneField(AttemptSlot, on_delete=models.CASCADE, related_name="answer")
    value = models.JSONField(_("answer"), help_text=_("As kept by answers_format; an empty list means none."))
    is_flagged = models.BooleanField(_("marked to come back to"), default=False)
    sequence = models.PositiveIntegerField(_("number of changes"))
    lease = models.PositiveIntegerField(_("lease"), default=0)
    seq = models.PositiveIntegerField(_("operation"), default=0)
    evidence = models.CharField(
        _("evidence"), max_length=1, choices=EvidenceClass.choices, default=EvidenceClass.IN_TIME
    )
    saved_at = models.DateTimeField(_("saved"))

    class Meta:
        verbose_name = _("answer")
        verbose_name_plural = _("answers")

    def __str__(self) -> str:
        return str(self.pk)


class AttemptEvent(models.Model):
    """What happened to an attempt, by whom and why: every change of state, and what else people or the server
    did to it. Each event names the hash of the one before (`journal`), so that none can be changed or taken
    out unseen."""

    attempt = models.ForeignKey(Attempt, on_delete=models.CASCADE, related_name="events")
    number = models.PositiveIntegerField(_("number"))
    kind = models.CharField(_("kind"), max_length=16, choices=EventKind.choices, default=EventKind.MOVE)
    from_state = models.CharField(_("from"), max_length=12, choices=AttemptState.choices)
    to_state = models.CharField(_("to"), max_length=12, choices=AttemptState.choices)
    actor = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    reason = models.CharField(_("reason"), max_length=300, blank=True)
    details = models.JSONField(_("details"), default=dict, blank=True)
    at = models.DateTimeField(_("at"))
    prev_hash = models.CharField(max_length=64, editable=False)
    hash = models.CharField(max_length=64, editable=False)

    class Meta:
        ordering = ["attempt", "pk"]
        verbose_name = _("attempt event")
        verbose_name_plural = _("attempt events")
        constraints = [
            models.UniqueConstraint(fields=["attempt", "number"], name="attempt_event_number_once"),
            models.CheckConstraint(
                condition=~Q(to_state__in=[AttemptState.NOT_TAKEN, AttemptState.VOIDED]) | ~Q(reason=""),
                name="attempt_ended_unused_has_a_reason",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.from_state} → {self.to_state}"
