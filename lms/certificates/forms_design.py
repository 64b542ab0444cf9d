"""The office's form for a new version of how certificates of a type look: texts, people, logo, colours; no code."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from .colours import GRAPHIC_CONTRAST, TEXT_CONTRAST, contrast, is_colour
from .document import MAX_SIGNATORIES, Bilingual, Look, Signatory
from .forms_holder import PICTURE_WORDS
from .models import CertificateDesign, CertificateType, PaperPicture
from .pictures import MAX_BYTES, PictureError, clean_mark

PERSON = ("name_ar", "name_en", "title_ar", "title_en")
PERSON_LABELS = {
    "name_ar": _("Name in Arabic"),
    "name_en": _("Name in English"),
    "title_ar": _("Title in Arabic"),
    "title_en": _("Title in English"),
}
#: What each colour is for, and the contrast with white that it needs.
COLOURS = {"accent": TEXT_CONTRAST, "deep": TEXT_CONTRAST, "ornament": GRAPHIC_CONTRAST}
TEXTS = ("intro_ar", "intro_en", "note_ar", "note_en")


class PictureField(forms.FileField):
    """A picture that is judged by its content; cleaned, it is the redrawn PNG."""

    widget = forms.FileInput(attrs={"accept": "image/png,image/jpeg,image/webp"})

    def clean(self, data: Any, initial: Any = None) -> bytes | None:
        file = super().clean(data, initial)
        if not file:
            return None
        try:
            return clean_mark(file.read(MAX_BYTES + 1))
        except PictureError as error:
            raise ValidationError(PICTURE_WORDS[error.code], code=error.code) from None


def _arabic(field: str) -> dict[str, str]:
    return {"dir": "rtl", "lang": "ar"} if field.endswith("_ar") else {"dir": "ltr", "lang": "en"}


class DesignForm(forms.ModelForm[CertificateDesign]):
    """Starts from the version in force. A picture that is not chosen anew stays; a person without a name goes."""

    logo = PictureField(
        label=_("Logo"),
        required=False,
        help_text=_("PNG with a transparent ground, at least 400 pixels wide."),
    )
    remove_logo = forms.BooleanField(label=_("Without a logo: the seal of the platform"), required=False)

    class Meta:
        model = CertificateDesign
        fields = [*TEXTS, *COLOURS]
        widgets = {
            **{name: forms.TextInput(attrs=_arabic(name)) for name in TEXTS},
            **{name: forms.TextInput(attrs={"type": "color"}) for name in COLOURS},
        }

    def __init__(
        self,
        *args: Any,
        certificate_type: CertificateType,
        last: CertificateDesign | None,
        **kwargs: Any,
    ) -> None:
        initial = {} if last is None else {name: getattr(last, name) for name in (*TEXTS, *COLOURS)}
        kwargs["initial"] = initial
        super().__init__(*args, **kwargs)
        self.certificate_type, self.last = certificate_type, last
        for number in range(MAX_SIGNATORIES):
            self._add_person(number, self._known_person(number))

    def _known_person(self, number: int) -> dict[str, str]:
        if self.last is None:
            kind = self.certificate_type
            first = {
                "name_ar": kind.signatory_ar,
                "name_en": kind.signatory_en,
                "title_ar": kind.signatory_title_ar,
                "title_en": kind.signatory_title_en,
            }
            return first if number == 0 else {}
        people = self.last.signatories
        if number >= len(people):
            return {}
        person = people[number]
        flat = {f"{part}_{lang}": person[part][lang] for part in ("name", "title") for lang in ("ar", "en")}
        return {**flat, "signature": person["signature"]}

    def _add_person(self, number: int, known: dict[str, str]) -> None:
        for part in PERSON:
            self.fields[f"person{number}_{part}"] = forms.CharField(
                label=PERSON_LABELS[part],
                required=False,
                max_length=200,
                initial=known.get(part, ""),
                widget=forms.TextInput(attrs=_arabic(part)),
            )
        kept = bool(known.get("signature"))
        self.fields[f"person{number}_signature"] = PictureField(
            label=_("Signature"),
            required=False,
            help_text=_("One is kept; a new picture replaces it.")
            if kept
            else _("A picture of the signature, or none: then its place is left to the pen."),
        )
        self.fields[f"person{number}_unsign"] = forms.BooleanField(
            label=_("Without a picture of the signature"), required=False
        )

    def groups(self) -> list[tuple[Any, list[forms.BoundField]]]:
        """The fields under their headings."""
        people = [
            (
                _("Signatory %(number)s") % {"number": number + 1},
                [self[f"person{number}_{part}"] for part in (*PERSON, "signature", "unsign")],
            )
            for number in range(MAX_SIGNATORIES)
        ]
        return [
            (_("Texts"), [self[name] for name in TEXTS]),
            *people,
            (_("Logo and colours"), [self["logo"], self["remove_logo"], *(self[name] for name in COLOURS)]),
        ]

    def clean(self) -> dict[str, Any]:
        data: dict[str, Any] = super().clean() or {}
        for name, least in COLOURS.items():
            colour = str(data.get(name, "")).lower()
            data[name] = colour
            if not is_colour(colour):
                self.add_error(name, _("Give a colour as # and six hexadecimal digits."))
            elif contrast(colour) < least:
                self.add_error(
                    name,
                    _("Too pale on white: its contrast is %(found).1f and must be at least %(least).1f.")
                    % {"found": contrast(colour), "least": least},
                )
        for number in range(MAX_SIGNATORIES):
            self._require_whole(number, data)
        return data

    def _require_whole(self, number: int, data: dict[str, Any]) -> None:
        """Names and titles in both languages, or no person at all."""
        given = [part for part in PERSON if data.get(f"person{number}_{part}", "").strip()]
        if given and len(given) < len(PERSON):
            for part in PERSON:
                if part not in given:
                    self.add_error(
                        f"person{number}_{part}", _("Fill in the whole person, or leave all empty.")
                    )

    def look(self) -> Look:
        """The look as filled in, whether saved or not."""
        data = self.cleaned_data
        return Look(data["accent"], data["deep"], data["ornament"], self._logo_content())

    def _logo_content(self) -> bytes | None:
        data = self.cleaned_data
        if data["logo"] or data["remove_logo"]:
            return None if data["remove_logo"] else data["logo"]
        kept = self.last.logo if self.last else None
        return None if kept is None else bytes(kept.content)

    def people(self) -> list[Signatory]:
        """The signatories as filled in, with their pictures."""
        return [
            Signatory(*self._words(number), self._signature(number))
            for number in range(MAX_SIGNATORIES)
            if self.cleaned_data[f"person{number}_name_ar"].strip()
        ]

    def _words(self, number: int) -> tuple[Bilingual, Bilingual]:
        name_ar, name_en, title_ar, title_en = (
            self.cleaned_data[f"person{number}_{part}"].strip() for part in PERSON
        )
        return Bilingual(name_ar, name_en), Bilingual(title_ar, title_en)

    def _signature(self, number: int) -> bytes | None:
        if self.cleaned_data[f"person{number}_unsign"]:
            return None
        given: bytes | None = self.cleaned_data[f"person{number}_signature"]
        kept = self._known_person(number).get("signature")
        if given or not kept:
            return given
        return bytes(PaperPicture.objects.get(sha256=kept).content)
