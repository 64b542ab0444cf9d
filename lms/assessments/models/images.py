"""Images of questions: always described in both languages, and sealed by what the file contains."""

import hashlib

from django.db import models
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from lms.assessments.content import Bilingual, ImageContent


class IllustratedModel(models.Model):
    """A row with an image and its description. `image_sha256` is blank until the row is sealed."""

    image = models.ForeignKey(
        "wagtailimages.Image",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("image"),
    )
    image_alt_ar = models.TextField(_("description of the image in Arabic"), blank=True)
    image_alt_en = models.TextField(_("description of the image in English"), blank=True)
    image_sha256 = models.CharField(_("seal of the image"), max_length=64, blank=True, editable=False)

    class Meta:
        abstract = True

    @property
    def image_alt(self) -> str:
        return self.image_alt_en if get_language() == "en" else self.image_alt_ar

    def image_content(self) -> ImageContent | None:
        """The image by its contents: as sealed, or read from the file now."""
        if self.image is None:
            return None
        sha256 = self.image_sha256 or file_sha256(self.image.file)
        return ImageContent(sha256, Bilingual(self.image_alt_ar, self.image_alt_en), self.image.filename)

    def has_image_as_sealed(self) -> bool:
        """Whether the file is still the one that was sealed; true where nothing was."""
        return not (self.image and self.image_sha256) or file_sha256(self.image.file) == self.image_sha256


def file_sha256(file: models.fields.files.FieldFile) -> str:
    """The hex digest of a stored file; raises OSError if the file has gone."""
    with file.storage.open(str(file.name), "rb") as stored:
        return hashlib.file_digest(stored, "sha256").hexdigest()
