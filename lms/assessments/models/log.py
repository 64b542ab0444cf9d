"""The operations log of attempts, and what people decide about what came late."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from lms.assessments.enums import OperationKind

from .attempts import Attempt


class Operation(models.Model):
    """One thing that a candidate did, as the page reported it or as the server wrote it down for a plain form.

    A row is written once and never changed. `hash` chains it to the one before (`oplog`). `sequence` is the
    number that a plain form gave to its change; `unsent` says, on the last row of a batch, how many more
    operations the device held.
    """

    # Its index would repeat the beginning of the constraint's, and cost each batch of an exam another page.
    attempt = models.ForeignKey(Attempt, on_delete=models.CASCADE, related_name="operations", db_index=False)
    lease = models.PositiveIntegerField(_("lease"))
    seq = models.PositiveIntegerField(_("number"))
    slot = models.PositiveSmallIntegerField(_("question"))
    kind = models.CharField(_("kind"), max_length=10, choices=OperationKind.choices)
    value = models.JSONField(_("value"), null=True)
    t_mono = models.BigIntegerField(_("milliseconds since the page was loaded"))
    t_wall = models.BigIntegerField(_("clock of the device, milliseconds"))
    prev_hash = models.CharField(max_length=64)
    hash = models.CharField(max_length=64)
    received_at = models.DateTimeField(_("received"))
    sequence = models.PositiveIntegerField(null=True)
    unsent = models.PositiveIntegerField(null=True)

    class Meta:
        ordering = ["attempt", "lease", "seq"]
        verbose_name = _("operation")
        verbose_name_plural = _("operations")
        constraints = [
            models.UniqueConstraint(fields=["attempt", "lease", "seq"], name="operation_number_once"),
        ]

    def __str__(self) -> str:
        return f"{self.lease}.{self.seq} {self.kind}"


class LateVerdict(models.Model):
    """What one person says about the late answers of an attempt. Two different people must agree."""

    attempt = models.ForeignKey(Attempt, on_delete=models.CASCADE, related_name="late_verdicts")
    judge = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    is_accepted = models.BooleanField(_("the answers count"))
    reason = models.CharField(_("reason"), max_length=300)
    at = models.DateTimeField(_("at"))

    class Meta:
        ordering = ["attempt", "pk"]
        verbose_name = _("verdict on late answers")
        verbose_name_plural = _("verdicts on late answers")
        constraints = [
            models.UniqueConstraint(fields=["attempt", "judge"], name="late_verdict_one_a_judge"),
            models.CheckConstraint(condition=~models.Q(reason=""), name="late_verdict_has_a_reason"),
        ]

    def __str__(self) -> str:
        return str(self.pk)
