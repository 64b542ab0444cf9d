"""Who endorsed which version, and who withdrew."""

from typing import Any, NoReturn

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from lms.api import PublicIdModel, search_key

from ..enums import ActorKind, EndorsementState, IdentityTier, Language, Role, Sector
from .codes import CodeVersion, FrozenQuerySet, SealedModel

SEARCH_LENGTH = 400
"""One letter of a name can become eighteen when it is written out for searching; what is beyond is not searched."""


class EndorsementQuerySet(FrozenQuerySet["Endorsement"]):
    def standing(self) -> "EndorsementQuerySet":
        return self.filter(state=EndorsementState.IN_FORCE)

    def on_public_register(self) -> "EndorsementQuerySet":
        """What was entered in the register, withdrawn endorsements included."""
        return self.filter(register_index__isnull=False)

    def search_name(self, text: str) -> "EndorsementQuerySet":
        """Published names that hold every word, however the Arabic is spelt."""
        found = self.filter(agreed_publication=True)
        for word in search_key(text).split():
            found = found.filter(search_name__contains=word)
        return found


class Endorsement(PublicIdModel, SealedModel):
    """A person's or a body's endorsement of one version.

    `actor_key` is a digest that names the same person or body again without naming them to a reader; the
    database allows one endorsement in force for each and version.
    """

    version = models.ForeignKey(
        CodeVersion,
        on_delete=models.PROTECT,
        related_name="endorsements",
        verbose_name=_("version of the code"),
    )
    submission = models.UUIDField(
        _("number of the form"),
        unique=True,
        editable=False,
        help_text=_("The same form sent twice is one signature."),
    )
    kind = models.CharField(_("person or body"), max_length=6, choices=ActorKind.choices)
    actor_key = models.CharField(_("digest of the actor"), max_length=64, editable=False)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="code_of_conduct_endorsements",
        verbose_name=_("account"),
    )
    name = models.CharField(_("name"), max_length=200, blank=True)
    search_name = models.CharField(max_length=SEARCH_LENGTH, blank=True, editable=False, db_index=True)
    sector = models.CharField(_("sector"), max_length=12, choices=Sector.choices)
    role = models.CharField(pgettext_lazy("endorsement", "capacity"), max_length=16, choices=Role.choices)
    signatory_name = models.CharField(_("signatory"), max_length=200, blank=True)
    signatory_title = models.CharField(_("title of the signatory"), max_length=200, blank=True)
    municipality = models.ForeignKey(
        "people.Municipality",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("municipality"),
    )
    contact = models.EmailField(_("e-mail for the receipt"), blank=True)
    language = models.CharField(_("language of reading"), max_length=2, choices=Language.choices)
    tier = models.PositiveSmallIntegerField(_("identity"), choices=IdentityTier.choices)
    agreed_text = models.BooleanField(_("agreed to the text"))
    agreed_electronic = models.BooleanField(_("agreed to sign electronically"))
    agreed_publication = models.BooleanField(_("agreed to be published"))
    state = models.CharField(_("state"), max_length=10, choices=EndorsementState.choices)
    signed_at = models.DateTimeField(_("signed at"))
    entered_at = models.DateTimeField(_("entered in the register at"), null=True, blank=True)
    decided_at = models.DateTimeField(_("decided at"), null=True, blank=True)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("decided by"),
    )
    decision_reason = models.CharField(_("reason of the decision"), max_length=500, blank=True)
    withdrawal_code_sha256 = models.CharField(max_length=64, blank=True, editable=False)

    objects = EndorsementQuerySet.as_manager()

    class Meta:
        ordering = ["-signed_at", "-pk"]
        verbose_name = _("endorsement")
        verbose_name_plural = _("endorsements")
        permissions = [
            ("review_endorsement", _("Can accept and decline endorsements, and record withdrawals")),
            ("export_endorsement", _("Can download the list of endorsements")),
        ]
        indexes = [
            models.Index(fields=["state", "sector"], name="endorsement_state_sector"),
            models.Index(fields=["actor_key"], name="endorsement_actor"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["version", "actor_key"],
                condition=Q(state="in_force"),
                name="endorsement_one_standing_an_actor",
            ),
            models.CheckConstraint(
                condition=Q(agreed_text=True, agreed_electronic=True), name="endorsement_has_its_consents"
            ),
            models.CheckConstraint(
                condition=Q(kind="person") | Q(agreed_publication=True),
                name="endorsement_of_a_body_is_public",
            ),
            models.CheckConstraint(
                condition=Q(state="in_force", register_index__isnull=False, entered_at__isnull=False)
                | Q(state__in=["pending", "declined"], register_index__isnull=True)
                | Q(state="withdrawn"),
                name="endorsement_in_force_is_registered",
            ),
            models.CheckConstraint(
                condition=~Q(state="declined") | ~Q(decision_reason=""),
                name="endorsement_declined_with_reason",
            ),
        ]

    def __str__(self) -> str:
        return self.name or str(_("Name erased"))

    def delete(self, *args: Any, **kwargs: Any) -> NoReturn:
        raise TypeError("an endorsement is never deleted")

    @property
    def declaration(self) -> dict[str, object]:
        """What the signatory declared, as it is sealed."""
        return {
            "code": self.version.code.key,
            "consents": {
                "electronic": self.agreed_electronic,
                "publication": self.agreed_publication,
                "text": self.agreed_text,
            },
            "id": str(self.public_id),
            "kind": str(self.kind),
            "language": str(self.language),
            "municipality": self.municipality.code if self.municipality else None,
            "name": self.name,
            "role": str(self.role),
            "sector": str(self.sector),
            "signatory_name": self.signatory_name,
            "signatory_title": self.signatory_title,
            "version": self.version.number,
        }

    def searchable_name(self) -> str:
        """The name as it is kept in `search_name`."""
        return search_key(self.name)[:SEARCH_LENGTH].strip()

    @property
    def public_name(self) -> str:
        """The name as far as the signatory agreed to its publication; empty where it is not shown."""
        return self.name if self.agreed_publication else ""

    @property
    def is_pending(self) -> bool:
        return self.state == EndorsementState.PENDING

    @property
    def can_be_withdrawn(self) -> bool:
        return self.state in {EndorsementState.PENDING, EndorsementState.IN_FORCE}


class Withdrawal(SealedModel):
    """That a signatory withdrew, when and why. Of an endorsement that never entered the register it has no
    entry either."""

    endorsement = models.OneToOneField(
        Endorsement, on_delete=models.PROTECT, related_name="withdrawal", verbose_name=_("endorsement")
    )
    reason = models.CharField(_("reason"), max_length=500)
    withdrawn_at = models.DateTimeField(_("withdrawn at"))
    recorded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("recorded by"),
        help_text=_("Empty where the signatory withdrew without an account."),
    )

    class Meta:
        verbose_name = _("withdrawal")
        verbose_name_plural = _("withdrawals")
        constraints = [models.CheckConstraint(condition=~Q(reason=""), name="withdrawal_has_a_reason")]

    def __str__(self) -> str:
        return str(self.endorsement)

    def delete(self, *args: Any, **kwargs: Any) -> NoReturn:
        raise TypeError("a withdrawal is never deleted")
