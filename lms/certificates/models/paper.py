"""What paper looks like, in versions that never change, and the photo that a holder allows on the badge."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

NOTE_AR = "هذه البطاقة شخصية. من يجدها فليسلّمها إلى مكتب البرنامج."
NOTE_EN = "This card is personal. If found, please return it to the programme office."
_COLOUR = r"^#[0-9a-f]{6}$"


class PaperPicture(models.Model):
    """A logo or signature, redrawn as PNG and named by its content, so that no old paper ever changes.

    In the database and not among the uploads: a few small rows that must be there for as long as certificates are.
    """

    sha256 = models.CharField(_("SHA-256"), max_length=64, unique=True)
    content = models.BinaryField(_("picture"))
    created_at = models.DateTimeField(_("created"), auto_now_add=True)

    class Meta:
        verbose_name = _("picture on paper")
        verbose_name_plural = _("pictures on paper")

    def __str__(self) -> str:
        return self.sha256[:12]


class CertificateDesign(models.Model):
    """One version of how certificates of a type look.

    It holds for certificates whose register index is not below `from_index` and below that of the next version;
    it is set under the register's lock, so that every certificate has exactly one design for good.
    """

    type = models.ForeignKey(
        "certificates.CertificateType",
        on_delete=models.PROTECT,
        related_name="designs",
        verbose_name=_("certificate type"),
    )
    version = models.PositiveIntegerField(_("version"), editable=False)
    from_index = models.PositiveBigIntegerField(_("from register entry"), editable=False)
    intro_ar = models.CharField(_("line above the name, in Arabic"), max_length=80, default="نشهد بأنّ")
    intro_en = models.CharField(
        _("line above the name, in English"), max_length=80, default="We certify that"
    )
    note_ar = models.CharField(_("note on the badge, in Arabic"), max_length=120, default=NOTE_AR)
    note_en = models.CharField(_("note on the badge, in English"), max_length=120, default=NOTE_EN)
    signatories = models.JSONField(_("signatories"), default=list, blank=True)
    logo = models.ForeignKey(
        PaperPicture,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("logo"),
    )
    accent = models.CharField(_("main colour"), max_length=7, default="#0a5c5c")
    deep = models.CharField(_("dark colour"), max_length=7, default="#064343")
    ornament = models.CharField(_("colour of ornaments"), max_length=7, default="#b5761a")
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", verbose_name=_("by")
    )
    created_at = models.DateTimeField(_("created"), auto_now_add=True)

    class Meta:
        ordering = ["type", "-version"]
        verbose_name = _("design of certificates")
        verbose_name_plural = _("designs of certificates")
        constraints = [
            models.UniqueConstraint(fields=["type", "version"], name="design_version_once"),
            models.CheckConstraint(
                condition=Q(accent__regex=_COLOUR) & Q(deep__regex=_COLOUR) & Q(ornament__regex=_COLOUR),
                name="design_colours_are_hex",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.type} · {self.version}"


class BadgePhoto(models.Model):
    """A holder's portrait for the badge, with the consent in the words that were shown. Gone when it is deleted."""

    holder = models.OneToOneField(
        settings.AUTH_USER_MODEL,
        on_delete=models.CASCADE,
        related_name="badge_photo",
        verbose_name=_("holder"),
    )
    content = models.BinaryField(_("photo"))
    consent = models.CharField(_("consent as given"), max_length=500)
    consented_at = models.DateTimeField(_("consented"), auto_now_add=True)

    class Meta:
        verbose_name = _("photo for the badge")
        verbose_name_plural = _("photos for badges")
        constraints = [models.CheckConstraint(condition=~Q(consent=""), name="badge_photo_only_with_consent")]

    def __str__(self) -> str:
        return str(self.pk)
