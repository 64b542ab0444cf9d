"""The forms of drafts, a form a kind: what authors fill in, and how it becomes options, rubric and `spec`.

A draft may be saved half finished; what is missing is said when it is published (`faults`).
"""

from collections.abc import Iterable
from dataclasses import replace
from decimal import Decimal
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from wagtail.admin.forms import WagtailAdminModelForm

from .content import CREDITS, Bilingual, NumericKey, plain_number, true_false_options
from .models import Option, QuestionVersion
from .models.bank import VersionPart
from .spec import read_number, read_spec, write_spec

PART_KEYS = "abcdefghijklmnopqrstuvwxyz"

CREDIT_LABELS = {
    "right_minus_wrong": gettext_lazy("The share of the right ones less the share of the wrong ones"),
    "per_option": gettext_lazy("Each part for itself"),
    "all_or_nothing": gettext_lazy("All or nothing"),
}


class NumberField(forms.CharField):
    """A number in Arabic or Latin digits, exactly as typed."""

    def __init__(self, **kwargs: Any) -> None:
        attrs = {"inputmode": "decimal", "dir": "ltr", "autocomplete": "off"}
        super().__init__(widget=forms.TextInput(attrs=attrs), max_length=60, **kwargs)

    def clean(self, value: Any) -> Any:
        text = super().clean(value)
        number = read_number(text) if text else None
        if text and number is None:
            raise ValidationError(_("Write a number such as 12 or 3.5, with nothing else beside it."))
        return number


class VersionForm(WagtailAdminModelForm):
    """A draft with its options. Whoever writes it never types a key: new options take the next free letters."""

    kind_help = gettext_lazy("To change the kind, choose it and save: its own fields then appear.")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["kind"].help_text = self.kind_help

    def save(self, commit: bool = True) -> QuestionVersion:
        draft: QuestionVersion = super().save(commit=False)
        self.complete(draft)
        give_keys(draft.options.all())
        give_keys(draft.rubric.all())
        if commit:
            draft.save()
            self.save_m2m()
        return draft

    def complete(self, draft: QuestionVersion) -> None:
        """Put into the draft what has no field of its own."""

    def said(self, draft: QuestionVersion, **parts: Any) -> None:
        draft.spec = write_spec(replace(read_spec(draft.spec), **parts))


class CreditForm(VersionForm):
    """A kind with partly right answers."""

    credit = forms.ChoiceField(label=gettext_lazy("Partly right answers"), required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        rules = CREDITS[self.instance.kind]
        self.fields["credit"].choices = [(rule, CREDIT_LABELS[rule]) for rule in rules]
        self.initial.setdefault("credit", read_spec(self.instance.spec).credit or rules[0])

    def complete(self, draft: QuestionVersion) -> None:
        credit = self.cleaned_data.get("credit") or None
        is_usual = credit == CREDITS.get(draft.kind, (None,))[0]
        is_known = credit in CREDITS.get(draft.kind, ())
        self.said(draft, credit=credit if is_known and not is_usual else None)


class TrueFalseForm(VersionForm):
    is_true = forms.TypedChoiceField(
        label=gettext_lazy("The statement is"),
        choices=[("true", gettext_lazy("true")), ("false", gettext_lazy("false"))],
        coerce=lambda value: value == "true",
        empty_value=None,
        required=False,
        widget=forms.RadioSelect,
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        right = {option.key for option in self.instance.options.all() if option.is_correct}
        if right in ({"t"}, {"f"}):
            self.initial.setdefault("is_true", "true" if right == {"t"} else "false")

    def complete(self, draft: QuestionVersion) -> None:
        is_true = self.cleaned_data.get("is_true")
        options = [
            Option(
                key=option.key,
                is_correct=is_true is not None and option.is_correct,
                text_ar=option.text.ar,
                text_en=option.text.en,
                rank=rank,
            )
            for rank, option in enumerate(true_false_options(is_true is True), start=1)
        ]
        draft.options.set(options)


class NumericForm(VersionForm):
    right_number = NumberField(label=gettext_lazy("Right number"), required=False)
    tolerance = NumberField(
        label=gettext_lazy("Tolerance"),
        required=False,
        help_text=gettext_lazy("How far above or below still counts as right. Blank: not at all."),
    )
    unit_ar = forms.CharField(label=gettext_lazy("Unit in Arabic"), required=False, max_length=40)
    unit_en = forms.CharField(label=gettext_lazy("Unit in English"), required=False, max_length=40)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        key = read_spec(self.instance.spec).numeric
        if key is not None:
            self.initial.setdefault("right_number", plain_number(key.value))
            self.initial.setdefault("tolerance", plain_number(key.tolerance))
            self.initial |= {"unit_ar": key.unit.ar, "unit_en": key.unit.en}

    def complete(self, draft: QuestionVersion) -> None:
        data = self.cleaned_data
        unit = Bilingual(data.get("unit_ar", ""), data.get("unit_en", ""))
        value = data.get("right_number")
        key = NumericKey(value, data.get("tolerance") or Decimal(0), unit) if value is not None else None
        self.said(draft, numeric=key)


class ShortTextForm(VersionForm):
    accepted = forms.CharField(
        label=gettext_lazy("Accepted answers"),
        required=False,
        widget=forms.Textarea(attrs={"rows": 4, "dir": "auto"}),
        help_text=gettext_lazy(
            "One on each line, in Arabic and in English. Hamza, ta marbuta, vowel marks, capital letters, "
            "kinds of digits and punctuation make no difference."
        ),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.initial.setdefault("accepted", "\n".join(read_spec(self.instance.spec).accepted))

    def complete(self, draft: QuestionVersion) -> None:
        lines = self.cleaned_data.get("accepted", "").splitlines()
        self.said(draft, accepted=tuple(line.strip() for line in lines if line.strip()))


def give_keys(parts: Iterable[VersionPart]) -> None:
    """Give every part without a key the next letter that no part of the question has."""
    rows = list(parts)
    taken = {part.key for part in rows}
    free = (letter for letter in PART_KEYS if letter not in taken)
    for part, letter in zip([part for part in rows if not part.key], free, strict=False):
        part.key = letter


#: The kinds whose forms have fields of their own.
FORMS: dict[str, type[VersionForm]] = {
    **dict.fromkeys(CREDITS, CreditForm),
    "true_false": TrueFalseForm,
    "numeric": NumericForm,
    "short_text": ShortTextForm,
}
