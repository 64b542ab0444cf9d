"""The register: an append-only RFC 6962 Merkle log of everything that was attested.

Rows are only ever added. Names never enter: a record holds indexes, days and digests.
"""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _


class RegisterHead(models.Model):
    """The single row whose lock orders all appends."""

    id = models.PositiveSmallIntegerField(primary_key=True, default=1)
    size = models.PositiveBigIntegerField(_("number of entries"), default=0)

    class Meta:
        verbose_name = _("register head")
        constraints = [models.CheckConstraint(condition=Q(id=1), name="register_has_one_head")]

    def __str__(self) -> str:
        return str(self.size)


class Entry(models.Model):
    """One attested fact: the canonical record, exactly as hashed into leaf `index`."""

    index = models.PositiveBigIntegerField(_("index"), primary_key=True)
    type = models.CharField(_("type"), max_length=32)
    record = models.BinaryField(_("canonical record"))
    leaf_hash = models.BinaryField(_("leaf hash"), max_length=32)
    created_at = models.DateTimeField(_("appended at"), auto_now_add=True)

    class Meta:
        ordering = ["index"]
        verbose_name = _("register entry")
        verbose_name_plural = _("register entries")

    def __str__(self) -> str:
        return f"{self.index} {self.type}"


class TreeNode(models.Model):
    """The hash of a complete subtree of 2**level leaves, so that an append reads O(log n) rows."""

    level = models.PositiveSmallIntegerField()
    index = models.PositiveBigIntegerField()
    hash = models.BinaryField(max_length=32)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["level", "index"], name="tree_node_once")]

    def __str__(self) -> str:
        return f"{self.level}/{self.index}"


class Checkpoint(models.Model):
    """A signed statement of size and root hash, as a C2SP signed note."""

    size = models.PositiveBigIntegerField(_("number of entries"), unique=True)
    root_hash = models.BinaryField(_("root hash"), max_length=32)
    note = models.TextField(_("signed note"))
    created_at = models.DateTimeField(_("signed at"), auto_now_add=True)

    class Meta:
        ordering = ["size"]
        verbose_name = _("checkpoint")
        verbose_name_plural = _("checkpoints")

    def __str__(self) -> str:
        return str(self.size)


class Cosignature(models.Model):
    """What an outside witness said of a signed head: that at `witnessed_at` it was the largest it knew."""

    checkpoint = models.ForeignKey(
        Checkpoint, on_delete=models.PROTECT, related_name="cosignatures", verbose_name=_("signed head")
    )
    name = models.CharField(_("witness"), max_length=200)
    key_id = models.BinaryField(_("key id"), max_length=4)
    value = models.BinaryField(_("signature"), max_length=72)
    witnessed_at = models.DateTimeField(_("witnessed at"))
    created_at = models.DateTimeField(_("taken in at"), auto_now_add=True)

    class Meta:
        ordering = ["checkpoint", "name"]
        verbose_name = _("cosignature")
        verbose_name_plural = _("cosignatures")
        constraints = [
            models.UniqueConstraint(
                fields=["checkpoint", "name", "key_id"], name="cosignature_once_a_witness"
            )
        ]

    def __str__(self) -> str:
        return f"{self.checkpoint_id} {self.name}"
