"""Form fields for people who type ٠-٩ as readily as 0-9.

A browser's number field refuses Arabic-Indic digits outright and shows arrows nobody wants, so
these are text fields that ask the phone for its number keypad.
"""

from typing import Any

from django import forms

from .bidi import strip_controls
from .digits import western_digits


class WholeNumberField(forms.IntegerField):
    """An integer, typed in Arabic-Indic, Persian or Western digits."""

    widget = forms.TextInput

    def to_python(self, value: Any) -> int | None:
        return super().to_python(western_digits(value) if isinstance(value, str) else value)

    def widget_attrs(self, widget: forms.Widget) -> dict[str, Any]:
        return {
            **super().widget_attrs(widget),
            "inputmode": "numeric",
            "autocomplete": "off",
            "class": "ltr short",
        }


class DigitsField(forms.CharField):
    """A code of digits such as the one under a QR: text of Western digits, without spaces or dashes."""

    def to_python(self, value: Any) -> str:
        text = strip_controls(western_digits(super().to_python(value) or ""))
        return "".join(character for character in text if not character.isspace() and character not in "-–—")

    def widget_attrs(self, widget: forms.Widget) -> dict[str, Any]:
        return {**super().widget_attrs(widget), "inputmode": "numeric", "autocomplete": "off", "class": "ltr"}
