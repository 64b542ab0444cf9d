"""What holders fill in: a link to share, a corrected name, a photo for the badge."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from .models import Certificate
from .pictures import MAX_BYTES, PictureError, square_photo
from .services.sharing import LIFETIMES

CONSENT = _(
    "I agree that this photo is kept and printed on my badge. I can delete it at any time; badges that are "
    "already printed stay as they are."
)
PICTURE_WORDS = {
    "too_large": _("The picture is larger than 8 MB. Choose a smaller one."),
    "too_many_pixels": _("The picture has too many pixels. Choose a smaller one."),
    "not_a_picture": _("This is no picture in a known format. Choose a JPEG, PNG or WebP file."),
    "damaged": _("The picture is damaged and cannot be read."),
    "too_small": _("The picture is too small. Each side needs at least 240 pixels."),
}


class ShareForm(forms.Form):
    days = forms.TypedChoiceField(
        label=_("The link works for"),
        coerce=int,
        initial=LIFETIMES[1],
        error_messages={"invalid_choice": _("Choose how long the link works.")},
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["days"]
        assert isinstance(field, forms.ChoiceField)  # noqa: S101 - tells the type checker
        field.choices = [
            (days, ngettext("%(days)d day", "%(days)d days", days) % {"days": days}) for days in LIFETIMES
        ]


class CorrectionForm(forms.Form):
    name_ar = forms.CharField(
        label=_("The correct name in Arabic"),
        max_length=200,
        widget=forms.TextInput(attrs={"dir": "rtl", "lang": "ar"}),
    )
    name_en = forms.CharField(
        label=_("The correct name in Latin letters"),
        max_length=200,
        required=False,
        widget=forms.TextInput(attrs={"dir": "ltr", "lang": "en"}),
    )
    reason = forms.CharField(
        label=_("What is wrong?"),
        help_text=_("For instance: my family name lacks a letter; this is how it stands in my passport."),
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 3, "dir": "auto"}),
    )

    @classmethod
    def for_certificate(cls, certificate: Certificate) -> "CorrectionForm":
        return cls(initial={"name_ar": certificate.name_ar, "name_en": certificate.name_en})


class PhotoForm(forms.Form):
    """The file is judged by what is in it; what its name or type claims is not read."""

    photo = forms.FileField(
        label=_("Photo"),
        help_text=_(
            "Your face, straight on, before a plain wall. The middle of the picture is cut out square."
        ),
        widget=forms.FileInput(attrs={"accept": "image/jpeg,image/png,image/webp"}),
    )
    consent = forms.BooleanField(
        label=CONSENT,
        error_messages={"required": _("The photo is printed only with your consent.")},
    )

    def clean_photo(self) -> bytes:
        file = self.cleaned_data["photo"]
        # Not more is read than is allowed, whatever the upload claims to be.
        data: bytes = file.read(MAX_BYTES + 1)
        try:
            square_photo(data)
        except PictureError as error:
            raise ValidationError(PICTURE_WORDS[error.code], code=error.code) from None
        return data
