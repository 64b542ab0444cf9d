import re
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from wagtail.admin.forms import WagtailAdminModelForm

from lms.cascade.models import Cohort
from lms.common.digits import western_digits
from lms.people.models import User

from .gates import available_gates
from .models import Certificate, CertificateType, GateOverride
from .number import NumberError, encode_number, parse_number
from .selectors import STANDING, find_account

#: A few letters and digits in groups: somebody typed a number and missed a character, or typed something else.
_LIKE_A_NUMBER = re.compile(r"[\w\s\-]{1,40}")
#: Part of the register, from one entry to another.
_REGISTER_RANGE = re.compile(r"([0-9]{1,9})\s*[-–]\s*([0-9]{1,9})")
#: What anybody may paste into the check: a QR text of up to 400 signed bytes is far shorter.
MAX_CHECK_LENGTH = 4_000


class CheckForm(forms.Form):
    """The text of a QR code, or the printed number of a certificate."""

    text = forms.CharField(
        label=_("Certificate number or text of the code"),
        help_text=_("16 letters and digits in groups of four, as printed under the code."),
        max_length=MAX_CHECK_LENGTH,
        widget=forms.TextInput(
            attrs={"autocomplete": "off", "autocapitalize": "characters", "spellcheck": "false", "dir": "ltr"}
        ),
        error_messages={
            "required": _("Type the number, or paste the text of the code."),
            "max_length": _("This is far too long for a certificate."),
        },
    )
    is_number = False

    def clean_text(self) -> str:
        text: str = self.cleaned_data["text"]
        try:
            parse_number(text)
        except NumberError:
            if _LIKE_A_NUMBER.fullmatch(text):
                raise ValidationError(
                    _("A certificate number has 16 letters and digits."), code="no_number"
                ) from None
        else:
            self.is_number = True
        return text


class ReasonForm(forms.Form):
    reason = forms.CharField(
        label=_("Reason"),
        help_text=_("It stays on record for auditors and is never shown to the public."),
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 3, "dir": "auto"}),
    )


class MassRevocationForm(forms.Form):
    """Many certificates, by their numbers or by where they stand in the register, and one reason."""

    numbers = forms.CharField(
        label=_("Certificates"),
        help_text=_(
            "One number a line, as printed under the code. A whole range of the register is written as 120-180."
        ),
        max_length=100_000,
        widget=forms.Textarea(attrs={"rows": 8, "dir": "ltr", "spellcheck": "false"}),
    )
    reason = forms.CharField(
        label=_("Reason"),
        help_text=_("It stays on record for auditors and is never shown to the public."),
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 3, "dir": "auto"}),
    )

    def clean_numbers(self) -> str:
        text: str = self.cleaned_data["numbers"]
        wanted, unknown = Q(pk__in=[]), []
        numbers: set[str] = set()
        for line in filter(None, (western_digits(line).strip() for line in text.splitlines())):
            if span := _REGISTER_RANGE.fullmatch(line):
                wanted |= Q(register_index__range=(int(span[1]), int(span[2])), status__in=STANDING)
                continue
            try:
                numbers.add(encode_number(parse_number(line)))
            except NumberError:
                unknown.append(line)
        found = list(Certificate.objects.filter(wanted | Q(number__in=numbers)).order_by("register_index"))
        unknown += sorted(numbers - {certificate.number for certificate in found})
        if unknown:
            raise ValidationError(
                _("There is no such certificate: %(numbers)s") % {"numbers": ", ".join(unknown[:20])},
                code="unknown",
            )
        if not found:
            raise ValidationError(_("No certificate that could end stands there."), code="none")
        self.cleaned_data["certificates"] = found
        return text


class GateOverrideForm(WagtailAdminModelForm):
    """Who may pass which condition of which certificate, and why."""

    gate_key = forms.ChoiceField(label=_("Condition"))
    learner = forms.CharField(
        label=_("Person"),
        help_text=_("The e-mail address or the phone number of the account."),
        max_length=254,
        widget=forms.TextInput(attrs={"dir": "ltr", "autocomplete": "off"}),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["gate_key"]
        assert isinstance(field, forms.ChoiceField)  # noqa: S101 - tells the type checker
        field.choices = [("", "---------"), *available_gates().items()]

    def clean_learner(self) -> User:
        person = find_account(self.cleaned_data["learner"])
        if person is None:
            raise ValidationError(_("Nobody has this e-mail address or phone number."), code="unknown_person")
        return person

    def clean(self) -> dict[str, Any]:
        data: dict[str, Any] = super().clean()
        kind, gate = data.get("type"), data.get("gate_key")
        if kind and gate and gate not in kind.required_gates:
            self.add_error("gate_key", _("This certificate does not require that condition."))
        return data

    class Meta:
        model = GateOverride
        fields = ["type", "learner", "gate_key", "reason"]
        widgets = {"reason": forms.Textarea(attrs={"rows": 3, "dir": "auto"})}


class CertificateTypeForm(WagtailAdminModelForm):
    """Gates are chosen from what the core and the plugins offer; a key whose plugin is gone stays visible."""

    required_gates = forms.MultipleChoiceField(
        label=_("Required conditions"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("No certificate is issued while one of these is not met."),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        offered = available_gates()
        missing = {key: key for key in self.instance.required_gates or [] if key not in offered}
        field = self.fields["required_gates"]
        assert isinstance(field, forms.MultipleChoiceField)  # noqa: S101 - tells the type checker
        field.choices = list((offered | missing).items())

    class Meta:
        model = CertificateType
        fields = [
            "code",
            "tier",
            "name_ar",
            "name_en",
            "validity_days",
            "required_gates",
            "statement_ar",
            "statement_en",
            "signatory_ar",
            "signatory_en",
            "signatory_title_ar",
            "signatory_title_en",
        ]


class IssueForm(forms.Form):
    """Whom to issue which certificate: everybody of one cohort whose conditions are met."""

    certificate_type = forms.ModelChoiceField(
        label=_("Certificate type"), queryset=CertificateType.objects.all()
    )
    cohort = forms.ModelChoiceField(label=_("Cohort"), queryset=Cohort.objects.select_related("municipality"))

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        kind, cohort = cleaned.get("certificate_type"), cleaned.get("cohort")
        if kind and cohort and kind.tier_id != cohort.tier_id:
            raise ValidationError(_("This certificate belongs to another tier."))
        return cleaned
