"""What the component gallery shows: invented people and numbers in each state a page can be in."""

from datetime import UTC, date, datetime
from typing import Any

from django import forms
from django.core.paginator import Paginator
from django.http import HttpRequest
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from lms.common import icons


class ExampleForm(forms.Form):
    """One field of each kind."""

    name = forms.CharField(
        label=gettext_lazy("Full name"), help_text=gettext_lazy("As it stands on your identity card.")
    )
    email = forms.EmailField(label=gettext_lazy("E-mail"), required=False)
    language = forms.ChoiceField(
        label=gettext_lazy("Language"), choices=[("ar", "العربية"), ("en", "English")], required=False
    )
    intention = forms.ChoiceField(
        label=gettext_lazy("Will you take part?"),
        choices=[
            ("yes", gettext_lazy("Yes")),
            ("no", gettext_lazy("No")),
            ("", gettext_lazy("I have not decided")),
        ],
        widget=forms.RadioSelect,
    )
    topics = forms.MultipleChoiceField(
        label=gettext_lazy("Topics"),
        choices=[("law", gettext_lazy("Legal frame")), ("count", gettext_lazy("Count and results"))],
        widget=forms.CheckboxSelectMultiple,
        required=False,
    )
    note = forms.CharField(
        label=gettext_lazy("Note"), widget=forms.Textarea(attrs={"rows": 4}), required=False
    )
    agreed = forms.BooleanField(label=gettext_lazy("I have read the text and agree to it."))


def context(request: HttpRequest) -> dict[str, Any]:
    numbers = Paginator(range(1, 95), 10)
    wrong = {"name": "", "email": "salma", "intention": "perhaps"}
    return {
        "icons": icons.names(),
        "empty_form": ExampleForm(prefix="empty"),
        "wrong_form": ExampleForm({f"wrong-{key}": value for key, value in wrong.items()}, prefix="wrong"),
        "moment": datetime(2026, 1, 15, 12, 5, tzinfo=UTC),
        "first": date(2026, 5, 3),
        "last": date(2026, 5, 7),
        "page_of_numbers": numbers.get_page(request.GET.get("page", "3")),
        "long_name": "عبد الرحمن محمد المختار بن عبد السلام الشريف الورفلي",
        "regions": [(_("West"), 312, 350), (_("East"), 201, 230), (_("South"), 74, 120)],
    }
