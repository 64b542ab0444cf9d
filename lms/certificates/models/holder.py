"""What a holder does with a certificate: sharing it, having its name corrected, and being reminded of its end."""

import secrets

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from lms.certificates.enums import CorrectionState
from lms.common.models import PublicIdModel

TOKEN_BYTES = 24


def new_token() -> str:
    """192 random bits for an address that nobody guesses."""
    return secrets.token_urlsafe(TOKEN_BYTES)


class OpenBadge(models.Model):
    """The Open Badge of a certificate as it was first signed, so that every copy of it is the same."""

    certificate = models.OneToOneField(
        "certificates.Certificate", on_delete=models.PROTECT, related_name="open_badge"
    )
    document = models.BinaryField(_("signed document"))
    public_key = models.BinaryField(_("public key"), max_length=32)
    created_at = models.DateTimeField(_("created"), auto_now_add=True)

    class Meta:
        verbose_name = _("Open Badge")
        verbose_name_plural = _("Open Badges")

    def __str__(self) -> str:
        return str(self.certificate_id)


class ShareLink(PublicIdModel):
    """An address under which anybody sees one certificate, until its day or until the holder switches it off.

    `views` counts openings and nothing else: not by whom, not when.
    """

    certificate = models.ForeignKey(
        "certificates.Certificate", on_delete=models.PROTECT, related_name="share_links"
    )
    token = models.CharField(_("token"), max_length=64, unique=True, default=new_token, editable=False)
    expires_at = models.DateTimeField(_("until"))
    closed_at = models.DateTimeField(_("switched off"), null=True, blank=True)
    views = models.PositiveIntegerField(_("views"), default=0)
    created_at = models.DateTimeField(_("created"), auto_now_add=True)

    class Meta:
        ordering = ["-created_at"]
        verbose_name = _("share link")
        verbose_name_plural = _("share links")
        constraints = [
            models.CheckConstraint(
                condition=Q(expires_at__gt=F("created_at")), name="share_link_ends_after_it_begins"
            )
        ]

    def __str__(self) -> str:
        return str(self.pk)

    @property
    def is_open(self) -> bool:
        return self.closed_at is None and self.expires_at > timezone.now()


class NameCorrection(PublicIdModel):
    """A holder's request to have the certified name corrected, and what the office decided."""

    certificate = models.ForeignKey(
        "certificates.Certificate",
        on_delete=models.PROTECT,
        related_name="corrections",
        verbose_name=_("certificate"),
    )
    name_ar = models.CharField(_("correct name"), max_length=200)
    name_en = models.CharField(_("correct name in Latin letters"), max_length=200, blank=True)
    reason = models.CharField(_("what is wrong"), max_length=500)
    state = models.CharField(
        _("state"), max_length=10, choices=CorrectionState.choices, default=CorrectionState.PENDING
    )
    answer = models.CharField(_("answer"), max_length=500, blank=True)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("decided by"),
    )
    decided_at = models.DateTimeField(_("decided"), null=True, blank=True)
    created_at = models.DateTimeField(_("requested"), auto_now_add=True)

    class Meta:
        ordering = ["-created_at"]
        verbose_name = _("name correction")
        verbose_name_plural = _("name corrections")
        permissions = [("decide_namecorrection", _("Can decide on name corrections"))]
        constraints = [
            models.UniqueConstraint(
                fields=["certificate"],
                condition=Q(state="pending"),
                name="name_correction_one_pending_a_certificate",
            ),
            models.CheckConstraint(
                condition=Q(state="pending", decided_by=None, decided_at=None)
                | (~Q(state="pending") & Q(decided_by__isnull=False, decided_at__isnull=False)),
                name="name_correction_decided_by_somebody",
            ),
        ]

    def __str__(self) -> str:
        return self.name_ar


class ExpiryReminder(models.Model):
    """That a holder was written to about the end of a certificate, once for each number of days before it."""

    certificate = models.ForeignKey(
        "certificates.Certificate", on_delete=models.PROTECT, related_name="reminders"
    )
    days_before = models.PositiveIntegerField(_("days before the end"))
    sent_at = models.DateTimeField(_("sent"), auto_now_add=True)

    class Meta:
        verbose_name = _("reminder")
        verbose_name_plural = _("reminders")
        constraints = [
            models.UniqueConstraint(fields=["certificate", "days_before"], name="expiry_reminder_once")
        ]

    def __str__(self) -> str:
        return f"{self.certificate_id} {self.days_before}"
