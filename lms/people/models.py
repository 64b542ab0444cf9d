"""People, places and bodies.

Region, municipality and organisation are data, because their names and borders differ between
sources and change. What a person belongs to on a given day is kept by the event, not here.
"""

from typing import Any, ClassVar

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.auth.models import PermissionsMixin
from django.db import models
from django.db.models import Q
from django.utils.translation import get_language, gettext
from django.utils.translation import gettext_lazy as _
from phonenumber_field.modelfields import PhoneNumberField

from lms.common.arabic import search_key
from lms.common.models import BilingualNameModel, PublicIdModel

from .enums import Sector, Sex


class Region(BilingualNameModel):
    code = models.SlugField(_("code"), max_length=20, unique=True)
    order = models.PositiveSmallIntegerField(_("order"), default=0)

    class Meta:
        ordering = ["order", "code"]
        verbose_name = _("region")
        verbose_name_plural = _("regions")


class Municipality(BilingualNameModel):
    code = models.SlugField(_("code"), max_length=40, unique=True)
    region = models.ForeignKey(
        Region, on_delete=models.PROTECT, related_name="municipalities", verbose_name=_("region")
    )

    class Meta:
        ordering = ["region__order", "name_ar"]
        verbose_name = _("municipality")
        verbose_name_plural = _("municipalities")


class Organisation(PublicIdModel, BilingualNameModel):
    sector = models.CharField(_("sector"), max_length=20, choices=Sector.choices)
    municipality = models.ForeignKey(
        Municipality, on_delete=models.PROTECT, null=True, blank=True, verbose_name=_("municipality")
    )

    class Meta:
        ordering = ["name_ar"]
        verbose_name = _("organisation")
        verbose_name_plural = _("organisations")
        constraints = [
            models.UniqueConstraint(fields=["name_ar"], name="organisation_one_canonical_arabic_name"),
            models.UniqueConstraint(fields=["name_en"], name="organisation_one_canonical_english_name"),
        ]


class UserQuerySet(models.QuerySet["User"]):
    def search_name(self, text: str) -> "UserQuerySet":
        """People whose name holds every word of the text, in either script, however the Arabic is spelt."""
        people = self
        for word in search_key(text).split():
            people = people.filter(search_name__contains=word)
        return people


class UserManager(BaseUserManager.from_queryset(UserQuerySet)):  # type: ignore[misc]  # made by a function
    def get_by_natural_key(self, username: str | None) -> "User":
        return self.get(email__iexact=username)

    def create_user(self, email: str | None = None, password: str | None = None, **fields: Any) -> "User":
        """A person; without a password the account waits for its invitation."""
        user = self.model(email=self.normalize_email(email).lower() or None, **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def create_superuser(self, email: str, password: str | None = None, **fields: Any) -> "User":
        return self.create_user(email, password, is_staff=True, is_superuser=True, **fields)


class User(PublicIdModel, AbstractBaseUser, PermissionsMixin):
    """A person who signs in by e-mail or by phone, whichever they have.

    The Arabic name is the name on record; the Latin one is the person's own spelling. Sex,
    disability and municipality exist for the split the programme must report; disability is
    null unless the person consented to be counted.
    """

    email = models.EmailField(_("e-mail"), null=True, blank=True, unique=True)
    phone = PhoneNumberField(_("phone"), null=True, blank=True, unique=True, region="LY")
    name_ar = models.CharField(_("full name in Arabic"), max_length=200, blank=True)
    name_en = models.CharField(_("full name in Latin letters"), max_length=200, blank=True)
    sex = models.CharField(_("sex"), max_length=1, choices=Sex.choices, blank=True)
    birth_year = models.PositiveSmallIntegerField(_("year of birth"), null=True, blank=True)
    has_disability = models.BooleanField(_("lives with a disability"), null=True, blank=True)
    municipality = models.ForeignKey(
        Municipality,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="people",
        verbose_name=_("municipality"),
    )
    organisation = models.ForeignKey(
        Organisation,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="people",
        verbose_name=_("organisation"),
    )
    language = models.CharField(
        _("preferred language"), max_length=2, choices=[("ar", "العربية"), ("en", "English")], default="ar"
    )
    is_staff = models.BooleanField(_("may enter the administration"), default=False)
    is_active = models.BooleanField(_("active"), default=True)
    date_joined = models.DateTimeField(_("joined"), auto_now_add=True)
    erasure_requested_at = models.DateTimeField(
        _("erasure of data asked for"), null=True, blank=True, editable=False
    )
    erased_at = models.DateTimeField(_("personal data erased"), null=True, blank=True, editable=False)
    search_name = models.CharField(max_length=420, blank=True, editable=False, db_index=True)

    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = ["name_ar"]

    objects = UserManager()

    class Meta:
        ordering = ["name_ar", "pk"]
        verbose_name = _("person")
        verbose_name_plural = _("people")
        permissions = [
            ("erase_person", _("Can erase a person's data")),
            ("view_privacy", _("Can see the record of personal data")),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(email__isnull=False) | Q(phone__isnull=False) | Q(is_active=False),
                name="user_reachable_by_email_or_phone",
                violation_error_message=_("Give an e-mail address or a phone number."),
            ),
        ]

    def __str__(self) -> str:
        return self.name or self.get_username()

    def clean(self) -> None:
        """Compare addresses as they are stored, so that a form finds a duplicate before the database does.

        Django's own method is left out on purpose: it would write `get_username()`, which may be a phone number,
        into the e-mail address.
        """
        self._tidy_reach()

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Keep the searchable form of both names beside them, whichever fields are being saved."""
        self._tidy_reach()
        self.search_name = search_key(f"{self.name_ar} {self.name_en}")
        if kwargs.get("update_fields") is not None:
            kwargs["update_fields"] = {*kwargs["update_fields"], "search_name"}
        super().save(*args, **kwargs)

    def _tidy_reach(self) -> None:
        """An absent address or number is null, which clashes with nobody's."""
        self.email = (self.email or "").lower() or None
        self.phone = self.phone or None

    def get_username(self) -> str:
        return str(self.email or self.phone or self.public_id)

    def get_full_name(self) -> str:
        return self.name

    def get_short_name(self) -> str:
        """The whole name: half of a compound one, such as عبد الله, is nobody's."""
        return self.name

    @property
    def first_name(self) -> str:
        """What the administration's menu calls the account by."""
        return self.name

    @property
    def name(self) -> str:
        """The name in the reader's language, else in the language there is."""
        if self.erased_at:
            return gettext("Person whose data was erased")
        first, second = (
            (self.name_en, self.name_ar) if get_language() == "en" else (self.name_ar, self.name_en)
        )
        return first or second
