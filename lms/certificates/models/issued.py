"""Certificates: what was signed, for whom, and what became of it.

The signed bytes are kept as issued; nothing here can change them. The state of a certificate is
the latest of its events, each of which has its own entry in the register.
"""

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from lms.certificates.enums import CertificateStatus, KeyState
from lms.common.models import BilingualNameModel, PublicIdModel
from lms.register.enums import EntryType


class CertificateType(PublicIdModel, BilingualNameModel):
    """What a certificate of this kind says and which gates stand before it."""

    code = models.CharField(_("code"), max_length=20, unique=True)
    tier = models.ForeignKey(
        "cascade.Tier", on_delete=models.PROTECT, related_name="certificate_types", verbose_name=_("tier")
    )
    validity_days = models.PositiveIntegerField(_("valid for days"), null=True, blank=True)
    required_gates = models.JSONField(
        _("required gates"),
        default=list,
        blank=True,
        help_text=_("Keys such as core.exam_passed or code_of_conduct.signed."),
    )
    statement_ar = models.TextField(_("statement in Arabic"))
    statement_en = models.TextField(_("statement in English"))
    signatory_ar = models.CharField(_("signatory in Arabic"), max_length=200)
    signatory_en = models.CharField(_("signatory in English"), max_length=200)
    signatory_title_ar = models.CharField(_("signatory's title in Arabic"), max_length=200)
    signatory_title_en = models.CharField(_("signatory's title in English"), max_length=200)

    class Meta:
        ordering = ["code"]
        verbose_name = _("certificate type")
        verbose_name_plural = _("certificate types")


class IssuingKey(models.Model):
    """The public half of a key that signs certificates; the private half is a file or a KMS, never a row."""

    kid = models.BinaryField(_("key id"), max_length=4, unique=True)
    public_key = models.BinaryField(_("public key"), max_length=32, unique=True)
    reference = models.CharField(
        _("reference"), max_length=100, help_text=_("The name of the key file, or the key's name in a KMS.")
    )
    state = models.CharField(_("state"), max_length=12, choices=KeyState.choices, default=KeyState.ACTIVE)
    withdrawn_at_index = models.PositiveBigIntegerField(
        _("withdrawn from index"),
        null=True,
        blank=True,
        help_text=_(
            "What was registered before this index stays valid; from it on the key counts for nothing."
        ),
    )
    not_before = models.DateField(_("not before"))
    expires = models.DateField(_("expires"))

    class Meta:
        ordering = ["pk"]
        verbose_name = _("issuing key")
        verbose_name_plural = _("issuing keys")
        constraints = [
            models.CheckConstraint(
                condition=Q(expires__gt=F("not_before")), name="issuing_key_dates_ordered"
            ),
            models.CheckConstraint(
                condition=Q(state__in=[KeyState.PENDING, KeyState.ACTIVE], withdrawn_at_index__isnull=True)
                | Q(state__in=[KeyState.RETIRED, KeyState.COMPROMISED], withdrawn_at_index__isnull=False),
                name="issuing_key_withdrawn_at_an_index",
            ),
        ]

    def __str__(self) -> str:
        return bytes(self.kid).hex()


class Keyset(models.Model):
    """A published set of issuing keys, signed by the root, as a C2SP signed note."""

    serial = models.PositiveIntegerField(_("serial"), unique=True)
    note = models.TextField(_("signed note"))
    created_at = models.DateTimeField(_("signed at"), auto_now_add=True)

    class Meta:
        ordering = ["-serial"]
        verbose_name = _("keyset")
        verbose_name_plural = _("keysets")

    def __str__(self) -> str:
        return str(self.serial)


class StatusListNote(models.Model):
    """A status list that was logged, exactly as signed: `index` is its own entry in the register."""

    index = models.PositiveBigIntegerField(_("register index"), unique=True)
    note = models.TextField(_("signed note"))
    created_at = models.DateTimeField(_("signed at"), auto_now_add=True)

    class Meta:
        ordering = ["-index"]
        verbose_name = _("status list")
        verbose_name_plural = _("status lists")

    def __str__(self) -> str:
        return str(self.index)


class Certificate(models.Model):
    """One issued certificate. `number` is the printed id: 16 Crockford characters for 10 random bytes."""

    number = models.CharField(_("number"), max_length=16, unique=True, editable=False)
    type = models.ForeignKey(
        CertificateType,
        on_delete=models.PROTECT,
        related_name="certificates",
        verbose_name=_("certificate type"),
    )
    holder = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        related_name="certificates",
        verbose_name=_("holder"),
    )
    enrolment = models.ForeignKey(
        "cascade.Enrolment",
        on_delete=models.PROTECT,
        related_name="certificates",
        verbose_name=_("enrolment"),
    )
    name_ar = models.CharField(_("name as certified"), max_length=200)
    name_en = models.CharField(_("name in Latin letters"), max_length=200, blank=True)
    wording = models.JSONField(
        _("wording"),
        editable=False,
        help_text=_("What the paper says, as it was at issue: later changes of the type alter no paper."),
    )
    issued_on = models.DateField(_("issued"))
    expires_on = models.DateField(_("expires"), null=True, blank=True)
    kid = models.BinaryField(_("key id"), max_length=4)
    payload = models.BinaryField(_("signed bytes"), max_length=400)
    register_index = models.PositiveBigIntegerField(_("register index"), unique=True)
    trainer_certificate = models.ForeignKey(
        "self",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="trained_certificates",
        verbose_name=_("trainer's certificate"),
    )
    supersedes = models.OneToOneField(
        "self",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="superseded_by",
        verbose_name=_("in place of"),
        help_text=_("The earlier certificate that this one replaces."),
    )
    status = models.CharField(
        _("status"), max_length=12, choices=CertificateStatus.choices, default=CertificateStatus.ACTIVE
    )
    created_at = models.DateTimeField(_("created"), auto_now_add=True)

    class Meta:
        ordering = ["register_index"]
        verbose_name = _("certificate")
        verbose_name_plural = _("certificates")
        permissions = [
            ("issue_certificate", _("Can issue certificates")),
            ("revoke_certificate", _("Can revoke certificates")),
            ("override_gate", _("Can override a certificate gate")),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["type", "holder"],
                condition=Q(status__in=["active", "suspended"]),
                name="certificate_one_standing_a_person",
            ),
            models.CheckConstraint(
                condition=Q(expires_on__isnull=True) | Q(expires_on__gt=F("issued_on")),
                name="certificate_dates_ordered",
            ),
        ]

    def __str__(self) -> str:
        return "-".join(self.number[i : i + 4] for i in range(0, 16, 4))

    @property
    def is_withdrawn(self) -> bool:
        """Whether somebody ended or interrupted it: its paper is not given out then."""
        return self.status != CertificateStatus.ACTIVE

    @property
    def has_expired(self) -> bool:
        """Whether its last valid day has passed while nothing else ended it."""
        return (
            self.status == CertificateStatus.ACTIVE
            and self.expires_on is not None
            and self.expires_on < timezone.localdate()
        )

    @property
    def status_label(self) -> str:
        return gettext("Expired") if self.has_expired else str(CertificateStatus(self.status).label)


class CertificateEvent(models.Model):
    """Issue, revocation, suspension, restoration: each with reason, actor and register entry."""

    certificate = models.ForeignKey(Certificate, on_delete=models.PROTECT, related_name="events")
    type = models.CharField(_("event"), max_length=32, choices=EntryType.choices)
    reason = models.CharField(_("reason"), max_length=500, blank=True)
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+", verbose_name=_("by")
    )
    register_index = models.PositiveBigIntegerField(_("register index"), unique=True)
    mass_revocation = models.ForeignKey(
        "certificates.MassRevocation",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="events",
        verbose_name=_("mass revocation"),
    )
    at = models.DateTimeField(_("at"), auto_now_add=True)

    class Meta:
        ordering = ["register_index"]
        verbose_name = _("certificate event")
        verbose_name_plural = _("certificate events")

    def __str__(self) -> str:
        return f"{self.register_index} {self.type}"


class GateOverride(models.Model):
    """That somebody with the permission let a person pass a gate, and why. An audit entry, never a setting."""

    type = models.ForeignKey(
        CertificateType,
        on_delete=models.PROTECT,
        related_name="overrides",
        verbose_name=_("certificate type"),
    )
    learner = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        related_name="gate_overrides",
        verbose_name=_("person"),
    )
    gate_key = models.CharField(_("gate"), max_length=100)
    reason = models.CharField(_("reason"), max_length=500)
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", verbose_name=_("by")
    )
    at = models.DateTimeField(_("at"), auto_now_add=True)

    class Meta:
        verbose_name = _("gate override")
        verbose_name_plural = _("gate overrides")
        constraints = [
            models.UniqueConstraint(fields=["type", "learner", "gate_key"], name="gate_override_once"),
            models.CheckConstraint(condition=~Q(reason=""), name="gate_override_has_a_reason"),
        ]

    def __str__(self) -> str:
        return self.gate_key
