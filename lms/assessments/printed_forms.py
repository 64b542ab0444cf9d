"""What staff fill in round papers: a number, whom to print for, and why something is done."""

from typing import Any

from django import forms
from django.conf import settings
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from lms.common.forms import DigitsField
from lms.people.models import User

from .interventions import ReasonForm
from .models.printed import NUMBER_DIGITS


class NumberForm(forms.Form):
    """The number under the code, for whoever has no camera."""

    number = DigitsField(
        label=_("Paper number"),
        help_text=_("The twelve digits at the top of every page."),
        min_length=NUMBER_DIGITS,
        max_length=NUMBER_DIGITS + 8,
    )


class PrintForm(forms.Form):
    """For whom, in which language and how large. Arabic unless something else is asked for."""

    people = forms.ModelMultipleChoiceField(
        label=_("Candidates"),
        queryset=User.objects.none(),
        to_field_name="public_id",
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": _("Choose at least one candidate.")},
    )
    language = forms.ChoiceField(label=_("Language of the papers"), choices=settings.LANGUAGES, initial="ar")
    is_large = forms.BooleanField(
        label=_("Large print for all of them (18 point)"),
        help_text=_("Whoever was granted large print gets it in any case."),
        required=False,
    )

    def __init__(self, people: QuerySet[User], *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["people"].queryset = people  # type: ignore[attr-defined]
        self.fields["people"].initial = [str(one.public_id) for one in people]


class SettleForm(ReasonForm):
    """Why a third person decided as they did."""
