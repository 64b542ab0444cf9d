"""What signatories and reviewers fill in."""

import uuid
from typing import Any

from django import forms
from django.apps import apps
from django.core.exceptions import ValidationError
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from lms.api import search_key

from .enums import ActorKind, Change, Language, Role, Sector
from .models import CodeVersion, Endorsement, Withdrawal
from .services import Signature, name_on_record, withdrawal_code_sha256
from .text import clean_line, hidden_character

REASON_LENGTH = Withdrawal._meta.get_field("reason").max_length


class NameField(forms.CharField):
    """A name of any length up to 200 and in any script: one line, canonical, without invisible characters."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(max_length=200, **{"widget": forms.TextInput(attrs={"dir": "auto"}), **kwargs})

    def to_python(self, value: Any) -> str:
        return clean_line(super().to_python(value) or "")

    def validate(self, value: Any) -> None:
        super().validate(value)
        if value and hidden_character(value):
            raise ValidationError(_("The name holds an invisible character. Please type it anew."))
        if value and not search_key(value):
            raise ValidationError(_("Write the name in letters."))


def municipality_field(**kwargs: Any) -> Any:
    """Municipalities as the platform keeps them; none means the whole country."""
    return forms.ModelChoiceField(
        apps.get_model("people", "Municipality")._default_manager.all(),
        **{"label": _("Municipality"), "required": False, "empty_label": _("The whole country"), **kwargs},
    )


def role_field(kind: ActorKind) -> forms.TypedChoiceField:
    """The capacities in which a person, or a body, may endorse, by sector."""
    choices = [
        (
            sector.label,
            [(role.value, role.label) for role in Role if role.kind is kind and role.sector is sector],
        )
        for sector in Sector
    ]
    return forms.TypedChoiceField(
        label=_("Sector and capacity"), coerce=Role, choices=[("", _("Choose your capacity")), *choices]
    )


class SignatureForm(forms.Form):
    """The three consents, each of its own and none given beforehand, and the text they are given to."""

    role = role_field(ActorKind.PERSON)
    agreed_text = forms.BooleanField(
        label=_("I have read the whole code, or heard it read, and I agree to its text."),
        error_messages={"required": _("Without agreeing to the text there is no endorsement.")},
    )
    agreed_electronic = forms.BooleanField(
        label=_("I agree to sign electronically."),
        help_text=_(
            "A simple electronic signature under the seal of the platform; "
            "not a signature certified by an accredited body."
        ),
        error_messages={"required": _("This page can only record an electronic signature.")},
    )
    agreed_publication = forms.BooleanField(
        label=_("I agree that my name is shown in the public register (optional)."),
        help_text=_(
            "Without this consent the register counts the endorsement and shows it without the name. "
            "E-mail addresses are never shown. The internet address of your device is not stored."
        ),
        required=False,
    )
    instrument = forms.CharField(widget=forms.HiddenInput)
    submission = forms.UUIDField(widget=forms.HiddenInput)
    next = forms.CharField(widget=forms.HiddenInput, required=False)
    website = forms.CharField(
        required=False,
        label=_("Leave this field empty"),
        widget=forms.TextInput(attrs={"tabindex": "-1", "autocomplete": "off"}),
    )

    def __init__(
        self, data: Any = None, *, version: CodeVersion, user: Any = None, initial: Any = None, **kwargs: Any
    ) -> None:
        self.version, self.user = version, user
        drawn = {"instrument": version.instrument_sha256, "submission": uuid.uuid4()}
        super().__init__(data, initial={**self.known(), **(initial or {}), **drawn}, **kwargs)

    def known(self) -> dict[str, Any]:
        """What need not be asked again."""
        return {}

    def clean_website(self) -> str:
        """Only a program fills in what no person sees."""
        if self.cleaned_data["website"]:
            raise ValidationError(_("This field must stay empty."))
        return ""

    @property
    def detail_fields(self) -> list[forms.BoundField]:
        """The fields before the consents, in their order."""
        return [self[name] for name in self.field_order or () if name in self.fields]

    @property
    def is_for_version(self) -> bool:
        """Whether the text that was read is the one in force, told before anything else is looked at."""
        return bool(self.data.get("instrument") == self.version.instrument_sha256)

    def details(self) -> dict[str, Any]:
        """The answers without the consents: what is kept when the text must be read anew."""
        kept = ("role", "name", "municipality", "signatory_name", "signatory_title", "contact", "next")
        return {name: self.data[name] for name in kept if name in self.fields and name in self.data}

    def signature(self) -> Signature:
        data = self.cleaned_data
        language = Language.ENGLISH if get_language() == "en" else Language.ARABIC
        return Signature(
            instrument_sha256=data["instrument"],
            submission=data["submission"],
            role=data["role"],
            name=data.get("name") or name_on_record(self.user),
            language=language,
            agreed_text=data["agreed_text"],
            agreed_electronic=data["agreed_electronic"],
            agreed_publication=data["agreed_publication"],
            user=self.user,
            signatory_name=data.get("signatory_name", ""),
            signatory_title=data.get("signatory_title", ""),
            municipality=data.get("municipality", getattr(self.user, "municipality", None)),
            contact=data.get("contact", ""),
        )


class AccountSignatureForm(SignatureForm):
    """A person who has signed in: the name and municipality are those of the account."""

    field_order = ("name", "role")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not name_on_record(self.user):
            self.fields["name"] = NameField(label=_("Your full name"))

    def known(self) -> dict[str, Any]:
        return {"role": Role.OBSERVER}


class PersonSignatureForm(SignatureForm):
    """A person without an account."""

    name = NameField(label=_("Your full name"))
    municipality = municipality_field()
    contact = forms.EmailField(
        label=_("E-mail"), help_text=_("The receipt and the decision are sent here. It is never published.")
    )
    field_order = ("name", "role", "municipality", "contact")


class BodySignatureForm(SignatureForm):
    """Somebody who signs for a party, a security body, a council or an organisation."""

    role = role_field(ActorKind.BODY)
    name = NameField(
        label=_("Name of the body"), help_text=_("The official name, as in its decision of establishment.")
    )
    municipality = municipality_field(label=_("Municipality where it works"))
    signatory_name = NameField(label=_("Your full name"))
    signatory_title = NameField(
        label=_("Your title in the body"), help_text=_("For example: chair, secretary-general, spokesperson.")
    )
    contact = forms.EmailField(
        label=_("E-mail of the body"),
        help_text=_(
            "We confirm your mandate and send the receipt and the decision here. It is never published."
        ),
    )
    field_order = ("name", "role", "municipality", "signatory_name", "signatory_title", "contact")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        consent = self.fields["agreed_publication"]
        consent.required = True
        consent.label = _("I agree that the body, and my name and title, are shown in the public register.")
        consent.help_text = _(
            "The endorsement of a body is a public act. "
            "E-mail addresses are never shown. The internet address of your device is not stored."
        )
        consent.error_messages["required"] = _("The endorsement of a body is published.")

    def known(self) -> dict[str, Any]:
        if self.user is None:
            return {}
        return {"signatory_name": name_on_record(self.user), "contact": self.user.email or ""}


class WithdrawalForm(forms.Form):
    """The reason, and for a signatory without an account the code of the receipt."""

    code = forms.CharField(
        label=_("Withdrawal code"),
        help_text=_("The 16 letters and digits on your receipt."),
        widget=forms.TextInput(
            attrs={"class": "ltr short", "autocomplete": "off", "autocapitalize": "characters"}
        ),
        error_messages={"required": _("Write the code of your receipt.")},
    )
    reason = forms.CharField(
        label=_("Reason"),
        help_text=_("It is put on record. It is not published."),
        max_length=REASON_LENGTH,
        widget=forms.Textarea(attrs={"dir": "auto", "rows": 4}),
    )

    def __init__(self, *args: Any, endorsement: Endorsement, needs_code: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.endorsement = endorsement
        if not needs_code:
            del self.fields["code"]

    def clean_code(self) -> str:
        code = self.cleaned_data["code"]
        if withdrawal_code_sha256(code) != self.endorsement.withdrawal_code_sha256:
            raise ValidationError(_("This is not the code of this receipt."))
        return str(code)


class RegisterSearchForm(forms.Form):
    """What the public register is narrowed to. Whatever cannot be read is left out."""

    q = forms.CharField(
        label=_("Name"), required=False, max_length=100, widget=forms.TextInput(attrs={"type": "search"})
    )
    sector = forms.ChoiceField(
        label=_("Sector"), required=False, choices=[("", _("All sectors")), *Sector.choices]
    )
    municipality = municipality_field(to_field_name="code", empty_label=_("All municipalities"))

    def narrowing(self) -> dict[str, str]:
        self.is_valid()
        place = self.cleaned_data.get("municipality")
        return {
            "text": self.cleaned_data.get("q", ""),
            "sector": self.cleaned_data.get("sector", ""),
            "municipality": place.code if place else "",
        }


class PublishForm(forms.ModelForm):
    class Meta:
        model = CodeVersion
        fields = ("number", "date", "change")
        widgets = {"date": forms.DateInput(attrs={"type": "date"})}

    change = forms.TypedChoiceField(
        label=_("kind of change"), choices=Change.choices, coerce=Change, widget=forms.RadioSelect
    )


class AcceptForm(forms.Form):
    in_person = forms.BooleanField(
        label=_("The signatory has shown me identity and mandate in person"), required=False
    )


class ReasonForm(forms.Form):
    reason = forms.CharField(
        label=_("Reason"),
        max_length=REASON_LENGTH,
        widget=forms.Textarea(attrs={"dir": "auto", "rows": 4}),
    )
