"""The form of images: the file of an image that a published question shows stays what people saw."""

from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from wagtail.images.forms import BaseImageForm

from .selectors.pictures import is_sealed


class SealedImageForm(BaseImageForm):
    """Title, description and focal point may change at any time; the file only while no published question shows it."""

    def clean(self) -> Any:
        data = super().clean()
        if self.instance.pk and "file" in self.changed_data and is_sealed(self.instance):
            sentence = _(
                "A published question shows this image, and must stay as people saw it. Upload the new file as "
                "another image, and write a new version of the question with it."
            )
            self.add_error("file", ValidationError(sentence))
        return data
