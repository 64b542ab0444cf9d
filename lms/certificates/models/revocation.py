"""Ending many certificates at once, which takes two persons."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from lms.certificates.enums import ProposalState
from lms.common.models import PublicIdModel

from .issued import Certificate


class MassRevocation(PublicIdModel):
    """That many certificates are to end for one reason: one person proposes it, another one decides."""

    reason = models.CharField(_("reason"), max_length=500)
    certificates = models.ManyToManyField(
        Certificate, related_name="mass_revocations", verbose_name=_("certificates")
    )
    state = models.CharField(
        _("state"), max_length=12, choices=ProposalState.choices, default=ProposalState.PROPOSED
    )
    proposed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", verbose_name=_("proposed by")
    )
    proposed_at = models.DateTimeField(_("proposed"), auto_now_add=True)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("decided by"),
    )
    decided_at = models.DateTimeField(_("decided"), null=True, blank=True)

    class Meta:
        ordering = ["-proposed_at"]
        verbose_name = _("mass revocation")
        verbose_name_plural = _("mass revocations")
        permissions = [("approve_massrevocation", _("Can approve a mass revocation that another proposed"))]
        constraints = [
            models.CheckConstraint(
                condition=~Q(state=ProposalState.APPROVED) | ~Q(decided_by=F("proposed_by")),
                name="mass_revocation_takes_two_persons",
            ),
            models.CheckConstraint(
                condition=Q(state=ProposalState.PROPOSED, decided_by__isnull=True, decided_at__isnull=True)
                | (~Q(state=ProposalState.PROPOSED) & Q(decided_by__isnull=False, decided_at__isnull=False)),
                name="mass_revocation_decided_by_somebody",
            ),
            models.CheckConstraint(condition=~Q(reason=""), name="mass_revocation_has_a_reason"),
        ]

    def __str__(self) -> str:
        return self.reason
