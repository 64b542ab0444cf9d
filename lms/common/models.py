"""Model bases that every app shares."""

import uuid

import uuid6
from django.db import models
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _


def new_public_id() -> uuid.UUID:
    """A time-ordered, unguessable identifier (UUIDv7): the only id that appears outside."""
    return uuid6.uuid7()


class PublicIdModel(models.Model):
    """A row that the outside world may name; row numbers never leave the database."""

    public_id = models.UUIDField(_("public id"), default=new_public_id, unique=True, editable=False)

    class Meta:
        abstract = True


class BilingualNameModel(models.Model):
    """A thing with one canonical Arabic and one canonical English name."""

    name_ar = models.CharField(_("name in Arabic"), max_length=200)
    name_en = models.CharField(_("name in English"), max_length=200)

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return self.name

    @property
    def name(self) -> str:
        """The name in the reader's language."""
        return self.name_en if get_language() == "en" else self.name_ar
